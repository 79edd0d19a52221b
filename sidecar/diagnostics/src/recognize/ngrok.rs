//! ngrok's codes. Its edge's pages have no marker and any status: only the header tells.

use http::header::HeaderMap;

use sidelink_core::Diagnosis;
use sidelink_core::LayerKind;

/// Set by ngrok and by nobody else.
const HEADER: &str = "ngrok-error-code";
/// The free plan's page before the app, and the header that passes it by.
/// The code of the warning page.
pub const WARNING: &str = "ngrok_6024";
/// A request header with which ngrok shows no warning page.
pub const PAST_THE_WARNING: &str = "ngrok-skip-browser-warning";
const PREFIX: &str = "ERR_NGROK_";

/// Each code with a row of its own, and the layer at which it places the trouble.
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

/// ngrok's own answer, and at which layer it places the trouble.
pub fn of_answer(headers: &HeaderMap) -> Option<(LayerKind, Diagnosis)> {
    let code = headers.get(HEADER)?.to_str().unwrap_or_default();
    Some(of_code(code))
}

/// The code in a line of the agent's log, `… ERR_NGROK_4018`. A configuration that it cannot read has none; the line
/// may quote the authtoken.
pub(crate) fn of_log(line: &str) -> Option<Diagnosis> {
    if line.contains("error reading configuration file") {
        return Some(Diagnosis::known("ngrok_config", ""));
    }
    let at = line.find(PREFIX)? + PREFIX.len();
    let digits = line[at..].bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0).then(|| of_code(&line[at..at + digits]).1)
}

/// With or without its prefix; an unknown one is told with its number.
fn of_code(code: &str) -> (LayerKind, Diagnosis) {
    let digits = code.strip_prefix(PREFIX).unwrap_or(code);
    let number = digits.parse::<u32>().ok();
    let known = CODES.iter().find(|(known, ..)| Some(*known) == number);
    match known {
        Some((_, row, layer)) => (*layer, Diagnosis::known(row, "")),
        None => {
            let code = number.map_or_else(|| "?".to_owned(), |n| format!("{PREFIX}{n}"));
            (LayerKind::Edge, Diagnosis::known("ngrok_error", &code))
        }
    }
}
