//! The page's socket is lost and comes back, while its participant stays in the room.

use std::time::Instant;

use super::core::Call;
use super::effect::Effect;
use crate::flow::downlink::Downlink;
use crate::flow::rate::PageLimits;
use crate::signal::proto::{MuteTrackRequest, Request};
use crate::wire::close::NORMAL;
use crate::wire::message::{Media, ToPage};

impl Call {
    /// The page's socket is lost. The participant stays for a while, with its tracks muted.
    pub(crate) fn page_lost(&mut self, now: Instant) {
        if self.phase.lost(now) {
            self.mute_own(true);
        } else {
            self.finish(NORMAL, String::new());
        }
    }

    /// Gives the call to a new socket of the page. Returns false if the call is not there for it.
    pub(crate) fn resume(&mut self, now: Instant) -> bool {
        if !self.phase.resumed(now) {
            return false;
        }
        self.received = 0;
        self.downlink = Downlink::new(now);
        self.limits = PageLimits::new(self.settings.bitrate, now);
        self.welcome(true);
        for message in self.room.all() {
            self.notify(message);
        }
        self.mute_own(false);
        self.restart_videos(now);
        self.needs_key = true;
        self.notify(ToPage::Keyframe);
        true
    }

    /// Reports to LiveKit whether an own track is muted: by the page, or because the page is lost.
    pub(super) fn mute(&mut self, media: Media, muted: bool) {
        let track = match media {
            Media::Audio => &self.audio,
            Media::Video => &self.video,
        };
        if let Some(sid) = track.sid.clone() {
            self.push(Effect::Signal(Request::Mute(MuteTrackRequest {
                sid,
                muted,
            })));
        }
    }

    fn mute_own(&mut self, muted: bool) {
        for (media, is_muted) in [
            (Media::Audio, self.audio.is_muted),
            (Media::Video, self.video.is_muted),
        ] {
            if !is_muted {
                self.mute(media, muted);
            }
        }
    }

    /// Sends the page its identity.
    pub(super) fn welcome(&mut self, resumed: bool) {
        self.notify(ToPage::Joined {
            identity: self.identity.clone(),
            name: self.name.clone(),
            resume: self.settings.resume.clone(),
            resumed,
        });
        self.notify_limit();
    }
}
