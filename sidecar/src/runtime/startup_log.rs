//! What `docker compose up` shows: each change of state in a line, and the banner with the link.

use sidelink_diagnostics::waiting;
use sidelink_diagnostics::{Explain, Message};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use crate::config::loopback::local_url;
use crate::qr;
use crate::runtime::clock::unix_ms;
use crate::runtime_config::cache::RuntimeConfigCache;
use sidelink_core::Diagnosis;
use sidelink_core::backoff::ExponentialBackoff;
use sidelink_core::{ActivityEvent, Role, Snapshot, State};
use sidelink_diagnostics::Lang;

/// Tells the story until there is nothing more to come.
pub async fn tell(
    mut published: watch::Receiver<Arc<RuntimeConfigCache>>,
    lang: Lang,
    local_port: u16,
) {
    let mut told = Told::default();
    loop {
        match timeout(told.reminder(), published.changed()).await {
            Ok(Ok(())) => {
                let now = Arc::clone(&published.borrow_and_update());
                for line in told.event(&now.snapshot, lang) {
                    tracing::info!("{line}");
                }
                if let Some(host) = told.new_link(&now.snapshot) {
                    println!("{}", banner(host, &now.snapshot, lang, local_port));
                }
            }
            Ok(Err(_)) => return,
            Err(_) => {
                let now = Arc::clone(&published.borrow());
                if let Some(line) = told.awaited(&now.snapshot, unix_ms(), lang) {
                    tracing::info!("{line}");
                }
            }
        }
    }
}

/// While something is awaited, it is told again: after 5 s, then ever less often.
const REMIND: ExponentialBackoff = ExponentialBackoff::from_millis(5_000, 60_000);

/// What has been told already.
#[derive(Default)]
struct Told {
    /// The number of the activity's latest entry.
    number: u64,
    link: Option<String>,
    reminders: u32,
}

impl Told {
    /// The time until what is awaited is told again.
    fn reminder(&self) -> Duration {
        REMIND.after(self.reminders + 1)
    }

    /// What is awaited, and for how long now.
    fn awaited(&mut self, snapshot: &Snapshot, now_ms: u64, lang: Lang) -> Option<String> {
        self.reminders = self.reminders.saturating_add(1);
        let layer = snapshot.headline()?;
        let reason = layer.state.reason()?;
        let service = snapshot.service_of(layer);
        let why = with_next(reason.message(lang), Some(reason), service, lang);
        let seconds = now_ms.saturating_sub(layer.since) / 1000;
        let awaited = waiting(layer, snapshot.tunnel_kind(), seconds, lang);
        Some(format!("{awaited}: {why}"))
    }

    fn event(&mut self, snapshot: &Snapshot, lang: Lang) -> Vec<String> {
        let mut lines = Vec::new();
        for entry in snapshot.activity.after(self.number) {
            let message = entry.event.message(lang);
            let subject = entry.event.subject();
            match &entry.event {
                ActivityEvent::Phase { why, .. } => {
                    self.reminders = 0;
                    let service = headlined(snapshot);
                    lines.push(with_next(message, why.as_ref(), service, lang));
                }
                // No headline repeats it: the link works.
                ActivityEvent::Service {
                    state: State::Limited(why),
                    ..
                } => {
                    let line = with_next(message, Some(why), subject, lang);
                    lines.push(format!("{subject}: {line}"));
                }
                _ => lines.push(format!("{subject}: {message}")),
            }
        }
        let latest = snapshot.activity.records().next_back();
        self.number = latest.map_or(self.number, |entry| entry.number);
        lines
    }

    /// A link that was not shown yet.
    fn new_link<'a>(&mut self, snapshot: &'a Snapshot) -> Option<&'a str> {
        let host = snapshot.shown_host()?;
        if self.link.as_deref() == Some(host) {
            return None;
        }
        self.link = Some(host.to_owned());
        Some(host)
    }
}

/// The service that the headline is about.
fn headlined(snapshot: &Snapshot) -> &str {
    let layer = snapshot.headline();
    layer.map_or("sidecar", |layer| snapshot.service_of(layer))
}

/// The sentence, and what a person may do.
fn with_next(sentence: String, reason: Option<&Diagnosis>, service: &str, lang: Lang) -> String {
    match reason.and_then(|reason| reason.next_for(service, lang)) {
        Some(next) => format!("{sentence} → {next}"),
        None => sentence,
    }
}

/// Why phones on the same Wi-Fi get no video.
fn wrong_host_ip(snapshot: &Snapshot) -> Option<&Diagnosis> {
    let mut services = snapshot.services.iter();
    let watcher = services.find(|service| service.role == Role::HostIp)?;
    match &watcher.state {
        State::Limited(why) => Some(why),
        _ => None,
    }
}

