//! What `docker compose up` prints: a line for each change of state, and the banner with the public URL.

mod banner;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use self::banner::banner;
use crate::config::log_format::LogFormat;
use crate::config::settings::Settings;
use crate::runtime::clock::unix_ms;
use crate::runtime_config::cache::RuntimeConfigCache;
use sidelink_core::Diagnosis;
use sidelink_core::backoff::ExponentialBackoff;
use sidelink_core::{ActivityEvent, Snapshot, State};
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
    /// Whether it is published on the local network.
    pub lan: bool,
}

impl StartupLogOptions {
    /// Returns those of the settings.
    pub fn of(settings: &Settings) -> Self {
        Self {
            lang: settings.lang,
            format: settings.log_format,
            local_port: settings.local_port,
            lan: settings.lan,
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

#[cfg(test)]
mod tests {
    use super::banner::tests::{TEXT, ready};
    use super::*;
    use sidelink_core::{Layer, LayerKind, Now, Role, ServiceView};

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
}
