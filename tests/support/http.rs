//! An HTTP client for tests and benches.

/// Returns the builder of an HTTP client for tests.
pub(crate) fn http_client() -> reqwest::ClientBuilder {
    // reqwest needs a TLS provider even for plain HTTP. Later calls change nothing.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy()
}
