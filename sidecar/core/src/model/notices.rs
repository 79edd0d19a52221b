//! What was met in passing and does not break the public URL: a person is told of it, for a day.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::diagnosis::Diagnosis;
use crate::event::Now;

/// Seen yesterday at the same hour, it may have been mended since.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// What was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Notice {
    /// An answer of the app did not begin within the 90 s that Cloudflare's tunnels wait.
    AnswerTooSlow,
    /// An event stream went over a quick tunnel, which holds it back until it ends.
    EventStreamHeld,
    /// More than 100 MB were uploaded on this machine; Cloudflare refuses that.
    UploadTooLarge,
    /// Every visitor of the public URL has one and the same private address.
    VisitorAddressUnknown,
    /// The app sends browsers on this machine to https, which nothing speaks there.
    LocalHttpsForced,
}

impl Notice {
    /// Each of them.
    pub const ALL: [Self; 5] = [
        Self::AnswerTooSlow,
        Self::EventStreamHeld,
        Self::UploadTooLarge,
        Self::VisitorAddressUnknown,
        Self::LocalHttpsForced,
    ];

    /// The code of its row in the table of diagnoses.
    pub fn code(self) -> &'static str {
        match self {
            Self::AnswerTooSlow => "answer_too_slow",
            Self::EventStreamHeld => "event_stream_held",
            Self::UploadTooLarge => "upload_too_large",
            Self::VisitorAddressUnknown => "visitor_address_unknown",
            Self::LocalHttpsForced => "local_https_forced",
        }
    }

    /// It is looked for each time that the app comes up, so it is true until something else is found.
    fn lasts(self) -> bool {
        self == Self::LocalHttpsForced
    }
}

/// All that was met lately.
#[derive(Debug, Default)]
pub(super) struct Notices {
    /// When each was met last, by the monotonic clock.
    met: BTreeMap<Notice, Duration>,
    /// Paths of ours that the app answers itself.
    taken: Vec<&'static str>,
}

impl Notices {
    pub(super) fn met(&mut self, notice: Notice, now: Now) {
        self.met.insert(notice, now.mono);
    }

    /// A visitor was known by his own address.
    pub(super) fn is_over(&mut self, notice: Notice) {
        self.met.remove(&notice);
    }

    pub(super) fn takes(&mut self, paths: Vec<&'static str>) {
        self.taken = paths;
    }

    /// Each as a reason. `over_cloudflare`: the public URL is one of Cloudflare's.
    pub(super) fn reasons(&self, over_cloudflare: bool, now: Now) -> Vec<Diagnosis> {
        let is_kept =
            |notice: &Notice, at: &Duration| notice.lasts() || now.mono.saturating_sub(*at) < KEPT;
        let counts = |notice: &Notice| *notice != Notice::UploadTooLarge || over_cloudflare;
        let met = self
            .met
            .iter()
            .filter(|(notice, at)| counts(notice) && is_kept(notice, at));
        let met = met.map(|(notice, _)| Diagnosis::known(notice.code(), ""));
        let taken = (!self.taken.is_empty())
            .then(|| Diagnosis::known("routes_taken", &self.taken.join(", ")));
        met.chain(taken).collect()
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
    fn each_is_told_once_and_for_a_day_after_it_was_met_last() {
        let mut notices = Notices::default();
        for hour in [0, 1, 5] {
            notices.met(Notice::AnswerTooSlow, at(hour));
        }
        assert_eq!(codes(&notices, true, at(28)), ["answer_too_slow"]);
        assert!(codes(&notices, true, at(29)).is_empty());
    }

    #[test]
    fn a_large_upload_matters_where_cloudflare_would_refuse_it() {
        let mut notices = Notices::default();
        notices.met(Notice::UploadTooLarge, at(0));
        assert_eq!(codes(&notices, true, at(1)), ["upload_too_large"]);
        assert!(codes(&notices, false, at(1)).is_empty());
    }

    #[test]
    fn an_app_that_forces_https_is_told_until_it_no_longer_does() {
        let mut notices = Notices::default();
        notices.met(Notice::LocalHttpsForced, at(0));
        assert_eq!(codes(&notices, false, at(72)), ["local_https_forced"]);
        notices.is_over(Notice::LocalHttpsForced);
        assert!(codes(&notices, false, at(72)).is_empty());
    }

    #[test]
    fn what_is_over_is_told_no_more() {
        let mut notices = Notices::default();
        notices.met(Notice::VisitorAddressUnknown, at(0));
        notices.takes(vec!["/stream"]);
        assert_eq!(
            codes(&notices, false, at(1)),
            ["visitor_address_unknown", "routes_taken"]
        );
        notices.is_over(Notice::VisitorAddressUnknown);
        notices.takes(Vec::new());
        assert!(codes(&notices, false, at(1)).is_empty());
    }
}
