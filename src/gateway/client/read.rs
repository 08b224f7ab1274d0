//! Reads gateway nodes within limits of time and size.

use std::sync::{Arc, PoisonError};
use std::time::{Instant, SystemTime};

use tokio::task::{AbortHandle, JoinSet};

use super::super::body::{self, SizeLimit};
use super::super::checked_node::CheckedNode;
use super::super::login_throttle::LoginAttempt;
use super::super::rest::{Lists, Rest};
use super::super::{
    Api, Certificate, Credentials, GatewayError, GatewayInfo, NodeUrl, Notice, ReadOptions, SessionKind,
    Version, redact, request, webdev,
};
use super::Client;
use crate::dataset::Dataset;
use crate::error_chain::ErrorChain;

/// Paths of the Web Dev resource: of 8.x, and of 7.9.
pub(in crate::gateway) const WEBDEV_PATHS: [&str; 2] =
    ["/system/webdev/gatewatch/sessions", "/main/system/webdev/gatewatch/sessions"];

/// The fraction of the total timeout after which a REST list is given up. The rest is for combining the others.
const LISTS_TIME: f64 = 0.9;

/// The sessions of one node at one moment, with its health page.
#[derive(Clone, Debug)]
pub struct NodeSnapshot {
    /// The health page; `None` if the node has none.
    pub info: Option<GatewayInfo>,
    /// The interface that was read.
    pub api: Api,
    /// The sessions of the node.
    pub dataset: Arc<Dataset>,
    /// The reasons why sessions or values may be missing in the dataset.
    pub notices: Vec<Notice>,
    /// This machine's clock when the response was complete.
    pub received: SystemTime,
    /// The gateway's clock when it answered, in milliseconds since 1970 UTC; `None` if the response has no time.
    pub now: Option<i64>,
    /// The certificate that the node showed; `None` without TLS.
    pub certificate: Option<Arc<Certificate>>,
}

impl Client {
    /// Reads a node: its health page, then its sessions.
    ///
    /// Unless the options name an interface, the REST API is read with a token, if the node isn't older than 8.3, and
    /// the Web Dev resource otherwise. A password that no node has accepted is sent to one node at a time, and to none
    /// after a few rejections.
    ///
    /// # Errors
    /// If the node can't be reached in time, or doesn't answer with a dataset; see [`GatewayError`].
    pub async fn read(
        &self,
        node: &NodeUrl,
        credentials: &Credentials,
        options: &ReadOptions,
    ) -> Result<NodeSnapshot, GatewayError> {
        let start = Instant::now();
        let read = self.read_node(node, credentials, options).await;
        let read = read.map_err(|error| redact::redacted(error, credentials));
        let elapsed_ms = start.elapsed().as_millis();
        match &read {
            Ok(NodeSnapshot { api, dataset, .. }) => {
                tracing::debug!(%node, ?api, sessions = dataset.len(), elapsed_ms, "read sessions");
            }
            Err(error) => {
                // Polling repeats failed reads, so the caller decides when to warn.
                tracing::debug!(%node, elapsed_ms, error = %ErrorChain(error), "can't read sessions");
            }
        }
        read
    }

    async fn read_node(
        &self,
        node: &NodeUrl,
        credentials: &Credentials,
        options: &ReadOptions,
    ) -> Result<NodeSnapshot, GatewayError> {
        let start = Instant::now();
        let node = self.with_timeout(self.check(node)).await?;
        let time_left = self.limits.total_timeout.saturating_sub(start.elapsed());
        let info = node.info.clone();
        let version = info.as_ref().and_then(|info| info.version.as_ref());
        let has_token = matches!(credentials, Credentials::Token(_));
        let api = options.api_for(credentials, version);
        if options.api.is_none() && has_token && api == Api::WebDev {
            tracing::debug!(node = %node.url, "reading Web Dev without the token, because the gateway is older than 8.3");
        }
        if api == Api::Rest {
            let deadline = tokio::time::Instant::now() + time_left.mul_f64(LISTS_TIME);
            let lists = self.lists(&node, credentials, options, deadline);
            let Lists { dataset, notices, received } = self.within(time_left, lists).await?;
            let (now, dataset) = (dataset.now(), Arc::new(dataset));
            let notices = Notice::inactive(info.as_ref()).into_iter().chain(notices).collect();
            let certificate = self.shown_certificates.of(node.url);
            return Ok(NodeSnapshot { info, api, dataset, notices, received, now, certificate });
        }
        let attempt = self.login_throttle.start(credentials, node.url, self.group.as_deref());
        let (attempt, time_left) = if self.is_single_read {
            let attempt = self.within(time_left, attempt).await?;
            (attempt, self.limits.total_timeout.saturating_sub(start.elapsed()))
        } else {
            // It ends when other nodes have answered.
            (attempt.await?, time_left)
        };
        let read = self.read_web_dev(&node, credentials, &attempt, options);
        let read = self.within(time_left, read).await;
        attempt.end(read.as_ref().err());
        read
    }

