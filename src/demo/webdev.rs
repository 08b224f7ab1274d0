//! The Web Dev module's side: our script on a gateway, at its path of 8.x and at that of 7.9.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::Response,
    routing::any,
};
use serde::Serialize;

use super::{
    Gateway,
    answer::{Items, json_from, page, to_json},
    now_ms,
    registry::{Registry, SessionInfo},
    session::{COLUMNS, Row, Session},
};

/// Where the plant is.
pub(super) const TIMEZONE: &str = "America/Los_Angeles";

/// The one resource, as PROJECT/RESOURCE.
const RESOURCE: &str = "gatewatch/sessions";

/// A typical row's share of the answer, in bytes.
const ROW_BYTES: usize = 96;

/// The paths of this file.
pub(super) fn routes() -> Router<Arc<Gateway>> {
    Router::new()
        .route("/system/webdev/{*resource}", any(resource))
        .route("/main/system/webdev/{*resource}", any(resource))
}

/// Any call of any resource. The order of the checks is the gateway's: credentials belong to a resource's method.
async fn resource(
    State(gateway): State<Arc<Gateway>>,
    method: Method,
    Path(resource): Path<String>,
    headers: HeaderMap,
    Query(parameters): Query<Vec<(String, String)>>,
) -> Response {
    if resource != RESOURCE {
        return page(StatusCode::METHOD_NOT_ALLOWED, "No such project or resource");
    }
    if method != Method::GET {
        return page(StatusCode::NOT_IMPLEMENTED, "The resource does not implement this method");
    }
    if let Some(basic) = &gateway.basic
        && !basic.admits(&headers)
    {
        let mut answer = page(StatusCode::UNAUTHORIZED, "Authentication required");
        let challenge = HeaderValue::from_static(r#"Basic realm="Ignition""#);
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        return answer;
    }
    json_from(move || do_get(&gateway, &parameters)).await
}

/// What the script does.
fn do_get(gateway: &Gateway, parameters: &[(String, String)]) -> serde_json::Result<Vec<u8>> {
    let parameter = |wanted| {
        let mut found = parameters.iter().filter(|(name, _)| name == wanted);
        found.next().map(|(_, value)| value.as_str())
    };
    answer(&gateway.registry, parameter("usernameFilter"), parameter("projectFilter"))
}

/// What the script answers with these filters.
pub(super) fn answer(
    registry: &Registry,
    username_filter: Option<&str>,
    project_filter: Option<&str>,
) -> serde_json::Result<Vec<u8>> {
    match registry.get_session_info(username_filter, project_filter) {
        Ok(info) => {
            let size_hint = 512 + ROW_BYTES * info.len();
            to_json(&Answer::new(rows(&info)), size_hint)
        }
        Err(error) => to_json(&Fault::new(error.in_one_line()), 256),
    }
}

/// The rows of the dataset, made as they are written.
fn rows(info: &SessionInfo) -> impl Iterator<Item = Row<'_>> + Clone {
    info.sessions().map(Session::row)
}

/// The script's answer.
#[derive(Serialize)]
struct Answer<R> {
    /// Always true: see [`Fault`].
    ok: bool,
    /// The answer's version.
    v: u32,
    /// The gateway's clock, in epoch milliseconds.
    now: i64,
    /// The gateway's time zone.
    timezone: &'static str,
    /// The names and types of the columns.
    columns: [Column; COLUMNS.len()],
    /// One array per session.
    rows: R,
}

/// A column's head.
#[derive(Serialize)]
struct Column {
    /// Its name in the dataset.
    name: &'static str,
    /// Its Java type, without the package.
    r#type: &'static str,
}

impl<'a, I: Iterator<Item = Row<'a>> + Clone> Answer<Items<I>> {
    /// The answer with these rows, now.
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

/// The script's answer when the function raised an exception. The status is 200 all the same.
#[derive(Serialize)]
struct Fault {
    /// Always false.
    ok: bool,
    /// The answer's version.
    v: u32,
    /// What went wrong.
    error: String,
}

impl Fault {
    /// The answer with this text.
    fn new(error: String) -> Self {
        Self { ok: false, v: 1, error }
    }
}
