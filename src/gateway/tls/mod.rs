//! The certificates that a gateway may show.
//!
//! By default these are the ones that the platform's store trusts. A profile can name a file of further certificates: of
//! authorities, or of gateways. It can also pin a host to one certificate, whatever its names and dates. There is no way to
//! accept any certificate.
//!
//! A pin belongs to a host and its port, not to the whole profile, because each node of a redundant pair has its own
//! certificate: with one list for both, the second node's certificate would appear changed.

mod certificate;
mod fingerprint;
mod rejection;
mod roots;
mod verifier;

pub use certificate::Certificate;
pub use fingerprint::{Fingerprint, FingerprintError};
pub use rejection::{RejectReason, RejectedCertificate};
pub(super) use roots::{Roots, RootsLoader};

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::crypto::CryptoProvider;
use serde::{Deserialize, Serialize};

use super::{Cause, NodeUrl};
use verifier::Verifier;

/// The certificates that a profile trusts in addition to the platform's store. Default: none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trust {
    /// A file of certificates of authorities or gateways, PEM or DER.
    pub ca_file: Option<PathBuf>,
    /// The hosts that have to show a certain certificate.
    pub pins: Vec<Pin>,
}

/// A host that has to show this certificate, or another one that is pinned for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// The host name or IP address, as in the gateway's URL but without brackets.
    pub host: String,
    /// The port, because one host can have several gateways; `None` for any port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// The fingerprint of the certificate.
    pub fingerprint: Fingerprint,
}

impl Pin {
    /// Returns `true` if the pin applies to this node.
    #[must_use]
    pub fn applies_to(&self, node: &NodeUrl) -> bool {
        let same_port = self.port.is_none_or(|port| node.port() == Some(port));
        same_port && self.host.eq_ignore_ascii_case(node.host())
    }
}

impl Trust {
    /// Returns the pins that apply to this node.
    pub(super) fn pins_of(&self, node: &NodeUrl) -> Vec<Pin> {
        self.pins.iter().filter(|pin| pin.applies_to(node)).cloned().collect()
    }

    /// Trusts a rejected certificate, in place of those that its node had to show.
    pub fn accept(&mut self, rejected: &RejectedCertificate) {
        let pin = rejected.pin();
        if let RejectReason::Changed { pinned, .. } = &rejected.reason {
            // A pin for any port may be another gateway's, too, and stays.
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

/// A failure to load the trusted certificates.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CaFileError {
    /// The file can't be read.
    #[error("Can't read the CA file {}. Check ca_file in config.toml", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: Cause,
    },
    /// The file isn't read in time, as on a network drive that is gone.
    #[error("Can't read the CA file {} within {seconds} s. Check that its drive is connected", path.display())]
    Timeout {
        /// The file.
        path: PathBuf,
        /// The time limit in seconds.
        seconds: f64,
    },
    /// The system's certificates aren't loaded in time.
    #[error("Can't load the system's certificates within {seconds} s. Try again")]
    SystemTimeout {
        /// The time limit in seconds.
        seconds: f64,
    },
    /// The thread that loads the certificates has ended.
    #[error("Can't load the trusted certificates. Try again")]
    Stopped,
    /// The file holds something else than certificates.
    #[error("No valid certificate in {}. Choose a PEM or DER file of CA certificates", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The error of the parser; `None` if the file holds no certificate at all.
        source: Option<Cause>,
    },
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// Returns a TLS configuration for protocols other than HTTP: it trusts what the platform trusts, and the certificates in a
/// file. Blocks while it reads the file and, on Linux, all certificates of the system.
///
/// # Errors
/// If the file can't be used.
pub(crate) fn tls_config_for(ca_file: Option<&Path>) -> Result<ClientConfig, CaFileError> {
    let mut config = tls_config(Arc::new(Roots::load(ca_file, provider())?), Vec::new());
    config.alpn_protocols.clear();
    Ok(config)
}

/// Returns the TLS configuration that reqwest uses by default, with these roots and pins.
pub(super) fn tls_config(roots: Arc<Roots>, pins: Vec<Pin>) -> ClientConfig {
    let provider = provider();
    let verifier = Arc::new(Verifier::new(roots, pins, Arc::clone(&provider)));
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has suites for TLS 1.2 and 1.3")
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    // reqwest sets this in its own configurations only.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stores_pins_as_toml() {
        let fingerprint = Fingerprint::of(b"certificate");
        let pin = |port| Pin { host: "plant-a".to_owned(), port, fingerprint };
        for (pin, port) in [(pin(None), ""), (pin(Some(8043)), "port = 8043\n")] {
            let text = toml_edit::ser::to_string(&pin).unwrap();
            assert_eq!(text, format!("host = \"plant-a\"\n{port}fingerprint = \"{fingerprint}\"\n"));
            assert_eq!(toml_edit::de::from_str::<Pin>(&text).unwrap(), pin);
        }
    }

    #[test]
    fn pin_applies_to_host_and_optional_port() {
        let applies = |host: &str, port, node: &str| {
            let pin = Pin { host: host.to_owned(), port, fingerprint: Fingerprint::of(b"certificate") };
            pin.applies_to(&node.parse().unwrap())
        };
        assert!(applies("Plant-A", None, "https://plant-a:8043"));
        assert!(applies("plant-a", Some(8043), "https://plant-a:8043"));
        assert!(applies("plant-a", Some(443), "https://plant-a"));
        assert!(applies("fe80::1", Some(8043), "https://[fe80::1]:8043"));
        assert!(!applies("plant-a", Some(8043), "https://plant-a:9043"));
        assert!(!applies("plant-a", None, "https://plant-b:8043"));
    }
}
