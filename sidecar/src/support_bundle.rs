//! An archive for a bug report: versions, status, the doctor's report, recent activity and the last log lines, all of it
//! redacted. It has no environment variables.

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::config::settings::Settings;
use crate::docker::{Api, ContainerLog};
use crate::doctor::DoctorReport;
use crate::runtime::clock::unix_ms;
use sidelink_diagnostics::{Lang, Redactor};

/// Enough for thirty logs over a slow socket. What has not arrived by then is missing.
const DOCKER_TIMEOUT: Duration = Duration::from_secs(20);

/// The folder of the logs in the archive.
const LOGS: &str = "logs/";

const README: &str = "Written by `sidelink doctor --bundle` for a bug report. Secrets, tokens, links and addresses are \
replaced:\n<secret>, <token>, <link>, <ip-1>, <ip-2>, … (the same address has the same number), <person>. Read it \
before you send it.\n";

/// The content of the archive before redaction.
#[derive(Debug, Default)]
pub struct BundleContent {
    /// Docker's version, or why it does not answer.
    pub docker: String,
    /// `/status`, where the service runs.
    pub status: Option<Value>,
    /// The report as JSON.
    pub doctor: Value,
    /// The report as text.
    pub doctor_text: String,
    /// The last lines of each labelled container.
    pub logs: Vec<ContainerLog>,
}

impl BundleContent {
    /// Collects the content; versions and logs come from Docker.
    pub async fn gather(settings: &Settings, report: &DoctorReport, status: Option<Value>) -> Self {
        let api = Api::of(settings);
        let asked = async { (api.version().await, api.logs().await) };
        let (docker, logs) = match timeout(DOCKER_TIMEOUT, asked).await {
            Ok((version, logs)) => (
                version.map_or_else(
                    |error| format!("does not answer: {}", error.root_cause()),
                    |version| version.to_string(),
                ),
                logs.unwrap_or_default(),
            ),
            Err(_) => ("no answer in time".to_owned(), Vec::new()),
        };
        Self {
            docker,
            status,
            doctor: serde_json::to_value(report).unwrap_or_default(),
            doctor_text: report.text(Lang::En),
            logs,
        }
    }

    /// Returns the stack's known public host names.
    fn hosts(&self) -> Vec<String> {
        let mut hosts: Vec<_> = self
            .logs
            .iter()
            .filter_map(|log| log.hostname.clone())
            .collect();
        if let Some(status) = &self.status {
            collect_hosts(status, &mut hosts);
        }
        hosts
    }

    fn files(&self) -> Vec<(String, String)> {
        let images: Vec<_> = self
            .logs
            .iter()
            .map(|log| json!([log.service, log.image]))
            .collect();
        let versions = json!({
            "sidelink": env!("CARGO_PKG_VERSION"),
            "docker": self.docker,
            "system": std::env::consts::ARCH,
            "images": images,
        });
        let status = self.status.clone().unwrap_or_default();
        let events = ["activity", "layers"]
            .iter()
            .find_map(|key| status.get(key))
            .cloned()
            .unwrap_or_default();
        let mut files = vec![
            ("README.txt".to_owned(), README.to_owned()),
            ("versions.json".to_owned(), pretty(&versions)),
            ("status.json".to_owned(), pretty(&status)),
            ("events.json".to_owned(), pretty(&events)),
            ("doctor.json".to_owned(), pretty(&self.doctor)),
            ("doctor.txt".to_owned(), self.doctor_text.clone()),
        ];
        for (n, log) in self.logs.iter().enumerate() {
            // A service may have several containers. Names of Compose are valid file names.
            files.push((
                format!("{LOGS}{n:02}-{}.log", log.service),
                log.text.clone(),
            ));
        }
        files
    }
}

/// Returns the gzipped archive. No content of a file in the folder `secrets` is in it.
pub fn archive(content: &BundleContent, secrets: &Path) -> Result<Vec<u8>> {
    let mut redactor = Redactor::new(secrets, content.hosts());
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    for (name, text) in content.files() {
        let text = match name.starts_with(LOGS) {
            true => redactor.log(&text),
            false => redactor.text(&text),
        };
        ensure!(
            redactor.is_clean(&text),
            "internal error: {name} has a secret after redaction, so no archive was written; please report it"
        );
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(unix_ms() / 1000);
        tar.append_data(
            &mut header,
            format!("sidelink-report/{name}"),
            text.as_bytes(),
        )?;
    }
    Ok(tar.into_inner()?.finish()?)
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// Collects every `publicUrl` and `hostname` in a document.
fn collect_hosts(value: &Value, hosts: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                match value {
                    Value::String(text) if key == "publicUrl" || key == "hostname" => {
                        hosts.push(text.clone());
                    }
                    _ => collect_hosts(value, hosts),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect_hosts(value, hosts)),
        _ => {}
    }
}
