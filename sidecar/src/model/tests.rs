//! Days of a stack's life, told in microseconds.

use std::time::Duration;

use super::*;

const T0: u64 = 1_795_240_000_000;
const QUICK: &str = "north-ember-delta-kettle.trycloudflare.com";

/// A stack whose containers, probes and clock the test moves.
struct Stack {
    model: Model,
    snapshot: Snapshot,
    now: Now,
    containers: BTreeMap<String, Container>,
    effects: Vec<Effect>,
}

impl Stack {
    /// All containers made, none started.
    fn created() -> Self {
        let instance: Arc<str> = "i1".into();
        let mut stack = Self {
            model: Model::new(Arc::clone(&instance)),
            snapshot: Snapshot::unknown(instance),
            now: Now {
                unix_ms: T0,
                mono: Duration::ZERO,
            },
            containers: BTreeMap::new(),
            effects: Vec::new(),
        };
        for (name, role) in [
            ("redis", Role::Redis),
            ("livekit", Role::Livekit),
            ("icecast", Role::Icecast),
            ("app", Role::App),
            ("gateway", Role::Gateway),
            ("cloudflared", Role::Tunnel),
        ] {
            stack
                .containers
                .insert(name.to_owned(), container(name, role));
        }
        stack.tell(Event::Template(Template::parse("env: {SITE: '${origin}'}")));
        stack.docker_connects();
        stack
    }

    /// Everything works and the link is proven.
    fn ready() -> Self {
        let mut stack = Self::created();
        for name in ["redis", "livekit", "icecast", "app", "gateway"] {
            stack.starts(name);
            stack.works(name);
        }
        stack.starts("cloudflared");
        stack.tunnel_says(QUICK, true);
        stack.link_works();
        assert_eq!(
            stack.snapshot.phase,
            Phase::Ready,
            "{:?}",
            stack.snapshot.layers
        );
        stack.effects.clear();
        stack
    }

    fn tell(&mut self, event: Event) {
        let effects = self.model.apply(event, self.now);
        self.effects.extend(effects);
        if let Some(next) = self.model.snapshot(&self.snapshot, self.now) {
            self.snapshot = next;
        }
    }

    fn docker_connects(&mut self) {
        let containers = self.containers.values().cloned().collect();
        self.tell(Event::Connected {
            containers,
            own_previous_end: None,
        });
    }

    fn passes(&mut self, time: Duration) {
        self.now.unix_ms += u64::try_from(time.as_millis()).expect("fits");
        self.now.mono += time;
        self.tell(Event::Tick);
    }

    fn changes(&mut self, name: &str, change: impl FnOnce(&mut Container, u64)) {
        let container = self.containers.get_mut(name).expect("is in the stack");
        change(container, self.now.unix_ms);
        let container = container.clone();
        self.tell(Event::Container(container));
    }

    fn starts(&mut self, name: &str) {
        self.changes(name, |container, now| {
            container.run = Run::Running;
            container.health = Health::Healthy;
            container.started_at = now;
        });
    }

    fn ends(&mut self, name: &str, code: i64) {
        self.changes(name, |container, now| {
            container.run = Run::Exited {
                code,
                out_of_memory: false,
                error: String::new(),
                finished_at: now,
            };
        });
    }

    fn is_stopped_by_hand(&mut self, name: &str) {
        let id = self.containers[name].id.clone();
        self.tell(Event::StopAsked {
            id,
            at: self.now.unix_ms,
        });
        self.ends(name, 0);
    }

    /// Answers the latest probe that was asked for.
    fn answers(&mut self, key: &str, outcome: Outcome) {
        let asked = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::Probe(job) if job.key == key => Some(job.epoch),
            _ => None,
        });
        let epoch = asked.unwrap_or_else(|| self.epoch(key));
        self.tell(Event::Probed {
            key: key.to_owned(),
            epoch,
            outcome,
        });
    }

    /// Of the probe under way, where the test has cleared the effects that asked for it.
    fn epoch(&self, key: &str) -> u64 {
        let target = Target::Link {
            host: String::new(),
        };
        let prober = if key == LINK {
            &self.model.link_prober
        } else {
            &self.model.services[key].prober
        };
        prober.next(key, Duration::ZERO, target).epoch
    }

    fn works(&mut self, name: &str) {
        self.answers(name, Ok(Finding::Works));
    }

    fn fails(&mut self, name: &str) {
        self.answers(name, Err(unreachable()));
    }

    fn tunnel_says(&mut self, hostname: &str, ready: bool) {
        self.answers(
            "cloudflared",
            Ok(Finding::Tunnel {
                hostname: Some(hostname.to_owned()),
                ready,
            }),
        );
    }

    fn link_works(&mut self) {
        self.answers(LINK, Ok(Finding::Works));
    }

    fn started(&self) -> Vec<&str> {
        let starts = self.effects.iter().filter_map(|effect| match effect {
            Effect::Start { service, .. } => Some(service.as_str()),
            _ => None,
        });
        starts.collect()
    }

    fn layer(&self, kind: LayerKind) -> &Layer {
        self.snapshot
            .layers
            .iter()
            .find(|layer| layer.kind == kind)
            .expect("every layer is always there")
    }

    fn service(&self, name: &str) -> &ServiceView {
        self.snapshot
            .services
            .iter()
            .find(|service| service.name == name)
            .expect("is in the stack")
    }
}

