//! Which folder a Compose project is run from. Two clones of this repository have the same project name, and
//! `docker compose up` in the second would quietly go on with the first one's containers and secrets.
//!
//! `init` writes the folder down, and the sidecar holds a lock while it runs. Another folder is refused while the lock
//! is held, and shortly after: an `up` that makes the sidecar's container anew stops the running one first.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};

use crate::runtime::clock::unix_ms;

/// Where `compose.yaml` mounts the volume, for `init` and the sidecar.
pub const PLACE: &str = "/claim";

const FOLDER: &str = "folder";
const LOCK: &str = "lock";
/// Compose stops and makes anew all containers within some seconds; LiveKit may take ten to end.
const SHORTLY: Duration = Duration::from_secs(30);

/// Who asks.
#[derive(Debug)]
pub struct Claimant<'a> {
    /// The folder on the host.
    pub folder: &'a Path,
    /// The Compose project.
    pub project: &'a str,
    /// The user says that the folder has moved.
    pub moved: bool,
    /// The user who runs the sidecar.
    pub sidecar: u32,
}

/// Writes down the claimant's folder, or fails where the project runs from another one. `place` is the volume;
/// without it nothing is compared.
pub fn stake(place: &Path, claimant: &Claimant<'_>, now: SystemTime) -> Result<()> {
    if !place.is_dir() {
        return Ok(());
    }
    let file = place.join(FOLDER);
    let before = fs::read_to_string(&file).unwrap_or_default();
    let other = !before.is_empty() && Path::new(&before) != claimant.folder;
    if other && !claimant.moved && is_in_use(place, now)? {
        let Claimant {
            folder, project, ..
        } = claimant;
        bail!(
            "project {project:?} is running from {before}, and this folder is {}. Two folders need two names: put \
             COMPOSE_PROJECT_NAME={project}-2 into .env here, with ports of its own (SIDELINK_PORT, \
             SIDELINK_CONTROL_PORT, SIDELINK_MEDIA_TCP_PORT, SIDELINK_MEDIA_UDP_PORT). \
             If you moved the folder, run once: SIDELINK_MOVED=yes docker compose up -d --force-recreate",
            folder.display()
        );
    }
    if other {
        // Compose does not make a container anew for another folder: what was created in the old one mounts its files.
        println!(
            "the project ran from {before} until now. If Docker says that a bind source path does not exist: \
             docker compose up -d --force-recreate"
        );
    }
    prepare(place, claimant).with_context(|| format!("cannot write to {}", place.display()))
}

fn prepare(place: &Path, claimant: &Claimant<'_>) -> io::Result<()> {
    let lock = place.join(LOCK);
    if !lock.exists() {
        // Nobody has held it yet.
        File::create(&lock)?.set_modified(SystemTime::UNIX_EPOCH)?;
    }
    chown(&lock, Some(claimant.sidecar), Some(claimant.sidecar))?;
    let fresh = place.join(".folder.new");
    fs::write(&fresh, claimant.folder.as_os_str().as_encoded_bytes())?;
    fs::rename(fresh, place.join(FOLDER))
}

fn is_in_use(place: &Path, now: SystemTime) -> Result<bool> {
    let file = match File::open(place.join(LOCK)) {
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
    // A clock that went back is no reason to lock anybody out.
    Ok(now
        .duration_since(released)
        .is_ok_and(|since| since < SHORTLY))
}

/// The time by which `stake` compares.
pub fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(unix_ms())
}

/// The lock, held until it is dropped.
#[derive(Debug)]
pub struct Held(File);

/// Takes the lock, where there is one and nobody else has it: a second sidecar of a project is no other folder.
pub fn hold(place: &Path) -> Option<Held> {
    let path: PathBuf = place.join(LOCK);
    let file = File::options().write(true).open(path).ok()?;
    file.try_lock().ok()?;
    Some(Held(file))
}

impl Drop for Held {
    fn drop(&mut self) {
        // The time at which it was released; where that cannot be written, only the lock counts.
        let _ = self.0.set_modified(now());
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    struct Place(PathBuf);

    impl Place {
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

    impl Drop for Place {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    const AT_ONCE: Duration = Duration::ZERO;

    #[test]
    fn a_second_folder_is_refused_while_the_first_runs_and_shortly_after() {
        let place = Place::new("claim-two");
        place
            .staked("/home/ana/first", false, AT_ONCE)
            .expect("the first");
        let held = hold(&place.0).expect("nobody else has it");
        let error = place
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
        place
            .staked("/home/ana/first", false, AT_ONCE)
            .expect("itself, again");
        assert!(hold(&place.0).is_none(), "one holds it");

        drop(held);
        place
            .staked("/home/ana/second", false, Duration::from_secs(20))
            .expect_err("it was just stopped");
        place
            .staked("/home/ana/second", false, Duration::from_secs(40))
            .expect("it has ended");
        let _held = hold(&place.0).expect("free");
        place
            .staked("/home/ana/first", false, AT_ONCE)
            .expect_err("now the second runs");
    }

    #[test]
    fn a_moved_folder_is_taken_on_the_users_word() {
        let place = Place::new("claim-moved");
        place
            .staked("/home/ana/old", false, AT_ONCE)
            .expect("the first");
        let _held = hold(&place.0).expect("free");
        place
            .staked("/home/ana/new", true, AT_ONCE)
            .expect("the user says so");
        place
            .staked("/home/ana/new", false, AT_ONCE)
            .expect("it is known by now");
    }

    #[test]
    fn what_never_ran_locks_nobody_out() {
        let place = Place::new("claim-never");
        place
            .staked("/home/ana/first", false, AT_ONCE)
            .expect("the first");
        place
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
