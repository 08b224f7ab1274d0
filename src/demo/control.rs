//! What no real gateway has: a front page that says what this is, and logging people in and out by hand.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use serde::Deserialize;
use serde_json::json;

use super::{Gateway, now_ms, session::ClientId};

/// The front page.
const ABOUT: &str = "\
This is Gatewatch's demo gateway: it answers like an Ignition 8.3 gateway, and everybody on it is made up.

GET    /system/webdev/gatewatch/sessions        system.util.getSessionInfo: usernameFilter, projectFilter
GET    /main/system/webdev/gatewatch/sessions   the same, where a 7.9 gateway has it
GET    /data/vision/api/v1/clients              the REST lists of 8.3: limit, offset
GET    /data/api/v1/designers
GET    /data/perspective/api/v1/sessions/
GET    /StatusPing, /system/gwinfo              health
POST   /demo/sessions                           log somebody in: {\"username\",\"project\",\"address\",\"isDesigner\"}
DELETE /demo/sessions/CLIENTID                  log them out
";

/// The paths of this file.
pub(super) fn routes() -> Router<Arc<Gateway>> {
    Router::new()
        .route("/", get(about))
        .route("/demo/sessions", post(log_in))
        .route("/demo/sessions/{client_id}", delete(log_out))
}

/// `GET /`
async fn about() -> &'static str {
    ABOUT
}

/// Who logs in.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogIn {
    username: String,
    project: String,
    address: Option<String>,
    is_designer: Option<bool>,
}

/// `POST /demo/sessions`, whatever type the body claims to be of.
async fn log_in(State(gateway): State<Arc<Gateway>>, body: Bytes) -> Response {
    match serde_json::from_slice(&body) {
        Ok(LogIn { username, project, address, is_designer }) => {
            let client_id = gateway.registry.log_in(
                &username,
                &project,
                address.as_deref().unwrap_or("127.0.0.1"),
                is_designer.unwrap_or(false),
                now_ms(),
            );
            Json(json!({ "clientId": client_id })).into_response()
        }
        Err(error) => {
            let text = format!("expected {{\"username\",\"project\",\"address\",\"isDesigner\"}}: {error}\n");
            (StatusCode::BAD_REQUEST, text).into_response()
        }
    }
}

/// `DELETE /demo/sessions/CLIENTID`
async fn log_out(State(gateway): State<Arc<Gateway>>, Path(id): Path<String>) -> Response {
    let ended = id.parse().is_ok_and(|id: ClientId| gateway.registry.log_out(id, |_| true));
    if ended {
        StatusCode::NO_CONTENT.into_response()
    } else {
        (StatusCode::NOT_FOUND, "no session with this client id\n").into_response()
    }
}
