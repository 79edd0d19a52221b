//! The network of a visitor, as reported by the gateway, the address that visitors of the local network use, and limits on
//! open connections.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::HeaderMap;

use crate::links::ClientNetwork;
use sidelink_core::visitor_address::{household, is_individual};
use sidelink_core::{Event, Notice, Now};

/// WebSockets and long polls of one address: a household's phones, computers and their tabs.
const MAX_PER_ADDRESS: usize = 16;
/// WebSockets and long polls in total, some 10 KiB each: far below the memory of a laptop's virtual machine.
const MAX_TOTAL: usize = 20_000;
/// Between two changes of the address that visitors of the local network use, because a client may send any.
const LAN_VISIT_INTERVAL: Duration = Duration::from_secs(10);

/// Returns the address in the gateway's `X-Real-IP`.
fn address(headers: &HeaderMap) -> Option<IpAddr> {
    household(headers.get("x-real-ip")?.to_str().ok()?)
}

/// Returns the network that limits count the request for.
pub(super) fn network(headers: &HeaderMap) -> ClientNetwork {
    let own = address(headers).filter(|address| is_individual(*address));
    own.map_or(ClientNetwork::Unknown, ClientNetwork::Address)
}

/// Whether visitors of the public URL have individual addresses.
#[derive(Clone, Debug, Default)]
pub(super) struct VisitorAddresses(Arc<AtomicU8>);

const NONE: u8 = 0;
const PRIVATE_ONLY: u8 = 1;
/// One is enough: a private address then belongs to a visitor in this network.
const INDIVIDUAL: u8 = 2;

impl VisitorAddresses {
    /// Records a visitor's address. Returns an event if that changes what is known.
    pub(super) fn observe(&self, headers: &HeaderMap) -> Option<Event> {
        let is_own = is_individual(address(headers)?);
        let now = if is_own { INDIVIDUAL } else { PRIVATE_ONLY };
        let before = self.0.fetch_max(now, Ordering::Relaxed);
        match (before, now) {
            (NONE, PRIVATE_ONLY) => Some(Event::Noticed(Notice::VisitorAddressUnknown)),
            (PRIVATE_ONLY, INDIVIDUAL) => Some(Event::NoLonger(Notice::VisitorAddressUnknown)),
            _ => None,
        }
    }
}

/// The address of this machine on its local network that a visitor used last, and when, by the monotonic clock.
#[derive(Clone, Debug, Default)]
pub(super) struct LanVisits(Arc<Mutex<Option<(Ipv4Addr, Duration)>>>);

impl LanVisits {
    /// Records the address of a request's `Host`. Returns an event if it is another one than before.
    pub(super) fn observe(&self, address: Ipv4Addr, now: Now) -> Option<Event> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new =
            last.is_none_or(|(known, at)| known != address && now.mono >= at + LAN_VISIT_INTERVAL);
        // `HOST_IP` takes no others.
        let is_new = is_new && address.is_private();
        is_new.then(|| {
            *last = Some((address, now.mono));
            Event::LanVisited(address)
        })
    }
}

/// Permits for open connections, in total and for each individual address.
#[derive(Clone, Debug, Default)]
pub(super) struct Permits(Arc<Taken>);

#[derive(Debug, Default)]
struct Taken {
    total: AtomicUsize,
    by_address: Mutex<HashMap<IpAddr, usize>>,
}

/// Why no permit is left.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoPermit {
    /// The address has all of its permits.
    Address,
    /// All permits are taken.
    Total,
}

/// One permit, released when it is dropped.
#[derive(Debug)]
pub(super) struct Permit {
    taken: Arc<Taken>,
    address: Option<IpAddr>,
}

impl Permits {
    /// Returns how many are taken.
    pub(super) fn open(&self) -> usize {
        self.0.total.load(Ordering::Relaxed)
    }

    pub(super) fn take(&self, headers: &HeaderMap) -> Result<Permit, NoPermit> {
        let address = address(headers).filter(|address| is_individual(*address));
        let taken = Arc::clone(&self.0);
        if let Some(address) = address {
            let mut by_address = taken.by_address();
            let count = by_address.entry(address).or_default();
            if *count >= MAX_PER_ADDRESS {
                return Err(NoPermit::Address);
            }
            *count += 1;
        }
        let permit = Permit { taken, address };
        if permit.taken.total.fetch_add(1, Ordering::Relaxed) < MAX_TOTAL {
            Ok(permit)
        } else {
            Err(NoPermit::Total)
        }
    }
}

