//! Faults over HTTPS: each reason to reject a certificate, and each kind of failed handshake.

use std::error::Error as _;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;

use gatewatch::gateway::{Credentials, GatewayError, Limits, RejectReason, Trust};
use rcgen::{KeyPair, date_time_ymd};

use super::{check_message, error};
use crate::support::poll::{TestPoller, profile};
use crate::support::tls::{Authority, HOST, Identity, TlsGateway, named};

/// Returns trust in this authority, valid as long as the folder exists.
fn trust(authority: &Authority) -> (tempfile::TempDir, Trust) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    std::fs::write(&path, authority.pem()).unwrap();
    (folder, Trust { ca_file: Some(path), pins: Vec::new() })
}

/// Polls a gateway whose certificate is replaced by a bad one after the first read. Returns the error.
fn error_after_replacement(good: &Identity, trust: &Trust, bad: &Identity) -> GatewayError {
    let gateway = TlsGateway::new(good);
    let mut poller = TestPoller::with_limits(Limits::default());
    let mut plant = profile(&[&gateway.url]);
    plant.trust = trust.clone();
    poller.handle.connect(plant, Credentials::None);
    let first = poller.wait_for("the good certificate", |status| status.dataset.is_some());
    gateway.set_identity(bad);
    poller.handle.refresh_now();
    let failed = poller.wait_for("the bad certificate", |status| error(status).is_some());
    assert!(Arc::ptr_eq(first.dataset.as_ref().unwrap(), failed.dataset.as_ref().unwrap()));
    gateway.set_identity(good);
    poller.wait_for("the good certificate again", |status| {
        error(status).is_none() && status.updated_at > first.updated_at
    });
    error(&failed).unwrap().clone()
}

#[test]
fn keeps_dataset_when_the_certificate_is_rejected() {
    let (ours, theirs) = (Authority::new("Plant CA"), Authority::new("Their CA"));
    let (_folder, trust) = trust(&ours);
    let plant = named(&[HOST], "plant-a");
    let dated = |from, to| {
        let mut params = named(&[HOST], "plant-a");
        (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(to, 1, 1));
        ours.issue(&params)
    };
    let good = ours.issue(&plant);
    for (bad, reason, problem) in [
        (Identity::self_signed(&plant), RejectReason::SelfSigned, "is self-signed"),
        (theirs.issue(&plant), RejectReason::UnknownIssuer, "has an unknown issuer, CN=Their CA"),
        (
            ours.issue(&named(&["plant-b"], "plant-b")),
            RejectReason::WrongHost,
            "is valid for plant-b, not for 127.0.0.1",
        ),
        (dated(2001, 2002), RejectReason::Expired, "has expired"),
        (dated(2901, 2902), RejectReason::NotYetValid, "isn't valid yet"),
    ] {
        let error = error_after_replacement(&good, &trust, &bad);
        let GatewayError::Certificate(rejected) = &error else { panic!("{error:?}") };
        assert_eq!(rejected.reason, reason);
        let is_early = reason == RejectReason::NotYetValid;
        let advice = if is_early { "Check this machine's clock" } else { "Trust it in the window" };
        check_message(&error, problem, advice);
        assert!(error.source().is_some(), "{error:?} has no cause");
    }

    let pinned = Trust { ca_file: None, pins: vec![good.pin()] };
    let error = error_after_replacement(&good, &pinned, &theirs.issue(&plant));
    check_message(
        &error,
        "has changed, and the new one has an unknown issuer",
        "Ask the gateway's administrator",
    );
    let error = error_after_replacement(&good, &pinned, &dated(2001, 2002));
    check_message(&error, "has changed, and the new one has expired", "Ask the gateway's administrator");

    let copied = Identity { certificate: good.certificate.clone(), key: KeyPair::generate().unwrap() };
    let error = error_after_replacement(&good, &trust, &copied);
    assert!(matches!(error, GatewayError::Tls(_)), "{error:?}");
    check_message(&error, "Can't establish a secure connection", "Check that the port");
}

#[test]
fn reports_servers_without_tls() {
    // A server of another protocol, and one that closes the connection.
    for (greeting, problem) in [
        (&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], "This port is for HTTP"),
        (b"", "No valid response over HTTPS"),
    ] {
        let listener = TcpListener::bind((HOST, 0)).unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let _hello = stream.read(&mut [0; 4096]);
                let _closed = stream.write_all(greeting);
            }
        });
        let mut poller = TestPoller::new();
        poller.handle.connect(profile(&[&url]), Credentials::None);
        let failed = poller.wait_for("the failure", |status| error(status).is_some());
        check_message(error(&failed).unwrap(), problem, "Use http://127.0.0.1:");
    }
}
