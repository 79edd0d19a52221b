//! The Docker API as a source of events.

use std::time::Duration;

use sidelink::docker::{Api, Unwatched};
use sidelink_core::{Container, Event, Health, Role, Run};
use sidelink_diagnostics::Message;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::containers::{Project, docker};

const IMAGE: &str = "debian:trixie-slim";

struct Source {
    events: mpsc::Receiver<Event>,
}

impl Source {
    fn follows(project: &Project) -> Self {
        let (sender, events) = mpsc::channel(64);
        let host = "unix:///var/run/docker.sock".to_owned();
        tokio::spawn(
            Api {
                host,
                project: Some(project.name.clone()),
            }
            .follow(sender),
        );
        Self { events }
    }

    /// The first event that fits; the others are passed over.
    async fn tells<T>(&mut self, what: &str, fits: impl Fn(Event) -> Option<T>) -> T {
        let first = async {
            loop {
                let event = self.events.recv().await.expect("the source goes on");
                if let Some(found) = fits(event) {
                    return found;
                }
            }
        };
        timeout(Duration::from_secs(30), first)
            .await
            .unwrap_or_else(|_| panic!("never told: {what}"))
    }

    async fn lists(&mut self) -> Vec<Container> {
        self.tells("a list", |event| match event {
            Event::Connected { containers, .. } => Some(containers),
            _ => None,
        })
        .await
    }

    async fn shows(&mut self, what: &str, fits: impl Fn(&Container) -> bool) -> Container {
        self.tells(what, |event| match event {
            Event::Container(container) if fits(&container) => Some(*container),
            _ => None,
        })
        .await
    }
}

#[tokio::test]
async fn a_service_whose_role_is_misspelt_is_named() {
    let (own, other) = (Project::new(), Project::new());
    own.runs("app", "app", &[], &[IMAGE, "sleep", "60"]);
    for (project, service, label) in [
        (&own, "web", "sidelink.rolle=app"),
        (&own, "plain", "com.example=1"),
        (&other, "foreign", "sidelink.rolle=app"),
    ] {
        let project = format!("com.docker.compose.project={}", project.name);
        let service = format!("com.docker.compose.service={service}");
        docker(&[
            "run", "--detach", "--label", &project, "--label", &service, "--label", label, IMAGE,
            "sleep", "60",
        ]);
    }
    let api = Api {
        host: "unix:///var/run/docker.sock".to_owned(),
        project: Some(own.name.clone()),
    };
    let unwatched = api.unwatched().await.expect("Docker answers");
    let [Unwatched { service, labels }] = &unwatched[..] else {
        panic!("one service, not {unwatched:?}");
    };
    assert_eq!(
        (service.as_str(), &labels[..]),
        ("web", &["sidelink.rolle".to_owned()][..])
    );
}

#[tokio::test]
async fn only_labelled_containers_of_the_own_project_are_seen() {
    let (own, other) = (Project::new(), Project::new());
    let id = own.runs(
        "app",
        "app",
        &[
            "--label",
            "sidelink.port=3000",
            "--label",
            "sidelink.health-path=/up",
        ],
        &[IMAGE, "sleep", "60"],
    );
    other.runs("app", "app", &[], &[IMAGE, "sleep", "60"]);
    docker(&[
        "run",
        "--detach",
        "--label",
        &format!("com.docker.compose.project={}", own.name),
        IMAGE,
        "sleep",
        "60",
    ]);
    let containers = Source::follows(&own).lists().await;
    let [app] = &containers[..] else {
        panic!("one container, not {containers:?}")
    };
    assert_eq!(
        (app.id.as_str(), app.role, app.port),
        (id.as_str(), Role::App, Some(3000))
    );
    assert_eq!(app.health_path.as_deref(), Some("/up"));
    assert_eq!((&app.run, &app.health), (&Run::Running, &Health::None));
}

#[tokio::test]
async fn an_end_is_told_with_its_cause() {
    let project = Project::new();
    let mut source = Source::follows(&project);
    assert!(source.lists().await.is_empty());

    let killed = project.runs("a", "app", &[], &[IMAGE, "sleep", "60"]);
    source.shows("it runs", Container::is_running).await;
    docker(&["kill", &killed]);
    let end = source
        .shows("killed", |container| {
            matches!(container.run, Run::Exited { .. })
        })
        .await;
    assert!(
        matches!(
            end.run,
            Run::Exited {
                code: 137,
                out_of_memory: false,
                ..
            }
        ),
        "{end:?}"
    );

    project.runs("b", "app", &[], &[IMAGE, "sh", "-c", "exit 3"]);
    let failed = |container: &Container| {
        container.service == "b" && matches!(container.run, Run::Exited { .. })
    };
    let end = source.shows("failed", failed).await;
    assert!(
        matches!(
            (&end.run, &end.recognized),
            (Run::Exited { code: 3, .. }, None)
        ),
        "{end:?}"
    );
}

