//! Hands a link out once the public URL is verified, or reports what is awaited.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

use super::create::CreateTask;
use super::eligibility::{Eligibility, FRESH_REQUEST_INTERVAL, VerifiedHost, blocked_by};
use super::error::LinkError;
use super::record::LinkRecord;
use super::service::LinkService;
use crate::qr;
use crate::runtime_config::cache::RuntimeConfigCache;

/// Between two attempts while Redis is down.
const REDIS_RETRY_INTERVAL: Duration = Duration::from_millis(250);

/// A link under the current hostname, verified after everything was written.
///
/// No `Debug`: it holds the token.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuedLink {
    /// Of the link.
    pub token: String,
    /// What the client opens.
    pub url: String,
    /// LiveKit's room.
    pub room: String,
    /// End of the link, Unix milliseconds.
    pub expires_at: u64,
    /// Latest verification of the public URL, Unix milliseconds.
    pub verified_at: u64,
    /// The URL as a QR code in SVG.
    pub qr: String,
}

/// What a request for a link results in.
pub enum Issuance {
    /// The link.
    Issued(IssuedLink),
    /// No link yet: what was published when the wait ended.
    Awaited(Arc<RuntimeConfigCache>),
}

/// What is to be handed out.
#[derive(Clone, Copy)]
pub(super) enum IssueTask<'a> {
    Create(CreateTask<'a>),
    /// An existing link, by its token.
    Resend(&'a str),
}

impl LinkService {
    /// Issues the link once the public URL is verified. Returns what is awaited when the wait ends.
    pub(super) async fn issue_when_verified(
        &self,
        wait: Duration,
        task: IssueTask<'_>,
    ) -> Result<Issuance, LinkError> {
        let deadline = Instant::now() + wait;
        let mut published = self.engine.published.clone();
        loop {
            published.mark_unchanged();
            let now = self.engine.now().await;
            let eligibility = Eligibility::of(&now.snapshot, self.engine.unix_ms());
            self.request_verification(&eligibility).await;
            let mut redis_down = None;
            match eligibility {
                Eligibility::Failed(error) => return Err(error),
                Eligibility::Awaited { .. } => {}
                Eligibility::Verified(verified) => match self.issue(task, verified).await {
                    Ok(Some(issued)) => return Ok(Issuance::Issued(issued)),
                    Ok(None) => {}
                    Err(LinkError::Redis(down)) => redis_down = Some(down.into()),
                    Err(error) => return Err(error),
                },
            }
            let retry = match redis_down {
                Some(_) => REDIS_RETRY_INTERVAL,
                None => FRESH_REQUEST_INTERVAL,
            };
            let over = tokio::select! {
                _ = published.changed() => false,
                // The engine may have verified another hostname meanwhile, or Redis may be back.
                () = sleep(retry) => false,
                () = sleep_until(deadline) => true,
                () = self.engine.drains() => true,
            };
            if over || Instant::now() >= deadline {
                return self.awaited(redis_down);
            }
        }
    }

    fn awaited(&self, redis_down: Option<LinkError>) -> Result<Issuance, LinkError> {
        let latest = self.engine.latest();
        let blocked = redis_down.or_else(|| blocked_by(&latest.snapshot, self.engine.unix_ms()));
        blocked.map_or(Ok(Issuance::Awaited(latest)), Err)
    }

    /// Returns `None` if the hostname was no longer verified after the write; then nothing of it is left.
    async fn issue(
        &self,
        task: IssueTask<'_>,
        verified: VerifiedHost,
    ) -> Result<Option<IssuedLink>, LinkError> {
        match task {
            IssueTask::Create(task) => self.create_verified(task, verified).await,
            IssueTask::Resend(token) => self.resend_verified(token, verified).await,
        }
    }
}

impl IssuedLink {
    pub(super) fn of(
        token: String,
        record: &LinkRecord,
        verified: &VerifiedHost,
    ) -> Result<Self, LinkError> {
        let url = record.url(&verified.host);
        Ok(Self {
            qr: qr::svg(&url).ok_or(LinkError::QrCode)?,
            url,
            token,
            room: record.room.clone(),
            expires_at: record.expires_at,
            verified_at: verified.verified_at,
        })
    }
}
