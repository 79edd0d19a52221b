//! Why something is not ok, as data: a code for programs, a sentence and a next step for people.

mod outside;

pub use outside::Outside;

use serde::Serialize;

use crate::lang::Lang;

/// Why a service or a layer is not ok.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Nothing has been seen of it yet.
    NotSeen,
    /// Docker has been asked and has not answered yet.
    AskingDocker,
    /// The container exists and has never been started.
    NotStarted,
    /// The container runs and its healthcheck has not passed yet.
    Starting,
    /// The container runs and no probe has come back yet.
    NotProbed,
    /// Docker is about to start it again, for the nth time.
    Restarting {
        /// How often Docker has restarted it.
        count: i64,
    },
    /// Somebody paused it.
    Paused,
    /// Somebody stopped it: their wish, never undone by us.
    StoppedByHand,
    /// It ended by itself or was killed.
    Exited {
        /// The process's exit code; 128 + n after signal n.
        code: i64,
        /// The kernel ended it for want of memory.
        out_of_memory: bool,
        /// What Docker says of it, often empty.
        error: String,
    },
    /// Its healthcheck fails.
    Unhealthy {
        /// The last line that the healthcheck printed.
        output: String,
    },
    /// Nobody answers at its address.
    Unreachable {
        /// `host:port` or URL that was tried.
        target: String,
        /// What the connection said.
        detail: String,
    },
    /// Something answers, but not as this role should.
    WrongAnswer {
        /// What was asked, e.g. `GET /rtc/validate`.
        asked: String,
        /// What came back, shortened.
        got: String,
    },
    /// The tunnel runs and has no connection to its edge.
    TunnelUnregistered,
    /// The tunnel had a connection to its edge and lost it.
    TunnelLost,
    /// Docker restarts it again and again.
    CrashLoop {
        /// How often Docker has restarted it.
        count: i64,
    },
    /// Its process runs and does not answer.
    Hung,
    /// It was brought back so often that this ends now.
    GaveUp {
        /// How often.
        acts: u32,
        /// What is wrong with it.
        reason: Box<Reason>,
    },
    /// On demand: nobody needs the tunnel now.
    Asleep,
    /// The tunnel is about to be restarted, and the link will change.
    WillBeReplaced {
        /// What is wrong with it.
        why: Box<Reason>,
    },
    /// The link comes from another tunnel now.
    MovedOn {
        /// The service that gave it.
        from: String,
        /// The service that gives it.
        to: String,
        /// What is wrong with the former.
        why: Box<Reason>,
    },
    /// Between the public name and this stack.
    Outside(Outside),
    /// Something that comes first is not ok yet.
    WaitsFor {
        /// Names of services or layers.
        what: Vec<String>,
    },
    /// The reason of one service among several.
    Of {
        /// Its name.
        service: String,
        /// Its own reason.
        reason: Box<Reason>,
    },
    /// The Docker API cannot be reached or refuses.
    Docker {
        /// What the connection said.
        detail: String,
    },
    /// `config/sidelink.yaml` cannot be used and there is no earlier good one.
    BadConfig {
        /// The message with line and column.
        detail: String,
    },
}

/// A reason as it goes over the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReasonView {
    /// Stable, for programs.
    pub code: &'static str,
    /// English.
    pub message: String,
    /// Brazilian Portuguese.
    pub message_pt: String,
}

