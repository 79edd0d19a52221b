//! The doctor: every layer once, what was seen there, and the next step. In the running service it starts from
//! what is known; where nothing answers, it looks at what needs no stack.

mod internet;
mod layers;
mod machine;
mod text;

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

/// One check; all run at the same time, so the whole is little longer.
const LIMIT: Duration = Duration::from_secs(4);
/// Whoever asks again so soon gets what was seen of the internet then, with its age: questions to it are few.
const FRESH: Duration = Duration::from_secs(5);

/// All checks of one moment.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// RFC 3339.
    pub at: String,
    /// Of the program.
    pub version: String,
    /// The service answered: the checks start from what it knows.
    pub running: bool,
    /// No check failed; some may warn.
    pub ok: bool,
    /// In the order of the way.
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
    /// What came of it.
    pub outcome: Outcome,
    /// English: what was seen.
    pub observed: String,
    /// Brazilian Portuguese.
    pub observed_pt: String,
    /// English: what to do about it.
    pub next: Option<String>,
    /// Brazilian Portuguese.
    pub next_pt: Option<String>,
}

/// What came of a check.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Well.
    Ok,
    /// Works, but not for everybody, or with a risk.
    Warning,
    /// Not well.
    Failed,
    /// Not looked at, since something else comes first.
    Skipped,
}

/// A sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub en: String,
    pub pt: String,
}

/// Examines this installation.
#[derive(Debug)]
pub struct Doctor {
    settings: Arc<Settings>,
    internet: Mutex<Option<Looking>>,
}

/// What was seen of the internet, and when.
#[derive(Debug)]
struct Looked {
    at: Instant,
    checks: Vec<Check>,
}

/// A look at the internet that all who ask at the same time share.
type Looking = Shared<BoxFuture<'static, Arc<Looked>>>;

/// All but what the running service knows: that is told as it is when the report is made.
#[derive(Debug)]
pub struct Examined {
    machine: Vec<Check>,
    internet: Arc<Looked>,
}

impl Doctor {
    /// For the installation that these settings describe.
    pub fn of(settings: Arc<Settings>) -> Self {
        Self {
            settings,
            internet: Mutex::default(),
        }
    }

    /// Makes the checks that take their time. Only those of the internet are remembered.
    pub async fn examine(&self) -> Examined {
        let (machine, internet) = tokio::join!(
            machine::running(&self.settings),
            self.look_at_the_internet()
        );
        Examined { machine, internet }
    }

    fn look_at_the_internet(&self) -> Looking {
        let mut latest = self.internet.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = |looking: &&Looking| {
            let looked = looking.peek();
            looked.is_none_or(|looked| looked.at.elapsed() < FRESH)
        };
        if let Some(looking) = latest.as_ref().filter(is_fresh) {
            return looking.clone();
        }
        let settings = Arc::clone(&self.settings);
        // In a task: whoever asked first may go away before it is over.
        let looking = tokio::spawn(async move { internet::checks(&settings).await });
        let looked = looking.map(|checks| {
            Arc::new(Looked {
                at: Instant::now(),
                checks: checks.unwrap_or_default(),
            })
        });
        let looked = looked.boxed().shared();
        *latest = Some(looked.clone());
        looked
    }

    /// While nothing answers: what needs no stack. `mistakes`: why these settings are not what was written.
    pub async fn examine_alone(&self, mistakes: Option<&ConfigErrors>) -> Report {
        let (machine, internet) = tokio::join!(
            machine::alone(&self.settings, mistakes),
            internet::checks(&self.settings),
        );
        Report::new(false, [machine, internet].concat())
    }
}

impl Examined {
    /// The report, with the layers and services as they are in this snapshot.
    pub fn report(&self, snapshot: &Snapshot) -> Report {
        let mut checks = self.machine.clone();
        checks.extend(layers::checks(snapshot));
        let age = self.internet.at.elapsed();
        let observed = self.internet.checks.iter().map(|check| check.aged(age));
        checks.extend(internet::as_used(observed, snapshot));
        Report::new(true, checks)
    }
}

impl Report {
    fn new(running: bool, checks: Vec<Check>) -> Self {
        Self {
            at: rfc3339(unix_ms()),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            running,
            ok: checks.iter().all(|check| check.outcome != Outcome::Failed),
            checks,
        }
    }

    /// For people.
    pub fn text(&self, lang: Lang) -> String {
        text::report(self, lang)
    }
}

impl Check {
    fn ok(group: &str, name: &str, observed: Told) -> Self {
        Self::new(group, name, Outcome::Ok, observed, None)
    }

    fn warning(group: &str, name: &str, observed: Told, next: Told) -> Self {
        Self::new(group, name, Outcome::Warning, observed, Some(next))
    }

    fn failed(group: &str, name: &str, observed: Told, next: Told) -> Self {
        Self::new(group, name, Outcome::Failed, observed, Some(next))
    }

    fn skipped(group: &str, name: &str, observed: Told) -> Self {
        Self::new(group, name, Outcome::Skipped, observed, None)
    }

    /// The same, with its age where that is worth telling.
    fn aged(&self, age: Duration) -> Self {
        let mut check = self.clone();
        let seconds = age.as_secs();
        if seconds > 0 {
            check.observed.push_str(&format!(" ({seconds} s ago)"));
            check.observed_pt.push_str(&format!(" (há {seconds} s)"));
        }
        check
    }

    fn new(group: &str, name: &str, outcome: Outcome, observed: Told, next: Option<Told>) -> Self {
        let (next, next_pt) = next.map(|Told { en, pt }| (en, pt)).unzip();
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

impl Told {
    fn new(en: impl Into<String>, pt: impl Into<String>) -> Self {
        Self {
            en: en.into(),
            pt: pt.into(),
        }
    }

    /// The same in every language: a command, an address, what a program said.
    fn same(text: impl Into<String>) -> Self {
        let text = text.into();
        Self::new(text.clone(), text)
    }
}

/// What it found, or why not, within [`LIMIT`].
async fn within<T>(found: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    let late = || format!("no answer in {} s", LIMIT.as_secs());
    timeout(LIMIT, found).await.unwrap_or_else(|_| Err(late()))
}

/// All of them at once, in the order given.
async fn together<'a>(checks: Vec<futures_util::future::BoxFuture<'a, Check>>) -> Vec<Check> {
    join_all(checks).await
}
