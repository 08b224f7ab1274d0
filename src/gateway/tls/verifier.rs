//! Verifies certificates: first against the pins, then by the platform.

use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, OtherError, SignatureScheme};

use super::{Certificate, Fingerprint, Pin, RejectReason, RejectedCertificate};
use crate::gateway::Cause;

/// Accepts the pinned certificates of a host or, for a host without pins, what the platform accepts. Its error holds a
/// [`RejectedCertificate`].
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
        // The user trusted exactly this certificate, so names, dates and issuer don't matter. The signatures below prove
        // that the host has its key.
        let fingerprint = Fingerprint::of(end_entity);
        if pinned.contains(&fingerprint) {
            tracing::debug!(%host, %fingerprint, "accepted the pinned certificate");
            return Ok(ServerCertVerified::assertion());
        }
        let verified =
            self.platform.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        let error = match verified {
            Ok(verified) if pinned.is_empty() => {
                tracing::debug!(%host, %fingerprint, "accepted a certificate of the platform's store");
                return Ok(verified);
            }
            Ok(_) => None,
            Err(error) => Some(error),
        };
        let Some(certificate) = Certificate::parse(end_entity) else {
            tracing::warn!(%host, %fingerprint, "rejected a malformed certificate");
            return Err(CertificateError::BadEncoding.into());
        };
        let (reason, error) = match (ParsedCertificate::try_from(end_entity), error) {
            (Err(error), _) => (RejectReason::Unusable, Some(error)),
            (Ok(_), Some(error)) if pinned.is_empty() => {
                (RejectReason::new(&error, &certificate, now), Some(error))
            }
            (Ok(_), error) => (RejectReason::Changed { pinned, platform_trusted: error.is_none() }, error),
        };
        tracing::warn!(%host, %fingerprint, ?reason, "rejected a certificate");
        let (host, cause) = (host.into_owned(), error.map(Cause::new));
        let rejected = RejectedCertificate { host, port: None, certificate, reason, cause };
        Err(CertificateError::Other(OtherError(Arc::new(rejected))).into())
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

/// The platform's verifier, built on first use: on Linux it reads all certificates of the system.
#[derive(Debug)]
struct Platform {
    /// Certificate authorities in addition to the platform's.
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
