//! The health pages of a node, which need no credentials. They are asked before anything secret is sent.
//!
//! Credentials enter a request only through a [`CheckedNode`], which a node becomes when it may receive
//! them: it is asked over https, or its health pages don't lead to https and the port does speak HTTP.

use std::time::Duration;

use reqwest::{Response, StatusCode};
use serde_json::Value;
use tokio::net::lookup_host;

use super::body::{self, SizeLimit};
use super::checked_node::CheckedNode;
use super::race::connect_any;
use super::{
    Client, ConnectFailure, Credentials, GatewayError, GatewayInfo, NodeUrl, redact, redirect, request,
};

/// Paths of the page that identifies a gateway: of 8.x, and of 7.9.
const GWINFO_PATHS: [&str; 2] = ["/system/gwinfo", "/main/system/gwinfo"];
/// Path of the page with the state of a gateway, for those without the other page.
const STATUS_PATH: &str = "/StatusPing";
/// The largest health page, in bytes. A real one has a few hundred.
const MAX_PAGE: u64 = 64 << 10;
/// Parts of the responses of web servers to plain HTTP on an HTTPS port, in lower case.
const EXPECTS_HTTPS: [&str; 4] =
    ["to https port", "to an https server", "ssl-enabled server port", "requires tls"];

/// The response of a port in the other scheme.
enum Probe {
    /// A response in that scheme.
    Speaks,
    /// A redirect to the address to use.
    RedirectsToHttps(GatewayError),
    /// Something else, or nothing.
    Unknown,
}

impl Client {
    /// Reads the health page of a node; `None` if it has none that can be read.
    ///
    /// # Errors
    /// If the node can't be reached in time, or reports that it isn't running; see [`GatewayError`].
    pub async fn fetch_info(&self, node: &NodeUrl) -> Result<Option<GatewayInfo>, GatewayError> {
        let info = self.with_timeout(self.info(node)).await;
        info.map_err(|error| redact::redacted(error, &Credentials::None))
    }

