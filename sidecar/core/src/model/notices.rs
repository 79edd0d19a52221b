//! Notices: observations that do not break the public URL, shown for a day.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::diagnosis::Diagnosis;
use crate::event::Now;

/// Age at which a notice expires, because its cause may be fixed by then.
const MAX_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// An observation that does not break the public URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Notice {
    /// The app did not start an answer within the 90 s that Cloudflare's tunnels wait.
    AnswerTooSlow,
    /// An event stream passed through a quick tunnel, which holds it back until it ends.
    EventStreamHeld,
    /// More than 100 MB were uploaded on this machine; Cloudflare refuses such uploads.
    UploadTooLarge,
    /// All visitors of the public URL have the same private address.
    VisitorAddressUnknown,
    /// The app redirects browsers on this machine to HTTPS, which this machine does not serve.
    LocalHttpsForced,
}

impl Notice {
    /// All notices.
    pub const ALL: [Self; 5] = [
        Self::AnswerTooSlow,
        Self::EventStreamHeld,
        Self::UploadTooLarge,
        Self::VisitorAddressUnknown,
        Self::LocalHttpsForced,
    ];

    /// Returns the code of its diagnosis.
    pub fn code(self) -> &'static str {
        match self {
            Self::AnswerTooSlow => "answer_too_slow",
            Self::EventStreamHeld => "event_stream_held",
            Self::UploadTooLarge => "upload_too_large",
            Self::VisitorAddressUnknown => "visitor_address_unknown",
            Self::LocalHttpsForced => "local_https_forced",
        }
    }

    /// Reports whether it never expires, because it is checked each time that the app starts.
    fn lasts(self) -> bool {
        self == Self::LocalHttpsForced
    }
}

/// The present notices.
#[derive(Debug, Default)]
pub(super) struct Notices {
    /// When each was last observed, by the monotonic clock.
    observed: BTreeMap<Notice, Duration>,
    /// Paths of the gateway that the app also serves.
    taken_routes: Vec<&'static str>,
}

impl Notices {
    /// Records an observation.
    pub(super) fn add(&mut self, notice: Notice, now: Now) {
        self.observed.insert(notice, now.mono);
    }

    /// Removes a notice that no longer applies.
    pub(super) fn remove(&mut self, notice: Notice) {
        self.observed.remove(&notice);
    }

    /// Replaces the list of paths that the app also serves.
    pub(super) fn set_taken_routes(&mut self, paths: Vec<&'static str>) {
        self.taken_routes = paths;
    }

    /// Returns the diagnoses of all notices. `over_cloudflare`: the public URL is one of Cloudflare's.
    pub(super) fn reasons(&self, over_cloudflare: bool, now: Now) -> Vec<Diagnosis> {
        let is_kept = |notice: &Notice, at: &Duration| {
            notice.lasts() || now.mono.saturating_sub(*at) < MAX_AGE
        };
        let counts = |notice: &Notice| *notice != Notice::UploadTooLarge || over_cloudflare;
        let observed = self
            .observed
            .iter()
            .filter(|(notice, at)| counts(notice) && is_kept(notice, at));
        let observed = observed.map(|(notice, _)| Diagnosis::of_code(notice.code(), ""));
        let taken = (!self.taken_routes.is_empty())
            .then(|| Diagnosis::of_code("routes_taken", &self.taken_routes.join(", ")));
        observed.chain(taken).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: u64) -> Now {
        Now {
            unix_ms: 0,
            mono: Duration::from_secs(hours * 3600),
        }
    }

    fn codes(notices: &Notices, over_cloudflare: bool, now: Now) -> Vec<&'static str> {
        let reasons = notices.reasons(over_cloudflare, now);
        reasons.iter().map(Diagnosis::code).collect()
    }

    #[test]
    fn each_is_shown_once_and_for_a_day_after_the_last_observation() {
        let mut notices = Notices::default();
        for hour in [0, 1, 5] {
            notices.add(Notice::AnswerTooSlow, at(hour));
        }
        assert_eq!(codes(&notices, true, at(28)), ["answer_too_slow"]);
        assert!(codes(&notices, true, at(29)).is_empty());
    }

    #[test]
    fn a_large_upload_matters_where_cloudflare_would_refuse_it() {
        let mut notices = Notices::default();
        notices.add(Notice::UploadTooLarge, at(0));
        assert_eq!(codes(&notices, true, at(1)), ["upload_too_large"]);
        assert!(codes(&notices, false, at(1)).is_empty());
    }

    #[test]
    fn forced_https_is_shown_until_the_app_no_longer_forces_it() {
        let mut notices = Notices::default();
        notices.add(Notice::LocalHttpsForced, at(0));
        assert_eq!(codes(&notices, false, at(72)), ["local_https_forced"]);
        notices.remove(Notice::LocalHttpsForced);
        assert!(codes(&notices, false, at(72)).is_empty());
    }

    #[test]
    fn a_removed_notice_is_not_shown() {
        let mut notices = Notices::default();
        notices.add(Notice::VisitorAddressUnknown, at(0));
        notices.set_taken_routes(vec!["/stream"]);
        assert_eq!(
            codes(&notices, false, at(1)),
            ["visitor_address_unknown", "routes_taken"]
        );
        notices.remove(Notice::VisitorAddressUnknown);
        notices.set_taken_routes(Vec::new());
        assert!(codes(&notices, false, at(1)).is_empty());
    }
}
