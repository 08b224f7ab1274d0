//! The demo gateway: a gateway with made-up sessions inside this process, for a first look and for tests.
//!
//! It is a real HTTP server and shares only the filter and the names of columns with the code that reads it.
//! [`DemoGateway`] runs it on a thread; [`run`] runs it in the foreground, for `gatewatch demo`.
//!
//! - [`session_generator`] generates users and sessions from the words in `names`
//! - [`registry`] holds the sessions and simulates logins and logouts
//! - `webdev`, `rest`, `health` and `control` handle the requests, with `response` and `auth`

mod auth;
mod control;
mod health;
mod names;
pub mod registry;
mod response;
mod rest;
pub mod session;
pub mod session_generator;
mod webdev;

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    thread::{self, JoinHandle},
};

use axum::{Router, http::StatusCode, response::Response, serve::ListenerExt as _};
use tokio::{net::TcpListener, runtime::Runtime, sync::oneshot};
use tower_http::{CompressionLevel, compression::CompressionLayer};

pub use auth::{Basic, CredentialError, Token};
use registry::Registry;

use crate::stop_signal::stop_signal;

/// Default address: the default port of a gateway, on this machine.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:8088";
/// Default seed.
pub const DEFAULT_SEED: u64 = 42;
/// Default number of Vision clients and Designers.
pub const DEFAULT_SESSIONS: usize = 120;

/// Options of a demo gateway.
#[derive(Clone, Debug)]
pub struct Options {
    /// Address to listen on, as HOST:PORT. Port 0 selects a free port.
    pub listen: String,
    /// Seed of the sessions. The same seed gives the same sessions.
    pub seed: u64,
    /// Number of Vision clients and Designers. Perspective sessions are added to these.
    pub sessions: usize,
    /// `true` to simulate no logins and logouts.
    pub still: bool,
    /// Credentials for the Web Dev paths; `None` for no authentication.
    pub require_basic: Option<Basic>,
    /// Token for the REST paths; `None` for no authentication.
    pub require_token: Option<Token>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: DEFAULT_LISTEN.to_owned(),
            seed: DEFAULT_SEED,
            sessions: DEFAULT_SESSIONS,
            still: false,
            require_basic: None,
            require_token: None,
        }
    }
}

impl Options {
    /// Returns the options of a gateway on a free port, for this process.
    #[must_use]
    pub fn in_process() -> Self {
        Self { listen: "127.0.0.1:0".to_owned(), ..Self::default() }
    }
}

