//! `sidelink password`.

use super::folder;
use crate::config::secrets::{file, read};
use crate::runtime::exit::CommandFailure;

/// Prints the password with which a professional signs in to the app.
pub fn run() -> Result<(), CommandFailure> {
    println!(
        "{}",
        read(&folder(), file::APP_PASSWORD).map_err(CommandFailure::config)?
    );
    Ok(())
}
