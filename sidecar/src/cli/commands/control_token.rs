//! `sidelink control-token`.

use super::folder;
use crate::config::secrets::{file, read};
use crate::runtime::exit::CommandFailure;

/// Prints a bearer token of the control port: the operator's, or the app's.
pub fn run(app: bool) -> Result<(), CommandFailure> {
    let name = if app {
        file::APP_TOKEN
    } else {
        file::CONTROL_TOKEN
    };
    println!("{}", read(&folder(), name).map_err(CommandFailure::config)?);
    Ok(())
}
