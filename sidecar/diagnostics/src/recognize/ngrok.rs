//! ngrok's error codes. Its edge's pages can have any status, so only the header identifies them.

use http::header::HeaderMap;

use sidelink_core::Diagnosis;
use sidelink_core::LayerKind;

/// The header that only ngrok sets.
const HEADER: &str = "ngrok-error-code";
/// The code of the free plan's warning page before the app.
pub const WARNING: &str = "ngrok_6024";
/// A request header with which ngrok shows no warning page.
pub const PAST_THE_WARNING: &str = "ngrok-skip-browser-warning";
const PREFIX: &str = "ERR_NGROK_";

/// Each known code, with its diagnosis and the layer of the fault.
const CODES: &[(u32, &str, LayerKind)] = &[
    (8012, "ngrok_8012", LayerKind::Instance),
    (3200, "ngrok_3200", LayerKind::Edge),
    (3004, "ngrok_3004", LayerKind::Instance),
    (334, "ngrok_334", LayerKind::Tunnel),
    (108, "ngrok_108", LayerKind::Tunnel),
    (4018, "ngrok_4018", LayerKind::Tunnel),
    (105, "ngrok_105", LayerKind::Tunnel),
    (107, "ngrok_107", LayerKind::Tunnel),
    (121, "ngrok_121", LayerKind::Tunnel),
    (15002, "ngrok_15002", LayerKind::Tunnel),
    (725, "ngrok_725", LayerKind::Edge),
    (727, "ngrok_727", LayerKind::Edge),
    (702, "ngrok_702", LayerKind::Edge),
    (734, "ngrok_734", LayerKind::Edge),
    (6024, WARNING, LayerKind::App),
];

/// Recognizes an answer of ngrok, and returns the layer of the fault.
pub fn of_answer(headers: &HeaderMap) -> Option<(LayerKind, Diagnosis)> {
    let code = headers.get(HEADER)?.to_str().unwrap_or_default();
    Some(of_code(code))
}

/// Recognizes a line of the agent's log, `… ERR_NGROK_4018`.
///
/// An invalid configuration has no code, and its line may contain the authtoken.
pub(crate) fn of_log(line: &str) -> Option<Diagnosis> {
    if line.contains("error reading configuration file") {
        return Some(Diagnosis::of_code("ngrok_config", ""));
    }
    let at = line.find(PREFIX)? + PREFIX.len();
    let digits = line[at..].bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0).then(|| of_code(&line[at..at + digits]).1)
}

/// Returns the diagnosis of a code with or without its prefix. An unknown one is shown with its number.
fn of_code(code: &str) -> (LayerKind, Diagnosis) {
    let digits = code.strip_prefix(PREFIX).unwrap_or(code);
    let number = digits.parse::<u32>().ok();
    let known = CODES.iter().find(|(known, ..)| Some(*known) == number);
    match known {
        Some((_, row, layer)) => (*layer, Diagnosis::of_code(row, "")),
        None => {
            let code = number.map_or_else(|| "?".to_owned(), |n| format!("{PREFIX}{n}"));
            (LayerKind::Edge, Diagnosis::of_code("ngrok_error", &code))
        }
    }
}
