//! The volume through which `host-ip` and `init` share this machine's address on its local network.
//!
//! `host-ip` owns it and is nearer to the network than `init`, which is root: so nothing here follows a link or waits.

use std::fs::{self, OpenOptions};
use std::io::{self, Read};
use std::net::Ipv4Addr;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::OFlags;

use crate::replaced_file::{self, Access};

/// Where it is mounted.
pub const FOLDER: &str = "/run/host-ip";
/// The file with the address that `host-ip` found.
pub(crate) const FOUND: &str = "found";
/// The file with the address that `init` rendered into LiveKit's configuration.
pub(crate) const USED: &str = "used";
/// The file with the time at which `host-ip` started, Unix milliseconds.
pub(crate) const STARTED: &str = "started";
/// Bytes of a file: an address or a time.
const MAX_BYTES: u64 = 64;

/// Reads a file; empty where there is none, or no regular one.
pub(crate) fn read(folder: &Path, name: &str) -> String {
    let mut text = String::new();
    if let Ok(file) = open(folder, name) {
        // What cannot be read is like a missing file.
        let _ = file.take(MAX_BYTES).read_to_string(&mut text);
    }
    text
}

/// Returns when a file was last written, Unix milliseconds; 0 where there is none.
pub(crate) fn written_at(folder: &Path, name: &str) -> u64 {
    let Ok(metadata) = fs::symlink_metadata(folder.join(name)) else {
        return 0;
    };
    let ms = metadata.mtime() * 1_000 + metadata.mtime_nsec() / 1_000_000;
    u64::try_from(ms).unwrap_or(0)
}

/// Replaces a file as a whole, if its content differs. All who mount the volume may read it.
pub(crate) fn replace(folder: &Path, name: &str, content: &str) -> io::Result<()> {
    if read(folder, name) == content {
        return Ok(());
    }
    let access = Access {
        mode: 0o644,
        owner: None,
    };
    replaced_file::replace(folder, name, content, access)
}

/// Parses a file; `None` for `none` and for anything that is not a private address.
pub(crate) fn parse(text: &str) -> Option<Ipv4Addr> {
    text.trim().parse().ok().filter(Ipv4Addr::is_private)
}

/// Returns the text of a file.
pub(crate) fn text(address: Option<Ipv4Addr>) -> String {
    address.map_or_else(|| "none".to_owned(), |address| address.to_string())
}

fn open(folder: &Path, name: &str) -> io::Result<fs::File> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(flags.cast_signed());
    options.open(folder.join(name))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

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

    #[test]
    fn no_link_is_followed() {
        let folder = std::env::temp_dir().join(format!("sidelink-volume-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("temporary folder");
        let secret = folder.join("secret");
        fs::write(&secret, "10.0.0.5").expect("writes");
        let fresh = format!(".{USED}.{}", std::process::id());
        for name in [FOUND, USED, &fresh] {
            symlink(&secret, folder.join(name)).expect("links");
        }
        assert_eq!(read(&folder, FOUND), "");
        replace(&folder, USED, "10.0.0.6").expect("replaces the link");
        assert_eq!(read(&folder, USED), "10.0.0.6");
        let kept = fs::read_to_string(&secret);
        assert_eq!(kept.expect("is there"), "10.0.0.5");
        let written = written_at(&folder, USED);
        replace(&folder, USED, "10.0.0.6").expect("is the same");
        assert_eq!(written_at(&folder, USED), written);
        fs::remove_dir_all(&folder).expect("cleans up");
    }
}