fn container(name: &str, role: Role) -> Container {
    Container {
        id: format!("id-{name}"),
        service: name.to_owned(),
        role,
        port: None,
        health_path: None,
        required: true,
        stand_in: false,
        run: Run::Created,
        health: Health::Starting,
        started_at: 0,
        created_at: T0,
        restarts: 0,
    }
}

fn unreachable() -> Reason {
    Reason::Unreachable {
        target: "livekit:7880".to_owned(),
        detail: "connection refused".to_owned(),
    }
}

#[test]
fn nothing_known_is_preparing_and_says_what_is_awaited() {
    let stack = Stack::created();
    assert_eq!(stack.snapshot.phase, Phase::Preparing);
    assert_eq!(stack.snapshot.public_host, None);
    assert_eq!(
        stack.snapshot.waits_locally_for,
        ["app", "gateway", "livekit"]
    );
    let tunnel = stack.layer(LayerKind::Tunnel);
    assert!(
        matches!(tunnel.state.reason(), Some(Reason::WaitsFor { .. })),
        "{tunnel:?}"
    );
}

#[test]
fn the_way_from_nothing_to_a_proven_link() {
    let stack = Stack::ready();
    assert_eq!(stack.snapshot.public_host.as_deref(), Some(QUICK));
    assert_eq!(stack.snapshot.verified_at, Some(T0));
    assert!(
        stack
            .snapshot
            .layers
            .iter()
            .all(|layer| layer.state.is_ok())
    );
}

#[test]
fn livekit_held_back_is_named_with_the_time_since_when() {
    let mut stack = Stack::created();
    for name in ["redis", "icecast", "app", "gateway"] {
        stack.starts(name);
        stack.works(name);
    }
    stack.passes(Duration::from_secs(1));
    stack.starts("livekit");
    stack.fails("livekit");
    stack.passes(Duration::from_secs(180));
    stack.fails("livekit");
    assert_eq!(stack.snapshot.waits_locally_for, ["livekit"]);
    let services = stack.layer(LayerKind::Services);
    assert_eq!(services.waits_for, ["livekit"]);
    assert_eq!(services.since, T0, "a new reason is no new state");
    stack.works("livekit");
    assert!(stack.snapshot.waits_locally_for.is_empty());
}

#[test]
fn a_hostname_alone_is_never_shown() {
    let mut stack = Stack::ready();
    stack.starts("cloudflared");
    stack.tunnel_says("other-name.trycloudflare.com", false);
    assert_eq!(stack.snapshot.public_host, None);
    stack.tunnel_says("other-name.trycloudflare.com", true);
    assert_eq!(stack.snapshot.public_host, None, "registered is not proven");
    stack.link_works();
    assert_eq!(
        stack.snapshot.public_host.as_deref(),
        Some("other-name.trycloudflare.com")
    );
}

#[test]
fn a_renewed_proof_and_a_lost_hostname_are_new_revisions() {
    let mut stack = Stack::ready();
    stack.passes(Duration::from_secs(60));
    stack.link_works();
    assert_eq!(stack.snapshot.revision, T0 + 60_000);
    assert_eq!(stack.snapshot.verified_at, Some(T0 + 60_000));
    stack.passes(Duration::from_secs(1));
    stack.ends("cloudflared", 1);
    assert_eq!(stack.snapshot.public_host, None);
    assert_eq!(stack.snapshot.revision, T0 + 61_000);
}

#[test]
fn revisions_grow_even_when_the_clock_stands_still() {
    let mut stack = Stack::ready();
    let first = stack.snapshot.revision;
    stack.tell(Event::Template(Template::parse("env: {A: a}")));
    stack.tell(Event::Template(Template::parse("env: {A: b}")));
    assert_eq!(stack.snapshot.revision, first + 2);
}

