//! Asking one gateway node, within limits of time and size.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue};
use reqwest::{RequestBuilder, Response, StatusCode};
use tokio::task::JoinSet;

use super::body::{self, SizeLimit};
use super::rest::{Lists, Rest, Starts};
use super::tls::tls_config;
use super::{
    Api, Credentials, GatewayError, GatewayInfo, NodeUrl, Pin, Proof, SessionKind, Terminated, Trust,
    Version, proxy, redact, webdev,
};
use crate::dataset::Dataset;

/// Where 8.x keeps its Web Dev resources, and where 7.9 does.
const WEBDEV: [&str; 2] = ["/system/webdev/gatewatch/sessions", "/main/system/webdev/gatewatch/sessions"];
/// Where 8.x says who it is, and where 7.9 does.
const GWINFO: [&str; 2] = ["/system/gwinfo", "/main/system/gwinfo"];
/// A `gwinfo` page has some hundred bytes; whatever is much larger is none.
const GWINFO_LIMIT: u64 = 64 << 10;

/// What a read may cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// For opening a connection.
    pub connect: Duration,
    /// For the whole read of one node.
    pub whole: Duration,
    /// The largest answer taken, in bytes, unpacked.
    pub body: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), whole: Duration::from_secs(10), body: 512 << 20 }
    }
}

/// How a gateway is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Through which of its interfaces; found out without it.
    pub api: Option<Api>,
    /// Whether the Web Dev resource is asked for Perspective sessions, too.
    pub perspective: bool,
    /// The first argument of `getSessionInfo`; none as a rule, because the filters here work on what came.
    pub username_filter: Option<String>,
    /// The second argument of `getSessionInfo`; none as a rule, likewise.
    pub project_filter: Option<String>,
}

/// What one node answered.
#[derive(Clone, Debug)]
pub struct NodeSnapshot {
    /// Who the node is; `None` where it does not say.
    pub info: Option<GatewayInfo>,
    /// Through which of its interfaces it was read.
    pub api: Api,
    /// Who is logged in on it.
    pub dataset: Arc<Dataset>,
    /// The kinds of sessions that were asked for and can't be in the dataset, because the gateway lacks the module.
    pub missing: Vec<SessionKind>,
    /// This machine's clock when the answer was whole.
    pub received: SystemTime,
    /// The gateway's own clock when it answered, in milliseconds since 1970 UTC; `None` where it does not tell.
    pub now: Option<i64>,
}

/// An HTTP client for any number of nodes.
#[derive(Clone, Debug)]
pub struct Client {
    limits: Limits,
    trust: Arc<Trust>,
    /// What comes of it for nodes with these pins, once it was needed. It knows the platform's store, which takes long
    /// to read.
    tls: Arc<Mutex<HashMap<Vec<Pin>, rustls::ClientConfig>>>,
    /// Built when first needed. Nodes share one unless they differ in what it depends on.
    clients: Arc<Mutex<HashMap<HttpFor, reqwest::Client>>>,
    /// When the sessions of each node began that was read with a token.
    start_times: Arc<Mutex<HashMap<NodeUrl, Starts>>>,
}

