//! Two faults in every order: no manually stopped service is started, the tunnel starts last, and the phase is
//! ready when both faults are repaired.

use std::collections::BTreeSet;
use std::time::Duration;

use super::stack::{QUICK, Stack, fails, works};
use super::*;
use crate::diagnosis::PublicUrlFault;

const STEP: Duration = Duration::from_secs(1);
const ORIGIN: [&str; 3] = ["livekit", "app", "gateway"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    KillLivekit,
    StopApp,
    LoseTunnel,
    LoseDocker,
    Limit,
    /// The programs end by the stop signal instead of exiting.
    StopRedis,
}

const FAULTS: [Fault; 6] = [
    Fault::KillLivekit,
    Fault::StopApp,
    Fault::LoseTunnel,
    Fault::LoseDocker,
    Fault::Limit,
    Fault::StopRedis,
];

/// The stack with a simulated machine: effects are carried out, probes are answered.
struct World {
    stack: Stack,
    docker: bool,
    registered: bool,
    limit: bool,
    /// Services that were stopped manually and not started since.
    stopped: BTreeSet<&'static str>,
}

impl World {
    fn new() -> Self {
        Self {
            stack: Stack::ready(),
            docker: true,
            registered: true,
            limit: false,
            stopped: BTreeSet::new(),
        }
    }

    fn happens(&mut self, fault: Fault) {
        match fault {
            Fault::KillLivekit => self.ends("livekit", 137, None),
            Fault::StopApp => self.is_stopped("app", 0),
            Fault::StopRedis => self.is_stopped("redis", 143),
            Fault::LoseTunnel => self.registered = false,
            Fault::LoseDocker => {
                self.docker = false;
                let detail = "connection refused".to_owned();
                self.stack
                    .apply(Event::DockerLost(Diagnosis::Docker { detail }));
            }
            Fault::Limit => {
                self.limit = true;
                self.tunnel_is_refused();
            }
        }
    }

    fn is_repaired(&mut self, fault: Fault) {
        match fault {
            Fault::KillLivekit => {}
            Fault::StopApp => self.is_started_manually("app"),
            Fault::StopRedis => self.is_started_manually("redis"),
            Fault::LoseTunnel => self.registered = true,
            Fault::LoseDocker => {
                self.docker = true;
                self.stack.docker_connects();
            }
            Fault::Limit => self.limit = false,
        }
    }

    fn passes(&mut self, time: Duration) {
        let mut over = Duration::ZERO;
        while over < time {
            self.carries_out();
            self.stack.passes(STEP);
            over += STEP;
        }
    }

    fn is_ready_within(&mut self, time: Duration) {
        let end = self.stack.now.mono + time;
        while self.stack.snapshot.phase != Phase::Ready {
            let layers = &self.stack.snapshot.layers;
            assert!(self.stack.now.mono < end, "{layers:#?}");
            self.passes(STEP);
        }
    }

    fn carries_out(&mut self) {
        let origin_works = ORIGIN.iter().all(|name| self.is_running(name));
        let mut verification = None;
        for effect in std::mem::take(&mut self.stack.effects) {
            match effect {
                Effect::Start { service, .. } | Effect::Restart { service, .. } => {
                    self.actions(&service, origin_works);
                }
                Effect::Probe(job) => self.answers(job),
                Effect::Verify(job) => verification = Some(job.epoch),
                Effect::Stop { .. } | Effect::Wake(_) => {}
            }
        }
        if let Some(epoch) = verification {
            let opens = self.registered && ORIGIN.iter().all(|name| self.is_running(name));
            let verification = if opens {
                works()
            } else {
                fails(LayerKind::Instance, PublicUrlFault::OriginDown, Stage::Path)
            };
            self.stack.apply(Event::Verified {
                epoch,
                verification,
            });
        }
    }

    fn actions(&mut self, service: &str, origin_works: bool) {
        assert!(self.docker, "{service} is started though Docker is away");
        let stopped = self.stopped.contains(service);
        assert!(
            !stopped,
            "{service} is started although it was stopped manually"
        );
        let early = service == "cloudflared" && !origin_works;
        assert!(!early, "the tunnel is started before the origin works");
        self.stack.apply(Event::ActionEnded {
            service: service.to_owned(),
            done: true,
        });
        self.runs(service);
        if service == "cloudflared" && self.limit {
            self.tunnel_is_refused();
        }
    }

    fn answers(&mut self, job: Job) {
        if !self.is_running(&job.key) {
            return;
        }
        let outcome = if job.key == "cloudflared" {
            Ok(Finding::Tunnel {
                hostname: Some(QUICK.to_owned()),
                ready: self.registered,
                in_flight: None,
            })
        } else {
            Ok(Finding::Works)
        };
        let (key, epoch) = (job.key, job.epoch);
        self.stack.apply(Event::Probed {
            key,
            epoch,
            outcome,
        });
    }

    fn is_running(&self, name: &str) -> bool {
        self.stack.containers[name].is_running()
    }

    fn runs(&mut self, name: &str) {
        self.changes(name, |container, now| {
            (container.run, container.recognized) = (Run::Running, None);
            container.health = Health::Healthy;
            container.started_at = now;
        });
    }

    fn ends(&mut self, name: &str, code: i64, recognized: Option<Diagnosis>) {
        self.changes(name, |container, now| {
            container.run = Run::Exited {
                code,
                out_of_memory: false,
                error: String::new(),
                finished_at: now,
            };
            container.recognized = recognized;
        });
    }

    fn tunnel_is_refused(&mut self) {
        let why = Diagnosis::of_code("quick_rate_limited", "");
        self.ends("cloudflared", 1, Some(why));
    }

    /// Changes a container, which the model observes only while Docker answers.
    fn changes(&mut self, name: &str, change: impl FnOnce(&mut Container, u64)) {
        if self.docker {
            return self.stack.changes(name, change);
        }
        let container = self.stack.containers.get_mut(name).expect("is there");
        change(container, self.stack.now.unix_ms);
    }

    /// Stops a service manually. Docker reports the stop signal only to present listeners: its buffer for later ones has
    /// 256 events, which healthchecks fill within seconds.
    fn is_stopped(&mut self, name: &'static str, code: i64) {
        self.stopped.insert(name);
        if self.docker {
            let (id, at) = (
                self.stack.containers[name].id.clone(),
                self.stack.now.unix_ms,
            );
            self.stack.apply(Event::StopAsked { id, at });
        }
        self.ends(name, code, None);
    }

    fn is_started_manually(&mut self, name: &'static str) {
        self.stopped.remove(name);
        self.runs(name);
    }
}

#[test]
fn two_faults_in_every_order_end_ready_when_both_are_repaired() {
    let pairs = FAULTS
        .iter()
        .flat_map(|first| FAULTS.map(|second| (*first, second)));
    for (first, second) in pairs.filter(|(first, second)| first != second) {
        for (repaired_first, repaired_last) in [(first, second), (second, first)] {
            eprintln!("{first:?}, {second:?}; repaired: {repaired_first:?}, {repaired_last:?}");
            let mut world = World::new();
            world.happens(first);
            world.passes(Duration::from_secs(2));
            world.happens(second);
            world.passes(Duration::from_secs(60));
            assert_ne!(world.stack.snapshot.phase, Phase::Ready);
            world.is_repaired(repaired_first);
            world.passes(Duration::from_secs(30));
            world.is_repaired(repaired_last);
            world.is_ready_within(Duration::from_secs(400));
            world.passes(Duration::from_secs(20));
            world.is_ready_within(Duration::ZERO);
        }
    }
}
