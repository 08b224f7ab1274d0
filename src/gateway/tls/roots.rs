//! The certificates that are trusted without a pin: the platform's store and the profile's CA file.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::RootCertStore;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::client::verify_server_name;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, Error};
use tokio::sync::watch;

use super::{CaFileError, Certificate};
use crate::gateway::Cause;

/// The trusted certificates.
#[derive(Debug)]
pub(in crate::gateway) struct Roots {
    /// The certificates in the CA file.
    listed: Vec<CertificateDer<'static>>,
    /// The platform's verifier, which also accepts what the authorities in the CA file have issued. Its error is that of
    /// a system without certificates.
    platform: Result<rustls_platform_verifier::Verifier, Error>,
}

impl Roots {
    /// Returns no certificates, for connections without TLS.
    pub(in crate::gateway) fn none() -> Self {
        let platform = Err(Error::General("no certificates were loaded".to_owned()));
        Self { listed: Vec::new(), platform }
    }

    /// Reads the CA file and, on Linux, all certificates of the system. Blocks.
    ///
    /// # Errors
    /// If the CA file can't be used.
    pub(super) fn load(ca_file: Option<&Path>, provider: Arc<CryptoProvider>) -> Result<Self, CaFileError> {
        let listed = ca_file.map(read_certificates).transpose()?.unwrap_or_default();
        let authorities: Vec<_> = listed.iter().filter(|der| is_authority(der)).cloned().collect();
        let platform = if authorities.is_empty() {
            rustls_platform_verifier::Verifier::new(provider)
        } else {
            rustls_platform_verifier::Verifier::new_with_extra_roots(authorities, provider)
        };
        Ok(Self { listed, platform })
    }

    /// Verifies a certificate. One that the CA file itself contains needs no issuer.
    pub(super) fn verify(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<(), Error> {
        if self.listed.iter().any(|listed| listed == end_entity) {
            return verify_name_and_dates(end_entity, server_name, now);
        }
        let platform = self.platform.as_ref().map_err(Clone::clone)?;
        platform
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            .map(|_verified| ())
    }
}

fn verify_name_and_dates(
    der: &CertificateDer<'_>,
    server_name: &ServerName<'_>,
    now: UnixTime,
) -> Result<(), Error> {
    verify_server_name(&ParsedCertificate::try_from(der)?, server_name)?;
    let certificate = Certificate::parse(der).ok_or(CertificateError::BadEncoding)?;
    let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    match now {
        _ if now > certificate.not_after => Err(CertificateError::Expired.into()),
        _ if now < certificate.not_before => Err(CertificateError::NotValidYet.into()),
        _ => Ok(()),
    }
}

/// Returns `true` if a certificate may issue others. The self-signed certificate of one gateway must not authenticate others.
fn is_authority(der: &CertificateDer<'_>) -> bool {
    Certificate::parse(der).is_some_and(|certificate| certificate.is_authority)
}

/// Reads the certificates in a file.
fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, CaFileError> {
    let invalid = |source| CaFileError::Invalid { path: path.to_owned(), source };
    let bytes = std::fs::read(path)
        .map_err(|source| CaFileError::Read { path: path.to_owned(), source: Cause::new(source) })?;
    let pem: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    let mut certificates = pem.map_err(|error| invalid(Some(Cause::new(error))))?;
    if certificates.is_empty() {
        let der = CertificateDer::from(bytes);
        if Certificate::parse(&der).is_none() {
            return Err(invalid(None));
        }
        certificates.push(der);
    }
    // Some platforms' verifiers would report an unusable authority only with the first connection.
    let mut store = RootCertStore::empty();
    for certificate in &certificates {
        store.add(certificate.clone()).map_err(|error| invalid(Some(Cause::new(error))))?;
    }
    Ok(certificates)
}

/// The receiver of loaded roots; `None` until they are loaded.
type Loading = watch::Receiver<Option<Result<Arc<Roots>, CaFileError>>>;

/// Loads the roots when they are first needed, on a thread for blocking work: the CA file may be on a network drive that
/// hangs. However many reads wait for it, and give up, only one thread hangs.
#[derive(Debug)]
pub(in crate::gateway) struct RootsLoader {
    ca_file: Option<PathBuf>,
    loading: Mutex<Option<Loading>>,
}

impl RootsLoader {
    /// Returns a loader that hasn't loaded anything.
    pub(in crate::gateway) fn new(ca_file: Option<PathBuf>) -> Self {
        Self { ca_file, loading: Mutex::default() }
    }

