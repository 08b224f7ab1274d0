//! Trust in a CA file and in pins: chains, several nodes of one client, and trust that ends.

use std::sync::atomic::Ordering;

use crate::support::poll::{TestPoller, profile};
use crate::support::tls::{Authority, HOST, Identity, TlsGateway, named};
use gatewatch::gateway::{Client, Credentials, GatewayError, Limits, Pin, RejectReason, Trust};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, SanType, date_time_ymd};
use rustls::pki_types::CertificateDer;

/// Returns trust in a file with a certificate, valid as long as the folder exists.
fn listed(certificate: &CertificateDer<'_>) -> (tempfile::TempDir, Trust) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.der");
    std::fs::write(&path, certificate).unwrap();
    (folder, Trust { ca_file: Some(path), pins: Vec::new() })
}

/// Returns the reason why a client rejects the gateway.
#[track_caller]
fn rejection(gateway: &TlsGateway, client: &Client) -> RejectReason {
    let requests = gateway.requests.load(Ordering::SeqCst);
    let error = gateway.read_with(client).unwrap_err();
    assert_eq!(gateway.requests.load(Ordering::SeqCst), requests, "a request was sent");
    let GatewayError::Certificate(rejected) = error else { panic!("{error:?}") };
    rejected.reason
}

fn pin_at(identity: &Identity, gateway: &TlsGateway) -> Pin {
    let port = gateway.url.rsplit(':').next().unwrap().parse().unwrap();
    Pin { port: Some(port), ..identity.pin() }
}

fn plant() -> CertificateParams {
    named(&[HOST], "plant-a")
}

#[test]
fn certificate_in_the_ca_file_is_trusted_itself() {
    let mut expired = plant();
    (expired.not_before, expired.not_after) = (date_time_ymd(2001, 1, 1), date_time_ymd(2002, 1, 1));
    let mut early = plant();
    (early.not_before, early.not_after) = (date_time_ymd(2901, 1, 1), date_time_ymd(2902, 1, 1));
    for is_ca in [
        IsCa::Ca(BasicConstraints::Unconstrained),
        IsCa::Ca(BasicConstraints::Constrained(0)),
        IsCa::NoCa,
        IsCa::ExplicitNoCa,
    ] {
        for (params, expected) in [
            (plant(), None),
            (named(&["plant-b"], "plant-a"), Some(RejectReason::WrongHost)),
            (expired.clone(), Some(RejectReason::Expired)),
            (early.clone(), Some(RejectReason::NotYetValid)),
        ] {
            let mut params = params;
            params.is_ca = is_ca;
            let identity = Identity::self_signed(&params);
            let gateway = TlsGateway::new(&identity);
            let (_folder, trust) = listed(&identity.certificate);
            let client = Client::with_trust(Limits::default(), trust);
            match expected {
                None => {
                    assert_eq!(gateway.read_with(&client).map(|read| read.dataset.len()), Ok(1), "{is_ca:?}");
                }
                Some(expected) => assert_eq!(rejection(&gateway, &client), expected, "{is_ca:?}"),
            }
        }
    }
    // Also one that another authority has issued.
    let issued = Authority::new("Their CA").issue(&plant());
    let (_folder, trust) = listed(&issued.certificate);
    assert!(TlsGateway::new(&issued).read(trust).is_ok());
}

#[test]
fn gateway_in_the_ca_file_authenticates_no_others() {
    for is_ca in [IsCa::NoCa, IsCa::ExplicitNoCa] {
        let mut params = named(&[HOST], "plant-b");
        params.is_ca = is_ca;
        let other = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let issued = Identity { certificate: plant().signed_by(&key, &other).unwrap().into(), key };
        let (_folder, trust) = listed(other.der());
        for gateway in [TlsGateway::new(&issued), TlsGateway::with_chain(&issued, &[other.der().clone()])] {
            let client = Client::with_trust(Limits::default(), trust.clone());
            let reason = rejection(&gateway, &client);
            assert!(matches!(reason, RejectReason::UnknownIssuer | RejectReason::Other), "{reason:?}");
        }
    }
}

