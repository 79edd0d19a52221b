//! The visitor's address, as the gateway reports it in `X-Real-IP`.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::HeaderMap;

/// Returns the address that limits count, if it can belong to one visitor. Of IPv6 it is the network of 64 bits, which
/// is one household. A private address is a proxy's, which all visitors may share.
pub(super) fn address(headers: &HeaderMap) -> Option<IpAddr> {
    let text = headers.get("x-real-ip")?.to_str().ok()?;
    let address: IpAddr = text.trim().parse().ok()?;
    let network = match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        v4 => v4,
    };
    is_individual(network).then_some(network)
}

fn is_individual(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            let shared = a == 100 && (64..128).contains(&b); // RFC 6598, carriers and tailnets
            let unusable = v4.is_unspecified() || v4.is_broadcast() || v4.is_multicast();
            !(v4.is_private() || v4.is_loopback() || v4.is_link_local() || shared || unusable)
        }
        IpAddr::V6(v6) => {
            let local = v6.is_unique_local() || v6.is_unicast_link_local() || v6.is_loopback();
            !(local || v6.is_unspecified() || v6.is_multicast())
        }
    }
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