    /// Returns the roots, loaded before or now. After a failure the next call loads them again.
    ///
    /// # Errors
    /// If the CA file can't be used, or it or the system's certificates can't be loaded in time.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub(in crate::gateway) async fn roots(&self, time_limit: Duration) -> Result<Arc<Roots>, CaFileError> {
        let mut loading = self.loading();
        let loaded = tokio::time::timeout(time_limit, loading.wait_for(Option::is_some)).await;
        let seconds = time_limit.as_secs_f64();
        match (loaded, self.ca_file.clone()) {
            (Ok(Ok(loaded)), _) => loaded.clone().unwrap_or(Err(CaFileError::Stopped)),
            // The thread has panicked, or was shut down.
            (Ok(Err(_closed)), _) => Err(CaFileError::Stopped),
            (Err(_elapsed), Some(path)) => Err(CaFileError::Timeout { path, seconds }),
            (Err(_elapsed), None) => Err(CaFileError::SystemTimeout { seconds }),
        }
    }

    /// Returns the current attempt, or starts a new one.
    fn loading(&self) -> Loading {
        let mut current = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(loading) = &*current {
            let is_usable = match &*loading.borrow() {
                Some(loaded) => loaded.is_ok(),
                None => loading.has_changed().is_ok(),
            };
            if is_usable {
                return loading.clone();
            }
        }
        let (sender, loading) = watch::channel(None);
        let ca_file = self.ca_file.clone();
        // Not awaited: the result comes through the channel.
        drop(tokio::task::spawn_blocking(move || {
            let roots = Roots::load(ca_file.as_deref(), super::provider()).map(Arc::new);
            sender.send_replace(Some(roots));
        }));
        current.insert(loading).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(bytes: &[u8]) -> CaFileError {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        std::fs::write(&path, bytes).unwrap();
        read_certificates(&path).unwrap_err()
    }

    #[test]
    fn rejects_files_without_certificates() {
        let unreadable = read_certificates(Path::new("not/there.pem")).unwrap_err();
        assert!(matches!(unreadable, CaFileError::Read { .. }), "{unreadable:?}");
        for bytes in [&b""[..], b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
            assert!(matches!(error(bytes), CaFileError::Invalid { source: None, .. }));
        }
        for base64 in ["AAAA", "????"] {
            let pem = format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n");
            assert!(matches!(error(pem.as_bytes()), CaFileError::Invalid { source: Some(_), .. }));
        }
    }

    #[test]
    fn loads_again_after_a_failure() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        let loader = RootsLoader::new(Some(path.clone()));
        let roots = || runtime.block_on(loader.roots(Duration::from_mins(3)));
        assert!(matches!(roots(), Err(CaFileError::Read { .. })));
        std::fs::write(&path, "").unwrap();
        assert!(matches!(roots(), Err(CaFileError::Invalid { .. })));
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = rcgen::CertificateParams::new(Vec::new()).unwrap().self_signed(&key).unwrap();
        std::fs::write(&path, certificate.der()).unwrap();
        let first = roots().unwrap();
        assert!(Arc::ptr_eq(&first, &roots().unwrap()));
    }

    #[test]
    fn slow_system_certificates_differ_from_a_thread_that_ended() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let loader = RootsLoader::new(None);
        // A load that doesn't end, and one that panics.
        let (sender, loading) = watch::channel(None);
        *loader.loading.lock().unwrap() = Some(loading);
        let slow = runtime.block_on(loader.roots(Duration::from_millis(1))).unwrap_err();
        assert_eq!(slow, CaFileError::SystemTimeout { seconds: 0.001 });
        let message = "Can't load the system's certificates within 0.001 s. Try again";
        assert_eq!(slow.to_string(), message);
        let stopped = runtime.block_on(async {
            let (stopped, ()) = tokio::join!(loader.roots(Duration::from_mins(3)), async { drop(sender) });
            stopped.unwrap_err()
        });
        assert_eq!(stopped, CaFileError::Stopped);
    }

    #[cfg(unix)]
    #[test]
    fn waits_for_a_hanging_file_on_one_thread() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("ca.pem");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        let loader = RootsLoader::new(Some(pipe.clone()));
        let roots = |limit| runtime.block_on(loader.roots(limit));
        for _ in 0..20 {
            let error = roots(Duration::from_millis(1)).unwrap_err();
            assert_eq!(error, CaFileError::Timeout { path: pipe.clone(), seconds: 0.001 });
        }
        // Of several readers of a pipe only one would get the certificate.
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = rcgen::CertificateParams::new(Vec::new()).unwrap().self_signed(&key).unwrap();
        std::fs::write(&pipe, certificate.der()).unwrap();
        assert!(roots(Duration::from_mins(3)).is_ok());
        runtime.shutdown_background();
    }
}
