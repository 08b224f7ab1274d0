//! The ways to be evil over https: each kind of certificate that is refused, each kind of failed handshake.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;

use gatewatch::gateway::{Credentials, GatewayError, Limits, RejectReason, Trust};
use rcgen::{KeyPair, date_time_ymd};

use super::{check_line, error};
use crate::support::poll::{TestPoller, profile};
use crate::support::tls::{Authority, HOST, Identity, TlsGateway, named};

/// Trust in this authority, for as long as the folder is there.
fn trust(authority: &Authority) -> (tempfile::TempDir, Trust) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    std::fs::write(&path, authority.pem()).unwrap();
    (folder, Trust { ca_file: Some(path), pins: Vec::new() })
}

/// Watches a gateway that shows this after it has shown a good one. Gives what is said of it.
fn after_a_good_one(good: &Identity, trust: &Trust, evil: &Identity) -> GatewayError {
    let gateway = TlsGateway::new(good);
    let mut poller = TestPoller::with_limits(Limits::default());
    let mut plant = profile(&[&gateway.url]);
    plant.trust = trust.clone();
    poller.handle.connect(plant, Credentials::None);
    let first = poller.wait_for("the good one", |news| news.dataset.is_some());
    gateway.turn(evil);
    poller.handle.refresh_now();
    let lost = poller.wait_for("the evil one", |news| error(news).is_some());
    assert!(Arc::ptr_eq(first.dataset.as_ref().unwrap(), lost.dataset.as_ref().unwrap()));
    gateway.turn(good);
    poller.wait_for("the good one again", |news| error(news).is_none() && news.updated_at > first.updated_at);
    error(&lost).unwrap().clone()
}

#[test]
fn each_certificate_that_is_refused_is_one_line_and_the_table_stays() {
    let (ours, theirs) = (Authority::new("Plant CA"), Authority::new("Their CA"));
    let (_folder, trust) = trust(&ours);
    let plant = named(&[HOST], "plant-a");
    let dated = |from, to| {
        let mut params = named(&[HOST], "plant-a");
        (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(to, 1, 1));
        ours.issue(&params)
    };
    let good = ours.issue(&plant);
    for (evil, why, cause) in [
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
        let told = after_a_good_one(&good, &trust, &evil);
        let GatewayError::Certificate(refused) = &told else { panic!("{told:?}") };
        assert_eq!(refused.reason, why);
        check_line(
            &told,
            cause,
            if why == RejectReason::NotYetValid {
                "Check this machine's clock"
            } else {
                "Trust it in the window"
            },
        );
    }

    let pinned = Trust { ca_file: None, pins: vec![good.pin()] };
    let told = after_a_good_one(&good, &pinned, &theirs.issue(&plant));
    check_line(&told, "certificate has changed", "Ask the gateway's administrator");

    let copied = Identity { certificate: good.certificate.clone(), key: KeyPair::generate().unwrap() };
    let told = after_a_good_one(&good, &trust, &copied);
    assert!(matches!(told, GatewayError::Tls(_)), "{told:?}");
    check_line(&told, "Can't establish a secure connection", "Check that the port");
}

#[test]
fn what_does_not_speak_tls_is_told_so() {
    // Something else, and somebody who hangs up at once.
    for greeting in [&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], b""] {
        let listener = TcpListener::bind((HOST, 0)).unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let _hello = stream.read(&mut [0; 4096]);
                let _gone = stream.write_all(greeting);
            }
        });
        let mut poller = TestPoller::new();
        poller.handle.connect(profile(&[&url]), Credentials::None);
        let news = poller.wait_for("the failure", |news| error(news).is_some());
        assert!(matches!(error(&news), Some(GatewayError::Tls(_))), "{:?}", error(&news));
        check_line(error(&news).unwrap(), "Can't establish a secure connection", "Check that the port");
    }
}
