use super::*;
use crate::testing::{ms, start};
use crate::wire::frame::HEADER;

fn video(bytes: usize, key: bool) -> DownFrame {
    DownFrame {
        kind: Kind::Camera,
        track: 1,
        key,
        layer: 0,
        sync: false,
        captured: 0,
        payload: vec![0; bytes].into(),
    }
}

fn ack(bytes: u64) -> Ack {
    Ack { bytes, at: None }
}

fn audio() -> DownFrame {
    DownFrame {
        kind: Kind::Audio,
        track: 2,
        ..video(100, false)
    }
}

fn layered(layer: u8, sync: bool) -> DownFrame {
    DownFrame {
        layer,
        sync,
        ..video(1000, false)
    }
}

/// A line of so many bytes per second in front of a page that acknowledges after `delay`.
struct SlowLine {
    link: Downlink,
    now: Instant,
    rate: u64,
    delay: Duration,
    /// When each message arrives, and the bytes up to it.
    arriving: VecDeque<(Instant, u64)>,
    free_at: Instant,
    received: u64,
    cuts: u32,
    /// The longest time from the queue to the page.
    latest: Duration,
}

impl SlowLine {
    fn new(rate: u64, delay: Duration) -> Self {
        let now = start();
        Self {
            link: Downlink::new(now),
            now,
            rate,
            delay,
            arriving: VecDeque::new(),
            free_at: now,
            received: 0,
            cuts: 0,
            latest: Duration::ZERO,
        }
    }

    /// 25 frames of this size a second, in steps of 10 ms.
    fn carries(&mut self, frame: usize, time: Duration) {
        let until = self.now + time;
        let mut step = 0_u32;
        while self.now < until {
            self.link.has_drained(self.now);
            if step.is_multiple_of(4)
                && self.link.push(video(frame, false), self.now) == Pushed::Cut
            {
                self.cuts += 1;
            }
            if step.is_multiple_of(2) {
                self.link.push(audio(), self.now);
            }
            self.sends();
            self.receives();
            self.now += ms(10);
            step += 1;
        }
    }

    fn sends(&mut self) {
        while let Some(message) = self.link.next(self.now) {
            let bytes = message.len() as u64;
            let begins = self.free_at.max(self.now);
            self.free_at = begins + Duration::from_secs_f64(bytes as f64 / self.rate as f64);
            self.received += bytes;
            self.arriving
                .push_back((self.free_at + self.delay, self.received));
        }
    }

    fn receives(&mut self) {
        let mut acked = None;
        while let Some(&(at, bytes)) = self.arriving.front()
            && at <= self.now
        {
            acked = Some(bytes);
            self.arriving.pop_front();
        }
        self.latest = self.latest.max(self.link.queue_time(self.now));
        if let Some(bytes) = acked {
            self.link.ack(ack(bytes), self.now).expect("sent");
        }
    }
}

#[test]
fn audio_goes_before_video() {
    let now = start();
    let mut link = Downlink::new(now);
    link.push(video(1000, true), now);
    link.push(audio(), now);
    assert_eq!(link.next(now).map(|message| message[0]), Some(1));
    assert_eq!(link.next(now).map(|message| message[0]), Some(2));
    assert_eq!(link.next(now), None);
}

#[test]
fn no_more_is_under_way_than_the_window_but_audio() {
    let now = start();
    let mut link = Downlink::new(now);
    for _ in 0..100 {
        link.push(video(1984, false), now);
    }
    let sent = std::iter::from_fn(|| link.next(now)).count() * 2000;
    assert!(
        (15_000..=19_000).contains(&sent),
        "400 kbit/s × 0.3 s: {sent}"
    );
    link.push(audio(), now);
    assert!(link.next(now).is_some());
    assert!(link.next(now).is_none());
    assert_eq!(link.ack(ack(12_000), now + ms(100)), Ok(()));
    assert!(link.next(now + ms(100)).is_some());
}

#[test]
fn a_large_frame_travels_in_parts_and_audio_goes_between_them() {
    let now = start();
    let mut link = Downlink::new(now);
    link.push(video(5_000, true), now);
    let first = link.next(now).expect("a part");
    link.push(audio(), now);
    assert_eq!(link.next(now).map(|message| message[0]), Some(1));
    let rest = [(); 2].map(|()| link.next(now).expect("a part"));
    let lengths = [&first, &rest[0], &rest[1]].map(|part| (part.len() - HEADER, part[1]));
    assert_eq!(
        lengths,
        [(2_000, 3), (2_000, 3), (1_000, 1)],
        "key, and more follows"
    );
    assert_eq!((link.next(now), link.queued_bytes), (None, 0));
}

#[test]
fn a_cut_drops_the_rest_of_a_frame() {
    let now = start();
    let mut link = Downlink::new(now);
    link.push(video(100_000, true), now);
    while link.next(now).is_some() {}
    assert!(link.is_cut(now + ms(600)));
    assert_eq!((link.video.len(), link.queued_bytes), (0, 0));
}

#[test]
fn an_ack_of_more_than_was_sent_or_less_than_before_is_a_lie() {
    let now = start();
    let mut link = Downlink::new(now);
    link.push(video(84, true), now);
    link.next(now);
    assert_eq!(link.ack(ack(101), now), Err(WrongAck));
    assert_eq!(link.ack(ack(100), now), Ok(()));
    assert_eq!(link.ack(ack(99), now), Err(WrongAck));
}

