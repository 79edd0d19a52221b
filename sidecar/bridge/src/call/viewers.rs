//! Bridged phones send one layer. Where a viewer's line does not carry it, its sender lowers the bitrate.

use std::time::Instant;

use super::core::Call;
use super::effect::Effect;
use super::track::Track;
use crate::flow::viewers::share;
use crate::layers::Choice;
use crate::wire::message::ToPage;

impl Call {
    /// Has the senders of videos with one layer limited to what this page's line carries.
    pub(super) fn limit_senders(&mut self) {
        let has_one_layer = |track: &&Track| {
            track.is_video() && track.info.layers.len() <= 1 && track.choice != Some(Choice::Off)
        };
        let tracks = self.room.tracks.iter().filter(has_one_layer);
        let senders: Vec<String> = tracks.map(|track| track.person.clone()).collect();
        let bitrate = share(self.downlink.rate(), senders.len());
        for sender in senders {
            self.push(Effect::LimitSender { sender, bitrate });
        }
    }

    /// Takes what a viewer's line carries of this page's video.
    pub(crate) fn viewer_is_slow(&mut self, bitrate: u32, now: Instant) {
        if self.viewers.lower(bitrate, now) {
            tracing::debug!(bitrate, "a viewer's line is slow");
            self.notify_limit();
        }
    }

    /// Ends a viewer's limit whose time is over.
    pub(super) fn end_viewers_limit(&mut self, now: Instant) {
        if self.viewers.end(now) {
            self.notify_limit();
        }
    }

    /// Sends the page what its video may use.
    pub(super) fn notify_limit(&mut self) {
        let bitrate = self.settings.bitrate.min(self.viewers.bitrate());
        self.notify(ToPage::Limit { bitrate });
    }

    /// Returns LiveKit's name for the page's participant.
    pub(crate) fn sid(&self) -> &str {
        self.room.own_sid()
    }
}
