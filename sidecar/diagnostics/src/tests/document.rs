//! `docs/diagnoses.md` is the table, readable.

use std::fmt::Write;
use std::fs;

use sidelink_core::diagnosis::{class_of, is_limit};

use crate::catalog::PARTS;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/diagnoses.md");
const HEAD: &str = "# Every diagnosis\n
Made from the table in `sidecar/diagnostics/src/catalog.rs`: do not edit; `UPDATE=1 cargo test -p sidelink-diagnostics` writes it again.\n
*Code* is stable, for programs. *Class*: `none` is no error, something is awaited; `temporary` passes by itself; `restart`: a new start of the part may help;
`configuration`: somebody has to change something; `permanent`: refused for ever, so never tried again by itself. A *limit* moves the link on to another tunnel, where there is one.
`{…}` is filled in; what stands in `[…]` is left out where nothing is known of it.\n";

fn document() -> String {
    let mut text = HEAD.to_owned();
    for (heading, rows) in PARTS {
        let _ = write!(
            text,
            "\n## {heading}\n\n| code | class | what it is | what to do |\n|---|---|---|---|\n"
        );
        for row in *rows {
            let limit = if is_limit(row.code) { ", limit" } else { "" };
            let [what, what_pt] = row.what.map(escaped);
            let [next, next_pt] = row.next.unwrap_or(["", ""]).map(escaped);
            let class = class_of(row.code).expect("is known").as_str();
            let code = row.code;
            let _ = writeln!(
                text,
                "| `{code}` | {class}{limit} | {what}<br>*{what_pt}* | {} |",
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

/// A star outside of code would begin slanted type.
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
fn the_documentation_is_the_table() {
    if std::env::var_os("UPDATE").is_some() {
        fs::write(PATH, document()).expect("docs/ is writable");
    }
    let written = fs::read_to_string(PATH).unwrap_or_default();
    assert!(
        written == document(),
        "docs/diagnoses.md is out of date: UPDATE=1 cargo test -p sidelink --lib diagnosis"
    );
}
