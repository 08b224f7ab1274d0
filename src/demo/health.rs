//! What a gateway tells anybody who asks: whether it runs, and who it is.

use std::sync::Arc;

use axum::{
    Json, Router,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;

use super::Gateway;

/// Where 8.x says who it is.
const GWINFO: &str = "/system/gwinfo";

/// A version that has the REST API.
const INFO: &str = "ContextStatus=RUNNING;PlatformName=Gatewatch-Demo;Version=8.3.4;\
    RedundancyStatus=Independent;RedundantState=Good;RedundantNodeActiveStatus=Active;RequireSsl=false;";

/// The paths of this file.
pub(super) fn routes() -> Router<Arc<Gateway>> {
    Router::new()
        .route("/StatusPing", get(status_ping))
        .route(GWINFO, get(gwinfo))
        .route("/main/system/gwinfo", get(gwinfo_of_7_9))
}

/// `GET /StatusPing`
async fn status_ping() -> Response {
    Json(json!({ "state": "RUNNING" })).into_response()
}

/// `GET /system/gwinfo`
async fn gwinfo() -> &'static str {
    INFO
}

/// `GET /main/system/gwinfo`: 8.x redirects from where 7.9 answers.
async fn gwinfo_of_7_9() -> Response {
    (StatusCode::FOUND, [(header::LOCATION, GWINFO)]).into_response()
}