/// Behind more than is read of a log, beside the other stream; by its event, and at first sight.
/// The noise is on the same stream: Docker does not keep the order between the two.
#[tokio::test]
async fn an_end_is_told_with_what_the_last_lines_mean() {
    let project = Project::new();
    let mut source = Source::follows(&project);
    source.lists().await;
    let script = "yes noise | head -n 20000 >&2; \
        echo 'Error: token=SECRET'; echo 'Error: listen EADDRINUSE: address already in use :::3000' >&2; exit 1";
    project.runs("a", "app", &[], &[IMAGE, "sh", "-c", script]);
    let end = source.shows("its end", Container::has_ended).await;
    let [first_seen] = &Source::follows(&project).lists().await[..] else {
        panic!("one container")
    };
    for container in [&end, first_seen] {
        let Some(reason) = &container.recognized else {
            panic!("is recognised: {container:?}")
        };
        assert_eq!(reason.code(), "port_in_use");
        assert!(
            reason
                .message(sidelink_diagnostics::Lang::En)
                .ends_with("address already in use :::3000"),
            "{reason:?}"
        );
    }
}

#[tokio::test]
async fn a_stop_is_told_from_a_kill() {
    let project = Project::new();
    let mut source = Source::follows(&project);
    source.lists().await;
    let id = project.runs("a", "app", &["--init"], &[IMAGE, "sleep", "60"]);
    docker(&["stop", &id]);
    let asked = source
        .tells("the stop signal", |event| match event {
            Event::StopAsked { id, .. } => Some(id),
            _ => None,
        })
        .await;
    assert_eq!(asked, id);
    docker(&["rm", &id]);
    let removed = source
        .tells("its removal", |event| match event {
            Event::Removed { id } => Some(id),
            _ => None,
        })
        .await;
    assert_eq!(removed, id);
}

#[tokio::test]
async fn an_unhealthy_container_is_told_with_its_last_output() {
    let project = Project::new();
    let mut source = Source::follows(&project);
    source.lists().await;
    let check = [
        "--health-cmd",
        "echo no database; exit 1",
        "--health-interval",
        "200ms",
        "--health-retries",
        "1",
    ];
    project.runs("a", "app", &check, &[IMAGE, "sleep", "60"]);
    let unhealthy = |container: &Container| matches!(container.health, Health::Unhealthy { .. });
    let container = source.shows("unhealthy", unhealthy).await;
    assert_eq!(
        container.health,
        Health::Unhealthy {
            output: "no database".to_owned()
        }
    );
}

#[tokio::test]
async fn what_the_watcher_of_host_ip_prints_is_read_while_it_is_healthy() {
    let project = Project::new();
    let says = |word: &str| project.file("said", &format!("host-ip 192.168.1.20 {word}\n"));
    let mount = format!("{}:/said:ro", says("ok"));
    let mut source = Source::follows(&project);
    source.lists().await;
    let check = [
        "--volume",
        &mount,
        "--health-cmd",
        "cat /said",
        "--health-interval",
        "200ms",
    ];
    project.runs("host-ip", "host-ip", &check, &[IMAGE, "sleep", "60"]);
    let healthy = |container: &Container| {
        container.health == Health::Healthy && container.recognized.is_none()
    };
    source.shows("healthy", healthy).await;
    says("elsewhere 10.0.0.5");
    let limited = |container: &Container| container.recognized.is_some();
    source.shows("another word", limited).await;
    says("unknown");
    source.shows("healthy again", healthy).await;
}

#[tokio::test]
async fn a_start_brings_back_what_ended() {
    let project = Project::new();
    let mut source = Source::follows(&project);
    source.lists().await;
    let id = project.runs("a", "app", &[], &[IMAGE, "sleep", "60"]);
    docker(&["kill", &id]);
    source
        .shows("killed", |container| {
            matches!(container.run, Run::Exited { .. })
        })
        .await;
    let api = Api {
        host: "unix:///var/run/docker.sock".to_owned(),
        project: Some(project.name.clone()),
    };
    api.start(&id).await.expect("starts");
    source.shows("running again", Container::is_running).await;
    api.start(&id).await.expect("one that runs is fine");
}

#[tokio::test]
async fn no_docker_is_told_with_the_reason() {
    let (sender, mut events) = mpsc::channel(8);
    let host = "unix:///nonexistent/docker.sock".to_owned();
    tokio::spawn(
        Api {
            host,
            project: Some("x".to_owned()),
        }
        .follow(sender),
    );
    let Some(Event::DockerLost(reason)) = events.recv().await else {
        panic!("nothing else can be told")
    };
    assert!(
        reason
            .message(sidelink_diagnostics::Lang::En)
            .contains("docker.sock"),
        "{reason:?}"
    );
}
