//! Writes the secret and `.env` in the project's folder, each to a new file that is then renamed, so that neither is
//! ever incomplete.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::{Plan, compose_file, env_file};
use sidelink_diagnostics::Lang;

/// Compose reads them automatically where `COMPOSE_FILE` is unset.
const OVERRIDES: &[&str] = &["compose.override.yaml", "compose.override.yml"];

/// The project's folder.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    owner: (u32, u32),
}

impl Folder {
    /// Opens the folder, or fails where it is not the project's.
    pub(super) fn open(path: &Path, lang: Lang) -> Result<Self> {
        if !path.join("compose.yaml").is_file() || !path.join("compose").is_dir() {
            bail!(
                "{} {}: `docker compose run --rm setup`",
                path.display(),
                lang.pick(
                    "is not Sidelink's folder; run this in the folder of compose.yaml",
                    "não é a pasta do Sidelink; execute na pasta do compose.yaml"
                )
            );
        }
        let folder =
            fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Self {
            path: path.to_owned(),
            owner: (folder.uid(), folder.gid()),
        })
    }

    /// Writes both files and returns their names. Reads `.env` first: when that fails, nothing is written.
    pub(super) fn write(&self, plan: &Plan) -> Result<Vec<String>> {
        let env = self.env(plan)?;
        let mut written = Vec::new();
        if let Some((name, content)) = &plan.secret {
            let secrets = self.path.join("secrets");
            if !secrets.is_dir() {
                fs::create_dir(&secrets).context("cannot create the folder secrets")?;
                give(&secrets, self.owner);
            }
            replace(&secrets.join(name), content, 0o600, self.owner)?;
            written.push(format!("secrets/{name}"));
        }
        let path = self.env_path()?;
        let (mode, owner) = match fs::metadata(&path) {
            Ok(file) => (file.permissions().mode() & 0o777, (file.uid(), file.gid())),
            Err(_) => (0o644, self.owner),
        };
        replace(&path, &env, mode, owner)?;
        written.push(".env".to_owned());
        Ok(written)
    }

    /// Returns the new text of `.env`.
    fn env(&self, plan: &Plan) -> Result<String> {
        let text = match fs::read(self.env_path()?) {
            Ok(bytes) => String::from_utf8(bytes).ok().context(
                ".env is not UTF-8: save it as UTF-8 and try again; nothing was written",
            )?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error).context("cannot read .env; nothing was written"),
        };
        let overrides: Vec<&str> = OVERRIDES
            .iter()
            .copied()
            .filter(|name| self.path.join(name).is_file())
            .collect();
        let (separator, files) = compose_file::with_tunnel(
            env_file::get(&text, "COMPOSE_FILE").as_deref(),
            env_file::get(&text, "COMPOSE_PATH_SEPARATOR").as_deref(),
            plan.tunnel.file(),
            &overrides,
        );
        let ours = [
            ("COMPOSE_PATH_SEPARATOR", separator),
            ("COMPOSE_FILE", files),
        ];
        let lines = ours.iter().chain(&plan.lines);
        Ok(lines.fold(text, |text, (key, value)| env_file::set(&text, key, value)))
    }

    /// Returns the path of the file itself, because a rename would replace a symbolic link.
    fn env_path(&self) -> Result<PathBuf> {
        let path = self.path.join(".env");
        if !path.is_symlink() {
            return Ok(path);
        }
        fs::canonicalize(&path).context(
            ".env is a symbolic link to a file outside the project's folder: add the lines there yourself (docs/tunnels.md)",
        )
    }
}

fn replace(path: &Path, content: &str, mode: u32, owner: (u32, u32)) -> Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let fresh = path.with_file_name(format!(".{}.new", name.trim_start_matches('.')));
    let written = (|| {
        match fs::remove_file(&fresh) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut out = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&fresh)?;
        out.write_all(content.as_bytes())?;
        out.set_permissions(fs::Permissions::from_mode(mode))?;
        out.sync_all()?;
        give(&fresh, owner);
        fs::rename(&fresh, path)
    })();
    written.with_context(|| format!("cannot write {}", path.display()))
}

