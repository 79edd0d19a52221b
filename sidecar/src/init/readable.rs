//! Checks that the containers' users can read the folders that Compose mounts for them. A clone under `umask 077` is
//! readable by its owner only.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::init::mounts;

/// Files that the message names; it counts the others.
const MAX_NAMED: usize = 3;

/// Shared file systems of Docker Desktop and similar programs, where every user reads as the owner.
const SHARED: &[&str] = &[
    "virtiofs",
    "fuse",
    "fakeowner",
    "9p",
    "osxfs",
    "drvfs",
    "grpcfuse",
];

/// Fails with the files that only their owner can read, in every folder under `mounted`.
pub(super) fn check(mounted: &Path) -> Result<()> {
    let Ok(folders) = fs::read_dir(mounted) else {
        return Ok(()); // this variant mounts none
    };
    let (mut unreadable, mut in_folders) = (Vec::new(), Vec::new());
    for folder in folders {
        let folder = folder.context("cannot list the mounted folders")?.path();
        if mounts::at(&folder).is_some_and(|mount| is_shared(&mount.file_system)) {
            continue;
        }
        let before = unreadable.len();
        collect(&folder, &mut unreadable)?;
        if unreadable.len() > before {
            in_folders.push(name(&folder, mounted));
        }
    }
    if unreadable.is_empty() {
        return Ok(());
    }
    unreadable.sort();
    in_folders.sort();
    let mut named: Vec<_> = unreadable
        .iter()
        .take(MAX_NAMED)
        .map(|path| name(path, mounted))
        .collect();
    if unreadable.len() > MAX_NAMED {
        named.push(format!("{} more", unreadable.len() - MAX_NAMED));
    }
    bail!(
        "the containers cannot read {}, because only their owner may (a clone under umask 077). Run: chmod -R a+rX {}",
        named.join(", "),
        in_folders.join(" ")
    )
}

fn is_shared(file_system: &str) -> bool {
    SHARED.iter().any(|name| file_system.starts_with(name))
}

/// Collects what other users cannot read under `path`, itself included.
fn collect(path: &Path, unreadable: &mut Vec<PathBuf>) -> Result<()> {
    let about = || format!("cannot check {}", path.display());
    // Of a link's target, as a container reads it. A link without a target has no mode to correct.
    let metadata = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        metadata => metadata.with_context(about)?,
    };
    let required = if metadata.is_dir() { 0o005 } else { 0o004 };
    if metadata.permissions().mode() & required != required {
        unreadable.push(path.to_owned());
    }
    if metadata.is_dir() {
        for entry in fs::read_dir(path).with_context(about)? {
            collect(&entry.with_context(about)?.path(), unreadable)?;
        }
    }
    Ok(())
}

/// Returns the path in the project's folder, because each mount has its folder's name.
fn name(path: &Path, mounted: &Path) -> String {
    path.strip_prefix(mounted)
        .unwrap_or(path)
        .display()
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chmod(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("chmod");
    }

    #[test]
    fn a_file_that_only_its_owner_can_read_is_named_with_the_command() {
        let mounted =
            std::env::temp_dir().join(format!("sidelink-readable-{}", std::process::id()));
        let (config, gateway) = (mounted.join("config"), mounted.join("gateway"));
        for folder in [&config, &gateway] {
            fs::create_dir_all(folder).expect("a folder");
            chmod(folder, 0o755);
        }
        let (ours, theirs) = (config.join("sidelink.yaml"), gateway.join("Caddyfile"));
        for file in [&ours, &theirs] {
            fs::write(file, "").expect("a file");
            chmod(file, 0o644);
        }
        check(&mounted).expect("all of it can be read");

        chmod(&ours, 0o600);
        let error = check(&mounted).expect_err("one file").to_string();
        assert!(
            error.contains("cannot read config/sidelink.yaml, because"),
            "{error}"
        );
        assert!(error.ends_with("chmod -R a+rX config"), "{error}");

        chmod(&gateway, 0o750);
        chmod(&theirs, 0o640);
        let error = check(&mounted).expect_err("three").to_string();
        assert!(error.ends_with("chmod -R a+rX config gateway"), "{error}");

        for number in 0..4 {
            let more = config.join(format!("{number}.yaml"));
            fs::write(&more, "").expect("a file");
            chmod(&more, 0o600);
        }
        let error = check(&mounted).expect_err("seven").to_string();
        assert!(error.contains("4 more"), "{error}");
        fs::remove_dir_all(&mounted).expect("cleans up");
        check(&mounted).expect("nothing is mounted");
    }

    #[test]
    fn shares_of_docker_desktop_are_not_checked() {
        assert!(is_shared("virtiofs") && is_shared("fuse.grpcfuse"));
        assert!(!is_shared("ext4") && !is_shared("overlay"));
    }
}
