//! When the public link is proven: at once, again, and how often.

use std::time::Duration;

use super::Now;
use super::layer::LayerKind;
use super::proof::{Proof, ProofJob, Stage};
use crate::pace::{Pace, Steps};
use crate::reason::{Outside, Reason};

/// A proof is to be no older than 60 s while all goes well; the next begins so early that even one
/// that runs into its own time limit is back by then.
const EVERY: Duration = Duration::from_secs(50);
/// While somebody has just asked for one: kept under 3 s.
const EVERY_WANTED: Duration = Duration::from_millis(2_500);
/// While the link does not work for everybody: the end of that is to be seen.
const EVERY_LIMITED: Duration = Duration::from_secs(10);
/// How long after a question that goes on.
const WANTED: Duration = Duration::from_secs(60);
/// Edge and name server answer in milliseconds and remember nothing: a link is shown within half a
/// second of the first moment at which it can work.
const POLL: Pace = Pace::from_millis(100, 250);
/// So often at the most; after that something is wrong, and it is asked ever less often.
const POLLS: u32 = 120;
const POLL_LATER: Pace = Pace::from_millis(500, 10_000);
/// Public resolvers remember an NXDOMAIN, for up to half an hour.
const RESOLVERS: Steps<3> = Steps::from_millis([2_000, 5_000, 10_000]);
/// Records were seen 0.8 to 3.7 s after the registration: that long nobody is asked where only
/// resolvers can be.
const SETTLE: Duration = Duration::from_secs(5);
/// Any other tunnel's name has had its record for long.
const SETTLE_OTHER: Duration = Duration::from_secs(3);
/// The way behind the name, while a link is awaited and after it broke.
const RETRY: Pace = Pace::from_millis(250, 5_000);
/// As few as a quota allows.
const RETRY_METERED: Pace = Pace::from_millis(5_000, 600_000);
/// What can be reached and may not be is closed by a person, and that is an event; an app that opens it has none.
const RETRY_SAFE: Pace = Pace::from_millis(2_000, 30_000);
/// A resolver that cannot be asked is waited for so long; then the others do, or this network's own.
const STRICT: Duration = Duration::from_secs(15);
/// For a tunnel whose provider counts requests: ngrok's free plan has 20,000 a month, all visitors' among them.
const METERED_A_DAY: u32 = 200;
const DAY_MS: u64 = 24 * 3600 * 1000;

/// The memory of one name's proofs.
#[derive(Debug, Default)]
pub(super) struct Prover {
    /// Results of proofs that were asked for under an earlier epoch are stale.
    epoch: u64,
    /// When the one that was asked for last begins, by the monotonic clock; `None`: none is to come.
    due: Option<Duration>,
    /// Something changed while one was under way: it does not count, and another follows at once.
    again: bool,
    stage: Stage,
    /// In a row, at the same place.
    failures: u32,
    failed_at: Option<(Stage, LayerKind)>,
    /// When the resolvers were asked first.
    asked_since: Option<Duration>,
    wanted_until: Duration,
    metered: Option<Spent>,
    /// The proof that was asked for last tries the doors.
    checks: bool,
    /// All doors were closed when they were tried last, and nothing has changed since.
    safe: bool,
}

/// Proofs made for a tunnel with a quota.
#[derive(Clone, Copy, Debug, Default)]
struct Spent {
    day: u64,
    proofs: u32,
}

impl Prover {
    /// A new name: forgets everything, and asks for its first proof.
    pub(super) fn begin(
        &mut self,
        host: &str,
        quick: bool,
        metered: bool,
        now: Now,
    ) -> Option<ProofJob> {
        *self = Self {
            epoch: self.epoch,
            wanted_until: self.wanted_until,
            metered: metered.then(|| self.metered.unwrap_or_default()),
            stage: if quick { Stage::Edge } else { Stage::Way },
            ..Self::default()
        };
        let after = if quick { Duration::ZERO } else { SETTLE_OTHER };
        self.ask(host, after, false, now)
    }

    /// Nothing is to be proven any more; whatever is under way is stale.
    pub(super) fn stop(&mut self) {
        *self = Self {
            epoch: self.epoch + 1,
            wanted_until: self.wanted_until,
            metered: self.metered,
            ..Self::default()
        };
    }

    /// The doors are to be tried again. Where requests are counted, once for a name is enough.
    pub(super) fn doubt(&mut self) {
        self.safe &= self.metered.is_some();
    }

