//! The filters of a list and of events: ours is always one of them.

use std::collections::BTreeMap;

use serde_json::Value;

/// The label by which Compose marks what belongs to a project. Docker compares it whole.
pub(super) const PROJECT: &str = "com.docker.compose.project";

/// The given filters with this project's, as JSON; `None` where one is not known.
pub(super) fn of_project(given: Option<&str>, project: &str, events: bool) -> Option<String> {
    let mut filters = match given {
        None | Some("") => BTreeMap::new(),
        Some(json) => parse(json)?,
    };
    let known = |key: &String| key == "label" || (events && (key == "event" || key == "type"));
    if !filters.keys().all(known) {
        return None;
    }
    // Several labels have to fit all together, so ours narrows whatever was asked for.
    let own = format!("{PROJECT}={project}");
    let labels = filters.entry("label".to_owned()).or_default();
    if !labels.contains(&own) {
        labels.push(own);
    }
    if events {
        filters.insert("type".to_owned(), vec!["container".to_owned()]);
    }
    serde_json::to_string(&filters).ok()
}

/// Docker takes `{"label": ["a=b"]}`, and the older `{"label": {"a=b": true}}`.
fn parse(json: &str) -> Option<BTreeMap<String, Vec<String>>> {
    let Value::Object(filters) = serde_json::from_str(json).ok()? else {
        return None;
    };
    let values = |value: Value| match value {
        Value::Array(items) => items
            .into_iter()
            .map(|item| item.as_str().map(str::to_owned))
            .collect(),
        Value::Object(items) => Some(items.into_iter().map(|(key, _)| key).collect()),
        _ => None,
    };
    filters
        .into_iter()
        .map(|(key, value)| Some((key, values(value)?)))
        .collect()
}
