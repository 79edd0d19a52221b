//! `docs/diagnoses.md` is generated from the catalog.

use std::fmt::Write;
use std::fs;

use sidelink_core::diagnosis::{class_of, is_limit};

use crate::catalog::SECTIONS;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/diagnoses.md");
const HEAD: &str = "# Diagnoses\n
This page is generated from the catalog in `sidecar/diagnostics/src/catalog.rs`. Do not edit it: `UPDATE=1 cargo test -p
sidelink-diagnostics` writes it.\n
The *code* is stable and meant for programs. The *class* states what can be done:\n
| class | meaning |
|---|---|
| `none` | not an error; something is awaited |
| `temporary` | passes automatically |
| `restart` | a restart of the service may help |
| `configuration` | the operator has to change something |
| `permanent` | refused permanently, so never tried again automatically |\n
A *limit* switches to another tunnel, where there is one. `{…}` is filled in. A part in `[…]` is left out when its value is
unknown.\n";

fn document() -> String {
    let mut text = HEAD.to_owned();
    for (heading, entries) in SECTIONS {
        let _ = write!(
            text,
            "\n## {heading}\n\n| code | class | message | next step |\n|---|---|---|---|\n"
        );
        for entry in *entries {
            let limit = if is_limit(entry.code) { ", limit" } else { "" };
            let [message, message_pt] = entry.message.map(escaped);
            let [next, next_pt] = entry.next.unwrap_or(["", ""]).map(escaped);
            let class = class_of(entry.code).expect("is known").as_str();
            let code = entry.code;
            let _ = writeln!(
                text,
                "| `{code}` | {class}{limit} | {message}<br>*{message_pt}* | {} |",
                if next.is_empty() {
                    String::new()
                } else {
                    format!("{next}<br>*{next_pt}*")
                },
            );
        }
    }
    text
}

/// Escapes asterisks outside of code, which would start emphasis.
fn escaped(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let parts = parts.map(|(index, part)| {
        if index % 2 == 0 {
            part.replace('*', "\\*")
        } else {
            part.to_owned()
        }
    });
    parts.collect::<Vec<_>>().join("`")
}

#[test]
fn the_documentation_matches_the_catalog() {
    if std::env::var_os("UPDATE").is_some() {
        fs::write(PATH, document()).expect("docs/ is writable");
    }
    let written = fs::read_to_string(PATH).unwrap_or_default();
    assert!(
        written == document(),
        "docs/diagnoses.md is out of date: UPDATE=1 cargo test -p sidelink-diagnostics"
    );
}
