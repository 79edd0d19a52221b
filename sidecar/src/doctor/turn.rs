//! The TURN servers of a snapshot, as checks.

use super::internet::GROUP;
use super::layers::message_of;
use super::{Check, LocalizedText};
use sidelink_core::{Snapshot, TurnTrial};
use sidelink_diagnostics::{Explain, Lang};

/// Returns a check for each server that was tried. A failed one is a warning, because the public URL works without it.
pub(super) fn checks(snapshot: &Snapshot) -> impl Iterator<Item = Check> {
    snapshot.turn.iter().map(check)
}

fn check(trial: &TurnTrial) -> Check {
    let Some(fault) = &trial.fault else {
        let works = LocalizedText::new("relays media", "retransmite mídia");
        return Check::ok(GROUP, &trial.server, works);
    };
    let next = |lang| fault.next(lang).unwrap_or_default();
    Check::warning(
        GROUP,
        &trial.server,
        message_of(fault),
        LocalizedText::new(next(Lang::En), next(Lang::Pt)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::CheckOutcome;
    use sidelink_core::{Diagnosis, TurnFault};

    #[test]
    fn a_server_that_does_not_work_is_a_warning_with_its_fix() {
        let trial = |server: &str, fault: Option<TurnFault>| TurnTrial {
            server: server.to_owned(),
            fault: fault.map(|fault| Diagnosis::Turn {
                server: server.to_owned(),
                fault,
                detail: String::new(),
            }),
        };
        let mut snapshot = Snapshot::unknown("i1".into());
        snapshot.turn = vec![
            trial("turn:a.example.org", None),
            trial("turn:b.example.org", Some(TurnFault::Credentials)),
        ];
        let checks: Vec<_> = checks(&snapshot).collect();
        let outcomes: Vec<_> = checks.iter().map(|check| check.outcome).collect();
        assert_eq!(outcomes, [CheckOutcome::Ok, CheckOutcome::Warning]);
        let next = checks[1].next.as_deref().expect("a fix");
        assert!(next.contains("secrets/turn_credential"), "{next}");
        assert!(checks[1].observed.contains("turn:b.example.org"));
    }
}
