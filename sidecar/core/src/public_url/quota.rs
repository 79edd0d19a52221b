//! The daily quota of verifications, for providers that limit requests.

use std::time::Duration;

use crate::Now;

/// Verifications per day: ngrok's free plan has 20,000 requests per month, including all visitors'.
const MAX_PER_DAY: u32 = 200;
const DAY_MS: u64 = 24 * 3600 * 1000;
/// Verifications that a new process may always send, because it has not observed a success yet.
const MIN_AFTER_START: u32 = 10;

/// Verifications sent on one day (UTC), where the tunnel's provider limits requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DailyQuota {
    /// Days since 1970-01-01.
    pub day: u64,
    /// Number of verifications sent on that day.
    pub sent: u32,
}

/// The day's verifications are used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct QuotaSpent {
    /// When the next day begins, Unix milliseconds.
    pub(crate) until: u64,
    /// Time until then.
    pub(super) wait: Duration,
}

impl DailyQuota {
    /// Counts a verification that is sent now, or refuses it.
    pub(super) fn spend(&mut self, now: Now) -> Result<(), QuotaSpent> {
        self.left(now)?;
        let day = self.day_of(now);
        let before = if day == self.day { self.sent } else { 0 };
        *self = Self {
            day,
            sent: before + 1,
        };
        Ok(())
    }

    /// Adds what an earlier process sent on the same day.
    pub(super) fn add(&mut self, before: Self, now: Now) {
        let today = before.day_of(now);
        if before.day != today {
            return;
        }
        let own = if self.day == today { self.sent } else { 0 };
        *self = Self {
            day: today,
            sent: own + before.sent.min(MAX_PER_DAY - MIN_AFTER_START),
        };
    }

    /// Reports whether one more may be sent now.
    pub(super) fn left(&self, now: Now) -> Result<(), QuotaSpent> {
        let day = self.day_of(now);
        if day != self.day || self.sent < MAX_PER_DAY {
            return Ok(());
        }
        let until = (day + 1) * DAY_MS;
        let wait = Duration::from_millis(until.saturating_sub(now.unix_ms));
        Err(QuotaSpent { until, wait })
    }

    /// Returns the day that counts. A clock set back over midnight gives no second quota; a larger error is ignored.
    fn day_of(self, now: Now) -> u64 {
        let today = now.unix_ms / DAY_MS;
        if self.day == today + 1 {
            self.day
        } else {
            today
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIDNIGHT: u64 = 20_000 * DAY_MS;

    fn at(unix_ms: u64) -> Now {
        Now {
            unix_ms,
            mono: Duration::ZERO,
        }
    }

    #[test]
    fn what_an_earlier_process_sent_today_counts_and_leaves_some() {
        let today = MIDNIGHT / DAY_MS;
        let left = |before: DailyQuota, own: u32| {
            let mut quota = DailyQuota::default();
            for _ in 0..own {
                assert_eq!(quota.spend(at(MIDNIGHT)), Ok(()));
            }
            quota.add(before, at(MIDNIGHT));
            (0..=MAX_PER_DAY)
                .take_while(|_| quota.spend(at(MIDNIGHT + 1)).is_ok())
                .count()
        };
        let before = |day, sent| DailyQuota { day, sent };
        assert_eq!(left(before(today, 60), 0), 140);
        assert_eq!(left(before(today, 60), 2), 138);
        assert_eq!(left(before(today, u32::MAX), 0), 10);
        assert_eq!(
            left(before(today + 1, 60), 0),
            140,
            "the clock was set back"
        );
        for day in [0, today - 1, today + 2, u64::MAX] {
            assert_eq!(left(before(day, 60), 0), 200, "{day}");
        }
    }

    fn spent(until: u64) -> DailyQuota {
        let mut quota = DailyQuota::default();
        for _ in 0..MAX_PER_DAY {
            assert_eq!(quota.spend(at(until - 5_000)), Ok(()));
        }
        quota
    }

    #[test]
    fn the_next_one_is_sent_when_the_next_day_begins() {
        let mut quota = spent(MIDNIGHT);
        let refused = quota.spend(at(MIDNIGHT - 1));
        let wait = Duration::from_millis(1);
        assert_eq!(
            refused,
            Err(QuotaSpent {
                until: MIDNIGHT,
                wait
            })
        );
        assert_eq!(quota.spend(at(MIDNIGHT)), Ok(()));
    }

    #[test]
    fn a_clock_set_back_over_midnight_gives_no_second_quota() {
        let mut quota = spent(MIDNIGHT);
        for _ in 0..MAX_PER_DAY {
            assert_eq!(quota.spend(at(MIDNIGHT)), Ok(()));
        }
        assert!(quota.spend(at(MIDNIGHT - 1_000)).is_err());
        assert!(quota.spend(at(MIDNIGHT + 1_000)).is_err());
    }

    #[test]
    fn a_clock_that_was_years_ahead_does_not_lock_for_years() {
        let mut quota = spent(MIDNIGHT);
        assert_eq!(quota.spend(at(MIDNIGHT - 3_650 * DAY_MS)), Ok(()));
    }
}