impl Reason {
    /// Stable name of the kind, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotSeen => "not_seen",
            Self::AskingDocker => "asking_docker",
            Self::NotStarted => "not_started",
            Self::Starting => "starting",
            Self::NotProbed => "not_probed",
            Self::Restarting { .. } => "restarting",
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
            Self::TunnelUnregistered => "tunnel_unregistered",
            Self::TunnelLost => "tunnel_lost",
            Self::CrashLoop { .. } => "crash_loop",
            Self::Hung => "hung",
            Self::GaveUp { .. } => "gave_up",
            Self::Asleep => "asleep",
            Self::WillBeReplaced { .. } => "will_be_replaced",
            Self::MovedOn { .. } => "moved_on",
            Self::Outside(outside) => outside.code(),
            Self::WaitsFor { .. } => "waits_for",
            Self::Of { reason, .. } => reason.code(),
            Self::Docker { .. } => "docker",
            Self::BadConfig { .. } => "bad_config",
        }
    }

    /// What a person reads: what is wrong and, where there is one, the next step.
    pub fn message(&self, lang: Lang) -> String {
        let fixed = |en: &str, pt: &str| lang.pick(en, pt).to_owned();
        match self {
            Self::NotSeen => fixed(
                "no container of this role yet: start the stack with `docker compose up`",
                "nenhum contêiner com este papel ainda: inicie com `docker compose up`",
            ),
            Self::AskingDocker => fixed(
                "asking Docker what runs",
                "perguntando ao Docker o que está em execução",
            ),
            Self::NotStarted => fixed("created, not started yet", "criado, ainda não iniciado"),
            Self::Starting => fixed(
                "running, its healthcheck has not passed yet",
                "em execução, o healthcheck ainda não passou",
            ),
            Self::NotProbed => fixed("running, not probed yet", "em execução, ainda não verificado"),
            Self::Restarting { count } => lang.pick(
                format!("Docker is restarting it (restart {count}): see `docker compose logs`"),
                format!("o Docker está reiniciando ({count}ª vez): veja `docker compose logs`"),
            ),
            Self::Paused => fixed(
                "paused: go on with `docker compose unpause`",
                "pausado: continue com `docker compose unpause`",
            ),
            Self::StoppedByHand => fixed(
                "stopped by hand: start it with `docker compose start`",
                "parado manualmente: inicie com `docker compose start`",
            ),
            Self::Exited { code, out_of_memory, error } => exited(lang, *code, *out_of_memory, error),
            Self::Unhealthy { output } if output.is_empty() => fixed(
                "its healthcheck fails and prints nothing",
                "o healthcheck falha e não imprime nada",
            ),
            Self::Unhealthy { output } => lang.pick(
                format!("its healthcheck fails: {output}"),
                format!("o healthcheck falha: {output}"),
            ),
            Self::Unreachable { target, detail } => lang.pick(
                format!("{target} does not answer: {detail}"),
                format!("{target} não responde: {detail}"),
            ),
            Self::WrongAnswer { asked, got } => lang.pick(
                format!("{asked} was answered with {got}"),
                format!("{asked} foi respondido com {got}"),
            ),
            Self::TunnelUnregistered => fixed(
                "the tunnel has no connection to its edge yet (needs outbound 7844, UDP or TCP)",
                "o túnel ainda não está conectado à borda (precisa da porta 7844 de saída, UDP ou TCP)",
            ),
            Self::TunnelLost | Self::CrashLoop { .. } | Self::Hung | Self::GaveUp { .. } | Self::Asleep
            | Self::WillBeReplaced { .. } | Self::MovedOn { .. } => self.code().to_owned(),
            Self::Outside(outside) => outside.message(lang),
            Self::WaitsFor { what } => {
                lang.pick(format!("waits for {}", what.join(", ")), format!("aguarda {}", what.join(", ")))
            }
            Self::Of { service, reason } => format!("{service}: {}", reason.message(lang)),
            Self::Docker { detail } => lang.pick(
                format!("the Docker API does not answer ({detail}): is Docker running, and docker-proxy with it?"),
                format!("a API do Docker não responde ({detail}): o Docker e o docker-proxy estão em execução?"),
            ),
            Self::BadConfig { detail } => lang.pick(
                format!("config/sidelink.yaml cannot be used: {detail}"),
                format!("config/sidelink.yaml não pode ser usado: {detail}"),
            ),
        }
    }

    /// Trying again cannot help until somebody changes something.
    pub fn is_permanent(&self) -> bool {
        false
    }

    /// Somebody's limit is used up: another tunnel may still work.
    pub fn is_limit(&self) -> bool {
        matches!(self, Self::Outside(Outside::RateLimited))
    }

    /// Passes by itself.
    pub fn is_temporary(&self) -> bool {
        false
    }

    /// A restart of what it is told of is the cure.
    pub fn wants_restart(&self) -> bool {
        matches!(
            self,
            Self::Outside(Outside::OldTunnel | Outside::NoConnector | Outside::OtherSidelink)
        )
    }

    /// For the wire.
    pub fn view(&self) -> ReasonView {
        ReasonView {
            code: self.code(),
            message: self.message(Lang::En),
            message_pt: self.message(Lang::Pt),
        }
    }
}

fn exited(lang: Lang, code: i64, out_of_memory: bool, error: &str) -> String {
    if out_of_memory {
        return lang
            .pick(
                "ended by the kernel: out of memory. Give Docker more memory or raise the service's limit",
                "encerrado pelo kernel: falta de memória. Dê mais memória ao Docker ou aumente o limite do serviço",
            )
            .to_owned();
    }
    let mut text = lang.pick(
        format!("ended with exit code {code}"),
        format!("terminou com código {code}"),
    );
    if !error.is_empty() {
        text.push_str(": ");
        text.push_str(error);
    }
    text
}

/// At most `limit` bytes of the first line of `text`, for reasons that quote what a program said.
pub fn shorten(text: &str, limit: usize) -> String {
    let line = text.trim().lines().next().unwrap_or_default().trim_end();
    let end = (0..=limit.min(line.len()))
        .rev()
        .find(|&i| line.is_char_boundary(i))
        .unwrap_or(0);
    if end < line.len() {
        format!("{}…", &line[..end])
    } else {
        line.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortens_at_a_character_boundary() {
        assert_eq!(shorten("  all good \nsecond line", 80), "all good");
        assert_eq!(shorten("ação", 2), "a…");
        assert_eq!(shorten("", 10), "");
    }

    #[test]
    fn out_of_memory_is_told_before_the_exit_code() {
        let reason = Reason::Exited {
            code: 137,
            out_of_memory: true,
            error: String::new(),
        };
        assert_eq!(reason.code(), "out_of_memory");
        assert!(reason.message(Lang::Pt).contains("memória"));
    }
}
