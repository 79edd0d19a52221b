//! All workers, until a signal asks the process to end.

use std::time::Duration;

use futures_util::stream::{self, BoxStream, StreamExt};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::runtime::exit::Failure;

/// SIGTERM to the end in 2 s; the rest is for the process itself.
const GRACE: Duration = Duration::from_millis(1500);

/// All workers, ready to run.
pub(super) struct Sidecar {
    pub(super) workers: JoinSet<&'static str>,
    pub(super) draining: watch::Sender<bool>,
    pub(super) servers: JoinSet<std::io::Result<()>>,
}

impl Sidecar {
    /// No worker ends by itself: one that does is a fault of ours, and Docker starts the process anew.
    pub(super) async fn run(mut self, mut stop: Stop) -> Result<(), Failure> {
        tokio::select! {
            _ = stop.asked() => {}
            ended = self.workers.join_next() => {
                return Err(Failure::internal(format!("the worker {ended:?} ended; please report it")));
            }
            ended = self.servers.join_next() => {
                return Err(Failure::internal(format!("a listener ended: {ended:?}; please report it")));
            }
        }
        tracing::info!("asked to stop: draining");
        self.draining.send_replace(true);
        let drained = async { while self.servers.join_next().await.is_some() {} };
        tokio::select! {
            _ = timeout(GRACE, drained) => Ok(()),
            signal = stop.asked() => Err(Failure::aborted(signal.as_raw_value())),
        }
    }
}

/// The signals that ask the process to end. Never ends itself.
pub(super) struct Stop(BoxStream<'static, SignalKind>);

impl Stop {
    pub(super) fn listen() -> std::io::Result<Self> {
        let terminate = signal(SignalKind::terminate())?;
        let interrupt = signal(SignalKind::interrupt())?;
        let signals = stream::unfold((terminate, interrupt), async |(mut term, mut int)| {
            let came = tokio::select! {
                _ = term.recv() => SignalKind::terminate(),
                _ = int.recv() => SignalKind::interrupt(),
            };
            Some((came, (term, int)))
        });
        Ok(Self(signals.boxed()))
    }

    /// The signal that came.
    async fn asked(&mut self) -> SignalKind {
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

    /// A request that ends after this time is under way when the signals come, after these times.
    async fn stopped(
        request: Duration,
        signals: &[(u64, SignalKind)],
    ) -> (Result<(), Failure>, Duration) {
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

    fn code(ended: Result<(), Failure>) -> ExitCode {
        ended.map_or_else(Failure::report, |()| ExitCode::SUCCESS)
    }

    const TERM: SignalKind = SignalKind::terminate();
    const INT: SignalKind = SignalKind::interrupt();

    #[tokio::test(start_paused = true)]
    async fn the_first_signal_drains_and_the_grace_is_all_that_a_request_gets() {
        let (ended, took) = stopped(Duration::from_millis(300), &[(0, TERM)]).await;
        assert_eq!(
            (code(ended), took),
            (ExitCode::SUCCESS, Duration::from_millis(300))
        );
        let (ended, took) = stopped(Duration::from_secs(60), &[(0, INT)]).await;
        assert_eq!((code(ended), took), (ExitCode::SUCCESS, GRACE));
    }

    #[tokio::test(start_paused = true)]
    async fn the_second_signal_ends_at_once_with_its_own_code() {
        for (second, expected) in [(TERM, 143), (INT, 130)] {
            let request = Duration::from_secs(60);
            let (ended, took) = stopped(request, &[(0, TERM), (200, second)]).await;
            assert_eq!(code(ended), ExitCode::from(expected));
            assert_eq!(
                took,
                Duration::from_millis(200),
                "it does not wait for the drain"
            );
        }
    }
}
