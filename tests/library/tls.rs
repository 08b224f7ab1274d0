//! The client against gateways over TLS: accepted and rejected certificates, and the errors.

use std::io::Write as _;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::thread;

use crate::support::tls::{Authority, HOST, Identity, TlsGateway, named};
use gatewatch::gateway::{CaFileError, GatewayError, Pin, RejectReason, Trust};
use rcgen::{BasicConstraints, IsCa, KeyPair, date_time_ymd};

fn pinned(pins: &[Pin]) -> Trust {
    Trust { ca_file: None, pins: pins.to_vec() }
}

/// Returns trust in a file of certificate authorities, valid as long as the folder exists.
fn authorities(bytes: impl AsRef<[u8]>) -> (tempfile::TempDir, Trust) {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("ca.pem");
    std::fs::write(&path, bytes).unwrap();
    (folder, Trust { ca_file: Some(path), pins: Vec::new() })
}

#[test]
fn rejects_self_signed_certificate_until_pinned() {
    let gateway = TlsGateway::new(&Identity::self_signed(&named(&[HOST, "plant-a"], "plant-a")));
    let rejected = gateway.read_rejected(Trust::default());
    assert_eq!((rejected.host.as_str(), &rejected.reason), (HOST, &RejectReason::SelfSigned));
    let certificate = &rejected.certificate;
    assert_eq!((certificate.subject.as_str(), certificate.issuer.as_str()), ("CN=plant-a", "CN=plant-a"));
    assert_eq!(certificate.names, [HOST, "plant-a"]);
    assert!(certificate.is_self_signed && certificate.not_before < certificate.not_after);

    let snapshot = gateway.read(pinned(&[rejected.pin()])).unwrap();
    assert_eq!(snapshot.dataset.len(), 1);
    assert_eq!(snapshot.certificate.as_deref(), Some(certificate));
}

#[test]
fn reports_self_signed_authority_as_self_signed() {
    // The default of `openssl req -x509`.
    let mut params = named(&[HOST], "plant-a");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let gateway = TlsGateway::new(&Identity::self_signed(&params));
    let rejected = gateway.read_rejected(Trust::default());
    assert_eq!(rejected.reason, RejectReason::SelfSigned);
    assert!(gateway.read(pinned(&[rejected.pin()])).is_ok());
}

#[test]
fn accepts_pinned_certificate_with_any_name_and_dates() {
    let mut params = named(&["elsewhere"], "elsewhere");
    (params.not_before, params.not_after) = (date_time_ymd(2001, 1, 1), date_time_ymd(2002, 1, 1));
    let identity = Identity::self_signed(&params);
    assert!(TlsGateway::new(&identity).read(pinned(&[identity.pin()])).is_ok());
    assert!(
        TlsGateway::with_versions(&identity, &[&rustls::version::TLS12])
            .read(pinned(&[identity.pin()]))
            .is_ok()
    );
}

#[test]
fn reports_changed_certificate() {
    let before = Identity::self_signed(&named(&[HOST], "plant-a")).pin();
    let now = Identity::self_signed(&named(&[HOST], "plant-a"));
    let gateway = TlsGateway::new(&now);
    let rejected = gateway.read_rejected(pinned(std::slice::from_ref(&before)));
    assert_eq!(
        rejected.reason,
        RejectReason::Changed {
            pinned: vec![before.fingerprint],
            platform_reason: Some(Box::new(RejectReason::SelfSigned))
        }
    );
    // The new pin is for this port only.
    let port = gateway.url.rsplit(':').next().unwrap().parse().unwrap();
    assert_eq!(rejected.pin(), Pin { port: Some(port), ..now.pin() });
    let elsewhere = Pin { port: Some(port ^ 1), ..before.clone() };
    assert_eq!(gateway.read_rejected(pinned(&[elsewhere])).reason, RejectReason::SelfSigned);
    // While a certificate is being replaced, both may be pinned.
    assert!(gateway.read(pinned(&[before, now.pin()])).is_ok());
}

#[test]
fn rejects_changed_certificate_of_a_trusted_authority() {
    let before = Identity::self_signed(&named(&[HOST], "plant-a")).pin();
    let authority = Authority::new("Plant CA");
    let gateway = TlsGateway::new(&authority.issue(&named(&[HOST], "plant-a")));
    let (_folder, mut trust) = authorities(authority.pem());
    trust.pins.push(before.clone());
    let rejected = gateway.read_rejected(trust.clone());
    assert_eq!(
        rejected.reason,
        RejectReason::Changed { pinned: vec![before.fingerprint], platform_reason: None }
    );
    // Without the pin, the authority is enough.
    trust.pins.clear();
    assert!(gateway.read(trust).is_ok());
}

