//! The arguments of the catalog's texts.

use std::time::Duration;

use sidelink_core::{AppFault, Diagnosis, Loopback, PublicUrlFault};

use crate::{Arguments, Lang, Message, rfc3339};

/// Returns the arguments of a diagnosis' texts.
pub(crate) fn params(reason: &Diagnosis, lang: Lang) -> Arguments {
    match reason {
        Diagnosis::Restarting { count } | Diagnosis::CrashLoop { count } => {
            vec![("count", count.to_string())]
        }
        Diagnosis::RestartsExhausted { actions, reason } => {
            vec![
                ("actions", actions.to_string()),
                ("reason", reason.message(lang)),
            ]
        }
        Diagnosis::QuotaSpent { until, last } => {
            let last = last
                .as_ref()
                .map_or_else(String::new, |last| last.message(lang));
            vec![("until", rfc3339(*until)), ("last", last)]
        }
        Diagnosis::WillBeReplaced { why } => vec![("why", why.message(lang))],
        Diagnosis::MovedOn { from, to, why } => vec![
            ("from", from.clone()),
            ("to", to.clone()),
            ("why", why.message(lang)),
        ],
        Diagnosis::NotOnHost {
            what,
            port,
            loopback,
        } => on_host(what, *port, *loopback, lang),
        Diagnosis::HostIpWrong { set, here } => {
            vec![("set", set.to_string()), ("here", here.to_string())]
        }
        Diagnosis::LanAddressMoved { from, to } => {
            let from = from.map_or_else(String::new, |from| from.to_string());
            vec![("from", from), ("to", to.to_string())]
        }
        Diagnosis::LanAddressVisited { address } => vec![("address", address.to_string())],
        Diagnosis::Exited { code, error, .. } => {
            vec![("code", code.to_string()), ("error", error.clone())]
        }
        Diagnosis::Unhealthy { output } => vec![("output", output.clone())],
        Diagnosis::Unreachable { target, detail } => {
            vec![("target", target.clone()), ("detail", detail.clone())]
        }
        Diagnosis::WrongAnswer { asked, got } => {
            vec![("asked", asked.clone()), ("got", got.clone())]
        }
        Diagnosis::App { service, fault } => app_params(fault, service, lang),
        Diagnosis::WaitsFor { what } => vec![("what", what.join(", "))],
        Diagnosis::Turn { server, detail, .. } => {
            vec![("server", server.clone()), ("detail", detail.clone())]
        }
        Diagnosis::OfCode { detail, .. }
        | Diagnosis::Docker { detail }
        | Diagnosis::BadConfig { detail } => {
            vec![("detail", detail.clone())]
        }
        Diagnosis::Labels { service, mistakes } => {
            let mistakes = mistakes.iter().map(ToString::to_string);
            let mistakes = mistakes.collect::<Vec<_>>().join("; ");
            vec![("service", service.clone()), ("mistakes", mistakes)]
        }
        Diagnosis::PublicUrl(fault) => public_url_params(fault, lang),
        Diagnosis::Of { reason, .. } => params(reason, lang),
        Diagnosis::NotSeen
        | Diagnosis::AskingDocker
        | Diagnosis::NotStarted
        | Diagnosis::Starting
        | Diagnosis::NotProbed
        | Diagnosis::Hung
        | Diagnosis::Suspended
        | Diagnosis::Paused
        | Diagnosis::StoppedByHand
        | Diagnosis::TunnelUnregistered
        | Diagnosis::TunnelLost => Vec::new(),
    }
}

fn on_host(what: &str, port: u16, loopback: Loopback, lang: Lang) -> Arguments {
    // The Portuguese texts have an article before the name.
    let what = match (what, lang) {
        ("app", Lang::En) => "the app",
        _ => what,
    };
    let address = match loopback {
        Loopback::None => "",
        Loopback::V4 => "127.0.0.1",
        Loopback::V6 => "[::1]",
    };
    vec![
        ("what", what.to_owned()),
        ("port", port.to_string()),
        ("loopback", address.to_owned()),
    ]
}

/// Returns the arguments of an app fault.
fn app_params(fault: &AppFault, service: &str, lang: Lang) -> Arguments {
    let mut arguments = fault_params(fault, lang);
    arguments.push(("service", service.to_owned()));
    arguments
}