impl Client {
    /// A client with these limits that trusts what the platform trusts.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self::with_trust(limits, Trust::default())
    }

    /// A client with these limits that trusts more, or less, than the platform does. Other trust needs another
    /// client: connections that are open stay open.
    #[must_use]
    pub fn with_trust(limits: Limits, trust: Trust) -> Self {
        let (tls, clients, start_times) = Default::default();
        Self { limits, trust: Arc::new(trust), tls, clients, start_times }
    }

    /// A client like this one without its open connections, of which some may be dead.
    #[must_use]
    pub fn afresh(&self) -> Self {
        Self { clients: Arc::default(), ..self.clone() }
    }

    /// A client with the same limits and other trust. When sessions began is known to both.
    #[must_use]
    pub fn trusting(&self, trust: Trust) -> Self {
        Self { start_times: self.start_times.clone(), ..Self::with_trust(self.limits, trust) }
    }

    /// Reads a node: who it is, and who is logged in. Unless it is settled through which interface, the lists of the REST
    /// API are read with a token, if the node is not older than 8.3, and otherwise the Web Dev resource.
    ///
    /// # Errors
    /// When the node can't be reached in time, or does not answer with a dataset; see [`GatewayError`].
    pub async fn read(
        &self,
        node: &NodeUrl,
        credentials: &Credentials,
        ask: &ReadOptions,
    ) -> Result<NodeSnapshot, GatewayError> {
        let read = async {
            let info = self.info(node).await?;
            let version = info.as_ref().and_then(|info| info.version.as_ref());
            let takes_token = matches!(credentials, Credentials::Token(_));
            let found =
                if takes_token && version.is_none_or(Version::has_rest) { Api::Rest } else { Api::WebDev };
            let api = ask.api.unwrap_or(found);
            if api == Api::Rest {
                let Credentials::Token(token) = credentials else {
                    return Err(GatewayError::TokenNeeded);
                };
                let Lists { dataset, missing, received } = self.lists(node, token, ask).await?;
                let (now, dataset) = (dataset.now(), Arc::new(dataset));
                return Ok(NodeSnapshot { info, api, dataset, missing, received, now });
            }
            let body = self.sessions(node, credentials, ask, info.as_ref()).await;
            let body = body.map_err(|error| match error {
                // Nothing needs to be installed where there is a token.
                GatewayError::NoResource { status } if has_rest(info.as_ref()) => {
                    GatewayError::NoResourceButLists { status }
                }
                error => error,
            })?;
            let received = SystemTime::now();
            let answer = body::aside(body.len(), move || webdev::parse(&body)).await;
            let answer = answer.map_err(GatewayError::Answer)?;
            let missing = match answer.has_perspective {
                Some(false) => vec![SessionKind::Perspective],
                _ => Vec::new(),
            };
            let (now, dataset) = (answer.dataset.now(), Arc::new(answer.dataset));
            Ok(NodeSnapshot { info, api, dataset, missing, received, now })
        };
        self.in_time(read).await.map_err(|failure| redact::tamed(failure, credentials))
    }

    /// Ends a session on a node of 8.3 or later. Of Designers only a dormant one can be ended.
    ///
    /// # Errors
    /// When the node can't be reached in time, or does not end the session; see [`GatewayError`].
    pub async fn terminate(
        &self,
        node: &NodeUrl,
        credentials: &Credentials,
        kind: SessionKind,
        id: &str,
    ) -> Result<Terminated, GatewayError> {
        let Credentials::Token(token) = credentials else {
            return Err(GatewayError::TokenNeeded);
        };
        let http = self.http(node)?;
        let rest = Rest::new(&http, node, token, self.limits)?;
        let end = self.in_time(rest.terminate(kind, id)).await;
        end.map_err(|failure| redact::tamed(failure, credentials))
    }

    async fn in_time<T>(
        &self,
        work: impl Future<Output = Result<T, GatewayError>>,
    ) -> Result<T, GatewayError> {
        let seconds = self.limits.whole.as_secs_f64();
        tokio::time::timeout(self.limits.whole, work).await.unwrap_or(Err(GatewayError::Timeout { seconds }))
    }

    /// Starts to read a node beside others. Its answer comes with its place; dropping the set ends the reads.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn start_read(
        &self,
        reads: &mut JoinSet<(usize, Result<NodeSnapshot, GatewayError>)>,
        place: usize,
        node: &NodeUrl,
        credentials: &Credentials,
        ask: &ReadOptions,
    ) {
        let (client, node) = (self.clone(), node.clone());
        let (credentials, ask) = (credentials.clone(), ask.clone());
        reads.spawn(async move { (place, client.read(&node, &credentials, &ask).await) });
    }

    /// Reads several nodes side by side, or a few first where a wrong password could lock an account. Their answers stand
    /// in the nodes' order.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub async fn read_all(
        &self,
        nodes: &[NodeUrl],
        credentials: &Credentials,
        ask: &ReadOptions,
    ) -> Vec<Result<NodeSnapshot, GatewayError>> {
        let mut reads = JoinSet::new();
        let mut login_throttle = Proof::of(credentials);
        let mut waiting = nodes.iter().enumerate();
        let mut answers = vec![Err(GatewayError::LoginNotTried); nodes.len()];
        loop {
            for (place, node) in waiting.by_ref().take(login_throttle.room(reads.len())) {
                self.start_read(&mut reads, place, node, credentials, ask);
            }
            match reads.join_next().await {
                None => return answers,
                Some(Ok((place, answer))) => {
                    login_throttle.take(credentials, answer.as_ref().err());
                    answers[place] = answer;
                }
                // Nobody cancels a read, so this is a panic, which goes on here.
                Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
            }
        }
    }

    /// Who the node is. Its page may be missing or odd; only a node that can't be reached, or says that it can't
    /// answer, is an error.
    ///
    /// # Errors
    /// When the node can't be reached in time, or is in no state to answer; see [`GatewayError`].
    pub async fn who(&self, node: &NodeUrl) -> Result<Option<GatewayInfo>, GatewayError> {
        self.in_time(self.info(node)).await.map_err(|failure| redact::tamed(failure, &Credentials::None))
    }

    async fn info(&self, node: &NodeUrl) -> Result<Option<GatewayInfo>, GatewayError> {
        for path in GWINFO {
            let response = self.send(self.http(node)?.get(node.join(path))).await?;
            match response.status() {
                StatusCode::OK => {
                    let body = match body::whole(response, &SizeLimit::new(GWINFO_LIMIT)).await {
                        Err(GatewayError::TooLarge { .. }) => Vec::new(),
                        body => body?,
                    };
                    let Some(info) = GatewayInfo::read(&String::from_utf8_lossy(&body)) else {
                        continue;
                    };
                    return running(&info).map(|()| Some(info));
                }
                StatusCode::SERVICE_UNAVAILABLE => return Err(GatewayError::Starting),
                _ => {}
            }
        }
        Ok(None)
    }

    /// The answer of the Web Dev resource, whole.
    async fn sessions(
        &self,
        node: &NodeUrl,
        credentials: &Credentials,
        ask: &ReadOptions,
        info: Option<&GatewayInfo>,
    ) -> Result<Vec<u8>, GatewayError> {
        let version = info.and_then(|info| info.version.as_ref());
        let paths: &[&str] = match version.map(|version| version.major) {
            Some(..=7) => &WEBDEV[1..],
            Some(_) => &WEBDEV[..1],
            None => &WEBDEV,
        };
        let filters = [("usernameFilter", &ask.username_filter), ("projectFilter", &ask.project_filter)];
        let perspective = ask.perspective.then_some(("perspective", "1"));
        let parameters: Vec<(&str, &str)> = filters
            .into_iter()
            .filter_map(|(name, filter)| filter.as_deref().map(|filter| (name, filter)))
            .chain(perspective)
            .collect();

        let mut failure = GatewayError::NoResource { status: 404 };
        for path in paths {
            let mut request = self.http(node)?.get(node.join(path)).query(&parameters);
            if let Credentials::Basic { user, password } = credentials {
                request = request.basic_auth(user, Some(password));
            }
            let response = self.send(request).await?;
            match GatewayError::from_status(&response, credentials) {
                None => return body::whole(response, &SizeLimit::new(self.limits.body)).await,
                Some(error @ GatewayError::NoResource { .. }) => failure = error,
                Some(error) => return Err(error),
            }
        }
        Err(failure)
    }

    /// The lists of the REST API.
    async fn lists(&self, node: &NodeUrl, token: &str, ask: &ReadOptions) -> Result<Lists, GatewayError> {
        // They have filters of their own, which are no regular expressions. To leave ours out would give other rows.
        if ask.username_filter.is_some() || ask.project_filter.is_some() {
            return Err(GatewayError::ListsTakeNoPattern);
        }
        let start_times = of_node(&self.start_times, node);
        Rest::new(&self.http(node)?, node, token, self.limits)?.read(&start_times).await
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, GatewayError> {
        let seconds = self.limits.connect.as_secs_f64();
        let response = request.send().await.map_err(|error| GatewayError::from_request(&error, seconds))?;
        proxy::behind_status(&response).map_or(Ok(response), Err)
    }

    fn tls(&self, trust: &Trust) -> Result<rustls::ClientConfig, GatewayError> {
        let mut known = self.tls.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tls) = known.get(&trust.pins) {
            return Ok(tls.clone());
        }
        let tls = tls_config(trust)?;
        known.insert(trust.pins.clone(), tls.clone());
        Ok(tls)
    }

    fn http(&self, node: &NodeUrl) -> Result<reqwest::Client, GatewayError> {
        let trust = self.trust.of(node);
        let what_for = HttpFor { is_local: node.is_loopback(), pins: trust.pins.clone() };
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&what_for) {
            return Ok(client.clone());
        }
        // A redirect is never followed: it could carry the credentials to somebody else.
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(self.tls(&trust)?)
            .connect_timeout(self.limits.connect)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("gatewatch/", env!("CARGO_PKG_VERSION")));
        if what_for.is_local {
            // Within one machine, packing takes longer than sending. What comes packed all the same is unpacked.
            let unpacked = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static("identity"))]);
            builder = builder.no_proxy().default_headers(unpacked);
        }
        let client = builder.build().map_err(|error| GatewayError::Setup { reason: error.to_string() })?;
        clients.insert(what_for, client.clone());
        Ok(client)
    }
}

