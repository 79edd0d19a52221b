//! The Docker API: the containers of our own Compose project, listed once and followed by events.
//!
//! After every reconnect everything is listed again: an event stream that ended may have lost some.

mod convert;
mod inventory;
mod labels;
mod tail;
mod unhealthy;

pub use inventory::Log;

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use bollard::models::{ContainerSummary, EventMessage};
use bollard::query_parameters::{
    EventsOptionsBuilder, InspectContainerOptions, ListContainersOptionsBuilder,
    RestartContainerOptionsBuilder, StartContainerOptions, StopContainerOptions,
};
use bollard::{API_DEFAULT_VERSION, Docker};
use futures_util::{Stream, StreamExt};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::clock::{from_rfc3339, unix_ms};
use crate::diagnosis::engine;
use crate::model::{Container, Event};
use crate::pace::Pace;
use crate::reason::shorten;
use unhealthy::Unhealthy;

const PROJECT: &str = "com.docker.compose.project";

/// For one question, in seconds; the event stream has no limit.
const TIMEOUT: u64 = 10;
/// A stop waits for the container: Compose's grace periods are a few seconds, Docker's own is 10.
const TIMEOUT_ACT: u64 = 60;
/// What hangs or is lost gets so many seconds to end by itself.
const GRACE: i32 = 3;
const RECONNECT: Pace = Pace::from_millis(100, 2_000);
/// Events are asked for from a little before the list, so that none falls between the two.
const OVERLAP: Duration = Duration::from_secs(5);
/// How often what is unhealthy is read again: the watchers of parts outside Docker look as often.
const UNHEALTHY: Duration = Duration::from_secs(2);

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

    /// Starts a container that ended; one that runs already is fine.
    pub async fn start(&self, id: &str) -> Result<()> {
        let docker = self.connect(TIMEOUT_ACT).await?;
        let start = docker.start_container(id, None::<StartContainerOptions>);
        Ok(start.await?)
    }

    /// Ends its process, which hangs or is of no use any more, and starts it again.
    pub async fn restart(&self, id: &str) -> Result<()> {
        let docker = self.connect(TIMEOUT_ACT).await?;
        let options = RestartContainerOptionsBuilder::new().t(GRACE).build();
        Ok(docker.restart_container(id, Some(options)).await?)
    }

    /// Asks it to end, and waits as long as Compose's `stop_grace_period`.
    pub async fn stop(&self, id: &str) -> Result<()> {
        let docker = self.connect(TIMEOUT_ACT).await?;
        let stop = docker.stop_container(id, None::<StopContainerOptions>);
        Ok(stop.await?)
    }

    /// Tells the model everything about our containers, for ever.
    pub async fn follow(self, events: mpsc::Sender<Event>) {
        let mut failures = 0;
        while !events.is_closed() {
            let ended = match self.session(&events, &mut failures).await {
                Ok(()) => "the event stream ended".to_owned(),
                Err(error) => shorten(&in_short(&error), 200),
            };
            failures += 1;
            if events
                .send(Event::DockerLost(engine::lost(&ended)))
                .await
                .is_err()
            {
                return;
            }
            sleep(RECONNECT.after(failures)).await;
        }
    }

    /// From one connection to its end.
    async fn session(&self, events: &mpsc::Sender<Event>, failures: &mut u32) -> Result<()> {
        let docker = self
            .connect(TIMEOUT)
            .await
            .with_context(|| format!("cannot talk to {}", self.host))?;
        let (project, own_previous_end) = self.project(&docker).await?;
        let mut stream = Box::pin(subscribe(&docker, &project));
        let containers = list(&docker, &project).await?;
        *failures = 0;
        let connected = Event::Connected {
            containers,
            own_previous_end,
        };
        let mut unhealthy = Unhealthy::default();
        unhealthy.note(&connected);
        events.send(connected).await?;
        let mut again = interval(UNHEALTHY);
        again.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let news = tokio::select! {
                message = stream.next() => match message {
                    Some(message) => self.read(&docker, message?).await?,
                    None => return Ok(()),
                },
                _ = again.tick(), if !unhealthy.is_empty() => reread(&docker, &mut unhealthy).await?,
            };
            for event in news {
                unhealthy.note(&event);
                events.send(event).await?;
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

    /// What an event means: it only wakes a reading of what is so.
    async fn read(&self, docker: &Docker, message: EventMessage) -> Result<Vec<Event>> {
        let action = message.action.unwrap_or_default();
        let Some(actor) = message.actor else {
            return Ok(Vec::new());
        };
        let id = actor.id.unwrap_or_default();
        if action == "destroy" {
            return Ok(vec![Event::Removed { id }]);
        }
        if action == "kill" {
            // What a signal does has an event of its own; until then Docker may hold its answer back.
            let asked = is_stop_signal(actor.attributes.as_ref());
            let at = message
                .time_nano
                .and_then(|ns| u64::try_from(ns / 1_000_000).ok())
                .unwrap_or_else(unix_ms);
            return Ok(asked
                .then_some(Event::StopAsked { id, at })
                .into_iter()
                .collect());
        }
        let mut events = Vec::new();
        match inspect(docker, &id).await? {
            // What an inspection finds may be ahead of the events: an end is told when its own event
            // is read, so that the stop signal, which comes before it, is known by then.
            Some(container) if container.has_ended() && action != "die" => {}
            Some(container) => {
                events.push(Event::Container(tail::recognised(docker, container).await));
            }
            None => tracing::debug!(id, action, "not one of the labelled containers"),
        }
        Ok(events)
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

/// SIGTERM and its like ask a process to stop; SIGKILL is what a fault looks like.
fn is_stop_signal(attributes: Option<&HashMap<String, String>>) -> bool {
    let signal = attributes
        .and_then(|attributes| attributes.get("signal"))
        .map(String::as_str);
    matches!(
        signal,
        Some("15" | "2" | "3" | "SIGTERM" | "SIGINT" | "SIGQUIT")
    )
}

fn subscribe(
    docker: &Docker,
    project: &str,
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
    let since = (unix_ms() - u64::try_from(OVERLAP.as_millis()).unwrap_or(0)) / 1000;
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
    let options = ListContainersOptionsBuilder::new()
        .all(true)
        .filters(&HashMap::from([("label", labels)]))
        .build();
    Ok(docker.list_containers(Some(options)).await?)
}

async fn list(docker: &Docker, project: &str) -> Result<Vec<Container>> {
    let mut containers = Vec::new();
    for summary in labelled(docker, project).await? {
        if let Some(container) = inspect(docker, &summary.id.unwrap_or_default()).await? {
            containers.push(tail::recognised(docker, container).await);
        }
    }
    Ok(containers)
}

/// Those that are unhealthy, as far as they say something else by now.
async fn reread(docker: &Docker, unhealthy: &mut Unhealthy) -> Result<Vec<Event>> {
    let mut news = Vec::new();
    for id in unhealthy.ids() {
        match inspect(docker, &id).await? {
            Some(container) if unhealthy.is_news(&container) => {
                news.push(Event::Container(container));
            }
            Some(_) => {}
            None => unhealthy.forget(&id),
        }
    }
    Ok(news)
}

/// `None`: gone meanwhile, or not one of the labelled containers.
async fn inspect(docker: &Docker, id: &str) -> Result<Option<Container>> {
    match docker
        .inspect_container(id, None::<InspectContainerOptions>)
        .await
    {
        Ok(response) => Ok(convert::container(response)),
        Err(bollard::errors::Error::DockerResponseServerError {
            status_code: 404, ..
        }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
