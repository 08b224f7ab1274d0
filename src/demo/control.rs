//! Paths that no real gateway has: a front page, and requests that create and end sessions.

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
This is Gatewatch's demo gateway. It responds like an Ignition 8.3 gateway with made-up sessions.

GET    /system/webdev/gatewatch/sessions        system.util.getSessionInfo: usernameFilter, projectFilter
GET    /main/system/webdev/gatewatch/sessions   the same, at the path of 7.9
GET    /data/vision/api/v1/clients              the REST lists of 8.3: limit, offset
GET    /data/api/v1/designers
GET    /data/perspective/api/v1/sessions/
GET    /StatusPing, /system/gwinfo              health
POST   /demo/sessions                           create a session: {\"username\",\"project\",\"address\",\"isDesigner\"}
DELETE /demo/sessions/CLIENTID                  end a session
";

/// Returns the routes of this module.
pub(super) fn routes() -> Router<Arc<Gateway>> {
    Router::new()
        .route("/", get(about))
        .route("/demo/sessions", post(create_session))
        .route("/demo/sessions/{client_id}", delete(end_session))
}

/// `GET /`
async fn about() -> &'static str {
    ABOUT
}

/// The body of `POST /demo/sessions`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewSession {
    username: String,
    project: String,
    address: Option<String>,
    is_designer: Option<bool>,
}

/// `POST /demo/sessions`, with any content type.
async fn create_session(State(gateway): State<Arc<Gateway>>, body: Bytes) -> Response {
    match serde_json::from_slice(&body) {
        Ok(NewSession { username, project, address, is_designer }) => {
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
            let text = format!("Expected {{\"username\",\"project\",\"address\",\"isDesigner\"}}: {error}\n");
            (StatusCode::BAD_REQUEST, text).into_response()
        }
    }
}

/// `DELETE /demo/sessions/CLIENTID`
async fn end_session(State(gateway): State<Arc<Gateway>>, Path(id): Path<String>) -> Response {
    let ended = id.parse().is_ok_and(|id: ClientId| gateway.registry.log_out(id, |_| true));
    if ended {
        StatusCode::NO_CONTENT.into_response()
    } else {
        (StatusCode::NOT_FOUND, "No session with this client ID\n").into_response()
    }
}
