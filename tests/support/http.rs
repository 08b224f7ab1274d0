//! An HTTP client for tests and benches.

/// Returns the builder of an HTTP client for tests.
pub(crate) fn http_client() -> reqwest::ClientBuilder {
    // A client needs an implementation of TLS, although tests use it without. The first one stays.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy()
}
