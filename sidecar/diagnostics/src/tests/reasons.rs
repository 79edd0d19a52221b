//! Every diagnosis has its entry, and every entry its diagnosis.

use std::collections::BTreeSet;

use super::samples::{of_the_app, outside, text, typed};
use super::{answers, arguments, ends};
use crate::catalog::entries;
use crate::params::params;
use crate::{Arguments, entry as catalog_entry, pick};
use crate::{Explain, Lang, Message};
use sidelink_core::Class;
use sidelink_core::Notice;
use sidelink_core::{Diagnosis, Loopback, TurnFault};

fn every() -> Vec<Diagnosis> {
    let outside = outside().into_iter().map(Diagnosis::PublicUrl);
    let recognised = ends::all().into_iter().chain(answers::all());
    let met = Notice::ALL.map(|notice| Diagnosis::of_code(notice.code(), ""));
    let taken = Diagnosis::of_code("routes_taken", "/stream");
    let media = [
        "media_tunnel_broken",
        "media_tunnel_off",
        "media_quota_spent",
    ];
    let media = media.map(|code| Diagnosis::of_code(code, "502"));
    let turn = TurnFault::ALL.map(|fault| Diagnosis::Turn {
        server: text("turn:turn.example.org"),
        fault,
        detail: String::new(),
    });
    let turn_api = ["turn_key_refused", "turn_key_unknown", "turn_api_failed"];
    let turn_api = turn_api.map(|code| Diagnosis::of_code(code, ""));
    typed()
        .into_iter()
        .chain(outside)
        .chain(of_the_app())
        .chain(recognised)
        .chain(met)
        .chain([taken])
        .chain(media)
        .chain(turn)
        .chain(turn_api)
        .collect()
}

#[test]
fn every_diagnosis_fills_its_texts() {
    for reason in every() {
        let entry =
            catalog_entry(reason.code()).unwrap_or_else(|| panic!("no entry for {reason:?}"));
        for lang in [Lang::En, Lang::Pt] {
            let mut values = params(&reason, lang);
            values.push(("service", "app".to_owned()));
            for text in std::iter::once(entry.message).chain(entry.next) {
                fills(pick(text, lang), &values, entry.code);
            }
            let texts = [Some(reason.message(lang)), reason.next(lang)];
            for text in texts.into_iter().flatten() {
                assert!(
                    !text.contains("  ") && text.trim() == text,
                    "{}: {text}",
                    entry.code
                );
                assert!(
                    !text.ends_with([':', '(']) && !text.contains("[: "),
                    "{}: {text}",
                    entry.code
                );
            }
        }
    }
}

/// Asserts that a value that may be empty is in brackets.
fn fills(text: &str, values: &Arguments, code: &str) {
    for name in arguments(text) {
        let value = values.iter().find(|(key, _)| *key == name);
        let (_, value) = value.unwrap_or_else(|| panic!("{code}: no {name}"));
        let optional = text
            .split_once('[')
            .is_some_and(|(_, rest)| rest.contains(name));
        assert!(optional || !value.is_empty(), "{code}: empty {name}");
    }
}

#[test]
fn every_entry_has_a_diagnosis() {
    let reached: BTreeSet<_> = every().iter().map(Diagnosis::code).collect();
    let unused: Vec<_> = entries()
        .map(|entry| entry.code)
        .filter(|code| !reached.contains(code))
        .collect();
    assert!(unused.is_empty(), "nothing leads to {unused:?}");
}

#[test]
fn the_limits_and_the_permanent_codes_are_these() {
    let of = |test: fn(&Diagnosis) -> bool| -> Vec<_> {
        let codes = entries().map(|entry| Diagnosis::of_code(entry.code, ""));
        codes.filter(test).map(|reason| reason.code()).collect()
    };
    assert_eq!(
        of(Diagnosis::is_limit),
        [
            "quick_rate_limited",
            "ngrok_725",
            "ngrok_727",
            "ngrok_702",
            "ngrok_734",
            "edge_rate_limited",
            "acme_rate_limited"
        ]
    );
    assert_eq!(
        of(Diagnosis::is_permanent),
        [
            "restarts_exhausted",
            "tunnel_token_refused",
            "tunnel_token_invalid",
            "ngrok_334",
            "ngrok_108",
            "ngrok_4018",
            "ngrok_105",
            "ngrok_107",
            "ngrok_121",
            "ngrok_725",
            "ngrok_727"
        ]
    );
}

