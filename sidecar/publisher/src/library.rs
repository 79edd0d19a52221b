//! The folder of videos, and the converted ones.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::{StreamExt, stream};
use tokio::fs;
use tokio::sync::Semaphore;

use crate::error::Error;
use crate::ffmpeg;
use crate::inspection::{Inspection, Playable};
use crate::name::VideoName;

/// Files that are listed.
const MAX_FILES: usize = 500;
/// Files that are looked at together.
const MAX_CONCURRENT: usize = 2;
/// Bytes of a name that a converted file's name keeps, so that its stamp fits.
const MAX_KEPT: usize = 180;

/// A file as it is now. A changed file has another stamp.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Stamp {
    name: VideoName,
    size: u64,
    /// Unix milliseconds.
    modified: u128,
}

/// A file that can be sent.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) file: PathBuf,
    pub(crate) playable: Playable,
}

/// What a video needs before it plays.
#[derive(Clone, Debug)]
pub(crate) enum Need {
    Nothing(Source),
    /// Converting it, which the caller has not asked for.
    Conversion(Error),
}

/// A listed video.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub(crate) name: VideoName,
    /// What it has, or why it cannot be read.
    pub(crate) inspection: Result<Inspection, Error>,
    pub(crate) is_converted: bool,
}

/// The videos.
#[derive(Debug)]
pub(crate) struct Library {
    videos: PathBuf,
    cache: PathBuf,
    cache_limit: u64,
    known: Mutex<HashMap<Stamp, Result<Inspection, Error>>>,
    /// One conversion at a time, because each uses a whole processor.
    conversion: Semaphore,
}

impl Library {
    pub(crate) fn new(videos: PathBuf, cache: PathBuf, cache_limit: u64) -> Self {
        Self {
            videos,
            cache,
            cache_limit,
            known: Mutex::default(),
            conversion: Semaphore::new(1),
        }
    }

    /// Lists the videos by name.
    pub(crate) async fn list(&self) -> io::Result<Vec<Listed>> {
        let mut stamps = Vec::new();
        let mut entries = fs::read_dir(&self.videos).await?;
        while let Some(entry) = entries.next_entry().await? {
            let name = entry.file_name().to_str().and_then(VideoName::parse);
            if let Some(name) = name
                && let Ok(stamp) = self.stamp(name).await
            {
                stamps.push(stamp);
            }
        }
        stamps.sort_by(|a, b| a.name.cmp(&b.name));
        stamps.truncate(MAX_FILES);
        self.known().retain(|stamp, _| stamps.contains(stamp));
        let listed = stream::iter(stamps).map(|stamp| async move {
            let is_converted = fs::try_exists(self.converted(&stamp))
                .await
                .unwrap_or(false);
            let inspection = self.inspect(&stamp).await;
            Listed {
                name: stamp.name,
                inspection,
                is_converted,
            }
        });
        Ok(listed.buffered(MAX_CONCURRENT).collect().await)
    }

    /// Returns the file to send, or what it needs before.
    pub(crate) async fn find(&self, name: &VideoName) -> Result<Need, Error> {
        let stamp = self.stamp(name.clone()).await?;
        let why = match self.inspect(&stamp).await?.playable {
            Ok(playable) => {
                let file = self.videos.join(name.as_str());
                return Ok(Need::Nothing(Source { file, playable }));
            }
            Err(why) => why,
        };
        match self.converted_source(&stamp).await {
            Some(source) => Ok(Need::Nothing(source)),
            None => Ok(Need::Conversion(Error::Unplayable(name.clone(), why))),
        }
    }

    /// Converts a video, unless that is done. `progress` gets per cent.
    pub(crate) async fn convert(
        &self,
        name: &VideoName,
        progress: impl Fn(u8),
    ) -> Result<Source, Error> {
        let stamp = self.stamp(name.clone()).await?;
        let inspection = self.inspect(&stamp).await?;
        let Ok(_permit) = self.conversion.acquire().await else {
            return Err(Error::Ffmpeg("the publisher ends".to_owned()));
        };
        if let Some(source) = self.converted_source(&stamp).await {
            return Ok(source);
        }
        let failed = |error: io::Error| Error::Ffmpeg(format!("the cache cannot be used: {error}"));
        self.make_room().await.map_err(failed)?;
        let converted = self.converted(&stamp);
        let part = converted.with_extension("part");
        let duration = inspection.duration.unwrap_or(f64::INFINITY);
        let from = self.videos.join(name.as_str());
        ffmpeg::convert(&from, &part, |seconds| progress(percent(seconds, duration))).await?;
        fs::rename(&part, &converted).await.map_err(failed)?;
        let source = self.converted_source(&stamp).await;
        source.ok_or_else(|| Error::Ffmpeg("the converted file cannot be played".to_owned()))
    }

    /// Removes what an interrupted conversion left.
    pub(crate) async fn clean(&self) -> io::Result<()> {
        for (file, ..) in self.cached().await? {
            if file
                .extension()
                .is_some_and(|extension| extension == "part")
            {
                fs::remove_file(file).await?;
            }
        }
        Ok(())
    }

    async fn inspect(&self, stamp: &Stamp) -> Result<Inspection, Error> {
        if let Some(known) = self.known().get(stamp) {
            return known.clone();
        }
        let inspection = inspect(&self.videos.join(stamp.name.as_str())).await;
        self.known().insert(stamp.clone(), inspection.clone());
        inspection
    }

