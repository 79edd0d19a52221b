//! Which link is asked for.

use axum::http::HeaderMap;
use serde::Serialize;

use super::Error;
use super::fields::{Body, Fields};
use crate::links::{Draft, Idempotency, Kind, Mistake, Record, USUAL_PATH, Values, render, sha256};

const ID: usize = 128;
const TYPE: usize = 64;
const TTL: std::ops::RangeInclusive<u32> = 60..=2_592_000;
const USUAL_TTL: u32 = 86_400;
const PARTICIPANTS: std::ops::RangeInclusive<u32> = 2..=50;
const USUAL_PARTICIPANTS: u32 = 10;
/// Long enough to take the phone out and point its camera.
const CHECK_TTL: u32 = 600;
const CHECK_PARTICIPANTS: u32 = 4;
/// So long a repeated request gets the same link.
const REPEATED_MS: u64 = 24 * 3600 * 1000;
const KEY: usize = 128;

/// What is asked for. Serialised it is what two requests have in common that are the same.
#[derive(Serialize)]
pub(super) struct Order {
    kind: Kind,
    professional_id: String,
    client_id: String,
    consultation_type: String,
    ttl: u32,
    path: String,
    max_participants: u32,
}

impl Order {
    pub(super) fn read(body: Body) -> Result<Self, Error> {
        let mut fields = Fields::of(body)?;
        let order = Self {
            kind: Kind::Consultation,
            professional_id: fields.text("professionalId", ID)?,
            client_id: fields.text("clientId", ID)?,
            consultation_type: fields.text("consultationType", TYPE)?,
            ttl: fields.optional_number("ttl", TTL)?.unwrap_or(USUAL_TTL),
            path: fields
                .optional::<String>("pathTemplate", "a text of 1 to 512 characters")?
                .unwrap_or_else(|| USUAL_PATH.to_owned()),
            max_participants: fields
                .optional_number("maxParticipants", PARTICIPANTS)?
                .unwrap_or(USUAL_PARTICIPANTS),
        };
        fields.end()?;
        // Whether the template can be used does not depend on the token.
        order.path("0")?;
        Ok(order)
    }

    pub(super) fn of_check() -> Self {
        Self {
            kind: Kind::Check,
            professional_id: String::new(),
            client_id: String::new(),
            consultation_type: "phone-check".to_owned(),
            ttl: CHECK_TTL,
            path: "/phone#${token}".to_owned(),
            max_participants: CHECK_PARTICIPANTS,
        }
    }

    fn path(&self, token: &str) -> Result<String, Error> {
        let values = Values {
            token,
            professional_id: &self.professional_id,
            client_id: &self.client_id,
            consultation_type: &self.consultation_type,
        };
        render(&self.path, &values).map_err(|mistake| bad_path(&mistake))
    }

    pub(super) fn record(&self, draft: &Draft, host: &str, now: u64) -> Result<Record, Error> {
        Ok(Record {
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
}

fn bad_path(mistake: &Mistake) -> Error {
    let fix = format!(
        "pathTemplate begins with exactly one / and holds ${{token}}; ${{professionalId}}, ${{clientId}} and ${{consultationType}} may be in it: {USUAL_PATH}"
    );
    Error::BAD_FIELD.saying(
        format!("pathTemplate cannot be used: {mistake}."),
        format!(
            "pathTemplate não pode ser usado: {}.",
            mistake.em_portugues()
        ),
        fix,
    )
}

/// `Idempotency-Key`, where there is one; only digests of it and of the request are kept.
pub(super) fn idempotency(
    headers: &HeaderMap,
    order: &Order,
    now: u64,
) -> Result<Option<Idempotency>, Error> {
    let mut keys = headers.get_all("idempotency-key").iter();
    let Some(key) = keys.next() else {
        return Ok(None);
    };
    let visible =
        |key: &&[u8]| key.iter().all(u8::is_ascii_graphic) && (1..=KEY).contains(&key.len());
    let key = Some(key.as_bytes())
        .filter(visible)
        .filter(|_| keys.next().is_none());
    let key = key.ok_or(Error::BAD_KEY)?;
    let body = serde_json::to_vec(order).map_err(|_| Error::INTERNAL)?;
    Ok(Some(Idempotency {
        key: sha256(key),
        body: sha256(&body),
        until: now + REPEATED_MS,
    }))
}
