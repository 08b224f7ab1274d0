//! The client against gateways over TLS: which certificates it takes, which it refuses, and what it says then.

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

/// Trust in a file of authorities, which lasts as long as the folder.
fn authorities(bytes: impl AsRef<[u8]>) -> (tempfile::TempDir, Trust) {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("ca.pem");
    std::fs::write(&path, bytes).unwrap();
    (folder, Trust { ca_file: Some(path), pins: Vec::new() })
}

#[test]
fn a_self_signed_gateway_is_refused_and_shown_and_can_be_trusted() {
    let gateway = TlsGateway::new(&Identity::self_signed(&named(&[HOST, "plant-a"], "plant-a")));
    let refused = gateway.refused(Trust::default());
    assert_eq!((refused.host.as_str(), &refused.reason), (HOST, &RejectReason::SelfSigned));
    let certificate = &refused.certificate;
    assert_eq!((certificate.subject.as_str(), certificate.issuer.as_str()), ("CN=plant-a", "CN=plant-a"));
    assert_eq!(certificate.names, [HOST, "plant-a"]);
    assert!(certificate.is_self_signed && certificate.not_before < certificate.not_after);

    let reading = gateway.read(pinned(&[refused.pin()])).unwrap();
    assert_eq!(reading.dataset.len(), 1);
}

#[test]
fn a_self_signed_authority_is_self_signed_too() {
    // `openssl req -x509` makes such ones unless told otherwise.
    let mut params = named(&[HOST], "plant-a");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let gateway = TlsGateway::new(&Identity::self_signed(&params));
    let refused = gateway.refused(Trust::default());
    assert_eq!(refused.reason, RejectReason::SelfSigned);
    assert!(gateway.read(pinned(&[refused.pin()])).is_ok());
}

#[test]
fn a_pinned_certificate_may_have_any_name_and_dates() {
    let mut params = named(&["elsewhere"], "elsewhere");
    (params.not_before, params.not_after) = (date_time_ymd(2001, 1, 1), date_time_ymd(2002, 1, 1));
    let identity = Identity::self_signed(&params);
    assert!(TlsGateway::new(&identity).read(pinned(&[identity.pin()])).is_ok());
    assert!(
        TlsGateway::speaking(&identity, &[&rustls::version::TLS12]).read(pinned(&[identity.pin()])).is_ok()
    );
}

#[test]
fn a_changed_certificate_is_refused_as_changed() {
    let before = Identity::self_signed(&named(&[HOST], "plant-a")).pin();
    let now = Identity::self_signed(&named(&[HOST], "plant-a"));
    let gateway = TlsGateway::new(&now);
    let refused = gateway.refused(pinned(std::slice::from_ref(&before)));
    assert_eq!(
        refused.reason,
        RejectReason::Changed { pinned: vec![before.fingerprint], platform_trusted: false }
    );
    // That it is for this port alone is known, too.
    let port = gateway.url.rsplit(':').next().unwrap().parse().unwrap();
    assert_eq!(refused.pin(), Pin { port: Some(port), ..now.pin() });
    let elsewhere = Pin { port: Some(port ^ 1), ..before.clone() };
    assert_eq!(gateway.refused(pinned(&[elsewhere])).reason, RejectReason::SelfSigned);
    // While a gateway gets its new certificate, both may be right.
    assert!(gateway.read(pinned(&[before, now.pin()])).is_ok());
}

#[test]
fn a_changed_certificate_is_refused_even_where_an_authority_vouches_for_it() {
    let before = Identity::self_signed(&named(&[HOST], "plant-a")).pin();
    let authority = Authority::new("Plant CA");
    let gateway = TlsGateway::new(&authority.issue(&named(&[HOST], "plant-a")));
    let (_folder, mut trust) = authorities(authority.pem());
    trust.pins.push(before.clone());
    let refused = gateway.refused(trust.clone());
    assert_eq!(
        refused.reason,
        RejectReason::Changed { pinned: vec![before.fingerprint], platform_trusted: true }
    );
    // Without the pin, the authority is enough again.
    trust.pins.clear();
    assert!(gateway.read(trust).is_ok());
}

#[test]
fn a_pin_is_for_its_host_only() {
    let identity = Identity::self_signed(&named(&[HOST], "plant-a"));
    let elsewhere = Pin { host: "plant-b".to_owned(), ..identity.pin() };
    let gateway = TlsGateway::new(&identity);
    // Not as changed, either: this host has not shown another one before.
    assert_eq!(gateway.refused(pinned(&[elsewhere])).reason, RejectReason::SelfSigned);
}

