//! The REST API of 8.3: three lists of sessions, and requests that end sessions.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, Query, Request, State},
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{delete, get},
};
use serde::Serialize;
use serde_json::json;

use super::{
    Gateway, now_ms,
    response::{Items, html_page, json_from, to_json},
    session::{ClientId, PerspectiveId, PerspectiveSession, Session},
    webdev::TIMEZONE,
};

/// Typical size of an item in bytes.
const ITEM_BYTES: usize = 320;

/// The parameters of a query in order, with repeated names.
type Parameters = Query<Vec<(String, String)>>;

/// Returns the routes of this module, which require the token if there is one.
pub(super) fn routes(gateway: &Arc<Gateway>) -> Router<Arc<Gateway>> {
    let perspective = "/perspective/api/v1/sessions";
    let data = Router::new()
        .route("/vision/api/v1/clients", get(clients))
        .route("/api/v1/designers", get(designers))
        .route(&format!("{perspective}/"), get(perspective_sessions))
        .route(perspective, delete(end_perspective_sessions).get(no_such_list))
        .route("/vision/api/v1/client/{id}", delete(end_client))
        .route("/api/v1/designer/{id}", delete(prune_designer))
        .fallback(no_such_list)
        .layer(middleware::from_fn_with_state(Arc::clone(gateway), check_token));
    Router::new().nest("/data", data)
}

/// Rejects requests without the token. Basic authentication isn't accepted here.
async fn check_token(State(gateway): State<Arc<Gateway>>, request: Request, next: Next) -> Response {
    match &gateway.token {
        Some(token) if !token.is_in(request.headers()) => {
            html_page(StatusCode::UNAUTHORIZED, "API token not recognized")
        }
        _ => next.run(request).await,
    }
}

/// Responds as a gateway does for a module that it doesn't have.
async fn no_such_list() -> Response {
    html_page(StatusCode::NOT_FOUND, "No such route")
}

/// `GET /data/vision/api/v1/clients`
async fn clients(State(gateway): State<Arc<Gateway>>, Query(parameters): Parameters) -> Response {
    vision_list(gateway, &parameters, false).await
}

/// `GET /data/api/v1/designers`
async fn designers(State(gateway): State<Arc<Gateway>>, Query(parameters): Parameters) -> Response {
    vision_list(gateway, &parameters, true).await
}

/// Lists the Vision clients or the Designers.
async fn vision_list(gateway: Arc<Gateway>, parameters: &[(String, String)], designers: bool) -> Response {
    let page = match Page::new(parameters) {
        Ok(page) => page,
        Err(text) => return message(StatusCode::BAD_REQUEST, &text),
    };
    json_from(move || {
        let sessions = gateway.registry.sessions();
        let now = now_ms();
        let selected = sessions.iter().filter(|session| session.is_designer == designers);
        page.write(selected, |session| VisionItem::new(session, now))
    })
    .await
}

/// `GET /data/perspective/api/v1/sessions/`
async fn perspective_sessions(
    State(gateway): State<Arc<Gateway>>,
    Query(parameters): Parameters,
) -> Response {
    let page = match Page::new(&parameters) {
        Ok(page) => page,
        Err(text) => return message(StatusCode::BAD_REQUEST, &text),
    };
    json_from(move || {
        let sessions = gateway.registry.perspective_sessions();
        let now = now_ms();
        page.write(sessions.iter(), |session| PerspectiveItem::new(session, now))
    })
    .await
}

/// `DELETE /data/vision/api/v1/client/{id}`
async fn end_client(State(gateway): State<Arc<Gateway>>, Path(id): Path<String>) -> Response {
    end(&gateway, &id, "Vision client", "terminated", |session| !session.is_designer)
}

/// `DELETE /data/api/v1/designer/{id}`: 409 and an empty body for a Designer that still communicates with the gateway.
async fn prune_designer(State(gateway): State<Arc<Gateway>>, Path(id): Path<String>) -> Response {
    let is_active = |id: ClientId| {
        let sessions = gateway.registry.sessions();
        sessions.iter().any(|session| session.client_id == id && session.is_designer && !session.is_dormant)
    };
    if id.parse().is_ok_and(is_active) {
        return StatusCode::CONFLICT.into_response();
    }
    end(&gateway, &id, "dormant Designer", "pruned", |session| session.is_designer && session.is_dormant)
}

/// Ends the session with this ID if it is of the right kind.
fn end(gateway: &Gateway, id: &str, kind: &str, done: &str, is_kind: impl Fn(&Session) -> bool) -> Response {
    let ended = id.parse().is_ok_and(|id: ClientId| gateway.registry.log_out(id, is_kind));
    if ended {
        message(StatusCode::OK, &format!("{kind} {id} {done}"))
    } else {
        message(StatusCode::NOT_FOUND, &format!("No {kind} with id {id}"))
    }
}

/// `DELETE /data/perspective/api/v1/sessions?sessionId=A&sessionId=B&message=…`
async fn end_perspective_sessions(
    State(gateway): State<Arc<Gateway>>,
    Query(parameters): Parameters,
) -> Response {
    let requested: Vec<&str> =
        parameters.iter().filter(|(name, _)| name == "sessionId").map(|(_, value)| value.as_str()).collect();
    if requested.is_empty() {
        return message(StatusCode::BAD_REQUEST, "Parameter sessionId is missing");
    }
    let ids: Vec<_> = requested.into_iter().filter_map(PerspectiveId::parse).collect();
    match gateway.registry.end_perspective_sessions(&ids) {
        0 => message(StatusCode::NOT_FOUND, "No such Perspective session"),
        terminated => Json(json!({ "terminated": terminated })).into_response(),
    }
}

