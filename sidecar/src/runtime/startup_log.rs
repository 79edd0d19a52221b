//! What `docker compose up` prints: a line for each change of state, and the banner with the public URL.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use crate::config::log_format::LogFormat;
use crate::config::loopback::local_url;
use crate::config::settings::Settings;
use crate::qr;
use crate::runtime::clock::unix_ms;
use crate::runtime_config::cache::RuntimeConfigCache;
use sidelink_core::Diagnosis;
use sidelink_core::backoff::ExponentialBackoff;
use sidelink_core::{ActivityEvent, Role, Snapshot, State};
use sidelink_diagnostics::Lang;
use sidelink_diagnostics::waiting;
use sidelink_diagnostics::{Explain, Message};

/// Between two reminders of what is awaited.
const REMINDER: ExponentialBackoff = ExponentialBackoff::from_millis(5_000, 60_000);

/// How the log is written.
#[derive(Clone, Copy, Debug)]
pub struct StartupLogOptions {
    /// Its language.
    pub lang: Lang,
    /// Text or JSON; JSON has no banner.
    pub format: LogFormat,
    /// The gateway's port on this machine.
    pub local_port: u16,
}

impl StartupLogOptions {
    /// Returns those of the settings.
    pub fn of(settings: &Settings) -> Self {
        Self {
            lang: settings.lang,
            format: settings.log_format,
            local_port: settings.local_port,
        }
    }
}

/// Logs each change until the engine is gone.
pub async fn follow(
    mut published: watch::Receiver<Arc<RuntimeConfigCache>>,
    options: StartupLogOptions,
) {
    let mut log = StartupLog::default();
    loop {
        match timeout(log.reminder(), published.changed()).await {
            Ok(Ok(())) => {
                let now = Arc::clone(&published.borrow_and_update());
                for line in log.changes(&now.snapshot, options.lang) {
                    tracing::info!("{line}");
                }
                if let Some(host) = log.new_host(&now.snapshot) {
                    show(host, &now.snapshot, options);
                }
            }
            Ok(Err(_)) => return,
            Err(_) => {
                let now = Arc::clone(&published.borrow());
                if let Some(line) = log.awaited(&now.snapshot, unix_ms(), options.lang) {
                    tracing::info!("{line}");
                }
            }
        }
    }
}

fn show(host: &str, snapshot: &Snapshot, options: StartupLogOptions) {
    match options.format {
        LogFormat::Text => println!("{}", banner(host, snapshot, options)),
        LogFormat::Json => tracing::info!(url = format!("https://{host}"), "public URL"),
    }
}

/// What has been logged already.
#[derive(Default)]
struct StartupLog {
    /// The number of the latest entry of the activity.
    number: u64,
    /// The public host name in the latest banner.
    host: Option<String>,
    reminders: u32,
}

impl StartupLog {
    /// Returns the time until the next reminder.
    fn reminder(&self) -> Duration {
        REMINDER.after(self.reminders + 1)
    }

    /// Returns the reminder: what is awaited, for how long, and why.
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

    /// Returns a line for each entry of the activity that was not logged.
    fn changes(&mut self, snapshot: &Snapshot, lang: Lang) -> Vec<String> {
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
                // The headline does not repeat it, because the public URL works.
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

    /// Returns a public host name that was not shown yet.
    fn new_host<'a>(&mut self, snapshot: &'a Snapshot) -> Option<&'a str> {
        let host = snapshot.shown_host()?;
        if self.host.as_deref() == Some(host) {
            return None;
        }
        self.host = Some(host.to_owned());
        Some(host)
    }
}

/// Returns the service that the headline is about.
fn headlined(snapshot: &Snapshot) -> &str {
    let layer = snapshot.headline();
    layer.map_or("sidecar", |layer| snapshot.service_of(layer))
}

/// Appends the next step to the message.
fn with_next(message: String, reason: Option<&Diagnosis>, service: &str, lang: Lang) -> String {
    match reason.and_then(|reason| reason.next_for(service, lang)) {
        Some(next) => format!("{message} → {next}"),
        None => message,
    }
}

/// Returns why phones on the same Wi-Fi get no video.
fn wrong_host_ip(snapshot: &Snapshot) -> Option<&Diagnosis> {
    let mut services = snapshot.services.iter();
    let watcher = services.find(|service| service.role == Role::HostIp)?;
    match &watcher.state {
        State::Limited(why) => Some(why),
        _ => None,
    }
}

