//! Frames from the bridge, and encoded frames for it.

pub(crate) const AUDIO: u8 = 1;
pub(crate) const CAMERA: u8 = 2;

/// A frame from the bridge.
#[derive(Debug, PartialEq)]
pub(crate) struct Frame {
    pub(crate) kind: u8,
    pub(crate) key: bool,
    pub(crate) track: u16,
    pub(crate) sequence: u32,
    pub(crate) captured: u64,
    pub(crate) payload: Vec<u8>,
}

impl Frame {
    pub(crate) fn read(message: &[u8]) -> Self {
        let (head, payload) = message.split_at(16);
        Self {
            kind: head[0],
            key: head[1] & 1 == 1,
            track: u16::from_be_bytes([head[2], head[3]]),
            sequence: u32::from_be_bytes(head[4..8].try_into().expect("4 bytes")),
            captured: u64::from_be_bytes(head[8..16].try_into().expect("8 bytes")),
            payload: payload.to_vec(),
        }
    }
}

/// A VP8 frame of this size: a valid header, and bytes of this seed.
pub(crate) fn vp8(is_key: bool, size: usize, seed: u8) -> Vec<u8> {
    let header: &[u8] = if is_key {
        &[0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01]
    } else {
        &[0x11, 0x02, 0x00]
    };
    let bytes = (0..size - header.len()).map(|i| seed.wrapping_add(i.to_le_bytes()[0]));
    header.iter().copied().chain(bytes).collect()
}

/// An Opus packet of 20 ms with bytes of this seed.
pub(crate) fn opus(seed: u8) -> Vec<u8> {
    (0..80)
        .map(|i| if i == 0 { 0x78 } else { seed.wrapping_add(i) })
        .collect()
}

/// An access unit in H.264 that decodes without others: SPS, PPS and a slice, which ends with this seed.
pub(crate) fn h264(seed: u8) -> Vec<u8> {
    let sps = [0x67, 0x42, 0xc0, 0x1f, 0xda, 0x02, 0x80, 0xbf, 0xe5];
    let pps = [0x68, 0xce, 0x3c, 0x80];
    let slice: Vec<u8> = [0x65, 0x88]
        .into_iter()
        .chain([0x55; 3000])
        .chain([seed])
        .collect();
    let start = [0, 0, 0, 1];
    [&start[..], &sps, &start, &pps, &start, &slice].concat()
}