#[test]
fn accepts_chain_of_a_listed_authority() {
    let root = Authority::new("Plant CA");
    let middle = root.issue_authority("Plant South CA");
    let identity = middle.issue(&plant());
    let chain = [middle.0.der().clone()];
    let (_folder, trust) = listed(root.0.der());
    assert!(TlsGateway::with_chain(&identity, &chain).read(trust.clone()).is_ok());
    assert_eq!(TlsGateway::new(&identity).read_rejected(trust).reason, RejectReason::UnknownIssuer);
    let (_folder, other) = listed(Authority::new("Other CA").0.der());
    let rejected = TlsGateway::with_chain(&identity, &chain).read_rejected(other);
    assert_eq!(rejected.reason, RejectReason::UnknownIssuer);
}

#[test]
fn pinned_or_listed_certificate_counts_only_as_the_gateways_own() {
    // An attacker can show any certificate behind an own one, but has only the key of the own one.
    let genuine = Identity::self_signed(&plant());
    let attacker = Authority::new("Attacker");
    for forged in [attacker.issue(&plant()), Identity::self_signed(&plant())] {
        let chains = [
            vec![genuine.certificate.clone()],
            vec![attacker.0.der().clone(), genuine.certificate.clone()],
            vec![genuine.certificate.clone(), attacker.0.der().clone()],
        ];
        for chain in chains {
            let gateway = TlsGateway::with_chain(&forged, &chain);
            let pinned = Trust { ca_file: None, pins: vec![genuine.pin()] };
            let rejected = gateway.read_rejected(pinned).reason;
            let RejectReason::Changed { pinned, platform_reason: Some(_) } = rejected else {
                panic!("{rejected:?}")
            };
            assert_eq!(pinned, [genuine.pin().fingerprint]);
            let (_folder, listed) = listed(&genuine.certificate);
            gateway.read_rejected(listed);
        }
    }
    // Behind its own key, further certificates do no harm.
    let gateway = TlsGateway::with_chain(&genuine, &[attacker.0.der().clone()]);
    assert!(gateway.read(Trust { ca_file: None, pins: vec![genuine.pin()] }).is_ok());
}

#[test]
fn pinned_authority_does_not_authenticate_what_it_issues() {
    let authority = Authority::new("Plant CA");
    let pin = Pin {
        fingerprint: gatewatch::gateway::Fingerprint::of(authority.0.der()),
        ..Identity::self_signed(&plant()).pin()
    };
    let gateway = TlsGateway::with_chain(&authority.issue(&plant()), &[authority.0.der().clone()]);
    let rejected = gateway.read_rejected(Trust { ca_file: None, pins: vec![pin] });
    assert!(matches!(rejected.reason, RejectReason::Changed { .. }), "{rejected:?}");
}

#[test]
fn nodes_with_different_pins_share_no_connections() {
    let (first, second) = (Identity::self_signed(&plant()), Identity::self_signed(&plant()));
    let (a, b) = (TlsGateway::new(&first), TlsGateway::new(&second));
    // Each order, because the client of the first node could serve the other one as well.
    for order in [[&a, &b], [&b, &a]] {
        let pins = vec![pin_at(&first, &a), pin_at(&second, &b)];
        let client = Client::with_trust(Limits::default(), Trust { ca_file: None, pins });
        for gateway in order {
            assert!(gateway.read_with(&client).is_ok());
        }
    }
    // A node that shows the other's certificate is rejected, although it is pinned for this host.
    let pins = vec![pin_at(&first, &a), pin_at(&second, &b)];
    let client = Client::with_trust(Limits::default(), Trust { ca_file: None, pins });
    assert!(a.read_with(&client).is_ok());
    b.set_identity(&first);
    assert!(matches!(rejection(&b, &client), RejectReason::Changed { .. }));
    // So is one without a pin of its own.
    let c = TlsGateway::new(&first);
    assert_eq!(rejection(&c, &client), RejectReason::SelfSigned);
    assert!(a.read_with(&client).is_ok());
}