    async fn read_web_dev(
        &self,
        node: &CheckedNode<'_>,
        credentials: &Credentials,
        attempt: &LoginAttempt<'_>,
        options: &ReadOptions,
    ) -> Result<NodeSnapshot, GatewayError> {
        let body = self.sessions(node, credentials, attempt, options).await?;
        let received = SystemTime::now();
        let response = body::offload(body.len(), move || webdev::parse(&body)).await?;
        let missing = match response.perspective_error {
            Some(message) => {
                let kind = SessionKind::Perspective;
                let error = redact::redacted(webdev::WebDevError::Refused { message }.into(), credentials);
                tracing::debug!(node = %node.url, %kind, %error, "can't read a list");
                Some(Notice::ListFailed { kind, error })
            }
            None => (response.has_perspective == Some(false))
                .then_some(Notice::NoModule(SessionKind::Perspective)),
        };
        let replaced = Notice::replaced(response.replaced);
        let notices =
            Notice::inactive(node.info.as_ref()).into_iter().chain(missing).chain(replaced).collect();
        let (now, dataset) = (response.dataset.now(), Arc::new(response.dataset));
        Ok(NodeSnapshot {
            info: node.info.clone(),
            api: Api::WebDev,
            dataset,
            notices,
            received,
            now,
            certificate: self.shown_certificates.of(node.url),
        })
    }

    /// Starts to read a node as a task of `reads`, which returns `key` along with the result. Returns the handle that cancels
    /// it.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn start_read<K: Send + 'static>(
        &self,
        reads: &mut JoinSet<(K, Result<NodeSnapshot, GatewayError>)>,
        key: K,
        node: &NodeUrl,
        credentials: &Credentials,
        options: &ReadOptions,
    ) -> AbortHandle {
        let (client, node) = (self.clone(), node.clone());
        let (credentials, options) = (credentials.clone(), options.clone());
        reads.spawn(async move { (key, client.read(&node, &credentials, &options).await) })
    }

    /// Reads several nodes once, concurrently except for what [`Self::read`] says of passwords. Returns their results in the
    /// nodes' order.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub async fn read_all(
        &self,
        nodes: &[NodeUrl],
        credentials: &Credentials,
        options: &ReadOptions,
    ) -> Vec<Result<NodeSnapshot, GatewayError>> {
        let client = self.for_single_reads();
        let mut reads = JoinSet::new();
        for (index, node) in nodes.iter().enumerate() {
            client.start_read(&mut reads, index, node, credentials, options);
        }
        // A panic of a read goes on here.
        let mut results = reads.join_all().await;
        results.sort_by_key(|(index, _)| *index);
        results.into_iter().map(|(_, result)| result).collect()
    }

    /// Returns the response body of the Web Dev resource.
    async fn sessions(
        &self,
        node: &CheckedNode<'_>,
        credentials: &Credentials,
        attempt: &LoginAttempt<'_>,
        options: &ReadOptions,
    ) -> Result<Vec<u8>, GatewayError> {
        let version = node.info.as_ref().and_then(|info| info.version.as_ref());
        let has_rest = version.is_some_and(Version::has_rest);
        let paths: &[&str] = match version.map(|version| version.major) {
            Some(..=7) => &WEBDEV_PATHS[1..],
            Some(_) => &WEBDEV_PATHS[..1],
            None => &WEBDEV_PATHS,
        };
        let filters =
            [("usernameFilter", &options.username_filter), ("projectFilter", &options.project_filter)];
        let perspective = options.perspective.then_some(("perspective", "1"));
        let parameters: Vec<(&str, &str)> = filters
            .into_iter()
            .filter_map(|(name, filter)| filter.as_deref().map(|filter| (name, filter)))
            .chain(perspective)
            .collect();

        let mut missing = GatewayError::NoResource { status: 404, has_rest };
        for path in paths {
            let request = node.http.get(node.url.join(path)).query(&parameters);
            let request = attempt.authorize(request);
            let response = request::send(&node.http, request, credentials).await?;
            match GatewayError::from_status(&response, credentials, has_rest) {
                None => return body::read_to_end(response, &SizeLimit::new(self.limits.max_body)).await,
                Some(error @ GatewayError::NoResource { .. }) => {
                    tracing::debug!(node = %node.url, path, "no Web Dev resource at this path");
                    missing = error;
                }
                Some(error @ GatewayError::Status { .. }) => {
                    return Err(error.with_response(&body::read_error(response).await));
                }
                Some(error) => return Err(error),
            }
        }
        Err(missing)
    }

    /// Reads the lists of the REST API.
    async fn lists(
        &self,
        node: &CheckedNode<'_>,
        credentials: &Credentials,
        options: &ReadOptions,
        deadline: tokio::time::Instant,
    ) -> Result<Lists, GatewayError> {
        let rest = Rest::new(node, credentials, self.limits)?;
        // The lists have filters of their own, which aren't regular expressions: without ours, other rows would come.
        if options.username_filter.is_some() || options.project_filter.is_some() {
            return Err(GatewayError::FiltersUnsupported);
        }
        let start_times = {
            let mut by_node = self.start_times.lock().unwrap_or_else(PoisonError::into_inner);
            by_node.entry(node.url.clone()).or_default().clone()
        };
        rest.read(&start_times, deadline).await
    }
}
