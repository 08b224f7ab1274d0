//! The REST API of 8.3: three lists of sessions, and the calls that end one.

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
    Gateway,
    answer::{Items, json_from, page, to_json},
    now_ms,
    session::{ClientId, PerspectiveId, PerspectiveSession, Session},
    webdev::TIMEZONE,
};

/// A typical item's share of a list, in bytes.
const ITEM_BYTES: usize = 320;

/// A query, with names as often as they were given.
type Parameters = Query<Vec<(String, String)>>;

/// The paths of this file, behind the token if one is asked for.
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

/// Lets a request through that carries the token. Basic never works here.
async fn check_token(State(gateway): State<Arc<Gateway>>, request: Request, next: Next) -> Response {
    match &gateway.token {
        Some(token) if !token.admits(request.headers()) => {
            page(StatusCode::UNAUTHORIZED, "API token not recognised")
        }
        _ => next.run(request).await,
    }
}

/// What a gateway says for a module that it does not have.
async fn no_such_list() -> Response {
    page(StatusCode::NOT_FOUND, "No such route")
}

/// `GET /data/vision/api/v1/clients`
async fn clients(State(gateway): State<Arc<Gateway>>, Query(parameters): Parameters) -> Response {
    vision_list(gateway, &parameters, false).await
}

/// `GET /data/api/v1/designers`
async fn designers(State(gateway): State<Arc<Gateway>>, Query(parameters): Parameters) -> Response {
    vision_list(gateway, &parameters, true).await
}

/// The Vision clients, or the Designers.
async fn vision_list(gateway: Arc<Gateway>, parameters: &[(String, String)], designers: bool) -> Response {
    let page = match Page::new(parameters) {
        Ok(page) => page,
        Err(text) => return message(StatusCode::BAD_REQUEST, &text),
    };
    json_from(move || {
        let sessions = gateway.registry.sessions();
        let now = now_ms();
        let wanted = sessions.iter().filter(|session| session.is_designer == designers);
        page.write(wanted, |session| VisionItem::new(session, now))
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

/// `DELETE /data/api/v1/designer/{id}`: of no effect on a Designer that still talks to the gateway.
async fn prune_designer(State(gateway): State<Arc<Gateway>>, Path(id): Path<String>) -> Response {
    end(&gateway, &id, "dormant Designer", "pruned", |session| session.is_designer && session.is_dormant)
}

/// Ends the session with this id, if it is of the right kind.
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
    let asked: Vec<&str> =
        parameters.iter().filter(|(name, _)| name == "sessionId").map(|(_, value)| value.as_str()).collect();
    if asked.is_empty() {
        return message(StatusCode::BAD_REQUEST, "Parameter sessionId is missing");
    }
    let ids: Vec<_> = asked.into_iter().filter_map(PerspectiveId::parse).collect();
    match gateway.registry.end_perspective_sessions(&ids) {
        0 => message(StatusCode::NOT_FOUND, "No such Perspective session"),
        terminated => Json(json!({ "terminated": terminated })).into_response(),
    }
}

/// `{"message":…}`
fn message(status: StatusCode, text: &str) -> Response {
    (status, Json(json!({ "message": text }))).into_response()
}

/// Which part of a list is asked for. Its other parameters (`sortBy`, `search`, `filter`) are accepted and ignored.
#[derive(Clone, Copy)]
struct Page {
    /// The most items; `None` for all.
    limit: Option<usize>,
    /// How many to leave out before the first.
    offset: usize,
}

impl Page {
    /// Reads `limit` and `offset`; the fault of a number that is none is for the caller.
    fn new(parameters: &[(String, String)]) -> Result<Self, String> {
        let mut all = Self { limit: None, offset: 0 };
        for (name, value) in parameters {
            if name != "limit" && name != "offset" {
                continue;
            }
            let Ok(number) = value.parse::<i64>() else {
                return Err(format!("Parameter {name} must be a whole number"));
            };
            // A negative limit, -1 above all, asks for everything.
            let number = usize::try_from(number).ok();
            match name.as_str() {
                "limit" => all.limit = number,
                _ => all.offset = number.unwrap_or(0),
            }
        }
        Ok(all)
    }

    /// This part of `sessions` in the lists' common envelope.
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

/// The envelope of a list.
#[derive(Serialize)]
struct List<I> {
    /// The items asked for.
    items: I,
    /// Counts.
    metadata: Metadata,
    /// Nothing is known of these.
    metrics: Metrics,
}

/// What a list says about itself.
#[derive(Serialize)]
struct Metadata {
    /// All there are.
    total: usize,
    /// Those that match `search` and `filter`.
    matching: usize,
    /// As asked for; -1 for all.
    limit: i64,
    /// As asked for.
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
    /// Of clients only.
    #[serde(rename = "tagCount", skip_serializing_if = "Option::is_none")]
    tag_count: Option<u32>,
}

/// A client's memory, in bytes.
#[derive(Serialize)]
struct Memory {
    used: u64,
    max: u64,
}

impl<'a> VisionItem<'a> {
    /// The session at `now`. Whatever the registry does not keep follows from the id, which is as good as chance.
    fn new(session: &'a Session, now: i64) -> Self {
        let chance = session.client_id.0;
        let uptime = (now - session.creation_time).max(0);
        let max = 256 << 20 << (chance & 3);
        Self {
            id: session.client_id,
            user: &session.username,
            uptime,
            lastcomm: if session.is_dormant { uptime / 2 } else { (now + i64::from(chance)) % 5_000 },
            timeout: 60_000,
            memory: Memory { used: max / 100 * u64::from(20 + chance % 60), max },
            project: &session.project,
            address: &session.address,
            timezone: TIMEZONE,
            tag_count: (!session.is_designer).then_some(chance >> 8 & 0x3FF),
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
    /// The session at `now`. Whatever the registry does not keep follows from the id, which is as good as chance.
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
