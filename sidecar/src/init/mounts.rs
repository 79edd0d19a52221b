//! Finds the source of a mount of this container in `/proc/self/mountinfo` (proc(5)).

use std::path::{Path, PathBuf};

/// One mount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// The mounted file's or folder's path within its file system: for a bind mount, its path on the host.
    pub source: PathBuf,
    /// `ext4`, `virtiofs`, …
    pub file_system: String,
}

/// Returns the mount at exactly this path; `None` where nothing is mounted there, or without /proc.
pub fn at(path: &Path) -> Option<Mount> {
    find(&std::fs::read_to_string("/proc/self/mountinfo").ok()?, path)
}

/// Returns the last mount at the path, which hides earlier ones.
fn find(mountinfo: &str, path: &Path) -> Option<Mount> {
    mountinfo.lines().rev().find_map(|line| {
        let (before, after) = line.split_once(" - ")?;
        let mut fields = before.split(' ').skip(3);
        let source = unescaped(fields.next()?);
        let point = unescaped(fields.next()?);
        (Path::new(&point) == path).then(|| Mount {
            source: source.into(),
            file_system: after.split(' ').next().unwrap_or_default().to_owned(),
        })
    })
}

/// Decodes spaces, tabs, newlines and backslashes, which are three octal digits in the file.
fn unescaped(field: &str) -> String {
    let mut parts = field.split('\\');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let octal = part
            .get(..3)
            .and_then(|digits| u8::from_str_radix(digits, 8).ok());
        match octal {
            Some(byte) => {
                bytes.push(byte);
                bytes.extend_from_slice(&part.as_bytes()[3..]);
            }
            None => {
                bytes.push(b'\\');
                bytes.extend_from_slice(part.as_bytes());
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTINFO: &str = "\
612 420 0:55 / / ro,relatime master:1 - overlay overlay rw
640 612 254:0 /home/ana/side\\040link/livekit.yaml /templates/livekit.yaml ro,relatime - ext4 /dev/vda rw
641 612 0:61 /Users/ana/sidelink/config /mounted/config ro - virtiofs virtiofs0 rw
";

    #[test]
    fn a_bind_mount_has_its_source() {
        let found = find(MOUNTINFO, Path::new("/templates/livekit.yaml")).expect("is there");
        assert_eq!(found.source, Path::new("/home/ana/side link/livekit.yaml"));
        assert_eq!(found.file_system, "ext4");
        let shared = find(MOUNTINFO, Path::new("/mounted/config")).expect("is there");
        assert_eq!(shared.file_system, "virtiofs");
        assert_eq!(find(MOUNTINFO, Path::new("/mounted")), None);
    }

    #[test]
    fn other_text_after_a_backslash_stays() {
        assert_eq!(unescaped("a\\040b\\134c"), "a b\\c");
        assert_eq!(unescaped("a\\9zz"), "a\\9zz");
    }
}
