//! `sidelink host-ip`: watches this machine's address on its local network, from within this machine's network.
//!
//! With `HOST_IP` it reports whether this machine has that address. Without, it finds the address, writes it for `init`,
//! and reports when the machine no longer has the one that `init` has rendered.
//!
//! Docker's health output is one line, which the sidecar reads: `host-ip <address> <verdict>`. The healthcheck passes
//! for a wrong address too, because `init` waits for it, and the public URL works.

mod machine;

use std::fmt;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use machine::{Machine, has};

use super::watch::print_changes;
use crate::lan_address::{FOUND, STARTED, USED, parse, read, replace, text, written_at};
use crate::runtime::clock::unix_ms;
use crate::runtime::exit::CommandFailure;

/// `init` reads the address within this time of the start of `host-ip`, for which it waits.
const INIT_TIME_MS: u64 = 10_000;

/// The result of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
struct AddressReport {
    /// What LiveKit gives to phones.
    address: Option<Ipv4Addr>,
    /// When `init` rendered it, Unix milliseconds; 0 where that does not matter.
    rendered_at: u64,
    verdict: AddressVerdict,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AddressVerdict {
    Ok,
    /// This machine has another address than `HOST_IP`.
    Elsewhere(Ipv4Addr),
    /// This machine has another address than LiveKit has from `init`.
    Moved(Ipv4Addr),
    /// Docker runs in a virtual machine, which hides the address.
    Hidden,
    /// No verdict: a public address that a router forwards, or no network.
    Unknown,
}

/// Checks each second and prints each change, until SIGTERM; with `check`, checks once.
pub async fn run(host_ip: &str, folder: PathBuf, check: bool) -> Result<(), CommandFailure> {
    // `init` refuses anything else with a message.
    let host_ip = host_ip.trim().parse().ok();
    let look = || match host_ip {
        Some(host_ip) => of_setting(host_ip, has(host_ip), &Machine::read()),
        None => find(&folder, unix_ms()),
    };
    if check {
        println!("{}", look());
        return Ok(());
    }
    write(&folder, STARTED, &unix_ms().to_string());
    Ok(print_changes(async || look()).await?)
}

/// Judges `HOST_IP`.
fn of_setting(host_ip: Ipv4Addr, is_here: bool, machine: &Machine) -> AddressReport {
    let verdict = match machine.address() {
        _ if is_here => AddressVerdict::Ok,
        Some(address) if host_ip.is_private() && !machine.is_virtual() => {
            AddressVerdict::Elsewhere(address)
        }
        _ => AddressVerdict::Unknown,
    };
    AddressReport {
        address: Some(host_ip),
        rendered_at: 0, // another value recreates LiveKit
        verdict,
    }
}

/// Writes this machine's address for `init`, and compares it with what `init` used.
fn find(folder: &Path, now: u64) -> AddressReport {
    let machine = Machine::read();
    let here = machine.private_address().filter(|_| !machine.is_virtual());
    write(folder, FOUND, &text(here));
    let started: u64 = read(folder, STARTED).parse().unwrap_or_default();
    let (used, rendered_at) = if now.abs_diff(started) < INIT_TIME_MS {
        (here, 0) // `init` is about to use it
    } else {
        (parse(&read(folder, USED)), written_at(folder, USED))
    };
    AddressReport {
        address: used,
        rendered_at,
        verdict: compare(used.is_some_and(has), here, machine.is_virtual()),
    }
}

/// Writes a file of the volume; without it `init` renders loopback, and calls work over the tunnel.
fn write(folder: &Path, name: &str, content: &str) {
    if let Err(error) = replace(folder, name, content) {
        eprintln!("cannot write {}: {error}", folder.join(name).display());
    }
}

/// Judges the address that `init` used, which may be on any interface.
fn compare(is_used_here: bool, here: Option<Ipv4Addr>, is_virtual: bool) -> AddressVerdict {
    match here {
        _ if is_used_here => AddressVerdict::Ok,
        Some(here) => AddressVerdict::Moved(here),
        None if is_virtual => AddressVerdict::Hidden,
        None => AddressVerdict::Unknown,
    }
}

impl fmt::Display for AddressReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "host-ip {} ", text(self.address))?;
        match self.verdict {
            AddressVerdict::Ok => write!(f, "ok {}", self.rendered_at),
            AddressVerdict::Elsewhere(address) => write!(f, "elsewhere {address}"),
            AddressVerdict::Moved(address) => write!(f, "moved {address}"),
            AddressVerdict::Hidden => write!(f, "hidden"),
            AddressVerdict::Unknown => write!(f, "unknown"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const HOME: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 20);
    const ELSEWHERE: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 5);

    fn at(address: Option<Ipv4Addr>) -> Machine {
        Machine {
            addresses: address.into_iter().collect(),
            kernel: "6.12.48+deb13-amd64\n".to_owned(),
        }
    }

    fn judge(machine: &Machine) -> AddressVerdict {
        of_setting(HOME, false, machine).verdict
    }

    #[test]
    fn another_network_is_reported_with_the_address_there() {
        let line = of_setting(HOME, false, &at(Some(ELSEWHERE))).to_string();
        assert_eq!(line, "host-ip 192.168.1.20 elsewhere 10.0.0.5");
    }

    #[test]
    fn the_address_may_be_on_any_interface_of_any_machine() {
        let mut machine = at(Some(ELSEWHERE)); // a VPN has the default route
        let line = |machine: &Machine| of_setting(HOME, true, machine).to_string();
        assert_eq!(line(&machine), "host-ip 192.168.1.20 ok 0");
        machine.kernel = "6.10.14-linuxkit".to_owned();
        assert_eq!(line(&machine), "host-ip 192.168.1.20 ok 0");
        assert_eq!(compare(true, Some(ELSEWHERE), false), AddressVerdict::Ok);
    }

    #[test]
    fn an_address_that_was_found_is_compared_with_the_one_in_use() {
        for (here, is_virtual, verdict) in [
            (Some(ELSEWHERE), false, "moved 10.0.0.5"),
            (None, false, "unknown"),
            (None, true, "hidden"),
        ] {
            for (address, name) in [(Some(HOME), "192.168.1.20"), (None, "none")] {
                let report = AddressReport {
                    address,
                    rendered_at: 0,
                    verdict: compare(false, here, is_virtual),
                };
                assert_eq!(report.to_string(), format!("host-ip {name} {verdict}"));
            }
        }
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
            assert_eq!(judge(&machine), AddressVerdict::Unknown, "{kernel}");
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
            let verdict = judge(&at(Some(address.into())));
            assert_eq!(
                verdict == AddressVerdict::Unknown,
                is_virtual,
                "{address:?}"
            );
        }
    }

    #[test]
    fn without_a_network_or_behind_a_router_there_is_no_verdict() {
        assert_eq!(judge(&at(None)), AddressVerdict::Unknown);
        let public = Ipv4Addr::new(203, 0, 113, 9); // of a router that forwards ports
        let verdict = of_setting(public, false, &at(Some(ELSEWHERE))).verdict;
        assert_eq!(verdict, AddressVerdict::Unknown);
    }

    #[test]
    fn the_address_for_init_is_written_and_replaced() {
        let folder = std::env::temp_dir().join(format!("sidelink-lan-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("temporary folder");
        fs::write(folder.join(FOUND), "203.0.113.77").expect("writes");
        fs::write(folder.join(USED), "203.0.113.77").expect("writes");
        let report = find(&folder, INIT_TIME_MS);
        assert_ne!(report.verdict, AddressVerdict::Ok);
        let found = fs::read_to_string(folder.join(FOUND)).expect("is there");
        let machine = Machine::read();
        let here = machine.private_address().filter(|_| !machine.is_virtual());
        assert_eq!(parse(&found), here);
        assert_eq!(fs::read_dir(&folder).expect("is there").count(), 2);
        write(&folder, STARTED, "1000");
        assert_eq!(
            find(&folder, 2_000).address,
            here,
            "init is about to use it"
        );
        fs::remove_dir_all(&folder).expect("cleans up");
    }
}