#[test]
fn trust_ends_with_its_ca_file_or_pin() {
    let authority = Authority::new("Plant CA");
    let identity = authority.issue(&plant());
    let gateway = TlsGateway::new(&identity);
    let (_folder, listed) = listed(authority.0.der());
    let pinned = Trust { ca_file: None, pins: vec![identity.pin()] };
    for trust in [listed, pinned] {
        let client = Client::with_trust(Limits::default(), trust.clone());
        assert!(gateway.read_with(&client).is_ok());
        // New connections, old trust.
        assert!(gateway.read_with(&client.without_connections()).is_ok());
        let mut plant = profile(&[&gateway.url]);
        let withdrawn = client.for_profile(&plant);
        assert_eq!(rejection(&gateway, &withdrawn), RejectReason::UnknownIssuer);
        assert_eq!(rejection(&gateway, &withdrawn.without_connections()), RejectReason::UnknownIssuer);
        plant.trust = trust;
        assert!(gateway.read_with(&withdrawn.for_profile(&plant)).is_ok());
    }
}

#[test]
fn polling_trusts_no_withdrawn_ca_file() {
    let authority = Authority::new("Plant CA");
    let gateway = TlsGateway::new(&authority.issue(&plant()));
    let (_folder, trust) = listed(authority.0.der());
    let mut poller = TestPoller::new();
    let untrusting = profile(&[&gateway.url]);
    let mut trusting = untrusting.clone();
    trusting.trust = trust;
    poller.handle.connect(trusting, Credentials::None);
    poller.wait_for("the trusted certificate", |status| status.dataset.is_some());
    let requests = gateway.requests.load(Ordering::SeqCst);
    poller.handle.connect(untrusting, Credentials::None);
    let failed = poller.wait_for("the rejection", |status| status.nodes[0].error.is_some());
    assert!(matches!(failed.nodes[0].error, Some(GatewayError::Certificate(_))), "{failed:?}");
    assert_eq!(gateway.requests.load(Ordering::SeqCst), requests);
}

#[test]
fn says_that_an_address_is_only_a_dns_name() {
    let authority = Authority::new("Plant CA");
    let (_folder, trust) = listed(authority.0.der());
    let issue = |names: &[&str]| {
        let mut params = named(&[], "plant-a");
        params.subject_alt_names =
            names.iter().map(|&name| SanType::DnsName(name.try_into().unwrap())).collect();
        TlsGateway::new(&authority.issue(&params))
    };
    let rejected = issue(&["plant-a", HOST]).read_rejected(trust.clone());
    assert_eq!(rejected.reason, RejectReason::WrongHost);
    let text = rejected.to_string();
    assert!(text.contains("has the address 127.0.0.1 only as a DNS name, not as an IP address"), "{text}");
    let text = issue(&["plant-a", "127.0.0.2"]).read_rejected(trust).to_string();
    assert!(text.contains("is valid for plant-a, 127.0.0.2, not for 127.0.0.1"), "{text}");
}

#[cfg(unix)]
#[test]
fn hanging_ca_file_does_not_block_other_nodes() {
    let folder = tempfile::tempdir().unwrap();
    // A pipe without a writer, in place of a network drive that is gone.
    let pipe = folder.path().join("ca.pem");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let plain = crate::fault_injection::FaultyGateway::new();
    let secure = TlsGateway::new(&Identity::self_signed(&plant()));
    let mut plant = profile(&[&secure.url, &plain.gateway.url]);
    plant.trust.ca_file = Some(pipe.clone());
    // Also the time that a busy machine has for the other node.
    let limits = Limits { connect_timeout: std::time::Duration::from_secs(3), ..Limits::default() };
    let mut poller = TestPoller::with_limits(limits);
    poller.handle.connect(plant, Credentials::None);
    let status =
        poller.wait_for("both nodes", |status| status.nodes[0].error.is_some() && status.dataset.is_some());
    let error = status.nodes[0].error.as_ref().unwrap().to_string();
    assert!(error.starts_with(&format!("Can't read the CA file {} within 3 s", pipe.display())), "{error}");
    assert_eq!(secure.requests.load(Ordering::SeqCst), 0);
}
