//! A rejected certificate, from the verifier through rustls and the HTTP client to the caller.

use std::error::Error;
use std::fmt;

use rustls::CertificateError;
use rustls::pki_types::UnixTime;

use super::{Certificate, Fingerprint, Pin};
use crate::gateway::Cause;
use crate::gateway::chain::find_cause;

/// A rejected certificate. Nothing was sent to the host that showed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedCertificate {
    /// The host of the request.
    pub host: String,
    /// The port of the request; `None` while the TLS handshake is running.
    pub port: Option<u16>,
    /// The certificate that the host showed.
    pub certificate: Certificate,
    /// The reason for the rejection. Where several apply it is one of them.
    pub reason: RejectReason,
    /// The error of the verifier; `None` if only the pin differs.
    pub cause: Option<Cause>,
}

impl RejectedCertificate {
    /// Returns the rejection behind a failed request; `None` if it failed for another reason.
    pub(in crate::gateway) fn from_request_error(error: &reqwest::Error) -> Option<Self> {
        let rejected = match find_cause::<rustls::Error>(error)? {
            rustls::Error::InvalidCertificate(CertificateError::Other(other)) => {
                other.0.downcast_ref::<Self>().cloned()?
            }
            _ => return None,
        };
        // The verifier doesn't know the port.
        let port = error.url().and_then(reqwest::Url::port_or_known_default);
        Some(Self { port, ..rejected })
    }

    /// Returns the pin that makes the host trusted with this certificate.
    #[must_use]
    pub fn pin(&self) -> Pin {
        Pin { host: self.host.clone(), port: self.port, fingerprint: self.certificate.fingerprint }
    }
}

impl Error for RejectedCertificate {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_ref().map(|cause| cause as _)
    }
}

impl fmt::Display for RejectedCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port: _, certificate, reason, cause: _ } = self;
        f.write_str("The gateway's certificate ")?;
        match reason {
            RejectReason::UnknownIssuer => write!(f, "has an unknown issuer, {}", certificate.issuer)?,
            RejectReason::SelfSigned => f.write_str("is self-signed")?,
            RejectReason::Expired => f.write_str("has expired")?,
            RejectReason::NotYetValid => f.write_str("isn't valid yet")?,
            RejectReason::WrongHost if certificate.has_name_like_address(host) => {
                write!(f, "has the address {host} only as a DNS name, not as an IP address")?;
            }
            RejectReason::WrongHost if certificate.names.is_empty() => write!(f, "isn't valid for {host}")?,
            RejectReason::WrongHost => {
                write!(f, "is valid for {}, not for {host}", certificate.names.join(", "))?;
            }
            RejectReason::Revoked => f.write_str("has been revoked")?,
            RejectReason::Changed { platform_trusted: true, .. } => {
                f.write_str("has changed, and the new one is trusted by this system")?;
            }
            RejectReason::Changed { platform_trusted: false, .. } => f.write_str("has changed")?,
            RejectReason::Unusable => f.write_str("can't be used for TLS")?,
            RejectReason::Other => f.write_str("is invalid")?,
        }
        write!(f, " (SHA-256 {})", certificate.fingerprint)
    }
}

/// The reason for rejecting a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RejectReason {
    /// The issuer isn't in the platform's store.
    UnknownIssuer,
    /// The certificate is its own issuer.
    SelfSigned,
    /// Its validity has ended.
    Expired,
    /// Its validity hasn't begun.
    NotYetValid,
    /// It is valid for other hosts.
    WrongHost,
    /// Its issuer has revoked it.
    Revoked,
    /// The host is pinned to another certificate.
    Changed {
        /// The fingerprints that the host may show.
        pinned: Vec<Fingerprint>,
        /// Whether the platform trusts the new certificate.
        platform_trusted: bool,
    },
    /// TLS isn't possible with it even if it were trusted, as with a version 1 certificate.
    Unusable,
    /// Anything else, see the cause.
    Other,
}

impl RejectReason {
    /// Returns the reason for a rejection by the platform.
    ///
    /// Platforms differ in how precise their errors are, so the certificate's own content decides where it can.
    pub(super) fn new(error: &rustls::Error, certificate: &Certificate, now: UnixTime) -> Self {
        use CertificateError::{NotValidForName, NotValidForNameContext, Revoked, UnknownIssuer};
        let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        let reason = match error {
            rustls::Error::InvalidCertificate(reason) => Some(reason),
            _ => None,
        };
        match reason {
            Some(Revoked) => Self::Revoked,
            Some(NotValidForName | NotValidForNameContext { .. }) => Self::WrongHost,
            _ if now > certificate.not_after => Self::Expired,
            _ if now < certificate.not_before => Self::NotYetValid,
            _ if certificate.is_self_signed => Self::SelfSigned,
            Some(UnknownIssuer) => Self::UnknownIssuer,
            // An expired issuer included.
            _ => Self::Other,
        }
    }

    /// Returns what the user can do.
    pub(in crate::gateway) fn advice(&self) -> &'static str {
        match self {
            Self::Changed { .. } => "Ask the gateway's administrator before trusting it",
            Self::Unusable | Self::Revoked => "Install another certificate on the gateway",
            Self::NotYetValid => "Check this machine's clock",
            _ => "Trust it in the window if it is the gateway's own",
        }
    }
}
