//! Signals as images and Docker's events name them.

/// Linux signals, the same on amd64 and arm64 (signal(7)).
const NAMES: &[(&str, u8)] = &[
    ("HUP", 1),
    ("INT", 2),
    ("QUIT", 3),
    ("ABRT", 6),
    ("KILL", 9),
    ("USR1", 10),
    ("USR2", 12),
    ("ALRM", 14),
    ("TERM", 15),
    ("CONT", 18),
    ("STOP", 19),
    ("TSTP", 20),
    ("WINCH", 28),
    ("IO", 29),
    ("PWR", 30),
];
const TERM: u8 = 15;
/// First real-time signal; `SIGRTMIN+3` stops systemd.
const RTMIN: u8 = 34;
const RTMAX: u8 = 64;

/// Parses `SIGWINCH`, `winch`, `28` or `SIGRTMIN+3`.
fn number(text: &str) -> Option<u8> {
    let text = text.trim().to_ascii_uppercase();
    if let Ok(number) = text.parse::<u8>() {
        return (1..=RTMAX).contains(&number).then_some(number);
    }
    let name = text.strip_prefix("SIG").unwrap_or(&text);
    if let Some(offset) = name.strip_prefix("RTMIN") {
        return real_time(offset);
    }
    let known = NAMES.iter().find(|(known, _)| *known == name);
    known.map(|(_, number)| *number)
}

fn real_time(offset: &str) -> Option<u8> {
    let offset = match offset {
        "" => 0,
        text => text.strip_prefix('+')?.parse().ok()?,
    };
    RTMIN.checked_add(offset).filter(|&number| number <= RTMAX)
}

/// Returns the signal that `docker stop` sends to a container with this `StopSignal`.
pub(super) fn of_stop(stop_signal: Option<&str>) -> u8 {
    stop_signal.and_then(number).unwrap_or(TERM)
}

/// Returns whether a signal requests a stop: SIGINT, SIGQUIT, SIGTERM or the container's stop signal. SIGKILL does
/// not, because a fault looks the same.
pub(super) fn asks_to_stop(signal: Option<&str>, stop_signal: Option<u8>) -> bool {
    let Some(signal) = signal.and_then(number) else {
        return false;
    };
    matches!(signal, 2 | 3 | 15) || stop_signal == Some(signal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_are_parsed_by_name_and_number() {
        for (text, expected) in [
            ("SIGWINCH", Some(28)),
            ("winch", Some(28)),
            ("28", Some(28)),
            ("SIGRTMIN+3", Some(37)),
            ("RTMIN", Some(34)),
            ("37", Some(37)),
            ("SIGQUIT", Some(3)),
            ("0", None),
            ("65", None),
            ("SIGRTMIN+99", None),
            ("SIGNOTHING", None),
            ("", None),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
        assert_eq!(of_stop(None), TERM);
        assert_eq!(of_stop(Some("SIGNOTHING")), TERM);
    }

    #[test]
    fn a_containers_stop_signal_requests_a_stop() {
        assert!(asks_to_stop(Some("28"), Some(28)), "apache");
        assert!(asks_to_stop(Some("37"), Some(37)), "systemd");
        assert!(asks_to_stop(Some("SIGTERM"), Some(28)), "any container");
        assert!(!asks_to_stop(Some("28"), Some(15)), "another container's");
        assert!(!asks_to_stop(Some("9"), Some(15)), "a kill");
        assert!(!asks_to_stop(Some("1"), None), "a reload");
        assert!(!asks_to_stop(None, Some(15)));
    }
}
