//! What a gateway tells anybody who asks: whether it runs, and who it is.

use std::sync::Arc;

use axum::{
    Json, Router,
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;

use super::Gateway;

/// A version that has the REST API.
const INFO: &str = "ContextStatus=RUNNING;PlatformName=Gatewatch-Demo;Version=8.3.4;\
    RedundancyStatus=Independent;RedundantState=Good;RedundantNodeActiveStatus=Active;RequireSsl=false;";

/// The paths of this file.
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

/// `GET /system/gwinfo`, and where 7.9 has it
async fn gwinfo() -> &'static str {
    INFO
}
