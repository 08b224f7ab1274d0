//! Writes responses: JSON directly from the sessions, and HTML pages for errors, as a gateway returns them.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Serialize, Serializer};
use tokio::task;

/// Serializes an iterator as a JSON array, item by item.
pub(super) struct Items<I>(pub(super) I);

impl<I> Serialize for Items<I>
where
    I: Iterator<Item: Serialize> + Clone,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.clone())
    }
}

/// Serializes `value` to JSON of about `size_hint` bytes.
pub(super) fn to_json(value: &impl Serialize, size_hint: usize) -> serde_json::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(size_hint);
    serde_json::to_writer(&mut bytes, value)?;
    Ok(bytes)
}

/// Responds with the JSON that `write` returns. It runs on another thread, so that a long response doesn't delay others.
pub(super) async fn json_from(
    write: impl FnOnce() -> serde_json::Result<Vec<u8>> + Send + 'static,
) -> Response {
    match task::spawn_blocking(write).await {
        Ok(Ok(bytes)) => ([(header::CONTENT_TYPE, "application/json")], bytes).into_response(),
        Ok(Err(error)) => html_page(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
        Err(error) => html_page(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

/// Returns an HTML page, as a gateway does for errors. `text` must not contain markup.
pub(super) fn html_page(status: StatusCode, text: &str) -> Response {
    let body = format!(
        "<!DOCTYPE html>\n<html><head><title>{status}</title></head><body><h1>{status}</h1><p>{text}</p></body></html>\n"
    );
    let html = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    (status, html, body).into_response()
}
