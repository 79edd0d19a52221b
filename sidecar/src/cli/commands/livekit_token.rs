//! `sidelink livekit-token`.

use super::folder;
use crate::config::secrets::Secrets;
use crate::livekit::access_token::{Grant, is_reserved, sign, unique};
use crate::runtime::exit::CommandFailure;

/// Prints an access token for one room.
pub fn run(room: &str, identity: &str, name: Option<&str>) -> Result<(), CommandFailure> {
    if is_reserved(room) {
        return Err(CommandFailure::misused(
            "rooms with the prefix sidelink- are reserved for links and probes: choose another name, or join by a link",
        ));
    }
    let identity = &unique(identity)?;
    let secrets = Secrets::read(&folder()).map_err(CommandFailure::config)?;
    let grant = Grant {
        room,
        identity,
        name,
        max_participants: None,
        mark: None,
    };
    println!("{}", sign(&secrets, &grant)?);
    Ok(())
}
