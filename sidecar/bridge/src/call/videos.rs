//! Layers and key frames of the others' videos, by what the line carries.

use std::time::{Duration, Instant};

use super::core::Call;
use super::effect::Effect;
use super::room::Room;
use super::track::Track;
use crate::layers::{Choice, Visible, bitrate, choose};
use crate::signal::proto::{Request, TrackInfo, UpdateTrackSettings, VideoQuality};
use crate::wire::message::Hello;

/// Time between two key frame requests for a track; LiveKit passes no more on.
const KEYFRAME_INTERVAL: Duration = Duration::from_millis(500);

impl Call {
    /// Looks whether the queue has grown old, or the line carries more.
    pub(super) fn look_at_line(&mut self, now: Instant) {
        if self.downlink.is_unread(now) {
            self.page_lost(now);
        } else if self.downlink.is_cut(now) {
            self.line_cut(now);
        } else if self.downlink.has_drained(now) {
            self.level.proceed(now);
            self.restart_videos(now);
        } else if self.downlink.stays_thin() {
            self.lower_layers(now);
        } else if self.tries_higher(now) {
            tracing::debug!(layer = ?self.level.highest(), "the line may carry more");
            self.choose_layers(now);
        }
        self.request_keys(now);
    }

    /// Tries a higher layer if it is time. Returns whether it does.
    fn tries_higher(&mut self, now: Instant) -> bool {
        let Self {
            level,
            downlink,
            hello,
            room,
            ..
        } = self;
        let fits = |layer| {
            // Far below 2^53.
            #[expect(clippy::cast_precision_loss)]
            let announced = || bitrate(&views(hello, room), layer) as f64;
            !downlink.has_limit() || announced() <= downlink.rate() * 8.0
        };
        level.raise(downlink.queue_time(now), fits, now)
    }

    /// All queued video was dropped. A line that stands still is not a slow line.
    pub(super) fn line_cut(&mut self, now: Instant) {
        if self.downlink.is_stalled(now) {
            self.pause_layers(now);
        } else {
            self.lower_layers(now);
        }
        tracing::debug!(layer = ?self.level.highest(), "the line is too slow");
        self.room.tracks.iter_mut().for_each(Track::interrupt);
    }

    /// The line does not carry what it gets.
    fn lower_layers(&mut self, now: Instant) {
        if self.level.lower(now) {
            self.choose_layers(now);
        }
        self.limit_senders();
    }

    /// The line stands still: what comes first afterwards has to be small, if the line is a slow one as well.
    fn pause_layers(&mut self, now: Instant) {
        if self.level.pause(now) {
            self.choose_layers(now);
        }
        if self.downlink.has_limit() {
            self.limit_senders();
        }
    }

    /// Drops each video until its next key frame, and requests that.
    pub(super) fn restart_videos(&mut self, now: Instant) {
        self.room.tracks.iter_mut().for_each(Track::restart);
        self.request_keys(now);
    }

    /// Requests the key frames that are wanted, at most two a second for each track.
    pub(super) fn request_keys(&mut self, now: Instant) {
        if self.downlink.is_draining() {
            return;
        }
        let is_due = |track: &&mut Track| {
            let is_early = |at: Instant| now.saturating_duration_since(at) < KEYFRAME_INTERVAL;
            track.wants_key && !track.asked_at.is_some_and(is_early)
        };
        let mut requests = Vec::new();
        for track in self.room.tracks.iter_mut().filter(is_due) {
            if let Some(mid) = track.mid {
                track.asked_at = Some(now);
                track.wants_key = false;
                requests.push(Effect::Keyframe(mid));
            }
        }
        requests.into_iter().for_each(|request| self.push(request));
    }

    /// Sends LiveKit the layer of each video that the page gets, where that has changed.
    pub(super) fn choose_layers(&mut self, now: Instant) {
        let highest = self.level.highest();
        let choices = choose(&views(&self.hello, &self.room), highest);
        let mut settings = Vec::new();
        let videos = self.room.tracks.iter_mut().filter(|track| track.is_video());
        for (track, choice) in videos.zip(choices) {
            if track.choice == Some(choice) {
                continue;
            }
            if track.choice == Some(Choice::Off) {
                track.restart();
            }
            track.choice = Some(choice);
            settings.push(setting(&track.sid, choice));
        }
        settings
            .into_iter()
            .for_each(|setting| self.push(Effect::Signal(setting)));
        self.request_keys(now);
    }
}

/// Returns the place and the description of each video.
fn views<'a>(hello: &Hello, room: &'a Room) -> Vec<(Visible, &'a TrackInfo)> {
    let decodes = hello.decodes_video();
    let videos = room.tracks.iter().filter(|track| track.is_video());
    let visible = |track: &Track| {
        if decodes {
            track.visible
        } else {
            Visible::Hidden
        }
    };
    videos.map(|track| (visible(track), &track.info)).collect()
}

fn setting(sid: &str, choice: Choice) -> Request {
    let (disabled, quality) = match choice {
        Choice::Off => (true, VideoQuality::Low),
        Choice::Layer(layer) => (false, layer.quality()),
    };
    Request::TrackSetting(UpdateTrackSettings {
        track_sids: vec![sid.to_owned()],
        disabled,
        quality: quality.into(),
    })
}
