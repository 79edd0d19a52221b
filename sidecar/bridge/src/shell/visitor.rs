//! The visitor's address, as the gateway reports it in `X-Real-IP`.

use std::net::IpAddr;

use axum::http::HeaderMap;
use sidelink_core::visitor_address::{household, is_individual};

/// Returns the address that limits count, if it can belong to one visitor.
pub(super) fn address(headers: &HeaderMap) -> Option<IpAddr> {
    let household = household(headers.get("x-real-ip")?.to_str().ok()?)?;
    is_individual(household).then_some(household)
}

/// Reports whether a browser sends the request, which cannot read a refusal's status.
pub(super) fn is_browser(headers: &HeaderMap) -> bool {
    headers.contains_key("origin")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(address: &str) -> Option<IpAddr> {
        let value = address.parse().expect("a header's value");
        super::address(&HeaderMap::from_iter([(
            "x-real-ip".parse().expect("a name"),
            value,
        )]))
    }

    #[test]
    fn a_household_is_one_and_a_shared_address_is_none() {
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.7"));
        for shared in [
            "nonsense",
            "192.168.65.1",
            "100.64.0.1",
            "127.0.0.1",
            "0.0.0.0",
            "fd00::1",
            "::1",
        ] {
            assert_eq!(of(shared), None, "{shared}");
        }
        assert_eq!(super::address(&HeaderMap::new()), None);
    }
}
