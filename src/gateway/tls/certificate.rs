//! The content of a certificate, for display. Nothing here decides about trust.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rustls::pki_types::CertificateDer;
use x509_cert::Version;
use x509_cert::certificate::TbsCertificate;
use x509_cert::der::Decode as _;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, SubjectAltName};
use x509_cert::time::Time;

use super::Fingerprint;
use crate::sanitize::one_line;

/// The longest text of a certificate that is kept, in characters.
const MAX_TEXT: usize = 200;
/// The largest number of host names that are kept.
const MAX_NAMES: usize = 100;

/// The content of a certificate. Its texts are sanitized.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The SHA-256 of the certificate.
    pub fingerprint: Fingerprint,
    /// The subject, as in `CN=plant-a,O=Ericson Foods`.
    pub subject: String,
    /// The issuer.
    pub issuer: String,
    /// The host names and IP addresses that it is valid for.
    pub names: Vec<String>,
    /// Start of its validity, in seconds since 1970 UTC.
    pub not_before: i64,
    /// End of its validity, in seconds since 1970 UTC.
    pub not_after: i64,
    /// `true` if subject and issuer are the same.
    pub is_self_signed: bool,
    /// `true` if it may issue others. Before version 3 every certificate may.
    pub is_authority: bool,
}

impl Certificate {
    /// Parses the bytes of a certificate; `None` if they aren't one.
    pub(in crate::gateway) fn from_der(der: &[u8]) -> Option<Self> {
        Self::parse(&CertificateDer::from(der))
    }

    /// Parses a certificate in DER; `None` if it isn't one.
    pub(super) fn parse(der: &CertificateDer<'_>) -> Option<Self> {
        let certificate = x509_cert::Certificate::from_der(der).ok()?;
        let body = certificate.tbs_certificate();
        let names = match body.get_extension::<SubjectAltName>() {
            Ok(Some((_critical, names))) => names.0.iter().filter_map(host).take(MAX_NAMES).collect(),
            Ok(None) | Err(_) => Vec::new(),
        };
        let validity = body.validity();
        Some(Self {
            fingerprint: Fingerprint::of(der),
            subject: one_line(&body.subject().to_string(), MAX_TEXT),
            issuer: one_line(&body.issuer().to_string(), MAX_TEXT),
            names,
            not_before: seconds(validity.not_before),
            not_after: seconds(validity.not_after),
            is_self_signed: body.subject() == body.issuer(),
            is_authority: match body.get_extension::<BasicConstraints>() {
                Ok(Some((_critical, constraints))) => constraints.ca,
                // Some private authorities say it only in the usage of their key.
                Ok(None) => body.version() != Version::V3 || may_sign_certificates(body),
                Err(_) => false,
            },
        })
    }
}

impl Certificate {
    /// Returns `true` if a host is an IP address that is also among the names. If the certificate isn't valid for it, then
    /// it is there as a DNS name, which TLS ignores for addresses.
    pub(super) fn has_name_like_address(&self, host: &str) -> bool {
        let address = |text: &str| text.parse::<IpAddr>().ok();
        address(host).is_some_and(|host| self.names.iter().any(|name| address(name) == Some(host)))
    }
}

fn may_sign_certificates(body: &TbsCertificate) -> bool {
    matches!(body.get_extension::<KeyUsage>(), Ok(Some((_critical, usage))) if usage.key_cert_sign())
}

/// Returns a host name or IP address; `None` for other names, such as e-mail addresses.
fn host(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::DnsName(name) => Some(one_line(name.as_str(), MAX_TEXT)),
        GeneralName::IpAddress(bytes) => match *bytes.as_bytes() {
            [a, b, c, d] => Some(Ipv4Addr::new(a, b, c, d).to_string()),
            ref other => <[u8; 16]>::try_from(other).ok().map(|bytes| Ipv6Addr::from(bytes).to_string()),
        },
        _ => None,
    }
}

fn seconds(time: Time) -> i64 {
    i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use rcgen::{
        BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, KeyPair, KeyUsagePurpose,
        date_time_ymd,
    };

    use super::*;

    fn issue(names: &[&str], subject: &[(DnType, &str)]) -> Certificate {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name = DistinguishedName::new();
        for (kind, text) in subject {
            params.distinguished_name.push(kind.clone(), *text);
        }
        params.not_before = date_time_ymd(2026, 1, 2);
        params.not_after = date_time_ymd(2060, 1, 1);
        let certificate = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        Certificate::parse(certificate.der()).unwrap()
    }

    #[test]
    fn parses_a_certificate() {
        let subject = [(DnType::OrganizationName, "Ericson, Foods"), (DnType::CommonName, "plant-a")];
        let certificate = issue(&["plant-a", "10.1.2.3", "fe80::1"], &subject);
        assert_eq!(certificate.subject, "CN=plant-a,O=Ericson\\, Foods");
        assert_eq!(certificate.issuer, certificate.subject);
        assert!(certificate.is_self_signed);
        assert_eq!(certificate.names, ["plant-a", "10.1.2.3", "fe80::1"]);
        assert_eq!((certificate.not_before, certificate.not_after), (1_767_312_000, 2_840_140_800));
    }

    #[test]
    fn parses_a_certificate_without_names() {
        let certificate = issue(&[], &[]);
        assert_eq!((certificate.subject.as_str(), certificate.names.len()), ("", 0));
        assert_eq!(Certificate::parse(&CertificateDer::from(b"no certificate".to_vec())), None);
    }

    #[test]
    fn sanitizes_texts() {
        let certificate = issue(&[], &[(DnType::CommonName, "a\u{1b}[2J\r\n\u{85}\u{202e}b")]);
        assert!(!certificate.subject.chars().any(|c| c.is_control() || c == '\u{202e}'), "{certificate:?}");
        assert!(certificate.subject.starts_with("CN=a"), "{certificate:?}");
    }

    #[test]
    fn authority_says_so_itself() {
        let is_authority = |is_ca, key_usages| {
            let mut params = CertificateParams::new(Vec::new()).unwrap();
            (params.is_ca, params.key_usages) = (is_ca, key_usages);
            let certificate = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
            Certificate::parse(certificate.der()).unwrap().is_authority
        };
        let sign = || vec![KeyUsagePurpose::KeyCertSign];
        assert!(is_authority(IsCa::Ca(BasicConstraints::Unconstrained), Vec::new()));
        assert!(is_authority(IsCa::NoCa, sign()));
        assert!(!is_authority(IsCa::ExplicitNoCa, sign()));
        assert!(!is_authority(IsCa::ExplicitNoCa, Vec::new()));
        assert!(!is_authority(IsCa::NoCa, vec![KeyUsagePurpose::DigitalSignature]));
        assert!(!is_authority(IsCa::NoCa, Vec::new()));
    }
}
