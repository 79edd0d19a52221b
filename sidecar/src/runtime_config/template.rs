//! Parses `config/sidelink.yaml`, the `env` of the app's pages.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::placeholders::{Part, Unclosed, parts};
use sidelink_core::template::{Piece, Template, Variable};

/// Enough for any app's public settings; all of them are sent to every page.
const MAX_ENTRIES: usize = 100;

/// The content of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfigFile {
    #[serde(default)]
    env: BTreeMap<String, String>,
}

/// Parses the file's text. The error has line, column and reason.
pub fn parse(text: &str) -> Result<Template, String> {
    let file: ConfigFile = serde_saphyr::from_str(text).map_err(|error| error.to_string())?;
    if file.env.len() > MAX_ENTRIES {
        return Err(format!(
            "env has {} entries, more than the limit of {MAX_ENTRIES}",
            file.env.len()
        ));
    }
    let mut errors = Vec::new();
    let mut env = BTreeMap::new();
    for (key, value) in file.env {
        match pieces(&value) {
            Ok(pieces) => drop(env.insert(key, pieces)),
            Err(error) => errors.push(format!("env.{key}: {error}")),
        }
    }
    if errors.is_empty() {
        Ok(Template(env))
    } else {
        Err(errors.join("; "))
    }
}

fn pieces(value: &str) -> Result<Vec<Piece>, String> {
    let parts = parts(value).map_err(|Unclosed(rest)| format!("`{rest}` has no closing brace"))?;
    let pieces = parts.into_iter().map(|part| match part {
        Part::Text(text) => Ok(Piece::Text(text.to_owned())),
        Part::Placeholder(name) => variable(name).map(Piece::Variable),
    });
    pieces.collect()
}

fn variable(name: &str) -> Result<Variable, String> {
    match name {
        "origin" => Ok(Variable::Origin),
        "livekitUrl" => Ok(Variable::LivekitUrl),
        "publicUrl" => Ok(Variable::PublicUrl),
        "instance" => Ok(Variable::Instance),
        other => Err(format!(
            "${{{other}}} is not a variable: use ${{origin}}, ${{livekitUrl}}, ${{publicUrl}} or ${{instance}}"
        )),
    }
}

#[cfg(test)]
mod tests {
    use sidelink_core::template::TemplateValues;

    use super::*;

    #[test]
    fn the_shipped_file_is_valid() {
        let template = parse(include_str!("../../../config/sidelink.yaml")).expect("parses");
        let env = template.render(TemplateValues {
            origin: Some("https://a.example"),
            ..TemplateValues::default()
        });
        assert_eq!(
            env["NEXT_PUBLIC_SITE_URL"].as_deref(),
            Some("https://a.example")
        );
        assert_eq!(env["NEXT_PUBLIC_LIVEKIT_URL"], None);
    }

    #[test]
    fn a_value_with_an_unknown_variable_is_null() {
        let template = parse("env: { A: 'x ${origin} ${publicUrl}', B: plain }").expect("parses");
        let env = template.render(TemplateValues {
            origin: Some("o"),
            ..TemplateValues::default()
        });
        assert_eq!(env["A"], None);
        assert_eq!(env["B"].as_deref(), Some("plain"));
    }

    #[test]
    fn errors_name_the_place_and_the_fix() {
        for (text, parts) in [
            ("env:\n  A: 1\nenvironment: {}\n", &["environment", "3"][..]),
            ("env:\n  A: [1, 2]\n", &["2"][..]),
            (
                "env: {A: '${orign}'}",
                &["env.A", "${orign}", "${origin}"][..],
            ),
            ("env: {A: '${origin'}", &["env.A", "closing brace"][..]),
            ("env:\n\tA: x", &["2"][..]),
        ] {
            let error = parse(text).expect_err(text);
            for part in parts {
                assert!(error.contains(part), "{part:?} is not in {error:?}");
            }
        }
    }

    #[test]
    fn an_empty_file_means_no_env() {
        assert!(
            parse("env: {}")
                .expect("parses")
                .render(TemplateValues::default())
                .is_empty()
        );
    }
}