/// Returns `{"message":…}`.
fn message(status: StatusCode, text: &str) -> Response {
    (status, Json(json!({ "message": text }))).into_response()
}

/// The requested part of a list. Other parameters (`sortBy`, `search`, `filter`) are ignored.
#[derive(Clone, Copy)]
struct Page {
    /// Maximum number of items; `None` for all.
    limit: Option<usize>,
    /// Number of items to skip.
    offset: usize,
}

impl Page {
    /// Parses `limit` and `offset`; returns a message for the caller if one of them isn't a number.
    fn new(parameters: &[(String, String)]) -> Result<Self, String> {
        let mut page = Self { limit: None, offset: 0 };
        for (name, value) in parameters {
            if name != "limit" && name != "offset" {
                continue;
            }
            let Ok(number) = value.parse::<i64>() else {
                return Err(format!("Parameter {name} must be a whole number"));
            };
            // A negative limit, usually -1, means no limit.
            let number = usize::try_from(number).ok();
            match name.as_str() {
                "limit" => page.limit = number,
                _ => page.offset = number.unwrap_or(0),
            }
        }
        Ok(page)
    }

    /// Serializes this part of `sessions` in the envelope that all lists have.
    fn write<'a, S: 'a, T: Serialize>(
        self,
        sessions: impl Iterator<Item = &'a S> + Clone,
        item: impl Fn(&'a S) -> T + Clone,
    ) -> serde_json::Result<Vec<u8>> {
        let total = sessions.clone().count();
        let limit = self.limit.unwrap_or(total);
        let size_hint = 256 + ITEM_BYTES * limit.min(total);
        let list = List {
            items: Items(sessions.skip(self.offset).take(limit).map(item)),
            metadata: Metadata {
                total,
                matching: total,
                limit: self.limit.and_then(|n| i64::try_from(n).ok()).unwrap_or(-1),
                offset: self.offset,
            },
            metrics: Metrics {},
        };
        to_json(&list, size_hint)
    }
}

/// The envelope of all lists.
#[derive(Serialize)]
struct List<I> {
    items: I,
    metadata: Metadata,
    metrics: Metrics,
}

/// The metadata of a list.
#[derive(Serialize)]
struct Metadata {
    /// Number of all items.
    total: usize,
    /// Number of items that match `search` and `filter`.
    matching: usize,
    /// Requested limit; -1 for all.
    limit: i64,
    /// Requested offset.
    offset: usize,
}

/// An empty object.
#[derive(Serialize)]
struct Metrics {}

/// A Vision client or a Designer.
#[derive(Serialize)]
struct VisionItem<'a> {
    id: ClientId,
    user: &'a str,
    uptime: i64,
    lastcomm: i64,
    timeout: i64,
    memory: Memory,
    project: &'a str,
    address: &'a str,
    timezone: &'static str,
    /// Vision clients only.
    #[serde(rename = "tagCount", skip_serializing_if = "Option::is_none")]
    tag_count: Option<u32>,
}

/// Memory of a client in bytes.
#[derive(Serialize)]
struct Memory {
    used: u64,
    max: u64,
}

impl<'a> VisionItem<'a> {
    /// Returns the item of a session at `now`. Values that a [`Session`] doesn't have are derived from its random ID.
    fn new(session: &'a Session, now: i64) -> Self {
        let random = session.client_id.0;
        let uptime = (now - session.creation_time).max(0);
        let max = 256 << 20 << (random & 3);
        Self {
            id: session.client_id,
            user: &session.username,
            uptime,
            lastcomm: if session.is_dormant { uptime / 2 } else { (now + i64::from(random)) % 5_000 },
            timeout: 60_000,
            memory: Memory { used: max / 100 * u64::from(20 + random % 60), max },
            project: &session.project,
            address: &session.address,
            timezone: TIMEZONE,
            tag_count: (!session.is_designer).then_some(random >> 8 & 0x3FF),
        }
    }
}

/// A Perspective session.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PerspectiveItem<'a> {
    user_agent: &'static str,
    id: PerspectiveId,
    username: &'a str,
    authorized: bool,
    project: &'a str,
    client_address: &'a str,
    last_comm: i64,
    session_scope: &'static str,
    active_pages: usize,
    recent_bytes_sent: i64,
    total_bytes_sent: i64,
    page_ids: Vec<String>,
}

impl<'a> PerspectiveItem<'a> {
    /// Returns the item of a session at `now`. Values that a [`PerspectiveSession`] doesn't have are derived from its
    /// random ID.
    fn new(session: &'a PerspectiveSession, now: i64) -> Self {
        let [pages, rate, phase, page_id @ ..] = session.id.0.to_be_bytes();
        let page_ids: Vec<String> = (0..=pages % 3)
            .map(|page| format!("{:02x}{:02x}{:02x}{page:02x}", page_id[0], page_id[1], page_id[2]))
            .collect();
        let bytes_per_second = 200 + 8 * i64::from(rate);
        let uptime_secs = (now - session.creation_time).max(0) / 1_000;
        Self {
            user_agent: session.user_agent,
            id: session.id,
            username: session.username.as_deref().unwrap_or("Unauthenticated"),
            authorized: session.username.is_some(),
            project: &session.project,
            client_address: &session.address,
            last_comm: (now + 20 * i64::from(phase)) % 5_000,
            session_scope: session.scope,
            active_pages: page_ids.len(),
            recent_bytes_sent: 60 * bytes_per_second,
            total_bytes_sent: uptime_secs * bytes_per_second,
            page_ids,
        }
    }
}
