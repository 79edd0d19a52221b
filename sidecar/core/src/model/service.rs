//! One service: its container, its probe, and what follows from the two.

use std::time::Duration;

use super::healing::RestartBudget;
use super::probe_schedule::ProbeSchedule;
use crate::backoff::ExponentialBackoff;
use crate::container::{Container, Health, Run};
use crate::diagnosis::Diagnosis;
use crate::role::Role;
use crate::{Finding, Job, Patience, State, Target};

/// How often a working service is probed again.
const EVERY: Duration = Duration::from_secs(10);
/// A tunnel's `/ready` falls 5.3 s after a silent loss (quic), so a reading each 2 s adds little.
const EVERY_TUNNEL: Duration = Duration::from_secs(2);
/// Waiting for a start: quick at first, since a link is awaited.
const RETRY: ExponentialBackoff = ExponentialBackoff::from_millis(100, 2_000);
/// cloudflared opens its port and registers within 0.4 s; a link is shown 0.3 s after that.
const RETRY_TUNNEL: ExponentialBackoff = ExponentialBackoff::from_millis(50, 400);

/// Docker's own restarts that are no accident any more.
const LOOP: i64 = 3;

/// A service of the stack.
#[derive(Debug)]
pub(super) struct Service {
    /// As Docker shows it.
    pub container: Container,
    /// The latest probe.
    pub probes: ProbeSchedule,
    /// What was done to bring it back.
    pub budget: RestartBudget,
    /// The running process was sent a stop signal: its end is somebody's wish.
    pub stop_asked: bool,
    /// On demand: a tunnel that was put to sleep by us.
    pub suspended: bool,
    /// Another service waits for its end: a one-shot.
    pub is_awaited: bool,
    /// A wanted restart of a tunnel, which waits until gateway, app and LiveKit work.
    pub restart_held: bool,
    /// Stops of ours that Docker refused in a row, and when the next one comes.
    pub stop_refused: (u32, Duration),
}

impl Service {
    /// A service seen for the first time.
    pub(super) fn new(container: Container, stopped_by_hand: bool) -> Self {
        Self {
            container,
            probes: ProbeSchedule::default(),
            budget: RestartBudget::default(),
            stop_asked: stopped_by_hand,
            suspended: false,
            is_awaited: false,
            restart_held: false,
            stop_refused: (0, Duration::ZERO),
        }
    }

    /// It was to end and has ended well: whoever waits for that goes on, and nothing starts it again.
    pub(super) fn is_done(&self) -> bool {
        let ended_well = matches!(
            self.container.run,
            Run::Exited {
                code: 0,
                out_of_memory: false,
                ..
            }
        );
        let one_shot = self.container.finishes && self.container.role == Role::Other;
        ended_well && (self.is_awaited || one_shot)
    }

    /// Our own probe finds it working.
    pub(super) fn probe_works(&self) -> bool {
        let answered = matches!(self.probes.last(), Some(Ok(_)));
        answered && self.container.role != Role::Tunnel
    }

    /// What is probed, if this role is probed at all.
    pub(super) fn target(&self) -> Option<Target> {
        let at = self.container.address();
        let container = &self.container;
        match self.container.role {
            Role::Livekit => Some(Target::Livekit { at }),
            Role::Redis => Some(Target::Redis { at }),
            Role::Icecast => Some(Target::Icecast {
                at,
                mount: container
                    .mount
                    .clone()
                    .unwrap_or_else(|| "/stream".to_owned()),
            }),
            Role::App => Some(Target::App {
                at,
                path: container.asked_path(),
                patience: Patience::after(self.probes.last(), self.probes.was_ok()),
                front: None, // said where the job leaves the model
            }),
            Role::Gateway => Some(Target::Gateway { at }),
            Role::Tunnel => Some(Target::Tunnel {
                at,
                kind: self.container.tunnel,
                hostname: self.container.hostname.clone(),
            }),
            Role::HostIp | Role::Other => None,
        }
    }

    /// How often it is probed: after a success, and after failures.
    pub(super) fn paces(&self) -> (Duration, ExponentialBackoff) {
        match self.container.role {
            Role::Tunnel => (EVERY_TUNNEL, RETRY_TUNNEL),
            _ => (EVERY, RETRY),
        }
    }

