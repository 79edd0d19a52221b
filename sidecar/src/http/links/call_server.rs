//! Where the call is.

use super::{Error, RETRY_AFTER};
use crate::runtime_config::cache::RuntimeConfigCache;
use sidelink_core::Role;
use sidelink_diagnostics::Lang;
use sidelink_diagnostics::awaited;

/// LiveKit's address for whoever asks under this name, once LiveKit works.
pub(super) fn livekit(
    published: &RuntimeConfigCache,
    host: &str,
    now: u64,
) -> Result<Box<str>, Error> {
    let snapshot = &published.snapshot;
    let mut livekits = snapshot
        .services
        .iter()
        .filter(|service| service.role == Role::Livekit);
    let works = livekits.clone().any(|service| service.state.works());
    if !works {
        let since = livekits
            .next()
            .map_or(snapshot.phase_since, |service| service.since);
        return Err(preparing(["LiveKit", "o LiveKit"], since, now));
    }
    let url = published.document(host).livekit_url.clone();
    url.ok_or_else(|| match snapshot.headline_outside() {
        Some(layer) => {
            let words =
                [Lang::En, Lang::Pt].map(|lang| awaited(layer.kind, snapshot.tunnel_kind(), lang));
            preparing(words, layer.since, now)
        }
        None => preparing(["the link", "o link"], snapshot.phase_since, now),
    })
}

fn preparing([what, what_pt]: [&str; 2], since: u64, now: u64) -> Error {
    let seconds = now.saturating_sub(since) / 1000;
    Error::PREPARING
        .saying(
            format!("The call is being prepared: waiting for {what}, {seconds} s."),
            format!("A chamada está sendo preparada: aguardando {what_pt}, {seconds} s."),
            "Try again after the seconds in Retry-After.".to_owned(),
        )
        .after(RETRY_AFTER)
}
