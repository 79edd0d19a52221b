//! The keys in Redis, written in one transaction.

use std::sync::Arc;

use redis::pipe;

use crate::storage::recent_hostnames::{LIFE_MS, MAX_HOSTNAMES};
use crate::storage::redis::{Down, RedisConnection};
use sidelink_core::{DailyQuota, is_hostname};

/// Host names by the Unix milliseconds at which each was last the stack's.
const HOSTNAMES: &str = "sidelink:hostnames";
/// The UTC day, and how many verifications were sent on it where the tunnel's provider counts requests.
const VERIFICATIONS: &str = "sidelink:verifications";
/// A clock that is set back over midnight finds its day again.
const VERIFICATIONS_LIFE_SECONDS: u64 = 2 * 24 * 3600;

/// Reads and writes the state in Redis.
#[derive(Debug)]
pub(super) struct StateStore {
    redis: Arc<RedisConnection>,
}

impl StateStore {
    pub(super) fn new(redis: Arc<RedisConnection>) -> Self {
        Self { redis }
    }

    /// Returns the names of the last 24 h, each with the Unix milliseconds at which it was last the stack's.
    pub(super) async fn hostnames(&self, now: u64) -> Result<Vec<(String, u64)>, Down> {
        let mut commands = pipe();
        commands
            .cmd("ZRANGE")
            .arg(HOSTNAMES)
            .arg(format!("({}", now.saturating_sub(LIFE_MS)))
            .arg("+inf")
            .arg("BYSCORE")
            .arg("WITHSCORES");
        let (names,): (Vec<(String, f64)>,) = self.redis.ask_all(&commands).await?;
        let names = names.into_iter().filter(|(name, _)| is_hostname(name));
        Ok(names
            .map(|(name, at)| (name, from_score(at).min(now)))
            .collect())
    }

    /// Returns the verifications that an earlier process sent, on its last day.
    pub(super) async fn sent_before(&self) -> Result<Option<DailyQuota>, Down> {
        let mut commands = pipe();
        commands.cmd("GET").arg(VERIFICATIONS);
        let (kept,): (Option<String>,) = self.redis.ask_all(&commands).await?;
        Ok(kept.and_then(|text| {
            let (day, sent) = text.split_once(' ')?;
            let (day, sent) = (day.parse().ok()?, sent.parse().ok()?);
            Some(DailyQuota { day, sent })
        }))
    }

    /// Writes everything or nothing.
    pub(super) async fn save(
        &self,
        host: Option<&str>,
        sent: DailyQuota,
        now: u64,
    ) -> Result<(), Down> {
        let mut commands = pipe();
        commands.atomic();
        if sent.sent > 0 {
            commands
                .cmd("SET")
                .arg(VERIFICATIONS)
                .arg(format!("{} {}", sent.day, sent.sent))
                .arg("EX")
                .arg(VERIFICATIONS_LIFE_SECONDS)
                .ignore();
        }
        if let Some(host) = host {
            commands
                .cmd("ZADD")
                .arg(HOSTNAMES)
                .arg(now)
                .arg(host)
                .ignore();
        }
        commands
            .cmd("ZREMRANGEBYSCORE")
            .arg(HOSTNAMES)
            .arg("-inf")
            .arg(now.saturating_sub(LIFE_MS))
            .ignore();
        let newest = i64::try_from(MAX_HOSTNAMES).unwrap_or(i64::MAX);
        commands
            .cmd("ZREMRANGEBYRANK")
            .arg(HOSTNAMES)
            .arg(0)
            .arg(-1 - newest)
            .ignore();
        self.redis.ask_all(&commands).await
    }
}

/// Converts a score, which Redis keeps as floating point; milliseconds fit until the year 287396.
fn from_score(score: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` saturates: a value out of range becomes the nearest"
    )]
    let ms = score as u64;
    ms
}
