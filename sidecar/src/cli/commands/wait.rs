//! `sidelink wait`, for scripts and for the gate before every tunnel.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::status::headline;
use super::{ControlApi, lang};
use crate::http::{StartupView, StatusView};
use crate::runtime::exit::CommandFailure;
use sidelink_core::backoff::ExponentialBackoff;

/// Between two attempts while the sidecar starts.
const RETRY: ExponentialBackoff = ExponentialBackoff::from_millis(200, 2_000);
/// A usual start takes less; the gate prints nothing before.
const QUIET_TIME: Duration = Duration::from_secs(10);
/// Between two requests while nothing is printed.
const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// Returns once the public URL is verified, or with `local` once a tunnel may start.
pub async fn run(local: bool, limit: Option<Duration>) -> Result<(), CommandFailure> {
    let service = ControlApi::from_env()?;
    let mut awaited = None;
    let wait = until(&service, local, &mut awaited);
    match limit {
        None => wait.await,
        Some(limit) => match timeout(limit, wait).await {
            Ok(result) => result,
            Err(_) => {
                let message = awaited.map(|awaited| awaited.message);
                let message = message.unwrap_or_else(|| "the sidecar does not answer".to_owned());
                Err(CommandFailure::too_late(format!(
                    "not ready after {} s: {message}",
                    limit.as_secs()
                )))
            }
        },
    }
}

async fn until(
    service: &ControlApi,
    local: bool,
    awaited: &mut Option<WaitReason>,
) -> Result<(), CommandFailure> {
    let mut after = None;
    let mut failures = 0;
    let began = Instant::now();
    // The gate prints nothing during a usual start, because the sidecar logs more.
    let quiet = if local { QUIET_TIME } else { Duration::ZERO };
    let mut printed = String::new();
    loop {
        let now = match progress(service, local, after).await {
            Ok(now) => now,
            Err(failure) if failure.is_final() => return Err(failure),
            Err(failure) => {
                failures += 1;
                if began.elapsed() >= QUIET_TIME && printed != failure.message() {
                    failure.message().clone_into(&mut printed);
                    eprintln!("{printed}; see `docker compose logs sidecar`");
                }
                after = None;
                sleep(RETRY.after(failures)).await;
                continue;
            }
        };
        failures = 0;
        let sequence = now.sequence;
        let Some(now) = now.awaited? else {
            return Ok(());
        };
        let waits = quiet.saturating_sub(began.elapsed());
        if waits.is_zero() && printed != now.what {
            now.what.clone_into(&mut printed);
            eprintln!("{}", now.message);
        }
        *awaited = Some(now);
        // A long poll would delay the first message.
        after = waits.is_zero().then_some(sequence);
        if !waits.is_zero() {
            sleep(POLL_INTERVAL.min(waits)).await;
        }
    }
}

/// One answer of the sidecar.
struct Progress {
    sequence: u64,
    /// `None` when nothing is awaited; an error when nothing more is tried.
    awaited: Result<Option<WaitReason>, CommandFailure>,
}

async fn progress(
    service: &ControlApi,
    local: bool,
    after: Option<u64>,
) -> Result<Progress, CommandFailure> {
    if local {
        let startup = service.startup(after).await?;
        let failed = (!startup.exhausted.is_empty()).then(|| exhausted(&startup.exhausted));
        return Ok(Progress {
            sequence: startup.sequence,
            awaited: match failed {
                Some(failed) => Err(CommandFailure::unavailable(failed)),
                None => Ok(WaitReason::locally(&startup)),
            },
        });
    }
    let status = service.status(after).await?;
    let awaited = WaitReason::of(&status);
    if awaited.is_none() && status.phase != "ready" {
        eprintln!("{}", headline(&status, lang()));
    }
    Ok(Progress {
        sequence: status.sequence,
        awaited: Ok(awaited),
    })
}

