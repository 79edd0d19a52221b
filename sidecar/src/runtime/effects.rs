//! Carries out what the model asks for: probes, verifications, starts and waits. Each result is an event.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep};
use tracing::{Instrument, Span};

use crate::docker;
use crate::probe::Probes;
use crate::runtime::metrics::Metrics;
use crate::verification::Verifier;
use sidelink_core::backoff::jittered;
use sidelink_core::{Effect, Event, Job, VerificationJob};

/// Carries out effects, each in its own task.
#[derive(Debug)]
pub struct Effects {
    probes: Arc<Probes>,
    verifier: Arc<Verifier>,
    /// The latest verification; a newer one replaces it.
    verification: Option<AbortHandle>,
    docker: docker::Api,
    metrics: Arc<Metrics>,
    events: mpsc::Sender<Event>,
    tasks: JoinSet<()>,
}

impl Effects {
    /// Creates one that sends results to `events` and counts them in `metrics`.
    pub fn new(
        probes: Probes,
        verifier: Verifier,
        docker: docker::Api,
        metrics: Arc<Metrics>,
        events: mpsc::Sender<Event>,
    ) -> Self {
        Self {
            probes: Arc::new(probes),
            verifier: Arc::new(verifier),
            verification: None,
            docker,
            metrics,
            events,
            tasks: JoinSet::new(),
        }
    }

    /// Begins the effect and returns at once.
    pub fn carry_out(&mut self, effect: Effect) {
        while self.tasks.try_join_next().is_some() {}
        let docker = self.docker.clone();
        match effect {
            Effect::Probe(job) => self.probe(job),
            Effect::Verify(job) => self.verify(job),
            Effect::Start { id, service, code } => {
                let span = self.count_restart("start", &service, code);
                self.act(service, span, async move { docker.start(&id).await });
            }
            Effect::Restart { id, service, code } => {
                let span = self.count_restart("restart", &service, code);
                self.act(service, span, async move { docker.restart(&id).await });
            }
            Effect::Stop { id, service } => {
                let span = tracing::info_span!("stop", service);
                self.act(service, span, async move { docker.stop(&id).await });
            }
            Effect::Wake(after) => {
                let events = self.events.clone();
                self.tasks.spawn(async move {
                    sleep(after).await;
                    send(&events, Event::Tick).await;
                });
            }
        }
    }

    fn probe(&mut self, job: Job) {
        let Job {
            key,
            epoch,
            after,
            target,
        } = job;
        let probes = Arc::clone(&self.probes);
        let metrics = Arc::clone(&self.metrics);
        let events = self.events.clone();
        self.tasks.spawn(async move {
            wait(after).await;
            let outcome = probes.probe(&target).await;
            metrics.probed(&target, &outcome);
            tracing::debug!(key, ?outcome, "probed");
            let event = Event::Probed {
                key,
                epoch,
                outcome,
            };
            send(&events, event).await;
        });
    }

    fn verify(&mut self, job: VerificationJob) {
        let verifier = Arc::clone(&self.verifier);
        let metrics = Arc::clone(&self.metrics);
        let events = self.events.clone();
        let task = self.tasks.spawn(async move {
            let began = Instant::now();
            let verification = verifier.verify(&job).await;
            metrics.verified(&verification, began.elapsed());
            tracing::debug!(?verification, "verified");
            let event = Event::Verified {
                epoch: job.epoch,
                verification,
            };
            send(&events, event).await;
        });
        if let Some(earlier) = self.verification.replace(task) {
            earlier.abort();
        }
    }

    /// Counts a start or restart, and returns its span.
    fn count_restart(&self, action: &'static str, service: &str, code: &'static str) -> Span {
        self.metrics.restarted(service, code);
        tracing::info_span!("restart", action, service, code)
    }

    /// The container's own events report the result; a refusal has none.
    fn act(
        &mut self,
        service: String,
        span: Span,
        act: impl Future<Output = anyhow::Result<()>> + Send + 'static,
    ) {
        let events = self.events.clone();
        let act = async move {
            let done = match act.await {
                Ok(()) => true,
                Err(error) => {
                    tracing::warn!(error = format!("{error:#}"), "Docker refuses the action");
                    false
                }
            };
            send(&events, Event::ActionEnded { service, done }).await;
        };
        self.tasks.spawn(act.instrument(span));
    }
}

async fn wait(after: Duration) {
    if !after.is_zero() {
        let mut random = [0; 4];
        // Without random numbers there is no jitter, which does no harm.
        let _ = crate::random::fill(&mut random);
        sleep(jittered(after, u32::from_ne_bytes(random))).await;
    }
}

/// Sends the event. The engine is gone only while the process ends.
async fn send(events: &mpsc::Sender<Event>, event: Event) {
    let _ = events.send(event).await;
}
