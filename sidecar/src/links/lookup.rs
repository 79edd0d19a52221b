//! Looks up a link for a visitor: unknown, expired and ended ones get the same answer, and wrong tokens are limited.

use subtle::ConstantTimeEq;

use super::error::LinkError;
use super::identity::Identity;
use super::limit::{ClientNetwork, Lookup};
use super::record::LinkRecord;
use super::service::LinkService;
use super::token::{checked, is_token};
use crate::storage::redis::Down;

/// What a visitor requests of a link.
#[derive(Clone, Copy)]
pub(super) enum Visit<'a> {
    /// To read what the link is.
    Read,
    /// To join its call, perhaps as the participant of this resume secret.
    Join(Option<&'a str>),
}

/// A link, and the participant whose resume secret matches.
pub(super) struct FoundLink {
    pub(super) token: String,
    pub(super) record: LinkRecord,
    pub(super) identity: Option<Identity>,
}

impl LinkService {
    /// Returns the link of this token for a visitor.
    pub async fn read(&self, token: &str, network: ClientNetwork) -> Result<LinkRecord, LinkError> {
        let found = self.visit(token, network, Visit::Read).await?;
        Ok(found.record)
    }

    /// Returns the link of this token within the visitor's rate limits.
    pub(super) async fn visit(
        &self,
        token: &str,
        network: ClientNetwork,
        visit: Visit<'_>,
    ) -> Result<FoundLink, LinkError> {
        let (joins, resume) = match visit {
            Visit::Read => (false, None),
            Visit::Join(resume) => (true, resume),
        };
        let resumed = resume.and_then(Identity::resumed);
        // What cannot be a token is counted as one wrong token, whatever it is.
        let token = if is_token(token) { token } else { "" };
        let lookup = Lookup {
            network,
            token,
            joins,
            resumed: resumed.as_ref(),
        };
        let limits = &self.links.limits;
        let admission = limits.admit(&lookup, self.engine.clock.now().mono)?;
        if token.is_empty() {
            return Err(LinkError::NoSuchLink);
        }
        match self.find(token, resumed.clone()).await {
            Ok(Some(found)) => {
                limits.found(&lookup, admission, found.identity.is_some());
                Ok(found)
            }
            Ok(None) => {
                limits.not_found(&lookup, admission, self.engine.clock.now().mono)?;
                Err(LinkError::NoSuchLink)
            }
            Err(down) => {
                limits.unanswered(&lookup, admission);
                Err(down.into())
            }
        }
    }

    /// Returns the record of this token, also of a link that has ended.
    pub(super) async fn record(&self, token: &str) -> Result<LinkRecord, LinkError> {
        let record = self.links.store.get(checked(token)?).await?;
        record.ok_or(LinkError::NoSuchLink)
    }

    /// Returns the link unless it has ended, with the resumed identity if its secret matches.
    pub(super) async fn find(
        &self,
        token: &str,
        resumed: Option<Identity>,
    ) -> Result<Option<FoundLink>, Down> {
        let identity = resumed.as_ref().map_or("", |resumed| &resumed.identity);
        let found = self.links.store.get_with(token, identity).await?;
        let now = self.engine.unix_ms();
        let Some((record, digest)) = found.filter(|(record, _)| !record.has_ended(now)) else {
            return Ok(None);
        };
        let matches = |resumed: &Identity| {
            let kept = digest.as_deref().unwrap_or_default();
            bool::from(resumed.digest().as_bytes().ct_eq(kept.as_bytes()))
        };
        Ok(Some(FoundLink {
            token: token.to_owned(),
            record,
            identity: resumed.filter(matches),
        }))
    }
}
