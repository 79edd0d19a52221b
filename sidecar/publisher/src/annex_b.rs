//! H.264 as WebRTC packetises it: with start codes (Annex B) and with the parameter sets before each key frame. Matroska
//! has lengths instead, and the parameter sets once, in an `avcC` record (ISO/IEC 14496-15, 5.3.3.1).

const START_CODE: [u8; 4] = [0, 0, 0, 1];
const IDR: u8 = 5;
const SPS: u8 = 7;
/// Marks where a picture begins, which RTP does too.
const DELIMITER: u8 = 9;

/// Turns Matroska's frames into ones with start codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AnnexB {
    length_size: usize,
    /// SPS and PPS with their start codes.
    parameters: Vec<u8>,
}

impl AnnexB {
    /// Reads an `avcC` record. Returns `None` if it is not one.
    pub(crate) fn of(record: &[u8]) -> Option<Self> {
        let [1, _, _, _, sizes, count, sets @ ..] = record else {
            return None;
        };
        let mut parameters = Vec::new();
        let sets = parameter_sets(sets, count & 0x1f, &mut parameters)?;
        let (count, sets) = sets.split_first()?;
        parameter_sets(sets, *count, &mut parameters)?;
        Some(Self {
            length_size: usize::from(sizes & 3) + 1,
            parameters,
        })
    }

    /// Returns the frame with start codes, or `None` if its lengths are wrong.
    pub(crate) fn convert(&self, frame: &[u8]) -> Option<Vec<u8>> {
        let units: Vec<&[u8]> = self.units(frame)?;
        let has = |kind| units.iter().any(|unit| kind_of(unit) == kind);
        let mut converted = Vec::with_capacity(frame.len() + self.parameters.len() + 16);
        if has(IDR) && !has(SPS) {
            converted.extend_from_slice(&self.parameters);
        }
        for unit in units.into_iter().filter(|unit| kind_of(unit) != DELIMITER) {
            converted.extend_from_slice(&START_CODE);
            converted.extend_from_slice(unit);
        }
        Some(converted)
    }

    fn units<'a>(&self, mut frame: &'a [u8]) -> Option<Vec<&'a [u8]>> {
        let mut units = Vec::new();
        while !frame.is_empty() {
            let (length, rest) = frame.split_at_checked(self.length_size)?;
            let length = length
                .iter()
                .fold(0, |sum, &byte| sum << 8 | usize::from(byte));
            let (unit, rest) = rest.split_at_checked(length)?;
            if !unit.is_empty() {
                units.push(unit);
            }
            frame = rest;
        }
        Some(units)
    }
}

fn kind_of(unit: &[u8]) -> u8 {
    unit.first().map_or(0, |byte| byte & 0x1f)
}

/// Appends `count` parameter sets. Returns what follows them.
fn parameter_sets<'a>(mut sets: &'a [u8], count: u8, to: &mut Vec<u8>) -> Option<&'a [u8]> {
    for _ in 0..count {
        let (length, rest) = sets.split_first_chunk::<2>()?;
        let (set, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        to.extend_from_slice(&START_CODE);
        to.extend_from_slice(set);
        sets = rest;
    }
    Some(sets)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An SPS of two bytes, a PPS of one, lengths of four bytes.
    const RECORD: &[u8] = &[
        1, 0x42, 0xe0, 0x1f, 0xff, 0xe1, 0, 2, 0x67, 9, 1, 0, 1, 0x68,
    ];

    #[test]
    fn a_key_frame_begins_with_the_parameter_sets_and_another_frame_does_not() {
        let annex_b = AnnexB::of(RECORD).expect("a record");
        let key = annex_b.convert(&[0, 0, 0, 2, 0x09, 0xf0, 0, 0, 0, 2, 0x65, 1]);
        let sets = [0, 0, 0, 1, 0x67, 9, 0, 0, 0, 1, 0x68];
        assert_eq!(key, Some([&sets[..], &[0, 0, 0, 1, 0x65, 1]].concat()));
        let other = annex_b.convert(&[0, 0, 0, 1, 0x41]);
        assert_eq!(other, Some(vec![0, 0, 0, 1, 0x41]));
        let own = annex_b.convert(&[0, 0, 0, 2, 0x67, 8, 0, 0, 0, 1, 0x65]);
        assert_eq!(own, Some(vec![0, 0, 0, 1, 0x67, 8, 0, 0, 0, 1, 0x65]));
    }

    #[test]
    fn what_is_cut_off_is_refused() {
        let annex_b = AnnexB::of(RECORD).expect("a record");
        for frame in [
            &[0, 0][..],
            &[0, 0, 0, 9, 0x65],
            &[0xff, 0xff, 0xff, 0xff, 0x65],
        ] {
            assert_eq!(annex_b.convert(frame), None, "{frame:?}");
        }
        for length in 0..RECORD.len() {
            assert_eq!(AnnexB::of(&RECORD[..length]), None, "{length}");
        }
        assert_eq!(AnnexB::of(&[0, 0, 0, 1, 0x67]), None, "start codes");
    }
}
