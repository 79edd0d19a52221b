//! Which track each section of the offer has.
//!
//! A section is never used for a second track: str0m would go on with the sequence numbers of the first, and drop what
//! arrives.

use std::collections::BTreeMap;

use str0m::media::Mid;

/// The sections that LiveKit has put tracks into.
#[derive(Debug, Default)]
pub(super) struct TrackSections(BTreeMap<Mid, Section>);

#[derive(Debug)]
struct Section {
    /// The first track, by SID.
    sid: String,
    is_closed: bool,
}

/// What follows from LiveKit's putting a track into a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placed {
    /// The section is the track's.
    Here,
    /// The section had another track: this one needs another section.
    Elsewhere,
    /// The track has ended, and its section with it.
    Closed,
}

impl TrackSections {
    /// Notes that a section has a track.
    pub(super) fn place(&mut self, mid: Mid, sid: &str) -> Placed {
        let section = self.0.entry(mid).or_insert_with(|| Section {
            sid: sid.to_owned(),
            is_closed: false,
        });
        match section {
            Section { sid: first, .. } if first != sid => Placed::Elsewhere,
            Section { is_closed, .. } if *is_closed => Placed::Closed,
            Section { .. } => Placed::Here,
        }
    }

    /// Returns the open section of a track.
    pub(super) fn of(&self, sid: &str) -> Option<Mid> {
        let is_of = |section: &Section| section.sid == sid && !section.is_closed;
        let found = self.0.iter().find(|(_, section)| is_of(section));
        found.map(|(mid, _)| *mid)
    }

    /// Closes the sections whose track is no more. Returns them.
    pub(super) fn close_unless(&mut self, is_alive: impl Fn(&str) -> bool) -> Vec<Mid> {
        let mut closed = Vec::new();
        for (mid, section) in &mut self.0 {
            if !section.is_closed && !is_alive(&section.sid) {
                section.is_closed = true;
                closed.push(*mid);
            }
        }
        closed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_has_one_track_only_and_closes_with_it_once() {
        let mut sections = TrackSections::default();
        let mid = Mid::from("3");
        assert_eq!(sections.place(mid, "TR_1"), Placed::Here);
        assert_eq!(sections.place(mid, "TR_1"), Placed::Here, "named again");
        assert_eq!(sections.of("TR_1"), Some(mid));
        assert_eq!(sections.place(mid, "TR_2"), Placed::Elsewhere);
        assert_eq!(sections.of("TR_2"), None);
        assert_eq!(sections.close_unless(|sid| sid == "TR_1"), []);
        assert_eq!(sections.close_unless(|_| false), [mid]);
        assert_eq!(sections.close_unless(|_| false), [], "once");
        assert_eq!(sections.of("TR_1"), None);
        assert_eq!(sections.place(mid, "TR_1"), Placed::Closed);
        assert_eq!(sections.place(mid, "TR_2"), Placed::Elsewhere);
    }
}
