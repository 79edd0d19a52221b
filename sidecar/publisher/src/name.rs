//! A video's name: a file of the folder and nothing else.

use std::fmt;
use std::path::Path;

/// Length of a name, bytes: a file system's limit.
const MAX_LENGTH: usize = 255;
/// What is listed. ffmpeg decides by the content what a file is.
const EXTENSIONS: &[&str] = &["avi", "m4v", "mkv", "mov", "mp4", "mpg", "ts", "webm"];

/// The name of a file in the folder of videos.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct VideoName(String);

impl VideoName {
    /// Returns the name unless it can be a path, is hidden, or is not one of a video.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let is_plain = !name.contains(['/', '\\']) && !name.chars().any(char::is_control);
        let is_video = Path::new(name).extension().is_some_and(|extension| {
            EXTENSIONS
                .iter()
                .any(|known| extension.eq_ignore_ascii_case(known))
        });
        let is_usable = is_plain && is_video && !name.starts_with('.') && name.len() <= MAX_LENGTH;
        is_usable.then(|| Self(name.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for VideoName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_the_folder_have_a_name() {
        for name in ["a.mp4", "Minha aula – 1.MKV", "a..b.webm", "%2e%2e.mp4"] {
            assert!(VideoName::parse(name).is_some(), "{name}");
        }
        let long = format!("{}.mp4", "a".repeat(MAX_LENGTH));
        for name in [
            "",
            ".",
            "..",
            "../a.mp4",
            "/etc/a.mp4",
            "..\\a.mp4",
            "a/b.mp4",
            ".hidden.mp4",
            "a\0.mp4",
            "a\n.mp4",
            "notes.txt",
            "mp4",
            &long,
        ] {
            assert!(VideoName::parse(name).is_none(), "{name:?}");
        }
    }
}
