//! The catalog: complete, and in two languages.

mod answers;
mod document;
mod ends;
mod reasons;
mod samples;

use std::collections::BTreeSet;

use crate::catalog::{SECTIONS, entries};
use crate::{Text, fill};
use sidelink_core::Class;
use sidelink_core::diagnosis::{CODES, class_of};

#[test]
fn every_code_has_its_text_and_every_text_its_code() {
    let codes: BTreeSet<_> = CODES.iter().map(|(code, _)| *code).collect();
    let texts: BTreeSet<_> = entries().map(|entry| entry.code).collect();
    assert_eq!(codes, texts);
    assert_eq!(codes.len(), CODES.len(), "no code twice");
}

fn texts() -> impl Iterator<Item = (&'static str, Text)> {
    entries().flat_map(|row| {
        let next = row.next.map(|next| (row.code, next));
        std::iter::once((row.code, row.message)).chain(next)
    })
}

/// Returns the names in braces, sorted.
fn arguments(text: &str) -> Vec<&str> {
    let after_braces = text.split('{').skip(1);
    let mut names: Vec<_> = after_braces
        .map(|rest| rest.split_once('}').expect("a closing brace").0)
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn a_code_has_one_entry() {
    let codes: BTreeSet<_> = entries().map(|entry| entry.code).collect();
    assert_eq!(codes.len(), entries().count());
    for code in codes {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        assert!(code.chars().all(fits), "{code}");
    }
}

#[test]
fn both_languages_have_the_same_arguments_and_commands() {
    for (code, [en, pt]) in texts() {
        assert_eq!(arguments(en), arguments(pt), "{code}");
        assert!(
            en != pt || en.starts_with('`'),
            "{code} is not translated: {en}"
        );
        let commands =
            |text: &'static str| -> BTreeSet<_> { text.split('`').skip(1).step_by(2).collect() };
        assert_eq!(commands(en), commands(pt), "{code}: commands differ");
    }
}

#[test]
fn every_text_is_well_formed() {
    for (code, text) in texts().flat_map(|(code, text)| text.map(|text| (code, text))) {
        assert!(!text.is_empty() && text.trim() == text, "{code}: {text:?}");
        assert!(
            !text.contains("  ") && !text.contains('\n'),
            "{code}: {text:?}"
        );
        let end = text.chars().last().expect("is not empty");
        assert!(
            !".:;,!–-".contains(end),
            "{code}: no full stop at the end: {text}"
        );
        for (open, close) in [('{', '}'), ('[', ']'), ('(', ')')] {
            let count = |c| text.matches(c).count();
            assert_eq!(count(open), count(close), "{code}: {text}");
        }
        assert_eq!(text.matches('`').count() % 2, 0, "{code}: {text}");
    }
}

/// A command without a service applies to all services: restarting the tunnel would change the public URL.
#[test]
fn every_command_about_a_service_names_it() {
    let of_one = [
        "logs",
        "restart",
        "start",
        "stop",
        "unpause",
        "pull",
        "build",
        "build --pull",
        "up -d --force-recreate",
    ];
    for (code, text) in texts().flat_map(|(code, text)| text.map(|text| (code, text))) {
        for command in text.split('`').skip(1).step_by(2) {
            let Some(rest) = command.strip_prefix("docker compose ") else {
                continue;
            };
            assert!(!of_one.contains(&rest.trim()), "{code}: {command}");
        }
        let promises = ["restarted automatically", "reiniciado automaticamente"];
        let is_true = promises.iter().all(|promise| !text.contains(promise));
        assert!(is_true, "{code}: not for sidelink.autoheal=false: {text}");
    }
}

#[test]
fn every_error_has_a_next_step() {
    // It passes automatically within seconds.
    let without = ["redis_loading"];
    for row in entries().filter(|row| class_of(row.code) != Some(Class::None)) {
        assert_eq!(
            row.next.is_none(),
            without.contains(&row.code),
            "{}",
            row.code
        );
    }
    assert!(
        SECTIONS
            .iter()
            .all(|(heading, entries)| !heading.is_empty() && !entries.is_empty())
    );
}

#[test]
fn values_are_filled_in_literally() {
    let values = vec![("a", "[x] {b}".to_owned()), ("empty", String::new())];
    assert_eq!(fill("with {a}[: {empty}] now", &values), "with [x] {b} now");
    assert_eq!(fill("with[: {a}]", &values), "with: [x] {b}");
    assert_eq!(fill("[{empty}]", &values), "");
}
