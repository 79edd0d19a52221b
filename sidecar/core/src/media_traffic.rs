//! The traffic of calls over a tunnel whose provider limits it by the month.

use crate::Now;

/// Share of the quota that is left to links, chat and pages: one tenth.
const RESERVE: u64 = 10;
/// Smaller changes are not published.
const STEP: u64 = 10_000_000;
const MB: u64 = 1_000_000;
const DAY_MS: u64 = 24 * 3600 * 1000;

/// What calls have sent and received over the tunnel in one calendar month (UTC).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MonthlyTraffic {
    /// Months since January of year 0.
    pub month: u64,
    /// In that month.
    pub bytes: u64,
    /// The bridge's own counter then: bytes since it started.
    pub counter: u64,
}

/// Counts a month's traffic from the bridge's counter.
#[derive(Debug, Default)]
pub(crate) struct TrafficMeter {
    now: MonthlyTraffic,
    published: MonthlyTraffic,
    /// Bytes a month; `None` without a limit.
    quota: Option<u64>,
}

impl TrafficMeter {
    /// Takes the bridge's counter, which begins at zero when the bridge starts.
    pub(crate) fn report(&mut self, counter: u64, quota: Option<u64>, now: Now) {
        let month = month_of(now.unix_ms);
        let new = counter.checked_sub(self.now.counter).unwrap_or(counter);
        let before = if month == self.now.month {
            self.now.bytes
        } else {
            0
        };
        let bytes = before.saturating_add(new);
        (self.now, self.quota) = (
            MonthlyTraffic {
                month,
                bytes,
                counter,
            },
            quota,
        );
        let is_step = bytes.abs_diff(self.published.bytes) >= STEP || month != self.published.month;
        if is_step || self.is_spent() != self.is_spent_at(self.published.bytes) {
            self.published = self.now;
        }
    }

    /// Continues what an earlier process counted. The bridge's counter has what came since.
    pub(crate) fn before(&mut self, before: MonthlyTraffic, now: Now) {
        let counter = self.now.counter;
        self.now = before;
        self.report(counter.max(before.counter), self.quota, now);
        self.published = self.now;
    }

    /// Returns the month's traffic, in steps of 10 MB.
    pub(crate) fn published(&self) -> MonthlyTraffic {
        self.published
    }

    /// Reports whether only the reserve is left.
    pub(crate) fn is_spent(&self) -> bool {
        self.is_spent_at(self.now.bytes)
    }

    /// Returns what is used, and of how much, `None` without a limit.
    pub(crate) fn used(&self) -> Option<String> {
        let used = self.published.bytes / MB;
        Some(format!("{used} of {} MB", self.quota? / MB))
    }

    fn is_spent_at(&self, bytes: u64) -> bool {
        self.quota
            .is_some_and(|quota| bytes >= quota - quota / RESERVE)
    }
}

/// Returns the number of the calendar month (UTC), by Howard Hinnant's `civil_from_days`: years begin in March there.
fn month_of(unix_ms: u64) -> u64 {
    let days = unix_ms / DAY_MS + 719_468; // from 1 March of year 0
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    (era * 400 + year) * 12 + month + 2
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// 2026-11-26.
    const TODAY: u64 = 20_783 * DAY_MS;
    const QUOTA: Option<u64> = Some(1_000 * MB);

    fn at(unix_ms: u64) -> Now {
        Now {
            unix_ms,
            mono: Duration::ZERO,
        }
    }

    #[test]
    fn months_are_the_calendars() {
        let of = |days: u64| {
            (
                month_of(days * DAY_MS) / 12,
                month_of(days * DAY_MS) % 12 + 1,
            )
        };
        for (days, month) in [
            (0, (1970, 1)),
            (58, (1970, 2)),
            (59, (1970, 3)),
            (11_016, (2000, 2)), // the 29th
            (11_017, (2000, 3)),
            (20_788, (2026, 12)),
            (20_787, (2026, 11)),
            (20_819, (2027, 1)),
        ] {
            assert_eq!(of(days), month, "{days}");
        }
    }

    #[test]
    fn the_counter_of_a_new_bridge_begins_at_zero_and_a_month_does_too() {
        let mut meter = TrafficMeter::default();
        meter.report(30 * MB, QUOTA, at(TODAY));
        meter.report(50 * MB, QUOTA, at(TODAY));
        assert_eq!(meter.used().as_deref(), Some("50 of 1000 MB"));
        meter.report(20 * MB, QUOTA, at(TODAY));
        assert_eq!(
            meter.used().as_deref(),
            Some("70 of 1000 MB"),
            "it restarted"
        );
        meter.report(35 * MB, QUOTA, at(TODAY + 10 * DAY_MS));
        assert_eq!(meter.used().as_deref(), Some("15 of 1000 MB"), "December");
        meter.report(35 * MB, None, at(TODAY + 10 * DAY_MS));
        assert_eq!(meter.used(), None);
    }

    #[test]
    fn only_steps_and_the_reserve_are_published() {
        let mut meter = TrafficMeter::default();
        meter.report(12 * MB, QUOTA, at(TODAY));
        meter.report(21 * MB, QUOTA, at(TODAY));
        assert_eq!(meter.published().bytes, 12 * MB);
        meter.report(899 * MB, QUOTA, at(TODAY));
        assert!(!meter.is_spent());
        meter.report(900 * MB, QUOTA, at(TODAY));
        assert!(meter.is_spent(), "a tenth is left");
        assert_eq!(meter.published().bytes, 900 * MB);
    }

    #[test]
    fn an_earlier_process_is_continued_whichever_comes_first() {
        let saved = MonthlyTraffic {
            month: month_of(TODAY),
            bytes: 400 * MB,
            counter: 100 * MB,
        };
        for restarted in [false, true] {
            let counter = if restarted { 20 } else { 130 } * MB;
            let expected = if restarted { 420 } else { 430 };
            let mut late = TrafficMeter::default();
            late.report(counter, QUOTA, at(TODAY));
            late.before(saved, at(TODAY));
            late.report(counter, QUOTA, at(TODAY));
            let mut early = TrafficMeter::default();
            early.before(saved, at(TODAY));
            early.report(counter, QUOTA, at(TODAY));
            for meter in [late, early] {
                assert_eq!(meter.now.bytes, expected * MB, "{restarted}");
            }
        }
    }
}
