//! `sidelink doctor`. While the stack is down: `docker compose run --rm sidecar doctor`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{ControlApi, folder, lang};
use crate::config::settings::{ConfigErrors, Settings};
use crate::doctor::{Doctor, DoctorReport};
use crate::runtime::exit::CommandFailure;
use crate::support_bundle::{self, BundleContent};

/// The path that means standard output.
const STDOUT: &str = "-";
/// The service in the stack's networks, for `docker compose run`.
const SIDECAR: &str = "sidecar:8788";
/// For a connection within this machine.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);
/// A report takes at most 4 s.
const REPORT_TIMEOUT: Duration = Duration::from_secs(5);

/// Prints the report, or writes it into a support bundle. Exit code 69 where a check failed.
pub async fn run(json: bool, bundle: Option<&Path>) -> Result<(), CommandFailure> {
    if let Some(path) = bundle {
        takes_an_archive(path, &std::io::stdout())?;
    }
    let (settings, errors) = settings();
    let running = running().await;
    let report = match &running {
        Some((_, report)) => report,
        None => {
            &Doctor::of(Arc::clone(&settings))
                .examine_alone(errors.as_ref())
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
        let message = lang().pick("a check failed", "uma verificação falhou");
        Err(CommandFailure::unavailable(message))
    }
}

/// Returns the running service and its report. In a container of `docker compose run` the service is another container.
async fn running() -> Option<(ControlApi, DoctorReport)> {
    if let Some(found) = report_of(None).await {
        return Some(found);
    }
    // While the stack is down, a resolver may take long to report that the name does not exist.
    let connected = timeout(CONNECT_TIMEOUT, TcpStream::connect(SIDECAR)).await;
    connected.ok()?.ok()?;
    report_of(Some(&format!("http://{SIDECAR}"))).await
}

async fn report_of(url: Option<&str>) -> Option<(ControlApi, DoctorReport)> {
    let service = ControlApi::at(url).ok()?;
    let report = timeout(REPORT_TIMEOUT, service.get("/doctor"))
        .await
        .ok()?
        .ok()?;
    Some((service, report))
}

/// Returns the settings, or the defaults and what is wrong with the settings.
fn settings() -> (Arc<Settings>, Option<ConfigErrors>) {
    match Settings::from_env() {
        Ok(settings) => (Arc::new(settings), None),
        Err(errors) => {
            let kept = ["DOCKER_HOST", "SIDELINK_SECRETS", "SIDELINK_CONFIG"];
            let vars: BTreeMap<_, _> = kept
                .iter()
                .filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?)))
                .collect();
            let defaults = Settings::from_vars(vars)
                .or_else(|_| Settings::from_vars(BTreeMap::new()))
                .expect("the defaults are valid");
            (Arc::new(defaults), Some(errors))
        }
    }
}

async fn archive(
    path: &Path,
    settings: &Settings,
    report: &DoctorReport,
    status: Option<serde_json::Value>,
) -> Result<(), CommandFailure> {
    let content = BundleContent::gather(settings, report, status).await;
    let bytes = support_bundle::archive(&content, &folder())
        .map_err(|error| CommandFailure::internal(format!("{error:#}")))?;
    if path.as_os_str() == STDOUT {
        std::io::stdout().write_all(&bytes)?;
        return Ok(());
    }
    let written = File::create_new(path).and_then(|mut file| file.write_all(&bytes));
    written.map_err(|error| {
        CommandFailure::misused(format!(
            "cannot write {} ({error}): name a new file in a writable folder",
            path.display()
        ))
    })
}

/// Refuses to write an archive to a terminal, before anything is gathered for it.
fn takes_an_archive(path: &Path, out: &impl IsTerminal) -> Result<(), CommandFailure> {
    if path.as_os_str() != STDOUT || !out.is_terminal() {
        return Ok(());
    }
    let message = lang().pick(
        "cannot write an archive to a terminal, because it is not text: ",
        "não é possível escrever um arquivo compactado no terminal, porque não é texto: ",
    );
    Err(CommandFailure::misused(format!(
        "{message}docker compose exec -T sidecar sidelink doctor --bundle - > report.tar.gz"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Opens a new terminal.
    const TERMINAL: &str = "/dev/ptmx";

    #[test]
    fn an_archive_is_not_written_to_a_terminal() {
        let terminal = File::open(TERMINAL).expect("a terminal");
        assert!(terminal.is_terminal());
        let failure = takes_an_archive(Path::new(STDOUT), &terminal).expect_err("is refused");
        assert!(failure.message().contains("exec -T"), "{failure:?}");
        assert!(failure.is_final());
        assert!(takes_an_archive(Path::new("report.tar.gz"), &terminal).is_ok());
        let other = File::open("/dev/null").expect("a device");
        assert!(takes_an_archive(Path::new(STDOUT), &other).is_ok());
    }
}