/// The reason why the demo gateway can't run.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The address isn't available.
    #[error("Can't listen on {listen}. Choose another address with --listen HOST:PORT")]
    Listen {
        /// Address as passed in [`Options::listen`].
        listen: String,
        /// Error of the system.
        source: io::Error,
    },
    /// The asynchronous runtime can't start.
    #[error("Can't start the runtime of the demo gateway")]
    Runtime(#[source] io::Error),
    /// The thread can't start.
    #[error("Can't start the thread of the demo gateway")]
    Thread(#[source] io::Error),
    /// The address can't be reported.
    #[error("Can't write the address to standard output")]
    Announce(#[source] io::Error),
    /// The signals that stop it can't be handled.
    #[error("Can't handle Ctrl+C")]
    Signals(#[source] io::Error),
}

/// A demo gateway that runs on a thread. It stops when dropped.
#[derive(Debug)]
pub struct DemoGateway {
    url: String,
    /// The sender that stops the thread when it is dropped.
    stop: Option<oneshot::Sender<()>>,
    /// `None` only during the drop.
    thread: Option<JoinHandle<()>>,
}

impl DemoGateway {
    /// Starts a gateway, which is listening when this returns.
    ///
    /// # Examples
    /// ```
    /// use gatewatch::demo::{DemoGateway, Options};
    ///
    /// let gateway = DemoGateway::start(Options::in_process())?;
    /// assert!(gateway.url().starts_with("http://127.0.0.1:"));
    /// # Ok::<(), gatewatch::demo::DemoError>(())
    /// ```
    ///
    /// # Errors
    /// If the address isn't available, or the thread or its runtime can't start.
    pub fn start(options: Options) -> Result<Self, DemoError> {
        let server = Server::bind(options)?;
        let url = server.url.clone();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("demo-gateway".to_owned())
            .spawn(move || {
                server.serve_until(async {
                    // Nothing is sent: the channel closes with its sender.
                    let _ = stopped.await;
                });
            })
            .map_err(DemoError::Thread)?;
        Ok(Self { url, stop: Some(stop), thread: Some(thread) })
    }

    /// Returns the URL of the gateway, such as `http://127.0.0.1:8088`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for DemoGateway {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // The panic hook has reported a panic already.
            let _ = thread.join();
        }
    }
}

/// Returns the initial Web Dev response of a gateway with this seed and size, without starting it. For benchmarks.
///
/// # Errors
/// If serialization fails, which doesn't happen with these types.
pub fn web_dev_response(seed: u64, sessions: usize) -> serde_json::Result<Vec<u8>> {
    webdev::response_body(&Registry::new(seed, sessions, now_ms()), None, None)
}

/// Runs a gateway in the foreground until Ctrl+C, SIGTERM or, on Linux, SIGHUP. Calls `ready` with its URL when it is listening.
///
/// # Errors
/// If the address isn't available, the runtime can't start, signals can't be handled, or `ready` fails.
pub fn run(options: Options, ready: impl FnOnce(&str) -> io::Result<()>) -> Result<(), DemoError> {
    let server = Server::bind(options)?;
    // Before `ready` is called, so that no signal is missed.
    let stop = {
        let _context = server.runtime.enter();
        stop_signal().map_err(DemoError::Signals)?
    };
    ready(&server.url).map_err(DemoError::Announce)?;
    server.serve_until(stop);
    Ok(())
}

/// The state that all request handlers share.
struct Gateway {
    registry: Registry,
    /// Credentials that the Web Dev paths require.
    basic: Option<Basic>,
    /// Token that the REST paths require.
    token: Option<Token>,
}

/// A server that has bound its port but doesn't respond yet.
struct Server {
    /// Runtime with one thread, and others that write long responses.
    runtime: Runtime,
    listener: TcpListener,
    url: String,
    gateway: Arc<Gateway>,
    /// `true` to simulate no logins and logouts.
    still: bool,
}

impl Server {
    /// Binds the port and takes all other steps that can fail. Doesn't block on a runtime, so it can be called from async
    /// code.
    fn bind(options: Options) -> Result<Self, DemoError> {
        let (listener, url) = listen_on(&options.listen)
            .map_err(|source| DemoError::Listen { listen: options.listen.clone(), source })?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .thread_name("demo-gateway-writer")
            .build()
            .map_err(DemoError::Runtime)?;
        let listener = {
            let _context = runtime.enter();
            TcpListener::from_std(listener)
        };
        match listener {
            Ok(listener) => {
                let gateway = Arc::new(Gateway {
                    registry: Registry::new(options.seed, options.sessions, now_ms()),
                    basic: options.require_basic,
                    token: options.require_token,
                });
                tracing::debug!(%url, seed = options.seed, sessions = options.sessions, "demo gateway is listening");
                let still = options.still || options.sessions == 0;
                Ok(Self { runtime, listener, url, gateway, still })
            }
            Err(error) => {
                // Dropping the runtime would block, which panics in async code.
                runtime.shutdown_background();
                Err(DemoError::Runtime(error))
            }
        }
    }

    /// Serves requests until `stop` resolves, then closes the port and all connections.
    fn serve_until(self, stop: impl Future<Output = ()>) {
        let Self { runtime, listener, url: _, gateway, still } = self;
        // Small responses must not wait for more data.
        let listener = listener.tap_io(|connection| {
            // An error only delays responses.
            let _ = connection.set_nodelay(true);
        });
        let server = axum::serve(listener, router(&gateway));
        runtime.block_on(async {
            tokio::select! {
                () = stop => {}
                // Never resolves: axum handles errors of connections itself.
                _ = server.into_future() => {}
                () = simulate_changes(&gateway.registry), if !still => {}
            }
        });
        runtime.shutdown_background();
    }
}

/// Returns the routes of all modules.
fn router(gateway: &Arc<Gateway>) -> Router {
    Router::new()
        .merge(webdev::routes())
        .merge(rest::routes(gateway))
        .merge(health::routes())
        .merge(control::routes())
        .fallback(not_found)
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .with_state(Arc::clone(gateway))
}

/// Responds to all other paths.
async fn not_found() -> Response {
    response::html_page(StatusCode::NOT_FOUND, "No such page")
}

/// Simulates logins and logouts forever.
async fn simulate_changes(registry: &Registry) {
    loop {
        tokio::time::sleep(registry.next_delay()).await;
        registry.simulate_change(now_ms());
    }
}

/// Returns a non-blocking socket that listens on `address`, and its URL.
fn listen_on(address: &str) -> io::Result<(std::net::TcpListener, String)> {
    let listener = std::net::TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    let url = url_of(listener.local_addr()?);
    Ok((listener, url))
}

/// Returns the URL of a socket. The unspecified address is replaced by the loopback address.
fn url_of(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("http://{address}")
}

/// Returns the current time in epoch milliseconds.
fn now_ms() -> i64 {
    chrono::Utc::now().timestamp_millis()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_has_a_reachable_address() {
        let url = |address: &str| url_of(address.parse().unwrap());
        assert_eq!(url("127.0.0.1:8088"), "http://127.0.0.1:8088");
        assert_eq!(url("0.0.0.0:8088"), "http://127.0.0.1:8088");
        assert_eq!(url("[::]:8088"), "http://[::1]:8088");
    }
}
