//! The HTTP clients, and how a quick tunnel's name is reached without asking anybody for it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, redirect};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// Every quick tunnel lives under it.
const QUICK: &str = ".trycloudflare.com";
/// Always exists, and answers from the same edge.
const EDGE: &str = "api.trycloudflare.com";

/// For services of the stack: no TLS to speak of, no proxy, no redirects.
pub fn local_client(timeout: Duration) -> Result<Client> {
    build(roots(None)?, timeout, |builder| builder)
}

/// For the public name.
pub(super) fn client(ca_file: Option<&Path>, timeout: Duration) -> Result<Client> {
    build(roots(ca_file)?, timeout, |builder| {
        builder.dns_resolver(EdgeFirst).pool_max_idle_per_host(0)
    })
}

fn build(
    roots: RootCertStore,
    timeout: Duration,
    more: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
) -> Result<Client> {
    let tls =
        ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
    let builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .timeout(timeout)
        .redirect(redirect::Policy::none())
        .no_proxy();
    more(builder).build().context("cannot make an HTTP client")
}

fn roots(ca_file: Option<&Path>) -> Result<RootCertStore> {
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
    Ok(roots)
}

/// A quick tunnel's record is published seconds after its name is known, and a resolver that is asked
/// too early remembers "no such name" for up to half an hour, for the phone beside us too. So its name
/// is never looked up: the edge is reached under a name that always exists, with the new name as SNI and Host.
struct EdgeFirst;

impl Resolve for EdgeFirst {
    fn resolve(&self, name: Name) -> Resolving {
        let host = if name.as_str().ends_with(QUICK) {
            EDGE.to_owned()
        } else {
            name.as_str().to_owned()
        };
        Box::pin(async move {
            let addresses: Vec<_> = tokio::net::lookup_host((host, 0)).await?.collect();
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}
