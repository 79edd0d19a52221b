//! Binary messages: a header of 16 bytes, big-endian, and one encoded frame.

use bytes::{BufMut, Bytes, BytesMut};

/// Size of the header, bytes.
pub(crate) const HEADER: usize = 16;
/// Size of a whole message, bytes.
pub(crate) const MAX_FRAME: usize = 256 * 1024;
/// Size of an Opus packet of one frame, bytes (RFC 6716, 3.4).
pub(crate) const MAX_OPUS: usize = 1275;
/// The lowest audio level, −dBov.
const SILENCE: u16 = 127;

const KEY: u8 = 1;
const MORE: u8 = 2;
const LAYER_SHIFT: u8 = 4;
const LAYER: u8 = 0b0111_0000;

/// The source of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Audio,
    Camera,
    Screen,
}

/// The first 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) kind: Kind,
    pub(crate) key: bool,
    /// Down: whether the next message of the track goes on with this frame.
    pub(crate) more: bool,
    /// The temporal layer, 0 to 7.
    pub(crate) layer: u8,
    /// Down: the track. Up: the audio level in −dBov, 0 for video.
    pub(crate) number: u16,
    pub(crate) sequence: u32,
    /// Capture time, microseconds on the sender's clock.
    pub(crate) captured: u64,
}

/// What is wrong with a binary message. The text is the reason with which the socket is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FrameError {
    #[error("a frame is shorter than its header")]
    Short,
    #[error("a frame is longer than 256 KiB, or an Opus packet than 1275 bytes")]
    Long,
    #[error("a frame has an unknown kind")]
    Kind,
    #[error("a frame has unknown flags")]
    Flags,
    #[error("a frame has an audio level above 127, or a video frame has one")]
    Level,
}

impl Kind {
    fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Audio),
            2 => Some(Self::Camera),
            3 => Some(Self::Screen),
            _ => None,
        }
    }

    fn byte(self) -> u8 {
        match self {
            Self::Audio => 1,
            Self::Camera => 2,
            Self::Screen => 3,
        }
    }

    pub(crate) fn is_audio(self) -> bool {
        self == Self::Audio
    }
}

impl Header {
    /// Returns the message of this header and the encoded bytes.
    pub(crate) fn message(&self, payload: &[u8]) -> Bytes {
        let mut out = BytesMut::with_capacity(HEADER + payload.len());
        out.put_u8(self.kind.byte());
        let more = if self.more { MORE } else { 0 };
        out.put_u8(u8::from(self.key) | more | ((self.layer << LAYER_SHIFT) & LAYER));
        out.put_u16(self.number);
        out.put_u32(self.sequence);
        out.put_u64(self.captured);
        out.put_slice(payload);
        out.freeze()
    }
}

/// Reads a message of the page.
pub(crate) fn parse(message: &[u8]) -> Result<(Header, &[u8]), FrameError> {
    let Some((head, payload)) = message.split_first_chunk::<HEADER>() else {
        return Err(FrameError::Short);
    };
    let &[kind, flags, n0, n1, s0, s1, s2, s3, ..] = head;
    let &[.., c0, c1, c2, c3, c4, c5, c6, c7] = head;
    let kind = Kind::from_byte(kind).ok_or(FrameError::Kind)?;
    if flags & !(KEY | LAYER) != 0 {
        return Err(FrameError::Flags);
    }
    let header = Header {
        kind,
        key: flags & KEY != 0,
        more: false,
        layer: (flags & LAYER) >> LAYER_SHIFT,
        number: u16::from_be_bytes([n0, n1]),
        sequence: u32::from_be_bytes([s0, s1, s2, s3]),
        captured: u64::from_be_bytes([c0, c1, c2, c3, c4, c5, c6, c7]),
    };
    check(&header, message.len(), payload.len())?;
    Ok((header, payload))
}

