//! A stack whose containers, probes and clock a test moves.

use std::time::Duration;

use crate::diagnosis::PublicUrlFault;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::*;

pub(super) const T0: u64 = 1_795_240_000_000;
pub(super) const QUICK: &str = "north-ember-delta-kettle.trycloudflare.com";

/// A stack whose containers, probes and clock the test moves.
pub(super) struct Stack {
    pub(super) model: Model,
    pub(super) snapshot: Snapshot,
    pub(super) now: Now,
    pub(super) containers: BTreeMap<String, Container>,
    pub(super) effects: Vec<Effect>,
}

/// A verification, sent or due.
pub(super) struct Asked {
    /// The delay before it.
    pub(super) after: Duration,
    pub(super) job: VerificationJob,
}

impl Stack {
    /// Creates a stack whose containers are created and not started.
    pub(super) fn created() -> Self {
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
        stack.apply(Event::Template(Ok(template("SITE", "site"))));
        stack.docker_connects();
        stack
    }

    /// Creates a stack in which everything works and the public URL is verified.
    pub(super) fn ready() -> Self {
        let mut stack = Self::created();
        for name in ["redis", "livekit", "icecast", "app", "gateway"] {
            stack.starts(name);
            stack.works(name);
        }
        stack.starts("cloudflared");
        stack.tunnel_says(QUICK, true);
        stack.works("app"); // asked again under the new name
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

    /// Creates a stack in which everything works locally, and the tunnel has just registered with this hostname.
    pub(super) fn registered(name: &str) -> Self {
        let mut stack = Self::ready();
        stack.starts("cloudflared");
        stack.effects.clear();
        stack.tunnel_says(name, true);
        stack
    }

    pub(super) fn apply(&mut self, event: Event) {
        let effects = self.model.apply(event, self.now);
        self.effects.extend(effects);
        if let Some(next) = self.model.snapshot(&self.snapshot, self.now) {
            self.snapshot = next;
        }
    }

    pub(super) fn docker_connects(&mut self) {
        let containers = self.containers.values().cloned().collect();
        self.apply(Event::Connected {
            containers,
            own_previous_end: None,
        });
    }

    pub(super) fn passes(&mut self, time: Duration) {
        self.now.unix_ms += u64::try_from(time.as_millis()).expect("fits");
        self.now.mono += time;
        self.apply(Event::Tick);
    }

    pub(super) fn changes(&mut self, name: &str, change: impl FnOnce(&mut Container, u64)) {
        let container = self.containers.get_mut(name).expect("is in the stack");
        change(container, self.now.unix_ms);
        let container = container.clone();
        self.apply(Event::Container(Box::new(container)));
    }

    pub(super) fn starts(&mut self, name: &str) {
        self.changes(name, |container, now| {
            (container.run, container.recognized) = (Run::Running, None);
            container.health = Health::Healthy;
            container.started_at = now;
        });
    }

    pub(super) fn ends(&mut self, name: &str, code: i64) {
        self.changes(name, |container, now| {
            container.run = Run::Exited {
                code,
                out_of_memory: false,
                error: String::new(),
                finished_at: now,
            };
        });
    }

    pub(super) fn is_stopped_by_hand(&mut self, name: &str) {
        let id = self.containers[name].id.clone();
        self.apply(Event::StopAsked {
            id,
            at: self.now.unix_ms,
        });
        self.ends(name, 0);
    }

    /// Answers the latest probe.
    pub(super) fn answers(&mut self, key: &str, outcome: ProbeResult) {
        let asked = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::Probe(job) if job.key == key => Some(job.epoch),
            _ => None,
        });
        let epoch = asked.unwrap_or_else(|| self.epoch(key));
        self.apply(Event::Probed {
            key: key.to_owned(),
            epoch,
            outcome,
        });
    }

    /// Returns the epoch of the probe under way, when the test has cleared its effect.
    pub(super) fn epoch(&self, key: &str) -> u64 {
        let probes = &self.model.services[key].probes;
        let at = self.containers[key].address();
        probes
            .next(key, Duration::ZERO, Target::Gateway { at })
            .epoch
    }

    pub(super) fn works(&mut self, name: &str) {
        self.answers(name, Ok(Finding::Works));
    }

    pub(super) fn fails(&mut self, name: &str) {
        self.answers(name, Err(unreachable()));
    }

    pub(super) fn tunnel_says(&mut self, hostname: &str, ready: bool) {
        self.carries("cloudflared", hostname, ready, None);
    }

    /// Returns the latest verification with this result.
    pub(super) fn verification_returns(&mut self, verification: Verification) {
        let epoch = self.model.public_url.hurried(self.now);
        self.effects
            .retain(|effect| !matches!(effect, Effect::Verify(_)));
        self.apply(Event::Verified {
            epoch,
            verification,
        });
    }

    pub(super) fn link_works(&mut self) {
        self.verification_returns(works());
    }

    pub(super) fn link_fails(&mut self, at: LayerKind, outside: PublicUrlFault) {
        self.verification_returns(fails(at, outside, Stage::Path));
    }

    /// Returns the latest verification since the effects were cleared, or else the one that is due.
    pub(super) fn scheduled_verification(&self) -> Option<Asked> {
        let sent = self.sent_verification().cloned().map(|job| Asked {
            after: Duration::ZERO,
            job,
        });
        sent.or_else(|| {
            let (at, job) = self.model.public_url.preview()?;
            let after = at.saturating_sub(self.now.mono);
            Some(Asked { after, job })
        })
    }

    /// Returns the latest verification since the effects were cleared.
    pub(super) fn sent_verification(&self) -> Option<&VerificationJob> {
        self.effects.iter().rev().find_map(|effect| match effect {
            Effect::Verify(job) => Some(job),
            _ => None,
        })
    }

    /// Returns the delay before the next verification, and clears the effects.
    pub(super) fn next_verification(&mut self) -> Option<Duration> {
        let after = self.scheduled_verification().map(|asked| asked.after);
        self.effects.clear();
        after
    }

    /// Suspends the machine: the wall clock continues, the monotonic clock stops.
    pub(super) fn suspends(&mut self, time: Duration) {
        self.now.unix_ms += u64::try_from(time.as_millis()).expect("fits");
    }

    pub(super) fn started(&self) -> Vec<&str> {
        let starts = self.effects.iter().filter_map(|effect| match effect {
            Effect::Start { service, .. } => Some(service.as_str()),
            _ => None,
        });
        starts.collect()
    }

    /// Returns the services restarted since the effects were cleared.
    pub(super) fn restarted(&self) -> Vec<&str> {
        let restarts = self.effects.iter().filter_map(|effect| match effect {
            Effect::Restart { service, .. } => Some(service.as_str()),
            _ => None,
        });
        restarts.collect()
    }

    /// Lets Docker complete an action: the service has a new run.
    pub(super) fn is_started(&mut self, name: &str) {
        self.effects.clear();
        self.passes(Duration::from_millis(200));
        self.apply(Event::ActionEnded {
            service: name.to_owned(),
            done: true,
        });
        self.starts(name);
    }

    /// Adds a running tunnel that is registered with this hostname.
    pub(super) fn has_tunnel(&mut self, name: &str, kind: TunnelKind, hostname: &str) {
        let mut tunnel = container(name, Role::Tunnel);
        tunnel.tunnel = kind;
        self.containers.insert(name.to_owned(), tunnel);
        self.starts(name);
        self.carries(name, hostname, true, None);
    }

    /// Returns a tunnel's report.
    pub(super) fn carries(
        &mut self,
        name: &str,
        hostname: &str,
        ready: bool,
        in_flight: Option<u32>,
    ) {
        self.answers(
            name,
            Ok(Finding::Tunnel {
                in_flight,
                hostname: Some(hostname.to_owned()),
                ready,
            }),
        );
    }

    /// Returns the recent activity as data, oldest first.
    pub(super) fn activity(&self) -> Vec<ActivityEvent> {
        let event = |record: &Arc<ActivityRecord>| record.event.clone();
        self.snapshot.activity.records().map(event).collect()
    }

    pub(super) fn layer(&self, kind: LayerKind) -> &Layer {
        self.snapshot
            .layers
            .iter()
            .find(|layer| layer.kind == kind)
            .expect("every layer is always there")
    }

    pub(super) fn service(&self, name: &str) -> &ServiceView {
        self.snapshot
            .services
            .iter()
            .find(|service| service.name == name)
            .expect("is in the stack")
    }
}

/// Returns a verification that observed every layer.
pub(super) fn works() -> Verification {
    Verification {
        next: Stage::Path,
        ..Verification::default()
    }
}

/// Returns a verification that failed at a layer; the next one begins at `next`.
pub(super) fn fails(at: LayerKind, outside: PublicUrlFault, next: Stage) -> Verification {
    Verification {
        failure: Some((at, Diagnosis::PublicUrl(outside))),
        next,
        ..Verification::default()
    }
}

/// Returns a template with one literal entry.
pub(super) fn template(key: &str, text: &str) -> Template {
    let pieces = vec![template::Piece::Text(text.to_owned())];
    Template([(key.to_owned(), pieces)].into())
}

pub(super) fn container(name: &str, role: Role) -> Container {
    Container {
        health: Health::Starting,
        created_at: T0,
        ..Container::created(format!("id-{name}"), name.to_owned(), role)
    }
}

fn unreachable() -> Diagnosis {
    Diagnosis::Unreachable {
        target: "livekit:7880".to_owned(),
        detail: "connection refused".to_owned(),
    }
}
