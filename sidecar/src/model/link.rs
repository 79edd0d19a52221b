//! The public link, from its name to its proof.

use std::time::Duration;

use super::prober::Prober;
use super::{Finding, Job, LINK, Now, Outcome, Target};
use crate::pace::Pace;

/// Renewed by the minute, so that a link that broke outside is seen.
const EVERY: Duration = Duration::from_secs(60);
/// A registered tunnel carries requests within a second or two.
const RETRY: Pace = Pace::from_millis(100, 2_000);

/// What is known of the public link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// No name yet, or the name is gone.
    #[default]
    None,
    /// The tunnel has a name, which does not work before the tunnel is registered.
    Named {
        /// The public hostname.
        host: String,
    },
    /// Registered; our marker has not been seen under the name yet.
    Proving {
        /// The public hostname.
        host: String,
    },
    /// Our marker was seen under the name.
    Proven {
        /// The public hostname.
        host: String,
        /// When last, Unix milliseconds.
        at: u64,
    },
}

impl Link {
    /// The hostname, proven or not.
    pub fn host(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Named { host } | Self::Proving { host } | Self::Proven { host, .. } => Some(host),
        }
    }

    /// Follows the tunnel's own account; asks for a proof once there is something to prove.
    pub(super) fn follow(&mut self, reading: Option<&Outcome>, prober: &mut Prober) -> Option<Job> {
        match reading {
            // The tunnel ended or began anew: a quick tunnel's name ends with it.
            None => self.drop_to(Self::None, prober),
            // No account is no news: the name may still work.
            Some(Err(_) | Ok(Finding::Works)) => None,
            Some(Ok(Finding::Tunnel { hostname: None, .. })) => self.drop_to(Self::None, prober),
            Some(Ok(Finding::Tunnel {
                hostname: Some(name),
                ready,
            })) => {
                let same = self.host() == Some(name);
                match (&self, ready) {
                    (Self::Proving { .. } | Self::Proven { .. }, _) if same => None,
                    (_, true) => {
                        *self = Self::Proving { host: name.clone() };
                        Some(prober.restart(LINK, Target::Link { host: name.clone() }))
                    }
                    (Self::Named { .. }, false) if same => None,
                    (_, false) => self.drop_to(Self::Named { host: name.clone() }, prober),
                }
            }
        }
    }

    /// Takes in what a proof came back with.
    pub(super) fn proved(
        &mut self,
        prober: &mut Prober,
        epoch: u64,
        outcome: Outcome,
        now: Now,
    ) -> Option<Job> {
        let host = self.host()?.to_owned();
        let works = outcome.is_ok();
        let after = prober.record(epoch, outcome, EVERY, RETRY)?;
        if works {
            *self = Self::Proven {
                host: host.clone(),
                at: now.unix_ms,
            };
        }
        Some(prober.next(LINK, after, Target::Link { host }))
    }

    fn drop_to(&mut self, link: Self, prober: &mut Prober) -> Option<Job> {
        if *self != link {
            *self = link;
            prober.stop();
        }
        None
    }
}
