//! The public link, from its name to its proof, and how long that proof counts.

use std::time::Duration;

use super::layer::LayerKind;
use super::proof::{Proof, ProofJob};
use super::prover::Prover;
use super::service::State;
use super::{Finding, Now, Outcome};
use crate::reason::{Outside, Reason};

/// Every quick tunnel's name ends so.
const QUICK: &str = ".trycloudflare.com";
/// Two renewals may be lost on the way before a proof counts no more.
const EXPIRES_MS: u64 = 150_000;

/// The link's standing, its latest proof and what comes next.
#[derive(Debug, Default)]
pub(super) struct Link {
    standing: Standing,
    last: Option<Proof>,
    /// Why the latest proof does not count, though it has seen nothing wrong.
    void: Option<Outside>,
    /// What was seen when the doors were tried last: most renewals do not try them.
    safe: Option<String>,
    /// When the latest attempt came back, once the link has been proven; Unix milliseconds.
    attempted_at: Option<u64>,
    /// By the monotonic clock.
    lost_outside_since: Option<Duration>,
    metered: bool,
    prover: Prover,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Standing {
    /// No name yet, or the name is gone.
    #[default]
    None,
    /// The tunnel has a name, which does not work before the tunnel is registered.
    Named { host: String },
    /// Registered; the whole way has not been seen to work yet.
    Proving { host: String },
    /// The whole way was seen to work, last at `at`, Unix milliseconds.
    Proven { host: String, at: u64 },
}

impl Link {
    fn host(&self) -> Option<&str> {
        match &self.standing {
            Standing::None => None,
            Standing::Named { host }
            | Standing::Proving { host }
            | Standing::Proven { host, .. } => Some(host),
        }
    }

    /// The name under which the link was proven, and when last, Unix milliseconds.
    pub(super) fn proven(&self) -> Option<(&str, u64)> {
        match &self.standing {
            Standing::Proven { host, at } => Some((host, *at)),
            _ => None,
        }
    }

    /// When the proof stops counting, Unix milliseconds.
    pub(super) fn expires_at(&self) -> Option<u64> {
        let (_, at) = self.proven()?;
        (!self.metered).then_some(at + EXPIRES_MS)
    }

    /// When the latest attempt came back, once there was a proof; Unix milliseconds.
    pub(super) fn attempted_at(&self) -> Option<u64> {
        self.attempted_at
    }

    /// Follows the tunnel's own account; asks for a proof once there is something to prove.
    /// `metered`: the tunnel's provider counts requests.
    pub(super) fn follow(
        &mut self,
        reading: Option<&Outcome>,
        metered: bool,
        now: Now,
    ) -> Option<ProofJob> {
        match reading {
            // The tunnel ended or began anew: a quick tunnel's name ends with it.
            None => self.drop_to(Standing::None),
            // No account is no news: the name may still work.
            Some(Err(_) | Ok(Finding::Works | Finding::Livekit { .. })) => None,
            Some(Ok(Finding::Tunnel { hostname: None, .. })) => self.drop_to(Standing::None),
            Some(Ok(Finding::Tunnel {
                hostname: Some(name),
                ready,
                ..
            })) => {
                let same = self.host() == Some(name);
                match (&self.standing, ready) {
                    (Standing::Proving { .. } | Standing::Proven { .. }, _) if same => None,
                    (_, true) => self.begin(name, metered, now),
                    (Standing::Named { .. }, false) if same => None,
                    (_, false) => self.drop_to(Standing::Named { host: name.clone() }),
                }
            }
        }
    }

    fn begin(&mut self, host: &str, metered: bool, now: Now) -> Option<ProofJob> {
        let _ = self.drop_to(Standing::Proving {
            host: host.to_owned(),
        });
        self.metered = metered;
        let quick = host.ends_with(QUICK);
        self.prover.begin(host, quick, metered, now)
    }

    fn drop_to(&mut self, standing: Standing) -> Option<ProofJob> {
        if self.standing != standing {
            self.standing = standing;
            (self.last, self.void, self.attempted_at) = (None, None, None);
            (self.safe, self.lost_outside_since) = (None, None);
            self.prover.stop();
        }
        None
    }

    /// Something in the stack changed. With `void` the earlier proof does not count any more.
    pub(super) fn renew(&mut self, void: Option<Outside>, now: Now) -> Option<ProofJob> {
        let host = match &self.standing {
            Standing::Proven { host, .. } => host,
            // Whoever closes an open door is not to wait for the next try.
            Standing::Proving { host } if self.is_open() => host,
            _ => return None,
        };
        // Neither a sleep nor the time alone opens a door.
        if matches!(void, None | Some(Outside::Changed)) {
            self.prover.doubt();
        }
        if void.is_some() {
            self.void = void;
        }
        self.prover.renew(host, true, now)
    }

    /// Something that is not for visitors was reached.
    fn is_open(&self) -> bool {
        let broken = self.last.as_ref().and_then(|proof| proof.broken.as_ref());
        broken.is_some_and(|(layer, _)| *layer == LayerKind::Safe)
    }

