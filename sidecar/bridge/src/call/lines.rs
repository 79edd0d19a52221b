//! Calls over slow lines and lines that stand still, simulated.

mod camera;
mod line;
mod simulation;

use camera::Sends;
use line::Shape;
use simulation::carries;

use crate::layers::Layer;

/// 3 Mbit/s, 1 Mbit/s and 400 kbit/s, with 60 and 200 ms.
fn lines() -> impl Iterator<Item = Shape> {
    let line = |rate, round_trip| Shape {
        rate,
        round_trip,
        acks_late: 0,
        stop: None,
    };
    let rates = [3_000_000, 1_000_000, 400_000];
    rates
        .into_iter()
        .flat_map(move |rate| [60, 200].map(|round_trip| line(rate, round_trip)))
}

#[test]
fn on_each_line_pictures_stay_near_and_sound_is_in_time() {
    for line in lines() {
        let seen = carries(line, Sends::Simulcast, 90);
        assert!(seen.longest_behind(0, 90_000) < 500, "{line:?}");
        let delay = seen.delay(95, 5_000, 90_000);
        assert!(delay < 300, "{line:?}: {delay} ms");
        let lateness =
            [(0, 5_000), (5_000, 90_000)].map(|(from, to)| seen.sound_lateness(from, to));
        assert!(
            lateness[0] < 320 && lateness[1] < 250,
            "{line:?}: {lateness:?}"
        );
        let rate = seen.frame_rate(5_000, 90_000);
        assert!(rate >= 20, "{line:?}: {rate} fps");
    }
}

#[test]
fn a_fast_line_gets_the_highest_layer_within_4_s_and_keeps_it() {
    let line = lines().next().expect("a line");
    let seen = carries(line, Sends::Simulcast, 60);
    assert!(
        seen.layers[4_000..]
            .iter()
            .all(|layer| *layer == Layer::High)
    );
}

#[test]
fn late_acknowledgements_are_not_a_slow_line() {
    for line in lines() {
        let acks_late = 180;
        let seen = carries(Shape { acks_late, ..line }, Sends::Simulcast, 60);
        assert!(seen.longest_behind(0, 60_000) < 500, "{line:?}");
        let fits = line.rate > 400_000;
        let least = if fits { Layer::Medium } else { Layer::Low };
        let at_last = &seen.layers[30_000..];
        assert!(at_last.iter().all(|layer| *layer >= least), "{line:?}");
        let rate = seen.frame_rate(5_000, 60_000);
        assert!(rate >= 17, "{line:?}: {rate} fps");
    }
}

#[test]
fn after_a_stop_the_picture_is_back_within_2_s_and_the_layer_soon() {
    for line in lines() {
        for lasts in [1_000, 3_000, 8_000] {
            let stop = Some((20_000, lasts));
            let seen = carries(Shape { stop, ..line }, Sends::Simulcast, 60);
            let end = 20_000 + lasts;
            let back = seen.back_after(end);
            assert!(back < 1_800, "{line:?} {lasts}: {back} ms");
            assert!(
                seen.longest_behind(end + 2_000, 60_000) < 500,
                "{line:?} {lasts}"
            );
            let lateness = seen.sound_lateness(end + 2_000, 60_000);
            assert!(lateness < 250, "{line:?} {lasts}: {lateness} ms");
            let at = |now: u64| seen.layers[usize::try_from(now).expect("small")];
            assert!(at(end + 8_000) >= at(19_000), "{line:?} {lasts}: the layer");
        }
    }
}

#[test]
fn a_phone_on_the_same_bridge_is_limited_to_what_the_line_carries() {
    for line in lines().filter(|line| line.rate == 400_000) {
        let seen = carries(line, Sends::Single, 90);
        assert!(seen.longest_behind(0, 90_000) < 500, "{line:?}");
        let delay = seen.delay(95, 5_000, 90_000);
        assert!(delay < 300, "{line:?}: {delay} ms");
        let lateness = seen.sound_lateness(0, 90_000);
        assert!(lateness < 320, "{line:?}: {lateness} ms");
        let stop = Some((20_000, 3_000));
        let back = carries(Shape { stop, ..line }, Sends::Single, 60).back_after(23_000);
        assert!(back < 1_900, "{line:?}: {back} ms");
    }
}
