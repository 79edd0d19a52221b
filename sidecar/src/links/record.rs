//! A link as stored in Redis.
//!
//! No `Debug`: the path holds the token.

use serde::{Deserialize, Serialize};

use crate::media_path::{MediaPath, Transport};
use sidelink_core::DeviceClass;

/// A link's purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LinkKind {
    /// A client meets a professional.
    Consultation,
    /// A user tests a phone.
    Check,
}

/// Everything about a link but its token. Times are Unix milliseconds.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LinkRecord {
    /// The link's purpose.
    pub kind: LinkKind,
    /// LiveKit's room: random, so that no log of rooms reveals a token.
    pub room: String,
    /// The app's own id; empty for a check.
    pub professional_id: String,
    /// The app's own id; empty for a check.
    pub client_id: String,
    /// The app's own term.
    pub consultation_type: String,
    /// The path in the app with the token in it; begins with `/`.
    pub path: String,
    /// The public hostname under which it was handed out last.
    pub host: String,
    /// Creation.
    pub created_at: u64,
    /// End: from then on no client joins by it.
    pub expires_at: u64,
    /// Limit of participants at a time.
    pub max_participants: u32,
    /// The first visit, once there was one.
    pub opened: Option<FirstVisit>,
    /// The best report about its video.
    pub report: Option<VideoReport>,
}

/// The first visit.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct FirstVisit {
    /// Unix milliseconds.
    pub at: u64,
    /// By its `User-Agent`.
    pub device: DeviceKind,
}

/// A page's report about its video.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VideoReport {
    /// Unix milliseconds.
    pub at: u64,
    /// The device of the page.
    pub device: DeviceKind,
    /// The path of the video.
    pub media: MediaPath,
    /// Whether signalling worked.
    pub signal: bool,
    /// The transport of the video.
    pub protocol: Option<Transport>,
    /// Round-trip time, milliseconds.
    pub rtt_ms: Option<u32>,
    /// From joining to the first frame, milliseconds.
    pub first_frame_ms: Option<u32>,
    /// The steps of a phone check.
    pub legs: Vec<ReportedStep>,
}

/// One step of a phone check.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct ReportedStep {
    /// The page's own term.
    pub name: String,
    /// Whether it worked.
    pub ok: bool,
}

/// A kind of device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceKind {
    /// A phone or a tablet.
    Phone,
    /// A computer.
    Desktop,
    /// The device is unknown.
    Unknown,
}

impl LinkRecord {
    /// Reports whether the link has ended.
    pub fn has_ended(&self, unix_ms: u64) -> bool {
        self.expires_at <= unix_ms
    }

    /// Returns the URL under this public hostname.
    pub fn url(&self, host: &str) -> String {
        format!("https://{host}{}", self.path)
    }

    /// Keeps the report, unless it is a computer's and a phone has reported.
    pub fn add_report(&mut self, report: VideoReport) {
        let phone = |report: &VideoReport| report.device == DeviceKind::Phone;
        let weaker = self.report.as_ref().is_some_and(phone) && !phone(&report);
        if !weaker {
            self.report = Some(report);
        }
    }
}

impl DeviceKind {
    /// Returns the kind by `User-Agent`. An iPad reports to be a Macintosh.
    pub fn of(user_agent: &str) -> Self {
        let has = |words: &[&str]| words.iter().any(|word| user_agent.contains(word));
        if has(&["Mobi", "Android", "iPhone", "iPad"]) {
            Self::Phone
        } else if has(&["Windows NT", "Macintosh", "X11", "CrOS"]) {
            Self::Desktop
        } else {
            Self::Unknown
        }
    }
}

impl From<DeviceKind> for DeviceClass {
    fn from(device: DeviceKind) -> Self {
        match device {
            DeviceKind::Phone => Self::Phone,
            DeviceKind::Desktop => Self::Desktop,
            DeviceKind::Unknown => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_recognized_by_its_user_agent() {
        for (agent, device) in [
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148",
                DeviceKind::Phone,
            ),
            (
                "Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/140.0 Mobile Safari/537.36",
                DeviceKind::Phone,
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/143.0",
                DeviceKind::Desktop,
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0",
                DeviceKind::Desktop,
            ),
            ("curl/8.5", DeviceKind::Unknown),
            ("", DeviceKind::Unknown),
        ] {
            assert_eq!(DeviceKind::of(agent), device, "{agent}");
        }
    }
}