fn banner(host: &str, snapshot: &Snapshot, lang: Lang, local_port: u16) -> String {
    let url = format!("https://{host}");
    let rule = "─".repeat(64);
    let mut text = format!("\n{rule}\n  Sidelink\n\n  {url}\n\n{}", qr::terminal(&url));
    text.push_str(&match snapshot.why() {
        None => lang
            .pick("  Opens on any phone. ", "  Abre em qualquer celular. ")
            .to_owned(),
        Some(limit) => format!(
            "  {}: {}\n  ",
            lang.pick("Not for everybody", "Não para todos"),
            with_next(limit.message(lang), Some(&limit), headlined(snapshot), lang)
        ),
    });
    let here = lang.pick("On this machine: ", "Nesta máquina: ");
    text.push_str(&format!("{here}{}\n", local_url("localhost", local_port)));
    text.push_str(&match wrong_host_ip(snapshot) {
        Some(why) => format!(
            "  {}\n",
            with_next(why.message(lang), Some(why), "host-ip", lang)
        ),
        None => lang
            .pick(
                "  Video reaches this machine; phones on the same Wi-Fi when HOST_IP is set.\n",
                "  O vídeo chega a esta máquina; a celulares no mesmo Wi-Fi, com HOST_IP definido.\n",
            )
            .to_owned(),
    });
    if snapshot.stand_in {
        text.push_str(lang.pick(
            "  This tunnel is a STAND-IN for tests: the link works in the test network only.\n",
            "  Este túnel é um SUBSTITUTO para testes: o link só funciona na rede de teste.\n",
        ));
    }
    text.push_str(&rule);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidelink_core::PublicUrlFault;
    use sidelink_core::{Layer, LayerKind, Now, Phase, ServiceView};

    fn ready(host: &str) -> Snapshot {
        let mut snapshot = Snapshot::unknown("i".into());
        snapshot.phase = Phase::Ready;
        snapshot.public_host = Some(host.to_owned());
        snapshot
    }

    #[test]
    fn a_link_is_shown_once_and_a_new_one_again() {
        let mut told = Told::default();
        assert_eq!(told.new_link(&ready("a.example")), Some("a.example"));
        assert_eq!(told.new_link(&ready("a.example")), None);
        assert_eq!(told.new_link(&ready("b.example")), Some("b.example"));
    }

    #[test]
    fn a_long_wait_is_told_again_with_its_reason_ever_less_often() {
        let mut told = Told::default();
        let mut snapshot = Snapshot::unknown("i".into());
        let state = State::Waiting(Diagnosis::AskingDocker);
        let kind = LayerKind::Docker;
        snapshot.layers.push(Layer {
            kind,
            state,
            waits_for: Vec::new(),
            observed: None,
            since: 1_000,
        });
        assert_eq!(told.reminder(), Duration::from_secs(5));
        let line = told
            .awaited(&snapshot, 13_500, Lang::En)
            .expect("something is awaited");
        let expected =
            "waiting for Docker, 12 s: asking Docker which containers run → If this persists: ";
        assert!(line.starts_with(expected), "{line}");
        assert_eq!(told.reminder(), Duration::from_secs(10));
        assert_eq!(told.awaited(&ready("a.example"), 13_500, Lang::En), None);
    }

    #[test]
    fn a_wrong_host_ip_is_in_the_log_and_in_the_banner_with_its_next_step() {
        let state = State::Limited(Diagnosis::HostIpWrong {
            set: [192, 168, 1, 20].into(),
            here: [10, 0, 0, 5].into(),
        });
        let mut snapshot = ready("a.example");
        let event = ActivityEvent::Service {
            name: "host-ip".to_owned(),
            state: state.clone(),
        };
        snapshot.activity.add(
            event,
            Now {
                unix_ms: 0,
                mono: Duration::ZERO,
            },
        );
        snapshot.services.push(ServiceView {
            name: "host-ip".to_owned(),
            role: Role::HostIp,
            required: false,
            state,
            since: 0,
            restarts: 0,
            healing: None,
            tunnel: None,
        });
        let sentence = "HOST_IP is 192.168.1.20, but this machine has 10.0.0.5: phones on this Wi-Fi get no video \
             → Set `HOST_IP=10.0.0.5` in `.env`, then `docker compose up -d`";
        let lines = Told::default().event(&snapshot, Lang::En);
        assert_eq!(lines, [format!("host-ip: {sentence}")]);
        let text = banner("a.example", &snapshot, Lang::En, 8080);
        assert!(text.contains(sentence), "{text}");
        assert!(!text.contains("when HOST_IP is set"), "{text}");
    }

    #[test]
    fn the_banner_says_that_the_tunnel_is_a_stand_in_and_for_whom_the_link_does_not_work() {
        let mut snapshot = ready("a.example");
        let plain = banner("a.example", &snapshot, Lang::En, 8080);
        assert!(
            plain.contains("Opens on any phone. On this machine") && !plain.contains("STAND-IN")
        );
        assert!(plain.contains("On this machine: http://localhost:8080\n"));
        let on_80 = banner("a.example", &snapshot, Lang::En, 80);
        assert!(
            on_80.contains("On this machine: http://localhost\n"),
            "{on_80}"
        );
        snapshot.stand_in = true;
        snapshot.phase = Phase::Degraded;
        snapshot.layers.push(Layer {
            kind: LayerKind::Dns,
            state: State::Limited(Diagnosis::PublicUrl(PublicUrlFault::StaleLocalDns {
                until: None,
            })),
            waits_for: Vec::new(),
            observed: None,
            since: 0,
        });
        assert_eq!(snapshot.usable_host(), Some("a.example"));
        assert!(banner("a.example", &snapshot, Lang::En, 8080).contains("STAND-IN"));
        let told = banner("a.example", &snapshot, Lang::Pt, 8080);
        assert!(
            told.contains("SUBSTITUTO") && told.contains("Não para todos: a URL pública funciona"),
            "{told}"
        );
    }
}
