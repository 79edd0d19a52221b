//! `sidelink token`.

use super::folder;
use crate::exit::Failure;
use crate::secrets::{file, read};

/// Prints the control port's bearer token.
pub fn run() -> Result<(), Failure> {
    println!(
        "{}",
        read(&folder(), file::CONTROL_TOKEN).map_err(Failure::config)?
    );
    Ok(())
}
