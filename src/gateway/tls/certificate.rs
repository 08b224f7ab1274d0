//! What a certificate says of itself, for a person to look at. Nothing here decides whether it is trusted.

use std::net::{Ipv4Addr, Ipv6Addr};

use rustls::pki_types::CertificateDer;
use x509_cert::der::Decode as _;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::time::Time;

use super::Fingerprint;

/// What a certificate says of itself. Its texts are printable, whatever stands in the certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Its SHA-256.
    pub fingerprint: Fingerprint,
    /// Whom it is for, as in `CN=plant-a,O=Ericson Foods`.
    pub subject: String,
    /// Who issued it.
    pub issuer: String,
    /// The host names and IP addresses that it is for.
    pub names: Vec<String>,
    /// When it begins to be valid, in seconds since 1970.
    pub not_before: i64,
    /// When it ends to be valid, in seconds since 1970.
    pub not_after: i64,
    /// Whether it names itself as its issuer.
    pub is_self_signed: bool,
}

impl Certificate {
    /// Reads a certificate; `None` where it is none.
    pub(super) fn read(der: &CertificateDer<'_>) -> Option<Self> {
        let certificate = x509_cert::Certificate::from_der(der).ok()?;
        let body = certificate.tbs_certificate();
        let names = match body.get_extension::<SubjectAltName>() {
            Ok(Some((_critical, names))) => names.0.iter().filter_map(name).collect(),
            Ok(None) | Err(_) => Vec::new(),
        };
        let validity = body.validity();
        Some(Self {
            fingerprint: Fingerprint::of(der),
            subject: printable(&body.subject().to_string()),
            issuer: printable(&body.issuer().to_string()),
            names,
            not_before: seconds(validity.not_before),
            not_after: seconds(validity.not_after),
            is_self_signed: body.subject() == body.issuer(),
        })
    }
}

/// A name that a host can be called by; others, such as e-mail addresses, say nothing about a gateway.
fn name(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::DnsName(name) => Some(printable(name.as_str())),
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

/// Anybody can write anything into a certificate: nothing of it may steer a terminal, or turn a line around.
fn printable(text: &str) -> String {
    let turns = |c| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if c.is_control() || turns(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, date_time_ymd};

    use super::*;

    fn made(names: &[&str], subject: &[(DnType, &str)]) -> Certificate {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name = DistinguishedName::new();
        for (kind, text) in subject {
            params.distinguished_name.push(kind.clone(), *text);
        }
        params.not_before = date_time_ymd(2026, 1, 2);
        params.not_after = date_time_ymd(2060, 1, 1);
        let made = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        Certificate::read(made.der()).unwrap()
    }

    #[test]
    fn a_certificate_is_read_for_people() {
        let subject = [(DnType::OrganizationName, "Ericson, Foods"), (DnType::CommonName, "plant-a")];
        let certificate = made(&["plant-a", "10.1.2.3", "fe80::1"], &subject);
        assert_eq!(certificate.subject, "CN=plant-a,O=Ericson\\, Foods");
        assert_eq!(certificate.issuer, certificate.subject);
        assert!(certificate.is_self_signed);
        assert_eq!(certificate.names, ["plant-a", "10.1.2.3", "fe80::1"]);
        assert_eq!((certificate.not_before, certificate.not_after), (1_767_312_000, 2_840_140_800));
    }

    #[test]
    fn a_certificate_may_say_next_to_nothing() {
        let certificate = made(&[], &[]);
        assert_eq!((certificate.subject.as_str(), certificate.names.len()), ("", 0));
        assert_eq!(Certificate::read(&CertificateDer::from(b"no certificate".to_vec())), None);
    }

    #[test]
    fn its_texts_steer_no_terminal() {
        let certificate = made(&[], &[(DnType::CommonName, "a\u{1b}[2J\r\n\u{85}\u{202e}b")]);
        assert!(!certificate.subject.chars().any(|c| c.is_control() || c == '\u{202e}'), "{certificate:?}");
        assert!(certificate.subject.starts_with("CN=a"), "{certificate:?}");
    }
}