#[test]
fn a_service_that_breaks_degrades_and_comes_back() {
    let mut stack = Stack::ready();
    stack.ends("livekit", 137);
    assert_eq!(stack.snapshot.phase, Phase::Degraded);
    assert_eq!(
        stack.snapshot.public_host.as_deref(),
        Some(QUICK),
        "the address itself still stands"
    );
    assert_eq!(
        stack.service("livekit").state.reason().map(Reason::code),
        Some("exited")
    );
    stack.starts("livekit");
    assert_eq!(
        stack.snapshot.phase,
        Phase::Degraded,
        "running is not working"
    );
    stack.works("livekit");
    assert_eq!(stack.snapshot.phase, Phase::Ready);
}

#[test]
fn the_answer_of_a_probe_from_before_a_restart_is_stale() {
    let mut stack = Stack::ready();
    let old = stack.epoch("livekit");
    stack.ends("livekit", 1);
    stack.starts("livekit");
    stack.tell(Event::Probed {
        key: "livekit".to_owned(),
        epoch: old,
        outcome: Ok(Finding::Works),
    });
    assert!(!stack.service("livekit").state.is_ok());
}

#[test]
fn a_failing_healthcheck_is_told_with_its_output() {
    let mut stack = Stack::ready();
    stack.changes("app", |app, _| {
        app.health = Health::Unhealthy {
            output: "ECONNREFUSED".to_owned(),
        }
    });
    let State::Broken(reason) = &stack.service("app").state else {
        panic!("is broken")
    };
    assert!(
        reason
            .message(crate::lang::Lang::En)
            .contains("ECONNREFUSED")
    );
    assert_eq!(stack.snapshot.phase, Phase::Degraded);
}

#[test]
fn what_is_not_required_never_changes_the_phase() {
    let mut stack = Stack::ready();
    stack.changes("icecast", |icecast, _| {
        icecast.required = false;
        icecast.run = Run::Paused;
    });
    assert!(!stack.service("icecast").state.is_ok());
    assert_eq!(stack.snapshot.phase, Phase::Ready);
}

#[test]
fn a_link_that_fails_outside_degrades_and_keeps_its_name() {
    let mut stack = Stack::ready();
    stack.answers(
        LINK,
        Err(Reason::NotOurs {
            got: "530 error code: 1033".to_owned(),
        }),
    );
    assert_eq!(stack.snapshot.phase, Phase::Degraded);
    assert_eq!(stack.snapshot.public_host.as_deref(), Some(QUICK));
    assert!(matches!(
        stack.layer(LayerKind::Marker).state,
        State::Broken(_)
    ));
}

#[test]
fn a_tunnel_that_loses_its_edge_keeps_its_name() {
    let mut stack = Stack::ready();
    stack.tunnel_says(QUICK, false);
    assert_eq!(stack.snapshot.phase, Phase::Degraded);
    assert_eq!(
        stack.layer(LayerKind::Tunnel).state,
        State::Broken(Reason::TunnelUnregistered)
    );
    stack.tunnel_says(QUICK, true);
    assert_eq!(stack.snapshot.phase, Phase::Ready);
}

#[test]
fn a_tunnel_that_crashed_is_started_at_once_and_then_ever_slower() {
    let mut stack = Stack::ready();
    stack.ends("cloudflared", 1);
    assert_eq!(stack.started(), ["cloudflared"]);
    stack.effects.clear();
    stack.starts("cloudflared");
    stack.ends("cloudflared", 1);
    assert_eq!(
        stack.started(),
        [""; 0],
        "its provider limits how often it may ask"
    );
    stack.passes(Duration::from_secs(5));
    assert_eq!(stack.started(), ["cloudflared"]);
    stack.effects.clear();
    stack.starts("cloudflared");
    stack.ends("cloudflared", 1);
    stack.passes(Duration::from_secs(9));
    assert_eq!(stack.started(), [""; 0]);
    stack.passes(Duration::from_secs(1));
    assert_eq!(stack.started(), ["cloudflared"]);
}

#[test]
fn a_tunnel_is_started_last() {
    let mut stack = Stack::ready();
    stack.ends("livekit", 255);
    stack.ends("cloudflared", 255);
    stack.passes(Duration::from_secs(60));
    assert!(!stack.started().contains(&"cloudflared"));
    stack.starts("livekit");
    stack.works("livekit");
    assert!(stack.started().contains(&"cloudflared"));
}

