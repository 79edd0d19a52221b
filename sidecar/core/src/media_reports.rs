//! How far video was seen to reach, by the pages that tried it.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::Now;

/// What was true of a phone's network ten minutes ago may not be so any more.
const LIFE_MS: u64 = 10 * 60 * 1000;

/// How far video was seen to reach, from the worst to the best.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum MediaGrade {
    /// No page has tried it lately, or none has seen any.
    #[default]
    Unknown,
    /// Straight to this machine, on the same network.
    Lan,
    /// Through a TURN server, from any network.
    Turn,
}

impl MediaGrade {
    /// As it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Lan => "lan",
            Self::Turn => "turn",
        }
    }
}

/// What kind of machine opened a link, as far as it told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Device {
    /// It did not tell.
    Unknown,
    /// A computer.
    Desktop,
    /// A phone or a tablet.
    Phone,
}

impl Device {
    /// As it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Desktop => "desktop",
            Self::Phone => "phone",
        }
    }
}

/// What a page reported lately: a phone's word counts before a computer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhoneReport {
    /// What it saw.
    pub grade: MediaGrade,
    /// Unix milliseconds.
    pub at: u64,
    /// Who saw it.
    pub device: Device,
}

/// The reports of the last ten minutes: of each kind the latest, so never more than twelve.
#[derive(Debug, Default)]
pub(crate) struct Reports {
    latest: BTreeMap<(Device, MediaGrade), u64>,
}

impl Reports {
    /// Takes one in. `at`, Unix milliseconds, is never later than now.
    pub(crate) fn add(&mut self, grade: MediaGrade, device: Device, at: u64, now: Now) {
        let at = at.min(now.unix_ms);
        let latest = self.latest.entry((device, grade)).or_default();
        *latest = at.max(*latest);
    }

    /// Without those that count no more; when the next of the others will not, by the monotonic clock.
    pub(crate) fn age(&mut self, now: Now) -> Option<Duration> {
        self.latest.retain(|_, at| *at + LIFE_MS > now.unix_ms);
        let oldest = self.latest.values().min()?;
        let left = (oldest + LIFE_MS).saturating_sub(now.unix_ms);
        Some(now.mono + Duration::from_millis(left))
    }

    /// The best that was seen.
    pub(crate) fn grade(&self) -> MediaGrade {
        let grades = self.latest.keys().map(|(_, grade)| *grade);
        grades.max().unwrap_or_default()
    }

    /// The latest, of a phone where there is one.
    pub(crate) fn phone(&self) -> Option<PhoneReport> {
        let reports = self.latest.iter();
        let (&(device, grade), &at) =
            reports.max_by_key(|((device, _), at)| (*device == Device::Phone, **at))?;
        Some(PhoneReport { grade, at, device })
    }
}
