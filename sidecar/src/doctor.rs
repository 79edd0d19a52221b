//! The doctor: checks every layer once and names the next step. In the running service it starts from the latest
//! snapshot; while the stack is down, it checks what needs no stack.

mod internet;
mod layers;
mod machine;
mod text;
mod turn;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, join_all};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, timeout};

use crate::config::settings::{ConfigErrors, Settings};
use crate::runtime::clock::{rfc3339, unix_ms};
use sidelink_core::Snapshot;
use sidelink_diagnostics::Lang;

/// Time for one check. All run at the same time.
const CHECK_TIMEOUT: Duration = Duration::from_secs(4);
/// Age up to which a result of the internet checks is used again, so that requests to the internet are few.
const MAX_INTERNET_AGE: Duration = Duration::from_secs(5);

/// The checks of one moment.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DoctorReport {
    /// RFC 3339.
    pub at: String,
    /// The program's version.
    pub version: String,
    /// The service answered, so the checks have its snapshot.
    pub running: bool,
    /// No check failed; some may warn.
    pub ok: bool,
    /// The checks, from this machine to the internet.
    pub checks: Vec<Check>,
}

/// One check.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// `machine`, `layer`, `service` or `internet`.
    pub group: String,
    /// Unique in its group.
    pub name: String,
    /// Its result.
    pub outcome: CheckOutcome,
    /// What was observed, in English.
    pub observed: String,
    /// What was observed, in Brazilian Portuguese.
    pub observed_pt: String,
    /// The next step, in English.
    pub next: Option<String>,
    /// The next step, in Brazilian Portuguese.
    pub next_pt: Option<String>,
}

/// The result of a check.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckOutcome {
    /// No problem.
    Ok,
    /// Works with a limit or a risk.
    Warning,
    /// A problem.
    Failed,
    /// Not checked, because another problem comes first.
    Skipped,
}

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LocalizedText {
    pub en: String,
    pub pt: String,
}

/// Examines this installation.
#[derive(Debug)]
pub struct Doctor {
    settings: Arc<Settings>,
    internet: Mutex<Option<PendingChecks>>,
}

/// Results of the internet checks, and their time.
#[derive(Debug)]
struct InternetChecks {
    at: Instant,
    checks: Vec<Check>,
}

/// Internet checks that all reports of one time share.
type PendingChecks = Shared<BoxFuture<'static, Arc<InternetChecks>>>;

/// The checks that take time; a snapshot completes them to a report.
#[derive(Debug)]
pub struct Examination {
    machine: Vec<Check>,
    internet: Arc<InternetChecks>,
}

impl Doctor {
    /// Creates a doctor for the installation with these settings.
    pub fn of(settings: Arc<Settings>) -> Self {
        Self {
            settings,
            internet: Mutex::default(),
        }
    }

    /// Runs the checks that take time. Only results of the internet checks are used again.
    pub async fn examine(&self) -> Examination {
        let (machine, internet) =
            tokio::join!(machine::running(&self.settings), self.check_internet());
        Examination { machine, internet }
    }

    fn check_internet(&self) -> PendingChecks {
        let mut latest = self.internet.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = |pending: &&PendingChecks| {
            let checked = pending.peek();
            checked.is_none_or(|checked| checked.at.elapsed() < MAX_INTERNET_AGE)
        };
        if let Some(pending) = latest.as_ref().filter(is_fresh) {
            return pending.clone();
        }
        let settings = Arc::clone(&self.settings);
        // In a task, because the first client may close its connection before the end.
        let pending = tokio::spawn(async move { internet::checks(&settings).await });
        let checked = pending.map(|checks| {
            Arc::new(InternetChecks {
                at: Instant::now(),
                checks: checks.unwrap_or_default(),
            })
        });
        let checked = checked.boxed().shared();
        *latest = Some(checked.clone());
        checked
    }

    /// Runs the checks that need no stack. `errors` are those of the settings, in place of which the defaults are used.
    pub async fn examine_alone(&self, errors: Option<&ConfigErrors>) -> DoctorReport {
        let (machine, internet) = tokio::join!(
            machine::alone(&self.settings, errors),
            internet::checks(&self.settings),
        );
        DoctorReport::new(false, [machine, internet].concat())
    }
}

impl Examination {
    /// Returns the report with the layers and services of this snapshot.
    pub fn report(&self, snapshot: &Snapshot) -> DoctorReport {
        let mut checks = self.machine.clone();
        checks.extend(layers::checks(snapshot));
        let age = self.internet.at.elapsed();
        let observed = self.internet.checks.iter().map(|check| check.aged(age));
        checks.extend(internet::as_used(observed, snapshot));
        checks.extend(turn::checks(snapshot));
        DoctorReport::new(true, checks)
    }
}

impl DoctorReport {
    fn new(running: bool, checks: Vec<Check>) -> Self {
        Self {
            at: rfc3339(unix_ms()),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            running,
            ok: checks
                .iter()
                .all(|check| check.outcome != CheckOutcome::Failed),
            checks,
        }
    }

    /// Returns the report as text.
    pub fn text(&self, lang: Lang) -> String {
        text::report(self, lang)
    }
}

impl Check {
    fn ok(group: &str, name: &str, observed: LocalizedText) -> Self {
        Self::new(group, name, CheckOutcome::Ok, observed, None)
    }

    fn warning(group: &str, name: &str, observed: LocalizedText, next: LocalizedText) -> Self {
        Self::new(group, name, CheckOutcome::Warning, observed, Some(next))
    }

    fn failed(group: &str, name: &str, observed: LocalizedText, next: LocalizedText) -> Self {
        Self::new(group, name, CheckOutcome::Failed, observed, Some(next))
    }

    fn skipped(group: &str, name: &str, observed: LocalizedText) -> Self {
        Self::new(group, name, CheckOutcome::Skipped, observed, None)
    }

    /// Returns the check with its age, from one second on.
    fn aged(&self, age: Duration) -> Self {
        let mut check = self.clone();
        let seconds = age.as_secs();
        if seconds > 0 {
            check.observed.push_str(&format!(" ({seconds} s ago)"));
            check.observed_pt.push_str(&format!(" (há {seconds} s)"));
        }
        check
    }

    fn new(
        group: &str,
        name: &str,
        outcome: CheckOutcome,
        observed: LocalizedText,
        next: Option<LocalizedText>,
    ) -> Self {
        let (next, next_pt) = next.map(|LocalizedText { en, pt }| (en, pt)).unzip();
        Self {
            group: group.to_owned(),
            name: name.to_owned(),
            outcome,
            observed: observed.en,
            observed_pt: observed.pt,
            next,
            next_pt,
        }
    }
}

impl LocalizedText {
    fn new(en: impl Into<String>, pt: impl Into<String>) -> Self {
        Self {
            en: en.into(),
            pt: pt.into(),
        }
    }

    /// Creates a text that is the same in every language: a command, an address, a program's output.
    fn same(text: impl Into<String>) -> Self {
        let text = text.into();
        Self::new(text.clone(), text)
    }
}

/// Returns the result, or an error after [`CHECK_TIMEOUT`].
async fn within<T>(found: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    let timed_out = || format!("no answer in {} s", CHECK_TIMEOUT.as_secs());
    timeout(CHECK_TIMEOUT, found)
        .await
        .unwrap_or_else(|_| Err(timed_out()))
}

/// Runs all of them at once and returns the results in their order.
async fn together<'a>(checks: Vec<futures_util::future::BoxFuture<'a, Check>>) -> Vec<Check> {
    join_all(checks).await
}
