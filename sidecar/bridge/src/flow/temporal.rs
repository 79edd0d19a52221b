//! Temporal layers: on a line that is somewhat too slow, the frames on which no other one depends are dropped.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::downlink::DownFrame;

/// Longest time for which frames are dropped.
const MAX_DROPPED: Duration = Duration::from_secs(3);
/// Time without a dropped frame after which that time begins anew.
const PAUSE: Duration = Duration::from_secs(1);

/// What is sent of each track's layers.
#[derive(Debug, Default)]
pub(crate) struct TemporalLayers {
    /// The highest layer that is sent, by track, after some were dropped.
    highest: HashMap<u16, u8>,
    /// Since when frames are dropped, and when the last one was.
    dropped: Option<(Instant, Instant)>,
}

impl TemporalLayers {
    /// Decides about a frame. A layer that was dropped comes back with a frame that needs no dropped one.
    pub(crate) fn keep(&mut self, frame: &DownFrame, is_old: bool, now: Instant) -> bool {
        if frame.key {
            self.highest.remove(&frame.track);
        }
        if frame.layer == 0 {
            return true;
        }
        let highest = self.highest.get(&frame.track).copied().unwrap_or(u8::MAX);
        if is_old {
            self.drop_above_0(frame.track, now);
            return false;
        }
        if frame.layer > highest && frame.sync {
            self.highest.insert(frame.track, frame.layer);
            return true;
        }
        frame.layer <= highest
    }

    /// Reports whether frames were dropped for so long that a lower simulcast layer with all of its frames is better.
    /// Only once.
    pub(crate) fn stay_dropped(&mut self) -> bool {
        let stays = |&mut (since, last): &mut (Instant, Instant)| last - since > MAX_DROPPED;
        self.dropped.take_if(stays).is_some()
    }

    fn drop_above_0(&mut self, track: u16, now: Instant) {
        self.highest.insert(track, 0);
        let goes_on = |(_, last): &(Instant, Instant)| now - *last < PAUSE;
        let since = self.dropped.filter(goes_on);
        self.dropped = Some((since.map_or(now, |(since, _)| since), now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ms, start};

    #[test]
    fn frames_that_are_dropped_for_three_seconds_call_for_a_lower_layer_once() {
        let now = start();
        let mut layers = TemporalLayers::default();
        for i in 0..32 {
            assert!(!layers.stay_dropped(), "{i}");
            layers.drop_above_0(1, now + ms(100 * i));
        }
        assert!(layers.stay_dropped() && !layers.stay_dropped());
        for at in [4_000, 5_500, 7_500] {
            layers.drop_above_0(1, now + ms(at));
        }
        assert!(!layers.stay_dropped(), "with pauses");
    }
}
