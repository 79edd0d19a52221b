//! Runs all workers until a signal asks the process to end.

use std::time::Duration;

use futures_util::stream::{self, BoxStream, StreamExt};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::runtime::exit::CommandFailure;

/// Time for open requests: the process ends within 2 s of SIGTERM.
const DRAIN_TIMEOUT: Duration = Duration::from_millis(1500);

/// All workers, ready to run.
pub(super) struct Sidecar {
    pub(super) workers: JoinSet<&'static str>,
    pub(super) draining: watch::Sender<bool>,
    pub(super) servers: JoinSet<std::io::Result<()>>,
}

impl Sidecar {
    /// Runs until a signal. A worker that ends earlier is a fault of this program; Docker restarts the process then.
    pub(super) async fn run(mut self, mut stop: Stop) -> Result<(), CommandFailure> {
        tokio::select! {
            _ = stop.next() => {}
            ended = self.workers.join_next() => {
                return Err(CommandFailure::internal(format!("internal error: worker {ended:?} exited unexpectedly; please report it")));
            }
            ended = self.servers.join_next() => {
                return Err(CommandFailure::internal(format!("internal error: listener exited unexpectedly: {ended:?}; please report it")));
            }
        }
        tracing::info!("stopping: waiting for open requests");
        self.draining.send_replace(true);
        let drained = async { while self.servers.join_next().await.is_some() {} };
        tokio::select! {
            _ = timeout(DRAIN_TIMEOUT, drained) => Ok(()),
            signal = stop.next() => Err(CommandFailure::aborted(signal.as_raw_value())),
        }
    }
}

/// An endless stream of the signals that ask the process to end.
pub(super) struct Stop(BoxStream<'static, SignalKind>);

impl Stop {
    pub(super) fn listen() -> std::io::Result<Self> {
        let terminate = signal(SignalKind::terminate())?;
        let interrupt = signal(SignalKind::interrupt())?;
        let signals = stream::unfold((terminate, interrupt), async |(mut term, mut int)| {
            let signal = tokio::select! {
                _ = term.recv() => SignalKind::terminate(),
                _ = int.recv() => SignalKind::interrupt(),
            };
            Some((signal, (term, int)))
        });
        Ok(Self(signals.boxed()))
    }

    /// Waits for the next signal.
    async fn next(&mut self) -> SignalKind {
        match self.0.next().await {
            Some(signal) => signal,
            None => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::ExitCode;

    use tokio::time::{Instant, sleep};

    use super::*;

    /// Runs with a request that takes this time, and signals after these milliseconds.
    async fn stopped(
        request: Duration,
        signals: &[(u64, SignalKind)],
    ) -> (Result<(), CommandFailure>, Duration) {
        let (draining, mut drains) = watch::channel(false);
        let mut workers = JoinSet::new();
        workers.spawn(std::future::pending());
        let mut servers = JoinSet::new();
        servers.spawn(async move {
            let _ = drains.wait_for(|&draining| draining).await;
            sleep(request).await;
            Ok(())
        });
        let signals = signals.to_vec();
        let signals = stream::iter(signals).then(async |(after, signal)| {
            sleep(Duration::from_millis(after)).await;
            signal
        });
        let stop = Stop(signals.chain(stream::pending()).boxed());
        let sidecar = Sidecar {
            workers,
            draining,
            servers,
        };
        let began = Instant::now();
        (sidecar.run(stop).await, began.elapsed())
    }

    fn code(ended: Result<(), CommandFailure>) -> ExitCode {
        ended.map_or_else(CommandFailure::report, |()| ExitCode::SUCCESS)
    }

    const TERM: SignalKind = SignalKind::terminate();
    const INT: SignalKind = SignalKind::interrupt();

    #[tokio::test(start_paused = true)]
    async fn the_first_signal_waits_for_requests_until_the_timeout() {
        let (ended, took) = stopped(Duration::from_millis(300), &[(0, TERM)]).await;
        assert_eq!(
            (code(ended), took),
            (ExitCode::SUCCESS, Duration::from_millis(300))
        );
        let (ended, took) = stopped(Duration::from_secs(60), &[(0, INT)]).await;
        assert_eq!((code(ended), took), (ExitCode::SUCCESS, DRAIN_TIMEOUT));
    }

    #[tokio::test(start_paused = true)]
    async fn the_second_signal_ends_at_once_with_its_exit_code() {
        for (second, expected) in [(TERM, 143), (INT, 130)] {
            let request = Duration::from_secs(60);
            let (ended, took) = stopped(request, &[(0, TERM), (200, second)]).await;
            assert_eq!(code(ended), ExitCode::from(expected));
            assert_eq!(
                took,
                Duration::from_millis(200),
                "it does not wait for requests"
            );
        }
    }
}