fn fault_params(fault: &AppFault, lang: Lang) -> Arguments {
    match fault {
        AppFault::NoRoot { path, health } => {
            vec![("path", path.clone()), ("health", health.clone())]
        }
        AppFault::Forbidden { got }
        | AppFault::TooManyRequests { got }
        | AppFault::Failed { got }
        | AppFault::OtherStatus { got } => vec![("got", got.clone())],
        AppFault::SlowPage { took } => vec![("took", seconds(*took, lang))],
        AppFault::Callback {
            at,
            target,
            setting,
        } => vec![
            ("at", at.clone()),
            ("target", target.clone()),
            ("setting", setting.clone()),
        ],
        AppFault::Assets { target, setting }
        | AppFault::Redirect {
            target, setting, ..
        } => vec![("target", target.clone()), ("setting", setting.clone())],
        AppFault::HostRefused { host, got, setting } => vec![
            ("host", host.clone()),
            ("got", got.clone()),
            ("setting", setting.clone()),
        ],
        AppFault::NotFound { path, got } => vec![("path", path.clone()), ("got", got.clone())],
        AppFault::Refused { port } | AppFault::NotHttp { port } => vec![("port", port.to_string())],
        AppFault::Slow { limit, next } => {
            let limits = [("limit", *limit), ("next", *next)];
            limits
                .map(|(name, limit)| (name, seconds(limit, lang)))
                .into()
        }
        AppFault::Closed { port, detail } => {
            vec![("port", port.to_string()), ("detail", detail.clone())]
        }
        AppFault::BehindGateway { upstream, at } => {
            vec![("upstream", upstream.clone()), ("at", at.clone())]
        }
        AppFault::DevOrigin { allowed } => vec![("allowed", allowed.clone())],
        AppFault::Tls => Vec::new(),
    }
}

/// Formats seconds: `3.5`, `3,5`, `10`.
fn seconds(time: Duration, lang: Lang) -> String {
    let tenths = time.as_millis().div_ceil(100);
    let (whole, tenth) = (tenths / 10, tenths % 10);
    if tenth == 0 {
        return whole.to_string();
    }
    let point = lang.pick(".", ",");
    format!("{whole}{point}{tenth}")
}

/// Returns the arguments of a fault of the public URL.
fn public_url_params(fault: &PublicUrlFault, lang: Lang) -> Arguments {
    let time = |until: &Option<u64>| until.map_or_else(String::new, rfc3339);
    match fault {
        PublicUrlFault::EdgeError { got }
        | PublicUrlFault::CaptivePortal { got }
        | PublicUrlFault::Filtered { got }
        | PublicUrlFault::NotOurs { got }
        | PublicUrlFault::NoWebSocket { got } => vec![("got", got.clone())],
        PublicUrlFault::DohBlocked { detail } | PublicUrlFault::TlsUntrusted { detail } => {
            vec![("detail", detail.clone())]
        }
        PublicUrlFault::RecordMissing { resolver, until } => {
            let local = lang.pick("this network's resolver", "o resolvedor desta rede");
            let resolver = resolver.clone().unwrap_or_else(|| local.to_owned());
            vec![("resolver", resolver), ("until", time(until))]
        }
        PublicUrlFault::StaleLocalDns { until } => vec![("until", time(until))],
        PublicUrlFault::LocalDnsElsewhere { address } => vec![("address", address.clone())],
        PublicUrlFault::TlsOtherName { names } => vec![("names", names.clone())],
        PublicUrlFault::BehindGateway { asked } => vec![("asked", asked.clone())],
        PublicUrlFault::Exposed { found } => vec![("found", found.clone())],
        PublicUrlFault::ExposureUnseen { answered, of, got } => vec![
            ("answered", answered.to_string()),
            ("of", of.to_string()),
            ("got", got.clone()),
        ],
        PublicUrlFault::Expired { at } => vec![("at", rfc3339(*at))],
        PublicUrlFault::NoConnector
        | PublicUrlFault::OldTunnel
        | PublicUrlFault::OriginDown
        | PublicUrlFault::OriginSlow
        | PublicUrlFault::TooManyRequests
        | PublicUrlFault::RateLimited
        | PublicUrlFault::NotPublished
        | PublicUrlFault::Settling
        | PublicUrlFault::Ipv6Only
        | PublicUrlFault::OtherSidelink
        | PublicUrlFault::Slept
        | PublicUrlFault::Changed => Vec::new(),
    }
}