/// What an HTTP client is built for.
#[derive(Debug, PartialEq, Eq, Hash)]
struct HttpFor {
    /// This machine, which is never behind a proxy.
    is_local: bool,
    /// Nodes that have to show one of these certificates.
    pins: Vec<Pin>,
}

/// What is kept for a node, shared.
fn of_node<T: Clone + Default>(kept: &Mutex<HashMap<NodeUrl, T>>, node: &NodeUrl) -> T {
    kept.lock().unwrap_or_else(PoisonError::into_inner).entry(node.clone()).or_default().clone()
}

/// Whether the gateway says that it has the REST lists.
fn has_rest(info: Option<&GatewayInfo>) -> bool {
    info.and_then(|info| info.version.as_ref()).is_some_and(Version::has_rest)
}

/// Whether the gateway says that it can answer.
fn running(info: &GatewayInfo) -> Result<(), GatewayError> {
    match info.context_status.as_deref() {
        None => Ok(()),
        Some(status) if status.eq_ignore_ascii_case("RUNNING") => Ok(()),
        Some(status) if status.eq_ignore_ascii_case("STARTING") => Err(GatewayError::Starting),
        Some(status) if status.eq_ignore_ascii_case("NEEDS_COMMISSIONING") => {
            Err(GatewayError::NotCommissioned)
        }
        Some(status) => Err(GatewayError::NotRunning { status: status.to_owned() }),
    }
}
