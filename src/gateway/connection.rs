//! Detects whether a request was lost on a connection that was used before, which the HTTP client doesn't report.

use std::cell::Cell;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::http::Extensions;
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpInfo};
use tower_layer::Layer;
use tower_service::Service;

use super::chain::find_cause;

tokio::task_local! {
    /// Our address of the connection that the current request has opened.
    static OPENED: Cell<Option<SocketAddr>>;
}

/// Awaits a request to a client with a [`ConnectionLayer`]. Returns the response, or the error and `true` if the request
/// had a connection that it didn't open itself.
pub(super) async fn observe<T>(
    request: impl Future<Output = reqwest::Result<T>>,
) -> Result<T, (reqwest::Error, bool)> {
    let observed = async {
        request.await.map_err(|error| {
            let used = find_cause::<legacy::Error>(&error).and_then(legacy::Error::connect_info);
            let used = used.and_then(local_address);
            // One that it has opened may not be the one that it used, if another became free first.
            let is_reused = used.is_some() && used != OPENED.with(Cell::get);
            (error, is_reused)
        })
    };
    OPENED.scope(Cell::new(None), observed).await
}

fn local_address(connected: &Connected) -> Option<SocketAddr> {
    let mut extras = Extensions::new();
    connected.get_extras(&mut extras);
    extras.get::<HttpInfo>().map(HttpInfo::local_addr)
}

/// Notes opened connections in the request that waits for them.
#[derive(Clone, Debug)]
pub(super) struct ConnectionLayer;

impl<S> Layer<S> for ConnectionLayer {
    type Service = Observed<S>;

    fn layer(&self, connector: S) -> Observed<S> {
        Observed(connector)
    }
}

/// A connector that notes the connections it has opened.
#[derive(Clone, Debug)]
pub(super) struct Observed<S>(S);

impl<S, R> Service<R> for Observed<S>
where
    S: Service<R, Response: Connection, Future: Send + 'static>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, target: R) -> Self::Future {
        let connecting = self.0.call(target);
        Box::pin(async move {
            let connection = connecting.await?;
            let address = local_address(&connection.connected());
            // A connection that is finished in the background belongs to no request.
            let _in_background = OPENED.try_with(|opened| opened.set(address));
            Ok(connection)
        })
    }
}