#[test]
fn what_was_stopped_by_hand_stays_stopped() {
    let mut stack = Stack::ready();
    stack.is_stopped_by_hand("cloudflared");
    stack.is_stopped_by_hand("redis");
    stack.passes(Duration::from_secs(3600));
    assert_eq!(stack.started(), [""; 0]);
    assert_eq!(
        stack.service("redis").state,
        State::Broken(Reason::StoppedByHand)
    );
    stack.starts("redis");
    stack.ends("redis", 137);
    stack.passes(Duration::from_secs(5));
    assert_eq!(stack.started(), ["redis"], "a start takes the wish back");
}

#[test]
fn docker_gets_its_chance_before_a_service_is_started_by_us() {
    let mut stack = Stack::ready();
    stack.ends("app", 1);
    assert_eq!(stack.started(), [""; 0]);
    assert!(
        stack
            .effects
            .contains(&Effect::Wake(Duration::from_secs(2)))
    );
    stack.passes(Duration::from_secs(2));
    assert_eq!(stack.started(), ["app"]);
}

#[test]
fn nothing_is_started_while_docker_does_not_answer() {
    let mut stack = Stack::ready();
    stack.tell(Event::DockerLost(Reason::Docker {
        detail: "connection refused".to_owned(),
    }));
    assert_eq!(stack.snapshot.phase, Phase::Degraded);
    stack.ends("cloudflared", 1);
    assert_eq!(stack.started(), [""; 0]);
    stack.docker_connects();
    assert_eq!(stack.started(), ["cloudflared"]);
}

#[test]
fn what_ended_together_with_the_sidecar_is_started_and_what_ended_before_is_not() {
    for (finished_at, wanted) in [(T0 - 5_000, &["cloudflared"][..]), (T0 - 60_000, &[][..])] {
        let mut stack = Stack::created();
        stack.model = Model::new("i1".into());
        for name in ["livekit", "app", "gateway"] {
            let container = stack.containers.get_mut(name).expect("is in the stack");
            (container.run, container.health) = (Run::Running, Health::Healthy);
        }
        let tunnel = stack
            .containers
            .get_mut("cloudflared")
            .expect("is in the stack");
        tunnel.run = Run::Exited {
            code: 0,
            out_of_memory: false,
            error: String::new(),
            finished_at,
        };
        let containers = stack.containers.values().cloned().collect();
        stack.tell(Event::Connected {
            containers,
            own_previous_end: Some(T0),
        });
        for name in ["livekit", "app", "gateway"] {
            stack.works(name);
        }
        assert_eq!(stack.started(), wanted);
    }
}

#[test]
fn a_container_that_is_gone_is_forgotten() {
    let mut stack = Stack::ready();
    stack.tell(Event::Removed {
        id: "id-icecast".to_owned(),
    });
    assert!(
        stack
            .snapshot
            .services
            .iter()
            .all(|service| service.name != "icecast")
    );
    stack.tell(Event::Removed {
        id: "id-cloudflared".to_owned(),
    });
    assert_eq!(stack.snapshot.public_host, None);
}

#[test]
fn a_configuration_that_was_never_good_fails_until_it_is() {
    let mut model = Model::new("i1".into());
    let now = Now {
        unix_ms: T0,
        mono: Duration::ZERO,
    };
    model.apply(Event::Template(Err("line 3".to_owned())), now);
    let failed = model
        .snapshot(&Snapshot::unknown("i1".into()), now)
        .expect("changed");
    assert_eq!(failed.phase, Phase::Failed);
    assert!(matches!(failed.why(), Some(Reason::BadConfig { .. })));
    model.apply(Event::Template(Template::parse("env: {}")), now);
    assert_eq!(
        model.snapshot(&failed, now).expect("changed").phase,
        Phase::Preparing
    );
}

#[test]
fn a_bad_edit_changes_nothing_and_is_told() {
    let mut stack = Stack::ready();
    let before = stack.snapshot.clone();
    stack.tell(Event::Template(Err("line 3".to_owned())));
    assert_eq!(stack.snapshot.template, before.template);
    assert_eq!(stack.snapshot.revision, before.revision);
    assert_eq!(stack.snapshot.template_error.as_deref(), Some("line 3"));
    assert_eq!(stack.snapshot.phase, Phase::Ready);
}

#[test]
fn nothing_new_is_not_published() {
    let mut stack = Stack::ready();
    let before = stack.snapshot.sequence;
    stack.passes(Duration::from_secs(10));
    stack.works("livekit");
    assert_eq!(stack.snapshot.sequence, before);
}
