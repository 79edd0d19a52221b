//! Host names by which devices of the local network reach this machine. They are names of the stack only where
//! `compose/lan.yaml` publishes the gateway there.

use std::net::Ipv4Addr;

use super::loopback::{is_below, name_of};

/// Reports whether a `Host` is an address in a private network or a name of mDNS (`*.local`), on any port.
pub fn is_lan_host(host: &str) -> bool {
    private_address(host).is_some() || name_of(host).is_some_and(|name| is_below(name, "local"))
}

/// Returns the address of a `Host`, if it is in a private network: RFC 1918, RFC 6598 (tailnets) or link local.
pub fn private_address(host: &str) -> Option<Ipv4Addr> {
    let address: Ipv4Addr = name_of(host)?.parse().ok()?;
    let [a, b, ..] = address.octets();
    let shared = a == 100 && (64..128).contains(&b);
    (address.is_private() || address.is_link_local() || shared).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_names_of_a_local_network_are_recognized_on_every_port() {
        for host in [
            "192.168.1.20:8080",
            "192.168.1.20",
            "10.0.0.5:80",
            "172.16.0.1",
            "172.31.255.254:8080",
            "169.254.7.7:8080",
            "100.64.0.1",
            "100.127.255.254",
            "studio.local:8080",
            "Studio.LOCAL",
            "a.studio.local",
        ] {
            assert!(is_lan_host(host), "{host}");
        }
        let home = Ipv4Addr::new(192, 168, 1, 20);
        assert_eq!(private_address("192.168.1.20:8080"), Some(home));
        assert_eq!(private_address("studio.local:8080"), None);
    }

    #[test]
    fn other_hosts_are_not_of_a_local_network() {
        for host in [
            "",
            "local",
            ".local",
            "a..local",
            "<script>.local",
            "studio.local.evil.example",
            "studiolocal",
            "192.168.1.20.nip.io",
            "192.168.1.20:8080.evil.example",
            "192.168.1.20:",
            "192.168.1.20:123456",
            "192.168.1",
            "192.168.1.256",
            "0300.168.1.20",
            "3232235796",
            "172.15.0.1",
            "172.32.0.1",
            "100.63.0.1",
            "100.128.0.1",
            "203.0.113.9:8080",
            "0.0.0.0",
            "127.0.0.1:8080",
            "localhost:8080",
            "[fd00::1]:8080",
        ] {
            assert!(!is_lan_host(host), "{host}");
        }
    }
}
