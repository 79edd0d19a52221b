//! The Docker API: the containers of our own Compose project, listed once and followed by events.
//!
//! After every reconnect everything is listed again and events are asked for from the latest one that was
//! read. One container that Docker does not answer for is unreadable by itself; the others go on.

mod act;
mod convert;
mod engine_version;
mod event_time;
mod inventory;
mod known;
mod labels;
mod reading;
mod signal;
mod tail;

pub use engine_version::EngineVersion;
pub use inventory::{Log, Unwatched};

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use bollard::models::{ContainerSummary, EventMessage};
use bollard::query_parameters::{
    EventsOptionsBuilder, InspectContainerOptions, ListContainersOptionsBuilder,
};
use bollard::{API_DEFAULT_VERSION, Docker};
use futures_util::{Stream, StreamExt};
use tokio::sync::mpsc;
use tokio::time::{Interval, MissedTickBehavior, interval, sleep};

use crate::recognition;
use crate::runtime::clock::{from_rfc3339, unix_ms};
use event_time::EventTime;
use known::Known;
use reading::{Readings, Why};
use sidelink_core::Event;
use sidelink_core::backoff::ExponentialBackoff;
use sidelink_diagnostics::shorten;

const PROJECT: &str = "com.docker.compose.project";

/// For one question, in seconds; the event stream has no limit.
const TIMEOUT: u64 = 10;
const RECONNECT: ExponentialBackoff = ExponentialBackoff::from_millis(100, 2_000);
/// How often what is unhealthy or could not be read is read again: the watchers of parts outside Docker look
/// as often, and Docker sends no event when only what a healthcheck prints changes.
const REREAD: Duration = Duration::from_secs(2);
/// Events can be lost without a sign: everything is listed again now and then.
const RELIST: Duration = Duration::from_secs(60);

/// What changes a container in our eyes. Execs are left out: each healthcheck is three of them.
const ACTIONS: &[&str] = &[
    "create",
    "destroy",
    "die",
    "health_status",
    "kill",
    "oom",
    "pause",
    "rename",
    "restart",
    "start",
    "stop",
    "unpause",
];

/// How the Docker API is reached, and whose containers are ours.
#[derive(Clone, Debug)]
pub struct Api {
    /// `tcp://host:port` or `unix:///path`.
    pub host: String,
    /// Set where the sidecar is no container of the project itself.
    pub project: Option<String>,
}

impl Api {
    async fn connect(&self, seconds: u64) -> Result<Docker> {
        let docker = match self.host.strip_prefix("unix://") {
            Some(path) => Docker::connect_with_unix(path, seconds, API_DEFAULT_VERSION),
            None => Docker::connect_with_http(&self.host, seconds, API_DEFAULT_VERSION),
        };
        Ok(docker?.negotiate_version().await?)
    }

    /// Tells the model everything about our containers, for ever.
    pub async fn follow(self, events: mpsc::Sender<Event>) {
        let mut failures = 0;
        let mut latest = None;
        while !events.is_closed() {
            let ended = match self.session(&events, &mut failures, &mut latest).await {
                Ok(()) => "the event stream ended".to_owned(),
                Err(error) => shorten(&in_short(&error), 200),
            };
            failures += 1;
            if events
                .send(Event::DockerLost(recognition::of_lost_engine(&ended)))
                .await
                .is_err()
            {
                return;
            }
            sleep(RECONNECT.after(failures)).await;
        }
    }

    /// From one connection to its end. `latest` is the time of the latest event that was read.
    async fn session(
        &self,
        events: &mpsc::Sender<Event>,
        failures: &mut u32,
        latest: &mut Option<EventTime>,
    ) -> Result<()> {
        let docker = self
            .connect(TIMEOUT)
            .await
            .with_context(|| format!("cannot talk to {}", self.host))?;
        let (project, own_previous_end) = self.project(&docker).await?;
        let since = latest.unwrap_or_else(EventTime::a_moment_ago);
        let mut stream = Box::pin(subscribe(&docker, &project, since));
        let mut known = Known::default();
        let containers = known.list(&docker, &project).await?;
        *failures = 0;
        // From now on a break loses only what comes after this moment.
        latest.get_or_insert(since);
        events
            .send(Event::Connected {
                containers,
                own_previous_end,
            })
            .await?;
        let mut readings = Readings::default();
        let mut again = ticks(REREAD);
        let mut relist = ticks(RELIST);
        relist.reset();
        loop {
            let news = tokio::select! {
                message = stream.next() => {
                    let Some(message) = message else { return Ok(()) };
                    let message = message?;
                    *latest = EventTime::of(&message).or(*latest);
                    self.heard(&docker, message, &mut known, &mut readings)
                }
                Some(reading) = readings.next() => known.read(reading),
                _ = again.tick(), if known.has_doubtful() => {
                    for id in known.doubtful() {
                        readings.ask(&docker, id, Why::Doubt);
                    }
                    None
                }
                _ = relist.tick() => known.relist(&docker, &project, &mut readings).await?,
            };
            if let Some(event) = news {
                events.send(event).await?;
            }
        }
    }

