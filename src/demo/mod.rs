//! A gateway inside this process, for a first look and for tests.
//!
//! To the rest of the program it is a gateway like any other: it is reached over a socket only, and it shares nothing
//! with the code that reads it but the filter. Whoever starts it holds a [`DemoGateway`]; `gatewatch demo` calls [`run`].
//!
//! - [`plant`] makes up who works there, from the words in `names`
//! - [`registry`] knows who is logged in, in lists of `roster`'s kind
//! - `webdev`, `rest`, `health` and `control` are the paths that it answers, `answer` the forms, `auth` the credentials

mod answer;
mod auth;
mod control;
mod health;
mod names;
pub mod registry;
mod rest;
pub mod roster;
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

/// Where to listen unless told otherwise: the port that a gateway has.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:8088";
/// The plant unless told otherwise.
pub const DEFAULT_SEED: u64 = 42;
/// Its size unless told otherwise.
pub const DEFAULT_SESSIONS: usize = 120;

/// What kind of gateway to be.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen, as HOST:PORT; port 0 picks one.
    pub listen: String,
    /// The same seed makes the same people.
    pub seed: u64,
    /// Vision clients and Designers together; Perspective sessions come on top.
    pub sessions: usize,
    /// Nobody comes or goes.
    pub still: bool,
    /// Who may read the Web Dev paths; `None`: anybody.
    pub require_basic: Option<Basic>,
    /// Who may use the REST paths; `None`: anybody.
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
    /// A gateway for this process alone, on a port that is free.
    #[must_use]
    pub fn in_process() -> Self {
        Self { listen: "127.0.0.1:0".to_owned(), ..Self::default() }
    }
}

