//! `sidelink livekit-token`.

use super::folder;
use crate::exit::Failure;
use crate::livekit_token::{Grant, sign};
use crate::secrets::Secrets;

/// Prints an access token for one room.
pub fn run(room: &str, identity: &str, name: Option<&str>) -> Result<(), Failure> {
    let secrets = Secrets::read(&folder()).map_err(Failure::config)?;
    let grant = Grant {
        room,
        identity,
        name,
        max_participants: None,
    };
    println!("{}", sign(&secrets, &grant)?);
    Ok(())
}
