//! Output of the command `host-ip`, which watches `HOST_IP`: `host-ip <address> <result>`.

use sidelink_core::Diagnosis;

/// Recognizes a warning in the output of its healthcheck.
pub fn of_health(output: &str) -> Option<Diagnosis> {
    output.lines().rev().find_map(of_line)
}

fn of_line(line: &str) -> Option<Diagnosis> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let ["host-ip", set, "elsewhere", here] = words[..] else {
        return None;
    };
    Some(Diagnosis::HostIpWrong {
        set: set.parse().ok()?,
        here: here.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Explain, Lang, Message};

    #[test]
    fn the_message_names_both_addresses_and_the_line_for_env() {
        let reason = of_health("host-ip 192.168.1.20 elsewhere 10.0.0.5\n").expect("is known");
        assert_eq!(
            reason.message(Lang::En),
            "HOST_IP is 192.168.1.20, but this machine has 10.0.0.5: phones on this Wi-Fi get no video"
        );
        assert_eq!(
            reason.next(Lang::En).as_deref(),
            Some("Set `HOST_IP=10.0.0.5` in `.env`, then `docker compose up -d`")
        );
        assert_eq!(
            reason.message(Lang::Pt),
            "HOST_IP é 192.168.1.20, mas esta máquina tem 10.0.0.5: celulares neste Wi-Fi ficam sem vídeo"
        );
        assert_eq!(
            reason.next(Lang::Pt).as_deref(),
            Some("Defina `HOST_IP=10.0.0.5` no `.env` e rode `docker compose up -d`")
        );
    }

    #[test]
    fn any_other_output_is_not_a_warning() {
        for output in [
            "host-ip 192.168.1.20 ok",
            "host-ip 192.168.1.20 unknown",
            "host-ip 192.168.1.20 elsewhere",
            "host-ip 192.168.1.20 elsewhere <b>",
            "",
        ] {
            assert_eq!(of_health(output), None, "{output}");
        }
    }
}
