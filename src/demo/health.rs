//! State and identity of the gateway, which need no authentication.

use std::sync::Arc;

use axum::{
    Json, Router,
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;

use super::Gateway;

/// Identifies a gateway of 8.3, which has the REST API.
const INFO: &str = "ContextStatus=RUNNING;PlatformName=Gatewatch-Demo;Version=8.3.4;\
    RedundancyStatus=Independent;RedundantState=Good;RedundantNodeActiveStatus=Active;RequireSsl=false;";

/// Returns the routes of this module.
pub(super) fn routes() -> Router<Arc<Gateway>> {
    Router::new()
        .route("/StatusPing", get(status_ping))
        .route("/system/gwinfo", get(gwinfo))
        .route("/main/system/gwinfo", get(gwinfo))
}

/// `GET /StatusPing`
async fn status_ping() -> Response {
    Json(json!({ "state": "RUNNING" })).into_response()
}

/// `GET /system/gwinfo`, and the path of 7.9
async fn gwinfo() -> &'static str {
    INFO
}
