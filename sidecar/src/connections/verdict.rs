//! One sentence for each participant: how its media travels, or why it does not.

use super::Connection;
use super::report::ConnectionReport;
use crate::livekit::room_service::ParticipantState;
use crate::media_path::MediaPath;

/// A sentence in English and Portuguese.
pub type Verdict = [&'static str; 2];

/// Time in which a connection succeeds or fails, seconds: LiveKit's clients and the ladder give up within it.
pub(super) const CONNECT_SECONDS: u64 = 30;

/// Returns the sentence for a participant. `now`: Unix milliseconds.
pub(super) fn of(connection: &Connection, now: u64) -> Verdict {
    match (&connection.report, connection.participant.state) {
        (Some(report), _) => of_report(report),
        (None, ParticipantState::Active) => [
            "connected; its page reports no details",
            "conectado; a página não informa detalhes",
        ],
        (None, ParticipantState::Disconnected) => ["left", "saiu"],
        (None, _) if connection.is_late(now) => [
            "its media did not connect: removed",
            "a mídia não conectou: removido",
        ],
        (None, _) => ["connecting", "conectando"],
    }
}

fn of_report(report: &ConnectionReport) -> Verdict {
    match report.path {
        MediaPath::Lan => ["direct on the same Wi-Fi", "direto no mesmo Wi-Fi"],
        MediaPath::Direct => [
            "direct from another network",
            "direto a partir de outra rede",
        ],
        MediaPath::Turn => ["relayed by TURN", "retransmitido por TURN"],
        MediaPath::Tunnel if report.local_network_blocked => [
            "through the tunnel: the browser may not reach the local network; allow it in the address bar",
            "pelo túnel: o navegador não tem permissão para acessar a rede local; permita na barra de endereço",
        ],
        MediaPath::Tunnel => ["through the tunnel", "pelo túnel"],
        MediaPath::None if report.local_network_blocked => [
            "not connected: the browser may not reach the local network; allow it in the address bar",
            "não conectado: o navegador não tem permissão para acessar a rede local; permita na barra de endereço",
        ],
        MediaPath::None => [
            "not connected: no path works from its network",
            "não conectado: nenhum caminho funciona a partir da rede dele",
        ],
    }
}
