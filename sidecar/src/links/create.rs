//! Creates a link: verify, write, check again. If the hostname broke meanwhile, the record is removed.

use std::ops::RangeInclusive;
use std::time::Duration;

use serde::Serialize;

use super::draft::LinkDraft;
use super::eligibility::VerifiedHost;
use super::error::LinkError;
use super::issue::{Issuance, IssueTask, IssuedLink};
use super::path::{DEFAULT_PATH_TEMPLATE, PathTemplateError, PathValues, render};
use super::record::{LinkKind, LinkRecord};
use super::service::LinkService;
use super::store::{Idempotency, Write};
use super::token::sha256;

/// Life of a link, seconds.
pub const TTL_SECONDS: RangeInclusive<u32> = 60..=2_592_000;
/// Participants of a link's room.
pub const PARTICIPANTS: RangeInclusive<u32> = 2..=50;
const DEFAULT_TTL_SECONDS: u32 = 86_400;
const DEFAULT_PARTICIPANTS: u32 = 10;
/// Long enough to take the phone out and point its camera.
const PHONE_CHECK_TTL_SECONDS: u32 = 600;
const PHONE_CHECK_PARTICIPANTS: u32 = 4;
/// Time for which a repeated request gets the same link.
const IDEMPOTENCY_MS: u64 = 24 * 3600 * 1000;

/// A request for a link. Two requests are the same when they serialise to the same JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LinkRequest {
    /// The link's purpose.
    pub kind: LinkKind,
    /// The app's own id; empty for a phone check.
    pub professional_id: String,
    /// The app's own id; empty for a phone check.
    pub client_id: String,
    /// The app's own term.
    pub consultation_type: String,
    /// Life of the link, seconds.
    pub ttl: u32,
    /// Template of the path in the app.
    pub path: String,
    /// Clients and professional together.
    pub max_participants: u32,
}

/// A link to create, the same at each attempt.
#[derive(Clone, Copy)]
pub(super) struct CreateTask<'a> {
    request: &'a LinkRequest,
    once: Option<&'a Idempotency>,
    draft: &'a LinkDraft,
}

impl LinkRequest {
    /// Returns a request for a consultation with the usual life, path and number of participants.
    pub fn consultation(professional: String, client: String, consultation_type: String) -> Self {
        Self {
            kind: LinkKind::Consultation,
            professional_id: professional,
            client_id: client,
            consultation_type,
            ttl: DEFAULT_TTL_SECONDS,
            path: DEFAULT_PATH_TEMPLATE.to_owned(),
            max_participants: DEFAULT_PARTICIPANTS,
        }
    }

    /// Returns a request for a link to test a phone with.
    pub fn phone_check() -> Self {
        Self {
            kind: LinkKind::Check,
            professional_id: String::new(),
            client_id: String::new(),
            consultation_type: "phone-check".to_owned(),
            ttl: PHONE_CHECK_TTL_SECONDS,
            path: "/phone#${token}".to_owned(),
            max_participants: PHONE_CHECK_PARTICIPANTS,
        }
    }

    /// Checks the path template. Whether it can be used does not depend on the token.
    pub fn check_path(&self) -> Result<(), PathTemplateError> {
        self.path("0").map(drop)
    }

    fn path(&self, token: &str) -> Result<String, PathTemplateError> {
        let values = PathValues {
            token,
            professional_id: &self.professional_id,
            client_id: &self.client_id,
            consultation_type: &self.consultation_type,
        };
        render(&self.path, &values)
    }

    fn record(
        &self,
        draft: &LinkDraft,
        host: &str,
        now: u64,
    ) -> Result<LinkRecord, PathTemplateError> {
        Ok(LinkRecord {
            kind: self.kind,
            room: draft.room.clone(),
            professional_id: self.professional_id.clone(),
            client_id: self.client_id.clone(),
            consultation_type: self.consultation_type.clone(),
            path: self.path(&draft.token)?,
            host: host.to_owned(),
            created_at: now,
            expires_at: now + u64::from(self.ttl) * 1000,
            max_participants: self.max_participants,
            opened: None,
            report: None,
        })
    }

    /// Digests of the caller's key and of this request; neither is kept as text.
    fn idempotency(&self, key: &[u8], now: u64) -> Idempotency {
        let body = serde_json::to_vec(self).expect("strings and numbers always serialise");
        Idempotency {
            key: sha256(key),
            body: sha256(&body),
            until: now + IDEMPOTENCY_MS,
        }
    }
}

impl LinkService {
    /// Creates a link once the public URL is verified, or returns what is awaited when `wait` is over.
    ///
    /// With an idempotency key, a repeated request returns the link that the first one created.
    pub async fn create(
        &self,
        request: &LinkRequest,
        key: Option<&[u8]>,
        wait: Duration,
    ) -> Result<Issuance, LinkError> {
        request.check_path()?;
        let once = key.map(|key| request.idempotency(key, self.engine.unix_ms()));
        let draft = LinkDraft::new(&self.links, self.engine.clock)?;
        let task = CreateTask {
            request,
            once: once.as_ref(),
            draft: &draft,
        };
        self.issue_when_verified(wait, IssueTask::Create(task))
            .await
    }

    /// Writes the record first and then checks again, so that an issued link was verified after all was done for it.
    pub(super) async fn create_verified(
        &self,
        CreateTask {
            request,
            once,
            draft,
        }: CreateTask<'_>,
        verified: VerifiedHost,
    ) -> Result<Option<IssuedLink>, LinkError> {
        let _lock = match once {
            Some(once) => Some(self.links.lock_key(once).await),
            None => None,
        };
        let record = request.record(draft, &verified.host, self.engine.unix_ms())?;
        let store = &self.links.store;
        // With a key, the next request finds what this one may leave behind.
        if once.is_none() {
            draft.begin();
        }
        match store.create(&draft.token, &record, once).await? {
            Write::OtherBody => return Err(LinkError::KeyReused),
            Write::Before(token) => {
                self.announce(&token);
                return self.resend_verified(&token, verified).await;
            }
            Write::New => {}
        }
        if !self.is_still_verified(&verified).await {
            store.remove(&draft.token, &draft.room, once, None).await?;
            draft.settle();
            return Ok(None);
        }
        self.announce(&draft.token);
        let issued = IssuedLink::of(draft.token.clone(), &record, &verified)?;
        draft.settle();
        Ok(Some(issued))
    }

    /// Notifies followers of the list, and keeps the token from being counted as a guess.
    fn announce(&self, token: &str) {
        self.links.limits.remember([token.to_owned()]);
        self.changed();
    }
}
