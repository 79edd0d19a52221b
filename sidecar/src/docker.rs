//! Follows the containers of the own Compose project: a list, then the Docker API's events.
//!
//! After a reconnect the sidecar lists again and requests events from the latest one that it has read. A container
//! that Docker does not answer for is marked as unreadable; the others are not affected.

mod actions;
mod convert;
mod engine_version;
mod event_time;
mod inspections;
mod inventory;
mod known_containers;
mod labels;
mod log_tail;
mod signal;

pub use engine_version::EngineVersion;
pub use inventory::{ContainerLog, Unwatched};

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
use inspections::{Inspections, ReadReason};
use known_containers::KnownContainers;
use sidelink_core::Event;
use sidelink_core::backoff::ExponentialBackoff;
use sidelink_diagnostics::shorten;

const PROJECT: &str = "com.docker.compose.project";

/// Seconds allowed for a request; the event stream has no limit.
const REQUEST_TIMEOUT: u64 = 10;
/// Maximum length of a connection error in a diagnosis.
const MAX_ERROR: usize = 200;
const RECONNECT_BACKOFF: ExponentialBackoff = ExponentialBackoff::from_millis(100, 2_000);
/// Between two inspections of an unhealthy or unreadable container. Docker sends no event when only a healthcheck's
/// output changes, and the watchers outside Docker check as often.
const REREAD_INTERVAL: Duration = Duration::from_secs(2);
/// Between two lists, because an event can be lost without a trace.
const RELIST_INTERVAL: Duration = Duration::from_secs(60);

/// Events that can change a container's state. Execs are excluded: each healthcheck has three.
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

/// Address of the Docker API, and the project to follow.
#[derive(Clone, Debug)]
pub struct Api {
    /// `tcp://host:port` or `unix:///path`.
    pub host: String,
    /// Project name; required where the sidecar is not a container of the project.
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

    /// Sends an event for each change of a container, and reconnects until the receiver is gone.
    pub async fn follow(self, events: mpsc::Sender<Event>) {
        let mut failures = 0;
        let mut latest = None;
        while !events.is_closed() {
            let ended = match self.session(&events, &mut failures, &mut latest).await {
                Ok(()) => "the event stream ended".to_owned(),
                Err(error) => shorten(&summary(&error), MAX_ERROR),
            };
            failures += 1;
            if events
                .send(Event::DockerLost(recognition::of_lost_engine(&ended)))
                .await
                .is_err()
            {
                return;
            }
            sleep(RECONNECT_BACKOFF.after(failures)).await;
        }
    }

    /// Follows one connection to its end. `latest` is the time of the latest event that was read.
    async fn session(
        &self,
        events: &mpsc::Sender<Event>,
        failures: &mut u32,
        latest: &mut Option<EventTime>,
    ) -> Result<()> {
        let docker = self
            .connect(REQUEST_TIMEOUT)
            .await
            .with_context(|| format!("cannot talk to {}", self.host))?;
        let (project, own_previous_end) = self.project(&docker).await?;
        let since = latest.unwrap_or_else(EventTime::before_first_list);
        let stream = Box::pin(subscribe(&docker, &project, since));
        let mut known = KnownContainers::default();
        let containers = known.list(&docker, &project).await?;
        *failures = 0;
        // A later reconnect requests events from here on, so none is lost.
        latest.get_or_insert(since);
        events
            .send(Event::Connected {
                containers,
                own_previous_end,
            })
            .await?;
        follow_events(&docker, &project, stream, known, latest, events).await
    }

    /// Returns the own Compose project, and when the sidecar's container last ended.
    async fn project(&self, docker: &Docker) -> Result<(String, Option<u64>)> {
        if let Some(project) = &self.project {
            return Ok((project.clone(), None));
        }
        let id = std::env::var("HOSTNAME")
            .context("cannot find the own Compose project, because HOSTNAME is not set: outside a container set SIDELINK_PROJECT")?;
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

/// Sends the model's events until the stream ends.
async fn follow_events(
    docker: &Docker,
    project: &str,
    mut stream: impl Stream<Item = Result<EventMessage, bollard::errors::Error>> + Unpin,
    mut known: KnownContainers,
    latest: &mut Option<EventTime>,
    events: &mpsc::Sender<Event>,
) -> Result<()> {
    let mut inspections = Inspections::default();
    let mut reread = ticks(REREAD_INTERVAL);
    let mut relist = ticks(RELIST_INTERVAL);
    relist.reset();
    loop {
        let event = tokio::select! {
            message = stream.next() => {
                let Some(message) = message else { return Ok(()) };
                let message = message?;
                *latest = EventTime::of(&message).or(*latest);
                on_event(docker, message, &mut known, &mut inspections)
            }
            Some(result) = inspections.next() => known.update(result),
            _ = reread.tick(), if known.needs_reread() => {
                for id in known.ids_to_reread() {
                    inspections.request(docker, id, ReadReason::Reread);
                }
                None
            }
            _ = relist.tick() => known.relist(docker, project, &mut inspections).await?,
        };
        if let Some(event) = event {
            events.send(event).await?;
        }
    }
}

/// Translates an event: removals and stop signals at once, anything else by an inspection.
fn on_event(
    docker: &Docker,
    message: EventMessage,
    known: &mut KnownContainers,
    inspections: &mut Inspections,
) -> Option<Event> {
    let at = EventTime::of(&message);
    let action = message.action.unwrap_or_default();
    let actor = message.actor?;
    let id = actor.id.unwrap_or_default();
    let reason = match action.as_str() {
        "destroy" => {
            known.forget(&id);
            inspections.forget(&id);
            return Some(Event::Removed { id });
        }
        "kill" => {
            // The effect of the signal has its own event; until then Docker may delay an inspection.
            let attributes = actor.attributes.unwrap_or_default();
            let signal = attributes.get("signal").map(String::as_str);
            let is_stop = signal::asks_to_stop(signal, known.stop_signal(&id));
            let at = at.map_or_else(unix_ms, EventTime::unix_ms);
            return is_stop.then_some(Event::StopAsked { id, at });
        }
        "die" => ReadReason::Ended,
        _ => ReadReason::Changed,
    };
    inspections.request(docker, id, reason);
    None
}

/// Returns the outermost and the innermost error; the HTTP client's messages in between add nothing.
fn summary(error: &anyhow::Error) -> String {
    let (context, cause) = (error.to_string(), error.root_cause().to_string());
    if context == cause {
        context
    } else {
        format!("{context}: {cause}")
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

/// Lists the project's containers with a role, including those that ended.
async fn labelled(docker: &Docker, project: &str) -> Result<Vec<ContainerSummary>> {
    let labels = vec![format!("{PROJECT}={project}"), "sidelink.role".to_owned()];
    list(docker, labels).await
}

/// Lists the containers that have all of these labels, including those that ended.
async fn list(docker: &Docker, labels: Vec<String>) -> Result<Vec<ContainerSummary>> {
    let options = ListContainersOptionsBuilder::new()
        .all(true)
        .filters(&HashMap::from([("label", labels)]))
        .build();
    Ok(docker.list_containers(Some(options)).await?)
}
