//! One service: its container, its probes, and its state.

use std::time::Duration;

use super::healing::RestartBudget;
use super::probe_schedule::ProbeSchedule;
use crate::backoff::ExponentialBackoff;
use crate::container::{Container, Health, Run};
use crate::diagnosis::Diagnosis;
use crate::role::Role;
use crate::{Finding, Job, Patience, State, Target};

/// Time between two probes of a working service.
const PROBE_INTERVAL: Duration = Duration::from_secs(10);
/// The same for a tunnel. Its `/ready` fails 5.3 s after a silent loss (QUIC), so 2 s add little.
const PROBE_INTERVAL_TUNNEL: Duration = Duration::from_secs(2);
/// Delays after failures: short at first, because a user waits for the public URL.
const PROBE_RETRY: ExponentialBackoff = ExponentialBackoff::from_millis(100, 2_000);
/// The same for a tunnel: cloudflared registers within 0.4 s, and the public URL is shown 0.3 s later.
const PROBE_RETRY_TUNNEL: ExponentialBackoff = ExponentialBackoff::from_millis(50, 400);

/// Number of Docker's restarts that makes a crash loop.
const CRASH_LOOP_RESTARTS: i64 = 3;

/// A service of the stack.
#[derive(Debug)]
pub(super) struct Service {
    /// Its container as Docker describes it.
    pub container: Container,
    /// Its probe schedule.
    pub probes: ProbeSchedule,
    /// Its restart budget.
    pub budget: RestartBudget,
    /// Its process was sent a stop signal, so its exit is intentional.
    pub stop_asked: bool,
    /// Sidelink suspended this on-demand tunnel.
    pub suspended: bool,
    /// Another service waits for its successful exit.
    pub is_awaited: bool,
    /// A requested restart of a tunnel waits until gateway, app and LiveKit work.
    pub restart_held: bool,
    /// Stops that Docker refused in a row, and when the next one is sent, by the monotonic clock.
    pub stop_refused: (u32, Duration),
}

impl Service {
    /// Creates a service that is observed for the first time.
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

    /// Reports whether it is a one-shot service that exited successfully.
    pub(super) fn is_done(&self) -> bool {
        let ended_well = matches!(
            self.container.run,
            Run::Exited {
                code: 0,
                out_of_memory: false,
                ..
            }
        );
        let one_shot =
            self.container.finishes && matches!(self.container.role, Role::Init | Role::Other);
        ended_well && (self.is_awaited || one_shot)
    }

    /// Reports whether Sidelink's probe finds it working.
    pub(super) fn probe_works(&self) -> bool {
        let answered = matches!(self.probes.last(), Some(Ok(_)));
        answered && self.container.role != Role::Tunnel
    }

    /// Returns the target of its probes, if this role is probed.
    pub(super) fn target(&self) -> Option<Target> {
        let at = self.container.address();
        let container = &self.container;
        match self.container.role {
            Role::Livekit => Some(Target::Livekit { at }),
            Role::Redis => Some(Target::Redis { at }),
            Role::Bridge => Some(Target::Bridge { at }),
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
                route: None, // added where the job leaves the model
            }),
            Role::Gateway => Some(Target::Gateway { at }),
            Role::Tunnel => Some(Target::Tunnel {
                at,
                kind: self.container.tunnel,
                hostname: self.container.hostname.clone(),
            }),
            Role::HostIp | Role::Init | Role::Other => None,
        }
    }

    /// Returns the time between two probes: after a success, and after failures.
    pub(super) fn probe_intervals(&self) -> (Duration, ExponentialBackoff) {
        match self.container.role {
            Role::Tunnel => (PROBE_INTERVAL_TUNNEL, PROBE_RETRY_TUNNEL),
            _ => (PROBE_INTERVAL, PROBE_RETRY),
        }
    }

    /// Records a newer reading of the container, and returns a probe where its answer may have changed.
    pub(super) fn update(&mut self, container: Container) -> Option<Job> {
        let same_run = self.container.same_run(&container);
        let health_changed = self.container.health != container.health;
        if !same_run && container.is_running() {
            (self.stop_asked, self.suspended) = (false, false);
            self.restart_held = false;
        }
        if self.container.started_at != container.started_at {
            self.budget.on_new_run();
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

    /// Returns its state: by Docker first, then by its healthcheck, then by the probe; and whether the budget is used up.
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
            return State::Waiting(Diagnosis::of_code("container_unreadable", ""));
        }
        let recognized = self.container.recognized.clone();
        match &self.container.run {
            Run::Created => match recognized {
                Some(reason) => State::Broken(reason),
                None => State::Waiting(Diagnosis::NotStarted),
            },
            Run::Exited { .. } if self.is_done() => State::Ok,
            Run::Paused => State::Broken(Diagnosis::Paused),
            Run::Restarting if self.container.restarts >= CRASH_LOOP_RESTARTS => {
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
        // The state that a tunnel reports has more detail than a healthcheck that asks the same.
        let has_report = matches!(self.probes.last(), Some(Ok(Finding::Tunnel { .. })));
        match &self.container.health {
            Health::Healthy => {
                if let Some(reason) = &self.container.recognized {
                    return State::Limited(reason.clone());
                }
            }
            Health::Unhealthy { output } if self.probe_works() => {
                return State::Limited(Diagnosis::of_code("healthcheck_disagrees", output));
            }
            Health::Unhealthy { output } if !has_report => {
                let recognized = self.container.recognized.clone();
                return State::Broken(recognized.unwrap_or_else(|| Diagnosis::Unhealthy {
                    output: output.clone(),
                }));
            }
            Health::CannotRun { output } if self.probe_works() || self.target().is_none() => {
                return State::Limited(Diagnosis::of_code("healthcheck_cannot_run", output));
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
        // Sidelink's probe checks more than a healthcheck does, and earlier.
        let starting = self.container.health == Health::Starting && self.target().is_none();
        match not_ok {
            Some(reason) if self.probes.was_ok() => State::Broken(reason),
            // It has never answered, so it may still be starting.
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