#[test]
fn pin_applies_to_its_host_only() {
    let identity = Identity::self_signed(&named(&[HOST], "plant-a"));
    let elsewhere = Pin { host: "plant-b".to_owned(), ..identity.pin() };
    let gateway = TlsGateway::new(&identity);
    // Not as changed, because no certificate is pinned for this host.
    assert_eq!(gateway.read_rejected(pinned(&[elsewhere])).reason, RejectReason::SelfSigned);
}

#[test]
fn rejects_pinned_certificate_without_its_key() {
    let identity = Identity::self_signed(&named(&[HOST], "plant-a"));
    let pin = identity.pin();
    let copied = Identity { key: KeyPair::generate().unwrap(), ..identity };
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let gateway = TlsGateway::with_versions(&copied, &[version]);
        let error = gateway.read(pinned(std::slice::from_ref(&pin))).unwrap_err();
        assert!(matches!(error, GatewayError::Tls(_)), "{error:?}");
        assert_eq!(gateway.requests.load(Ordering::SeqCst), 0);
    }
}

#[test]
fn accepts_names_of_a_private_authority() {
    let authority = Authority::new("Plant CA");
    let valid = TlsGateway::new(&authority.issue(&named(&[HOST], "plant-a")));
    let invalid = TlsGateway::new(&authority.issue(&named(&["plant-a", "10.9.8.7"], "plant-a")));
    for bytes in [authority.pem().into_bytes(), authority.0.der().to_vec()] {
        let (_folder, trust) = authorities(bytes);
        assert!(valid.read(trust.clone()).is_ok());
        let rejected = invalid.read_rejected(trust);
        assert_eq!(rejected.reason, RejectReason::WrongHost);
        let text = rejected.to_string();
        assert!(text.contains("is valid for plant-a, 10.9.8.7, not for 127.0.0.1 (SHA-256 "), "{text}");
    }
}

#[test]
fn names_unknown_authority() {
    let gateway = TlsGateway::new(&Authority::new("Their CA").issue(&named(&[HOST], "plant-a")));
    let (_folder, trust) = authorities(Authority::new("Our CA").pem());
    let rejected = gateway.read_rejected(trust);
    assert_eq!(rejected.reason, RejectReason::UnknownIssuer);
    assert!(!rejected.certificate.is_self_signed);
    assert!(rejected.to_string().contains("has an unknown issuer, CN=Their CA"), "{rejected}");
}

#[test]
fn rejects_certificate_outside_its_validity() {
    let authority = Authority::new("Plant CA");
    for (from, to, reason) in [(2001, 2002, RejectReason::Expired), (2901, 2902, RejectReason::NotYetValid)] {
        let mut params = named(&[HOST], "plant-a");
        (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(to, 1, 1));
        let (_folder, trust) = authorities(authority.pem());
        assert_eq!(TlsGateway::new(&authority.issue(&params)).read_rejected(trust).reason, reason);
    }
}

#[test]
fn names_missing_ca_file() {
    let gateway = TlsGateway::new(&Identity::self_signed(&named(&[HOST], "plant-a")));
    let trust = Trust { ca_file: Some("not/there.pem".into()), pins: Vec::new() };
    let error = gateway.read(trust).unwrap_err();
    assert!(matches!(&error, GatewayError::CaFile(CaFileError::Read { .. })), "{error:?}");
    assert!(error.to_string().starts_with("Can't read the CA file not/there.pem."), "{error}");
}

#[test]
fn reports_version_1_certificate_as_unusable() {
    let identity = Identity::self_signed(&named(&[], "plant-a"));
    // Version 3 is `a0 03 02 01 02` before the serial number. The changed signature isn't checked.
    let der = identity.certificate.to_vec();
    let version = der.windows(5).position(|bytes| bytes == [0xa0, 3, 2, 1, 2]).unwrap();
    let mut der = der;
    der[version + 4] = 0;
    let gateway = TlsGateway::new(&Identity { certificate: der.into(), key: identity.key });
    assert_eq!(gateway.read_rejected(Trust::default()).reason, RejectReason::Unusable);
}

#[test]
fn reports_servers_without_tls() {
    let listener = TcpListener::bind((HOST, 0)).unwrap();
    let mut plain = TlsGateway::new(&Identity::self_signed(&named(&[HOST], "plant-a")));
    plain.url = format!("https://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            stream.unwrap().write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        }
    });
    let error = plain.read(Trust::default()).unwrap_err();
    assert!(matches!(error, GatewayError::OtherScheme { .. }), "{error:?}");
}
