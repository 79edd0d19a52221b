//! Why a certificate was refused.

use rustls::{CertificateError, Error};

use sidelink_core::{Diagnosis, PublicUrlFault};

use crate::shorten;

const QUOTED: usize = 60;

/// Of the certificate under the public name.
pub fn of_tls(error: &Error) -> Diagnosis {
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
        ) => Diagnosis::known("tls_expired", &shorten(&error.to_string(), QUOTED)),
        other => Diagnosis::PublicUrl(PublicUrlFault::TlsUntrusted {
            detail: shorten(&other.to_string(), QUOTED),
        }),
    }
}

fn other_name(names: String) -> Diagnosis {
    Diagnosis::PublicUrl(PublicUrlFault::TlsOtherName { names })
}

/// rustls writes `DnsName("a.example")`.
fn dns_name(presented: &str) -> String {
    presented.split('"').nth(1).unwrap_or(presented).to_owned()
}
