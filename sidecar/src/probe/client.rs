//! HTTP clients: whom they trust, how long they wait, and what their errors mean.

use std::error::Error;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use reqwest::{Client, ClientBuilder, redirect};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use sidelink_diagnostics::shorten;

/// Enough of an error to recognise it by.
const QUOTED: usize = 80;

/// For services of the stack: no TLS to speak of, no proxy, no redirects.
pub fn local_client(timeout: Duration) -> Result<Client> {
    build(tls(None)?, timeout, |builder| builder)
}

/// Trusts the public certificate authorities, and those in `ca_file`.
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

/// Straight to the address: no proxy, no redirects.
pub(crate) fn build(
    tls: ClientConfig,
    timeout: Duration,
    more: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> Result<Client> {
    let builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .timeout(timeout)
        .redirect(redirect::Policy::none())
        .no_proxy();
    more(builder).build().context("cannot make an HTTP client")
}

/// reqwest's own text names the URL, which is told already; the cause is at the bottom.
pub(crate) fn innermost(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let last = causes(error).last();
    shorten(&last.map(ToString::to_string).unwrap_or_default(), QUOTED)
}

/// What TLS did not like, when it was that.
pub(crate) fn tls_error(error: &reqwest::Error) -> Option<&rustls::Error> {
    causes(error).find_map(inside)
}

/// An I/O error hides what is in it from `source`, and there may be one in the other.
fn inside<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    match cause.downcast_ref::<io::Error>() {
        Some(error) => inside(error.get_ref()?),
        None => cause.downcast_ref(),
    }
}

pub(super) fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    let first: &(dyn Error + 'static) = error;
    std::iter::successors(Some(first), |&error| error.source())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tls_says_is_found_in_an_error_in_an_error() {
        let tls = rustls::Error::General("no".to_owned());
        let twice = io::Error::other(io::Error::other(tls.clone()));
        assert_eq!(inside(&twice), Some(&tls));
        assert_eq!(inside(&io::Error::other("broken pipe")), None);
        assert_eq!(inside(&io::Error::from(io::ErrorKind::TimedOut)), None);
    }
}
