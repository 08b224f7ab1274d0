//! Which certificates a gateway may show.
//!
//! By default those that the platform's store vouches for, and no others. A profile can name a file of further
//! authorities, and can pin a host to one certificate: then that host is spoken to with exactly this one, whatever
//! names and dates it carries. There is no way to accept just any.
//!
//! A pin belongs to a host and its port, not to the whole profile, because the nodes of a redundant pair have a certificate each:
//! with one list for both, the second node would seem to have changed its certificate.

mod certificate;
mod fingerprint;
mod rejection;
mod verifier;

pub use certificate::Certificate;
pub use fingerprint::{Fingerprint, FingerprintError};
pub use rejection::{Refused, Why};

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use serde::{Deserialize, Serialize};

use super::NodeUrl;
use verifier::Verifier;

/// What is trusted for one profile beside the platform's store; nothing by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trust {
    /// A file of authorities, PEM or DER, that count in addition to the platform's.
    pub ca_file: Option<PathBuf>,
    /// The hosts that are bound to certificates.
    pub pins: Vec<Pin>,
}

/// A host that has to show this very certificate, or another that is pinned for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// The host's name or IP address, as in the gateway's URL but without brackets.
    pub host: String,
    /// The port, because one host can have several gateways; any port without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// The fingerprint of the certificate.
    pub fingerprint: Fingerprint,
}

impl Pin {
    /// Whether it says something about this node.
    #[must_use]
    pub fn is_for(&self, node: &NodeUrl) -> bool {
        let same_port = self.port.is_none_or(|port| node.port() == Some(port));
        same_port && self.host.eq_ignore_ascii_case(node.host())
    }
}

impl Trust {
    /// What of it says something about this node.
    pub(super) fn of(&self, node: &NodeUrl) -> Self {
        let pins = self.pins.iter().filter(|pin| pin.is_for(node)).cloned().collect();
        Self { ca_file: self.ca_file.clone(), pins }
    }

    /// Trusts the certificate that was refused, in place of those that its node should have shown.
    pub fn accept(&mut self, refused: &Refused) {
        let pin = refused.pin();
        if let Why::Changed { pinned, .. } = &refused.why {
            // One that is for any port may be another gateway's, too.
            let is_old = |old: &Pin| {
                (&old.host, old.port) == (&pin.host, pin.port) && pinned.contains(&old.fingerprint)
            };
            self.pins.retain(|old| !is_old(old));
        }
        if !self.pins.contains(&pin) {
            self.pins.push(pin);
        }
    }
}

/// A file of authorities that can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {fault}", path.display())]
pub struct TrustError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub fault: TrustFault,
}

/// What is wrong with a file of authorities.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TrustFault {
    /// It can't be opened.
    #[error("can't be read: {reason}")]
    Io {
        /// What the system says.
        reason: String,
    },
    /// Its PEM is broken.
    #[error("is no proper PEM file: {reason}")]
    Pem {
        /// What the reader says.
        reason: String,
    },
    /// It holds something else, such as a key.
    #[error("holds no certificate; it should be a CA's certificate as PEM or DER")]
    Empty,
    /// One of its certificates can't stand for an authority.
    #[error("certificate {place} can't be used: {reason}")]
    Unusable {
        /// Which one, counted from 1.
        place: usize,
        /// What is wrong with it.
        reason: String,
    },
}

/// How to speak TLS: as reqwest does by itself, with this trust on top.
///
/// The platform's store is read when the first certificate is to be checked, so that plain HTTP need not wait for it.
///
/// # Errors
/// When there is a file of authorities that can't be used.
///
/// # Panics
/// Never: the provider of cryptography has suites for both versions of TLS.
pub(super) fn tls_config(trust: &Trust) -> Result<ClientConfig, TrustError> {
    let roots = trust.ca_file.as_deref().map(read_roots).transpose()?.unwrap_or_default();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = Arc::new(Verifier::new(roots, trust.pins.clone(), Arc::clone(&provider)));
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has suites for TLS 1.2 and 1.3")
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    // As reqwest sets it, which leaves a prepared configuration as it is.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// The authorities in a file.
fn read_roots(path: &Path) -> Result<Vec<CertificateDer<'static>>, TrustError> {
    let failed = |fault| TrustError { path: path.to_owned(), fault };
    let bytes = std::fs::read(path).map_err(|error| failed(TrustFault::Io { reason: error.to_string() }))?;
    let roots = roots(&bytes).map_err(failed)?;
    // Each platform's verifier would find this out by itself, but late and in words of its own.
    let mut store = RootCertStore::empty();
    for (place, root) in roots.iter().enumerate() {
        store
            .add(root.clone())
            .map_err(|error| failed(TrustFault::Unusable { place: place + 1, reason: error.to_string() }))?;
    }
    Ok(roots)
}

fn roots(bytes: &[u8]) -> Result<Vec<CertificateDer<'static>>, TrustFault> {
    let pem: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(bytes).collect();
    let pem = pem.map_err(|error| TrustFault::Pem { reason: error.to_string() })?;
    if !pem.is_empty() {
        return Ok(pem);
    }
    let der = CertificateDer::from(bytes.to_vec());
    if Certificate::read(&der).is_some() { Ok(vec![der]) } else { Err(TrustFault::Empty) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(bytes: &[u8]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        std::fs::write(&path, bytes).unwrap();
        let trust = Trust { ca_file: Some(path), pins: Vec::new() };
        tls_config(&trust).unwrap_err().to_string()
    }

    #[test]
    fn a_file_without_authorities_is_refused() {
        let missing = Trust { ca_file: Some("not/there.pem".into()), pins: Vec::new() };
        let error = tls_config(&missing).unwrap_err().to_string();
        assert!(error.starts_with("not/there.pem: can't be read: "), "{error}");
        let key = b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        assert!(fault(key).ends_with("holds no certificate; it should be a CA's certificate as PEM or DER"));
        assert!(fault(b"").contains("holds no certificate"));
        let error = fault(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        assert!(error.contains("certificate 1 can't be used: "), "{error}");
        let error = fault(b"-----BEGIN CERTIFICATE-----\n????\n-----END CERTIFICATE-----\n");
        assert!(error.contains("is no proper PEM file: "), "{error}");
    }

    #[test]
    fn a_pin_is_kept_as_text() {
        let fingerprint = Fingerprint::of(b"certificate");
        let pin = |port| Pin { host: "plant-a".to_owned(), port, fingerprint };
        for (pin, port) in [(pin(None), ""), (pin(Some(8043)), "port = 8043\n")] {
            let text = toml_edit::ser::to_string(&pin).unwrap();
            assert_eq!(text, format!("host = \"plant-a\"\n{port}fingerprint = \"{fingerprint}\"\n"));
            assert_eq!(toml_edit::de::from_str::<Pin>(&text).unwrap(), pin);
        }
    }

    #[test]
    fn a_pin_is_for_its_host_and_where_it_says_so_for_its_port() {
        let is_for = |host: &str, port, node: &str| {
            let pin = Pin { host: host.to_owned(), port, fingerprint: Fingerprint::of(b"certificate") };
            pin.is_for(&node.parse().unwrap())
        };
        assert!(is_for("Plant-A", None, "https://plant-a:8043"));
        assert!(is_for("plant-a", Some(8043), "https://plant-a:8043"));
        assert!(is_for("plant-a", Some(443), "https://plant-a"));
        assert!(is_for("fe80::1", Some(8043), "https://[fe80::1]:8043"));
        assert!(!is_for("plant-a", Some(8043), "https://plant-a:9043"));
        assert!(!is_for("plant-a", None, "https://plant-b:8043"));
    }
}
