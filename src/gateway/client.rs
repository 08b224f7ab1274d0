//! The client of gateways: limits, trust, connections, and the remembered state of nodes.
//!
//! - `read`: reads of nodes

mod read;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

pub use self::read::NodeSnapshot;
pub(super) use self::read::WEBDEV_PATHS;
use super::http::{Http, HttpOptions};
use super::login_throttle::LoginThrottle;
use super::proxy::{ProxyServer, ProxySettings};
use super::rest::{Rest, StartTimes};
use super::shown_certificates::ShownCertificates;
use super::tls::{Roots, RootsLoader, tls_config};
use super::{
    Credentials, GatewayError, GatewayInfo, Limits, NodeUrl, Pin, Profile, SessionKind, Terminated, Trust,
    redact,
};
use crate::error_chain::ErrorChain;

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
    /// The last health page of each node.
    infos: Arc<Mutex<HashMap<NodeUrl, GatewayInfo>>>,
    /// The certificates that nodes have shown.
    pub(super) shown_certificates: Arc<ShownCertificates>,
    /// The passwords that were sent.
    login_throttle: Arc<LoginThrottle>,
    /// The nodes that may check passwords against one directory; `None` for all that are read.
    group: Option<Arc<[NodeUrl]>>,
    /// `true` if waiting until a password may be sent counts toward the time limit. Polling can
    /// wait longer.
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
            Err(error) => {
                tracing::warn!(%node, %kind, error = %ErrorChain(error), "can't terminate a session");
            }
        }
        terminated
    }

    pub(super) async fn with_timeout<T>(
        &self,
        work: impl Future<Output = Result<T, GatewayError>>,
    ) -> Result<T, GatewayError> {
        self.within(self.limits.total_timeout, work).await
    }

    /// Runs a part of the work, for which `time` is left.
    async fn within<T>(
        &self,
        time: Duration,
        work: impl Future<Output = Result<T, GatewayError>>,
    ) -> Result<T, GatewayError> {
        let seconds = self.limits.total_timeout.as_secs_f64();
        tokio::time::timeout(time, work).await.unwrap_or(Err(GatewayError::Timeout { seconds }))
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

    /// Returns the last health page of a node; `None` if it had none that could be read. A node that isn't running, or denies
    /// access to its sessions, still has one.
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
    /// `true` if the node is on this machine, where responses aren't compressed.
    is_loopback: bool,
    /// `true` if the connection to the node or to the proxy uses TLS.
    has_tls: bool,
    /// The proxy for the node.
    proxy: Option<ProxyServer>,
    /// The certificates that the node has to show.
    pins: Vec<Pin>,
}
