//! Tests of the events from the Docker API.

use sidelink::docker::{Api, Unwatched};
use sidelink_core::{Container, Event, Health, Role, Run};
use sidelink_diagnostics::Message;
use tokio::sync::mpsc;

use super::containers::{Project, docker};
use super::event_source::{EventSource, api};

const IMAGE: &str = "debian:trixie-slim";

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
    let docker_api = api(&own);
    let unwatched = docker_api.unwatched().await.expect("Docker answers");
    let [Unwatched { service, labels }] = &unwatched[..] else {
        panic!("one service, not {unwatched:?}");
    };
    assert_eq!(
        (service.as_str(), &labels[..]),
        ("web", &["sidelink.rolle".to_owned()][..])
    );
}

#[tokio::test]
async fn only_labelled_containers_of_the_own_project_are_listed() {
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
    let containers = EventSource::follows(&own).lists().await;
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
async fn an_end_is_reported_with_its_cause() {
    let project = Project::new();
    let mut source = EventSource::follows(&project);
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

/// The cause follows a longer log than is read, with another line on the other stream. It is found after the event and
/// in the first list. The noise is on the same stream, because Docker does not keep the order of the two.
#[tokio::test]
async fn an_end_is_reported_with_the_cause_from_its_last_lines() {
    let project = Project::new();
    let mut source = EventSource::follows(&project);
    source.lists().await;
    let script = "yes noise | head -n 20000 >&2; \
        echo 'Error: token=SECRET'; echo 'Error: listen EADDRINUSE: address already in use :::3000' >&2; exit 1";
    project.runs("a", "app", &[], &[IMAGE, "sh", "-c", script]);
    let end = source.shows("its end", Container::has_ended).await;
    let [listed] = &EventSource::follows(&project).lists().await[..] else {
        panic!("one container")
    };
    for container in [&end, listed] {
        let Some(reason) = &container.recognized else {
            panic!("is recognized: {container:?}")
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
async fn a_stop_is_reported_before_the_end() {
    let project = Project::new();
    let mut source = EventSource::follows(&project);
    source.lists().await;
    let id = project.runs("a", "app", &["--init"], &[IMAGE, "sleep", "60"]);
    docker(&["stop", &id]);
    let asked = source
        .sends("the stop signal", |event| match event {
            Event::StopAsked { id, .. } => Some(id),
            _ => None,
        })
        .await;
    assert_eq!(asked, id);
    docker(&["rm", &id]);
    let removed = source
        .sends("its removal", |event| match event {
            Event::Removed { id } => Some(id),
            _ => None,
        })
        .await;
    assert_eq!(removed, id);
}

#[tokio::test]
async fn an_unhealthy_container_is_reported_with_its_last_output() {
    let project = Project::new();
    let mut source = EventSource::follows(&project);
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
async fn the_output_of_the_host_ip_watcher_is_read_while_it_is_healthy() {
    let project = Project::new();
    let write = |state: &str| {
        let line = format!("host-ip 192.168.1.20 {state}\n");
        project.file("output", &line)
    };
    let mount = format!("{}:/output:ro", write("ok"));
    let mut source = EventSource::follows(&project);
    source.lists().await;
    let check = [
        "--volume",
        &mount,
        "--health-cmd",
        "cat /output",
        "--health-interval",
        "200ms",
    ];
    project.runs("host-ip", "host-ip", &check, &[IMAGE, "sleep", "60"]);
    let healthy = |container: &Container| {
        container.health == Health::Healthy && container.recognized.is_none()
    };
    source.shows("healthy", healthy).await;
    write("elsewhere 10.0.0.5");
    let limited = |container: &Container| container.recognized.is_some();
    source.shows("another output", limited).await;
    write("unknown");
    source.shows("healthy again", healthy).await;
}

#[tokio::test]
async fn a_start_starts_an_ended_container() {
    let project = Project::new();
    let mut source = EventSource::follows(&project);
    source.lists().await;
    let id = project.runs("a", "app", &[], &[IMAGE, "sleep", "60"]);
    docker(&["kill", &id]);
    source
        .shows("killed", |container| {
            matches!(container.run, Run::Exited { .. })
        })
        .await;
    let docker_api = api(&project);
    docker_api.start(&id).await.expect("starts");
    source.shows("running again", Container::is_running).await;
    docker_api.start(&id).await.expect("one that runs is fine");
}

#[tokio::test]
async fn a_missing_docker_is_reported_with_the_cause() {
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
        panic!("the first event reports the lost engine")
    };
    assert!(
        reason
            .message(sidelink_diagnostics::Lang::En)
            .contains("docker.sock"),
        "{reason:?}"
    );
}