impl Taken {
    fn by_address(&self) -> std::sync::MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.by_address
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.taken.total.fetch_sub(1, Ordering::Relaxed);
        let Some(address) = self.address else { return };
        let mut by_address = self.taken.by_address();
        if let Some(count) = by_address.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                by_address.remove(&address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(address: &str) -> HeaderMap {
        let value = address.parse().expect("a header's value");
        HeaderMap::from_iter([("x-real-ip".parse().expect("a name"), value)])
    }

    #[test]
    fn an_address_has_sixteen_permits_and_gets_them_back() {
        let permits = Permits::default();
        let taken: Vec<_> = (0..MAX_PER_ADDRESS)
            .map(|i| permits.take(&from(&format!("2001:db8:1:2::{i}"))))
            .collect();
        assert!(taken.iter().all(Result::is_ok));
        assert_eq!(
            permits.take(&from("2001:db8:1:2:ffff::1")).err(),
            Some(NoPermit::Address)
        );
        assert!(permits.take(&from("2001:db8:1:3::1")).is_ok());
        drop(taken);
        assert!(permits.take(&from("2001:db8:1:2::1")).is_ok());
        assert!(permits.0.by_address().is_empty());
        assert_eq!(permits.0.total.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_household_has_one_account_and_a_shared_address_none() {
        let of = |text| network(&from(text));
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.7"));
        assert_ne!(of("192.0.2.8"), of("192.0.2.7"));
        for unknown in [
            "nonsense",
            "192.168.65.1",
            "100.64.0.1",
            "0.0.0.0",
            "fd00::1",
            "::ffff:10.1.2.3",
        ] {
            assert_eq!(of(unknown), ClientNetwork::Unknown, "{unknown}");
        }
        assert_eq!(network(&HeaderMap::new()), ClientNetwork::Unknown);
    }

    #[test]
    fn a_shared_address_has_no_separate_limit() {
        for shared in [
            "172.17.0.1",
            "192.168.65.1",
            "10.0.0.1",
            "127.0.0.1",
            "100.64.0.1",
            "169.254.1.1",
            "::1",
            "fd00::1",
            "fe80::1",
            "nonsense",
        ] {
            let permits = Permits::default();
            let taken: Vec<_> = (0..100).map(|_| permits.take(&from(shared))).collect();
            assert!(taken.iter().all(Result::is_ok), "{shared}");
        }
        for individual in [
            "203.0.113.7",
            "198.51.100.7",
            "2001:db8::7",
            "::ffff:8.8.8.8",
        ] {
            let address = address(&from(individual)).expect("an address");
            assert!(is_individual(address), "{individual}");
        }
    }

    #[test]
    fn the_address_that_visitors_use_is_reported_when_it_changes() {
        let visits = LanVisits::default();
        let observe = |address: [u8; 4], seconds| {
            let mono = Duration::from_secs(seconds);
            let unix_ms = 0;
            match visits.observe(address.into(), Now { unix_ms, mono }) {
                Some(Event::LanVisited(address)) => Some(address.octets()),
                _ => None,
            }
        };
        let (home, next) = ([192, 168, 1, 20], [10, 0, 0, 5]);
        assert_eq!(observe([169, 254, 7, 7], 0), None, "not one for HOST_IP");
        assert_eq!(observe(home, 0), Some(home));
        assert_eq!(observe(home, 60), None);
        assert_eq!(observe(next, 60), Some(next));
        assert_eq!(observe(home, 61), None, "too soon");
        assert_eq!(observe(home, 70), Some(home));
    }

    #[test]
    fn a_shared_private_address_is_reported_until_one_is_individual() {
        let addresses = VisitorAddresses::default();
        let observe = |address| match addresses.observe(&from(address)) {
            Some(Event::Noticed(_)) => "unknown",
            Some(Event::NoLonger(_)) => "known",
            _ => "",
        };
        assert_eq!(observe("172.18.0.1"), "unknown");
        assert_eq!(observe("172.18.0.1"), "");
        assert_eq!(observe("203.0.113.7"), "known");
        assert_eq!(observe("172.18.0.1"), "", "a visitor in this network");
        assert_eq!(observe("203.0.113.7"), "");
    }
}
