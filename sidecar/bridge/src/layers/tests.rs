use super::*;
use crate::signal::proto::VideoLayer;
use crate::testing::{ms, start};

fn camera() -> TrackInfo {
    let layer = |quality, width, height| VideoLayer {
        quality,
        width,
        height,
        bitrate: 0,
    };
    TrackInfo {
        layers: vec![layer(0, 320, 180), layer(1, 640, 360), layer(2, 1280, 720)],
        ..TrackInfo::default()
    }
}

fn at(width: f64, height: f64) -> Visible {
    Visible::At(Size { width, height })
}

#[test]
fn the_smallest_layer_that_fills_the_element_is_chosen() {
    let camera = camera();
    for (width, height, layer) in [
        (160.0, 90.0, Layer::Low),
        (400.0, 225.0, Layer::Low),
        (401.0, 225.0, Layer::Medium),
        (800.0, 450.0, Layer::Medium),
        (1080.0, 1920.0, Layer::High),
    ] {
        assert_eq!(
            choose(&[(at(width, height), &camera)], Layer::High),
            [Choice::Layer(layer)]
        );
    }
    let single = TrackInfo {
        layers: Vec::new(),
        ..camera.clone()
    };
    assert_eq!(
        choose(&[(at(10.0, 10.0), &single)], Layer::High),
        [Choice::Layer(Layer::High)]
    );
    assert_eq!(
        choose(&[(Visible::Unknown, &camera)], Layer::Medium),
        [Choice::Layer(Layer::Medium)]
    );
}

#[test]
fn the_four_largest_videos_are_on_and_hidden_ones_are_off() {
    let camera = camera();
    let sizes = [5.0, 1.0, 4.0, 3.0, 2.0];
    let mut videos: Vec<_> = sizes
        .iter()
        .map(|side| (at(*side, *side), &camera))
        .collect();
    videos.push((Visible::Hidden, &camera));
    let on = |choice: &Choice| *choice != Choice::Off;
    let on: Vec<bool> = choose(&videos, Layer::High).iter().map(on).collect();
    assert_eq!(on, [true, false, true, true, true, false]);
}

/// Waits until a higher layer is tried. Returns the seconds.
fn raised(level: &mut LineLevel, now: &mut Instant) -> f32 {
    let from = *now;
    while !level.raise(Duration::ZERO, |_| true, *now) {
        *now += ms(100);
    }
    (*now - from).as_secs_f32()
}

#[test]
fn a_line_begins_with_the_lowest_layer_and_rises_until_one_fails() {
    let mut now = start();
    let mut level = LineLevel::new(now);
    assert_eq!(level.highest(), Layer::Low);
    assert_eq!(raised(&mut level, &mut now), 1.5);
    assert_eq!(raised(&mut level, &mut now), 1.5);
    assert_eq!(level.highest(), Layer::High);
    assert!(level.lower(now));
    assert_eq!(raised(&mut level, &mut now), 5.0);
}

#[test]
fn a_line_is_lowered_at_a_cut_and_raised_after_a_wait() {
    let (mut now, mut level) = at_the_highest();
    assert!(level.lower(now + ms(7000)));
    assert!(
        !level.lower(now + ms(7500)),
        "the first change has to take effect"
    );
    assert!(level.lower(now + ms(9100)));
    assert_eq!(level.highest(), Layer::Low);
    now += ms(9100);
    assert!(!level.raise(Duration::ZERO, |_| true, now + ms(4900)));
    assert!(
        !level.raise(ms(200), |_| true, now + ms(5100)),
        "the queue is old"
    );
    assert!(!level.raise(Duration::ZERO, |_| true, now + ms(10_000)));
    assert!(level.raise(Duration::ZERO, |_| true, now + ms(10_100)));
    assert_eq!(level.highest(), Layer::Medium);
}

#[test]
fn cuts_in_short_intervals_lower_the_layer_too() {
    let (mut now, mut level) = at_the_highest();
    let mut cuts = 0;
    while level.highest() > Layer::Low {
        now += ms(1_000);
        level.lower(now);
        level.proceed(now + ms(500));
        cuts += 1;
    }
    assert!(cuts <= 3, "{cuts}");
}

#[test]
fn a_layer_that_does_not_fit_into_the_limit_is_tried_late() {
    let mut level = LineLevel::new(start());
    assert!(!level.raise(Duration::ZERO, |_| false, start() + ms(29_900)));
    assert!(level.raise(Duration::ZERO, |_| false, start() + ms(30_000)));
}

#[test]
fn the_wait_doubles_with_each_failed_attempt_up_to_a_minute() {
    let (mut now, mut level) = at_the_highest();
    now += ms(6500);
    assert!(!level.raise(Duration::ZERO, |_| true, now) && level.lower(now));
    let mut waits = Vec::new();
    for _ in 0..6 {
        waits.push(raised(&mut level, &mut now));
        now += ms(1000);
        assert!(level.lower(now));
    }
    assert_eq!(waits, [5.0, 10.0, 20.0, 40.0, 60.0, 60.0]);
    raised(&mut level, &mut now);
    now += ms(6500);
    assert!(!level.raise(Duration::ZERO, |_| true, now));
    assert!(level.lower(now), "the attempt lasted: a fresh start");
    assert_eq!(raised(&mut level, &mut now), 5.0);
}

#[test]
fn a_line_that_stood_still_soon_has_its_layer_again() {
    let (mut now, mut level) = at_the_highest();
    now += ms(6500);
    level.raise(Duration::ZERO, |_| true, now);
    assert!(level.pause(now) && !level.pause(now + ms(2000)));
    assert_eq!(level.highest(), Layer::Low);
    now += ms(8000);
    level.proceed(now);
    assert_eq!(raised(&mut level, &mut now), 1.5);
    assert_eq!(raised(&mut level, &mut now), 1.5);
    assert_eq!(level.highest(), Layer::High);
    assert!(level.lower(now), "now it is slow");
    assert_eq!(raised(&mut level, &mut now), 5.0);
}

#[test]
fn an_attempt_that_a_stop_interrupted_does_not_come_back_sooner() {
    let (mut now, mut level) = at_the_highest();
    assert!(level.pause(now), "the highest layer was an attempt");
    assert_eq!(raised(&mut level, &mut now), 1.5);
    assert_eq!(level.highest(), Layer::Medium);
    level.wait = FIRST_WAIT;
    assert_eq!(raised(&mut level, &mut now), 5.0);
}

/// A line that has just got the highest layer.
fn at_the_highest() -> (Instant, LineLevel) {
    let mut now = start();
    let mut level = LineLevel::new(now);
    raised(&mut level, &mut now);
    raised(&mut level, &mut now);
    (now, level)
}
