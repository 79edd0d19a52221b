//! The frames of ffmpeg's Matroska stream, in a separate thread, because the reader blocks.

use std::io::Read;
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc;
use webm_iterable::WebmIterator;
use webm_iterable::matroska_spec::{Block, MatroskaSpec};

use crate::annex_b::AnnexB;

/// Frames that are read ahead. ffmpeg waits for more room.
const READ_AHEAD: usize = 64;
/// Size of an element, bytes. A picture at 8 Mbit/s stays far below.
const MAX_ELEMENT: usize = 8 * 1024 * 1024;
/// ffmpeg numbers the streams in the order of its `-map`.
const VIDEO: u64 = 1;

/// A frame of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Demuxed {
    pub(crate) is_audio: bool,
    /// Since the beginning of the stream.
    pub(crate) time: Duration,
    pub(crate) payload: Vec<u8>,
}

/// Reads the stream's frames until it ends, or the receiver is dropped.
pub(crate) fn frames(stream: impl Read + Send + 'static) -> mpsc::Receiver<Demuxed> {
    let (frames, taken) = mpsc::channel(READ_AHEAD);
    thread::spawn(move || {
        let mut demuxer = Demuxer::default();
        let mut elements = WebmIterator::new(stream, &[]);
        elements.set_max_allowable_tag_size(Some(MAX_ELEMENT));
        for element in elements {
            let element = match element {
                Ok(element) => element,
                Err(error) => return tracing::warn!(%error, "the stream of ffmpeg ends early"),
            };
            for frame in demuxer.take(element) {
                if frames.blocking_send(frame).is_err() {
                    return;
                }
            }
        }
    });
    taken
}

/// What is known of the stream so far.
#[derive(Debug, Default)]
struct Demuxer {
    track: u64,
    cluster: u64,
    annex_b: Option<AnnexB>,
}

impl Demuxer {
    fn take(&mut self, element: MatroskaSpec) -> Vec<Demuxed> {
        match element {
            MatroskaSpec::TrackNumber(number) => self.track = number,
            MatroskaSpec::CodecPrivate(record) if self.track == VIDEO => {
                self.annex_b = AnnexB::of(&record);
            }
            MatroskaSpec::Timestamp(time) => self.cluster = time,
            MatroskaSpec::SimpleBlock(block) | MatroskaSpec::Block(block) => {
                return self.block(&block);
            }
            _ => {}
        }
        Vec::new()
    }

    fn block(&self, bytes: &[u8]) -> Vec<Demuxed> {
        let Ok(block) = Block::try_from(bytes) else {
            return Vec::new();
        };
        let time = self.cluster.saturating_add_signed(block.timestamp.into());
        let frames = block.read_frame_data().unwrap_or_default();
        let convert = |payload: &[u8]| match &self.annex_b {
            Some(annex_b) if block.track == VIDEO => annex_b.convert(payload),
            _ => Some(payload.to_vec()),
        };
        let payloads = frames.iter().filter_map(|frame| convert(frame.data));
        payloads
            .map(|payload| Demuxed {
                is_audio: block.track != VIDEO,
                time: Duration::from_millis(time), // as ffmpeg writes Matroska's times
                payload,
            })
            .collect()
    }
}