/// A gateway that is down would not be repaired by another public URL.
#[test]
fn only_a_tunnel_that_its_edge_has_lost_is_restarted_for_the_public_url() {
    let codes = entries().map(|entry| Diagnosis::of_code(entry.code, ""));
    let restarted: Vec<_> = codes
        .filter(Diagnosis::is_lost_tunnel)
        .map(|reason| reason.code())
        .collect();
    assert_eq!(
        restarted,
        [
            "ngrok_3200",
            "edge_no_connector",
            "edge_old_tunnel",
            "other_sidelink"
        ]
    );
    assert!(Diagnosis::TunnelLost.is_temporary() && !Diagnosis::Hung.is_temporary());
}

#[test]
fn a_diagnosis_around_another_has_its_message_and_step() {
    let inner = Diagnosis::of_code("quick_rate_limited", "");
    let of = Diagnosis::Of {
        service: text("cloudflared"),
        reason: Box::new(inner.clone()),
    };
    assert!(of.is_limit() && of.code() == inner.code() && of.class() == Class::Temporary);
    assert!(
        of.message(Lang::En)
            .starts_with("cloudflared: Cloudflare temporarily creates")
    );
    assert_eq!(of.next(Lang::Pt), inner.next(Lang::Pt));
    let exhausted = Diagnosis::RestartsExhausted {
        actions: 5,
        reason: Box::new(inner),
    };
    assert!(exhausted.is_permanent() && exhausted.is_limit());
    assert!(
        exhausted.message(Lang::Pt).contains("5 tentativas")
            && exhausted.message(Lang::Pt).contains("1015")
    );
    let is_start_step = |reason: &Diagnosis| {
        let next = reason.next(Lang::En);
        next.is_some_and(|next| next.starts_with("Correct the cause, then start it"))
    };
    assert!(
        is_start_step(&exhausted),
        "waiting would not help, because no more attempts are made"
    );
    let reason = Box::new(Diagnosis::of_code("ngrok_4018", ""));
    let next = reason.next(Lang::En);
    assert_eq!(
        Diagnosis::RestartsExhausted { actions: 5, reason }.next(Lang::En),
        next
    );
}

#[test]
fn livekit_that_is_not_running_has_its_message_and_step() {
    let reason = Diagnosis::NotOnHost {
        what: text("LiveKit"),
        port: 7880,
        loopback: Loopback::None,
    };
    assert_eq!(reason.message(Lang::En), "LiveKit is not running");
    assert!(
        reason
            .next(Lang::En)
            .is_some_and(|next| next.starts_with("Start LiveKit on port 7880"))
    );
    assert_eq!(reason.message(Lang::Pt), "LiveKit não está em execução");
    assert!(
        reason
            .next(Lang::Pt)
            .is_some_and(|next| next.starts_with("Inicie o LiveKit na porta 7880"))
    );
    let v6 = Diagnosis::NotOnHost {
        what: text("LiveKit"),
        port: 7880,
        loopback: Loopback::V6,
    };
    assert!(v6.message(Lang::En).contains("only on [::1]"));
}

#[test]
fn a_next_step_names_its_service() {
    let hung = || Box::new(Diagnosis::Hung);
    let of = Diagnosis::Of {
        service: "app".to_owned(),
        reason: hung(),
    };
    let exhausted = Diagnosis::RestartsExhausted {
        actions: 5,
        reason: hung(),
    };
    for (reason, expected) in [
        (of, "docker compose restart app"),
        (exhausted, "docker compose up -d app"),
        (Diagnosis::StoppedByHand, "docker compose start app"),
        (Diagnosis::NotStarted, "docker compose up -d app"),
    ] {
        let next = reason.next_for("app", Lang::En).expect("a step");
        assert!(next.contains(expected), "{next}");
    }
}

#[test]
fn every_waiting_state_has_a_next_step() {
    for reason in [
        Diagnosis::AskingDocker,
        Diagnosis::NotSeen,
        Diagnosis::NotStarted,
        Diagnosis::Starting,
        Diagnosis::NotProbed,
        Diagnosis::WaitsFor {
            what: vec!["app".to_owned()],
        },
    ] {
        assert!(reason.next(Lang::En).is_some(), "{reason:?}");
    }
}
