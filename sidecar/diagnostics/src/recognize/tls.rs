//! Why a certificate was refused.

use rustls::{CertificateError, Error};

use sidelink_core::{Outside, Reason};

use crate::shorten;

const QUOTED: usize = 60;

/// Of the certificate under the public name.
pub fn of_tls(error: &Error) -> Reason {
    match error {
        Error::InvalidCertificate(CertificateError::NotValidForNameContext {
            presented, ..
        }) => other_name(
            presented
                .iter()
                .map(|name| dns_name(name))
                .collect::<Vec<_>>()
                .join(", "),
        ),
        Error::InvalidCertificate(CertificateError::NotValidForName) => {
            other_name("another name".to_owned())
        }
        Error::InvalidCertificate(
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. },
        ) => Reason::known("tls_expired", &shorten(&error.to_string(), QUOTED)),
        other => Reason::Outside(Outside::TlsUntrusted {
            detail: shorten(&other.to_string(), QUOTED),
        }),
    }
}

fn other_name(names: String) -> Reason {
    Reason::Outside(Outside::TlsOtherName { names })
}

/// rustls writes `DnsName("a.example")`.
fn dns_name(presented: &str) -> String {
    presented.split('"').nth(1).unwrap_or(presented).to_owned()
}
