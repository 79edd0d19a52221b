//! Calls that pass, parsed into a type from which the request to Docker is built.

use hyper::{Method, Uri};
use reqwest::Url;

use super::filters;

/// Why a call does not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum CallRefusal {
    #[error("the method or the path is not allowed")]
    Path,
    #[error("a query parameter is not allowed, is repeated or has an unusual value")]
    Query,
    #[error("the request has a body")]
    Body,
    #[error("the request upgrades to another protocol")]
    Upgrade,
    #[error("the request comes from a web page, or is for another host")]
    Page,
    #[error("the container does not belong to this Compose project")]
    Project,
    #[error("the container has no label sidelink.role")]
    Role,
}

/// An operation on one container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ContainerOperation {
    Inspect,
    Logs,
    Start,
    Stop,
    Restart,
}

impl ContainerOperation {
    fn as_str(self) -> &'static str {
        match self {
            Self::Inspect => "json",
            Self::Logs => "logs",
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Restart => "restart",
        }
    }

    /// Returns whether the operation changes the container.
    pub(super) fn is_action(self) -> bool {
        matches!(self, Self::Start | Self::Stop | Self::Restart)
    }
}

/// What a call does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Ping,
    Version,
    List,
    Events,
    Container {
        /// A name, an id or a prefix of one.
        name: String,
        operation: ContainerOperation,
    },
}

/// A call that passes, provided that its container belongs to the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    pub method: Method,
    /// API version prefix: `/v1.45`, or empty.
    version: String,
    pub operation: Operation,
    /// Decoded parameters, all of them allowed.
    query: Vec<(String, String)>,
}

impl Call {
    /// Parses a request without normalizing it, so a path with `%`, `//` or a leading dot does not match.
    pub(super) fn parse(method: &Method, uri: &Uri) -> Result<Self, CallRefusal> {
        if uri.authority().is_some() || uri.scheme().is_some() {
            return Err(CallRefusal::Path);
        }
        let (version, path) = split_version(uri.path());
        let operation = operation(path).ok_or(CallRefusal::Path)?;
        let allowed = match &operation {
            Operation::Ping => method == Method::GET || method == Method::HEAD,
            Operation::Container { operation, .. } if operation.is_action() => {
                method == Method::POST
            }
            _ => method == Method::GET,
        };
        if !allowed {
            return Err(CallRefusal::Path);
        }
        let query = query(&operation, uri.query().unwrap_or_default()).ok_or(CallRefusal::Query)?;
        Ok(Self {
            method: method.clone(),
            version: version.to_owned(),
            operation,
            query,
        })
    }

    /// Returns path and query for Docker. Lists and events are limited to containers of `project`.
    pub(super) fn target(&self, project: &str, id: &str) -> Result<String, CallRefusal> {
        let path = match &self.operation {
            Operation::Ping => "/_ping".to_owned(),
            Operation::Version => "/version".to_owned(),
            Operation::List => "/containers/json".to_owned(),
            Operation::Events => "/events".to_owned(),
            Operation::Container { operation, .. } => {
                format!("/containers/{id}/{}", operation.as_str())
            }
        };
        let mut query = self.query.clone();
        if matches!(self.operation, Operation::List | Operation::Events) {
            let given = query.iter().find(|(key, _)| key == "filters");
            let events = self.operation == Operation::Events;
            let own = filters::of_project(given.map(|(_, value)| value.as_str()), project, events)
                .ok_or(CallRefusal::Query)?;
            query.retain(|(key, _)| key != "filters");
            query.push(("filters".to_owned(), own));
        }
        Ok(path_and_query(&self.version, &path, &query))
    }

    /// Returns the path of the inspection that shows the container's labels.
    pub(super) fn inspection(&self, name: &str) -> String {
        format!("{}/containers/{name}/json", self.version)
    }
}

/// Splits an optional prefix `/v1.<number>` from the rest.
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

fn operation(path: &str) -> Option<Operation> {
    Some(match path {
        "/_ping" => Operation::Ping,
        "/version" => Operation::Version,
        "/containers/json" => Operation::List,
        "/events" => Operation::Events,
        _ => {
            let (name, verb) = path.strip_prefix("/containers/")?.split_once('/')?;
            let operation = match verb {
                "json" => ContainerOperation::Inspect,
                "logs" => ContainerOperation::Logs,
                "start" => ContainerOperation::Start,
                "stop" => ContainerOperation::Stop,
                "restart" => ContainerOperation::Restart,
                _ => return None,
            };
            let name = is_name(name).then(|| name.to_owned())?;
            Operation::Container { name, operation }
        }
    })
}

/// Returns whether Docker allows the name or id: `[a-zA-Z0-9][a-zA-Z0-9_.-]+`.
pub(super) fn is_name(name: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"_.-".contains(&b);
    (2..=255).contains(&name.len())
        && name.as_bytes()[0].is_ascii_alphanumeric()
        && name.bytes().all(allowed)
}

/// Returns the parameters; `None` where one is not allowed for the call, or is repeated.
fn query(operation: &Operation, text: &str) -> Option<Vec<(String, String)>> {
    let mut url = Url::parse("http://docker/").ok()?;
    url.set_query((!text.is_empty()).then_some(text));
    let mut known: Vec<(String, String)> = Vec::new();
    for (key, value) in url.query_pairs() {
        let repeated = known.iter().any(|(earlier, _)| *earlier == key);
        if repeated || !is_allowed(operation, &key, &value) {
            return None;
        }
        known.push((key.into_owned(), value.into_owned()));
    }
    Some(known)
}

fn is_allowed(operation: &Operation, key: &str, value: &str) -> bool {
    let flag = || matches!(value, "true" | "false" | "1" | "0");
    let no = || matches!(value, "false" | "0");
    let time = || !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    // A container has at most ten minutes to stop.
    let seconds = || value.parse::<u16>().is_ok_and(|seconds| seconds <= 600);
    match (operation, key) {
        (Operation::List, "all") => flag(),
        // For a size Docker reads all of the container's files.
        (Operation::List, "size") => no(),
        (Operation::List | Operation::Events, "filters") => true,
        (Operation::Events, "since" | "until") => time(),
        (Operation::Container { operation, .. }, _) => match (operation, key) {
            (ContainerOperation::Inspect, "size") => no(),
            (ContainerOperation::Logs, "stdout" | "stderr" | "timestamps" | "follow") => flag(),
            (ContainerOperation::Logs, "since" | "until") => time(),
            (ContainerOperation::Logs, "tail") => value == "all" || value.parse::<u32>().is_ok(),
            (ContainerOperation::Stop | ContainerOperation::Restart, "t") => seconds(),
            _ => false,
        },
        _ => false,
    }
}

fn path_and_query(version: &str, path: &str, query: &[(String, String)]) -> String {
    let mut url = Url::parse("http://docker/").expect("a URL");
    if query.is_empty() {
        return format!("{version}{path}");
    }
    url.query_pairs_mut().extend_pairs(query);
    format!("{version}{path}?{}", url.query().unwrap_or_default())
}