fn banner(host: &str, snapshot: &Snapshot, options: StartupLogOptions) -> String {
    let StartupLogOptions {
        lang, local_port, ..
    } = options;
    let url = format!("https://{host}");
    let rule = "─".repeat(64);
    let mut text = format!("\n{rule}\n  Sidelink\n\n  {url}\n\n{}", qr::terminal(&url));
    text.push_str(&audience(snapshot, lang));
    let here = lang.pick("On this machine: ", "Nesta máquina: ");
    text.push_str(&format!("{here}{}\n", local_url("localhost", local_port)));
    text.push_str(&video(snapshot, lang));
    if snapshot.stand_in {
        text.push_str(lang.pick(
            "  This tunnel is a fake for tests: the public URL works in the test network only.\n",
            "  Este túnel é simulado, para testes: o endereço público só funciona na rede de teste.\n",
        ));
    }
    text.push_str(&rule);
    text
}

/// Who can open the public URL.
fn audience(snapshot: &Snapshot, lang: Lang) -> String {
    match snapshot.why() {
        None if snapshot.carries_media() => lang
            .pick(
                "  Calls work on any phone, over the tunnel. With HOST_IP set, phones in the same Wi-Fi connect directly.\n",
                "  As chamadas funcionam em qualquer celular, pelo túnel. Com HOST_IP definido, celulares no mesmo Wi-Fi se conectam diretamente.\n",
            )
            .to_owned(),
        None => lang
            .pick("  Opens on any phone. ", "  Abre em qualquer celular. ")
            .to_owned(),
        Some(limit) => format!(
            "  {}: {}\n  ",
            lang.pick(
                "Works for some visitors only",
                "Funciona só para alguns visitantes"
            ),
            with_next(limit.message(lang), Some(&limit), headlined(snapshot), lang)
        ),
    }
}

/// How far video reaches.
fn video(snapshot: &Snapshot, lang: Lang) -> String {
    match wrong_host_ip(snapshot) {
        Some(why) => format!("  {}\n", with_next(why.message(lang), Some(why), "host-ip", lang)),
        None => lang
            .pick(
                "  Video works on this machine, and on phones in the same Wi-Fi when HOST_IP is set.\n",
                "  O vídeo funciona nesta máquina e, com HOST_IP definido, em celulares no mesmo Wi-Fi.\n",
            )
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidelink_core::PublicUrlFault;
    use sidelink_core::{Layer, LayerKind, Now, Phase, ServiceView};

    const TEXT: StartupLogOptions = StartupLogOptions {
        lang: Lang::En,
        format: LogFormat::Text,
        local_port: 8080,
    };

    fn ready(host: &str) -> Snapshot {
        let mut snapshot = Snapshot::unknown("i".into());
        snapshot.phase = Phase::Ready;
        snapshot.public_host = Some(host.to_owned());
        snapshot
    }

    #[test]
    fn each_public_url_is_shown_once() {
        let mut log = StartupLog::default();
        assert_eq!(log.new_host(&ready("a.example")), Some("a.example"));
        assert_eq!(log.new_host(&ready("a.example")), None);
        assert_eq!(log.new_host(&ready("b.example")), Some("b.example"));
    }

    #[test]
    fn a_long_wait_is_logged_again_with_its_reason_at_growing_intervals() {
        let mut log = StartupLog::default();
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
        assert_eq!(log.reminder(), Duration::from_secs(5));
        let line = log
            .awaited(&snapshot, 13_500, Lang::En)
            .expect("something is awaited");
        let expected =
            "waiting for Docker, 12 s: asking Docker which containers run → If this persists: ";
        assert!(line.starts_with(expected), "{line}");
        assert_eq!(log.reminder(), Duration::from_secs(10));
        assert_eq!(log.awaited(&ready("a.example"), 13_500, Lang::En), None);
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
        let message = "HOST_IP is 192.168.1.20, but this machine has 10.0.0.5: phones on this Wi-Fi get no video \
             → Set `HOST_IP=10.0.0.5` in `.env`, then `docker compose up -d`";
        let lines = StartupLog::default().changes(&snapshot, Lang::En);
        assert_eq!(lines, [format!("host-ip: {message}")]);
        let text = banner("a.example", &snapshot, TEXT);
        assert!(text.contains(message), "{text}");
        assert!(!text.contains("when HOST_IP is set"), "{text}");
    }

    #[test]
    fn the_banner_shows_a_fake_tunnel_and_who_cannot_open_the_public_url() {
        let mut snapshot = ready("a.example");
        let plain = banner("a.example", &snapshot, TEXT);
        assert!(plain.contains("Opens on any phone. On this machine") && !plain.contains("fake"));
        assert!(plain.contains("On this machine: http://localhost:8080\n"));
        let on_80 = banner(
            "a.example",
            &snapshot,
            StartupLogOptions {
                local_port: 80,
                ..TEXT
            },
        );
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
        assert!(banner("a.example", &snapshot, TEXT).contains("fake for tests"));
        let text = banner(
            "a.example",
            &snapshot,
            StartupLogOptions {
                lang: Lang::Pt,
                ..TEXT
            },
        );
        assert!(
            text.contains("simulado")
                && text.contains("Funciona só para alguns visitantes: a URL pública funciona"),
            "{text}"
        );
    }
}
