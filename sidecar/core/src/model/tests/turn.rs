//! The TURN servers are tried: a fault is a notice, and neither the phase nor the public URL depends on it.

use super::*;

fn trial(fault: Option<TurnFault>) -> TurnTrial {
    let server = "turn:turn.example.org".to_owned();
    let fault = fault.map(|fault| Diagnosis::Turn {
        server: server.clone(),
        fault,
        detail: String::new(),
    });
    TurnTrial { server, fault }
}

#[test]
fn a_turn_server_that_does_not_work_is_a_notice_until_it_works() {
    let mut stack = Stack::ready();
    let host = stack.snapshot.usable_host().map(str::to_owned);
    for (fault, codes) in [
        (Some(TurnFault::Silent), vec!["turn_silent"]),
        (
            Some(TurnFault::Credentials),
            vec!["turn_credentials_refused"],
        ),
        (None, vec![]),
    ] {
        stack.apply(Event::TurnTried(vec![trial(fault)]));
        let notices = &stack.snapshot.notices;
        let shown: Vec<_> = notices.iter().map(Diagnosis::code).collect();
        assert_eq!(shown, codes);
        assert_eq!(stack.snapshot.turn, [trial(fault)]);
        assert_eq!(stack.snapshot.phase, Phase::Ready);
        assert_eq!(stack.snapshot.usable_host(), host.as_deref());
        assert_eq!(stack.snapshot.blocked_by, [""; 0]);
    }
    assert!(stack.restarted().is_empty() && stack.started().is_empty());
}
