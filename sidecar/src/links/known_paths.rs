//! The paths on which calls from each network worked last. The next call from there begins on it.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::limit::ClientNetwork;
use crate::media_path::MediaPath;
use crate::recent::Recent;

/// Networks that are remembered, 100 bytes each.
const MAX_NETWORKS: usize = 2_000;
/// A router keeps its manners, and a phone its home, for longer; an address of a mobile network changes its owner.
const MAX_AGE: Duration = Duration::from_secs(24 * 3600);

/// Paths by network, in bounded memory. Each restart begins without any.
#[derive(Debug)]
pub(super) struct KnownPaths(Mutex<Recent<IpAddr, Known>>);

#[derive(Clone, Copy, Debug)]
struct Known {
    path: MediaPath,
    /// Unix milliseconds.
    at: u64,
}

impl Default for KnownPaths {
    fn default() -> Self {
        Self(Mutex::new(Recent::of(MAX_NETWORKS)))
    }
}

impl KnownPaths {
    /// Takes a report. Only a path that is better than the tunnel is remembered.
    pub(super) fn learn(&self, network: ClientNetwork, path: MediaPath, at: u64) {
        let ClientNetwork::Address(address) = network else {
            return;
        };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match path {
            MediaPath::Lan | MediaPath::Direct | MediaPath::Turn => {
                known.insert(address, Known { path, at });
            }
            MediaPath::None | MediaPath::Tunnel => known.remove(&address),
        }
    }

    /// Returns the path that works from this network. `now`: Unix milliseconds.
    pub(super) fn of(&self, network: ClientNetwork, now: u64) -> Option<MediaPath> {
        let ClientNetwork::Address(address) = network else {
            return None;
        };
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Known { path, at } = *known.get(&address)?;
        let age = now.checked_sub(at).map(Duration::from_millis);
        age.is_some_and(|age| age < MAX_AGE).then_some(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: ClientNetwork =
        ClientNetwork::Address(IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 7)));

    #[test]
    fn a_better_path_is_known_for_a_day_in_its_network_only() {
        let paths = KnownPaths::default();
        assert_eq!(paths.of(HOME, 1_000), None);
        paths.learn(HOME, MediaPath::Direct, 1_000);
        paths.learn(ClientNetwork::Unknown, MediaPath::Lan, 1_000);
        assert_eq!(paths.of(HOME, 1_000), Some(MediaPath::Direct));
        assert_eq!(paths.of(ClientNetwork::Unknown, 1_000), None);
        let elsewhere = ClientNetwork::Address([203, 0, 113, 8].into());
        assert_eq!(paths.of(elsewhere, 1_000), None);
        let day = 24 * 3600 * 1000;
        assert_eq!(paths.of(HOME, 999 + day), Some(MediaPath::Direct));
        assert_eq!(paths.of(HOME, 1_000 + day), None, "a day later");
        assert_eq!(paths.of(HOME, 0), None, "the clock was set back");
    }

    #[test]
    fn a_path_that_failed_is_forgotten() {
        let paths = KnownPaths::default();
        for worse in [MediaPath::Tunnel, MediaPath::None] {
            paths.learn(HOME, MediaPath::Lan, 1);
            paths.learn(HOME, worse, 2);
            assert_eq!(paths.of(HOME, 2), None);
        }
    }
}
