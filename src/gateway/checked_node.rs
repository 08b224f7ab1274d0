//! A node that credentials may be sent to.

use super::http::Http;
use super::{GatewayInfo, NodeUrl};

/// A node that passed the checks for sending credentials to it. Requests with credentials need one, and only `health`
/// creates it.
#[derive(Debug)]
pub(super) struct CheckedNode<'a> {
    /// The address.
    pub(super) url: &'a NodeUrl,
    /// The client for requests to it.
    pub(super) http: Http,
    /// Its health page; `None` if it has none that can be read, or wasn't asked for it.
    pub(super) info: Option<GatewayInfo>,
    /// Makes `new` the only way to create it.
    _checked: (),
}

impl<'a> CheckedNode<'a> {
    /// Creates a checked node. Only `health` may call this.
    pub(super) fn new(url: &'a NodeUrl, http: Http, info: Option<GatewayInfo>) -> Self {
        Self { url, http, info, _checked: () }
    }
}
