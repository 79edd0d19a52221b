//! As much of JSON Schema as `openapi.json` uses: a word that it does not know is an error, never passed over.

use serde_json::Value;

/// Says nothing of what these say: words for people, and forms that are checked by what makes them.
const PASSED_OVER: &[&str] = &[
    "description",
    "format",
    "pattern",
    "not",
    "default",
    "minLength",
    "maxLength",
];

/// Every way in which `value` is not as `schema` has it.
pub(crate) fn violations(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(document, schema, value, "", &mut found);
    found
}

fn check(document: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    for (word, want) in schema.as_object().expect("a schema is an object") {
        let holds = match word.as_str() {
            "$ref" => {
                let path = want.as_str().and_then(|path| path.strip_prefix('#'));
                let target = document.pointer(path.expect("a place in this document"));
                check(document, target.expect("is there"), value, at, found);
                true
            }
            "anyOf" => any(want).any(|one| violations(document, one, value).is_empty()),
            "type" => any(want).any(|kind| is(kind, value)),
            "enum" => any(want).any(|one| one == value),
            "minimum" => !value.is_number() || value.as_i64() >= want.as_i64(),
            "maxItems" => value
                .as_array()
                .is_none_or(|items| items.len() as u64 <= want.as_u64().unwrap_or(0)),
            "required" => {
                any(want).all(|key| value.get(key.as_str().unwrap_or_default()).is_some())
            }
            "items" => {
                for (n, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(document, want, item, &format!("{at}[{n}]"), found);
                }
                true
            }
            "properties" | "additionalProperties" => {
                properties(document, schema, word, value, at, found)
            }
            word => PASSED_OVER.contains(&word),
        };
        if !holds {
            found.push(format!("{at}: {word} {want} does not hold for {value}"));
        }
    }
}

fn properties(
    document: &Value,
    schema: &Value,
    word: &str,
    value: &Value,
    at: &str,
    found: &mut Vec<String>,
) -> bool {
    let mut all = true;
    for (key, value) in value.as_object().into_iter().flatten() {
        let known = &schema["properties"][key];
        let want = match word {
            "properties" => known,
            _ if known.is_null() => &schema[word],
            _ => continue,
        };
        match want {
            Value::Bool(allowed) => all &= allowed,
            Value::Null => {}
            want => check(document, want, value, &format!("{at}.{key}"), found),
        }
    }
    all
}

fn any(value: &Value) -> impl Iterator<Item = &Value> {
    match value {
        Value::Array(values) => values.iter(),
        one => std::slice::from_ref(one).iter(),
    }
}

fn is(kind: &Value, value: &Value) -> bool {
    match kind.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("null") => value.is_null(),
        other => panic!("{other:?} is no type that is used here"),
    }
}
