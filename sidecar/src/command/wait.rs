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
                let what = awaited.unwrap_or_else(|| "the sidecar does not answer".to_owned());
                Err(Failure::too_late(format!(
                    "not ready after {} s, waiting for {what}",
                    limit.as_secs()
                )))
            }
        },
    }
}

async fn until(
    service: &Service,
    local: bool,
    awaited: &mut Option<String>,
) -> Result<(), Failure> {
    let mut after = None;
    loop {
        let Ok(status) = service.status(after).await else {
            after = None;
            sleep(RETRY).await;
            continue;
        };
        let Some(what) = still_awaited(&status, local) else {
            if !local && status.phase != "ready" {
                eprintln!("{}", headline(&status, lang()));
            }
            return Ok(());
        };
        if awaited.as_ref() != Some(&what) {
            eprintln!("waiting for {what}");
            *awaited = Some(what);
        }
        after = Some(status.sequence);
    }
}

fn still_awaited(status: &StatusView, local: bool) -> Option<String> {
    if local {
        let names = &status.waits_locally_for;
        return (!names.is_empty()).then(|| names.join(", "));
    }
    status.link().is_none().then(|| headline(status, lang()))
}