    /// A proof too old to count counts no more; a new one is on its way or asked for.
    pub(super) fn age(&mut self, now: Now) -> Option<ProofJob> {
        let at = self.proven()?.1;
        if self.void.is_some() || self.expires_at()? > now.unix_ms {
            return None;
        }
        self.renew(Some(Outside::Expired { at }), now)
    }

    /// Somebody wants a proof not older than this; one that is to be brand new tries the doors as well.
    pub(super) fn wanted(&mut self, max_age: Duration, now: Now) -> Option<ProofJob> {
        let Standing::Proven { host, at } = &self.standing else {
            return None;
        };
        let age = Duration::from_millis(now.unix_ms.saturating_sub(*at));
        let fresh = self.void.is_none() && age < max_age;
        if max_age.is_zero() {
            self.prover.doubt();
        }
        self.prover.wanted(host, fresh, now)
    }

    /// Takes in what a proof came back with.
    pub(super) fn proved(&mut self, epoch: u64, proof: Proof, now: Now) -> Option<ProofJob> {
        let host = self.host()?.to_owned();
        let proven = self.proven().is_some();
        let (counts, job) = self.prover.record(epoch, &proof, &host, proven, now)?;
        if counts && proof.works() {
            self.void = None;
            self.standing = Standing::Proven {
                host,
                at: now.unix_ms,
            };
        }
        if counts {
            let seen = proof.seen_of(LayerKind::Safe).map(str::to_owned);
            self.safe = seen.or(self.safe.take());
            self.attempted_at = self.proven().map(|_| now.unix_ms);
            self.last = Some(proof);
            let since = self.lost_outside_since.unwrap_or(now.mono);
            self.lost_outside_since = self.is_lost_outside().then_some(since);
        }
        job
    }

    /// Its provider counts requests, and the day's proofs are used up.
    pub(super) fn is_spent(&self, now: Now) -> bool {
        self.prover.is_spent(now)
    }

    /// The layers between the tunnel and the visitor, each with what was seen of it.
    pub(super) fn layers(&self) -> impl Iterator<Item = (LayerKind, State, Option<String>)> {
        let mut before = LayerKind::Tunnel;
        LayerKind::OF_THE_LINK.into_iter().map(move |kind| {
            let state = self.layer(kind, before);
            before = kind;
            let seen = self.last.as_ref().and_then(|proof| proof.seen_of(kind));
            let whole = kind == LayerKind::Safe && self.last.as_ref().is_some_and(Proof::works);
            let earlier = self.safe.as_deref().filter(|_| whole);
            (kind, state, seen.or(earlier).map(str::to_owned))
        })
    }

    fn layer(&self, kind: LayerKind, before: LayerKind) -> State {
        let waits = || {
            State::Waiting(Reason::WaitsFor {
                what: vec![before.word().to_owned()],
            })
        };
        let first = before == LayerKind::Tunnel;
        let Some(proof) = &self.last else {
            let begun = matches!(self.standing, Standing::Proving { .. });
            return if begun && first {
                State::Waiting(Reason::NotProbed)
            } else {
                waits()
            };
        };
        match (&proof.broken, &self.void) {
            (Some((broken, reason)), _) if kind == *broken => self.broken(reason),
            (Some((broken, _)), _) if kind > *broken => waits(),
            (None, Some(void)) if first => State::Waiting(Reason::Outside(void.clone())),
            (None, Some(_)) => waits(),
            _ => proof
                .limit_of(kind)
                .map_or(State::Ok, |reason| State::Limited(reason.clone())),
        }
    }

    fn broken(&self, reason: &Reason) -> State {
        let awaited = match reason {
            Reason::Outside(outside) => outside.is_awaited(),
            _ => true,
        };
        if awaited && self.proven().is_none() {
            State::Waiting(reason.clone())
        } else {
            State::Broken(reason.clone())
        }
    }

    /// What the latest proof found wrong.
    pub(super) fn trouble(&self) -> Option<&Reason> {
        let (_, reason) = self.last.as_ref()?.broken.as_ref()?;
        Some(reason)
    }

    /// The latest proof found nothing wrong.
    pub(super) fn is_proven_now(&self) -> bool {
        let works = self.last.as_ref().is_some_and(Proof::works);
        self.proven().is_some() && works
    }

    /// Since when what the proofs find wrong lies between the visitor and the tunnel, by the monotonic clock.
    pub(super) fn lost_outside_since(&self) -> Option<Duration> {
        self.lost_outside_since
    }

    fn is_lost_outside(&self) -> bool {
        let broken = self.last.as_ref().and_then(|proof| proof.broken.as_ref());
        broken.is_some_and(|(layer, _)| *layer <= LayerKind::Marker)
    }

    /// Of the proof that was asked for last.
    #[cfg(test)]
    pub(super) fn epoch(&self) -> u64 {
        self.prover.epoch()
    }
}
