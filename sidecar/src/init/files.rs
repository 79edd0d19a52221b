//! Secrets that are generated once, templates, and files that only one container can read.

use std::fs;
use std::io;
use std::os::unix::fs::chown;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::owners::{Owner, SIDECAR};
use crate::random::{self, RandomError};
use crate::replaced_file::{self, Access};

pub(super) fn remove(path: &Path) -> Result<()> {
    replaced_file::remove(path).with_context(|| format!("cannot remove {}", path.display()))
}

/// Returns the existing secret, or a new one of `bytes` random bytes in hexadecimal digits.
pub(super) fn secret(folder: &Path, name: &str, bytes: usize) -> Result<String> {
    kept(folder, name, || random::hex(bytes))
}

/// Returns the existing secret, or a new one from `make`.
pub(super) fn kept(
    folder: &Path,
    name: &str,
    make: impl FnOnce() -> Result<String, RandomError>,
) -> Result<String> {
    let path = folder.join(name);
    match fs::read_to_string(&path) {
        Ok(text) if !text.trim().is_empty() => {
            // An earlier version gave it to another user.
            chown(&path, Some(SIDECAR.0), Some(SIDECAR.0))
                .with_context(|| format!("cannot give {} to the sidecar", path.display()))?;
            return Ok(text.trim().to_owned());
        }
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
    let text = make()?;
    write(folder, name, &text, SIDECAR)?;
    Ok(text)
}

pub(super) fn render(template: &Path, values: &[(&str, &String)]) -> Result<String> {
    let mut text = fs::read_to_string(template)
        .with_context(|| format!("cannot read the template {}", template.display()))?;
    for (placeholder, value) in values {
        if !text.contains(placeholder) {
            bail!(
                "{} has no {placeholder}: restore the file with `git checkout`",
                template.display()
            );
        }
        text = text.replace(placeholder, value);
    }
    Ok(text)
}

/// Replaces a file, which only its owner can read.
pub(super) fn write(folder: &Path, name: &str, content: &str, Owner(id): Owner) -> Result<()> {
    let access = Access {
        mode: 0o400,
        owner: Some(id),
    };
    replaced_file::replace(folder, name, content, access)
        .with_context(|| format!("cannot write {}", folder.join(name).display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_template_without_its_placeholder_is_refused() {
        let folder = std::env::temp_dir().join(format!("sidelink-init-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("temporary folder");
        let path = folder.join("t.yaml");
        fs::write(&path, "node_ip: @NODE_IP@").expect("writes");
        let value = "10.0.0.1".to_owned();
        assert_eq!(
            render(&path, &[("@NODE_IP@", &value)]).expect("renders"),
            "node_ip: 10.0.0.1"
        );
        assert!(
            render(&path, &[("@OTHER@", &value)])
                .expect_err("refused")
                .to_string()
                .contains("@OTHER@")
        );
        fs::remove_dir_all(&folder).expect("cleans up");
    }

    #[test]
    fn a_secret_is_generated_once_and_readable_by_its_owner_only() {
        // Checks nothing without root, which chown to another user needs.
        let folder = std::env::temp_dir().join(format!("sidelink-secret-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("temporary folder");
        if let Ok(first) = secret(&folder, "s", 32) {
            assert_eq!(first.len(), 64);
            assert_eq!(secret(&folder, "s", 32).expect("is read"), first);
            let mode = fs::metadata(folder.join("s"))
                .expect("exists")
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o400);
        }
        fs::remove_dir_all(&folder).expect("cleans up");
    }
}
