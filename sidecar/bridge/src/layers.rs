//! Which simulcast layer of each video the page gets: by the visible size, by the line, and at most four videos.

use std::time::{Duration, Instant};

use crate::signal::proto::{TrackInfo, VideoQuality};

/// Videos that a phone decodes at once.
const MAX_VIDEOS: usize = 4;
/// A stretched picture up to this factor is not worth the next layer.
const STRETCH: f64 = 1.25;
/// Wait before a higher layer is tried, until one has failed.
const START_WAIT: Duration = Duration::from_millis(1500);
/// Wait before a higher layer is tried after that.
const FIRST_WAIT: Duration = Duration::from_secs(5);
/// Wait before a layer is tried whose announced bitrate is above what the line has shown: its pictures may be still ones.
const UNFIT_WAIT: Duration = Duration::from_secs(30);
/// Longest wait, after several attempts failed.
const MAX_WAIT: Duration = Duration::from_secs(60);
/// An attempt that has lasted this long has succeeded.
const ATTEMPT: Duration = Duration::from_secs(6);
/// Time for a lower layer to take effect before the next one is chosen.
const SETTLE: Duration = Duration::from_millis(1500);
/// Age of the queue over which the wait for a higher layer begins anew.
const MAX_QUEUE_TIME: Duration = Duration::from_millis(150);

/// A simulcast layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Layer {
    Low,
    Medium,
    High,
}

/// What a video is set to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    Off,
    Layer(Layer),
}

/// The size of an element, device pixels. A track without one is visible in an unknown size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Size {
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// A video's place on the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Visible {
    /// The page has not reported it yet.
    Unknown,
    Hidden,
    At(Size),
}

/// The highest layer that the line carries, and when a higher one is tried.
#[derive(Clone, Debug)]
pub(crate) struct LineLevel {
    highest: Layer,
    changed_at: Instant,
    /// When the line last had a queue, or went on.
    interrupted_at: Instant,
    wait: Duration,
    /// Whether the last change was an attempt whose outcome is open.
    is_attempt: bool,
    /// What the line carried before it stood still.
    before: Option<Layer>,
}

impl Layer {
    fn lower(self) -> Self {
        if self == Self::High {
            Self::Medium
        } else {
            Self::Low
        }
    }

    fn higher(self) -> Self {
        if self == Self::Low {
            Self::Medium
        } else {
            Self::High
        }
    }

    pub(crate) fn quality(self) -> VideoQuality {
        match self {
            Self::Low => VideoQuality::Low,
            Self::Medium => VideoQuality::Medium,
            Self::High => VideoQuality::High,
        }
    }
}

