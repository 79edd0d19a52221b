//! `sidelink wait`: the gate before every tunnel, and what a script waits with.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::status::headline;
use super::{Service, lang};
use crate::http::{StartupView, StatusView};
use crate::runtime::exit::Failure;
use sidelink_core::backoff::ExponentialBackoff;

/// The sidecar itself may still be starting.
const RETRY: ExponentialBackoff = ExponentialBackoff::from_millis(200, 2_000);
/// An ordinary start takes less.
const QUIET: Duration = Duration::from_secs(10);
/// While nothing is told.
const LOOK: Duration = Duration::from_millis(200);

/// Returns once the link is verified, or with `local` once a tunnel may open.
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
    let mut failures = 0;
    let began = Instant::now();
    // The gate is silent at an ordinary start: the sidecar tells that better.
    let quiet = if local { QUIET } else { Duration::ZERO };
    let mut told = String::new();
    loop {
        let now = match look(service, local, after).await {
            Ok(now) => now,
            Err(failure) if failure.is_final() => return Err(failure),
            Err(failure) => {
                failures += 1;
                if began.elapsed() >= QUIET && told != failure.message() {
                    failure.message().clone_into(&mut told);
                    eprintln!("{told}; `docker compose logs sidecar` says more");
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
        if waits.is_zero() && told != now.what {
            now.what.clone_into(&mut told);
            eprintln!("{}", now.told);
        }
        *awaited = Some(now);
        // A long poll would hold the first word back.
        after = waits.is_zero().then_some(sequence);
        if !waits.is_zero() {
            sleep(LOOK.min(waits)).await;
        }
    }
}

/// One answer of the sidecar.
struct Looked {
    sequence: u64,
    /// `None`: nothing any more. An error: it is waited for in vain.
    awaited: Result<Option<Awaited>, Failure>,
}

async fn look(service: &Service, local: bool, after: Option<u64>) -> Result<Looked, Failure> {
    if local {
        let startup = service.startup(after).await?;
        let over = (!startup.exhausted.is_empty()).then(|| over(&startup.exhausted));
        return Ok(Looked {
            sequence: startup.sequence,
            awaited: match over {
                Some(over) => Err(Failure::unavailable(over)),
                None => Ok(Awaited::locally(&startup)),
            },
        });
    }
    let status = service.status(after).await?;
    let awaited = Awaited::of(&status);
    if awaited.is_none() && status.phase != "ready" {
        eprintln!("{}", headline(&status, lang()));
    }
    Ok(Looked {
        sequence: status.sequence,
        awaited: Ok(awaited),
    })
}

/// No tunnel opens, and nothing more is tried.
fn over(names: &[String]) -> String {
    let (list, words) = (names.join(", "), names.join(" "));
    lang().pick(
        format!(
            "{list} does not work, and it is not tried again: `docker compose logs {words}` and `docker compose exec sidecar sidelink status` say why. Correct it, then `docker compose up -d`"
        ),
        format!(
            "{list} não funciona, e não há novas tentativas: `docker compose logs {words}` e `docker compose exec sidecar sidelink status` dizem por quê. Corrija e rode `docker compose up -d`"
        ),
    )
}

/// What is awaited.
pub(super) struct Awaited {
    /// Told anew when it changes, and not when only the seconds do.
    pub(super) what: String,
    /// In one line.
    pub(super) told: String,
}

impl Awaited {
    /// Before a tunnel may open; `None`: nothing any more.
    fn locally(startup: &StartupView) -> Option<Self> {
        let names = startup.blocked_by.join(", ");
        let words = startup.blocked_by.join(" ");
        let told = lang().pick(
            format!("waiting for {names}: `docker compose exec sidecar sidelink status` says why, `docker compose logs {words}` what it prints"),
            format!("aguardando {names}: `docker compose exec sidecar sidelink status` diz por quê, `docker compose logs {words}` mostra a saída"),
        );
        (!names.is_empty()).then_some(Self { what: names, told })
    }

    /// `None`: nothing any more.
    pub(super) fn of(status: &StatusView) -> Option<Self> {
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::Router;
    use axum::http::StatusCode;
    use serde_json::json;

    use super::*;

    /// Answers in turn; the last answer stays. Gives the address and how often it was asked.
    async fn sidecar(answers: Vec<(StatusCode, String)>) -> (String, Arc<AtomicUsize>) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let router = Router::new().fallback(async move || {
            let number = count.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
            answers[number].clone()
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        (address, asked)
    }

    fn status(waits: &[&str], exhausted: &[&str]) -> (StatusCode, String) {
        let status = json!({"sequence": 1, "blockedBy": waits, "exhausted": exhausted});
        (StatusCode::OK, status.to_string())
    }

    async fn gate(answers: Vec<(StatusCode, String)>) -> (Result<(), Failure>, usize) {
        let (address, asked) = sidecar(answers).await;
        let service = Service::at(Some(&address)).expect("a client");
        let done = until(&service, true, &mut None).await;
        (done, asked.load(Ordering::SeqCst))
    }

    #[tokio::test]
    async fn the_gate_opens_when_nothing_is_awaited_and_outlives_a_sidecar_that_starts() {
        let starting = (StatusCode::SERVICE_UNAVAILABLE, String::new());
        let (done, asked) = gate(vec![starting, status(&["app"], &[]), status(&[], &[])]).await;
        assert!(done.is_ok());
        assert_eq!(asked, 3);
    }

    #[tokio::test]
    async fn the_gate_ends_with_a_message_when_something_has_given_up() {
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