/// Returns the message for services that the sidecar does not restart any more.
fn exhausted(names: &[String]) -> String {
    let (list, arguments) = (names.join(", "), names.join(" "));
    lang().pick(
        format!(
            "{list} failed and is not restarted any more. See `docker compose logs {arguments}` and `docker compose exec sidecar sidelink status`, correct the cause, then run `docker compose up -d`"
        ),
        format!(
            "{list} falhou e não será mais reiniciado. Veja `docker compose logs {arguments}` e `docker compose exec sidecar sidelink status`, corrija a causa e execute `docker compose up -d`"
        ),
    )
}

/// What is awaited.
pub(super) struct WaitReason {
    /// Its identity, without the seconds; a change is printed.
    pub(super) what: String,
    /// The line to print.
    pub(super) message: String,
}

impl WaitReason {
    /// Returns what a tunnel waits for.
    fn locally(startup: &StartupView) -> Option<Self> {
        let names = startup.blocked_by.join(", ");
        let arguments = startup.blocked_by.join(" ");
        let message = lang().pick(
            format!("waiting for {names}: see `docker compose exec sidecar sidelink status` and `docker compose logs {arguments}`"),
            format!("aguardando {names}: veja `docker compose exec sidecar sidelink status` e `docker compose logs {arguments}`"),
        );
        (!names.is_empty()).then_some(Self {
            what: names,
            message,
        })
    }

    /// Returns what the public URL waits for.
    pub(super) fn of(status: &StatusView) -> Option<Self> {
        if status.is_shown() {
            return None;
        }
        let layer = status.awaited();
        let code = layer.and_then(|layer| Some(&layer.reason.as_ref()?.code));
        Some(Self {
            what: format!("{:?} {code:?}", layer.map(|layer| &layer.layer)),
            message: headline(status, lang()),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::Router;
    use axum::http::StatusCode;
    use serde_json::json;

    use super::*;
    use crate::test_server::serve;

    /// Starts a sidecar that gives these answers in turn and repeats the last. Returns its URL and the count of requests.
    async fn sidecar(answers: Vec<(StatusCode, String)>) -> (String, Arc<AtomicUsize>) {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let router = Router::new().fallback(async move || {
            let number = count.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
            answers[number].clone()
        });
        (format!("http://{}", serve(router).await), asked)
    }

    fn status(waits: &[&str], exhausted: &[&str]) -> (StatusCode, String) {
        let status = json!({"sequence": 1, "blockedBy": waits, "exhausted": exhausted});
        (StatusCode::OK, status.to_string())
    }

    async fn gate(answers: Vec<(StatusCode, String)>) -> (Result<(), CommandFailure>, usize) {
        let (address, asked) = sidecar(answers).await;
        let service = ControlApi::at(Some(&address)).expect("a client");
        let done = until(&service, true, &mut None).await;
        (done, asked.load(Ordering::SeqCst))
    }

    #[tokio::test]
    async fn the_gate_opens_when_nothing_is_awaited_and_waits_for_a_sidecar_that_starts() {
        let starting = (StatusCode::SERVICE_UNAVAILABLE, String::new());
        let (done, asked) = gate(vec![starting, status(&["app"], &[]), status(&[], &[])]).await;
        assert!(done.is_ok());
        assert_eq!(asked, 3);
    }

    #[tokio::test]
    async fn the_gate_ends_with_a_message_when_restarts_are_exhausted() {
        let (done, _) = gate(vec![status(&["app", "livekit"], &["app"])]).await;
        let failure = done.expect_err("is over");
        assert!(
            failure.message().contains("docker compose logs app"),
            "{failure:?}"
        );
    }

    #[tokio::test]
    async fn the_gate_ends_when_the_sidecar_refuses() {
        for refusal in [
            StatusCode::UNAUTHORIZED,
            StatusCode::FORBIDDEN,
            StatusCode::MISDIRECTED_REQUEST,
        ] {
            let (done, asked) = gate(vec![(refusal, String::new())]).await;
            assert!(done.expect_err("is refused").is_final());
            assert_eq!(asked, 1, "{refusal}");
        }
    }
}
