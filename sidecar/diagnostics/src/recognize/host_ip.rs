//! Output of the command `host-ip`, which watches this machine's address: `host-ip <address or none> <result>`.

use std::net::Ipv4Addr;

use sidelink_core::{Diagnosis, LanAddress};

/// Recognizes a warning in the output of its healthcheck.
pub fn of_health(output: &str) -> Option<Diagnosis> {
    output.lines().rev().find_map(|line| match words(line)[..] {
        [set, "elsewhere", here] => Some(Diagnosis::HostIpWrong {
            set: set.parse().ok()?,
            here: here.parse().ok()?,
        }),
        [from, "moved", to] => Some(Diagnosis::LanAddressMoved {
            from: from.parse().ok(),
            to: to.parse().ok()?,
        }),
        [_, "hidden"] => Some(Diagnosis::of_code("lan_address_hidden", "")),
        _ => None,
    })
}

/// Returns the address in a private network that `init` rendered for phones and that this machine has.
pub fn address(output: &str) -> Option<LanAddress> {
    output.lines().rev().find_map(|line| match words(line)[..] {
        [address, "ok", rendered_at] => Some(LanAddress {
            address: address.parse().ok().filter(Ipv4Addr::is_private)?,
            rendered_at: rendered_at.parse().ok()?,
        }),
        _ => None,
    })
}

fn words(line: &str) -> Vec<&str> {
    let mut words = line.split_whitespace();
    if words.next() == Some("host-ip") {
        words.collect()
    } else {
        Vec::new()
    }
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
    fn an_address_that_changed_is_recognized_with_or_without_one_before() {
        let to = [10, 0, 0, 5].into();
        let from = Some([192, 168, 1, 20].into());
        for (output, from) in [
            ("host-ip 192.168.1.20 moved 10.0.0.5", from),
            ("host-ip none moved 10.0.0.5", None),
        ] {
            let moved = Diagnosis::LanAddressMoved { from, to };
            assert_eq!(of_health(output), Some(moved));
            assert_eq!(address(output), None);
        }
        let hidden = of_health("host-ip none hidden").expect("is known");
        assert_eq!(hidden.code(), "lan_address_hidden");
    }

    #[test]
    fn the_address_of_phones_is_one_that_this_machine_has() {
        let found = LanAddress {
            address: [10, 0, 0, 5].into(),
            rendered_at: 1_795_240_000_123,
        };
        assert_eq!(address("host-ip 10.0.0.5 ok 1795240000123\n"), Some(found));
        for output in [
            "host-ip 10.0.0.5 unknown",
            "host-ip 127.0.0.1 ok 1795240000123",
            "host-ip 10.0.0.5 ok",
            "host-ip none unknown",
            "10.0.0.5 ok",
            "",
        ] {
            assert_eq!(address(output), None, "{output}");
        }
    }

    #[test]
    fn any_other_output_is_not_a_warning() {
        for output in [
            "host-ip 192.168.1.20 ok",
            "host-ip 192.168.1.20 unknown",
            "host-ip 192.168.1.20 elsewhere",
            "host-ip 192.168.1.20 elsewhere <b>",
            "host-ip 192.168.1.20 moved none",
            "host-ip none unknown",
            "",
        ] {
            assert_eq!(of_health(output), None, "{output}");
        }
    }
}