    async fn converted_source(&self, stamp: &Stamp) -> Option<Source> {
        let file = self.converted(stamp);
        if !fs::try_exists(&file).await.unwrap_or(false) {
            return None;
        }
        let playable = inspect(&file).await.ok()?.playable.ok()?;
        Some(Source { file, playable })
    }

    /// A link is not a file: it could lead out of the folder.
    async fn stamp(&self, name: VideoName) -> Result<Stamp, Error> {
        let file = fs::symlink_metadata(self.videos.join(name.as_str())).await;
        let file = file
            .ok()
            .filter(std::fs::Metadata::is_file)
            .ok_or(Error::NoVideo)?;
        let modified = file
            .modified()
            .unwrap_or(UNIX_EPOCH)
            .duration_since(UNIX_EPOCH);
        Ok(Stamp {
            name,
            size: file.len(),
            modified: modified.unwrap_or_default().as_millis(),
        })
    }

    fn converted(&self, stamp: &Stamp) -> PathBuf {
        let name = stamp.name.as_str();
        let kept = &name[..name.floor_char_boundary(MAX_KEPT.min(name.len()))];
        self.cache
            .join(format!("{kept}@{}-{}.mkv", stamp.size, stamp.modified))
    }

    /// Removes converted files, the oldest first, until the others fit.
    async fn make_room(&self) -> io::Result<()> {
        let mut files = self.cached().await?;
        files.sort_by_key(|(_, modified, _)| *modified);
        let mut size: u64 = files.iter().map(|(.., size)| size).sum();
        for (file, _, bytes) in files {
            if size <= self.cache_limit {
                break;
            }
            fs::remove_file(file).await?;
            size -= bytes;
        }
        Ok(())
    }

    async fn cached(&self) -> io::Result<Vec<(PathBuf, SystemTime, u64)>> {
        let mut files = Vec::new();
        let mut entries = fs::read_dir(&self.cache).await?;
        while let Some(entry) = entries.next_entry().await? {
            let file = entry.metadata().await?;
            files.push((entry.path(), file.modified()?, file.len()));
        }
        Ok(files)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<Stamp, Result<Inspection, Error>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn inspect(file: &Path) -> Result<Inspection, Error> {
    let (probed, packets) = ffmpeg::probe(file).await?;
    let inspection = Inspection::of(&probed, &packets);
    inspection.ok_or_else(|| Error::Unreadable("it has no picture".to_owned()))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "0 to 99"
)]
fn percent(done: f64, of: f64) -> u8 {
    (done / of * 100.0).clamp(0.0, 99.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library(name: &str, cache_limit: u64) -> Library {
        let root =
            std::env::temp_dir().join(format!("sidelink-videos-{}-{name}", std::process::id()));
        let [videos, cache] = ["videos", "cache"].map(|folder| root.join(folder));
        for folder in [&videos, &cache] {
            std::fs::create_dir_all(folder).expect("a temporary folder");
        }
        Library::new(videos, cache, cache_limit)
    }

    fn names(folder: &Path) -> Vec<String> {
        let files = std::fs::read_dir(folder).expect("a folder");
        let name =
            |file: io::Result<std::fs::DirEntry>| file.expect("a file").file_name().into_string();
        let mut names: Vec<String> = files.filter_map(|file| name(file).ok()).collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn a_link_out_of_the_folder_is_not_listed() {
        let library = library("link", 0);
        std::fs::write(library.cache.join("secret.mp4"), "s").expect("writes");
        let link = library.videos.join("a.mp4");
        std::os::unix::fs::symlink(library.cache.join("secret.mp4"), link).expect("links");
        let name = VideoName::parse("a.mp4").expect("a name");
        assert!(matches!(library.find(&name).await, Err(Error::NoVideo)));
        assert!(library.list().await.expect("lists").is_empty());
    }

    #[tokio::test]
    async fn the_oldest_converted_files_go_first_and_parts_go_at_the_start() {
        let library = library("cache", 8);
        for (number, name) in ["old.mkv", "new.mkv", "cut.part"].into_iter().enumerate() {
            let file = library.cache.join(name);
            std::fs::write(&file, "12345").expect("writes");
            let time = UNIX_EPOCH + std::time::Duration::from_secs(number as u64);
            let file = std::fs::File::options()
                .append(true)
                .open(file)
                .expect("opens");
            file.set_modified(time).expect("is set");
        }
        library.clean().await.expect("cleans");
        assert_eq!(names(&library.cache), ["new.mkv", "old.mkv"]);
        library.make_room().await.expect("makes room");
        assert_eq!(names(&library.cache), ["new.mkv"]);
    }

    #[test]
    fn a_changed_file_has_another_converted_one() {
        let library = library("stamp", 0);
        let stamp = |size| Stamp {
            name: VideoName::parse(&format!("{}.mp4", "é".repeat(120))).expect("a name"),
            size,
            modified: 1_795_240_000_123,
        };
        let first = library.converted(&stamp(1));
        assert_ne!(first, library.converted(&stamp(2)));
        assert!(
            first.file_name().is_some_and(|name| name.len() <= 255),
            "{first:?}"
        );
        assert_eq!(percent(1.0, f64::INFINITY), 0);
        assert_eq!(percent(9.0, 2.0), 99);
    }
}
