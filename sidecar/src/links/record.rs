//! A link as Redis keeps it.
//!
//! No `Debug`: the path holds the token.

use serde::{Deserialize, Serialize};

use sidelink_core::{self, MediaGrade};

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A client meets a professional.
    Consultation,
    /// A phone is tried.
    Check,
}

/// Everything about a link but its token. Times are Unix milliseconds.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// What it is for.
    pub kind: Kind,
    /// LiveKit's room: random, so that no log of a room tells a token.
    pub room: String,
    /// The app's own id; empty for a check.
    pub professional_id: String,
    /// The app's own id; empty for a check.
    pub client_id: String,
    /// The app's own word.
    pub consultation_type: String,
    /// Where it leads, with the token in its place; begins with `/`.
    pub path: String,
    /// The public name under which it was handed out last.
    pub host: String,
    /// When it was made.
    pub created_at: u64,
    /// From then on nobody joins by it.
    pub expires_at: u64,
    /// LiveKit lets no more in at a time.
    pub max_participants: u32,
    /// By whom it was opened first, once it was.
    pub opened: Option<Opened>,
    /// What a page saw of its video.
    pub report: Option<Report>,
}

/// The first visit.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Opened {
    /// When.
    pub at: u64,
    /// By its `User-Agent`.
    pub device: Device,
}

/// What a page saw of its video.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// When it was told.
    pub at: u64,
    /// Who told it.
    pub device: Device,
    /// How the video came.
    pub media: Media,
    /// Signalling worked.
    pub signal: bool,
    /// What carried it.
    pub protocol: Option<Protocol>,
    /// There and back, milliseconds.
    pub rtt_ms: Option<u32>,
    /// From joining to the first picture, milliseconds.
    pub first_frame_ms: Option<u32>,
    /// The parts of a check.
    pub legs: Vec<Leg>,
}

/// One part of a check.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Leg {
    /// The page's own word.
    pub name: String,
    /// It worked.
    pub ok: bool,
}

/// A kind of machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Device {
    /// A phone or a tablet.
    Phone,
    /// A computer.
    Desktop,
    /// It did not tell.
    Unknown,
}

/// How the video came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Media {
    /// It did not.
    None,
    /// Straight from this machine, on the same network.
    Lan,
    /// Through a TURN server.
    Turn,
}

/// What carried it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// UDP.
    Udp,
    /// TCP.
    Tcp,
    /// TLS over TCP.
    Tls,
}

impl Record {
    /// Nobody joins by it any more.
    pub fn has_ended(&self, unix_ms: u64) -> bool {
        self.expires_at <= unix_ms
    }

    /// Under this public name.
    pub fn url(&self, host: &str) -> String {
        format!("https://{host}{}", self.path)
    }

    /// Takes a report in; a phone's word counts before a computer's.
    pub fn reported(&mut self, report: Report) {
        let phone = |report: &Report| report.device == Device::Phone;
        let weaker = self.report.as_ref().is_some_and(phone) && !phone(&report);
        if !weaker {
            self.report = Some(report);
        }
    }
}

impl Device {
    /// From `User-Agent`. An iPad calls itself a Macintosh.
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

impl From<Device> for sidelink_core::DeviceClass {
    fn from(device: Device) -> Self {
        match device {
            Device::Phone => Self::Phone,
            Device::Desktop => Self::Desktop,
            Device::Unknown => Self::Unknown,
        }
    }
}

impl From<Media> for MediaGrade {
    fn from(media: Media) -> Self {
        match media {
            Media::None => Self::Unknown,
            Media::Lan => Self::Lan,
            Media::Turn => Self::Turn,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_told_by_its_user_agent() {
        for (agent, device) in [
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148",
                Device::Phone,
            ),
            (
                "Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/140.0 Mobile Safari/537.36",
                Device::Phone,
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/143.0",
                Device::Desktop,
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0",
                Device::Desktop,
            ),
            ("curl/8.5", Device::Unknown),
            ("", Device::Unknown),
        ] {
            assert_eq!(Device::of(agent), device, "{agent}");
        }
    }
}
