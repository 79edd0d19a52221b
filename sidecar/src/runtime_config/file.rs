//! Reads `config/sidelink.yaml` at the start and at every change.
//!
//! inotify reports an edit at once. Folders shared from Windows and macOS send no events, so the content is also read each
//! second. The folder is watched, because editors replace the file.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::runtime_config::template;
use sidelink_core::Event;

/// Between two reads without an event.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
/// A configuration of a hundred entries has a few KiB.
const MAX_BYTES: u64 = 64 * 1024;

/// Sends each change of the file to the engine.
pub async fn follow(path: PathBuf, events: mpsc::Sender<Event>) {
    let (changed, mut changes) = mpsc::channel(1);
    let _watcher = watch(&path, changed);
    let mut last = None;
    while !events.is_closed() {
        let content = read(&path).await;
        if last.as_ref() != Some(&content) {
            let template = content.clone().and_then(|text| template::parse(&text));
            match &template {
                Ok(_) => tracing::info!("config/sidelink.yaml is applied"),
                Err(error) => {
                    tracing::warn!(
                        %error,
                        "config/sidelink.yaml is invalid; the previous one stays applied"
                    )
                }
            }
            last = Some(content);
            if events.send(Event::Template(template)).await.is_err() {
                return;
            }
        }
        // The content decides in any case. Without a watcher it is read each second.
        if let Ok(None) = timeout(POLL_INTERVAL, changes.recv()).await {
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }
}

async fn read(path: &PathBuf) -> Result<String, String> {
    let size = tokio::fs::metadata(path)
        .await
        .map_err(|error| cannot_read(&error))?
        .len();
    if size > MAX_BYTES {
        return Err(format!(
            "it has {size} bytes, more than the limit of {MAX_BYTES}"
        ));
    }
    tokio::fs::read_to_string(path)
        .await
        .map_err(|error| cannot_read(&error))
}

/// Returns the reason and the fix. The caller names the file.
fn cannot_read(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => {
            "only its owner can read it; run chmod -R a+rX config".to_owned()
        }
        io::ErrorKind::NotFound => "the file does not exist; run git checkout config".to_owned(),
        _ => format!("it cannot be read: {error}"),
    }
}

fn watch(path: &std::path::Path, changed: mpsc::Sender<()>) -> Option<RecommendedWatcher> {
    let folder = path.parent()?;
    let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Our own read is an event too, but not a change. A full channel already has the event.
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
            tracing::debug!(%error, "no file events; reading the file each second");
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
    async fn an_edit_is_reported_at_once_and_an_invalid_one_with_its_place() {
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
            panic!("an invalid edit is reported")
        };
        assert!(error.contains("evn") && error.contains('3'), "{error}");
        std::fs::write(folder.join("new"), "env: {A: three}").expect("writes");
        std::fs::rename(folder.join("new"), &path).expect("renames");
        assert!(matches!(events.recv().await, Some(Event::Template(Ok(_)))));

        follower.abort();
        std::fs::remove_dir_all(&folder).expect("cleans up");
    }
}