/// Why the demo gateway can't start.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The address is not to be had. The message holds the cause already, so there is no `source`.
    #[error(
        "cannot listen on {listen}: {}; choose another with --listen HOST:PORT",
        in_words(.cause)
    )]
    Listen {
        /// The address, as given.
        listen: String,
        /// What the system says.
        cause: io::Error,
    },
    /// The runtime can't start.
    #[error("cannot start the demo gateway's runtime")]
    Runtime(#[source] io::Error),
    /// The thread can't start.
    #[error("cannot start the demo gateway's thread")]
    Thread(#[source] io::Error),
    /// Nobody can be told where it listens.
    #[error("cannot write the address to standard output: {0}")]
    Announce(io::Error),
    /// Ctrl+C and SIGTERM can't be listened for.
    #[error("cannot listen for Ctrl+C")]
    Signals(#[source] io::Error),
}

/// The usual causes shorter than the system says them, and without its error number.
fn in_words(cause: &io::Error) -> String {
    match cause.kind() {
        io::ErrorKind::AddrInUse => "address in use".to_owned(),
        io::ErrorKind::AddrNotAvailable => "not an address of this machine".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => cause.to_string(),
    }
}

/// A demo gateway on a thread of its own. Stops at once when dropped.
#[derive(Debug)]
pub struct DemoGateway {
    /// Where it listens.
    url: String,
    /// Dropped to stop the thread.
    stop: Option<oneshot::Sender<()>>,
    /// `None` only while being dropped.
    thread: Option<JoinHandle<()>>,
}

impl DemoGateway {
    /// Starts a gateway. It listens when this returns.
    ///
    /// # Errors
    /// When the address can't be listened on, or the system has no thread or runtime for us.
    pub fn start(options: Options) -> Result<Self, DemoError> {
        let server = Server::bind(options)?;
        let url = server.url.clone();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("demo-gateway".to_owned())
            .spawn(move || {
                server.serve_until(async {
                    // Nobody sends: the channel ends with its sender.
                    let _ = stopped.await;
                });
            })
            .map_err(DemoError::Thread)?;
        Ok(Self { url, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens, such as `http://127.0.0.1:8088`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for DemoGateway {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // A panic has been reported by its hook; there is nothing left to do about it.
            let _ = thread.join();
        }
    }
}

/// What the Web Dev resource of such a gateway answers at its start, without the gateway: for whoever measures with its
/// sessions.
///
/// # Errors
/// Never but by a fault of the writer of JSON.
pub fn web_dev_answer(seed: u64, sessions: usize) -> serde_json::Result<Vec<u8>> {
    webdev::answer(&Registry::new(seed, sessions, now_ms()), None, None)
}

/// Runs a gateway in the foreground until Ctrl+C or SIGTERM. Calls `ready` with its URL once it listens.
///
/// # Errors
/// When the address can't be listened on, or the system has no runtime or signals for us.
pub fn run(options: Options, ready: impl FnOnce(&str) -> io::Result<()>) -> Result<(), DemoError> {
    let server = Server::bind(options)?;
    // Before anybody hears that we are ready, so that no signal is missed.
    let stop = {
        let _context = server.runtime.enter();
        stop_signal().map_err(DemoError::Signals)?
    };
    ready(&server.url).map_err(DemoError::Announce)?;
    server.serve_until(stop);
    Ok(())
}

/// Resolves when the user, or the system, wants the program to end.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Resolves when the user wants the program to end.
#[cfg(windows)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}

/// What every path needs.
struct Gateway {
    /// Who is logged in.
    registry: Registry,
    /// Who may read the Web Dev paths.
    basic: Option<Basic>,
    /// Who may use the REST paths.
    token: Option<Token>,
}

/// A gateway that has its port but does not answer yet.
struct Server {
    /// Everything runs on this, on one thread; long answers are written on others.
    runtime: Runtime,
    /// The port.
    listener: TcpListener,
    /// Its address.
    url: String,
    /// Who is logged in, and who may know.
    gateway: Arc<Gateway>,
    /// Nobody comes or goes.
    still: bool,
}

impl Server {
    /// Does all that can fail. Blocks on no runtime, so that async tests can start a gateway too.
    fn bind(options: Options) -> Result<Self, DemoError> {
        let (listener, url) = listen_on(&options.listen)
            .map_err(|cause| DemoError::Listen { listen: options.listen.clone(), cause })?;
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
                let still = options.still || options.sessions == 0;
                Ok(Self { runtime, listener, url, gateway, still })
            }
            Err(error) => {
                // A plain drop would wait, which an async caller must not.
                runtime.shutdown_background();
                Err(DemoError::Runtime(error))
            }
        }
    }

    /// Answers until `stop`; then closes the port and all connections, whatever is under way.
    fn serve_until(self, stop: impl Future<Output = ()>) {
        let Self { runtime, listener, url: _, gateway, still } = self;
        // Small answers must not wait for more to come.
        let listener = listener.tap_io(|connection| {
            // Without it they are late, but they come.
            let _ = connection.set_nodelay(true);
        });
        let server = axum::serve(listener, router(&gateway));
        runtime.block_on(async {
            tokio::select! {
                () = stop => {}
                // Never ends: axum outlives what goes wrong with a connection.
                _ = server.into_future() => {}
                () = come_and_go(&gateway.registry), if !still => {}
            }
        });
        runtime.shutdown_background();
    }
}

/// All paths.
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

/// For every path that no gateway has.
async fn not_found() -> Response {
    answer::page(StatusCode::NOT_FOUND, "No such page")
}

/// Lets people come and go for ever.
async fn come_and_go(registry: &Registry) {
    loop {
        tokio::time::sleep(registry.pause()).await;
        registry.step(now_ms());
    }
}

/// A socket that listens on `address`, ready for a runtime, and its URL.
fn listen_on(address: &str) -> io::Result<(std::net::TcpListener, String)> {
    let listener = std::net::TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    let url = url_of(listener.local_addr()?);
    Ok((listener, url))
}

/// The URL of a socket on this machine: one that listens everywhere is reached by the loopback address.
fn url_of(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("http://{address}")
}

/// The gateway's clock, in epoch milliseconds.
fn now_ms() -> i64 {
    chrono::Utc::now().timestamp_millis()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_can_be_opened_from_this_machine() {
        let url = |address: &str| url_of(address.parse().unwrap());
        assert_eq!(url("127.0.0.1:8088"), "http://127.0.0.1:8088");
        assert_eq!(url("0.0.0.0:8088"), "http://127.0.0.1:8088");
        assert_eq!(url("[::]:8088"), "http://[::1]:8088");
    }
}
