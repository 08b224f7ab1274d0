//! The judge of certificates: first the pins, then the platform.

use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, OtherError, SignatureScheme};

use super::{Certificate, Fingerprint, Pin, Refused, Why};

/// Accepts what is pinned for a host or, for a host without pins, what the platform accepts. Tells what it refused.
#[derive(Debug)]
pub(super) struct Verifier {
    platform: Platform,
    pins: Vec<Pin>,
}

impl Verifier {
    pub(super) fn new(
        roots: Vec<CertificateDer<'static>>,
        pins: Vec<Pin>,
        provider: Arc<CryptoProvider>,
    ) -> Self {
        Self { platform: Platform { roots, provider, loaded: OnceLock::new() }, pins }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let host = server_name.to_str();
        let pins = self.pins.iter().filter(|pin| pin.host.eq_ignore_ascii_case(&host));
        let pinned: Vec<Fingerprint> = pins.map(|pin| pin.fingerprint).collect();
        // Exactly this certificate was looked at and trusted, so its names, dates and issuer no longer matter. That
        // whoever shows it also has its key is checked with the signatures below.
        if pinned.contains(&Fingerprint::of(end_entity)) {
            return Ok(ServerCertVerified::assertion());
        }
        let verified =
            self.platform.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        let fault = match verified {
            Ok(verified) if pinned.is_empty() => return Ok(verified),
            Ok(_) => None,
            Err(error) => Some(error),
        };
        let Some(certificate) = Certificate::read(end_entity) else {
            return Err(CertificateError::BadEncoding.into());
        };
        let why = match (ParsedCertificate::try_from(end_entity), fault) {
            (Err(error), _) => Why::unusable(&error),
            (Ok(_), Some(error)) if pinned.is_empty() => Why::of(&error, &certificate, now),
            (Ok(_), fault) => Why::Changed { pinned, vouched: fault.is_none() },
        };
        let refused = Refused { host: host.into_owned(), port: None, certificate, why };
        Err(CertificateError::Other(OtherError(Arc::new(refused))).into())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.platform.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.platform.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.platform.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// The platform's verifier, made when first needed: on Linux, that reads all the system's certificates.
#[derive(Debug)]
struct Platform {
    /// Authorities that count in addition to the platform's.
    roots: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
    loaded: OnceLock<Result<rustls_platform_verifier::Verifier, rustls::Error>>,
}

impl Platform {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let loaded = self.loaded.get_or_init(|| {
            let provider = Arc::clone(&self.provider);
            if self.roots.is_empty() {
                rustls_platform_verifier::Verifier::new(provider)
            } else {
                rustls_platform_verifier::Verifier::new_with_extra_roots(self.roots.iter().cloned(), provider)
            }
        });
        let platform = loaded.as_ref().map_err(Clone::clone)?;
        platform.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }
}
