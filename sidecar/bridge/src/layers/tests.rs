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

#[test]
fn a_line_is_lowered_at_a_cut_and_raised_after_a_wait() {
    let now = start();
    let mut level = LineLevel::new(now);
    assert!(level.lower(now + ms(1000)));
    assert!(
        !level.lower(now + ms(1500)),
        "the first change has to take effect"
    );
    assert!(level.lower(now + ms(3100)));
    assert_eq!(level.highest(), Layer::Low);
    assert!(!level.raise(Duration::ZERO, now + ms(8000)));
    assert!(!level.raise(ms(200), now + ms(8200)), "the queue is old");
    assert!(level.raise(Duration::ZERO, now + ms(8200)));
    assert_eq!(level.highest(), Layer::Medium);
}

#[test]
fn the_wait_doubles_with_each_failed_attempt_up_to_a_minute() {
    let mut now = start();
    let mut level = LineLevel::new(now);
    level.lower(now);
    let mut waits = Vec::new();
    for _ in 0..6 {
        let from = now;
        while !level.raise(Duration::ZERO, now) {
            now += ms(100);
        }
        waits.push((now - from).as_secs());
        now += ms(1000);
        assert!(level.lower(now));
    }
    assert_eq!(waits, [5, 10, 20, 40, 60, 60]);
    while !level.raise(Duration::ZERO, now) {
        now += ms(100);
    }
    now += ms(6500);
    assert!(!level.raise(Duration::ZERO, now));
    assert!(level.lower(now), "the attempt lasted: a fresh start");
    let from = now;
    while !level.raise(Duration::ZERO, now) {
        now += ms(100);
    }
    assert_eq!((now - from).as_secs(), 5);
}
