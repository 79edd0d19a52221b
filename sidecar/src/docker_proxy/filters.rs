//! Adds the project's own label to the filters of lists and events.

use std::collections::BTreeMap;

use serde_json::Value;

/// Label that Compose sets on each container of a project; Docker compares the whole value.
pub(super) const PROJECT: &str = "com.docker.compose.project";

/// Returns the given filters with the project's label, as JSON; `None` where a filter is not allowed.
pub(super) fn of_project(given: Option<&str>, project: &str, events: bool) -> Option<String> {
    let mut filters = match given {
        None | Some("") => BTreeMap::new(),
        Some(json) => parse(json)?,
    };
    let allowed = |key: &String| key == "label" || (events && (key == "event" || key == "type"));
    if !filters.keys().all(allowed) {
        return None;
    }
    // Docker requires all labels of a filter to match, so this one only narrows the result.
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

/// Parses `{"label": ["a=b"]}`, and the older `{"label": {"a=b": true}}`, as Docker does.
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
