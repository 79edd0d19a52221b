//! One of each typed reason. A variant that is missing here shows as a row without a reason.

use std::time::Duration;

use sidelink_core::LabelMistake;
use sidelink_core::{AppFault, Loopback, Outside, Reason, Redirect};

pub(super) fn text(value: &str) -> String {
    value.to_owned()
}

pub(super) fn typed() -> Vec<Reason> {
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
        Reason::RestartsExhausted {
            actions: 5,
            reason: why(),
        },
        Reason::QuotaSpent {
            until: 1_795_305_600_000,
            last: Some(why()),
        },
        Reason::Hung,
        Reason::Suspended,
        Reason::WillBeReplaced { why: why() },
        Reason::MovedOn {
            from: text("ngrok"),
            to: text("cloudflared"),
            why: why(),
        },
        on_host(Loopback::None),
        on_host(Loopback::V4),
        on_host(Loopback::V6),
        Reason::HostIpWrong {
            set: [192, 168, 1, 20].into(),
            here: [10, 0, 0, 5].into(),
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
        Reason::known("container_unreadable", ""),
        Reason::known("healthcheck_cannot_run", "sh: curl: not found"),
        Reason::known("healthcheck_disagrees", ""),
        Reason::TunnelUnregistered,
        Reason::TunnelLost,
        Reason::WaitsFor {
            what: vec![text("app"), text("livekit")],
        },
        Reason::Docker {
            detail: text("the event stream ended"),
        },
        Reason::Labels {
            service: text("app"),
            mistakes: vec![LabelMistake {
                label: text("sidelink.port"),
                value: text("x"),
                allowed: text("1–65535"),
            }],
        },
        Reason::BadConfig {
            detail: text("line 1"),
        },
    ]
}

/// One of each fault of an app.
pub(super) fn of_the_app() -> Vec<Reason> {
    let redirects = [
        Redirect::Localhost,
        Redirect::Network,
        Redirect::Container,
        Redirect::Port,
        Redirect::PlainHttp,
        Redirect::Circle,
        Redirect::TooMany,
        Redirect::OldAddress,
        Redirect::Nowhere,
    ];
    let redirects = redirects.map(|kind| AppFault::Redirect {
        kind,
        target: text("http://localhost:3000/"),
        setting: text("APP_URL"),
    });
    let got = || text("500 Oops");
    let seconds = Duration::from_secs;
    let others = [
        AppFault::NoRoot {
            path: text("/"),
            health: text("/health"),
        },
        AppFault::Forbidden { got: got() },
        AppFault::SlowPage {
            took: Duration::from_millis(3_500),
        },
        AppFault::Callback {
            at: text("accounts.example"),
            target: text("http://localhost:3000/"),
            setting: text("AUTH_URL"),
        },
        AppFault::Assets {
            target: text("http://localhost:5173/@vite/client"),
            setting: text("ASSET_URL"),
        },
        AppFault::DevOrigin {
            allowed: "*.trycloudflare.com".to_owned(),
        },
        AppFault::HostRefused {
            host: text("x.trycloudflare.com"),
            got: got(),
            setting: text("ALLOWED_HOSTS"),
        },
        AppFault::NotFound {
            path: text("/"),
            got: got(),
        },
        AppFault::TooManyRequests { got: got() },
        AppFault::Failed { got: got() },
        AppFault::OtherStatus { got: got() },
        AppFault::Refused { port: 3000 },
        AppFault::Slow {
            limit: seconds(2),
            next: seconds(4),
        },
        AppFault::Closed {
            port: 3000,
            detail: text("connection reset"),
        },
        AppFault::NotHttp { port: 3000 },
        AppFault::Tls,
        AppFault::BehindGateway {
            upstream: text("app:3000"),
            at: text("app:80"),
        },
    ];
    let service = || text("app");
    let reason = |fault| Reason::App {
        service: service(),
        fault,
    };
    redirects.into_iter().chain(others).map(reason).collect()
}

pub(super) fn outside() -> Vec<Outside> {
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
        Outside::Unsafe {
            found: text("LiveKit: GET /debug/pprof"),
        },
        Outside::ExposureUnseen {
            answered: 2,
            of: 36,
            got: got(),
        },
        Outside::Expired { at: 1 },
        Outside::Slept,
        Outside::Changed,
    ]
}
