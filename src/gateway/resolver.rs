//! Host name lookup as the system does it, with an error of our own type, so that it is recognized in a chain.

use std::io;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// A host name without an address.
#[derive(Debug, thiserror::Error)]
#[error("lookup of {host} failed")]
pub(super) struct LookupError {
    host: String,
    #[source]
    source: io::Error,
}

/// Looks up host names in the system's name service.
#[derive(Debug)]
pub(super) struct Resolver;

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let host = name.as_str().to_owned();
            // The port is set by the connector.
            let found = tokio::net::lookup_host((host.as_str(), 0)).await.map(Vec::from_iter);
            match found {
                Ok(addresses) => Ok(Box::new(addresses.into_iter()) as Addrs),
                Err(source) => Err(LookupError { host, source }.into()),
            }
        })
    }
}
