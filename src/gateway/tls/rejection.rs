//! A certificate that was refused, and the way of that news through TLS and HTTP up to us.

use std::error::Error;
use std::fmt;

use rustls::CertificateError;
use rustls::pki_types::UnixTime;

use super::{Certificate, Fingerprint, Pin};
use crate::gateway::error::causes;

/// A certificate that was refused. Nothing was sent to whoever showed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The host that was called.
    pub host: String,
    /// And its port.
    pub port: Option<u16>,
    /// What it showed.
    pub certificate: Certificate,
    /// Why that was not enough.
    pub why: Why,
}

impl Refused {
    /// The rejection behind a failed request, if that is what it failed for.
    pub(in crate::gateway) fn behind(error: &reqwest::Error) -> Option<Self> {
        let tls = causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>())?;
        let refused = match tls {
            rustls::Error::InvalidCertificate(CertificateError::Other(other)) => {
                other.0.downcast_ref::<Self>().cloned()?
            }
            _ => return None,
        };
        // TLS knows of no ports.
        let port = error.url().and_then(reqwest::Url::port_or_known_default);
        Some(Self { port, ..refused })
    }

    /// What to put into [`Trust`](super::Trust) where somebody looked at the certificate and trusts it.
    #[must_use]
    pub fn pin(&self) -> Pin {
        Pin { host: self.host.clone(), port: self.port, fingerprint: self.certificate.fingerprint }
    }
}

impl Error for Refused {}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port: _, certificate, why } = self;
        match why {
            Why::UnknownAuthority => {
                write!(f, "its issuer {} is unknown to this machine", certificate.issuer)?;
            }
            Why::SelfSigned => write!(f, "it is self-signed")?,
            Why::Expired => write!(f, "it has expired")?,
            Why::NotYetValid => write!(f, "it is not valid yet, or this machine's clock is wrong")?,
            Why::WrongName => {
                let names = certificate.names.join(", ");
                let names = if names.is_empty() { "no host at all" } else { &names };
                write!(f, "it is for {names}, not for {host}")?;
            }
            Why::Changed { vouched: true, .. } => {
                write!(
                    f,
                    "it is another one than the trusted one, though this machine's store vouches for it"
                )?;
            }
            Why::Changed { vouched: false, .. } => {
                write!(f, "it is NOT the trusted one: it was replaced, or somebody stands in between")?;
            }
            Why::Unusable(reason) => write!(f, "it can't be used for TLS ({reason})")?,
            Why::Other(reason) => f.write_str(reason)?,
        }
        write!(f, " (SHA-256 {})", certificate.fingerprint)
    }
}

/// Why a certificate was refused. Where several reasons apply it is one of them; the certificate shows the others.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// Nobody known to this machine vouches for it.
    UnknownAuthority,
    /// It vouches for itself.
    SelfSigned,
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYetValid,
    /// It is for other hosts.
    WrongName,
    /// The host is pinned to another certificate.
    Changed {
        /// What the host should have shown: one of these.
        pinned: Vec<Fingerprint>,
        /// Whether the platform would trust the new one if there were no pin.
        vouched: bool,
    },
    /// It is of a kind that could not be spoken with even if it were trusted, such as a version 1 certificate.
    Unusable(String),
    /// Something else, in the platform's words.
    Other(String),
}

impl Why {
    /// What the platform's rejection means. The platforms differ in how much they say: what a look at the certificate
    /// answers, they are not asked.
    pub(super) fn of(error: &rustls::Error, certificate: &Certificate, now: UnixTime) -> Self {
        use CertificateError::{
            Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet,
            NotValidYetContext, Revoked, UnknownIssuer,
        };
        let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        let reason = match error {
            rustls::Error::InvalidCertificate(reason) => Some(reason),
            _ => None,
        };
        match reason {
            Some(Revoked) => Self::Other("it was revoked by its issuer".to_owned()),
            Some(NotValidForName | NotValidForNameContext { .. }) => Self::WrongName,
            _ if now > certificate.not_after => Self::Expired,
            _ if now < certificate.not_before => Self::NotYetValid,
            _ if certificate.is_self_signed => Self::SelfSigned,
            Some(UnknownIssuer) => Self::UnknownAuthority,
            // Not this one is out of date, then, but one of those that vouch for it.
            Some(Expired | ExpiredContext { .. }) => Self::Other("its issuer's own has expired".to_owned()),
            Some(NotValidYet | NotValidYetContext { .. }) => {
                Self::Other("its issuer's own is not valid yet".to_owned())
            }
            _ => Self::Other(words(error)),
        }
    }

    /// That no trust helps a certificate which rustls can't even read.
    pub(super) fn unusable(error: &rustls::Error) -> Self {
        Self::Unusable(words(error))
    }
}

/// What is wrong with a certificate, without the words around it.
fn words(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(CertificateError::Other(other)) => other.0.to_string(),
        rustls::Error::InvalidCertificate(reason) => reason.to_string(),
        error => error.to_string(),
    }
}
