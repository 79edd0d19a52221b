//! What tests ask the schedule.

use std::time::Duration;

use super::VerificationSchedule;
use crate::{Now, VerificationJob};

impl VerificationSchedule {
    /// Returns the epoch of the one that is under way, or else sends the next one early.
    pub(in crate::public_url) fn hurried(&mut self, host: &str, now: Now) -> u64 {
        if self.under_way.is_none() {
            self.due_at = Some(now.mono);
            self.dispatch(host, true, now);
        }
        self.epoch
    }

    /// Returns the one that is due, as it would be sent then.
    pub(in crate::public_url) fn preview(
        &self,
        host: &str,
        verified: bool,
    ) -> Option<(Duration, VerificationJob)> {
        let at = self.due_at?;
        Some((at, self.job(host, verified, at)))
    }
}
