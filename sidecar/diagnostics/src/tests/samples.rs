//! One of each typed diagnosis. A variant that is missing here shows as an entry without a diagnosis.

use std::time::Duration;

use sidelink_core::LabelError;
use sidelink_core::{AppFault, Diagnosis, Loopback, PublicUrlFault, Redirect};

pub(super) fn text(value: &str) -> String {
    value.to_owned()
}

pub(super) fn typed() -> Vec<Diagnosis> {
    let why = || Box::new(Diagnosis::of_code("quick_rate_limited", ""));
    let on_host = |loopback| Diagnosis::NotOnHost {
        what: text("LiveKit"),
        port: 7880,
        loopback,
    };
    let exited = |out_of_memory| Diagnosis::Exited {
        code: 3,
        out_of_memory,
        error: String::new(),
    };
    vec![
        Diagnosis::NotSeen,
        Diagnosis::AskingDocker,
        Diagnosis::NotStarted,
        Diagnosis::Starting,
        Diagnosis::NotProbed,
        Diagnosis::Restarting { count: 2 },
        Diagnosis::CrashLoop { count: 5 },
        Diagnosis::RestartsExhausted {
            actions: 5,
            reason: why(),
        },
        Diagnosis::QuotaSpent {
            until: 1_795_305_600_000,
            last: Some(why()),
        },
        Diagnosis::Hung,
        Diagnosis::Suspended,
        Diagnosis::WillBeReplaced { why: why() },
        Diagnosis::MovedOn {
            from: text("ngrok"),
            to: text("cloudflared"),
            why: why(),
        },
        on_host(Loopback::None),
        on_host(Loopback::V4),
        on_host(Loopback::V6),
        Diagnosis::HostIpWrong {
            set: [192, 168, 1, 20].into(),
            here: [10, 0, 0, 5].into(),
        },
        Diagnosis::LanAddressMoved {
            from: Some([192, 168, 1, 20].into()),
            to: [10, 0, 0, 5].into(),
        },
        Diagnosis::LanAddressMoved {
            from: None,
            to: [10, 0, 0, 5].into(),
        },
        Diagnosis::LanAddressVisited {
            address: [192, 168, 1, 20].into(),
        },
        Diagnosis::Paused,
        Diagnosis::StoppedByHand,
        exited(false),
        exited(true),
        Diagnosis::Unhealthy {
            output: text("no database"),
        },
        Diagnosis::Unreachable {
            target: text("app:3000"),
            detail: text("refused"),
        },
        Diagnosis::WrongAnswer {
            asked: text("/"),
            got: text("500"),
        },
        Diagnosis::of_code("container_unreadable", ""),
        Diagnosis::of_code("lan_address_hidden", ""),
        Diagnosis::of_code("healthcheck_cannot_run", "sh: curl: not found"),
        Diagnosis::of_code("healthcheck_disagrees", ""),
        Diagnosis::TunnelUnregistered,
        Diagnosis::TunnelLost,
        Diagnosis::WaitsFor {
            what: vec![text("app"), text("livekit")],
        },
        Diagnosis::Docker {
            detail: text("the event stream ended"),
        },
        Diagnosis::Labels {
            service: text("app"),
            mistakes: vec![LabelError {
                label: text("sidelink.port"),
                value: text("x"),
                allowed: text("1–65535"),
            }],
        },
        Diagnosis::BadConfig {
            detail: text("line 1"),
        },
    ]
}

/// Returns one of each fault of an app.
pub(super) fn of_the_app() -> Vec<Diagnosis> {
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
    let reason = |fault| Diagnosis::App {
        service: service(),
        fault,
    };
    redirects.into_iter().chain(others).map(reason).collect()
}

pub(super) fn outside() -> Vec<PublicUrlFault> {
    let got = || text("200 Welcome");
    vec![
        PublicUrlFault::NoConnector,
        PublicUrlFault::OldTunnel,
        PublicUrlFault::OriginDown,
        PublicUrlFault::OriginSlow,
        PublicUrlFault::TooManyRequests,
        PublicUrlFault::RateLimited,
        PublicUrlFault::EdgeError { got: got() },
        PublicUrlFault::NotPublished,
        PublicUrlFault::Settling,
        PublicUrlFault::RecordMissing {
            resolver: None,
            until: Some(1),
        },
        PublicUrlFault::RecordMissing {
            resolver: Some(text("dns.google")),
            until: None,
        },
        PublicUrlFault::DohBlocked {
            detail: text("refused"),
        },
        PublicUrlFault::StaleLocalDns { until: Some(1) },
        PublicUrlFault::LocalDnsElsewhere {
            address: text("192.0.2.1"),
        },
        PublicUrlFault::Ipv6Only,
        PublicUrlFault::TlsOtherName {
            names: text("*.example.org"),
        },
        PublicUrlFault::TlsUntrusted {
            detail: text("UnknownIssuer"),
        },
        PublicUrlFault::OtherSidelink,
        PublicUrlFault::CaptivePortal { got: got() },
        PublicUrlFault::Filtered { got: got() },
        PublicUrlFault::NotOurs { got: got() },
        PublicUrlFault::BehindGateway { asked: text("/") },
        PublicUrlFault::NoWebSocket { got: got() },
        PublicUrlFault::Exposed {
            found: text("LiveKit: GET /debug/pprof"),
        },
        PublicUrlFault::ExposureUnseen {
            answered: 2,
            of: 36,
            got: got(),
        },
        PublicUrlFault::Expired { at: 1 },
        PublicUrlFault::Slept,
        PublicUrlFault::Changed,
    ]
}
