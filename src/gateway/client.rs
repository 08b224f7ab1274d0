//! Reads one gateway node within limits of time and size.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use tokio::task::{AbortHandle, JoinSet};

use super::body::{self, SizeLimit};
use super::checked_node::CheckedNode;
use super::http::{Http, HttpOptions};
use super::login_throttle::{LoginAttempt, LoginThrottle};
use super::proxy::{ProxyServer, ProxySettings};
use super::rest::{Lists, Rest, StartTimes};
use super::shown_certificates::ShownCertificates;
use super::tls::{Roots, RootsLoader, tls_config};
use super::{
    Api, Certificate, Credentials, GatewayError, GatewayInfo, Limits, NodeUrl, Notice, Pin, Profile,
    ReadOptions, SessionKind, Terminated, Trust, Version, redact, request, webdev,
};
use crate::dataset::Dataset;

/// Paths of the Web Dev resource: of 8.x, and of 7.9.
pub(super) const WEBDEV_PATHS: [&str; 2] =
    ["/system/webdev/gatewatch/sessions", "/main/system/webdev/gatewatch/sessions"];

/// The fraction of the total timeout after which a REST list is given up. The rest is for combining the others.
const LISTS_TIME: f64 = 0.9;

/// The answer of one node at a time.
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

/// An HTTP client for any number of nodes. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Client {
    limits: Limits,
    trust: Arc<Trust>,
    /// The trusted certificates, loaded for the first node that needs them.
    roots: Arc<RootsLoader>,
    proxies: Arc<ProxySettings>,
    /// HTTP clients, built on first use. Nodes share one unless its key differs.
    clients: Arc<Mutex<HashMap<HttpKey, Http>>>,
    /// The start times of the sessions of each node that was read with a token.
    start_times: Arc<Mutex<HashMap<NodeUrl, StartTimes>>>,
    /// The nodes whose health pages have answered, so that their ports are known to speak the scheme of the address.
    answered: Arc<Mutex<HashSet<NodeUrl>>>,
    /// What the health page of each node said last.
    infos: Arc<Mutex<HashMap<NodeUrl, GatewayInfo>>>,
    /// The certificates that nodes have shown.
    pub(super) shown_certificates: Arc<ShownCertificates>,
    /// The passwords that were sent.
    login_throttle: Arc<LoginThrottle>,
    /// The nodes that may check passwords against one directory; `None` for all that are read.
    group: Option<Arc<[NodeUrl]>>,
    /// Whether waiting until a password may be sent counts toward the time limit. Polling can wait longer.
    is_single_read: bool,
}

