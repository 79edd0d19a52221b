//! The volume through which `host-ip` and `init` share this machine's address on its local network.

use std::fs;
use std::io;
use std::net::Ipv4Addr;
use std::path::Path;

/// Where both mount it.
pub const FOLDER: &str = "/run/host-ip";
/// The file with the address that `host-ip` found.
pub(crate) const FOUND: &str = "found";
/// The file with the address that `init` rendered into LiveKit's configuration.
pub(crate) const USED: &str = "used";

/// The file with the time at which `host-ip` started, Unix milliseconds.
pub(crate) const STARTED: &str = "started";

/// Replaces a file of the volume as a whole. All who mount the volume may read it.
pub(crate) fn replace(folder: &Path, name: &str, content: &str) -> io::Result<()> {
    let fresh = folder.join(format!(".{name}.{}", std::process::id()));
    fs::write(&fresh, content)?;
    fs::rename(&fresh, folder.join(name))
}

/// Parses a file; `None` for `none` and for anything that is not a private address.
pub(crate) fn parse(text: &str) -> Option<Ipv4Addr> {
    text.trim().parse().ok().filter(Ipv4Addr::is_private)
}

/// Returns the text of a file.
pub(crate) fn text(address: Option<Ipv4Addr>) -> String {
    address.map_or_else(|| "none".to_owned(), |address| address.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_a_private_address_or_none() {
        let home = Some(Ipv4Addr::new(192, 168, 1, 20));
        assert_eq!(parse(&text(home)), home);
        assert_eq!(parse(&text(None)), None);
        for bad in ["", "0.0.0.0", "203.0.113.9", "10.0.0.1\nkeys: {}", "::1"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
