//! What ten phones cost. Not part of every run, because figures need a quiet machine and a release build:
//! `scripts/slow phones`.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, interval, sleep};

use crate::frame::{AUDIO, CAMERA, opus, vp8};
use crate::phone::Phone;
use crate::stack::Stack;

const PHONES: usize = 10;
/// 700 kbit/s at 24 frames a second.
const FRAME: usize = 3_646;
const KEY_FRAME: usize = 15_000;
const MEASURED: Duration = Duration::from_secs(20);

/// What a phone may cost: CPU in percent of a core, and memory in KiB.
const MAX_CPU: f64 = 3.0;
const MAX_MEMORY: u64 = 2 * 1024;

/// Sends a camera and a microphone, and reads the other's, until `until`. Returns the video frames that it got.
async fn calls(mut phone: Phone, until: Instant) -> usize {
    let started = Instant::now();
    let mut ticks = interval(Duration::from_millis(20));
    let (mut got, mut sent) = (0, 0);
    for i in 0_u64.. {
        let captured = i * 20_000;
        let seed = i.to_le_bytes()[0];
        phone.sends(AUDIO, captured, &opus(seed)).await;
        let due = started.elapsed().as_millis() * 24 / 1_000;
        if due >= sent {
            let is_wanted = phone.has_heard(|message| message["type"] == "keyframe");
            let is_key = sent % 240 == 0 || is_wanted;
            let size = if is_key { KEY_FRAME } else { FRAME };
            phone
                .sends(CAMERA, captured, &vp8(is_key, size, seed))
                .await;
            sent += 1;
        }
        phone.reads_until(ticks.tick()).await;
        let frames = phone.frames();
        got += frames.iter().filter(|frame| frame.kind == CAMERA).count();
        if Instant::now() >= until {
            break;
        }
    }
    got
}

#[tokio::test]
#[ignore = "measures"]
async fn ten_phones_cost_little() {
    let stack = Stack::apart(|settings| {
        settings.phones = PHONES;
        settings.phones_per_address = PHONES;
    })
    .await;
    let process = stack.process();
    let idle = process.memory();
    let settled = Duration::from_secs(5);
    let until = Instant::now() + settled + MEASURED + Duration::from_secs(5);
    let mut phones = JoinSet::new();
    for i in 0..PHONES {
        let (phone, room) = (format!("phone-{i}"), format!("room-{}", i / 2));
        phones.spawn(calls(stack.joins_room(&phone, &room).await, until));
    }
    sleep(settled).await;
    let (cpu, began) = (process.cpu(), Instant::now());
    sleep(MEASURED).await;
    let used = (process.cpu() - cpu).as_secs_f64() / began.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss)]
    let cpu = used * 100.0 / PHONES as f64;
    let memory = (process.memory() - idle) / PHONES as u64;
    let frames: Vec<usize> = phones.join_all().await;
    println!("| CPU of the bridge for a phone | {cpu:.2} % of a core | goal <= {MAX_CPU} % |");
    println!(
        "| memory of the bridge: idle, and for a phone | {idle}, {memory} KiB | goal <= {MAX_MEMORY} KiB |"
    );
    println!("| video frames that a phone got in 30 s | {frames:?} | |");
    assert!(frames.iter().all(|got| *got > 400), "{frames:?}");
    assert!(
        cpu <= MAX_CPU && memory <= MAX_MEMORY,
        "{cpu} % {memory} KiB"
    );
}
