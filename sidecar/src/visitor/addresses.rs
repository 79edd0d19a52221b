//! Classifies hosts that only this machine or its network can reach.

use std::net::{IpAddr, Ipv4Addr};

use reqwest::Url;

/// Suffixes of names that public DNS never has.
const LOCAL_SUFFIXES: &[&str] = &[
    ".local",
    ".localdomain",
    ".lan",
    ".home",
    ".home.arpa",
    ".internal",
    ".intranet",
    ".corp",
    ".private",
    ".docker",
    ".svc",
    ".test",
    ".invalid",
    ".arpa",
];

/// From where a host can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// From the internet, as far as its name shows.
    Public,
    /// From the requesting machine only; a phone would request itself.
    Loopback,
    /// From this network only.
    Network,
    /// From this stack's containers only.
    Containers,
}

/// Returns from where the URL's host can be reached; `services` are the names of this stack's services.
pub(super) fn reach(url: &Url, services: &[String]) -> Reach {
    let Some(host) = url.host_str() else {
        return Reach::Public;
    };
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(ip) = bare.parse() {
        return of_ip(ip);
    }
    if host == "localhost" || host.ends_with(".localhost") || host == "localhost.localdomain" {
        Reach::Loopback
    } else if services.contains(&host) || !host.contains('.') {
        Reach::Containers
    } else if LOCAL_SUFFIXES.iter().any(|suffix| host.ends_with(suffix)) {
        Reach::Network
    } else {
        Reach::Public
    }
}

fn of_ip(ip: IpAddr) -> Reach {
    let ip = match ip {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(ip, IpAddr::V4),
        IpAddr::V4(_) => ip,
    };
    if ip.is_loopback() || ip.is_unspecified() {
        return Reach::Loopback;
    }
    let is_local = match ip {
        IpAddr::V4(v4) => v4.is_private() || v4.is_link_local() || is_shared(v4),
        IpAddr::V6(v6) => v6.is_unique_local() || v6.is_unicast_link_local(),
    };
    if is_local {
        Reach::Network
    } else {
        Reach::Public
    }
}

/// Returns whether the address is in 100.64.0.0/10: a provider's NAT, or an overlay network.
fn is_shared(ip: Ipv4Addr) -> bool {
    let [a, b, ..] = ip.octets();
    a == 100 && (64..128).contains(&b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_host_is_classified() {
        for (url, expected) in [
            ("http://localhost:3000/login", Reach::Loopback),
            ("https://app.localhost", Reach::Loopback),
            ("http://127.0.0.1", Reach::Loopback),
            ("http://127.1:3000", Reach::Loopback),
            ("http://[::1]:3000", Reach::Loopback),
            ("http://0.0.0.0:3000", Reach::Loopback),
            ("http://[::ffff:127.0.0.1]/", Reach::Loopback),
            ("http://192.168.1.20:3000", Reach::Network),
            ("http://10.0.0.1", Reach::Network),
            ("http://172.17.0.1", Reach::Network),
            ("http://169.254.169.254", Reach::Network),
            ("http://100.100.100.100", Reach::Network),
            ("http://[fd00::1]/", Reach::Network),
            ("http://[fe80::1]/", Reach::Network),
            ("http://host.docker.internal:3000", Reach::Network),
            ("http://nas.local/", Reach::Network),
            ("http://app:3000/", Reach::Containers),
            ("http://APP./", Reach::Containers),
            ("http://my.app/", Reach::Containers),
            ("https://accounts.google.com/", Reach::Public),
            ("https://8.8.8.8/", Reach::Public),
            ("https://local.example.org/", Reach::Public),
        ] {
            let services = ["my.app".to_owned()];
            let url = url.parse().expect("a URL");
            assert_eq!(reach(&url, &services), expected, "{url}");
        }
    }
}
