//! `sidelink wait`: the gate before every tunnel, and what a script waits with.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::status::headline;
use super::{Service, lang};
use crate::exit::Failure;
use crate::http::StatusView;

/// The sidecar itself may still be starting.
const RETRY: Duration = Duration::from_millis(200);

/// Returns once the link is proven, or with `local` once a tunnel may open.
pub async fn run(local: bool, limit: Option<Duration>) -> Result<(), Failure> {
    let service = Service::from_env()?;
    let mut awaited = None;
    let wait = until(&service, local, &mut awaited);
    match limit {
        None => wait.await,
        Some(limit) => match timeout(limit, wait).await {
            Ok(result) => result,
            Err(_) => {
                let told = awaited.map(|awaited| awaited.told);
                let told = told.unwrap_or_else(|| "the sidecar does not answer".to_owned());
                Err(Failure::too_late(format!(
                    "not ready after {} s: {told}",
                    limit.as_secs()
                )))
            }
        },
    }
}

async fn until(
    service: &Service,
    local: bool,
    awaited: &mut Option<Awaited>,
) -> Result<(), Failure> {
    let mut after = None;
    loop {
        let Ok(status) = service.status(after).await else {
            after = None;
            sleep(RETRY).await;
            continue;
        };
        let Some(now) = Awaited::of(&status, local) else {
            if !local && status.phase != "ready" {
                eprintln!("{}", headline(&status, lang()));
            }
            return Ok(());
        };
        if awaited.as_ref().is_none_or(|told| told.what != now.what) {
            eprintln!("{}", now.told);
        }
        *awaited = Some(now);
        after = Some(status.sequence);
    }
}

/// What is awaited.
pub(super) struct Awaited {
    /// Told anew when it changes, and not when only the seconds do.
    pub(super) what: String,
    /// In one line.
    pub(super) told: String,
}

impl Awaited {
    /// `None`: nothing any more.
    pub(super) fn of(status: &StatusView, local: bool) -> Option<Self> {
        if local {
            let names = status.waits_locally_for.join(", ");
            let told = lang().pick(
                format!("waiting for {names}"),
                format!("aguardando {names}"),
            );
            return (!names.is_empty()).then_some(Self { what: names, told });
        }
        if status.is_shown() {
            return None;
        }
        let layer = status.awaited();
        let code = layer.and_then(|layer| Some(&layer.reason.as_ref()?.code));
        Some(Self {
            what: format!("{:?} {code:?}", layer.map(|layer| &layer.layer)),
            told: headline(status, lang()),
        })
    }
}
