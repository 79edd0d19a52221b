//! Lists links for the caller who creates them.

use std::time::Duration;

use super::error::LinkError;
use super::record::LinkRecord;
use super::service::LinkService;

/// Links in the list. Older ones exist and are not listed.
const MAX_LISTED: usize = 200;

/// The latest links.
pub struct LinkList {
    /// Number of the latest change in it.
    pub sequence: u64,
    /// The current public hostname.
    pub host: Option<String>,
    /// Tokens and records, newest first.
    pub links: Vec<(String, LinkRecord)>,
}

impl LinkService {
    /// Returns the latest links: at once, or after a change above `after`, or when `wait` is over.
    pub async fn list(&self, after: Option<u64>, wait: Duration) -> Result<LinkList, LinkError> {
        let mut changes = self.links.changes();
        if let Some(after) = after {
            let newer = changes.wait_for(|&sequence| sequence > after);
            self.engine.wait(wait, newer).await;
        }
        // Read before the links: a change meanwhile is reported by the next list.
        let sequence = *changes.borrow();
        let mut links = self.links.store.latest(MAX_LISTED).await?;
        let host = self.host().await;
        let now = self.engine.unix_ms();
        links.retain(|(_, record)| !record.has_ended(now));
        Ok(LinkList {
            sequence,
            host,
            links,
        })
    }

    /// Returns one link and the current public hostname.
    pub async fn get(&self, token: &str) -> Result<(LinkRecord, Option<String>), LinkError> {
        Ok((self.record(token).await?, self.host().await))
    }

    async fn host(&self) -> Option<String> {
        self.engine.now().await.snapshot.public_host.clone()
    }
}