    /// What an event means: a removal and a stop signal at once, anything else is read from the container.
    fn heard(
        &self,
        docker: &Docker,
        message: EventMessage,
        known: &mut Known,
        readings: &mut Readings,
    ) -> Option<Event> {
        let at = EventTime::of(&message);
        let action = message.action.unwrap_or_default();
        let actor = message.actor?;
        let id = actor.id.unwrap_or_default();
        match action.as_str() {
            "destroy" => {
                known.forget(&id);
                readings.forget(&id);
                Some(Event::Removed { id })
            }
            "kill" => {
                // What a signal does has an event of its own; until then Docker may hold its answer back.
                let attributes = actor.attributes.unwrap_or_default();
                let signal = attributes.get("signal").map(String::as_str);
                let asked = signal::asks_to_stop(signal, known.stop_signal(&id));
                let at = at.map_or_else(unix_ms, EventTime::unix_ms);
                asked.then_some(Event::StopAsked { id, at })
            }
            "die" => {
                readings.ask(docker, id, Why::Ended);
                None
            }
            _ => {
                readings.ask(docker, id, Why::Changed);
                None
            }
        }
    }

    /// Our Compose project, and when our own container last ended.
    async fn project(&self, docker: &Docker) -> Result<(String, Option<u64>)> {
        if let Some(project) = &self.project {
            return Ok((project.clone(), None));
        }
        let id = std::env::var("HOSTNAME")
            .context("HOSTNAME is not set: outside a container set SIDELINK_PROJECT")?;
        let own = docker.inspect_container(&id, None::<InspectContainerOptions>).await.with_context(|| {
            format!("cannot find the sidecar's own container {id}: outside a container set SIDELINK_PROJECT")
        })?;
        let previous_end = own
            .state
            .as_ref()
            .and_then(|state| state.finished_at.as_deref())
            .map(from_rfc3339);
        let mut labels = own
            .config
            .and_then(|config| config.labels)
            .unwrap_or_default();
        let project = labels.remove(PROJECT).ok_or_else(|| {
            anyhow!(
                "the sidecar's own container has no label {PROJECT}: start it with Docker Compose"
            )
        })?;
        Ok((project, previous_end.filter(|&end| end > 0)))
    }
}

/// What was being done, and the cause at the bottom; the HTTP client's own words in between help nobody.
fn in_short(error: &anyhow::Error) -> String {
    let (doing, cause) = (error.to_string(), error.root_cause().to_string());
    if doing == cause {
        doing
    } else {
        format!("{doing}: {cause}")
    }
}

fn ticks(every: Duration) -> Interval {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

fn subscribe(
    docker: &Docker,
    project: &str,
    since: EventTime,
) -> impl Stream<Item = Result<EventMessage, bollard::errors::Error>> + use<> {
    let strings = |values: &[&str]| {
        values
            .iter()
            .map(|value| (*value).to_owned())
            .collect::<Vec<_>>()
    };
    let filters = HashMap::from([
        ("type", strings(&["container"])),
        ("event", strings(ACTIONS)),
        ("label", vec![format!("{PROJECT}={project}")]),
    ]);
    docker.events(Some(
        EventsOptionsBuilder::new()
            .since(&since.to_string())
            .filters(&filters)
            .build(),
    ))
}

/// Every labelled container of the project, also those that ended.
async fn labelled(docker: &Docker, project: &str) -> Result<Vec<ContainerSummary>> {
    let labels = vec![format!("{PROJECT}={project}"), "sidelink.role".to_owned()];
    list(docker, labels).await
}

/// Every container that has all of these labels, also those that ended.
async fn list(docker: &Docker, labels: Vec<String>) -> Result<Vec<ContainerSummary>> {
    let options = ListContainersOptionsBuilder::new()
        .all(true)
        .filters(&HashMap::from([("label", labels)]))
        .build();
    Ok(docker.list_containers(Some(options)).await?)
}
