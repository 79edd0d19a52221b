//! Builds HTTP clients, and finds the cause in their errors.

use std::error::Error;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use reqwest::{Client, ClientBuilder, Response, redirect};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use sidelink_diagnostics::shorten;

/// Maximum length of a quoted error.
const MAX_QUOTE: usize = 80;

/// Builds a client for services of the stack, without proxy and redirects.
pub fn local_client(timeout: Duration) -> Result<Client> {
    build(tls(None)?, timeout, |builder| builder)
}

/// Builds a TLS configuration that trusts the public certificate authorities, and those in `ca_file`.
pub(crate) fn tls(ca_file: Option<&Path>) -> Result<ClientConfig> {
    let mut roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    if let Some(path) = ca_file {
        let read = || {
            format!(
                "SIDELINK_CA_FILE: cannot read certificates from {}",
                path.display()
            )
        };
        for certificate in CertificateDer::pem_file_iter(path).with_context(read)? {
            roots
                .add(certificate.with_context(read)?)
                .with_context(read)?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

/// Builds a client without proxy and redirects.
pub(crate) fn build(
    tls: ClientConfig,
    timeout: Duration,
    configure: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> Result<Client> {
    let builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .timeout(timeout)
        .redirect(redirect::Policy::none())
        .no_proxy();
    configure(builder)
        .build()
        .context("cannot build an HTTP client")
}

/// Why a body was not read.
#[derive(Debug)]
pub(crate) enum BodyError {
    /// It is longer than allowed.
    TooLong,
    /// The connection failed.
    Failed(reqwest::Error),
}

/// Reads a body of at most `max` bytes.
pub(crate) async fn body(mut response: Response, max: usize) -> Result<Vec<u8>, BodyError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(BodyError::Failed)? {
        if body.len() + chunk.len() > max {
            return Err(BodyError::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Returns the innermost cause; reqwest's own text repeats the URL.
pub(crate) fn innermost(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let last = causes(error).last();
    shorten(
        &last.map(ToString::to_string).unwrap_or_default(),
        MAX_QUOTE,
    )
}

/// Returns the TLS error, where that is the cause.
pub(crate) fn tls_error(error: &reqwest::Error) -> Option<&rustls::Error> {
    causes(error).find_map(find_tls)
}

/// Looks into I/O errors, because `source` skips their inner error, and they may be nested.
fn find_tls<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    match cause.downcast_ref::<io::Error>() {
        Some(error) => find_tls(error.get_ref()?),
        None => cause.downcast_ref(),
    }
}

/// Returns the error and its sources, outermost first.
pub(crate) fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    let first: &(dyn Error + 'static) = error;
    std::iter::successors(Some(first), |&error| error.source())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tls_error_is_found_in_nested_io_errors() {
        let tls = rustls::Error::General("no".to_owned());
        let twice = io::Error::other(io::Error::other(tls.clone()));
        assert_eq!(find_tls(&twice), Some(&tls));
        assert_eq!(find_tls(&io::Error::other("broken pipe")), None);
        assert_eq!(find_tls(&io::Error::from(io::ErrorKind::TimedOut)), None);
    }
}
