//! The address by which limits count a visitor.

use std::net::{IpAddr, Ipv6Addr};

/// Parses the address that the gateway sends in `X-Real-IP`; of IPv6 it is the network of 64 bits, which is one
/// household.
pub fn household(text: &str) -> Option<IpAddr> {
    let address: IpAddr = text.trim().parse().ok()?;
    Some(match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        v4 => v4,
    })
}

/// Reports whether the address can belong to one visitor. A private one is this machine's or a proxy's, such as
/// Docker's, and all visitors may share it: limits per address do not apply to it.
pub fn is_individual(address: IpAddr) -> bool {
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
