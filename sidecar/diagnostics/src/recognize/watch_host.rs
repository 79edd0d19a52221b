//! Output of the command `watch-host`, which watches a program outside Docker: `watch-host <what> <port> <result>`.

use sidelink_core::{Diagnosis, Loopback};

/// Recognizes the output of its failing healthcheck.
pub(crate) fn of_health(output: &str) -> Option<Diagnosis> {
    output.lines().rev().find_map(of_line)
}

fn of_line(line: &str) -> Option<Diagnosis> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let ["watch-host", what, port, result] = fields[..] else {
        return None;
    };
    let loopback = match result {
        "not_running" => Loopback::None,
        "loopback4_only" => Loopback::V4,
        "loopback6_only" => Loopback::V6,
        "not_livekit" => return Some(Diagnosis::of_code("not_livekit", &format!("port {port}"))),
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

    /// Recognizes an output as the program does for a healthcheck.
    fn recognized(role: Role, output: &str) -> Option<Diagnosis> {
        of_output(role, TunnelKind::Quick, &redact(output))
    }

    #[test]
    fn each_result_of_the_watcher_has_its_code() {
        let codes = [
            ("not_running", "not_on_host"),
            ("loopback4_only", "on_loopback_only"),
            ("loopback6_only", "on_loopback_only"),
            ("not_livekit", "not_livekit"),
        ];
        for (result, code) in codes {
            let output = format!("watch-host livekit 7880 {result}\n");
            let reason = recognized(Role::Livekit, &output).expect(result);
            assert_eq!(reason.code(), code, "{result}");
        }
    }

    #[test]
    fn the_next_step_names_what_to_start_and_where() {
        let livekit =
            recognized(Role::Livekit, "watch-host livekit 7880 not_running").expect("known");
        assert_eq!(livekit.message(Lang::En), "LiveKit is not running");
        let next = livekit.next(Lang::En).expect("a next step");
        assert!(next.starts_with("Start LiveKit on port 7880 "), "{next}");
        let app = recognized(Role::App, "watch-host app 5173 loopback6_only").expect("known");
        let en = app.message(Lang::En);
        assert!(
            en.starts_with("the app runs, but listens only on [::1]"),
            "{en}"
        );
        let pt = app.message(Lang::Pt);
        assert!(
            pt.starts_with("o app está em execução, mas só escuta em [::1]"),
            "{pt}"
        );
    }

    #[test]
    fn a_working_or_unknown_result_is_not_a_diagnosis() {
        for output in [
            "watch-host livekit 7880 ok",
            "watch-host livekit port not_running",
            "watch-host",
            "",
        ] {
            assert_eq!(recognized(Role::Livekit, output), None, "{output}");
        }
    }
}
