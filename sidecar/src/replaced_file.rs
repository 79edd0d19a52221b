//! Files that are replaced as a whole: a reader gets the old or the new content, never a part.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, chown};
use std::path::Path;

/// Who may use the new file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Access {
    /// Its mode.
    pub mode: u32,
    /// Its user and the group of the same number; `None`: this process's.
    pub owner: Option<u32>,
}

/// Replaces a file, or what has its name. No link is followed, so its folder may belong to another user.
pub(crate) fn replace(folder: &Path, name: &str, content: &str, access: Access) -> io::Result<()> {
    // Two processes may replace the same file.
    let fresh = folder.join(format!(".{name}.{}", std::process::id()));
    remove(&fresh)?;
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(access.mode)
        .open(&fresh)?;
    file.write_all(content.as_bytes())?;
    file.sync_all()?;
    if let Some(id) = access.owner {
        chown(&fresh, Some(id), Some(id))?;
    }
    fs::rename(&fresh, folder.join(name))
}

/// Removes a file, if it is there.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