#[test]
fn the_queue_is_bounded_when_the_page_reads_nothing() {
    let now = start();
    let mut link = Downlink::new(now);
    for i in 0..10_000 {
        let now = now + ms(10) * i;
        link.push(video(20_000, false), now);
        link.push(audio(), now);
        while link.next(now).is_some() {}
        assert!(
            link.queued_bytes <= MAX_BYTES + 20_000,
            "{}",
            link.queued_bytes
        );
        assert!(link.audio.len() <= 101);
    }
    assert!(link.flight.bytes() < 200_000, "{}", link.flight.bytes());
}

#[test]
fn layers_above_0_are_dropped_while_the_queue_is_old_and_come_back_in_sync() {
    let now = start();
    let mut link = Downlink::new(now);
    let push = |link: &mut Downlink, layer, sync, at| link.push(layered(layer, sync), now + ms(at));
    assert_eq!(push(&mut link, 0, false, 0), Pushed::Queued);
    assert_eq!(push(&mut link, 2, false, 40), Pushed::Queued);
    while link.next(now + ms(40)).is_some() {}
    let late = 360; // the round trip of 150 ms is not part of the queue
    assert_eq!(push(&mut link, 2, true, late), Pushed::Dropped);
    assert_eq!(push(&mut link, 0, false, late), Pushed::Queued);
    while link.next(now + ms(late)).is_some() {}
    link.ack(ack(3_048), now + ms(late)).expect("sent");
    assert_eq!(
        push(&mut link, 2, false, 500),
        Pushed::Dropped,
        "it may need one that was dropped"
    );
    assert_eq!(push(&mut link, 1, true, 540), Pushed::Queued);
    assert_eq!(push(&mut link, 2, false, 580), Pushed::Dropped);
    assert_eq!(push(&mut link, 2, true, 620), Pushed::Queued);
}

#[test]
fn a_line_that_is_fast_enough_loses_nothing() {
    let mut line = SlowLine::new(375_000, ms(140));
    line.carries(3_500, Duration::from_secs(20)); // 700 kbit/s
    assert_eq!(line.cuts, 0);
    assert!(line.latest < THIN_AGE, "{:?}", line.latest);
}

#[test]
fn a_slow_line_is_cut_and_its_queue_stays_below_two_seconds() {
    let mut line = SlowLine::new(50_000, ms(140)); // 400 kbit/s for 700
    line.carries(3_500, Duration::from_secs(20));
    assert!(line.cuts >= 3, "{}", line.cuts);
    assert!(line.latest < Duration::from_secs(2), "{:?}", line.latest);
    line.cuts = 0;
    line.carries(700, Duration::from_secs(10)); // the lower layer, 140 kbit/s
    line.latest = Duration::ZERO;
    line.cuts = 0;
    line.carries(700, Duration::from_secs(10));
    assert_eq!(line.cuts, 0);
    assert!(line.latest < THIN_AGE, "{:?}", line.latest);
}

#[test]
fn sequence_and_track_are_in_the_header() {
    let now = start();
    let mut link = Downlink::new(now);
    link.push(audio(), now);
    link.push(audio(), now);
    let first = link.next(now).expect("a message");
    let second = link.next(now).expect("a message");
    assert_eq!(
        (&first[2..8], &second[2..8]),
        (&[0, 2, 0, 0, 0, 0][..], &[0, 2, 0, 0, 0, 1][..])
    );
    assert_eq!(first.len(), HEADER + 100);
}

#[test]
fn no_video_is_queued_behind_what_was_under_way_at_a_cut() {
    let now = start();
    let mut link = Downlink::new(now);
    link.push(video(10_000, true), now);
    link.next(now);
    link.push(video(1_000, false), now + ms(10));
    assert!(
        link.is_cut(now + ms(600)),
        "400 ms beyond the round trip of 150"
    );
    assert_eq!(
        link.push(video(10_000, true), now + ms(800)),
        Pushed::Draining
    );
    assert!(!link.has_drained(now + ms(900)));
    link.ack(ack(2_016), now + ms(1000)).expect("sent");
    assert!(
        link.has_drained(now + ms(1000)) && !link.has_drained(now + ms(1001)),
        "once"
    );
    assert_eq!(
        link.push(video(10_000, true), now + ms(1100)),
        Pushed::Queued
    );
}

/// A queue that was cut at 600 ms, with 2,016 bytes under way.
fn cut(now: Instant) -> Downlink {
    let mut link = Downlink::new(now);
    link.push(video(4_000, true), now);
    link.next(now);
    link.push(video(1_000, false), now + ms(10));
    assert!(link.is_cut(now + ms(600)));
    link
}

#[test]
fn a_line_whose_round_trip_has_grown_does_not_drain_for_ever() {
    let now = start();
    let mut link = cut(now);
    for i in 1..=40 {
        let now = now + ms(600 + 50 * i);
        link.ack(ack(i), now).expect("sent");
        assert_eq!(link.has_drained(now), i == 40, "{i}");
    }
}

#[test]
fn a_line_that_stands_still_drains_once_it_goes_on() {
    let now = start();
    let mut link = cut(now);
    assert!(!link.is_stalled(now + ms(450)) && link.is_stalled(now + ms(451)));
    for i in 0..100 {
        assert!(!link.has_drained(now + ms(600 + 100 * i)));
    }
    link.ack(ack(2_016), now + ms(10_600)).expect("sent");
    assert!(link.has_drained(now + ms(10_600)));
    assert!(!link.is_stalled(now + ms(20_000)), "nothing is under way");
}
