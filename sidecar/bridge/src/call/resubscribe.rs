//! Tracks that change their section, and sections that end.

use std::time::{Duration, Instant};

use super::Call;
use super::effect::Effect;
use crate::signal::Sections;
use crate::signal::proto::{Request, UpdateSubscription};

/// Time that LiveKit needs to take a track out of its section.
const RESUBSCRIBE: Duration = Duration::from_millis(400);

impl Call {
    /// Has a track put into another section: it is subscribed to again once LiveKit has taken it out of this one.
    pub(super) fn resubscribe(&mut self, sid: String, now: Instant) {
        if self.resubscribed.iter().any(|(known, _)| *known == sid) {
            return;
        }
        tracing::debug!(track = sid, "LiveKit has used a section again");
        self.push(subscription(&sid, false));
        self.resubscribed.push((sid, now + RESUBSCRIBE));
    }

    /// Subscribes to the tracks that have left their section.
    pub(super) fn subscribe_again(&mut self, now: Instant) {
        let due = self.resubscribed.extract_if(.., |(_, at)| *at <= now);
        let due: Vec<_> = due.collect();
        for (sid, _) in due {
            self.push(subscription(&sid, true));
        }
    }

    /// Closes the sections of ended tracks at once: LiveKit would use them for the next ones.
    pub(super) fn close_sections(&mut self) {
        let ended = self.room.ended_sections();
        if !ended.is_empty() {
            let more = Sections::default();
            self.push(Effect::Offer { more, ended });
        }
    }
}

fn subscription(sid: &str, subscribe: bool) -> Effect {
    Effect::Signal(Request::Subscription(UpdateSubscription {
        track_sids: vec![sid.to_owned()],
        subscribe,
    }))
}
