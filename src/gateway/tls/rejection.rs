//! A rejected certificate, from the verifier through rustls and the HTTP client to the caller.

use std::error::Error;
use std::fmt;
use std::io;

use rustls::CertificateError;
use rustls::pki_types::UnixTime;

use super::{Certificate, Fingerprint, Pin};
use crate::gateway::Cause;
use crate::gateway::chain::find_cause;

/// The largest number of host names in a message.
const MAX_NAMES: usize = 4;
/// Advice about a certificate that may be the gateway's own.
const TRUST_IN_WINDOW: &str = "Trust it in the window if it is the gateway's own";

/// A rejected certificate. Nothing was sent to the host that showed it.
#[derive(Clone, Debug)]
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
        let rejected = Self::from_tls_error(find_cause(error)?)?.clone();
        // The verifier doesn't know the port.
        let port = error.url().and_then(reqwest::Url::port_or_known_default);
        Some(Self { port, ..rejected })
    }

    /// Returns the rejection behind a failed TLS handshake; `None` if it failed for another reason.
    pub(crate) fn from_handshake_error(error: &io::Error) -> Option<&Self> {
        Self::from_tls_error(error.get_ref()?.downcast_ref()?)
    }

    fn from_tls_error(error: &rustls::Error) -> Option<&Self> {
        match error {
            rustls::Error::InvalidCertificate(CertificateError::Other(other)) => other.0.downcast_ref(),
            _ => None,
        }
    }

    /// Returns the problem with the certificate, to follow its name in a sentence.
    pub(crate) fn problem(&self) -> impl fmt::Display {
        Problem(self, &self.reason)
    }

    /// Returns the pin that makes the host trusted with this certificate.
    #[must_use]
    pub fn pin(&self) -> Pin {
        Pin { host: self.host.clone(), port: self.port, fingerprint: self.certificate.fingerprint }
    }
}

impl PartialEq for RejectedCertificate {
    /// Ignores the cause, whose text may hold the time of the verification.
    fn eq(&self, other: &Self) -> bool {
        let Self { host, port, certificate, reason, cause: _ } = self;
        (host, port, certificate, reason) == (&other.host, &other.port, &other.certificate, &other.reason)
    }
}

impl Eq for RejectedCertificate {}

impl Error for RejectedCertificate {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_ref().map(|cause| cause as _)
    }
}

impl fmt::Display for RejectedCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fingerprint = self.certificate.fingerprint;
        let advice = self.reason.advice().unwrap_or(TRUST_IN_WINDOW);
        write!(f, "The gateway's certificate {} (SHA-256 {fingerprint}). {advice}", self.problem())
    }
}

/// The predicate of a sentence about a certificate.
struct Problem<'a>(&'a RejectedCertificate, &'a RejectReason);

impl fmt::Display for Problem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(rejected, reason) = *self;
        let RejectedCertificate { host, certificate, .. } = rejected;
        match reason {
            RejectReason::UnknownIssuer => write!(f, "has an unknown issuer, {}", certificate.issuer),
            RejectReason::SelfSigned => f.write_str("is self-signed"),
            RejectReason::Expired => f.write_str("has expired"),
            RejectReason::NotYetValid => f.write_str("isn't valid yet"),
            RejectReason::WrongHost if certificate.has_name_like_address(host) => {
                write!(f, "has the address {host} only as a DNS name, not as an IP address")
            }
            RejectReason::WrongHost if certificate.names.is_empty() => write!(f, "isn't valid for {host}"),
            RejectReason::WrongHost => {
                let names: Vec<&str> = certificate.names.iter().take(MAX_NAMES).map(String::as_str).collect();
                let more = if certificate.names.len() > MAX_NAMES { ", …" } else { "" };
                write!(f, "is valid for {}{more}, not for {host}", names.join(", "))
            }
            RejectReason::Revoked => f.write_str("has been revoked"),
            RejectReason::Changed { platform_reason: Some(reason), .. } => {
                write!(f, "has changed, and the new one {}", Problem(rejected, reason))
            }
            RejectReason::Changed { platform_reason: None, .. } => {
                f.write_str("has changed, and the new one is trusted by this system")
            }
            RejectReason::Unusable => f.write_str("can't be used for TLS"),
            RejectReason::Other => f.write_str("is invalid"),
        }
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
    /// The certificate has expired.
    Expired,
    /// The certificate isn't valid yet.
    NotYetValid,
    /// The certificate is valid for other hosts.
    WrongHost,
    /// The issuer has revoked the certificate.
    Revoked,
    /// The host is pinned to another certificate.
    Changed {
        /// The fingerprints that the host may show.
        pinned: Vec<Fingerprint>,
        /// The reason why the new certificate would be rejected without the pins; `None` if the platform trusts it.
        platform_reason: Option<Box<Self>>,
    },
    /// The certificate can't be used for TLS even if it were trusted, as with version 1.
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

    /// Returns `true` if the validity of the certificate has ended.
    pub(crate) fn is_expired(&self) -> bool {
        match self {
            Self::Expired => true,
            Self::Changed { platform_reason: Some(reason), .. } => reason.is_expired(),
            _ => false,
        }
    }

    /// Returns advice about the certificate; `None` if it can be trusted after comparing it with
    /// that of the gateway.
    pub(crate) fn advice(&self) -> Option<&'static str> {
        match self {
            Self::Changed { .. } => Some("Ask the gateway's administrator before trusting it"),
            Self::Unusable | Self::Revoked => Some("Install another certificate on the gateway"),
            Self::NotYetValid => Some("Check this machine's clock"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_equal_to_the_same_rejection_at_another_time() {
        let rejected = |time: &str| RejectedCertificate {
            host: "plant-a".to_owned(),
            port: Some(8043),
            certificate: Certificate {
                fingerprint: Fingerprint::of(b"certificate"),
                subject: "CN=plant-a".to_owned(),
                issuer: "CN=plant-a".to_owned(),
                names: Vec::new(),
                not_before: 0,
                not_after: 1,
                is_self_signed: true,
                is_authority: false,
            },
            reason: RejectReason::Expired,
            cause: Some(Cause::message(format!("certificate expired: verification time {time}"))),
        };
        assert_eq!(rejected("2"), rejected("3"));
        assert_ne!(rejected("2"), RejectedCertificate { reason: RejectReason::Revoked, ..rejected("2") });
    }

    #[test]
    fn changed_certificate_may_have_expired_too() {
        let changed = |reason: Option<RejectReason>| RejectReason::Changed {
            pinned: Vec::new(),
            platform_reason: reason.map(Box::new),
        };
        assert!(RejectReason::Expired.is_expired() && changed(Some(RejectReason::Expired)).is_expired());
        assert!(!changed(Some(RejectReason::SelfSigned)).is_expired() && !changed(None).is_expired());
    }
}
