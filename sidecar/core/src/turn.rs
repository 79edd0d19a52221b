//! What trying the TURN servers has shown, before a visitor needs one.

use crate::diagnosis::Diagnosis;

/// Why a TURN server relays nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TurnFault {
    /// Its name has no address.
    NoDns,
    /// It does not answer, or closes the connection.
    Silent,
    /// Something that is not a TURN server answers.
    NotTurn,
    /// The TLS handshake fails.
    Tls,
    /// It refuses the user or the password.
    Credentials,
    /// No relay is free, for this user or for all.
    Full,
    /// It refuses to relay.
    Refused,
}

impl TurnFault {
    /// All faults.
    pub const ALL: [Self; 7] = [
        Self::NoDns,
        Self::Silent,
        Self::NotTurn,
        Self::Tls,
        Self::Credentials,
        Self::Full,
        Self::Refused,
    ];

    /// Returns the code of its diagnosis.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoDns => "turn_no_dns",
            Self::Silent => "turn_silent",
            Self::NotTurn => "turn_not_turn",
            Self::Tls => "turn_tls",
            Self::Credentials => "turn_credentials_refused",
            Self::Full => "turn_full",
            Self::Refused => "turn_relay_refused",
        }
    }
}

/// A TURN server, or the API that gives its credentials, as last tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnTrial {
    /// The URL that pages get, or the API's host.
    pub server: String,
    /// Why it does not work, if so.
    pub fault: Option<Diagnosis>,
}

/// Returns one diagnosis for each cause: it names all servers of the same fault.
pub(crate) fn faults(trials: &[TurnTrial]) -> Vec<Diagnosis> {
    let mut faults: Vec<Diagnosis> = Vec::new();
    for fault in trials.iter().filter_map(|trial| trial.fault.as_ref()) {
        if !faults.iter_mut().any(|known| add(known, fault)) {
            faults.push(fault.clone());
        }
    }
    faults
}

/// Adds a fault's server to a diagnosis of the same cause; reports whether that was possible.
fn add(known: &mut Diagnosis, fault: &Diagnosis) -> bool {
    match (known, fault) {
        (
            Diagnosis::Turn {
                server: servers,
                fault: known,
                detail: reported,
            },
            Diagnosis::Turn {
                server,
                fault,
                detail,
            },
        ) if *known == *fault && *reported == *detail => {
            servers.push_str(", ");
            servers.push_str(server);
            true
        }
        (known, fault) => *known == *fault,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(server: &str, fault: Option<(TurnFault, &str)>) -> TurnTrial {
        let fault = fault.map(|(fault, detail)| Diagnosis::Turn {
            server: server.to_owned(),
            fault,
            detail: detail.to_owned(),
        });
        let server = server.to_owned();
        TurnTrial { server, fault }
    }

    #[test]
    fn one_cause_is_one_diagnosis_with_all_its_servers() {
        let refused = Some((TurnFault::Credentials, ""));
        let trials = [
            trial("turn:a", refused),
            trial("turn:b", None),
            trial("turn:c", Some((TurnFault::Silent, "connection refused"))),
            trial("turn:d", refused),
            trial("turn:e", Some((TurnFault::Silent, "no answer in 5 s"))),
        ];
        let servers: Vec<_> = faults(&trials)
            .into_iter()
            .map(|fault| match fault {
                Diagnosis::Turn { server, .. } => server,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(servers, ["turn:a, turn:d", "turn:c", "turn:e"]);
    }
}
