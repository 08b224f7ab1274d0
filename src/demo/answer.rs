//! The forms of an answer: JSON written straight from the sessions, and the HTML pages that a gateway's faults come as.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Serialize, Serializer};
use tokio::task;

/// An iterator as a JSON array, written item by item.
pub(super) struct Items<I>(pub(super) I);

impl<I> Serialize for Items<I>
where
    I: Iterator<Item: Serialize> + Clone,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.clone())
    }
}

/// `value` as bytes; `size_hint` is about how many.
pub(super) fn to_json(value: &impl Serialize, size_hint: usize) -> serde_json::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(size_hint);
    serde_json::to_writer(&mut bytes, value)?;
    Ok(bytes)
}

/// Answers with the JSON that `write` makes, on another thread: a long answer must not keep the others waiting.
pub(super) async fn json_from(
    write: impl FnOnce() -> serde_json::Result<Vec<u8>> + Send + 'static,
) -> Response {
    match task::spawn_blocking(write).await {
        Ok(Ok(bytes)) => ([(header::CONTENT_TYPE, "application/json")], bytes).into_response(),
        Ok(Err(error)) => page(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
        Err(error) => page(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

/// A page for a person, as a gateway shows its faults. `text` is ours or free of markup.
pub(super) fn page(status: StatusCode, text: &str) -> Response {
    let body = format!(
        "<!DOCTYPE html>\n<html><head><title>{status}</title></head><body><h1>{status}</h1><p>{text}</p></body></html>\n"
    );
    let html = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    (status, html, body).into_response()
}
