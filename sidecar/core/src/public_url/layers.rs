//! The layers between the tunnel and the visitor.

use super::{PublicUrl, UrlState};
use crate::Now;
use crate::State;
use crate::diagnosis::Diagnosis;
use crate::layer::LayerKind;
use crate::verification::Verification;

impl PublicUrl {
    /// Returns each layer with its state and what was observed. `media`: the stack has a bridge.
    pub(crate) fn layers(
        &self,
        media: bool,
        now: Now,
    ) -> impl Iterator<Item = (LayerKind, State, Option<String>)> {
        let spent_until = self.quota_spent_until(now);
        let mut before = LayerKind::Tunnel;
        let all = LayerKind::OF_PUBLIC_URL.iter();
        let present = all.filter(move |&&kind| media || kind != LayerKind::Media);
        present.map(move |&kind| {
            let state = self.layer(kind, before, spent_until);
            before = kind;
            (kind, state, self.observed(kind).map(str::to_owned))
        })
    }

    fn observed(&self, kind: LayerKind) -> Option<&str> {
        let latest = self.latest()?;
        let exposure = || {
            let verified = self.as_verified().filter(|_| latest.works())?;
            verified.exposure.as_deref()
        };
        let observed = latest.observed_of(kind);
        observed.or_else(|| (kind == LayerKind::Exposure).then(exposure)?)
    }

    fn latest(&self) -> Option<&Verification> {
        match &self.state {
            UrlState::Unknown | UrlState::Named { .. } => None,
            UrlState::Verifying { failed, .. } => Some(&failed.as_ref()?.verification),
            UrlState::Verified(verified) => Some(match &verified.latest {
                Ok(verification) => verification,
                Err(failure) => &failure.verification,
            }),
        }
    }

    fn layer(&self, kind: LayerKind, before: LayerKind, spent_until: Option<u64>) -> State {
        let waits = || {
            State::Waiting(Diagnosis::WaitsFor {
                what: vec![before.as_str().to_owned()],
            })
        };
        let first = before == LayerKind::Tunnel;
        let Some(latest) = self.latest() else {
            let begun = matches!(self.state, UrlState::Verifying { .. });
            return match spent_until {
                _ if !(begun && first) => waits(),
                Some(until) => State::Waiting(Diagnosis::QuotaSpent { until, last: None }),
                _ => State::Waiting(Diagnosis::NotProbed),
            };
        };
        let invalidated_by = self
            .as_verified()
            .and_then(|verified| verified.invalidated_by.as_ref());
        match (&latest.failure, invalidated_by) {
            (Some((failed, reason)), _) if kind == *failed => {
                self.failed_state(reason, spent_until)
            }
            (Some((failed, _)), _) if kind > *failed => waits(),
            (None, Some(cause)) if first => State::Waiting(Diagnosis::PublicUrl(cause.clone())),
            (None, Some(_)) => waits(),
            _ => latest
                .limit_of(kind)
                .map_or(State::Ok, |reason| State::Limited(reason.clone())),
        }
    }

    fn failed_state(&self, reason: &Diagnosis, spent_until: Option<u64>) -> State {
        let awaited = match reason {
            Diagnosis::PublicUrl(fault) => fault.is_awaited(),
            _ => true,
        };
        let shown = match spent_until {
            Some(until) => Diagnosis::QuotaSpent {
                until,
                last: Some(Box::new(reason.clone())),
            },
            None => reason.clone(),
        };
        if awaited && self.verified().is_none() {
            State::Waiting(shown)
        } else {
            State::Broken(shown)
        }
    }
}