impl Client {
    /// Returns a client that trusts the platform's certificate store.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self::with_trust(limits, Trust::default())
    }

    /// Returns a client with other trust than the platform's.
    #[must_use]
    pub fn with_trust(limits: Limits, trust: Trust) -> Self {
        Self {
            limits,
            roots: Arc::new(RootsLoader::new(trust.ca_file.clone())),
            trust: Arc::new(trust),
            proxies: Arc::new(ProxySettings::load()),
            clients: Arc::default(),
            start_times: Arc::default(),
            answered: Arc::default(),
            infos: Arc::default(),
            shown_certificates: Arc::default(),
            login_throttle: Arc::default(),
            group: None,
            is_single_read: false,
        }
    }

    /// Returns the limits of each read.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Returns the same client without its open connections, some of which may be dead.
    #[must_use]
    pub fn without_connections(&self) -> Self {
        Self { clients: Arc::default(), ..self.clone() }
    }

    /// Returns a client for a gateway with the same limits and start times, the gateway's trust and no open connections.
    /// A password that one of them has sent is known to the other.
    #[must_use]
    pub fn for_profile(&self, profile: &Profile) -> Self {
        Self {
            start_times: self.start_times.clone(),
            answered: self.answered.clone(),
            infos: self.infos.clone(),
            shown_certificates: self.shown_certificates.clone(),
            login_throttle: self.login_throttle.clone(),
            group: Some(profile.nodes().into()),
            ..Self::with_trust(self.limits, profile.trust.clone())
        }
    }

    /// Returns a client for reading a gateway among others in the background, with the gateway's trust. It shares all else
    /// with this one. A password counts as sent to one directory, whichever gateway it is sent to.
    #[must_use]
    pub fn for_background(&self, profile: &Profile) -> Self {
        let mut client = Self { trust: Arc::new(profile.trust.clone()), group: None, ..self.clone() };
        // Connections with other certificate authorities must not be shared.
        if self.trust.ca_file != profile.trust.ca_file {
            client.roots = Arc::new(RootsLoader::new(profile.trust.ca_file.clone()));
            client.clients = Arc::default();
        }
        client
    }

    /// Returns the same client, which sends a password to no other node once one has rejected it.
    #[must_use]
    pub fn with_one_rejection(self) -> Self {
        Self { login_throttle: Arc::new(LoginThrottle::new(1)), ..self }
    }

    /// Sends passwords to one node first, as if none had accepted them. They may have been changed during a suspend.
    pub fn forget_accepted_logins(&self) {
        self.login_throttle.forget_acceptances();
    }

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
                let causes = error.causes();
                // Polling repeats failed reads, so the caller decides when to warn.
                tracing::debug!(%node, elapsed_ms, %error, causes, "can't read sessions");
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
        let answer = body::offload(body.len(), move || webdev::parse(&body)).await?;
        let missing = match answer.perspective_error {
            Some(message) => {
                let kind = SessionKind::Perspective;
                let error = redact::redacted(webdev::WebDevError::Refused { message }.into(), credentials);
                tracing::debug!(node = %node.url, %kind, %error, "can't read a list");
                Some(Notice::ListFailed { kind, error })
            }
            None => {
                (answer.has_perspective == Some(false)).then_some(Notice::NoModule(SessionKind::Perspective))
            }
        };
        let replaced = Notice::replaced(answer.replaced);
        let notices =
            Notice::inactive(node.info.as_ref()).into_iter().chain(missing).chain(replaced).collect();
        let (now, dataset) = (answer.dataset.now(), Arc::new(answer.dataset));
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

    /// Terminates a session on a node of 8.3 or later. Of Designers only a dormant one can be terminated. `message` is shown
    /// to the user of a Perspective session; other kinds have no such message.
    ///
    /// # Errors
    /// If the node can't be reached in time, or doesn't terminate the session; see [`GatewayError`].
    pub async fn terminate(
        &self,
        node: &NodeUrl,
        credentials: &Credentials,
        kind: SessionKind,
        id: &str,
        message: Option<&str>,
    ) -> Result<Terminated, GatewayError> {
        let terminated = self.with_timeout(async {
            let node = self.check_scheme(node).await?;
            Rest::new(&node, credentials, self.limits)?.terminate(kind, id, message).await
        });
        let terminated = match terminated.await {
            Ok(Terminated { message }) => {
                let message = message.map(|text| redact::redacted_text(&text, credentials));
                Ok(Terminated { message })
            }
            Err(error) => Err(redact::redacted(error, credentials)),
        };
        match &terminated {
            Ok(_) => tracing::info!(%node, %kind, "terminated a session"),
            Err(error) => tracing::warn!(%node, %kind, %error, "can't terminate a session"),
        }
        terminated
    }

    pub(super) async fn with_timeout<T>(
        &self,
        work: impl Future<Output = Result<T, GatewayError>>,
    ) -> Result<T, GatewayError> {
        self.within(self.limits.total_timeout, work).await
    }

    /// Does a part of the work for which `time` is left.
    async fn within<T>(
        &self,
        time: Duration,
        work: impl Future<Output = Result<T, GatewayError>>,
    ) -> Result<T, GatewayError> {
        let seconds = self.limits.total_timeout.as_secs_f64();
        tokio::time::timeout(time, work).await.unwrap_or(Err(GatewayError::Timeout { seconds }))
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

    /// Returns the same client for reads that aren't repeated: waiting until a password may be sent counts toward their
    /// time limit, and no health page has answered yet.
    pub(super) fn for_single_reads(&self) -> Self {
        Self { answered: Arc::default(), is_single_read: true, ..self.clone() }
    }

    /// Returns `true` if a health page of the node has answered.
    pub(super) fn has_answered(&self, node: &NodeUrl) -> bool {
        self.answered.lock().unwrap_or_else(PoisonError::into_inner).contains(node)
    }

    /// Returns what the health page of a node said last; `None` if it has none that could be read. A node that refuses its
    /// sessions still has one.
    #[must_use]
    pub fn last_info(&self, node: &NodeUrl) -> Option<GatewayInfo> {
        self.infos.lock().unwrap_or_else(PoisonError::into_inner).get(node).cloned()
    }

    pub(super) fn set_last_info(&self, node: &NodeUrl, info: &GatewayInfo) {
        self.infos.lock().unwrap_or_else(PoisonError::into_inner).insert(node.clone(), info.clone());
    }

    pub(super) fn set_answered(&self, node: &NodeUrl) {
        self.answered.lock().unwrap_or_else(PoisonError::into_inner).insert(node.clone());
    }

    /// Returns `true` if requests to a node go through a proxy.
    pub(super) fn has_proxy(&self, node: &NodeUrl) -> bool {
        !matches!(self.proxies.for_address(&node.join("/")), Ok(None))
    }

    /// Returns host and port of the proxy that requests to a node go through.
    pub(super) fn proxy_of(&self, node: &NodeUrl) -> Result<Option<String>, GatewayError> {
        let proxy = self.proxies.for_address(&node.join("/"))?;
        Ok(proxy.map(|proxy| proxy.authority().clone()))
    }

    /// Returns the HTTP client for a node.
    pub(super) async fn http(&self, node: &NodeUrl) -> Result<Http, GatewayError> {
        let proxy = self.proxies.for_address(&node.join("/"))?;
        let has_tls = node.is_https() || proxy.as_ref().is_some_and(ProxyServer::is_https);
        let (is_loopback, pins) = (node.is_loopback(), self.trust.pins_of(node));
        let key = HttpKey { is_loopback, has_tls, proxy, pins };
        let known = self.clients.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(http) = known {
            return Ok(http);
        }
        // Plain HTTP doesn't wait for certificates.
        let roots = if has_tls {
            self.roots.roots(self.limits.connect_timeout).await?
        } else {
            Arc::new(Roots::none())
        };
        if let Some(proxy) = &key.proxy {
            tracing::info!(%node, proxy = proxy.authority(), "using a proxy");
        }
        let http = Http::new(HttpOptions {
            tls: tls_config(roots, key.pins.clone()),
            proxy: key.proxy.clone(),
            accepts_gzip: !is_loopback,
            connect_timeout: self.limits.connect_timeout,
        })?;
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        // Another read may have built the same one meanwhile.
        Ok(clients.entry(key).or_insert(http).clone())
    }
}

/// The properties of a node that its HTTP client depends on.
#[derive(Debug, PartialEq, Eq, Hash)]
struct HttpKey {
    /// Whether the node is on this machine, where responses aren't compressed.
    is_loopback: bool,
    /// Whether there is TLS between us and the node or the proxy.
    has_tls: bool,
    /// The proxy for the node.
    proxy: Option<ProxyServer>,
    /// The certificates that the node has to show.
    pins: Vec<Pin>,
}
