//! Gateways over TLS with any certificate.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use base64::Engine as _;
use gatewatch::gateway::{
    Client, Credentials, Fingerprint, GatewayError, Limits, NodeSnapshot, Pin, ReadOptions,
    RejectedCertificate, Trust,
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ServerConfig, ServerConnection};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{StreamOwned, SupportedProtocolVersion};

pub(crate) const HOST: &str = "127.0.0.1";
pub(crate) const PASSWORD: &str = "open-sesame";

/// The certificate of a server, and its key, which may not belong to it.
pub(crate) struct Identity {
    pub(crate) certificate: CertificateDer<'static>,
    pub(crate) key: KeyPair,
}

impl Identity {
    pub(crate) fn self_signed(params: &CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        Self { certificate: params.self_signed(&key).unwrap().into(), key }
    }

    pub(crate) fn pin(&self) -> Pin {
        Pin { host: HOST.to_owned(), port: None, fingerprint: Fingerprint::of(&self.certificate) }
    }
}

/// A private certificate authority.
pub(crate) struct Authority(pub(crate) CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = named(&[], name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// Returns an authority whose certificate this one has issued.
    pub(crate) fn issue_authority(&self, name: &str) -> Self {
        let mut params = named(&[], name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::signed_by(params, KeyPair::generate().unwrap(), &self.0).unwrap())
    }

    pub(crate) fn issue(&self, params: &CertificateParams) -> Identity {
        let key = KeyPair::generate().unwrap();
        Identity { certificate: params.signed_by(&key, &self.0).unwrap().into(), key }
    }

    pub(crate) fn pem(&self) -> String {
        let base64 = base64::engine::general_purpose::STANDARD.encode(self.0.der());
        format!("Plant CA\n-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n")
    }
}

/// Returns the parameters of a certificate with these host names.
pub(crate) fn named(names: &[&str], subject: &str) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.distinguished_name.push(DnType::CommonName, subject);
    params
}

/// A gateway over TLS on its own port. It runs until the test process ends.
pub(crate) struct TlsGateway {
    pub(crate) url: String,
    /// The number of requests, after complete handshakes.
    pub(crate) requests: Arc<AtomicUsize>,
    config: Arc<Mutex<Arc<ServerConfig>>>,
    /// The response in place of the sessions.
    pub(crate) sessions_response: Arc<Mutex<Option<String>>>,
}

impl TlsGateway {
    pub(crate) fn new(identity: &Identity) -> Self {
        Self::with_versions(identity, rustls::ALL_VERSIONS)
    }

    pub(crate) fn with_versions(identity: &Identity, versions: &[&'static SupportedProtocolVersion]) -> Self {
        Self::serve(Self::config(identity, versions))
    }

    /// Replaces the certificate. TLS sessions can't be resumed afterwards.
    pub(crate) fn set_identity(&self, identity: &Identity) {
        *self.config.lock().unwrap() = Self::config(identity, rustls::ALL_VERSIONS);
    }

    /// Starts a gateway that shows further certificates behind its own.
    pub(crate) fn with_chain(identity: &Identity, others: &[CertificateDer<'static>]) -> Self {
        Self::serve(Self::chain_config(identity, others, rustls::ALL_VERSIONS))
    }

    pub(crate) fn config(
        identity: &Identity,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Arc<ServerConfig> {
        Self::chain_config(identity, &[], versions)
    }

    fn chain_config(
        identity: &Identity,
        others: &[CertificateDer<'static>],
        versions: &[&'static SupportedProtocolVersion],
    ) -> Arc<ServerConfig> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = PrivateKeyDer::try_from(identity.key.serialize_der()).unwrap();
        let key = provider.key_provider.load_private_key(key).unwrap();
        // Unchecked, because tests need certificates with another key.
        let chain = [std::slice::from_ref(&identity.certificate), others].concat();
        let certified = CertifiedKey::new(chain, key);
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
        Arc::new(config)
    }

    fn serve(config: Arc<ServerConfig>) -> Self {
        let config = Arc::new(Mutex::new(config));
        let current = config.clone();
        let sessions_response = Arc::<Mutex<Option<String>>>::default();
        let current_response = sessions_response.clone();
        let listener = TcpListener::bind((HOST, 0)).unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicUsize::new(0));
        let received = requests.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (received, config) = (received.clone(), current.lock().unwrap().clone());
                let replacement = current_response.lock().unwrap().clone();
                thread::spawn(move || {
                    let connection = ServerConnection::new(config).unwrap();
                    let mut stream = BufReader::new(StreamOwned::new(connection, stream.unwrap()));
                    let mut target = String::new();
                    // A client that rejects the certificate closes the connection here.
                    if stream.read_line(&mut target).is_err() || target.is_empty() {
                        return;
                    }
                    received.fetch_add(1, Ordering::SeqCst);
                    let mut header = String::new();
                    while stream.read_line(&mut header).is_ok_and(|length| length > 2) {
                        header.clear();
                    }
                    let mut stream = stream.into_inner();
                    let response = replacement
                        .filter(|_| !target.contains("gwinfo"))
                        .unwrap_or_else(|| response(&target));
                    let _closed = stream.write_all(response.as_bytes());
                    stream.conn.send_close_notify();
                    let _closed = stream.flush();
                });
            }
        });
        Self { url, requests, config, sessions_response }
    }

    /// Reads the gateway once with a password.
    pub(crate) fn read(&self, trust: Trust) -> Result<NodeSnapshot, GatewayError> {
        self.read_with(&Client::with_trust(Limits::default(), trust))
    }

    /// Reads the gateway once with a password and this client.
    pub(crate) fn read_with(&self, client: &Client) -> Result<NodeSnapshot, GatewayError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let credentials = Credentials::basic("billy", PASSWORD).unwrap();
        let node = self.url.parse().unwrap();
        let read = runtime.block_on(client.read(&node, &credentials, &ReadOptions::default()));
        runtime.shutdown_background();
        read
    }

    /// Reads the gateway and returns its rejected certificate. Checks that nothing was sent.
    pub(crate) fn read_rejected(&self, trust: Trust) -> RejectedCertificate {
        let error = self.read(trust).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(PASSWORD), "{error:?}");
        assert_eq!(self.requests.load(Ordering::SeqCst), 0);
        let text = error.to_string();
        let GatewayError::Certificate(rejected) = error else { panic!("{error:?}") };
        assert!(text.contains(&rejected.certificate.fingerprint.to_string()), "{text}");
        assert!(!text.contains('\n'), "{text}");
        *rejected
    }
}

fn response(request: &str) -> String {
    let body = if request.contains("gwinfo") {
        "ContextStatus=RUNNING;PlatformName=Plant;Version=8.1.44"
    } else {
        r#"{"ok":true,"v":1,"columns":[{"name":"username","type":"String"},{"name":"project","type":"String"},
            {"name":"address","type":"String"},{"name":"isDesigner","type":"Boolean"},
            {"name":"clientId","type":"String"},{"name":"creationTime","type":"Date"}],
            "rows":[["billy","Packaging","10.1.2.3",false,"A1B2C3D4",1790000000000]]}"#
    };
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}
