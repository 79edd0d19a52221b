//! `sidelink host-ip`: reports whether this machine has the address `HOST_IP`, in the network of this machine.
//!
//! Docker's health output is one line, which the sidecar reads: `host-ip <address> <verdict>`. The healthcheck passes
//! for a wrong address too, because `docker compose up --wait` fails on an unhealthy container, and the public URL works.

use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::net::{AddrParseError, IpAddr, Ipv4Addr, SocketAddr, UdpSocket};

use super::watch::print_changes;
use crate::runtime::exit::CommandFailure;

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

/// The result of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
struct AddressReport {
    host_ip: Ipv4Addr,
    verdict: AddressVerdict,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AddressVerdict {
    Ok,
    /// This machine has another address.
    Elsewhere(Ipv4Addr),
    /// No verdict: a virtual machine, a public address that a router forwards, or no network.
    Unknown,
}

/// The facts for a verdict.
#[derive(Clone, Debug)]
struct Machine {
    has_host_ip: bool,
    /// Its address in the router's network; `None` without a network.
    address: Option<Ipv4Addr>,
    /// `uname -r`
    kernel: String,
}

/// Checks each second and prints each change, until SIGTERM; with `check`, checks once.
pub async fn run(host_ip: Ipv4Addr, check: bool) -> Result<(), CommandFailure> {
    if check {
        println!("{}", check_address(host_ip));
        return Ok(());
    }
    Ok(print_changes(async || check_address(host_ip)).await?)
}

/// Reads an address of `.env`. White space around it is ignored, as `sidelink init` does.
pub fn address(text: &str) -> Result<Ipv4Addr, AddrParseError> {
    text.trim().parse()
}

fn check_address(host_ip: Ipv4Addr) -> AddressReport {
    let machine = Machine {
        has_host_ip: has(host_ip),
        address: address_here(),
        kernel: fs::read_to_string(KERNEL).unwrap_or_default(),
    };
    let verdict = machine.judge(host_ip);
    AddressReport { host_ip, verdict }
}

impl Machine {
    fn judge(&self, host_ip: Ipv4Addr) -> AddressVerdict {
        match self.address {
            _ if self.has_host_ip => AddressVerdict::Ok,
            Some(address) if host_ip.is_private() && !self.is_virtual() => {
                AddressVerdict::Elsewhere(address)
            }
            _ => AddressVerdict::Unknown,
        }
    }