    /// Something happened that may change the answer.
    pub(super) fn renew(&mut self, host: &str, lenient: bool, now: Now) -> Option<ProofJob> {
        if self.under_way(now) {
            self.again = true;
            return None;
        }
        self.ask(host, Duration::ZERO, lenient, now)
    }

    /// Somebody asks for a fresh proof. One that is under way is the answer to all who ask meanwhile.
    pub(super) fn wanted(&mut self, host: &str, fresh: bool, now: Now) -> Option<ProofJob> {
        self.wanted_until = now.mono + WANTED;
        if self.under_way(now) {
            // One that tries no doors is no answer to whoever wants them tried.
            self.again |= !self.safe && !self.checks;
            return None;
        }
        if !fresh {
            return self.ask(host, Duration::ZERO, true, now);
        }
        let late = self.due.is_none_or(|due| due > now.mono + EVERY_WANTED);
        (late && self.metered.is_none()).then(|| self.ask(host, EVERY_WANTED, true, now))?
    }

    /// Takes a result in: whether it counts, and the proof that follows. Stale ones are dropped.
    pub(super) fn record(
        &mut self,
        epoch: u64,
        proof: &Proof,
        host: &str,
        proven: bool,
        now: Now,
    ) -> Option<(bool, Option<ProofJob>)> {
        if epoch != self.epoch {
            return None;
        }
        self.stage = proof.next;
        if std::mem::take(&mut self.again) {
            return Some((false, self.ask(host, Duration::ZERO, proven, now)));
        }
        self.safe |= self.checks && proof.works();
        let after = match &proof.broken {
            None => self.after_success(proof, now),
            Some((_, Reason::Outside(Outside::Settling))) => Some(SETTLE),
            Some((layer, _)) => Some(self.after_failure(proof.next, *layer)),
        };
        if proof.next == Stage::Way {
            self.asked_since.get_or_insert(now.mono);
        }
        let patience_ends = self
            .asked_since
            .is_some_and(|since| now.mono + after.unwrap_or_default() >= since + STRICT);
        self.due = None;
        let job = after.and_then(|after| self.ask(host, after, proven || patience_ends, now));
        Some((true, job))
    }

    fn after_success(&mut self, proof: &Proof, now: Now) -> Option<Duration> {
        self.failures = 0;
        self.failed_at = None;
        if self.metered.is_some() {
            return None;
        }
        Some(if now.mono < self.wanted_until {
            EVERY_WANTED
        } else if !proof.limited.is_empty() {
            EVERY_LIMITED
        } else {
            EVERY
        })
    }

    fn after_failure(&mut self, next: Stage, layer: LayerKind) -> Duration {
        let place = Some((next, layer));
        self.failures = if self.failed_at == place {
            self.failures + 1
        } else {
            1
        };
        self.failed_at = place;
        match (next, layer) {
            (Stage::Edge | Stage::Record, _) if self.failures <= POLLS => POLL.after(self.failures),
            (Stage::Edge | Stage::Record, _) => POLL_LATER.after(self.failures - POLLS),
            _ if self.metered.is_some() => RETRY_METERED.after(self.failures),
            (Stage::Way, LayerKind::Safe) => RETRY_SAFE.after(self.failures),
            (Stage::Way, LayerKind::Dns) => RESOLVERS.after(self.failures),
            (Stage::Way, _) => RETRY.after(self.failures),
        }
    }

    fn under_way(&self, now: Now) -> bool {
        self.due.is_some_and(|due| due <= now.mono)
    }

    /// `None` when the day's quota is spent.
    fn ask(&mut self, host: &str, after: Duration, lenient: bool, now: Now) -> Option<ProofJob> {
        if let Some(spent) = &mut self.metered {
            let day = now.unix_ms / DAY_MS;
            if spent.day != day {
                *spent = Spent { day, proofs: 0 };
            }
            if spent.proofs >= METERED_A_DAY {
                return None;
            }
            spent.proofs += 1;
        }
        self.epoch += 1;
        self.due = Some(now.mono + after);
        self.checks = !self.safe;
        Some(ProofJob {
            epoch: self.epoch,
            after,
            host: host.to_owned(),
            from: self.stage,
            lenient,
            check_safety: self.checks,
        })
    }

    /// The day's quota is spent: nothing is proven again before tomorrow.
    pub(super) fn is_spent(&self, now: Now) -> bool {
        let today = now.unix_ms / DAY_MS;
        let spent = |spent: Spent| spent.day == today && spent.proofs >= METERED_A_DAY;
        self.metered.is_some_and(spent)
    }

    /// Of the proof that was asked for last.
    #[cfg(test)]
    pub(super) fn epoch(&self) -> u64 {
        self.epoch
    }
}
