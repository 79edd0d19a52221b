//! Records from which folder a Compose project is run. Two clones of this repository have the same project name, and
//! `docker compose up` in the second one would use the containers and secrets of the first.
//!
//! `init` records the folder, and the sidecar holds a lock while it runs. Another folder is refused while the lock is held
//! and for a short time after, because an `up` that recreates the sidecar's container stops the running one first.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};

use crate::runtime::clock::unix_ms;

/// Path at which `compose.yaml` mounts the volume, for `init` and the sidecar.
pub const VOLUME: &str = "/claim";

const FOLDER: &str = "folder";
const LOCK: &str = "lock";
/// Compose recreates all containers within some seconds; LiveKit may take ten to end.
const MAX_RESTART_TIME: Duration = Duration::from_secs(30);

/// A folder that claims the project.
#[derive(Debug)]
pub struct Claimant<'a> {
    /// The folder on the host.
    pub folder: &'a Path,
    /// The Compose project.
    pub project: &'a str,
    /// The user has set that the folder was moved.
    pub moved: bool,
    /// The user who runs the sidecar.
    pub sidecar: u32,
}

/// Records the claimant's folder, or fails where the project runs from another one. `volume` is the mounted volume;
/// without it nothing is compared.
pub fn stake(volume: &Path, claimant: &Claimant<'_>, now: SystemTime) -> Result<()> {
    if !volume.is_dir() {
        return Ok(());
    }
    let file = volume.join(FOLDER);
    let before = fs::read_to_string(&file).unwrap_or_default();
    let other = !before.is_empty() && Path::new(&before) != claimant.folder;
    if other && !claimant.moved && is_in_use(volume, now)? {
        let Claimant {
            folder, project, ..
        } = claimant;
        bail!(
            "project {project:?} is running from {before}, and this folder is {}. Two folders need two names: put \
             COMPOSE_PROJECT_NAME={project}-2 into .env here, with separate ports (SIDELINK_PORT, \
             SIDELINK_CONTROL_PORT, SIDELINK_MEDIA_TCP_PORT, SIDELINK_MEDIA_UDP_PORT). \
             If you moved the folder, run once: SIDELINK_MOVED=yes docker compose up -d --force-recreate",
            folder.display()
        );
    }
    if other {
        // Compose does not recreate a container for another folder: one from the old folder mounts the old files.
        println!(
            "the project ran from {before} until now. If Docker reports that a bind source path does not exist, run: \
             docker compose up -d --force-recreate"
        );
    }
    prepare(volume, claimant).with_context(|| format!("cannot write to {}", volume.display()))
}

fn prepare(volume: &Path, claimant: &Claimant<'_>) -> io::Result<()> {
    let lock = volume.join(LOCK);
    if !lock.exists() {
        // It was never held.
        File::create(&lock)?.set_modified(SystemTime::UNIX_EPOCH)?;
    }
    chown(&lock, Some(claimant.sidecar), Some(claimant.sidecar))?;
    let fresh = volume.join(".folder.new");
    fs::write(&fresh, claimant.folder.as_os_str().as_encoded_bytes())?;
    fs::rename(fresh, volume.join(FOLDER))
}

fn is_in_use(volume: &Path, now: SystemTime) -> Result<bool> {
    let file = match File::open(volume.join(LOCK)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error).context("cannot open the project's lock"),
    };
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => return Ok(true),
        Err(TryLockError::Error(error)) => {
            return Err(error).context("cannot try the project's lock");
        }
        Ok(()) => {}
    }
    let released = file.metadata().and_then(|metadata| metadata.modified());
    let released = released.context("cannot read when the project's lock was released")?;
    // A clock that was set back locks no folder out.
    Ok(now
        .duration_since(released)
        .is_ok_and(|since| since < MAX_RESTART_TIME))
}

/// Returns the time for `stake`.
pub fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(unix_ms())
}

/// The lock, which is held until it is dropped.
#[derive(Debug)]
pub struct Held(File);

/// Takes the lock where one exists and is free. A second sidecar of the project runs from the same folder.
pub fn hold(volume: &Path) -> Option<Held> {
    let path: PathBuf = volume.join(LOCK);
    let file = File::options().write(true).open(path).ok()?;
    file.try_lock().ok()?;
    Some(Held(file))
}

impl Drop for Held {
    fn drop(&mut self) {
        // The time of the release. Where it cannot be written, only the lock is compared.
        let _ = self.0.set_modified(now());
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    struct ClaimVolume(PathBuf);

    impl ClaimVolume {
        fn new(name: &str) -> Self {
            let folder =
                std::env::temp_dir().join(format!("sidelink-{name}-{}", std::process::id()));
            fs::create_dir_all(&folder).expect("a folder");
            Self(folder)
        }

        fn staked(&self, folder: &str, moved: bool, after: Duration) -> Result<()> {
            let claimant = Claimant {
                folder: Path::new(folder),
                project: "sidelink",
                moved,
                sidecar: fs::metadata(&self.0).expect("is there").uid(),
            };
            stake(&self.0, &claimant, now() + after)
        }
    }

    impl Drop for ClaimVolume {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    const AT_ONCE: Duration = Duration::ZERO;

    #[test]
    fn a_second_folder_is_refused_while_the_first_runs_and_shortly_after() {
        let volume = ClaimVolume::new("claim-two");
        volume
            .staked("/home/ana/first", false, AT_ONCE)
            .expect("the first");
        let held = hold(&volume.0).expect("the lock is free");
        let error = volume
            .staked("/home/ana/second", false, AT_ONCE)
            .expect_err("it runs")
            .to_string();
        for part in [
            "/home/ana/first",
            "/home/ana/second",
            "COMPOSE_PROJECT_NAME=sidelink-2",
            "SIDELINK_MOVED=yes",
        ] {
            assert!(error.contains(part), "{part} is not in {error}");
        }
        volume
            .staked("/home/ana/first", false, AT_ONCE)
            .expect("itself, again");
        assert!(hold(&volume.0).is_none(), "one holds it");

        drop(held);
        volume
            .staked("/home/ana/second", false, Duration::from_secs(20))
            .expect_err("it was just stopped");
        volume
            .staked("/home/ana/second", false, Duration::from_secs(40))
            .expect("it has ended");
        let _held = hold(&volume.0).expect("free");
        volume
            .staked("/home/ana/first", false, AT_ONCE)
            .expect_err("now the second runs");
    }

    #[test]
    fn a_moved_folder_is_accepted_when_the_user_sets_it() {
        let volume = ClaimVolume::new("claim-moved");
        volume
            .staked("/home/ana/old", false, AT_ONCE)
            .expect("the first");
        let _held = hold(&volume.0).expect("free");
        volume
            .staked("/home/ana/new", true, AT_ONCE)
            .expect("the user has set it");
        volume
            .staked("/home/ana/new", false, AT_ONCE)
            .expect("it is known by now");
    }

    #[test]
    fn a_folder_that_never_ran_locks_no_other_out() {
        let volume = ClaimVolume::new("claim-never");
        volume
            .staked("/home/ana/first", false, AT_ONCE)
            .expect("the first");
        volume
            .staked("/home/ana/second", false, AT_ONCE)
            .expect("the first was never started");
        let nowhere = Claimant {
            folder: Path::new("/x"),
            project: "x",
            moved: false,
            sidecar: 0,
        };
        stake(Path::new("/nonexistent"), &nowhere, now()).expect("no volume, nothing to compare");
        assert!(hold(Path::new("/nonexistent")).is_none());
    }
}