/// Gives a file to the folder's owner, because root in a container writes it. Docker Desktop's folders have no owners,
/// so a failure does no harm.
fn give(path: &Path, (user, group): (u32, u32)) {
    let _ = chown(path, Some(user), Some(group));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::commands::setup::Tunnel;

    /// A separate project for each test.
    struct Project(PathBuf);

    impl Project {
        fn new(name: &str) -> Self {
            let path =
                std::env::temp_dir().join(format!("sidelink-setup-{name}-{}", std::process::id()));
            fs::create_dir_all(path.join("compose")).expect("temporary folder");
            fs::write(path.join("compose.yaml"), "").expect("writes");
            Self(path)
        }

        fn has(&self, name: &str, content: &str) {
            fs::write(self.0.join(name), content).expect("writes");
        }

        fn reads(&self, name: &str) -> String {
            fs::read_to_string(self.0.join(name)).expect("reads")
        }

        fn mode(&self, name: &str) -> u32 {
            fs::metadata(self.0.join(name))
                .expect("exists")
                .permissions()
                .mode()
                & 0o777
        }

        fn set_up(
            &self,
            tunnel: Tunnel,
            lines: Vec<(&'static str, String)>,
        ) -> Result<Vec<String>> {
            let secret = (tunnel != Tunnel::Domain).then(|| ("a_token", "t0ken".to_owned()));
            Folder::open(&self.0, Lang::En)?.write(&Plan {
                tunnel,
                secret,
                lines,
            })
        }
    }

    impl Drop for Project {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_new_project_gets_its_secret_and_its_lines() {
        let project = Project::new("fresh");
        let written = project.set_up(Tunnel::Named, Vec::new()).expect("writes");
        assert_eq!(written, ["secrets/a_token", ".env"]);
        assert_eq!(project.reads("secrets/a_token"), "t0ken");
        assert_eq!(project.mode("secrets/a_token"), 0o600);
        assert_eq!(
            project.reads(".env"),
            "COMPOSE_PATH_SEPARATOR=:\nCOMPOSE_FILE=compose.yaml:compose/tunnel-named.yaml\n"
        );
    }

    #[test]
    fn the_users_lines_stay_and_another_choice_replaces_ours() {
        let project = Project::new("again");
        project.has(".env", "# mine\nHOST_IP=192.168.1.20\r\nPASS='a=b'");
        project.has("compose.override.yaml", "");
        fs::set_permissions(project.0.join(".env"), fs::Permissions::from_mode(0o640))
            .expect("sets");
        project.set_up(Tunnel::Ngrok, Vec::new()).expect("writes");
        project
            .set_up(
                Tunnel::Domain,
                vec![("SIDELINK_DOMAIN", "a.example.org".to_owned())],
            )
            .expect("writes");
        assert_eq!(
            project.reads(".env"),
            "# mine\nHOST_IP=192.168.1.20\r\nPASS='a=b'\r\nCOMPOSE_PATH_SEPARATOR=:\r\n\
             COMPOSE_FILE=compose.yaml:compose/domain.yaml:compose.override.yaml\r\nSIDELINK_DOMAIN=a.example.org\r\n"
        );
        assert_eq!(project.mode(".env"), 0o640);
        let left: Vec<_> = fs::read_dir(&project.0)
            .expect("reads")
            .flatten()
            .map(|file| file.file_name())
            .collect();
        assert!(
            !left
                .iter()
                .any(|name| name.to_string_lossy().ends_with(".new")),
            "{left:?}"
        );
    }

    #[test]
    fn when_env_cannot_be_read_nothing_is_written() {
        let project = Project::new("broken");
        fs::write(project.0.join(".env"), b"A=\xff\n").expect("writes");
        let error = project
            .set_up(Tunnel::Named, Vec::new())
            .expect_err("not UTF-8");
        assert!(error.to_string().contains("UTF-8"), "{error}");
        assert!(!project.0.join("secrets").exists());
        assert_eq!(
            fs::read(project.0.join(".env")).expect("reads"),
            b"A=\xff\n"
        );
    }

    #[test]
    fn a_linked_env_stays_a_link() {
        let project = Project::new("link");
        project.has("shared.env", "A=1\n");
        std::os::unix::fs::symlink("shared.env", project.0.join(".env")).expect("links");
        project.set_up(Tunnel::Named, Vec::new()).expect("writes");
        assert!(project.0.join(".env").is_symlink());
        assert!(
            project
                .reads("shared.env")
                .starts_with("A=1\nCOMPOSE_PATH_SEPARATOR=:\n")
        );
    }

    #[test]
    fn another_folder_is_refused() {
        let error = Folder::open(Path::new("/nonexistent"), Lang::En).expect_err("is none");
        assert!(
            error.to_string().contains("docker compose run --rm setup"),
            "{error}"
        );
    }
}