    /// Reports whether Docker runs in a virtual machine, whose addresses are not its user's.
    fn is_virtual(&self) -> bool {
        let kernel = self.kernel.to_ascii_lowercase();
        VIRTUAL_KERNELS.iter().any(|name| kernel.contains(name))
            || self.address.is_some_and(is_of_a_virtual_machine)
    }
}

fn is_of_a_virtual_machine(address: Ipv4Addr) -> bool {
    let within = |(network, bits): &(Ipv4Addr, u32)| {
        (address.to_bits() ^ network.to_bits()).leading_zeros() >= *bits
    };
    VIRTUAL_NETWORKS.iter().any(within)
}

/// Reports whether any interface has the address.
fn has(address: Ipv4Addr) -> bool {
    let bound = UdpSocket::bind((address, 0));
    !matches!(bound, Err(error) if error.kind() == ErrorKind::AddrNotAvailable)
}

/// Returns the address in the router's network, which a VPN for all other traffic does not change.
fn address_here() -> Option<Ipv4Addr> {
    let routes = fs::read_to_string(ROUTES).unwrap_or_default();
    let towards_router = router(&routes).and_then(address_towards);
    towards_router.or_else(|| address_towards(INTERNET))
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

/// Returns the router of the default route with the lowest metric.
fn router(routes: &str) -> Option<Ipv4Addr> {
    let default = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let &[_, "00000000", router, _, _, _, metric, "00000000", ..] = &fields[..] else {
            return None;
        };
        // The kernel prints the four bytes as one number of this processor.
        let router = Ipv4Addr::from(u32::from_str_radix(router, 16).ok()?.to_ne_bytes());
        let metric: u32 = metric.parse().ok()?;
        (!router.is_unspecified()).then_some((metric, router))
    };
    let (_, router) = routes.lines().filter_map(default).min()?;
    Some(router)
}

impl fmt::Display for AddressReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "host-ip {} ", self.host_ip)?;
        match self.verdict {
            AddressVerdict::Ok => write!(f, "ok"),
            AddressVerdict::Elsewhere(address) => write!(f, "elsewhere {address}"),
            AddressVerdict::Unknown => write!(f, "unknown"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 20);
    const ELSEWHERE: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 5);

    fn at(address: Option<Ipv4Addr>) -> Machine {
        Machine {
            has_host_ip: false,
            address,
            kernel: "6.12.48+deb13-amd64\n".to_owned(),
        }
    }

    fn line(machine: &Machine) -> String {
        let verdict = machine.judge(HOME);
        let host_ip = HOME;
        AddressReport { host_ip, verdict }.to_string()
    }

    #[test]
    fn another_network_is_reported_with_the_address_there() {
        let machine = at(Some(ELSEWHERE));
        assert_eq!(line(&machine), "host-ip 192.168.1.20 elsewhere 10.0.0.5");
    }

    #[test]
    fn the_address_may_be_on_any_interface_of_any_machine() {
        let mut machine = Machine {
            has_host_ip: true,
            ..at(Some(ELSEWHERE)) // a VPN has the default route
        };
        assert_eq!(line(&machine), "host-ip 192.168.1.20 ok");
        machine.kernel = "6.10.14-linuxkit".to_owned();
        assert_eq!(line(&machine), "host-ip 192.168.1.20 ok");
    }

    #[test]
    fn a_virtual_machine_gives_no_verdict() {
        for kernel in [
            "6.10.14-linuxkit",
            "5.15.153.1-microsoft-standard-WSL2",
            "6.15.11-orbstack-00539-g9885ebd8e3f4",
        ] {
            let mut machine = at(Some(ELSEWHERE));
            machine.kernel = kernel.to_owned();
            assert_eq!(machine.judge(HOME), AddressVerdict::Unknown, "{kernel}");
        }
        for (address, is_virtual) in [
            ([192, 168, 65, 3], true),
            ([192, 168, 5, 15], true),
            ([192, 168, 5, 14], false),
            ([192, 168, 106, 2], true),
            ([198, 19, 249, 7], true),
            ([10, 0, 2, 100], true),
            ([10, 0, 3, 100], false),
            ([192, 168, 66, 3], false),
        ] {
            let verdict = at(Some(address.into())).judge(HOME);
            assert_eq!(
                verdict == AddressVerdict::Unknown,
                is_virtual,
                "{address:?}"
            );
        }
    }

    #[test]
    fn without_a_network_or_behind_a_router_there_is_no_verdict() {
        assert_eq!(line(&at(None)), "host-ip 192.168.1.20 unknown");
        let public = Ipv4Addr::new(203, 0, 113, 9); // of a router that forwards ports
        assert_eq!(at(Some(ELSEWHERE)).judge(public), AddressVerdict::Unknown);
    }

    #[test]
    fn the_router_is_that_of_the_first_default_route() {
        let line = |fields: [u8; 4], metric: u32| {
            let router = u32::from_ne_bytes(fields);
            format!("wlan0\t00000000\t{router:08X}\t0003\t0\t0\t{metric}\t00000000\t0\t0\t0\n")
        };
        let head = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\n";
        let on_link = "tun0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0\n";
        let vpn = "tun0\t00000000\t0100080A\t0003\t0\t0\t0\t00000080\t0\t0\t0\n"; // 0.0.0.0/1
        let routes = [head, on_link, vpn].concat();
        assert_eq!(router(&routes), None);
        let wifi = line([10, 0, 0, 1], 600);
        let cable = line([192, 168, 7, 1], 100);
        let routes = [&routes, &wifi, &cable].map(String::as_str).concat();
        assert_eq!(router(&routes), Some(Ipv4Addr::new(192, 168, 7, 1)));
        assert_eq!(router(""), None);
    }

    #[test]
    fn addresses_of_this_machine_are_distinguished_from_others() {
        assert!(has(Ipv4Addr::LOCALHOST));
        assert!(!has(Ipv4Addr::new(203, 0, 113, 77)));
        assert_eq!(
            address_towards(Ipv4Addr::LOCALHOST),
            Some(Ipv4Addr::LOCALHOST)
        );
        assert_eq!(address(" 192.168.1.20\n"), Ok(HOME));
        assert!(address("laptop").is_err());
    }
}
