//! Which rooms of the program may use which. The crates `core` and `diagnostics` cannot use the program at all.

use std::fs;
use std::path::{Path, PathBuf};

/// A room, and what its files must not name.
const RULES: &[(&str, &[&str])] = &[
    ("links", &["crate::http::", "axum::"]),
    ("livekit", &["crate::http::", "crate::links::"]),
    ("storage", &["crate::http::", "crate::links::"]),
    ("verification", &["crate::http::", "crate::links::"]),
    ("probe", &["crate::http::", "crate::links::"]),
    ("stun", &["crate::http::", "crate::links::"]),
    ("ice", &["crate::http::", "crate::links::"]),
    ("turn", &["crate::http::", "crate::links::"]),
    ("connections", &["crate::http::", "crate::links::"]),
];

fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = fs::read_dir(path).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.flat_map(|path| files(&path)).collect()
}

/// Lines of code in `path` that name `name`. Tests within the sources may use servers.
fn uses(path: &Path, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    for file in files(path) {
        if file.to_string_lossy().contains("tests") || file.extension().is_none_or(|e| e != "rs") {
            continue;
        }
        let text = fs::read_to_string(&file).expect("a text");
        let code = text.split("#[cfg(test)]\nmod tests {").next();
        let lines = code.unwrap_or_default().lines();
        let lines = lines.filter(|line| line.contains(name) && !line.trim().starts_with("//"));
        found.extend(lines.map(|line| format!("{}: {line}", file.display())));
    }
    found
}

#[test]
fn rooms_use_only_what_they_may() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (room, forbidden) in RULES {
        let paths = [sources.join(room), sources.join(format!("{room}.rs"))];
        let paths: Vec<_> = paths.iter().filter(|path| path.exists()).collect();
        assert!(!paths.is_empty(), "there is no {room}");
        for name in *forbidden {
            for path in &paths {
                assert_eq!(uses(path, name), [""; 0], "{room} must not use {name}");
            }
        }
    }
}

#[test]
fn only_main_uses_the_command_line() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = uses(&sources, "crate::cli::");
    let own = sources.join("cli");
    found.retain(|line| !line.starts_with(&*own.to_string_lossy()));
    assert_eq!(found, [""; 0], "nothing but main.rs may use cli");
}
