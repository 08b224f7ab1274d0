//! Verifies certificates: first against the pins, then by the roots.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, OtherError, SignatureScheme};

use super::{Certificate, Fingerprint, Pin, RejectReason, RejectedCertificate, Roots};
use crate::gateway::Cause;

/// Accepts the pinned certificates of a host or, for a host without pins, what the roots accept. Its error holds a
/// [`RejectedCertificate`].
#[derive(Debug)]
pub(super) struct Verifier {
    roots: Arc<Roots>,
    pins: Vec<Pin>,
    provider: Arc<CryptoProvider>,
}

impl Verifier {
    pub(super) fn new(roots: Arc<Roots>, pins: Vec<Pin>, provider: Arc<CryptoProvider>) -> Self {
        Self { roots, pins, provider }
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
        let verified = self.roots.verify(end_entity, intermediates, server_name, ocsp_response, now);
        let error = match verified {
            Ok(()) if pinned.is_empty() => {
                tracing::debug!(%host, %fingerprint, "accepted a certificate of a trusted issuer");
                return Ok(ServerCertVerified::assertion());
            }
            Ok(()) => None,
            Err(error) => Some(error),
        };
        let Some(certificate) = Certificate::parse(end_entity) else {
            tracing::debug!(%host, %fingerprint, "rejected a malformed certificate");
            return Err(CertificateError::BadEncoding.into());
        };
        let (reason, error) = match (ParsedCertificate::try_from(end_entity), error) {
            (Err(error), _) => (RejectReason::Unusable, Some(error)),
            (Ok(_), error) => {
                let reason = match error.as_ref().map(|error| RejectReason::new(error, &certificate, now)) {
                    Some(reason) if pinned.is_empty() => reason,
                    reason => RejectReason::Changed { pinned, platform_reason: reason.map(Box::new) },
                };
                (reason, error)
            }
        };
        tracing::debug!(%host, %fingerprint, ?reason, "rejected a certificate");
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
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
