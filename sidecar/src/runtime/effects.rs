//! What the model asks for, done: probes, starts and waits. What comes of it is an event again.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::sleep;

use crate::docker;
use crate::probe::Probes;
use crate::verification::Verifier;
use sidelink_core::backoff::jittered;
use sidelink_core::{Effect, Event, Job};

/// Carries out effects, each in a task of its own.
#[derive(Debug)]
pub struct Effects {
    probes: Arc<Probes>,
    verifier: Arc<Verifier>,
    /// The verification that was sent last: a newer one takes its place.
    verification: Option<AbortHandle>,
    docker: docker::Api,
    events: mpsc::Sender<Event>,
    tasks: JoinSet<()>,
}

impl Effects {
    /// Results go to `events`.
    pub fn new(
        probes: Probes,
        verifier: Verifier,
        docker: docker::Api,
        events: mpsc::Sender<Event>,
    ) -> Self {
        Self {
            probes: Arc::new(probes),
            verifier: Arc::new(verifier),
            verification: None,
            docker,
            events,
            tasks: JoinSet::new(),
        }
    }

    /// Begins it and returns at once.
    pub fn carry_out(&mut self, effect: Effect) {
        while self.tasks.try_join_next().is_some() {}
        let events = self.events.clone();
        match effect {
            Effect::Probe(Job {
                key,
                epoch,
                after,
                target,
            }) => {
                let probes = Arc::clone(&self.probes);
                self.tasks.spawn(async move {
                    wait(after).await;
                    let outcome = probes.probe(&target).await;
                    tracing::debug!(key, ?outcome, "probed");
                    send(
                        &events,
                        Event::Probed {
                            key,
                            epoch,
                            outcome,
                        },
                    )
                    .await;
                });
            }
            Effect::Verify(job) => {
                let verifier = Arc::clone(&self.verifier);
                let task = self.tasks.spawn(async move {
                    let verification = verifier.verify(&job).await;
                    tracing::debug!(?verification, "verified");
                    let epoch = job.epoch;
                    send(
                        &events,
                        Event::Verified {
                            epoch,
                            verification,
                        },
                    )
                    .await;
                });
                if let Some(earlier) = self.verification.replace(task) {
                    earlier.abort();
                }
            }
            Effect::Start { id, service } => {
                let docker = self.docker.clone();
                self.act(service, async move { docker.start(&id).await });
            }
            Effect::Restart { id, service } => {
                let docker = self.docker.clone();
                self.act(service, async move { docker.restart(&id).await });
            }
            Effect::Stop { id, service } => {
                let docker = self.docker.clone();
                self.act(service, async move { docker.stop(&id).await });
            }
            Effect::Wake(after) => {
                self.tasks.spawn(async move {
                    sleep(after).await;
                    send(&events, Event::Tick).await;
                });
            }
        }
    }

    /// The container's own events tell what came of it; a refusal has none.
    fn act(
        &mut self,
        service: String,
        act: impl Future<Output = anyhow::Result<()>> + Send + 'static,
    ) {
        let events = self.events.clone();
        self.tasks.spawn(async move {
            let done = match act.await {
                Ok(()) => true,
                Err(error) => {
                    tracing::warn!(service, "Docker refuses: {error:#}");
                    false
                }
            };
            send(&events, Event::ActionEnded { service, done }).await;
        });
    }
}

async fn wait(after: Duration) {
    if !after.is_zero() {
        let mut random = [0; 4];
        // Without random numbers there is no jitter, which harms nobody.
        let _ = getrandom::fill(&mut random);
        sleep(jittered(after, u32::from_ne_bytes(random))).await;
    }
}

/// The engine is gone only while the process ends.
async fn send(events: &mpsc::Sender<Event>, event: Event) {
    let _ = events.send(event).await;
}
