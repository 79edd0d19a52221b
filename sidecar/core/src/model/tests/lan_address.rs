//! This machine's address changes: `init` renders again, and LiveKit restarts, when no call is on.

use super::*;

const FROM: [u8; 4] = [192, 168, 1, 20];
const TO: [u8; 4] = [10, 0, 0, 5];

/// A stack that works, with `init` and the watcher, which finds the address of LiveKit.
fn at_home() -> Stack {
    let mut stack = Stack::ready();
    for (name, role) in [("init", Role::Init), ("host-ip", Role::HostIp)] {
        let mut container = stack::container(name, role);
        (container.required, container.autoheal) = (false, false);
        container.finishes = role == Role::Init;
        stack.containers.insert(name.to_owned(), container);
    }
    stack.starts("init");
    stack.ends("init", 0);
    stack.starts("host-ip");
    finds(&mut stack, FROM, 0);
    stack.effects.clear();
    stack
}

/// The watcher finds the address that `init` rendered at that time.
fn finds(stack: &mut Stack, address: [u8; 4], rendered_at: u64) {
    stack.changes("host-ip", |watcher, _| {
        watcher.recognized = None;
        watcher.lan_address = Some(LanAddress {
            address: address.into(),
            rendered_at,
        });
    });
}

/// The machine joins another network.
fn moves(stack: &mut Stack) {
    stack.changes("host-ip", |watcher, _| {
        watcher.lan_address = None;
        watcher.recognized = Some(Diagnosis::LanAddressMoved {
            from: Some(FROM.into()),
            to: TO.into(),
        });
    });
}

/// The address stays for the time in which nothing happens, and LiveKit is asked who is in a call.
fn settles(stack: &mut Stack, participants: u32) {
    stack.passes(Duration::from_secs(10));
    stack.answers("livekit", Ok(Finding::Livekit { participants }));
}

#[test]
fn livekit_gets_the_new_address_and_the_phase_stays_ready() {
    let mut stack = at_home();
    assert_eq!(stack.snapshot.lan_address, Some(FROM.into()));
    moves(&mut stack);
    assert_eq!(stack.snapshot.lan_address, None);
    assert_eq!(stack.service("host-ip").state.as_str(), "limited");
    settles(&mut stack, 0);
    assert_eq!(stack.started(), ["init"]);
    assert_eq!(stack.restarted(), [""; 0], "init comes first");
    stack.is_started("init");
    stack.ends("init", 0);
    let rendered_at = stack.now.unix_ms;
    finds(&mut stack, TO, rendered_at);
    assert_eq!(stack.snapshot.lan_address, None, "LiveKit does not have it");
    assert_eq!(stack.service("host-ip").state.as_str(), "limited");
    settles(&mut stack, 0);
    assert_eq!(stack.restarted(), ["livekit"]);
    assert_eq!(stack.snapshot.phase, Phase::Ready);
    stack.is_started("livekit");
    stack.passes(Duration::from_secs(300));
    assert_eq!((stack.started(), stack.restarted()), (vec![], vec![]));
    assert_eq!(stack.snapshot.lan_address, Some(TO.into()));
}

#[test]
fn livekit_from_before_another_run_of_init_restarts_too() {
    let mut stack = at_home();
    stack.passes(Duration::from_secs(5));
    let rendered_at = stack.now.unix_ms;
    finds(&mut stack, TO, rendered_at);
    settles(&mut stack, 0);
    assert_eq!(
        (stack.started(), stack.restarted()),
        (vec![], vec!["livekit"])
    );
    stack.effects.clear();
    stack.apply(Event::ActionEnded {
        service: "livekit".to_owned(),
        done: false,
    });
    stack.passes(Duration::from_secs(59));
    assert_eq!(stack.restarted(), [""; 0], "Docker has refused it");
    settles(&mut stack, 0);
    assert_eq!(stack.restarted(), ["livekit"]);
}

#[test]
fn a_network_that_is_back_at_once_changes_nothing() {
    let mut stack = at_home();
    for _ in 0..3 {
        moves(&mut stack);
        stack.passes(Duration::from_secs(9));
        finds(&mut stack, FROM, 0);
        stack.passes(Duration::from_secs(9));
    }
    assert_eq!(stack.started(), [""; 0]);
}

#[test]
fn a_call_is_not_ended_also_one_that_has_just_begun() {
    let mut stack = at_home();
    stack.answers("livekit", Ok(Finding::Livekit { participants: 0 }));
    moves(&mut stack);
    settles(&mut stack, 2);
    for _ in 0..60 {
        settles(&mut stack, 2);
    }
    assert_eq!(stack.started(), [""; 0]);
    stack.passes(Duration::from_secs(10));
    stack.answers("livekit", Ok(Finding::Works));
    assert_eq!(
        stack.started(),
        [""; 0],
        "it is not known whether a call is on"
    );
    settles(&mut stack, 0);
    assert_eq!(stack.started(), ["init"]);
}

#[test]
fn init_that_failed_or_did_not_help_runs_once_a_minute_and_livekit_stays() {
    let mut stack = at_home();
    moves(&mut stack);
    for code in [1, 0, 0] {
        settles(&mut stack, 0);
        assert_eq!(stack.started(), ["init"], "{code}");
        stack.is_started("init");
        stack.ends("init", code);
        stack.effects.clear();
        stack.passes(Duration::from_secs(50));
        assert_eq!(stack.started(), [""; 0], "{code}");
    }
    assert_eq!(stack.restarted(), [""; 0]);
}

#[test]
fn init_is_shown_only_when_it_failed() {
    let mut stack = at_home();
    let shown = |stack: &Stack| {
        let mut services = stack.snapshot.services.iter();
        services.any(|view| view.name == "init")
    };
    assert!(!shown(&stack));
    stack.starts("init");
    stack.ends("init", 1);
    assert!(shown(&stack));
    assert_eq!(stack.snapshot.phase, Phase::Ready, "the stack runs");
}

#[test]
fn an_address_that_a_visitor_used_is_suggested_where_docker_hides_it() {
    let mut stack = at_home();
    let code = |stack: &Stack| stack.service("host-ip").state.reason().map(Diagnosis::code);
    stack.apply(Event::LanVisited(TO.into()));
    assert_eq!(code(&stack), None, "the watcher has found one");
    stack.changes("host-ip", |watcher, _| {
        watcher.lan_address = None;
        watcher.recognized = Some(Diagnosis::of_code("lan_address_hidden", ""));
    });
    let address = TO.into();
    assert_eq!(
        stack.service("host-ip").state,
        State::Limited(Diagnosis::LanAddressVisited { address })
    );
    stack.apply(Event::LanVisited(FROM.into()));
    let address = FROM.into();
    assert_eq!(
        stack.service("host-ip").state,
        State::Limited(Diagnosis::LanAddressVisited { address })
    );
    assert_eq!(stack.snapshot.phase, Phase::Ready);
}

#[test]
fn without_a_visitor_a_hidden_address_stays_unknown() {
    let mut stack = at_home();
    stack.changes("host-ip", |watcher, _| {
        watcher.lan_address = None;
        watcher.recognized = Some(Diagnosis::of_code("lan_address_hidden", ""));
    });
    let reason = stack.service("host-ip").state.reason().map(Diagnosis::code);
    assert_eq!(reason, Some("lan_address_hidden"));
}
