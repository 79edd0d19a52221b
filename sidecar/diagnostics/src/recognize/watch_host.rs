//! What the watcher of a part outside Docker says: `watch-host <what> <port> <word>`, see the command of that name.

use sidelink_core::{Diagnosis, Loopback};

/// Of a failing healthcheck's output; `None` where no watcher printed it.
pub(crate) fn of_health(output: &str) -> Option<Diagnosis> {
    output.lines().rev().find_map(of_line)
}

fn of_line(line: &str) -> Option<Diagnosis> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let ["watch-host", what, port, word] = words[..] else {
        return None;
    };
    let loopback = match word {
        "not_running" => Loopback::None,
        "loopback4_only" => Loopback::V4,
        "loopback6_only" => Loopback::V6,
        "not_livekit" => return Some(Diagnosis::known("not_livekit", &format!("port {port}"))),
        _ => return None,
    };
    let what = match what {
        "livekit" => "LiveKit",
        other => other,
    };
    Some(Diagnosis::NotOnHost {
        what: what.to_owned(),
        port: port.parse().ok()?,
        loopback,
    })
}

#[cfg(test)]
mod tests {
    use crate::recognize::log::of_output;
    use crate::redact;
    use crate::{Explain, Lang, Message};
    use sidelink_core::Diagnosis;
    use sidelink_core::{Role, TunnelKind};

    /// On the way that a healthcheck's output takes.
    fn told(role: Role, output: &str) -> Option<Diagnosis> {
        of_output(role, TunnelKind::Quick, &redact(output))
    }

    #[test]
    fn each_word_of_the_watcher_is_told_apart() {
        let codes = [
            ("not_running", "not_on_host"),
            ("loopback4_only", "on_loopback_only"),
            ("loopback6_only", "on_loopback_only"),
            ("not_livekit", "not_livekit"),
        ];
        for (word, code) in codes {
            let output = format!("watch-host livekit 7880 {word}\n");
            let reason = told(Role::Livekit, &output).expect(word);
            assert_eq!(reason.code(), code, "{word}");
        }
    }

    #[test]
    fn it_is_said_what_to_start_and_where() {
        let livekit = told(Role::Livekit, "watch-host livekit 7880 not_running").expect("known");
        assert_eq!(livekit.message(Lang::En), "LiveKit is not running");
        let next = livekit.next(Lang::En).expect("a next step");
        assert!(next.starts_with("Start LiveKit on port 7880 "), "{next}");
        let app = told(Role::App, "watch-host app 5173 loopback6_only").expect("known");
        let en = app.message(Lang::En);
        assert!(
            en.starts_with("the app runs, but listens on [::1] only"),
            "{en}"
        );
        let pt = app.message(Lang::Pt);
        assert!(
            pt.starts_with("o app está rodando, mas só escuta em [::1]"),
            "{pt}"
        );
    }

    #[test]
    fn what_works_or_is_unknown_is_no_reason() {
        for output in [
            "watch-host livekit 7880 ok",
            "watch-host livekit port not_running",
            "watch-host",
            "",
        ] {
            assert_eq!(told(Role::Livekit, output), None, "{output}");
        }
    }
}