#[test]
fn a_copied_certificate_without_its_key_opens_nothing() {
    let identity = Identity::self_signed(&named(&[HOST], "plant-a"));
    let pin = identity.pin();
    let copied = Identity { key: KeyPair::generate().unwrap(), ..identity };
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let gateway = TlsGateway::speaking(&copied, &[version]);
        let error = gateway.read(pinned(std::slice::from_ref(&pin))).unwrap_err();
        assert!(matches!(error, GatewayError::Tls(_)), "{error:?}");
        assert_eq!(gateway.requests.load(Ordering::SeqCst), 0);
    }
}

#[test]
fn a_private_authority_vouches_for_its_names() {
    let authority = Authority::new("Plant CA");
    let right = TlsGateway::new(&authority.issue(&named(&[HOST], "plant-a")));
    let wrong = TlsGateway::new(&authority.issue(&named(&["plant-a", "10.9.8.7"], "plant-a")));
    for bytes in [authority.pem().into_bytes(), authority.0.der().to_vec()] {
        let (_folder, trust) = authorities(bytes);
        assert!(right.read(trust.clone()).is_ok());
        let refused = wrong.refused(trust);
        assert_eq!(refused.reason, RejectReason::WrongHost);
        let text = refused.to_string();
        assert!(text.contains("is valid for plant-a, 10.9.8.7, not for 127.0.0.1 (SHA-256 "), "{text}");
    }
}

#[test]
fn an_unknown_authority_is_named() {
    let gateway = TlsGateway::new(&Authority::new("Their CA").issue(&named(&[HOST], "plant-a")));
    let (_folder, trust) = authorities(Authority::new("Our CA").pem());
    let refused = gateway.refused(trust);
    assert_eq!(refused.reason, RejectReason::UnknownIssuer);
    assert!(!refused.certificate.is_self_signed);
    assert!(refused.to_string().contains("has an unknown issuer, CN=Their CA"), "{refused}");
}

#[test]
fn a_certificate_out_of_its_time_is_refused() {
    let authority = Authority::new("Plant CA");
    for (from, to, why) in [(2001, 2002, RejectReason::Expired), (2901, 2902, RejectReason::NotYetValid)] {
        let mut params = named(&[HOST], "plant-a");
        (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(to, 1, 1));
        let (_folder, trust) = authorities(authority.pem());
        assert_eq!(TlsGateway::new(&authority.issue(&params)).refused(trust).reason, why);
    }
}

#[test]
fn a_missing_file_of_authorities_is_named() {
    let gateway = TlsGateway::new(&Identity::self_signed(&named(&[HOST], "plant-a")));
    let trust = Trust { ca_file: Some("not/there.pem".into()), pins: Vec::new() };
    let error = gateway.read(trust).unwrap_err();
    assert!(matches!(&error, GatewayError::CaFile(CaFileError::Read { .. })), "{error:?}");
    assert!(error.to_string().starts_with("Can't read the CA file not/there.pem."), "{error}");
}

#[test]
fn a_certificate_of_version_1_is_refused_before_anybody_trusts_it_in_vain() {
    let identity = Identity::self_signed(&named(&[], "plant-a"));
    // Version 3 is written as `a0 03 02 01 02` before the serial number. Its signature is not looked at any more.
    let der = identity.certificate.to_vec();
    let version = der.windows(5).position(|bytes| bytes == [0xa0, 3, 2, 1, 2]).unwrap();
    let mut der = der;
    der[version + 4] = 0;
    let gateway = TlsGateway::new(&Identity { certificate: der.into(), key: identity.key });
    assert_eq!(gateway.refused(Trust::default()).reason, RejectReason::Unusable);
}

#[test]
fn what_speaks_no_tls_is_no_matter_of_certificates() {
    let listener = TcpListener::bind((HOST, 0)).unwrap();
    let mut plain = TlsGateway::new(&Identity::self_signed(&named(&[HOST], "plant-a")));
    plain.url = format!("https://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            stream.unwrap().write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        }
    });
    let error = plain.read(Trust::default()).unwrap_err();
    assert!(matches!(error, GatewayError::Tls(_)), "{error:?}");
}
