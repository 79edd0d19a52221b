//! The states of a call. All transitions are here.

use std::time::{Duration, Instant};

/// Time for LiveKit to take the participant in.
const JOIN_TIMEOUT: Duration = Duration::from_secs(10);
/// Time for which a participant stays after its page's socket was lost.
const DETACHED_TIMEOUT: Duration = Duration::from_secs(15);
/// Time without a message of the page after which its socket is lost.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(15);

/// Where a call stands. The hello comes before it: without one there is no call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// LiveKit has not answered the join.
    Joining { until: Instant },
    /// The page's socket is open.
    Flowing { heard_at: Instant },
    /// The page's socket is lost.
    Detached { until: Instant },
    /// The participant leaves.
    Leaving,
}

/// What the end of a phase's time means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expired {
    Join,
    Silence,
    Resume,
}

impl Phase {
    pub(crate) fn joining(now: Instant) -> Self {
        Self::Joining {
            until: now + JOIN_TIMEOUT,
        }
    }

    /// LiveKit has taken the participant in. Returns whether that is news.
    pub(crate) fn joined(&mut self, now: Instant) -> bool {
        let is_news = matches!(self, Self::Joining { .. });
        if is_news {
            *self = Self::Flowing { heard_at: now };
        }
        is_news
    }

    /// Something arrived from the page.
    pub(crate) fn heard(&mut self, now: Instant) {
        if let Self::Flowing { heard_at } = self {
            *heard_at = now;
        }
    }

    /// The page's socket is lost. Returns whether the participant stays for now.
    pub(crate) fn lost(&mut self, now: Instant) -> bool {
        if self.is_flowing() {
            *self = Self::Detached {
                until: now + DETACHED_TIMEOUT,
            };
        }
        matches!(self, Self::Detached { .. })
    }

    /// A new socket of the page is there. Returns whether it can have the call.
    pub(crate) fn resumed(&mut self, now: Instant) -> bool {
        let is_possible = matches!(self, Self::Flowing { .. } | Self::Detached { .. });
        if is_possible {
            *self = Self::Flowing { heard_at: now };
        }
        is_possible
    }

    /// The participant leaves. Returns whether that is news.
    pub(crate) fn leave(&mut self) -> bool {
        let is_news = *self != Self::Leaving;
        *self = Self::Leaving;
        is_news
    }

    /// Returns what has expired.
    pub(crate) fn expired(&self, now: Instant) -> Option<Expired> {
        let expired = match self {
            Self::Joining { .. } => Expired::Join,
            Self::Flowing { .. } => Expired::Silence,
            Self::Detached { .. } => Expired::Resume,
            Self::Leaving => return None,
        };
        self.deadline()
            .is_some_and(|at| now >= at)
            .then_some(expired)
    }

    /// Returns when the phase expires.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        match self {
            Self::Joining { until } | Self::Detached { until } => Some(*until),
            Self::Flowing { heard_at } => Some(*heard_at + SILENCE_TIMEOUT),
            Self::Leaving => None,
        }
    }

    pub(crate) fn is_flowing(&self) -> bool {
        matches!(self, Self::Flowing { .. })
    }

    pub(crate) fn is_detached(&self) -> bool {
        matches!(self, Self::Detached { .. })
    }

    pub(crate) fn is_leaving(&self) -> bool {
        *self == Self::Leaving
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ms, start};

    #[test]
    fn a_call_is_detached_and_resumed() {
        let mut phase = Phase::joining(start());
        assert!(phase.joined(start()) && phase.is_flowing());
        assert!(phase.lost(start()));
        assert_eq!(phase.expired(start() + ms(14_999)), None);
        assert_eq!(phase.expired(start() + ms(15_000)), Some(Expired::Resume));
        assert!(phase.resumed(start() + ms(14_000)) && phase.is_flowing());
        assert!(
            phase.resumed(start() + ms(15_000)),
            "the old socket is not yet known as lost"
        );
    }

    #[test]
    fn a_silent_page_and_a_silent_server_expire() {
        let mut phase = Phase::joining(start());
        assert_eq!(phase.expired(start() + ms(10_000)), Some(Expired::Join));
        phase.joined(start());
        phase.heard(start() + ms(10_000));
        assert_eq!(phase.expired(start() + ms(20_000)), None);
        assert_eq!(phase.expired(start() + ms(25_000)), Some(Expired::Silence));
    }

    #[test]
    fn nothing_follows_leaving() {
        let mut phase = Phase::joining(start());
        assert!(!phase.lost(start()), "no page waits for the join");
        assert!(phase.leave() && !phase.leave());
        assert!(!phase.resumed(start()) && !phase.joined(start()));
        assert_eq!((phase.expired(start()), phase.deadline()), (None, None));
    }
}
