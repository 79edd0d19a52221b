//! Containers of a test, in a separate Compose project that is removed when the test ends.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A Compose project of one test.
pub(crate) struct Project {
    pub name: String,
    folder: PathBuf,
}

impl Project {
    pub(crate) fn new() -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("sidelink-test-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(&name);
        fs::create_dir_all(&folder).expect("a temporary folder");
        Self { name, folder }
    }

    /// Runs an image as a labelled service; returns the container's id.
    pub(crate) fn runs(
        &self,
        service: &str,
        role: &str,
        options: &[&str],
        image_and_command: &[&str],
    ) -> String {
        let project = format!("com.docker.compose.project={}", self.name);
        let service_label = format!("com.docker.compose.service={service}");
        let role = format!("sidelink.role={role}");
        let mut arguments = vec![
            "run",
            "--detach",
            "--label",
            &project,
            "--label",
            &service_label,
            "--label",
            &role,
        ];
        arguments.extend(options);
        arguments.extend(image_and_command);
        docker(&arguments)
    }

    /// Creates a file that a container can mount; readable by every user, because it holds no real secret.
    pub(crate) fn file(&self, name: &str, content: &str) -> String {
        let path = self.folder.join(name);
        fs::write(&path, content).expect("is written");
        path.to_str().expect("a plain path").to_owned()
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let filter = format!("label=com.docker.compose.project={}", self.name);
        let ids = docker(&["ps", "--all", "--quiet", "--filter", &filter]);
        for id in ids.lines() {
            docker(&["rm", "--force", "--volumes", id]);
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Runs `docker …` and returns its output; the test fails where it fails.
pub(crate) fn docker(arguments: &[&str]) -> String {
    let output = Command::new("docker")
        .args(arguments)
        .output()
        .expect("docker is installed: scripts/engine");
    assert!(
        output.status.success(),
        "docker {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .expect("text")
        .trim()
        .to_owned()
}

/// Returns the container's address, which a Linux host can reach.
pub(crate) fn address_of(id: &str) -> String {
    docker(&[
        "inspect",
        "--format",
        "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}",
        id,
    ])
}

/// Reads a file of the repository.
pub(crate) fn repository(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name))
        .expect("is in the repository")
}