fn check(header: &Header, message: usize, payload: usize) -> Result<(), FrameError> {
    let loudest = if header.kind.is_audio() { SILENCE } else { 0 };
    if payload == 0 {
        return Err(FrameError::Short);
    }
    if message > MAX_FRAME || (header.kind.is_audio() && payload > MAX_OPUS) {
        return Err(FrameError::Long);
    }
    if header.number > loudest {
        return Err(FrameError::Level);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A xorshift generator: the same numbers in each run.
    struct Numbers(u64);

    impl Numbers {
        fn next(&mut self) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0
        }

        fn below(&mut self, bound: usize) -> usize {
            usize::try_from(self.next() >> 33).expect("32 bits") % bound
        }
    }

    fn valid(numbers: &mut Numbers) -> (Header, Vec<u8>) {
        let kind = [Kind::Audio, Kind::Camera, Kind::Screen][numbers.below(3)];
        let header = Header {
            kind,
            key: numbers.below(2) == 0,
            more: false,
            layer: u8::try_from(numbers.below(8)).expect("small"),
            number: if kind.is_audio() {
                u16::try_from(numbers.below(128)).expect("small")
            } else {
                0
            },
            sequence: u32::try_from(numbers.next() >> 32).expect("32 bits"),
            captured: numbers.next(),
        };
        let payload = (0..=numbers.below(40))
            .map(|i| i.to_le_bytes()[0])
            .collect();
        (header, payload)
    }

    #[test]
    fn a_message_has_the_layout_of_the_protocol() {
        let header = Header {
            kind: Kind::Screen,
            key: true,
            more: true,
            layer: 2,
            number: 0x0102,
            sequence: 0x0304_0506,
            captured: 0x0708_090a_0b0c_0d0e,
        };
        let bytes = [
            3, 0x23, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0xaa, 0xbb,
        ];
        assert_eq!(&header.message(&[0xaa, 0xbb])[..], bytes);
    }

    #[test]
    fn limits_are_enforced() {
        let frame = |kind: u8, flags: u8, level: u8, length: usize| {
            let mut bytes = vec![0; HEADER + length];
            (bytes[0], bytes[1], bytes[3]) = (kind, flags, level);
            parse(&bytes).map(|_| ())
        };
        assert_eq!(frame(1, 0, 127, 1275), Ok(()));
        assert_eq!(frame(2, 1, 0, MAX_FRAME - HEADER), Ok(()));
        assert_eq!(frame(1, 0, 128, 10), Err(FrameError::Level));
        assert_eq!(frame(2, 0, 1, 10), Err(FrameError::Level));
        assert_eq!(frame(1, 0, 0, 1276), Err(FrameError::Long));
        assert_eq!(frame(2, 0, 0, MAX_FRAME), Err(FrameError::Long));
        assert_eq!(frame(0, 0, 0, 10), Err(FrameError::Kind));
        assert_eq!(frame(4, 0, 0, 10), Err(FrameError::Kind));
        assert_eq!(frame(2, 0x80, 0, 10), Err(FrameError::Flags));
        assert_eq!(frame(2, 2, 0, 10), Err(FrameError::Flags));
        assert_eq!(frame(2, 1, 0, 0), Err(FrameError::Short));
        assert_eq!(parse(&[1; 15]), Err(FrameError::Short));
    }

    #[test]
    fn a_million_messages_never_panic_and_each_valid_one_survives() {
        let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
        for round in 0..1_000_000 {
            if round % 2 == 0 {
                let noise: Vec<u8> = (0..numbers.below(48))
                    .map(|_| numbers.next().to_le_bytes()[0])
                    .collect();
                let _ = parse(&noise);
                continue;
            }
            let (header, payload) = valid(&mut numbers);
            let message = header.message(&payload);
            assert_eq!(parse(&message), Ok((header, &payload[..])));
            let mut mutated = message.to_vec();
            let at = numbers.below(mutated.len());
            mutated[at] ^= numbers.next().to_le_bytes()[0];
            mutated.truncate(numbers.below(mutated.len() + 1));
            if let Ok((header, payload)) = parse(&mutated) {
                assert_eq!(header.message(payload), mutated, "nothing is lost");
            }
        }
    }
}