    /// Reads the health page of a node that is about to be read.
    pub(super) async fn check<'a>(&self, node: &'a NodeUrl) -> Result<CheckedNode<'a>, GatewayError> {
        let info = self.info(node).await?;
        Ok(CheckedNode::new(node, self.http(node).await?, info))
    }

    /// Checks only whether credentials may be sent. A node whose health is unknown isn't refused.
    pub(super) async fn check_scheme<'a>(&self, node: &'a NodeUrl) -> Result<CheckedNode<'a>, GatewayError> {
        if !node.is_https() {
            // Leaves time for the request itself.
            let info = tokio::time::timeout(self.limits().total_timeout / 2, self.info(node)).await;
            if let Ok(Err(error)) = info
                && error.forbids_credentials()
            {
                return Err(error);
            }
        }
        Ok(CheckedNode::new(node, self.http(node).await?, None))
    }

    async fn info(&self, node: &NodeUrl) -> Result<Option<GatewayInfo>, GatewayError> {
        for path in GWINFO_PATHS {
            let Some(body) = self.health_page(node, path).await? else { continue };
            let Some(info) = GatewayInfo::parse(&body) else { continue };
            if info.requires_https && !node.is_https() {
                let address = node.default_https().to_string();
                return Err(GatewayError::HttpsRequired { address, is_certain: false });
            }
            self.set_last_info(node, &info);
            return match &info.context_status {
                Some(state) if !state.eq_ignore_ascii_case("RUNNING") => {
                    Err(GatewayError::NotRunning { state: state.to_ascii_uppercase() })
                }
                Some(_) | None => Ok(Some(info)),
            };
        }
        tracing::debug!(%node, "no health page");
        let status = self.health_page(node, STATUS_PATH).await?;
        let status: Option<Value> = status.and_then(|status| serde_json::from_str(&status).ok());
        match status.as_ref().and_then(|status| status.get("state")?.as_str()) {
            Some(state) if !state.eq_ignore_ascii_case("RUNNING") => {
                Err(GatewayError::NotRunning { state: state.to_ascii_uppercase() })
            }
            Some(_) | None => Ok(None),
        }
    }

    /// Requests a page without credentials.
    pub(super) async fn get_openly(&self, node: &NodeUrl, path: &str) -> Result<Response, GatewayError> {
        let http = self.http(node).await?;
        self.with_timeout(request::send(&http, http.get(node.join(path)), &Credentials::None)).await
    }

    /// Returns the text of a health page; `None` if the node has no such page.
    async fn health_page(&self, node: &NodeUrl, path: &str) -> Result<Option<String>, GatewayError> {
        let response = self.ask(node, path).await?;
        self.shown_certificates.note(node, &response);
        if redirect::is_to_https(&response) || redirect::is_to_welcome(&response) {
            return Err(GatewayError::from_redirect(&response));
        }
        match response.status() {
            StatusCode::OK => Ok(Some(page_text(response).await?)),
            StatusCode::SERVICE_UNAVAILABLE => Err(GatewayError::starting()),
            StatusCode::BAD_REQUEST | StatusCode::UPGRADE_REQUIRED if !node.is_https() => {
                let text = page_text(response).await.unwrap_or_default();
                if expects_https(&text) || matches!(self.probe(node).await, Probe::Speaks) {
                    return Err(other_scheme(node, true, None));
                }
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    /// Requests a health page. If there is no valid response, finds out whether the port is for the other scheme.
    async fn ask(&self, node: &NodeUrl, path: &str) -> Result<Response, GatewayError> {
        let http = self.http(node).await?;
        let request = request::send(&http, http.get(node.join(path)), &Credentials::None);
        if self.has_answered(node) {
            return request.await;
        }
        let mut request = std::pin::pin!(request);
        // A port for the other scheme may stay silent until the time limit.
        let wait = self.limits().connect_timeout.min(self.limits().total_timeout) / 2;
        let response = match tokio::time::timeout(wait, &mut request).await {
            Ok(response) => response,
            Err(_elapsed) => tokio::select! {
                response = &mut request => response,
                error = self.silent_port_error(node) => return Err(error),
            },
        };
        match response {
            Ok(response) => {
                self.set_answered(node);
                Ok(response)
            }
            Err(error) => Err(self.explain(node, error).await),
        }
    }

    /// Returns the error for a port that stays silent, if it answers in the other scheme; otherwise never.
    async fn silent_port_error(&self, node: &NodeUrl) -> GatewayError {
        let seconds = self.limits().connect_timeout.as_secs_f64();
        let timeout = GatewayError::Timeout { seconds };
        match self.probe(node).await {
            Probe::Speaks => other_scheme(node, true, Some(timeout)),
            Probe::RedirectsToHttps(error) => error,
            Probe::Unknown => std::future::pending().await,
        }
    }

    /// Returns the error to report for a first request that failed with `error`.
    async fn explain(&self, node: &NodeUrl, error: GatewayError) -> GatewayError {
        let is_connected = match &error {
            GatewayError::ConnectionLost(_) | GatewayError::Protocol(_) => true,
            GatewayError::Tls(cause) => {
                // Anything else was said in TLS.
                let tls = cause.find::<rustls::Error>();
                tls.is_none_or(|error| matches!(error, rustls::Error::InvalidMessage(_)))
            }
            // The time limit includes the TLS handshake.
            GatewayError::Connect { failure: ConnectFailure::Timeout { .. }, .. } if node.is_https() => {
                is_open(node, self.probe_timeout()).await
            }
            _ => false,
        };
        if !is_connected || self.has_proxy(node) {
            return error;
        }
        match self.probe(node).await {
            Probe::Speaks => other_scheme(node, true, Some(error)),
            Probe::RedirectsToHttps(error) => error,
            Probe::Unknown => other_scheme(node, false, Some(error)),
        }
    }

    /// Asks the port in the other scheme, without credentials.
    async fn probe(&self, node: &NodeUrl) -> Probe {
        let other = node.other_scheme();
        // A proxy may answer in place of the port.
        if self.has_proxy(node) || self.has_proxy(&other) {
            return Probe::Unknown;
        }
        let Ok(http) = self.http(&other).await else {
            return Probe::Unknown;
        };
        let request = http.get(other.join(GWINFO_PATHS[0]));
        let request = request::send(&http, request, &Credentials::None);
        match tokio::time::timeout(self.probe_timeout(), request).await {
            Ok(Ok(response)) if redirect::is_to_https(&response) => {
                Probe::RedirectsToHttps(GatewayError::from_redirect(&response))
            }
            Ok(Ok(response)) if response.status() == StatusCode::BAD_REQUEST && !other.is_https() => {
                let text = page_text(response).await.unwrap_or_default();
                if expects_https(&text) { Probe::Unknown } else { Probe::Speaks }
            }
            Ok(Ok(_) | Err(GatewayError::Certificate(_))) => Probe::Speaks,
            Ok(Err(GatewayError::Tls(cause))) => {
                let tls = cause.find::<rustls::Error>();
                let speaks = tls.is_some_and(|error| !matches!(error, rustls::Error::InvalidMessage(_)));
                if speaks { Probe::Speaks } else { Probe::Unknown }
            }
            _ => Probe::Unknown,
        }
    }

    fn probe_timeout(&self) -> Duration {
        self.limits().connect_timeout.min(self.limits().total_timeout) / 4
    }
}

fn other_scheme(node: &NodeUrl, is_certain: bool, source: Option<GatewayError>) -> GatewayError {
    let address = node.other_scheme().to_string();
    GatewayError::OtherScheme { address, is_certain, source: source.map(Box::new) }
}

fn expects_https(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    EXPECTS_HTTPS.iter().any(|part| text.contains(part))
}

/// Returns the text of a page; a page that is too large is empty.
async fn page_text(response: Response) -> Result<String, GatewayError> {
    let body = match body::read_to_end(response, &SizeLimit::new(MAX_PAGE)).await {
        Err(GatewayError::TooLarge { .. }) => Vec::new(),
        body => body?,
    };
    Ok(String::from_utf8_lossy(&body).into_owned())
}

/// Returns `true` if the port of a node accepts connections.
async fn is_open(node: &NodeUrl, timeout: Duration) -> bool {
    let address = (node.host(), node.port().unwrap_or_default());
    let connect = async { connect_any(lookup_host(address).await?).await };
    matches!(tokio::time::timeout(timeout, connect).await, Ok(Ok(_)))
}
