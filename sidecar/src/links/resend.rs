//! Resends a link: the same token and room, under the current hostname.

use std::time::Duration;

use super::eligibility::VerifiedHost;
use super::error::LinkError;
use super::issue::{Issuance, IssueTask, IssuedLink};
use super::record::LinkRecord;
use super::service::LinkService;
use super::token::checked;
use crate::storage::redis::Down;

impl LinkService {
    /// Returns the link under the current hostname once that is verified, or what is awaited when `wait` is over.
    pub async fn resend(&self, token: &str, wait: Duration) -> Result<Issuance, LinkError> {
        // A link that does not exist is not waited for.
        let token = checked(token)?;
        if matches!(self.links.store.get(token).await, Ok(None)) {
            return Err(LinkError::NoSuchLink);
        }
        self.issue_when_verified(wait, IssueTask::Resend(token))
            .await
    }

    pub(super) async fn resend_verified(
        &self,
        token: &str,
        verified: VerifiedHost,
    ) -> Result<Option<IssuedLink>, LinkError> {
        let before = self.links.store.get(token).await?;
        let before = before.ok_or(LinkError::NoSuchLink)?;
        let moves = before.host != verified.host;
        let record = self.set_host(token, &verified.host).await?;
        let record = record.ok_or(LinkError::NoSuchLink)?;
        if !self.is_still_verified(&verified).await {
            if moves {
                self.set_host(token, &before.host).await?;
            }
            return Ok(None);
        }
        if moves {
            self.changed();
        }
        IssuedLink::of(token.to_owned(), &record, &verified).map(Some)
    }

    /// Records the hostname under which the link was handed out.
    async fn set_host(&self, token: &str, host: &str) -> Result<Option<LinkRecord>, Down> {
        let set = |record: &mut LinkRecord| host.clone_into(&mut record.host);
        self.links.store.change(token, set).await
    }
}
