//! `sidelink password`.

use super::folder;
use crate::config::secrets::{file, read};
use crate::runtime::exit::Failure;

/// Prints the password with which a professional signs in to the app.
pub fn run() -> Result<(), Failure> {
    println!(
        "{}",
        read(&folder(), file::APP_PASSWORD).map_err(Failure::config)?
    );
    Ok(())
}
