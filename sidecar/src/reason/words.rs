//! From a reason to its row in the table: code, class, sentence, next step.

use serde::Serialize;

use super::{Loopback, Reason};
use crate::clock::rfc3339;
use crate::diagnosis::{Arguments, Class, Row, row};
use crate::lang::Lang;

/// Where nobody knows which service a step is about: its log has what every other one did.
const USUAL_SERVICE: &str = "sidecar";

/// A reason as it goes over the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReasonView {
    /// Stable, for programs.
    pub code: &'static str,
    /// `none`, `temporary`, `restart`, `configuration` or `permanent`.
    pub class: &'static str,
    /// English.
    pub message: String,
    /// Brazilian Portuguese.
    pub message_pt: String,
    /// What a person does next, in English.
    pub next: Option<String>,
    /// In Brazilian Portuguese.
    pub next_pt: Option<String>,
}

impl Reason {
    /// Stable name of the kind, for programs; it finds the row.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotSeen => "not_seen",
            Self::AskingDocker => "asking_docker",
            Self::NotStarted => "not_started",
            Self::Starting => "starting",
            Self::NotProbed => "not_probed",
            Self::Restarting { .. } => "restarting",
            Self::CrashLoop { .. } => "crash_loop",
            Self::RestartsExhausted { .. } => "restarts_exhausted",
            Self::Hung => "hung",
            Self::Suspended => "suspended",
            Self::WillBeReplaced { .. } => "will_be_replaced",
            Self::MovedOn { .. } => "moved_on",
            Self::NotOnHost {
                loopback: Loopback::None,
                ..
            } => "not_on_host",
            Self::NotOnHost { .. } => "on_loopback_only",
            Self::HostIpWrong { .. } => "host_ip_wrong",
            Self::Known { code, .. } => code,
            Self::Paused => "paused",
            Self::StoppedByHand => "stopped_by_hand",
            Self::Exited {
                out_of_memory: true,
                ..
            } => "out_of_memory",
            Self::Exited { .. } => "exited",
            Self::Unhealthy { .. } => "unhealthy",
            Self::Unreachable { .. } => "unreachable",
            Self::WrongAnswer { .. } => "wrong_answer",
            Self::App { fault, .. } => fault.code(),
            Self::TunnelUnregistered => "tunnel_unregistered",
            Self::TunnelLost => "tunnel_lost",
            Self::QuotaSpent { .. } => "quota_spent",
            Self::Outside(outside) => outside.code(),
            Self::WaitsFor { .. } => "waits_for",
            Self::Of { reason, .. } => reason.code(),
            Self::Docker { .. } => "docker",
            Self::BadConfig { .. } => "bad_config",
            Self::Labels { .. } => "labels",
        }
    }

    /// What can be done about it.
    pub fn class(&self) -> Class {
        self.row().map_or(Class::Temporary, |row| row.class)
    }

    /// It would be refused again for ever: never tried again by itself.
    pub fn is_permanent(&self) -> bool {
        self.class() == Class::Permanent
    }

    /// The provider's limit is used up: another tunnel may still work.
    pub fn is_limit(&self) -> bool {
        match self {
            Self::RestartsExhausted { reason, .. } => reason.is_limit(),
            _ => self.row().is_some_and(|row| row.is_limit),
        }
    }

    /// Passes by itself, or with time.
    pub fn is_temporary(&self) -> bool {
        self.class() == Class::Temporary
    }

    /// The edge has lost the tunnel that gives the link: a restart of that tunnel is the cure.
    pub fn wants_restart(&self) -> bool {
        matches!(
            self.code(),
            "edge_old_tunnel" | "edge_no_connector" | "other_sidelink" | "ngrok_3200"
        )
    }

    /// What is wrong, and what it means for the link.
    pub fn message(&self, lang: Lang) -> String {
        if let Self::Of { service, reason } = self {
            return format!("{service}: {}", reason.message(lang));
        }
        match self.row() {
            Some(row) => row.message(lang, &self.arguments(lang)),
            None => self.code().to_owned(),
        }
    }

    /// What a person does next, where there is something to do.
    pub fn next(&self, lang: Lang) -> Option<String> {
        self.next_for(USUAL_SERVICE, lang)
    }

    /// The same about this service, by Compose's name: a step that names none would do it to all of them.
    pub fn next_for(&self, service: &str, lang: Lang) -> Option<String> {
        match self {
            Self::Of { service, reason } => return reason.next_for(service, lang),
            // Not "wait" or "it is tried again": nothing is.
            Self::RestartsExhausted { reason, .. }
                if matches!(reason.class(), Class::Configuration | Class::Permanent) =>
            {
                return reason.next_for(service, lang);
            }
            _ => {}
        }
        let mut arguments = vec![("service", service.to_owned())];
        arguments.extend(self.arguments(lang));
        self.row()?.next(lang, &arguments)
    }

    /// For the wire.
    pub fn view(&self) -> ReasonView {
        self.view_for(USUAL_SERVICE)
    }

    /// The same about this service.
    pub fn view_for(&self, service: &str) -> ReasonView {
        ReasonView {
            code: self.code(),
            class: self.class().word(),
            message: self.message(Lang::En),
            message_pt: self.message(Lang::Pt),
            next: self.next_for(service, Lang::En),
            next_pt: self.next_for(service, Lang::Pt),
        }
    }

    fn row(&self) -> Option<&'static Row> {
        row(self.code())
    }

    /// What goes into the words of its row.
    pub(crate) fn arguments(&self, lang: Lang) -> Arguments {
        match self {
            Self::Restarting { count } | Self::CrashLoop { count } => {
                vec![("count", count.to_string())]
            }
            Self::RestartsExhausted { actions, reason } => {
                vec![
                    ("actions", actions.to_string()),
                    ("reason", reason.message(lang)),
                ]
            }
            Self::QuotaSpent { until, last } => {
                let last = last
                    .as_ref()
                    .map_or_else(String::new, |last| last.message(lang));
                vec![("until", rfc3339(*until)), ("last", last)]
            }
            Self::WillBeReplaced { why } => vec![("why", why.message(lang))],
            Self::MovedOn { from, to, why } => vec![
                ("from", from.clone()),
                ("to", to.clone()),
                ("why", why.message(lang)),
            ],
            Self::NotOnHost {
                what,
                port,
                loopback,
            } => on_host(what, *port, *loopback, lang),
            Self::HostIpWrong { set, here } => {
                vec![("set", set.to_string()), ("here", here.to_string())]
            }
            Self::Exited { code, error, .. } => {
                vec![("code", code.to_string()), ("error", error.clone())]
            }
            Self::Unhealthy { output } => vec![("output", output.clone())],
            Self::Unreachable { target, detail } => {
                vec![("target", target.clone()), ("detail", detail.clone())]
            }
            Self::WrongAnswer { asked, got } => {
                vec![("asked", asked.clone()), ("got", got.clone())]
            }
            Self::App { service, fault } => fault.arguments(service, lang),
            Self::WaitsFor { what } => vec![("what", what.join(", "))],
            Self::Known { detail, .. } | Self::Docker { detail } | Self::BadConfig { detail } => {
                vec![("detail", detail.clone())]
            }
            Self::Labels { service, mistakes } => {
                let mistakes = mistakes.iter().map(ToString::to_string);
                let mistakes = mistakes.collect::<Vec<_>>().join("; ");
                vec![("service", service.clone()), ("mistakes", mistakes)]
            }
            Self::Outside(outside) => outside.arguments(lang),
            Self::Of { reason, .. } => reason.arguments(lang),
            Self::NotSeen
            | Self::AskingDocker
            | Self::NotStarted
            | Self::Starting
            | Self::NotProbed
            | Self::Hung
            | Self::Suspended
            | Self::Paused
            | Self::StoppedByHand
            | Self::TunnelUnregistered
            | Self::TunnelLost => Vec::new(),
        }
    }
}

fn on_host(what: &str, port: u16, loopback: Loopback, lang: Lang) -> Arguments {
    // The Portuguese sentences have an article before every name.
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
