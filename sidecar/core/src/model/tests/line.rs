//! A stack whose verifications are carried out, and whose ticks come only when the model requests them.

use std::collections::BTreeSet;
use std::time::Duration;

use super::stack::{QUICK, Stack, works};
use crate::*;

pub(super) const NGROK: &str = "fixed.ngrok-free.app";

/// A verification that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sent {
    /// When, by the monotonic clock.
    at: Duration,
    /// The same, Unix milliseconds.
    pub(super) unix_ms: u64,
    pub(super) host: String,
}

/// The stack with a verifier.
pub(super) struct Line {
    pub(super) stack: Stack,
    /// The present result of a verification.
    pub(super) sees: Verification,
    /// The duration of a verification.
    pub(super) takes: Duration,
    pub(super) sent: Vec<Sent>,
    under_way: Option<(Duration, u64)>,
    wakes: BTreeSet<Duration>,
}

impl Line {
    fn to(stack: Stack) -> Self {
        let mut line = Self {
            stack,
            sees: works(),
            takes: Duration::from_millis(300),
            sent: Vec::new(),
            under_way: None,
            wakes: BTreeSet::new(),
        };
        // Also the earlier effects of the stack.
        line.wakes.extend(line.stack.model.wakes_at);
        line.passes(Duration::from_secs(10));
        assert!(line.is_up(), "{:?}", line.stack.snapshot.layers);
        line.sent.clear();
        line
    }

    /// Creates a stack with a verified tunnel whose provider limits requests.
    pub(super) fn metered() -> Self {
        let mut stack = Stack::registered(QUICK);
        stack.changes("cloudflared", |tunnel, _| tunnel.tunnel = TunnelKind::Ngrok);
        stack.effects.clear();
        stack.tunnel_says(NGROK, true);
        Self::to(stack)
    }

    /// Creates a stack with a verified quick tunnel.
    pub(super) fn quick() -> Self {
        let mut stack = Stack::registered(QUICK);
        stack.effects.clear();
        stack.link_works();
        Self::to(stack)
    }

    pub(super) fn is_up(&self) -> bool {
        self.stack.snapshot.usable_host().is_some()
    }

    pub(super) fn asks(&mut self, max_age: Duration) {
        self.stack.apply(Event::VerificationRequested { max_age });
        self.carries_out();
    }

    /// Applies an event to the model.
    pub(super) fn happens(&mut self, what: impl FnOnce(&mut Stack)) {
        what(&mut self.stack);
        self.carries_out();
    }

    /// Lets time pass, while a client asks at this interval.
    pub(super) fn passes_asked(&mut self, time: Duration, every: Duration) {
        let end = self.stack.now.mono + time;
        while self.stack.now.mono < end {
            self.asks(Duration::from_secs(5));
            self.passes(every);
        }
    }

    pub(super) fn passes(&mut self, time: Duration) {
        let end = self.stack.now.mono + time;
        loop {
            self.carries_out();
            let back = self.under_way.map(|(until, _)| until);
            let next = self.wakes.first().copied();
            let next = back.into_iter().chain(next).min();
            let Some(at) = next.filter(|&at| at <= end) else {
                break self.goes_to(end);
            };
            self.goes_to(at);
            if let Some((_, epoch)) = self.under_way.take_if(|(until, _)| *until <= at) {
                let verification = self.sees.clone();
                self.stack.apply(Event::Verified {
                    epoch,
                    verification,
                });
            }
            if self.wakes.first().is_some_and(|&wake| wake <= at) {
                self.wakes.pop_first();
                self.stack.apply(Event::Tick);
            }
        }
        self.carries_out();
    }

    fn goes_to(&mut self, at: Duration) {
        let passed = at.saturating_sub(self.stack.now.mono);
        self.stack.now.mono += passed;
        self.stack.now.unix_ms += u64::try_from(passed.as_millis()).expect("fits");
    }

    fn carries_out(&mut self) {
        let now = self.stack.now;
        for effect in std::mem::take(&mut self.stack.effects) {
            match effect {
                Effect::Verify(job) => {
                    self.sent.push(Sent {
                        at: now.mono,
                        unix_ms: now.unix_ms,
                        host: job.host,
                    });
                    self.under_way = Some((now.mono + self.takes, job.epoch));
                }
                Effect::Wake(after) => {
                    self.wakes.insert(now.mono + after);
                }
                _ => {}
            }
        }
    }
}
