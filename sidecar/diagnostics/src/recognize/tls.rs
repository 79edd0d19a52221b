//! Recognition of certificate errors.

use rustls::{CertificateError, Error};

use sidelink_core::{Diagnosis, PublicUrlFault};

use crate::shorten;

/// Maximum length of a quoted error, in bytes.
const MAX_QUOTED_BYTES: usize = 60;

/// Returns the diagnosis of an error of the public URL's certificate.
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
        ) => Diagnosis::of_code(
            "tls_expired",
            &shorten(&error.to_string(), MAX_QUOTED_BYTES),
        ),
        other => Diagnosis::PublicUrl(PublicUrlFault::TlsUntrusted {
            detail: shorten(&other.to_string(), MAX_QUOTED_BYTES),
        }),
    }
}

fn other_name(names: String) -> Diagnosis {
    Diagnosis::PublicUrl(PublicUrlFault::TlsOtherName { names })
}

/// Returns the name in rustls' text `DnsName("a.example")`.
fn dns_name(presented: &str) -> String {
    presented.split('"').nth(1).unwrap_or(presented).to_owned()
}
