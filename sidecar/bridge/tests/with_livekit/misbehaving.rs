//! A phone that misbehaves ends its own connection only. Two others talk meanwhile, and lose nothing.

use std::time::Duration;

use serde_json::json;
use tokio::task::JoinHandle;
use tokio::time::{Instant, interval, sleep, timeout};

use crate::frame::{AUDIO, CAMERA, opus, vp8};
use crate::phone::Phone;
use crate::stack::{Stack, hello};

/// Memory that a phone may take at its worst, KiB: its queues, and WebSocket's largest message.
const MAX_MEMORY: u64 = 8 * 1024;
/// Longest time between two frames of a call that is not disturbed.
const MAX_GAP: Duration = Duration::from_secs(1);

/// A call of two phones that goes on until it is asked how it was.
struct Call {
    stop: tokio::sync::oneshot::Sender<()>,
    talking: JoinHandle<(usize, Duration)>,
}

impl Call {
    async fn starts(stack: &Stack) -> Self {
        let ana = stack.joins_room("ana", "quiet").await;
        let bia = stack.joins_room("bia", "quiet").await;
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let talking = tokio::spawn(talks(ana, bia, stopped));
        Self { stop, talking }
    }

    /// Ends it. Every second had its frames.
    async fn was_undisturbed(self) {
        self.stop.send(()).expect("talks");
        let (frames, gap) = self.talking.await.expect("both go on");
        assert!(
            frames > 0 && gap < MAX_GAP,
            "{frames} frames, a gap of {gap:?}"
        );
    }
}

/// Ana sends to Bia. Returns how many frames came, and the longest time between two.
async fn talks(
    mut ana: Phone,
    mut bia: Phone,
    mut stopped: tokio::sync::oneshot::Receiver<()>,
) -> (usize, Duration) {
    let mut ticks = interval(Duration::from_millis(20));
    let (mut frames, mut gap, mut last) = (0, Duration::ZERO, None::<Instant>);
    for i in 0_u64.. {
        let seed = i.to_le_bytes()[0];
        ana.sends(AUDIO, i * 20_000, &opus(seed)).await;
        if i % 2 == 0 {
            ana.sends(CAMERA, i * 20_000, &vp8(i % 50 == 0, 2_500, seed))
                .await;
        }
        tokio::select! {
            () = bia.reads_until(ticks.tick()) => {}
            () = ana.reads_until(std::future::pending::<()>()) => {}
        }
        let came = bia.frames().len();
        if came > 0 {
            gap = gap.max(last.map_or(Duration::ZERO, |last| last.elapsed()));
            last = Some(Instant::now());
        }
        frames += came;
        if stopped.try_recv().is_ok() {
            break;
        }
    }
    (frames, gap)
}

async fn roomy() -> Stack {
    Stack::apart(|settings| {
        settings.phones = 20;
        settings.phones_per_address = 20;
    })
    .await
}

#[tokio::test]
async fn a_phone_that_floods_sends_garbage_or_lies_about_sizes_ends_itself_only() {
    let stack = roomy().await;
    let call = Call::starts(&stack).await;
    let before = stack.process().memory();
    for round in 0..3 {
        for misdeed in [
            floods_texts,
            floods_frames,
            claims_a_huge_message,
            sends_garbage,
        ] {
            let mallory = stack.joins(&format!("mallory-{round}")).await;
            misdeed(mallory).await;
        }
        let taken = stack.process().memory().saturating_sub(before);
        assert!(taken < MAX_MEMORY, "{taken} KiB");
    }
    call.was_undisturbed().await;
}

type Done = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

fn floods_texts(mut mallory: Phone) -> Done {
    Box::pin(async move {
        for _ in 0..2_000 {
            mallory
                .says_if_open(&json!({ "type": "keyframe", "track": 1 }))
                .await;
        }
        let (code, reason) = mallory.is_closed().await;
        assert_eq!((code, &*reason), (1008, "too many messages"));
    })
}

fn floods_frames(mut mallory: Phone) -> Done {
    Box::pin(async move {
        let header = [CAMERA, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        for _ in 0..50 {
            let frame = [&header[..], &vp8(true, 250_000, 1)].concat();
            mallory.sends_raw(frame).await;
        }
        assert_ends(&mut mallory, &[1008, 1006]).await;
    })
}

/// WebSocket's header says 2^40 bytes.
fn claims_a_huge_message(mut mallory: Phone) -> Done {
    Box::pin(async move {
        let header = [0x82, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4];
        mallory.writes(&[&header[..], &[0; 1_000]].concat()).await;
        assert_ends(&mut mallory, &[1008, 1009, 1006]).await;
    })
}

fn sends_garbage(mut mallory: Phone) -> Done {
    Box::pin(async move {
        mallory.writes(&[0xee; 5_000]).await;
        assert_ends(&mut mallory, &[1008, 1002, 1006]).await;
    })
}

async fn assert_ends(mallory: &mut Phone, codes: &[u16]) {
    let (code, reason) = mallory.is_closed().await;
    assert!(codes.contains(&code), "{code} {reason}");
}

#[tokio::test]
async fn a_phone_that_stops_reading_ends_itself_only() {
    let stack = roomy().await;
    let call = Call::starts(&stack).await;
    let mut mallory = stack.joins("mallory").await;
    let mut caio = stack.joins("caio").await;
    caio.finds("mallory", "camera").await;
    let before = stack.process().memory();
    let mut ticks = interval(Duration::from_millis(20));
    let left = async {
        for i in 0_u64.. {
            // Mallory goes on to send, so her socket is not silent.
            mallory.sends(AUDIO, i * 20_000, &opus(0)).await;
            caio.sends(AUDIO, i * 20_000, &opus(1)).await;
            if i % 2 == 0 {
                caio.sends(CAMERA, i * 20_000, &vp8(i % 50 == 0, 3_000, 1))
                    .await;
            }
            caio.reads_until(ticks.tick()).await;
            if caio.has_heard(|message| message["type"] == "muted" && message["muted"] == true) {
                return;
            }
        }
    };
    timeout(Duration::from_secs(25), left)
        .await
        .expect("mallory's tracks are muted");
    let taken = stack.process().memory().saturating_sub(before);
    assert!(taken < MAX_MEMORY, "{taken} KiB");
    call.was_undisturbed().await;
}

#[tokio::test]
async fn a_token_that_is_used_again_and_again_replaces_its_own_phone_only() {
    let stack = roomy().await;
    let call = Call::starts(&stack).await;
    let mut first = stack.joins("mallory").await;
    for _ in 0..5 {
        let mut again = Phone::opens(stack.bridge).await;
        again.says(&hello("mallory", Some("a guess"))).await;
        assert_eq!(again.hears("joined").await["resumed"], false);
        assert_eq!(first.hears("leave").await["reason"], "replaced");
        first = again;
    }
    sleep(Duration::from_millis(500)).await;
    call.was_undisturbed().await;
}
