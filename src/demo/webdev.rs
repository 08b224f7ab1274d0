//! The Web Dev resource of Gatewatch, at the paths of 8.x and 7.9.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::Response,
    routing::any,
};
use serde::Serialize;

use crate::error_chain::ErrorChain;

use super::{
    Gateway, now_ms,
    registry::{Registry, SessionInfo},
    response::{Items, html_page, json_from, to_json},
    session::{COLUMNS, Row, Session},
};

/// Time zone of the gateway.
pub(super) const TIMEZONE: &str = "America/Los_Angeles";

/// The only resource, as PROJECT/RESOURCE.
const RESOURCE: &str = "gatewatch/sessions";

/// Typical size of a row in bytes.
const ROW_BYTES: usize = 96;

/// Returns the routes of this module.
pub(super) fn routes() -> Router<Arc<Gateway>> {
    Router::new()
        .route("/system/webdev/{*resource}", any(resource))
        .route("/main/system/webdev/{*resource}", any(resource))
}

/// Handles all requests to Web Dev resources. A gateway checks resource, method and credentials in this order.
async fn resource(
    State(gateway): State<Arc<Gateway>>,
    method: Method,
    Path(resource): Path<String>,
    headers: HeaderMap,
    Query(parameters): Query<Vec<(String, String)>>,
) -> Response {
    if resource != RESOURCE {
        return html_page(StatusCode::METHOD_NOT_ALLOWED, "No such project or resource");
    }
    if method != Method::GET {
        return html_page(StatusCode::NOT_IMPLEMENTED, "The resource does not implement this method");
    }
    if let Some(basic) = &gateway.basic
        && !basic.is_in(&headers)
    {
        let mut response = html_page(StatusCode::UNAUTHORIZED, "Authentication required");
        let challenge = HeaderValue::from_static(r#"Basic realm="Ignition""#);
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        return response;
    }
    json_from(move || do_get(&gateway, &parameters)).await
}

/// Runs the script of the resource.
fn do_get(gateway: &Gateway, parameters: &[(String, String)]) -> serde_json::Result<Vec<u8>> {
    let parameter = |key| parameters.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
    response_body(&gateway.registry, parameter("usernameFilter"), parameter("projectFilter"))
}

/// Returns the response of the script to these filters.
pub(super) fn response_body(
    registry: &Registry,
    username_filter: Option<&str>,
    project_filter: Option<&str>,
) -> serde_json::Result<Vec<u8>> {
    match registry.get_session_info(username_filter, project_filter) {
        Ok(info) => {
            let size_hint = 512 + ROW_BYTES * info.len();
            to_json(&Success::new(rows(&info)), size_hint)
        }
        Err(error) => to_json(&Failure::new(ErrorChain(&error).to_string()), 256),
    }
}

/// Returns the rows of the dataset, created while they are written.
fn rows(info: &SessionInfo) -> impl Iterator<Item = Row<'_>> + Clone {
    info.sessions().map(Session::row)
}

/// A successful response.
#[derive(Serialize)]
struct Success<R> {
    /// Always `true`.
    ok: bool,
    /// Version of the format.
    v: u32,
    /// Current time of the gateway in epoch milliseconds.
    now: i64,
    /// Time zone of the gateway.
    timezone: &'static str,
    columns: [Column; COLUMNS.len()],
    /// One array per session.
    rows: R,
}

/// The name and type of a column.
#[derive(Serialize)]
struct Column {
    name: &'static str,
    /// Java type without the package.
    r#type: &'static str,
}

impl<'a, I: Iterator<Item = Row<'a>> + Clone> Success<Items<I>> {
    /// Creates a response with the current time.
    fn new(rows: I) -> Self {
        Self {
            ok: true,
            v: 1,
            now: now_ms(),
            timezone: TIMEZONE,
            columns: COLUMNS.map(|(name, r#type)| Column { name, r#type }),
            rows: Items(rows),
        }
    }
}

/// The response if the function raised an exception. Its HTTP status is 200, too.
#[derive(Serialize)]
struct Failure {
    /// Always `false`.
    ok: bool,
    /// Version of the format.
    v: u32,
    /// Error message.
    error: String,
}

impl Failure {
    fn new(error: String) -> Self {
        Self { ok: false, v: 1, error }
    }
}
