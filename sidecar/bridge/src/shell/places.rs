//! How many phones fit: in total, and of one visitor's address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Sockets for each place that may wait with their hello at once: retries, diagnoses, phones that come back.
const WAITING_FOR_EACH: usize = 4;

/// Places for phones.
#[derive(Clone, Debug)]
pub(super) struct Places(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    total: usize,
    per_address: usize,
    taken: Mutex<HashMap<Option<IpAddr>, usize>>,
}

/// A phone's place, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    shared: Arc<Shared>,
    address: Option<IpAddr>,
}

impl Places {
    pub(super) fn new(total: usize, per_address: usize) -> Self {
        let taken = Mutex::default();
        Self(Arc::new(Shared {
            total,
            per_address,
            taken,
        }))
    }

    /// Returns the places of sockets whose hello is awaited.
    pub(super) fn of_waiting(total: usize, per_address: usize) -> Self {
        Self::new(
            total.saturating_mul(WAITING_FOR_EACH),
            per_address.saturating_mul(WAITING_FOR_EACH),
        )
    }

    /// Takes a place. Without an individual address only the total counts.
    pub(super) fn take(&self, address: Option<IpAddr>) -> Option<Place> {
        let mut taken = self.0.taken();
        let of_address = taken.get(&address).copied().unwrap_or(0);
        let is_full = taken.values().sum::<usize>() >= self.0.total
            || (address.is_some() && of_address >= self.0.per_address);
        if is_full {
            return None;
        }
        taken.insert(address, of_address + 1);
        let shared = Arc::clone(&self.0);
        Some(Place { shared, address })
    }

    /// Reports whether [`Self::take`] would succeed.
    pub(super) fn fits(&self, address: Option<IpAddr>) -> bool {
        self.take(address).is_some()
    }

    /// Returns how many are taken.
    pub(super) fn taken(&self) -> usize {
        self.0.taken().values().sum()
    }

    pub(super) fn total(&self) -> usize {
        self.0.total
    }
}

impl Shared {
    fn taken(&self) -> MutexGuard<'_, HashMap<Option<IpAddr>, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.shared.taken();
        if let Some(count) = taken.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> Option<IpAddr> {
        Some(IpAddr::from([203, 0, 113, last]))
    }

    #[test]
    fn an_address_and_the_stack_have_limits_and_places_come_back() {
        let places = Places::new(4, 2);
        let mut held: Vec<_> = (0..2).filter_map(|_| places.take(address(1))).collect();
        assert!(places.take(address(1)).is_none(), "two for one address");
        held.extend((0..2).filter_map(|_| places.take(address(2))));
        assert!(!places.fits(address(3)), "four in total");
        assert_eq!(places.taken(), 4);
        drop(held);
        assert_eq!(places.taken(), 0);
        assert!(places.0.taken().is_empty());
    }

    #[test]
    fn a_shared_address_has_no_separate_limit() {
        let places = Places::new(4, 1);
        let held: Vec<_> = (0..9).filter_map(|_| places.take(None)).collect();
        assert_eq!(held.len(), 4);
    }
}