    /// Takes in a newer reading of the container; a probe is asked for where that may change the answer.
    pub(super) fn update(&mut self, container: Container) -> Option<Job> {
        let same_run = self.container.same_run(&container);
        let health_changed = self.container.health != container.health;
        if !same_run && container.is_running() {
            (self.stop_asked, self.suspended) = (false, false);
            self.restart_held = false;
        }
        if self.container.started_at != container.started_at {
            self.budget.begins();
        }
        self.container = container;
        if !self.container.is_running() {
            self.probes.stop();
            return None;
        }
        let target = self.target()?;
        let key = self.container.service.clone();
        if !same_run {
            Some(self.probes.restart(&key, target))
        } else if health_changed || self.probes.last().is_none() {
            Some(self.probes.now(&key, target))
        } else {
            None
        }
    }

    /// The verdict: Docker's view first, then the healthcheck's, then our probe's; and whether we go on trying.
    pub(super) fn state(&self) -> State {
        match (self.own_state(), self.budget.exhausted()) {
            (State::Broken(reason) | State::Waiting(reason), Some(actions)) => {
                State::Broken(Diagnosis::RestartsExhausted {
                    actions,
                    reason: Box::new(reason),
                })
            }
            (state, _) => state,
        }
    }

    fn own_state(&self) -> State {
        let mistakes = &self.container.label_errors;
        if !mistakes.is_empty() {
            return State::Broken(Diagnosis::Labels {
                service: self.container.service.clone(),
                mistakes: mistakes.clone(),
            });
        }
        if !self.container.readable && !self.probe_works() {
            return State::Waiting(Diagnosis::known("container_unreadable", ""));
        }
        let recognized = self.container.recognized.clone();
        match &self.container.run {
            Run::Created => match recognized {
                Some(reason) => State::Broken(reason),
                None => State::Waiting(Diagnosis::NotStarted),
            },
            Run::Exited { .. } if self.is_done() => State::Ok,
            Run::Paused => State::Broken(Diagnosis::Paused),
            Run::Restarting if self.container.restarts >= LOOP => {
                State::Broken(Diagnosis::CrashLoop {
                    count: self.container.restarts,
                })
            }
            Run::Restarting => State::Broken(Diagnosis::Restarting {
                count: self.container.restarts,
            }),
            Run::Exited { .. } if self.suspended => State::Waiting(Diagnosis::Suspended),
            Run::Exited { .. } if self.stop_asked => State::Broken(Diagnosis::StoppedByHand),
            Run::Exited {
                code,
                out_of_memory,
                error,
                ..
            } => State::Broken(recognized.unwrap_or_else(|| Diagnosis::Exited {
                code: *code,
                out_of_memory: *out_of_memory,
                error: error.clone(),
            })),
            Run::Running => self.running_state(),
        }
    }

    fn running_state(&self) -> State {
        // A tunnel's own account of its connections says more than a healthcheck that asks the same.
        let account = matches!(self.probes.last(), Some(Ok(Finding::Tunnel { .. })));
        match &self.container.health {
            Health::Healthy => {
                if let Some(reason) = &self.container.recognized {
                    return State::Limited(reason.clone());
                }
            }
            Health::Unhealthy { output } if self.probe_works() => {
                return State::Limited(Diagnosis::known("healthcheck_disagrees", output));
            }
            Health::Unhealthy { output } if !account => {
                let recognized = self.container.recognized.clone();
                return State::Broken(recognized.unwrap_or_else(|| Diagnosis::Unhealthy {
                    output: output.clone(),
                }));
            }
            Health::CannotRun { output } if self.probe_works() || self.target().is_none() => {
                return State::Limited(Diagnosis::known("healthcheck_cannot_run", output));
            }
            _ => {}
        }
        let not_ok = match self.probes.last() {
            Some(Err(reason)) => Some(reason.clone()),
            Some(Ok(Finding::Tunnel { ready: false, .. })) if self.probes.was_ok() => {
                Some(Diagnosis::TunnelLost)
            }
            Some(Ok(Finding::Tunnel { ready: false, .. })) => Some(Diagnosis::TunnelUnregistered),
            _ => None,
        };
        // Our own probe asks more than a healthcheck does, and is there earlier.
        let starting = self.container.health == Health::Starting && self.target().is_none();
        match not_ok {
            Some(reason) if self.probes.was_ok() => State::Broken(reason),
            // It has never answered, so it is no longer silent than a start may take.
            Some(Diagnosis::Hung) => State::Waiting(Diagnosis::Starting),
            Some(reason) => State::Waiting(reason),
            None if starting => State::Waiting(Diagnosis::Starting),
            None if self.probes.last().is_none() && self.target().is_some() => {
                State::Waiting(Diagnosis::NotProbed)
            }
            None => match self.probes.last() {
                Some(Ok(Finding::Limited(reason))) => State::Limited(reason.clone()),
                _ => State::Ok,
            },
        }
    }
}
