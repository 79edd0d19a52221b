//! Requests for the app's page: their route, hostname and timeout.

use std::time::Duration;

use super::*;
use crate::diagnosis::AppFault;

/// Returns path, patience and route of the latest probe of the app.
fn asked(stack: &Stack, service: &str) -> (String, Patience, Option<GatewayRoute>) {
    let target = stack.effects.iter().rev().find_map(|effect| match effect {
        Effect::Probe(job) if job.key == service => Some(job.target.clone()),
        _ => None,
    });
    match target {
        Some(Target::App {
            path,
            patience,
            route,
            ..
        }) => (path, patience, route),
        other => panic!("{service} was not asked: {other:?}"),
    }
}

fn slow(patience: Patience) -> ProbeResult {
    Err(Diagnosis::App {
        service: "app".to_owned(),
        fault: AppFault::Slow {
            limit: patience.limit,
            next: patience.next(),
        },
    })
}

fn seconds(stack: &Stack) -> u64 {
    asked(stack, "app").1.limit.as_secs()
}

#[test]
fn the_app_is_probed_through_the_gateway_under_the_public_hostname() {
    let mut stack = Stack::created();
    stack.starts("app");
    let (path, _, route) = asked(&stack, "app");
    let route = route.expect("there is a gateway");
    assert_eq!((&*path, &route.host), ("/", &None));
    assert_eq!(route.gateway.to_string(), "gateway:8081");
    assert!(route.services.contains(&"livekit".to_owned()));

    for name in ["redis", "livekit", "icecast", "app", "gateway"] {
        stack.starts(name);
        stack.works(name);
    }
    stack.starts("cloudflared");
    stack.effects.clear();
    stack.tunnel_says(QUICK, false);
    let host = asked(&stack, "app").2.expect("a gateway").host;
    assert_eq!(host.as_deref(), Some(QUICK), "at once, not in ten seconds");
    stack.effects.clear();
    stack.works("app");
    stack.tunnel_says(QUICK, true);
    let hurried = |effect: &&Effect| matches!(effect, Effect::Probe(job) if job.key == "app" && job.after.is_zero());
    assert_eq!(
        stack.effects.iter().filter(hurried).count(),
        0,
        "the name is the same"
    );
}

#[test]
fn a_verification_has_the_page_and_the_health_path() {
    let mut stack = Stack::ready();
    stack.changes("app", |container, _| {
        container.page_path = Some("/portal".to_owned());
        container.health_path = Some("/up".to_owned());
    });
    stack.effects.clear();
    stack.apply(Event::VerificationRequested {
        max_age: Duration::ZERO,
    });
    stack.passes(Duration::from_secs(60));
    let page = stack.effects.iter().rev().find_map(|effect| match effect {
        Effect::Verify(job) => Some(job.page.clone()),
        _ => None,
    });
    let page = page.expect("a verification");
    assert_eq!((&*page.service, &*page.path), ("app", "/portal"));
    assert_eq!(page.health.as_deref(), Some("/up"));
    assert_eq!(
        asked(&stack, "app").0,
        "/up",
        "here the health path is asked"
    );
}

#[test]
fn of_several_apps_only_the_gateways_upstream_is_probed_through_it() {
    let mut stack = Stack::created();
    let mut api = stack.containers["app"].clone();
    (api.id, api.service) = ("id-api".to_owned(), "api".to_owned());
    stack.apply(Event::Container(Box::new(api.clone())));
    for name in ["api", "app"] {
        let mut container = if name == "api" {
            api.clone()
        } else {
            stack.containers["app"].clone()
        };
        (container.run, container.started_at) = (Run::Running, T0 + 1);
        stack.apply(Event::Container(Box::new(container)));
    }
    assert!(asked(&stack, "app").2.is_some());
    assert_eq!(asked(&stack, "api").2, None);
    stack.model.upstream.host = "api".to_owned();
    stack.works("api");
    stack.works("app");
    assert!(asked(&stack, "api").2.is_some());
    assert_eq!(asked(&stack, "app").2, None);
}

#[test]
fn patience_grows_while_the_app_has_never_answered() {
    let mut stack = Stack::created();
    stack.starts("app");
    let mut limits = Vec::new();
    for _ in 0..6 {
        limits.push(seconds(&stack));
        let patience = asked(&stack, "app").1;
        assert!(!patience.answered);
        stack.answers("app", slow(patience));
    }
    assert_eq!(limits, [2, 4, 8, 16, 30, 30]);
    let services = stack.layer(LayerKind::Services);
    assert_eq!(services.state.as_str(), "waiting", "slow is not broken");

    let took = Duration::from_secs(12);
    stack.answers("app", Ok(Finding::App { took }));
    assert_eq!(seconds(&stack), 24, "twice as long as it took");
    let took = Duration::from_millis(40);
    stack.answers("app", Ok(Finding::App { took }));
    assert_eq!(seconds(&stack), 10);
    assert!(asked(&stack, "app").1.answered);
    stack.answers("app", Err(Diagnosis::Hung));
    assert_eq!(seconds(&stack), 10);
}

#[test]
fn an_app_that_refuses_connections_is_awaited_at_first_and_restarted_later() {
    let refused = || {
        Err(Diagnosis::App {
            service: "app".to_owned(),
            fault: AppFault::Refused { port: 3000 },
        })
    };
    let mut stack = Stack::created();
    stack.starts("app");
    stack.answers("app", refused());
    assert_eq!(seconds(&stack), 2, "a refusal does not count as slow");
    assert_eq!(stack.layer(LayerKind::Services).state.as_str(), "waiting");

    let mut stack = Stack::ready();
    stack.answers("app", refused());
    assert_eq!(stack.layer(LayerKind::Services).state.as_str(), "broken");
    stack.passes(Duration::from_secs(16));
    let restarts =
        |effect: &Effect| matches!(effect, Effect::Restart { service, .. } if service == "app");
    assert!(stack.effects.iter().any(restarts));
}
