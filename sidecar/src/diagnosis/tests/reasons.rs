//! Every reason has its row, and no row is without a reason.

use std::collections::BTreeSet;

use super::super::table::rows;
use super::super::{Arguments, Class, pick, row};
use super::{answers, arguments, ends};
use crate::lang::Lang;
use crate::reason::{Loopback, Outside, Reason};

fn text(value: &str) -> String {
    value.to_owned()
}

/// One of each; the compiler does not see a variant that is missing here, the rows without a reason tell.
fn typed() -> Vec<Reason> {
    let why = || Box::new(Reason::known("quick_rate_limited", ""));
    let on_host = |loopback| Reason::NotOnHost {
        what: text("LiveKit"),
        port: 7880,
        loopback,
    };
    let exited = |out_of_memory| Reason::Exited {
        code: 3,
        out_of_memory,
        error: String::new(),
    };
    vec![
        Reason::NotSeen,
        Reason::AskingDocker,
        Reason::NotStarted,
        Reason::Starting,
        Reason::NotProbed,
        Reason::Restarting { count: 2 },
        Reason::CrashLoop { count: 5 },
        Reason::GaveUp {
            acts: 5,
            reason: why(),
        },
        Reason::Hung,
        Reason::Asleep,
        Reason::WillBeReplaced { why: why() },
        Reason::MovedOn {
            from: text("ngrok"),
            to: text("cloudflared"),
            why: why(),
        },
        on_host(Loopback::None),
        on_host(Loopback::V4),
        on_host(Loopback::V6),
        Reason::Unsafe {
            found: text("/debug/pprof"),
        },
        Reason::Paused,
        Reason::StoppedByHand,
        exited(false),
        exited(true),
        Reason::Unhealthy {
            output: text("no database"),
        },
        Reason::Unreachable {
            target: text("app:3000"),
            detail: text("refused"),
        },
        Reason::WrongAnswer {
            asked: text("/"),
            got: text("500"),
        },
        Reason::TunnelUnregistered,
        Reason::TunnelLost,
        Reason::WaitsFor {
            what: vec![text("app"), text("livekit")],
        },
        Reason::Docker {
            detail: text("the event stream ended"),
        },
        Reason::BadConfig {
            detail: text("line 1"),
        },
    ]
}

fn outside() -> Vec<Outside> {
    let got = || text("200 Welcome");
    vec![
        Outside::NoConnector,
        Outside::OldTunnel,
        Outside::OriginDown,
        Outside::OriginSlow,
        Outside::TooManyRequests,
        Outside::RateLimited,
        Outside::EdgeError { got: got() },
        Outside::NotPublished,
        Outside::Settling,
        Outside::RecordMissing {
            resolver: None,
            until: Some(1),
        },
        Outside::RecordMissing {
            resolver: Some(text("dns.google")),
            until: None,
        },
        Outside::DohBlocked {
            detail: text("refused"),
        },
        Outside::StaleLocalDns { until: Some(1) },
        Outside::LocalDnsElsewhere {
            address: text("192.0.2.1"),
        },
        Outside::Ipv6Only,
        Outside::TlsOtherName {
            names: text("*.example.org"),
        },
        Outside::TlsUntrusted {
            detail: text("UnknownIssuer"),
        },
        Outside::OtherSidelink,
        Outside::CaptivePortal { got: got() },
        Outside::Filtered { got: got() },
        Outside::NotOurs { got: got() },
        Outside::BehindGateway { asked: text("/") },
        Outside::NoWebSocket { got: got() },
        Outside::Expired { at: 1 },
        Outside::Slept,
        Outside::Changed,
    ]
}

fn every() -> Vec<Reason> {
    let outside = outside().into_iter().map(Reason::Outside);
    let recognised = ends::all().into_iter().chain(answers::all());
    typed()
        .into_iter()
        .chain(outside)
        .chain(recognised)
        .collect()
}

#[test]
fn every_reason_fills_its_row() {
    for reason in every() {
        let row = row(reason.code()).unwrap_or_else(|| panic!("no row for {reason:?}"));
        for lang in [Lang::En, Lang::Pt] {
            let values = reason.arguments(lang);
            for text in std::iter::once(row.what).chain(row.next) {
                fills(pick(text, lang), &values, row.code);
            }
            let told = [Some(reason.message(lang)), reason.next(lang)];
            for text in told.into_iter().flatten() {
                assert!(
                    !text.contains("  ") && text.trim() == text,
                    "{}: {text}",
                    row.code
                );
                assert!(
                    !text.ends_with([':', '(']) && !text.contains("[: "),
                    "{}: {text}",
                    row.code
                );
            }
        }
    }
}

/// What may be empty stands in brackets, and they go with it.
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
fn no_row_is_without_a_reason() {
    let reached: BTreeSet<_> = every().iter().map(Reason::code).collect();
    let unused: Vec<_> = rows()
        .map(|row| row.code)
        .filter(|code| !reached.contains(code))
        .collect();
    assert!(unused.is_empty(), "nothing leads to {unused:?}");
}

#[test]
fn limits_move_the_link_on_and_what_is_permanent_is_never_tried_again() {
    let of = |test: fn(&Reason) -> bool| -> Vec<_> {
        let codes = rows().map(|row| Reason::known(row.code, ""));
        codes.filter(test).map(|reason| reason.code()).collect()
    };
    assert_eq!(
        of(Reason::is_limit),
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
        of(Reason::is_permanent),
        [
            "gave_up",
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

#[test]
fn a_reason_around_another_speaks_for_it() {
    let inner = Reason::known("quick_rate_limited", "");
    let of = Reason::Of {
        service: text("cloudflared"),
        reason: Box::new(inner.clone()),
    };
    assert!(of.is_limit() && of.code() == inner.code() && of.class() == Class::Temporary);
    assert!(
        of.message(Lang::En)
            .starts_with("cloudflared: Cloudflare gives")
    );
    assert_eq!(of.next(Lang::Pt), inner.next(Lang::Pt));
    let gave_up = Reason::GaveUp {
        acts: 5,
        reason: Box::new(inner.clone()),
    };
    assert!(gave_up.is_permanent() && gave_up.is_limit());
    assert!(
        gave_up.message(Lang::Pt).contains("5 tentativas")
            && gave_up.message(Lang::Pt).contains("1015")
    );
    assert_eq!(gave_up.next(Lang::En), inner.next(Lang::En));
    let unreachable = Reason::Unreachable {
        target: text("a:1"),
        detail: text("refused"),
    };
    let gave_up = Reason::GaveUp {
        acts: 5,
        reason: Box::new(unreachable),
    };
    assert!(
        gave_up
            .next(Lang::En)
            .is_some_and(|next| next.contains("docker compose up -d"))
    );
}

#[test]
fn livekit_that_is_not_running_is_told_in_the_words_of_its_design() {
    let reason = Reason::NotOnHost {
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
    assert_eq!(reason.message(Lang::Pt), "LiveKit não está rodando");
    assert!(
        reason
            .next(Lang::Pt)
            .is_some_and(|next| next.starts_with("Inicie o LiveKit na porta 7880"))
    );
    let v6 = Reason::NotOnHost {
        what: text("LiveKit"),
        port: 7880,
        loopback: Loopback::V6,
    };
    assert!(v6.message(Lang::En).contains("on [::1] only"));
}
