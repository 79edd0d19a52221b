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
    stack.changes("host-ip", |watcher, _| {
        watcher.lan_address = Some(FROM.into())
    });
    stack.effects.clear();
    stack
}

/// The machine joins another network, and stays there.
fn moves(stack: &mut Stack) {
    moves_for(stack, Duration::from_secs(12));
}

fn moves_for(stack: &mut Stack, time: Duration) {
    stack.changes("host-ip", |watcher, _| {
        watcher.lan_address = None;
        watcher.recognized = Some(Diagnosis::LanAddressMoved {
            from: Some(FROM.into()),
            to: TO.into(),
        });
    });
    stack.passes(time);
}

fn has_participants(stack: &mut Stack, participants: u32) {
    stack.answers("livekit", Ok(Finding::Livekit { participants }));
}

fn renders(stack: &mut Stack, code: i64) {
    stack.is_started("init");
    stack.ends("init", code);
}

#[test]
fn livekit_gets_the_new_address_and_the_phase_stays_ready() {
    let mut stack = at_home();
    assert_eq!(stack.snapshot.lan_address, Some(FROM.into()));
    moves(&mut stack);
    assert_eq!(stack.snapshot.lan_address, None);
    assert_eq!(stack.service("host-ip").state.as_str(), "limited");
    assert_eq!(stack.started(), ["init"]);
    assert_eq!(stack.restarted(), [""; 0], "init comes first");
    renders(&mut stack, 0);
    assert_eq!(stack.restarted(), ["livekit"]);
    assert_eq!(stack.snapshot.phase, Phase::Ready);
    stack.effects.clear();
    stack.passes(Duration::from_secs(5));
    assert_eq!(stack.started(), [""; 0], "the watcher reads it later");
    stack.changes("host-ip", |watcher, _| {
        (watcher.lan_address, watcher.recognized) = (Some(TO.into()), None);
    });
    stack.passes(Duration::from_secs(120));
    assert_eq!(stack.started(), [""; 0]);
    assert_eq!(stack.snapshot.lan_address, Some(TO.into()));
}

#[test]
fn a_network_that_is_back_at_once_changes_nothing() {
    let mut stack = at_home();
    moves_for(&mut stack, Duration::from_secs(11));
    stack.changes("host-ip", |watcher, _| {
        (watcher.lan_address, watcher.recognized) = (Some(FROM.into()), None);
    });
    moves_for(&mut stack, Duration::from_secs(11));
    assert_eq!(stack.started(), [""; 0]);
}

#[test]
fn a_call_is_not_ended() {
    let mut stack = at_home();
    has_participants(&mut stack, 2);
    moves(&mut stack);
    stack.passes(Duration::from_secs(600));
    assert_eq!(stack.started(), [""; 0]);
    has_participants(&mut stack, 0);
    assert_eq!(stack.started(), ["init"]);
}

#[test]
fn a_fault_restarts_nothing_in_a_circle() {
    let mut stack = at_home();
    moves(&mut stack);
    renders(&mut stack, 1);
    assert_eq!(stack.restarted(), [""; 0], "the old configuration is kept");
    assert_eq!(stack.service("init").state.as_str(), "broken");
    stack.passes(Duration::from_secs(59));
    assert_eq!(stack.started(), [""; 0]);
    stack.ends("init", 0);
    stack.passes(Duration::from_secs(1));
    stack.passes(Duration::from_secs(12));
    assert_eq!(stack.started(), ["init"]);
    renders(&mut stack, 0);
    stack.effects.clear();
    stack.passes(Duration::from_secs(59));
    assert_eq!(stack.started(), [""; 0], "it did not help");
}

#[test]
fn init_is_shown_only_when_it_failed() {
    let mut stack = at_home();
    let shown = |stack: &Stack| {
        stack
            .snapshot
            .services
            .iter()
            .any(|view| view.name == "init")
    };
    assert!(!shown(&stack));
    stack.starts("init");
    stack.ends("init", 1);
    assert!(shown(&stack));
    assert_eq!(stack.snapshot.phase, Phase::Ready, "the stack runs");
}
