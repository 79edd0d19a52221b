//! The keys in Redis, written in one transaction.

use std::sync::Arc;

use redis::pipe;

use super::PersistentState;
use crate::storage::recent_hostnames::{LIFE_MS, MAX_HOSTNAMES};
use crate::storage::redis::{Down, RedisConnection};
use sidelink_core::{DailyQuota, Event, MonthlyTraffic, is_hostname};

/// Host names by the Unix milliseconds at which each was last the stack's.
const HOSTNAMES: &str = "sidelink:hostnames";
/// The UTC day, and how many verifications were sent on it where the tunnel's provider counts requests.
const VERIFICATIONS: &str = "sidelink:verifications";
/// A clock that is set back over midnight finds its day again.
const VERIFICATIONS_LIFE_SECONDS: u64 = 2 * 24 * 3600;

/// The month, the bytes of calls over the tunnel in it, and the bridge's own counter then.
const MEDIA_TRAFFIC: &str = "sidelink:media-traffic";
const MEDIA_TRAFFIC_LIFE_SECONDS: u64 = 32 * 24 * 3600;

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

    /// Returns what an earlier process counted.
    pub(super) async fn before(&self) -> Result<Vec<Event>, Down> {
        let mut commands = pipe();
        commands.cmd("MGET").arg(VERIFICATIONS).arg(MEDIA_TRAFFIC);
        let ((sent, traffic),): ((Option<String>, Option<String>),) =
            self.redis.ask_all(&commands).await?;
        let sent = sent.and_then(|text| {
            let [day, sent] = numbers(&text)?;
            let sent = u32::try_from(sent).ok()?;
            Some(Event::SentBefore(DailyQuota { day, sent }))
        });
        let traffic = traffic.and_then(|text| {
            let [month, bytes, counter] = numbers(&text)?;
            Some(Event::TrafficBefore(MonthlyTraffic {
                month,
                bytes,
                counter,
            }))
        });
        Ok(sent.into_iter().chain(traffic).collect())
    }

    /// Writes everything or nothing.
    pub(super) async fn save(&self, state: &PersistentState, now: u64) -> Result<(), Down> {
        let PersistentState {
            host,
            sent,
            traffic,
        } = state;
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
        if traffic.bytes > 0 {
            let MonthlyTraffic {
                month,
                bytes,
                counter,
            } = traffic;
            commands
                .cmd("SET")
                .arg(MEDIA_TRAFFIC)
                .arg(format!("{month} {bytes} {counter}"))
                .arg("EX")
                .arg(MEDIA_TRAFFIC_LIFE_SECONDS)
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

/// Reads numbers with a space between each two.
fn numbers<const N: usize>(text: &str) -> Option<[u64; N]> {
    let numbers: Vec<u64> = text
        .split(' ')
        .map(|number| number.parse().ok())
        .collect::<Option<_>>()?;
    numbers.try_into().ok()
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
