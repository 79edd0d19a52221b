//! The token by which the sidecar commands the publisher (`compose/videos.yaml`).

use anyhow::Result;

use super::Folders;
use super::files::{secret, write};
use super::owners::PUBLISHER;
use crate::config::secrets::file;

/// Writes it where the variant is in use, which mounts the folder `publisher`.
pub(super) fn distribute(folders: &Folders) -> Result<()> {
    let publisher = folders.secrets.join("publisher");
    if !publisher.exists() {
        return Ok(());
    }
    let token = secret(&folders.secrets.join("sidecar"), file::PUBLISHER_TOKEN, 32)?;
    write(&publisher, "token", &token, PUBLISHER)
}
