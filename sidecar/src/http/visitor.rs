//! Who visits, as far as the gateway can know, and how much one visitor may hold open.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::HeaderMap;

use crate::links::Asker;
use sidelink_core::{Event, Notice};

/// WebSockets and long polls of one address: a household's phones, computers and their tabs.
pub(super) const MOST: usize = 16;
/// At some 10 KiB each this stays far below the memory of a laptop's virtual machine.
const IN_ALL: usize = 20_000;

/// The address that the gateway says in `X-Real-IP`, of IPv6 its network of 64 bit, which is one household.
pub(super) fn address(headers: &HeaderMap) -> Option<IpAddr> {
    let text = headers.get("x-real-ip")?.to_str().ok()?;
    let address: IpAddr = text.trim().parse().ok()?;
    Some(match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        v4 => v4,
    })
}

/// Whether it can be one visitor's own. A private one is this machine's or that of a proxy in between, Docker's among
/// them, and may be everybody's: no limit can go by it.
pub(super) fn is_somebodys(address: IpAddr) -> bool {
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

/// Whose accounts a request goes to.
pub(super) fn asker(headers: &HeaderMap) -> Asker {
    let own = address(headers).filter(|address| is_somebodys(*address));
    own.map_or(Asker::Unknown, Asker::Network)
}

/// Whether visitors of the public URL were seen to have addresses of their own.
#[derive(Clone, Debug, Default)]
pub(super) struct Addresses(Arc<AtomicU8>);

const NONE_SEEN: u8 = 0;
const PRIVATE_ONLY: u8 = 1;
/// One of them is enough: a private one then is somebody's in this network.
const OWN_SEEN: u8 = 2;

impl Addresses {
    /// What follows from one more visitor, where something does.
    pub(super) fn saw(&self, headers: &HeaderMap) -> Option<Event> {
        let is_own = is_somebodys(address(headers)?);
        let now = if is_own { OWN_SEEN } else { PRIVATE_ONLY };
        let before = self.0.fetch_max(now, Ordering::Relaxed);
        match (before, now) {
            (NONE_SEEN, PRIVATE_ONLY) => Some(Event::Noticed(Notice::VisitorAddressUnknown)),
            (PRIVATE_ONLY, OWN_SEEN) => Some(Event::NoLonger(Notice::VisitorAddressUnknown)),
            _ => None,
        }
    }
}

/// Places for what stays open, in all and for each visitor whose address is known.
#[derive(Clone, Debug, Default)]
pub(super) struct Places(Arc<Taken>);

#[derive(Debug, Default)]
struct Taken {
    in_all: AtomicUsize,
    by_address: Mutex<HashMap<IpAddr, usize>>,
}

/// Why there is none.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Full {
    /// This visitor has all of his.
    Visitor,
    /// All are taken.
    InAll,
}

/// One of the places, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    taken: Arc<Taken>,
    address: Option<IpAddr>,
}

impl Places {
    /// Returns how many are taken.
    pub(super) fn open(&self) -> usize {
        self.0.in_all.load(Ordering::Relaxed)
    }

    pub(super) fn take(&self, headers: &HeaderMap) -> Result<Place, Full> {
        let address = address(headers).filter(|address| is_somebodys(*address));
        let taken = Arc::clone(&self.0);
        if let Some(address) = address {
            let mut by_address = taken.by_address();
            let count = by_address.entry(address).or_default();
            if *count >= MOST {
                return Err(Full::Visitor);
            }
            *count += 1;
        }
        let place = Place { taken, address };
        if place.taken.in_all.fetch_add(1, Ordering::Relaxed) < IN_ALL {
            Ok(place)
        } else {
            Err(Full::InAll)
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

impl Drop for Place {
    fn drop(&mut self) {
        self.taken.in_all.fetch_sub(1, Ordering::Relaxed);
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
    fn one_visitor_has_sixteen_places_and_gets_them_back() {
        let places = Places::default();
        let taken: Vec<_> = (0..MOST)
            .map(|i| places.take(&from(&format!("2001:db8:1:2::{i}"))))
            .collect();
        assert!(taken.iter().all(Result::is_ok));
        assert_eq!(
            places.take(&from("2001:db8:1:2:ffff::1")).err(),
            Some(Full::Visitor)
        );
        assert!(places.take(&from("2001:db8:1:3::1")).is_ok());
        drop(taken);
        assert!(places.take(&from("2001:db8:1:2::1")).is_ok());
        assert!(places.0.by_address().is_empty());
        assert_eq!(places.0.in_all.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_household_has_one_account_and_an_address_that_may_be_everybodys_none() {
        let of = |text| asker(&from(text));
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
            assert_eq!(of(unknown), Asker::Unknown, "{unknown}");
        }
        assert_eq!(asker(&HeaderMap::new()), Asker::Unknown);
    }

    #[test]
    fn an_address_that_may_be_everybodys_has_no_limit_of_its_own() {
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
            let places = Places::default();
            let taken: Vec<_> = (0..100).map(|_| places.take(&from(shared))).collect();
            assert!(taken.iter().all(Result::is_ok), "{shared}");
        }
        for somebodys in [
            "203.0.113.7",
            "198.51.100.7",
            "2001:db8::7",
            "::ffff:8.8.8.8",
        ] {
            let address = address(&from(somebodys)).expect("an address");
            assert!(is_somebodys(address), "{somebodys}");
        }
    }

    #[test]
    fn one_private_address_for_all_is_told_until_somebody_has_his_own() {
        let addresses = Addresses::default();
        let saw = |address| match addresses.saw(&from(address)) {
            Some(Event::Noticed(_)) => "unknown",
            Some(Event::NoLonger(_)) => "known",
            _ => "",
        };
        assert_eq!(saw("172.18.0.1"), "unknown");
        assert_eq!(saw("172.18.0.1"), "");
        assert_eq!(saw("203.0.113.7"), "known");
        assert_eq!(saw("172.18.0.1"), "", "somebody in this network");
        assert_eq!(saw("203.0.113.7"), "");
    }
}