impl LineLevel {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            highest: Layer::Low,
            changed_at: now,
            interrupted_at: now,
            wait: START_WAIT,
            is_attempt: false,
            before: None,
        }
    }

    pub(crate) fn highest(&self) -> Layer {
        self.highest
    }

    /// Chooses the lowest layer, whose key frame arrives soonest, because the line stands still. That shows nothing about
    /// its rate. Returns whether it changed.
    pub(crate) fn pause(&mut self, now: Instant) -> bool {
        let has_lasted = now.saturating_duration_since(self.changed_at) >= ATTEMPT;
        let carried = if has_lasted {
            self.highest
        } else {
            self.highest.lower()
        };
        self.before = self.before.max(Some(carried));
        self.is_attempt = false;
        self.changed_at = now;
        std::mem::replace(&mut self.highest, Layer::Low) != Layer::Low
    }

    /// Records that the line goes on: what it carried before comes back soon.
    pub(crate) fn proceed(&mut self, now: Instant) {
        self.interrupted_at = now;
    }

    /// Chooses a lower layer after the queue was cut. Returns whether it changed.
    pub(crate) fn lower(&mut self, now: Instant) -> bool {
        let lasted = now.saturating_duration_since(self.changed_at);
        self.before = None;
        if self.highest == Layer::Low
            || (lasted < SETTLE && !self.is_attempt && self.highest != Layer::High)
        {
            self.interrupted_at = now;
            return false;
        }
        let has_failed = self.is_attempt && lasted < ATTEMPT;
        self.wait = if has_failed {
            (self.wait * 2).clamp(FIRST_WAIT, MAX_WAIT)
        } else {
            FIRST_WAIT
        };
        self.highest = self.highest.lower();
        self.changed_at = now;
        self.is_attempt = false;
        true
    }

    /// Tries a higher layer once the wait is over, which is longer for one that does not fit into the limit that the line
    /// has shown. Returns whether it changed. `fits` is asked only after the shorter wait.
    pub(crate) fn raise(
        &mut self,
        queue_time: Duration,
        fits: impl FnOnce(Layer) -> bool,
        now: Instant,
    ) -> bool {
        if self.is_attempt && now.saturating_duration_since(self.changed_at) >= ATTEMPT {
            self.is_attempt = false;
            self.wait = FIRST_WAIT;
        }
        let is_known = self.before.is_some_and(|before| self.highest < before);
        let wait = if is_known { START_WAIT } else { self.wait };
        if queue_time > MAX_QUEUE_TIME {
            self.interrupted_at = now;
        }
        let waited = now.saturating_duration_since(self.changed_at.max(self.interrupted_at));
        if self.highest == Layer::High || waited < wait {
            return false;
        }
        let higher = self.highest.higher();
        if !is_known && waited < UNFIT_WAIT && !fits(higher) {
            return false;
        }
        self.highest = higher;
        self.changed_at = now;
        self.is_attempt = !is_known;
        true
    }
}

/// Returns the bits per second that others announce for what this page gets if the line carries this layer.
pub(crate) fn bitrate(videos: &[(Visible, &TrackInfo)], line: Layer) -> u64 {
    let choices = choose(videos, line);
    let announced = |(choice, (_, info)): (Choice, &(Visible, &TrackInfo))| {
        let Choice::Layer(layer) = choice else {
            return 0;
        };
        let mut layers = info.layers.iter();
        let found = layers.find(|known| known.quality == layer.quality() as i32);
        found.map_or(0, |known| u64::from(known.bitrate))
    };
    choices.into_iter().zip(videos).map(announced).sum()
}

/// Chooses for each video, in the given order.
pub(crate) fn choose(videos: &[(Visible, &TrackInfo)], line: Layer) -> Vec<Choice> {
    let mut ranked: Vec<usize> = (0..videos.len()).collect();
    ranked.retain(|&i| videos[i].0 != Visible::Hidden);
    // Stable: of equal videos the older ones stay.
    ranked.sort_by(|&a, &b| area(videos[b].0).total_cmp(&area(videos[a].0)));
    ranked.truncate(MAX_VIDEOS);
    let choose = |(i, (visible, info)): (usize, &(Visible, &TrackInfo))| {
        if ranked.contains(&i) {
            Choice::Layer(by_size(*visible, info).min(line))
        } else {
            Choice::Off
        }
    };
    videos.iter().enumerate().map(choose).collect()
}

fn area(visible: Visible) -> f64 {
    match visible {
        Visible::At(size) => size.width * size.height,
        Visible::Unknown | Visible::Hidden => 0.0,
    }
}

/// The lowest layer that fills the element.
fn by_size(visible: Visible, info: &TrackInfo) -> Layer {
    let Visible::At(size) = visible else {
        return Layer::High;
    };
    let fills = |layer: Layer| {
        let found = info
            .layers
            .iter()
            .find(|known| known.quality == layer.quality() as i32);
        found.is_some_and(|known| {
            f64::from(known.width) * STRETCH >= size.width
                && f64::from(known.height) * STRETCH >= size.height
        })
    };
    let layers = [Layer::Low, Layer::Medium];
    layers
        .into_iter()
        .find(|layer| fills(*layer))
        .unwrap_or(Layer::High)
}

#[cfg(test)]
mod tests;
