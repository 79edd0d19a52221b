//! `sidelink doctor`: also where nothing runs, with `docker compose run --rm sidecar doctor`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{Service, folder, lang};
use crate::bundle::{self, Facts};
use crate::doctor::{Doctor, Report};
use crate::exit::Failure;
use crate::settings::{Mistakes, Settings};

/// Standard output in the place of a file.
const STDOUT: &str = "-";
/// As the service's name in the stack's networks, for `docker compose run`.
const BESIDE: &str = "sidecar:8788";
/// For a connection within this machine.
const NEAR: Duration = Duration::from_millis(500);
/// A report takes 4 s at most.
const ANSWER: Duration = Duration::from_secs(5);

/// Prints the report, or writes it with everything a bug report wants into an archive. All is well, or exit code 69.
pub async fn run(json: bool, bundle: Option<&Path>) -> Result<(), Failure> {
    let (settings, mistakes) = settings();
    let running = running().await;
    let report = match &running {
        Some((_, report)) => report,
        None => {
            &Doctor::of(Arc::clone(&settings))
                .examine_alone(mistakes.as_ref())
                .await
        }
    };
    if let Some(path) = bundle {
        let status = match &running {
            Some((service, _)) => service.get("/status").await.ok(),
            None => None,
        };
        return archive(path, &settings, report, status).await;
    }
    if json {
        println!("{}", serde_json::to_string_pretty(report)?);
    } else {
        print!("{}", report.text(lang()));
    }
    if report.ok {
        Ok(())
    } else {
        let told = lang().pick("not all is well", "nem tudo está certo");
        Err(Failure::unavailable(told))
    }
}

/// The running service and its own report. The service beside us is asked where this is a container of its own.
async fn running() -> Option<(Service, Report)> {
    if let Some(found) = report_of(None).await {
        return Some(found);
    }
    // Where nothing runs, the name is not found, and a resolver may take its time to say so.
    let connected = timeout(NEAR, TcpStream::connect(BESIDE)).await;
    connected.ok()?.ok()?;
    report_of(Some(&format!("http://{BESIDE}"))).await
}

async fn report_of(url: Option<&str>) -> Option<(Service, Report)> {
    let service = Service::at(url).ok()?;
    let report = timeout(ANSWER, service.get("/doctor")).await.ok()?.ok()?;
    Some((service, report))
}

/// As they were written; where that is a mistake, as they usually are.
fn settings() -> (Arc<Settings>, Option<Mistakes>) {
    match Settings::from_env() {
        Ok(settings) => (Arc::new(settings), None),
        Err(mistakes) => {
            let kept = ["DOCKER_HOST", "SIDELINK_SECRETS", "SIDELINK_CONFIG"];
            let vars: BTreeMap<_, _> = kept
                .iter()
                .filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?)))
                .collect();
            let usual = Settings::from_vars(vars)
                .or_else(|_| Settings::from_vars(BTreeMap::new()))
                .expect("nothing set is always fine");
            (Arc::new(usual), Some(mistakes))
        }
    }
}

async fn archive(
    path: &Path,
    settings: &Settings,
    report: &Report,
    status: Option<serde_json::Value>,
) -> Result<(), Failure> {
    let facts = Facts::gather(settings, report, status).await;
    let bytes = bundle::archive(&facts, &folder()).map_err(Failure::config)?;
    if path.as_os_str() == STDOUT {
        let mut out = std::io::stdout();
        if out.is_terminal() {
            return Err(Failure::config(anyhow::anyhow!(
                "an archive is no text: docker compose exec -T sidecar sidelink doctor --bundle - > report.tar.gz"
            )));
        }
        out.write_all(&bytes)?;
        return Ok(());
    }
    let written = File::create_new(path).and_then(|mut file| file.write_all(&bytes));
    written
        .with_context(|| format!("cannot write {}", path.display()))
        .map_err(Failure::config)
}
