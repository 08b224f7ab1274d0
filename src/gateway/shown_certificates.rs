//! The certificates that nodes have shown.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::Response;
use reqwest::tls::TlsInfo;

use super::{Certificate, NodeUrl};

/// The certificate of each node's last response.
#[derive(Debug, Default)]
pub(super) struct ShownCertificates(Mutex<HashMap<NodeUrl, Arc<Certificate>>>);

impl ShownCertificates {
    /// Notes the certificate with which a node has sent a response.
    pub(super) fn note(&self, node: &NodeUrl, response: &Response) {
        let shown = response.extensions().get::<TlsInfo>().and_then(TlsInfo::peer_certificate);
        if let Some(certificate) = shown.and_then(Certificate::from_der) {
            let mut certificates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            certificates.insert(node.clone(), Arc::new(certificate));
        }
    }

    /// Returns the certificate of a node; `None` if it hasn't shown one.
    pub(super) fn of(&self, node: &NodeUrl) -> Option<Arc<Certificate>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(node).cloned()
    }
}
