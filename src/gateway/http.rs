//! The HTTP client of a node: its TLS configuration, its proxy, and a second attempt for requests that were lost.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue};
use reqwest::{Client, Method, Request, RequestBuilder, Response, Url};

use super::chain::is_connection_lost;
use super::connection::{self, ConnectionLayer};
use super::proxy::ProxyServer;
use super::resolver::Resolver;
use super::{Cause, GatewayError};

/// The options of a client.
pub(super) struct HttpOptions {
    /// The TLS configuration, used for nodes and proxies of https.
    pub(super) tls: rustls::ClientConfig,
    /// The proxy of all requests.
    pub(super) proxy: Option<ProxyServer>,
    /// `true` if responses may be compressed.
    pub(super) accepts_gzip: bool,
    /// The time limit for opening a connection.
    pub(super) connect_timeout: Duration,
}

/// An HTTP client. Clones share its connections.
#[derive(Clone, Debug)]
pub(super) struct Http {
    client: Client,
    /// A client that opens a connection for each request.
    unpooled: Client,
    /// The proxy of all requests.
    pub(super) proxy: Option<ProxyServer>,
    /// The time limit for opening a connection.
    pub(super) connect_timeout: Duration,
}

impl Http {
    /// Builds a client.
    ///
    /// # Errors
    /// If the HTTP library rejects the options.
    pub(super) fn new(options: HttpOptions) -> Result<Self, GatewayError> {
        let setup = |error: reqwest::Error| GatewayError::Setup(Cause::new(error));
        let build = |max_idle| {
            // Bodies are unpacked by us: within one machine, compressing takes longer than sending.
            let encoding = if options.accepts_gzip { "gzip" } else { "identity" };
            let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(encoding))]);
            // Redirects aren't followed: they could carry the credentials to another host.
            let builder = Client::builder()
                .tls_backend_preconfigured(options.tls.clone())
                .dns_resolver(Arc::new(Resolver))
                .connector_layer(ConnectionLayer)
                .connect_timeout(options.connect_timeout)
                .pool_max_idle_per_host(max_idle)
                .redirect(reqwest::redirect::Policy::none())
                // The certificate of the gateway, to report when it expires.
                .tls_info(true)
                .default_headers(headers)
                .user_agent(concat!("gatewatch/", env!("CARGO_PKG_VERSION")))
                .no_proxy();
            match &options.proxy {
                Some(proxy) => builder.proxy(proxy.to_reqwest()?).build(),
                None => builder.build(),
            }
        };
        Ok(Self {
            client: build(usize::MAX).map_err(setup)?,
            unpooled: build(0).map_err(setup)?,
            proxy: options.proxy,
            connect_timeout: options.connect_timeout,
        })
    }

    /// Returns a GET request.
    pub(super) fn get(&self, url: Url) -> RequestBuilder {
        self.client.get(url)
    }

    /// Returns a DELETE request.
    pub(super) fn delete(&self, url: Url) -> RequestBuilder {
        self.client.delete(url)
    }

    /// Sends a request. If a GET request is lost on a connection that was used before, which the other side may have just
    /// closed, it is sent once more on a new one.
    pub(super) async fn execute(&self, request: Request) -> reqwest::Result<Response> {
        let again = if request.method() == Method::GET { request.try_clone() } else { None };
        match (connection::observe(self.client.execute(request)).await, again) {
            (Err((error, true)), Some(again)) if is_connection_lost(&error) => {
                tracing::debug!(
                    path = again.url().path(),
                    "connection closed meanwhile, sending the request again"
                );
                self.unpooled.execute(again).await
            }
            (sent, _) => sent.map_err(|(error, _)| error),
        }
    }
}
