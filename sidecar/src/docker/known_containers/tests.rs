//! Tests of what is an event and what is read again.

use super::super::inspections::Unreadable;
use super::*;

fn container(health: Health) -> Container {
    Container {
        stop_signal: 28,
        autoheal: false,
        run: Run::Running,
        health,
        started_at: 1,
        created_at: 1,
        ..Container::created("1".to_owned(), "livekit".to_owned(), Role::Livekit)
    }
}

fn unhealthy(output: &str) -> Container {
    let output = output.to_owned();
    container(Health::Unhealthy { output })
}

fn update(
    known: &mut KnownContainers,
    reason: ReadReason,
    container: Result<Option<Container>, Unreadable>,
) -> Option<Container> {
    let result = InspectionResult {
        id: "1".to_owned(),
        reason,
        container,
    };
    match known.update(result)? {
        Event::Container(container) => Some(*container),
        other => panic!("{other:?}"),
    }
}

fn ended() -> Container {
    Container {
        run: Run::Exited {
            code: 0,
            out_of_memory: false,
            error: String::new(),
            finished_at: 2,
        },
        ..unhealthy("x")
    }
}

#[test]
fn an_unhealthy_container_is_reread_and_only_another_output_is_an_event() {
    let mut known = KnownContainers::default();
    assert!(
        update(
            &mut known,
            ReadReason::Changed,
            Ok(Some(unhealthy("not_running")))
        )
        .is_some()
    );
    assert_eq!(known.ids_to_reread(), ["1"]);
    assert_eq!(
        update(
            &mut known,
            ReadReason::Reread,
            Ok(Some(unhealthy("not_running")))
        ),
        None
    );
    assert!(
        update(
            &mut known,
            ReadReason::Reread,
            Ok(Some(unhealthy("loopback4_only")))
        )
        .is_some()
    );
    assert!(
        update(
            &mut known,
            ReadReason::Reread,
            Ok(Some(container(Health::Healthy)))
        )
        .is_some()
    );
    assert!(!known.needs_reread());
    assert_eq!(known.stop_signal("1"), Some(28));
}

#[test]
fn the_watcher_of_host_ip_is_reread_although_it_is_healthy() {
    let watcher = |health| Container {
        role: Role::HostIp,
        ..container(health)
    };
    let mut known = KnownContainers::default();
    let healthy = || Ok(Some(watcher(Health::Healthy)));
    assert!(update(&mut known, ReadReason::Changed, healthy()).is_some());
    assert_eq!(known.ids_to_reread(), ["1"]);
    assert_eq!(update(&mut known, ReadReason::Reread, healthy()), None);
    let warns = Container {
        recognized: Some(sidelink_core::Diagnosis::of_code("host_ip_wrong", "")),
        ..watcher(Health::Healthy)
    };
    assert!(update(&mut known, ReadReason::Reread, Ok(Some(warns))).is_some());
    assert_eq!(known.ids_to_reread(), ["1"]);
}

#[test]
fn an_end_waits_for_its_own_event() {
    let mut known = KnownContainers::default();
    update(&mut known, ReadReason::Changed, Ok(Some(unhealthy("x"))));
    assert_eq!(
        update(&mut known, ReadReason::Changed, Ok(Some(ended()))),
        None
    );
    assert_eq!(
        update(&mut known, ReadReason::Ended, Ok(Some(ended()))),
        Some(ended())
    );
    assert!(!known.needs_reread(), "an ended container does not change");
}

#[test]
fn a_failed_first_start_is_found_without_an_event() {
    let created = |recognized| Container {
        run: Run::Created,
        recognized,
        ..container(Health::None)
    };
    let mut known = KnownContainers::default();
    update(&mut known, ReadReason::Changed, Ok(Some(created(None))));
    assert_eq!(known.ids_to_reread(), ["1"]);
    let failed = created(Some(sidelink_core::Diagnosis::of_code(
        "command_missing",
        "",
    )));
    let event = update(&mut known, ReadReason::Reread, Ok(Some(failed.clone())));
    assert_eq!(event, Some(failed));
}

#[test]
fn an_unreadable_container_is_reported_once_and_reread() {
    let mut known = KnownContainers::default();
    update(
        &mut known,
        ReadReason::Changed,
        Ok(Some(container(Health::Healthy))),
    );
    let event = update(&mut known, ReadReason::Changed, Err(Unreadable)).expect("an event");
    assert!(!event.readable && event.is_running());
    assert_eq!(
        update(&mut known, ReadReason::Reread, Err(Unreadable)),
        None
    );
    assert_eq!(known.ids_to_reread(), ["1"]);
    let again = update(
        &mut known,
        ReadReason::Reread,
        Ok(Some(container(Health::Healthy))),
    );
    assert!(again.expect("an event").readable);
}

#[test]
fn an_end_that_could_not_be_read_is_reported_as_soon_as_it_can() {
    let mut known = KnownContainers::default();
    update(&mut known, ReadReason::Changed, Ok(Some(unhealthy("x"))));
    assert!(update(&mut known, ReadReason::Ended, Err(Unreadable)).is_some());
    assert_eq!(
        update(&mut known, ReadReason::Reread, Err(Unreadable)),
        None
    );
    assert_eq!(
        update(&mut known, ReadReason::Reread, Ok(Some(ended()))),
        Some(ended())
    );
    assert!(!known.needs_reread());
}
