//! `config/sidelink.yaml`, live: read at the start and whenever it changes.
//!
//! inotify tells of an edit at once; folders shared from Windows and macOS send no events, so the
//! content is looked at each second too. The folder is watched, since editors replace the file.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::runtime_config::template;
use sidelink_core::Event;

const LOOK: Duration = Duration::from_secs(1);
/// A configuration of a hundred entries is a few KiB.
const MAX_BYTES: u64 = 64 * 1024;

/// Tells the model about the file, for ever.
pub async fn follow(path: PathBuf, events: mpsc::Sender<Event>) {
    let (changed, mut changes) = mpsc::channel(1);
    let _watcher = watch(&path, changed);
    let mut last = None;
    while !events.is_closed() {
        let content = read(&path).await;
        if last.as_ref() != Some(&content) {
            let template = content.clone().and_then(|text| template::parse(&text));
            match &template {
                Ok(_) => tracing::info!("config/sidelink.yaml is in force"),
                Err(error) => {
                    tracing::warn!("config/sidelink.yaml is not taken, nothing changes: {error}")
                }
            }
            last = Some(content);
            if events.send(Event::Template(template)).await.is_err() {
                return;
            }
        }
        // Either way the content decides; a lost watcher leaves the look each second.
        if let Ok(None) = timeout(LOOK, changes.recv()).await {
            tokio::time::sleep(LOOK).await;
        }
    }
}

async fn read(path: &PathBuf) -> Result<String, String> {
    let size = tokio::fs::metadata(path)
        .await
        .map_err(|error| cannot_read(&error))?
        .len();
    if size > MAX_BYTES {
        return Err(format!("it has {size} bytes, {MAX_BYTES} are allowed"));
    }
    tokio::fs::read_to_string(path)
        .await
        .map_err(|error| cannot_read(&error))
}

/// Whoever shows it names the file.
fn cannot_read(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => {
            "only its owner may read it; let the containers: chmod -R a+rX config".to_owned()
        }
        io::ErrorKind::NotFound => {
            "there is no such file; git checkout config brings it back".to_owned()
        }
        _ => format!("it cannot be read: {error}"),
    }
}

fn watch(path: &std::path::Path, changed: mpsc::Sender<()>) -> Option<RecommendedWatcher> {
    let folder = path.parent()?;
    let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Our own reading is an event too, and no news. A full channel already holds the news.
        if event.is_ok_and(|event| is_write(event.kind)) {
            let _ = changed.try_send(());
        }
    });
    match watcher.and_then(|mut watcher| {
        watcher
            .watch(folder, RecursiveMode::NonRecursive)
            .map(|()| watcher)
    }) {
        Ok(watcher) => Some(watcher),
        Err(error) => {
            tracing::debug!("no file events, looking each second: {error}");
            None
        }
    }
}

fn is_write(kind: EventKind) -> bool {
    !kind.is_access() || kind == EventKind::Access(AccessKind::Close(AccessMode::Write))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_edit_is_told_at_once_and_a_bad_one_with_its_place() {
        let folder = std::env::temp_dir().join(format!("sidelink-config-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("temporary folder");
        let path = folder.join("sidelink.yaml");
        std::fs::write(&path, "env: {A: one}").expect("writes");
        let (sender, mut events) = mpsc::channel(8);
        let follower = tokio::spawn(follow(path.clone(), sender));

        assert!(matches!(events.recv().await, Some(Event::Template(Ok(_)))));
        // Editors write beside and rename.
        std::fs::write(folder.join("new"), "env:\n  A: two\nevn: {}").expect("writes");
        std::fs::rename(folder.join("new"), &path).expect("renames");
        let Some(Event::Template(Err(error))) = events.recv().await else {
            panic!("a bad edit is told")
        };
        assert!(error.contains("evn") && error.contains('3'), "{error}");
        std::fs::write(folder.join("new"), "env: {A: three}").expect("writes");
        std::fs::rename(folder.join("new"), &path).expect("renames");
        assert!(matches!(events.recv().await, Some(Event::Template(Ok(_)))));

        follower.abort();
        std::fs::remove_dir_all(&folder).expect("cleans up");
    }
}
