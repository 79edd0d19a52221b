//! Which calls pass: parsed into a type, from which the request to Docker is made anew.

use hyper::{Method, Uri};
use reqwest::Url;

use super::filters;

/// Why a call does not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("the method or the path is not on its list")]
    Path,
    #[error("a query parameter is not on its list, stands twice or has an unusual value")]
    Query,
    #[error("the request carries a body")]
    Body,
    #[error("the request asks for another protocol")]
    Upgrade,
    #[error("the request is a web page's, or for another host")]
    Page,
    #[error("the container is not one of this Compose project")]
    Project,
    #[error("the container has no label sidelink.role")]
    Role,
}

/// What is asked of one container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    Inspect,
    Logs,
    Start,
    Stop,
    Restart,
}

impl Doing {
    fn as_str(self) -> &'static str {
        match self {
            Self::Inspect => "json",
            Self::Logs => "logs",
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Restart => "restart",
        }
    }

    /// Changes something.
    pub(super) fn actions(self) -> bool {
        matches!(self, Self::Start | Self::Stop | Self::Restart)
    }
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    Ping,
    Version,
    List,
    Events,
    Container {
        /// A name, an id or the beginning of one.
        name: String,
        doing: Doing,
    },
}

/// A call that passes, once its container is known to be ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    pub method: Method,
    /// `/v1.45`, or empty.
    version: String,
    pub what: What,
    /// Decoded and known.
    query: Vec<(String, String)>,
}

impl Call {
    /// Compares what was sent as it was sent: no `%`, no `//`, no leading dot is a path here.
    pub(super) fn parse(method: &Method, uri: &Uri) -> Result<Self, Refusal> {
        if uri.authority().is_some() || uri.scheme().is_some() {
            return Err(Refusal::Path);
        }
        let (version, path) = split_version(uri.path());
        let what = what(path).ok_or(Refusal::Path)?;
        let fits = match &what {
            What::Ping => method == Method::GET || method == Method::HEAD,
            What::Container { doing, .. } if doing.actions() => method == Method::POST,
            _ => method == Method::GET,
        };
        if !fits {
            return Err(Refusal::Path);
        }
        let query = query(&what, uri.query().unwrap_or_default()).ok_or(Refusal::Query)?;
        Ok(Self {
            method: method.clone(),
            version: version.to_owned(),
            what,
            query,
        })
    }

    /// Path and query for Docker: lists and events see containers of `project` only.
    pub(super) fn target(&self, project: &str, id: &str) -> Result<String, Refusal> {
        let path = match &self.what {
            What::Ping => "/_ping".to_owned(),
            What::Version => "/version".to_owned(),
            What::List => "/containers/json".to_owned(),
            What::Events => "/events".to_owned(),
            What::Container { doing, .. } => format!("/containers/{id}/{}", doing.as_str()),
        };
        let mut query = self.query.clone();
        if matches!(self.what, What::List | What::Events) {
            let given = query.iter().find(|(key, _)| key == "filters");
            let events = self.what == What::Events;
            let own = filters::of_project(given.map(|(_, value)| value.as_str()), project, events)
                .ok_or(Refusal::Query)?;
            query.retain(|(key, _)| key != "filters");
            query.push(("filters".to_owned(), own));
        }
        Ok(written(&self.version, &path, &query))
    }

    /// Path of the inspection that tells whose container this is.
    pub(super) fn inspection(&self, name: &str) -> String {
        format!("{}/containers/{name}/json", self.version)
    }
}

/// An optional `/v1.<number>` in front.
fn split_version(path: &str) -> (&str, &str) {
    let number = path
        .strip_prefix("/v1.")
        .map(|rest| rest.split('/').next().unwrap_or_default());
    match number {
        Some(digits)
            if (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) =>
        {
            path.split_at("/v1.".len() + digits.len())
        }
        _ => ("", path),
    }
}

fn what(path: &str) -> Option<What> {
    Some(match path {
        "/_ping" => What::Ping,
        "/version" => What::Version,
        "/containers/json" => What::List,
        "/events" => What::Events,
        _ => {
            let (name, verb) = path.strip_prefix("/containers/")?.split_once('/')?;
            let doing = match verb {
                "json" => Doing::Inspect,
                "logs" => Doing::Logs,
                "start" => Doing::Start,
                "stop" => Doing::Stop,
                "restart" => Doing::Restart,
                _ => return None,
            };
            let name = is_name(name).then(|| name.to_owned())?;
            What::Container { name, doing }
        }
    })
}

/// As Docker's own names and ids are made: `[a-zA-Z0-9][a-zA-Z0-9_.-]+`.
pub(super) fn is_name(name: &str) -> bool {
    let later = |b: u8| b.is_ascii_alphanumeric() || b"_.-".contains(&b);
    (2..=255).contains(&name.len())
        && name.as_bytes()[0].is_ascii_alphanumeric()
        && name.bytes().all(later)
}

/// The parameters that are known for this call, each once and with a value that it can have.
fn query(what: &What, text: &str) -> Option<Vec<(String, String)>> {
    let mut url = Url::parse("http://docker/").ok()?;
    url.set_query((!text.is_empty()).then_some(text));
    let mut known: Vec<(String, String)> = Vec::new();
    for (key, value) in url.query_pairs() {
        let again = known.iter().any(|(observed, _)| *observed == key);
        if again || !fits(what, &key, &value) {
            return None;
        }
        known.push((key.into_owned(), value.into_owned()));
    }
    Some(known)
}

fn fits(what: &What, key: &str, value: &str) -> bool {
    let flag = || matches!(value, "true" | "false" | "1" | "0");
    let no = || matches!(value, "false" | "0");
    let time = || !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    // A container gets ten minutes to stop, at most.
    let seconds = || value.parse::<u16>().is_ok_and(|seconds| seconds <= 600);
    match (what, key) {
        (What::List, "all") => flag(),
        // Sizes make Docker walk through the container's files.
        (What::List, "size") => no(),
        (What::List | What::Events, "filters") => true,
        (What::Events, "since" | "until") => time(),
        (What::Container { doing, .. }, _) => match (doing, key) {
            (Doing::Inspect, "size") => no(),
            (Doing::Logs, "stdout" | "stderr" | "timestamps" | "follow") => flag(),
            (Doing::Logs, "since" | "until") => time(),
            (Doing::Logs, "tail") => value == "all" || value.parse::<u32>().is_ok(),
            (Doing::Stop | Doing::Restart, "t") => seconds(),
            _ => false,
        },
        _ => false,
    }
}

fn written(version: &str, path: &str, query: &[(String, String)]) -> String {
    let mut url = Url::parse("http://docker/").expect("a URL");
    if query.is_empty() {
        return format!("{version}{path}");
    }
    url.query_pairs_mut().extend_pairs(query);
    format!("{version}{path}?{}", url.query().unwrap_or_default())
}
