//! The user of each container, and volumes that an earlier version gave to another user.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, lchown};
use std::path::Path;

use anyhow::{Context, Result};

/// A user and the group of the same number. `compose.yaml` has the same in `user:`.
///
/// No host uses 65520 to 65533: systemd's "Users, Groups, UIDs and GIDs" excludes them from every range. Each container
/// has a separate user, because the kernel lets processes of one user read each other's files and environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owner(pub u32);

pub(super) const REDIS: Owner = Owner(65520);
pub(super) const LIVEKIT: Owner = Owner(65521);
pub(super) const ICECAST: Owner = Owner(65522);
pub(super) const SILENCE: Owner = Owner(65523);
pub(super) const APP: Owner = Owner(65524);
pub(super) const GATEWAY: Owner = Owner(65525);
pub(super) const SIDECAR: Owner = Owner(65526);
pub(super) const CLOUDFLARED_NAMED: Owner = Owner(65529);
pub(super) const NGROK: Owner = Owner(65530);
pub(super) const DOMAIN: Owner = Owner(65531);
pub(super) const COTURN: Owner = Owner(60802);
pub(super) const PUBLISHER: Owner = Owner(60804);
pub(super) const PROCESSOR: Owner = Owner(60805);

/// Folder names of the volumes that programs write to.
const WRITTEN: [(&str, Owner); 2] = [("redis-data", REDIS), ("domain-data", DOMAIN)];

/// Gives each volume under `folder` to the user of the program that writes to it.
pub(super) fn change_owners(folder: &Path) -> Result<()> {
    for (name, owner) in WRITTEN {
        let volume = folder.join(name);
        match fs::symlink_metadata(&volume) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            // The folder itself comes last, so that an interrupted run is repeated.
            Ok(folder) if folder.uid() == owner.0 && folder.gid() == owner.0 => {}
            Ok(_) => give(&volume, owner)
                .with_context(|| format!("cannot give the volume {name} to user {}", owner.0))?,
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read the volume {name}"));
            }
        }
    }
    Ok(())
}

/// Changes the owner of `path` and of everything below it. Follows no symbolic link, which may point out of the volume.
fn give(path: &Path, owner: Owner) -> io::Result<()> {
    if fs::symlink_metadata(path)?.is_dir() {
        for entry in fs::read_dir(path)? {
            give(&entry?.path(), owner)?;
        }
    }
    lchown(path, Some(owner.0), Some(owner.0))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A user that only Compose's files or only the constants have could read nothing.
    #[test]
    fn the_compose_files_run_each_program_as_its_owner() {
        let repository = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        for (file, service, Owner(id)) in [
            ("compose.yaml", "redis", REDIS),
            ("compose.yaml", "livekit", LIVEKIT),
            ("compose.yaml", "icecast", ICECAST),
            ("compose.yaml", "silence", SILENCE),
            ("compose.yaml", "app", APP),
            ("compose.yaml", "gateway", GATEWAY),
            ("compose.yaml", "sidecar", SIDECAR),
            (
                "compose/tunnel-named.yaml",
                "cloudflared-named",
                CLOUDFLARED_NAMED,
            ),
            ("compose/tunnel-ngrok.yaml", "ngrok", NGROK),
            ("compose/domain.yaml", "domain", DOMAIN),
            ("compose/media-relay.yaml", "coturn", COTURN),
            ("compose/videos.yaml", "publisher", PUBLISHER),
            ("examples/processor/compose.yaml", "processor", PROCESSOR),
        ] {
            let text = fs::read_to_string(repository.join(file)).expect("is in the repository");
            let (_, after) = text
                .split_once(&format!("\n  {service}:"))
                .unwrap_or_else(|| panic!("{file} has no {service}"));
            let own = after
                .split("\n  ")
                .find(|line| line.trim_start().starts_with("user:"));
            let expected = format!("user: \"{id}:{id}\"");
            assert!(
                own.is_some_and(|line| line.contains(&expected)),
                "{file}, {service}: {own:?}, not {expected}"
            );
        }
    }

    /// Checks nothing without root, which chown to another user needs.
    #[test]
    fn a_volume_of_an_earlier_version_gets_its_owner_and_no_link_is_followed() {
        let root = std::env::temp_dir().join(format!("sidelink-owned-{}", std::process::id()));
        let outside = root.join("outside");
        let below = root.join("redis-data/appendonlydir");
        fs::create_dir_all(&below).expect("temporary folder");
        fs::write(&outside, "").expect("writes");
        fs::write(below.join("a.aof"), "").expect("writes");
        symlink(&outside, root.join("redis-data/link")).expect("links");
        if change_owners(&root).is_ok() {
            let owner = |path: &Path| fs::symlink_metadata(path).expect("exists").uid();
            for path in [
                "redis-data",
                "redis-data/appendonlydir/a.aof",
                "redis-data/link",
            ] {
                assert_eq!(owner(&root.join(path)), REDIS.0, "{path}");
            }
            assert_ne!(owner(&outside), REDIS.0);
        }
        fs::remove_dir_all(&root).expect("cleans up");
    }
}
