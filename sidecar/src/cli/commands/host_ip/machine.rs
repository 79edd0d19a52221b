//! This machine's network: the address at which others on its local network reach it.

use std::fs;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};

/// An address on the internet. A UDP socket that is connected to it has this machine's address; nothing is sent.
const INTERNET: Ipv4Addr = Ipv4Addr::new(1, 1, 1, 1);
/// The port of such a socket: `discard`.
const PORT: u16 = 9;
/// The kernel's IPv4 routing table.
const ROUTES: &str = "/proc/net/route";
const KERNEL: &str = "/proc/sys/kernel/osrelease";

/// Kernels of virtual machines in which Docker runs beside its user: Docker Desktop, WSL, OrbStack.
const VIRTUAL_KERNELS: [&str; 3] = ["linuxkit", "microsoft", "orbstack"];
/// Networks of such virtual machines, with the bits of their prefix.
const VIRTUAL_NETWORKS: [(Ipv4Addr, u32); 9] = [
    (Ipv4Addr::new(192, 168, 65, 0), 24),  // Docker Desktop
    (Ipv4Addr::new(192, 168, 5, 15), 32),  // Lima, and with it Colima and Rancher Desktop
    (Ipv4Addr::new(192, 168, 104, 0), 24), // Lima, `user-v2`
    (Ipv4Addr::new(192, 168, 105, 0), 24), // socket_vmnet
    (Ipv4Addr::new(192, 168, 106, 0), 24), // Colima, `--network-address`
    (Ipv4Addr::new(192, 168, 64, 0), 24),  // macOS's vmnet
    (Ipv4Addr::new(192, 168, 127, 0), 24), // gvproxy
    (Ipv4Addr::new(198, 19, 248, 0), 23),  // OrbStack
    (Ipv4Addr::new(10, 0, 2, 0), 24),      // rootless Docker's slirp4netns, QEMU, VirtualBox
];

/// What this machine's network shows.
#[derive(Clone, Debug)]
pub(super) struct Machine {
    /// Its addresses towards the routers, the preferred first.
    pub(super) addresses: Vec<Ipv4Addr>,
    /// `uname -r`
    pub(super) kernel: String,
}

impl Machine {
    pub(super) fn read() -> Self {
        let routes = fs::read_to_string(ROUTES).unwrap_or_default();
        let routers = routers(&routes, is_lan);
        let towards_routers = routers.into_iter().filter_map(address_towards);
        Self {
            addresses: towards_routers.chain(address_towards(INTERNET)).collect(),
            kernel: fs::read_to_string(KERNEL).unwrap_or_default(),
        }
    }

    /// Returns the address in a private network, else the one towards the internet; `None` without a network.
    pub(super) fn address(&self) -> Option<Ipv4Addr> {
        self.private_address().or(self.addresses.first().copied())
    }

    /// Returns the address at which phones on the local network reach this machine.
    pub(super) fn private_address(&self) -> Option<Ipv4Addr> {
        self.addresses.iter().copied().find(Ipv4Addr::is_private)
    }

    /// Reports whether Docker runs in a virtual machine, whose addresses are not its user's.
    pub(super) fn is_virtual(&self) -> bool {
        let kernel = self.kernel.to_ascii_lowercase();
        VIRTUAL_KERNELS.iter().any(|name| kernel.contains(name))
            || self.address().is_some_and(is_of_a_virtual_machine)
    }
}

fn is_of_a_virtual_machine(address: Ipv4Addr) -> bool {
    let within = |(network, bits): &(Ipv4Addr, u32)| {
        (address.to_bits() ^ network.to_bits()).leading_zeros() >= *bits
    };
    VIRTUAL_NETWORKS.iter().any(within)
}

/// Reports whether any interface has the address.
pub(super) fn has(address: Ipv4Addr) -> bool {
    let bound = UdpSocket::bind((address, 0));
    !matches!(bound, Err(error) if error.kind() == ErrorKind::AddrNotAvailable)
}

/// Returns this machine's address on the path to another one.
fn address_towards(other: Ipv4Addr) -> Option<Ipv4Addr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect(SocketAddr::from((other, PORT))).ok()?;
    match socket.local_addr().ok()?.ip() {
        IpAddr::V4(address) if !address.is_unspecified() => Some(address),
        _ => None,
    }
}

/// Reports whether an interface is a cable or a Wi-Fi; a VPN's is another type (`if_arp.h`).
fn is_lan(interface: &str) -> bool {
    const ETHERNET: &str = "1";
    let kind = fs::read_to_string(format!("/sys/class/net/{interface}/type"));
    kind.is_ok_and(|kind| kind.trim() == ETHERNET)
}

/// Returns the routers of the default routes, that with the lowest metric first.
fn routers(routes: &str, is_lan: impl Fn(&str) -> bool) -> Vec<Ipv4Addr> {
    let default = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let &[
            interface,
            "00000000",
            router,
            _,
            _,
            _,
            metric,
            "00000000",
            ..,
        ] = &fields[..]
        else {
            return None;
        };
        // The kernel prints the four bytes as one number of this processor.
        let router = Ipv4Addr::from(u32::from_str_radix(router, 16).ok()?.to_ne_bytes());
        let metric: u32 = metric.parse().ok()?;
        (!router.is_unspecified() && is_lan(interface)).then_some((metric, router))
    };
    let mut routers: Vec<_> = routes.lines().filter_map(default).collect();
    routers.sort_unstable();
    routers.into_iter().map(|(_, router)| router).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routers_are_those_of_the_default_routes_by_metric() {
        let line = |fields: [u8; 4], metric: u32| {
            let router = u32::from_ne_bytes(fields);
            format!("wlan0\t00000000\t{router:08X}\t0003\t0\t0\t{metric}\t00000000\t0\t0\t0\n")
        };
        let head = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\n";
        let on_link = "tun0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0\n";
        let vpn = "tun0\t00000000\t0100080A\t0003\t0\t0\t0\t00000080\t0\t0\t0\n"; // 0.0.0.0/1
        let routes = [head, on_link, vpn].concat();
        assert!(routers(&routes, |interface| interface != "tun0").is_empty());
        let wifi = line([10, 0, 0, 1], 600);
        let cable = line([192, 168, 7, 1], 100);
        let routed_vpn = line([10, 8, 0, 1], 50).replace("wlan0", "tun0");
        let routes = [&routes, &wifi, &cable, &routed_vpn]
            .map(String::as_str)
            .concat();
        let by_metric: [Ipv4Addr; 2] = [[192, 168, 7, 1].into(), [10, 0, 0, 1].into()];
        assert_eq!(routers(&routes, |interface| interface != "tun0"), by_metric);
        assert!(routers("", |_| true).is_empty());
    }

    #[test]
    fn an_address_of_a_private_network_is_preferred() {
        let (public, private) = ([203, 0, 113, 9].into(), [192, 168, 1, 20].into());
        let mut machine = Machine {
            addresses: vec![public, private],
            kernel: String::new(),
        };
        assert_eq!(machine.address(), Some(private));
        assert_eq!(machine.private_address(), Some(private));
        machine.addresses.pop();
        assert_eq!(machine.address(), Some(public));
        assert_eq!(machine.private_address(), None);
    }

    #[test]
    fn addresses_of_this_machine_are_distinguished_from_others() {
        assert!(has(Ipv4Addr::LOCALHOST));
        assert!(!has(Ipv4Addr::new(203, 0, 113, 77)));
        assert_eq!(
            address_towards(Ipv4Addr::LOCALHOST),
            Some(Ipv4Addr::LOCALHOST)
        );
    }
}
