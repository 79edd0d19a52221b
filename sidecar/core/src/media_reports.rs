//! Reports of pages about their video connection.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::Now;

/// Age at which a report expires, because the phone may be in another network by then.
const MAX_AGE_MS: u64 = 10 * 60 * 1000;

/// The observed video connection, from the one that reaches the fewest visitors to the one that reaches most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum MediaGrade {
    /// No page has reported one recently.
    #[default]
    Unknown,
    /// No video arrived.
    None,
    /// Directly to this machine, in the same network.
    Lan,
    /// Directly to this machine, from another network.
    Direct,
    /// Over the HTTP tunnel, from any network.
    Tunnel,
    /// Through a TURN server, from any network.
    Turn,
}

impl MediaGrade {
    /// Returns the value as it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::None => "none",
            Self::Lan => "lan",
            Self::Direct => "direct",
            Self::Tunnel => "tunnel",
            Self::Turn => "turn",
        }
    }
}

/// The kind of device that opened a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeviceClass {
    /// Not reported.
    Unknown,
    /// A computer.
    Desktop,
    /// A phone or a tablet.
    Phone,
}

impl DeviceClass {
    /// Returns the value as it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Desktop => "desktop",
            Self::Phone => "phone",
        }
    }
}

/// The latest report of a page; a phone's report takes precedence over a computer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhoneReport {
    /// The connection that it observed.
    pub grade: MediaGrade,
    /// When it reported, Unix milliseconds.
    pub at: u64,
    /// The device.
    pub device: DeviceClass,
}

/// The reports of the last ten minutes: the latest of each kind, so at most eighteen.
#[derive(Debug, Default)]
pub(crate) struct Reports {
    latest: BTreeMap<(DeviceClass, MediaGrade), u64>,
}

impl Reports {
    /// Adds a report. `at` is Unix milliseconds; a later time than now counts as now.
    pub(crate) fn add(&mut self, grade: MediaGrade, device: DeviceClass, at: u64, now: Now) {
        let at = at.min(now.unix_ms);
        let latest = self.latest.entry((device, grade)).or_default();
        *latest = at.max(*latest);
    }

    /// Removes expired reports, and returns when the next one expires, by the monotonic clock.
    pub(crate) fn remove_expired(&mut self, now: Now) -> Option<Duration> {
        self.latest.retain(|_, at| *at + MAX_AGE_MS > now.unix_ms);
        let oldest = self.latest.values().min()?;
        let left = (oldest + MAX_AGE_MS).saturating_sub(now.unix_ms);
        Some(now.mono + Duration::from_millis(left))
    }

    /// Returns the best observed connection.
    pub(crate) fn grade(&self) -> MediaGrade {
        let grades = self.latest.keys().map(|(_, grade)| *grade);
        grades.max().unwrap_or_default()
    }

    /// Returns the latest report, a phone's where there is one.
    pub(crate) fn phone(&self) -> Option<PhoneReport> {
        let reports = self.latest.iter();
        let (&(device, grade), &at) =
            reports.max_by_key(|((device, _), at)| (*device == DeviceClass::Phone, **at))?;
        Some(PhoneReport { grade, at, device })
    }
}
