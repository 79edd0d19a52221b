//! Links in Redis. Every change is atomic.

use std::sync::{Arc, LazyLock};

use redis::{Script, cmd, pipe};

use super::record::LinkRecord;
use crate::storage::redis::{Down, RedisConnection};

/// Key prefix: a record in JSON, by token; expires with the link.
const LINK: &str = "sidelink:link:";
/// Key prefix: digests of resume secrets, by identity; expires with the link.
const IDENTITIES: &str = "sidelink:people:";
/// Key prefix: `<digest of the body>:<token>`, by the digest of the key.
const IDEMPOTENCY: &str = "sidelink:idempotency:";
/// Tokens by their end, Unix milliseconds.
const BY_END: &str = "sidelink:links";
/// Tokens by their creation, Unix milliseconds.
const BY_CREATION: &str = "sidelink:links:made";

/// Rooms by the end of their links, Unix milliseconds; removed once no access token for them is valid.
const ROOMS: &str = "sidelink:links:rooms";

/// Each script may be applied twice, because it names the value that it leaves.
static CREATE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("store/create.lua")));
static SWAP: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("store/swap.lua")));
static RESERVE_IDENTITY: LazyLock<Script> =
    LazyLock::new(|| Script::new(include_str!("store/reserve_identity.lua")));
static REMOVE_EXPIRED: LazyLock<Script> =
    LazyLock::new(|| Script::new(include_str!("store/remove_expired.lua")));

/// Identities of a link, some 100 bytes each. The oldest are removed first, which disconnects no participant. More than
/// a flood of joins creates at the rates of [`super::Limits`] before the professional notices.
const MAX_IDENTITIES: u32 = 512;
/// Attempts to change a record that other requests change at the same time.
const MAX_CHANGE_ATTEMPTS: u32 = 8;

/// Identifies a request that may be repeated, by digests.
#[derive(Clone)]
pub(super) struct Idempotency {
    /// Of the key.
    pub key: String,
    /// Of the request's body.
    pub body: String,
    /// End of its validity, Unix milliseconds.
    pub until: u64,
}

/// Result of writing a new link.
pub(super) enum Write {
    /// The link was written.
    New,
    /// The same request has written this link before: its token.
    Before(String),
    /// The key belongs to another request.
    OtherBody,
}

/// Ends of all links, Unix milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct LinkEnds {
    /// The next end.
    pub first: Option<u64>,
    /// The last end.
    pub last: Option<u64>,
}

/// Links in Redis.
pub(super) struct LinkStore {
    redis: Arc<RedisConnection>,
}

impl LinkStore {
    /// Returns the store in this Redis.
    pub(super) fn new(redis: Arc<RedisConnection>) -> Self {
        Self { redis }
    }

    /// Writes a new link with its index entries.
    pub(super) async fn create(
        &self,
        token: &str,
        record: &LinkRecord,
        once: Option<&Idempotency>,
    ) -> Result<Write, Down> {
        let mut create = CREATE.key(key(&[LINK, token]));
        create.key(BY_END).key(BY_CREATION).key(ROOMS);
        if let Some(once) = once {
            create.key(key(&[IDEMPOTENCY, &once.key]));
        }
        let (begins, ends) = (record.created_at, record.expires_at);
        create.arg(token).arg(json(record)).arg(ends).arg(begins);
        create.arg(&record.room).arg(LINK);
        if let Some(once) = once {
            create.arg(&once.body).arg(once.until);
        }
        let known: Option<String> = self.redis.ask_script(&create).await?;
        let known = known.as_deref().and_then(|known| known.split_once(':'));
        Ok(match (known, once) {
            (Some((body, _)), Some(once)) if body != once.body => Write::OtherBody,
            (Some((_, token)), _) => Write::Before(token.to_owned()),
            (None, _) => Write::New,
        })
    }

    /// Removes a link with everything that belongs to it. Its room is watched from `ended_at` on; `None`: the link was
    /// never handed out.
    pub(super) async fn remove(
        &self,
        token: &str,
        room: &str,
        once: Option<&Idempotency>,
        ended_at: Option<u64>,
    ) -> Result<(), Down> {
        let mut all = pipe();
        all.atomic();
        all.del(key(&[LINK, token])).del(key(&[IDENTITIES, token]));
        all.zrem(BY_END, token).zrem(BY_CREATION, token);
        match ended_at {
            Some(ended_at) => all.zadd(ROOMS, room, ended_at),
            None => all.zrem(ROOMS, room),
        };
        if let Some(once) = once {
            all.del(key(&[IDEMPOTENCY, &once.key]));
        }
        self.redis.ask_all::<()>(&all).await
    }

    /// Returns a link, if it exists.
    pub(super) async fn get(&self, token: &str) -> Result<Option<LinkRecord>, Down> {
        let record: Option<String> = self.redis.ask(cmd("GET").arg(key(&[LINK, token]))).await?;
        Ok(record.as_deref().and_then(read))
    }

    /// Returns a link, if it exists, and the digest of this identity's resume secret.
    pub(super) async fn get_with(
        &self,
        token: &str,
        identity: &str,
    ) -> Result<Option<(LinkRecord, Option<String>)>, Down> {
        let mut both = pipe();
        both.get(key(&[LINK, token]));
        both.hget(key(&[IDENTITIES, token]), identity);
        let (record, row): (Option<String>, Option<String>) = self.redis.ask_all(&both).await?;
        let digest = row.and_then(|row| Some(row.split_once(':')?.1.to_owned()));
        let record = record.as_deref().and_then(read);
        Ok(record.map(|record| (record, digest)))
    }

    /// Changes a link and returns it; `None` if it does not exist.
    pub(super) async fn change(
        &self,
        token: &str,
        change: impl Fn(&mut LinkRecord),
    ) -> Result<Option<LinkRecord>, Down> {
        for _ in 0..MAX_CHANGE_ATTEMPTS {
            let link = key(&[LINK, token]);
            let before: Option<String> = self.redis.ask(cmd("GET").arg(&link)).await?;
            let Some((before, was)) = before.and_then(|text| Some((read(&text)?, text))) else {
                return Ok(None);
            };
            let mut after = before.clone();
            change(&mut after);
            if after == before {
                return Ok(Some(after));
            }
            let mut swap = SWAP.key(link);
            swap.arg(was).arg(json(&after));
            if self.redis.ask_script::<u8>(&swap).await? == 1 {
                return Ok(Some(after));
            }
        }
        Err(Down)
    }

    /// Keeps the digest of an identity's resume secret. Returns false if the link does not exist.
    pub(super) async fn reserve_identity(
        &self,
        token: &str,
        (identity, digest): (&str, &str),
        ends: u64,
        now: u64,
    ) -> Result<bool, Down> {
        let mut reserve = RESERVE_IDENTITY.key(key(&[LINK, token]));
        reserve.key(key(&[IDENTITIES, token]));
        reserve.arg(identity).arg(format!("{now}:{digest}"));
        reserve.arg(MAX_IDENTITIES).arg(ends);
        Ok(self.redis.ask_script::<u8>(&reserve).await? == 1)
    }

    /// Returns the latest links, newest first.
    pub(super) async fn latest(&self, limit: usize) -> Result<Vec<(String, LinkRecord)>, Down> {
        let range = [0, limit.saturating_sub(1)];
        let mut command = cmd("ZRANGE");
        command.arg(BY_CREATION).arg(&range).arg("REV");
        let tokens: Vec<String> = self.redis.ask(&command).await?;
        if tokens.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<String> = tokens.iter().map(|token| key(&[LINK, token])).collect();
        let records: Vec<Option<String>> = self.redis.ask(cmd("MGET").arg(keys)).await?;
        let all = tokens.into_iter().zip(records);
        let there = all.filter_map(|(token, record)| Some((token, read(&record?)?)));
        Ok(there.collect())
    }

    /// Returns the tokens of the links that end last.
    pub(super) async fn tokens(&self, limit: usize) -> Result<Vec<String>, Down> {
        let mut command = cmd("ZRANGE");
        command
            .arg(BY_END)
            .arg(0)
            .arg(limit.saturating_sub(1))
            .arg("REV");
        self.redis.ask(&command).await
    }

    /// Removes expired links from the indexes. Returns the ends of the others.
    pub(super) async fn remove_expired(&self, now: u64) -> Result<LinkEnds, Down> {
        let mut remove = REMOVE_EXPIRED.key(BY_END);
        remove.key(BY_CREATION).arg(now);
        let (first, last): (String, String) = self.redis.ask_script(&remove).await?;
        let (first, last) = (first.parse().ok(), last.parse().ok());
        Ok(LinkEnds { first, last })
    }

    /// Returns rooms whose links ended by then, oldest first, each with its end in Unix milliseconds.
    pub(super) async fn ended_rooms(
        &self,
        by: u64,
        limit: usize,
    ) -> Result<Vec<(String, f64)>, Down> {
        let mut command = cmd("ZRANGE");
        command.arg(ROOMS).arg("-inf").arg(by).arg("BYSCORE");
        command.arg("LIMIT").arg(0).arg(limit).arg("WITHSCORES");
        self.redis.ask(&command).await
    }

    /// Restarts the watch of rooms that were open although their links have ended.
    pub(super) async fn restart_watch(&self, rooms: &[String], now: u64) -> Result<(), Down> {
        let mut all = pipe();
        for room in rooms {
            all.zadd(ROOMS, room, now);
        }
        self.redis.ask_all::<()>(&all).await
    }

    /// Removes rooms that need no watch any more.
    pub(super) async fn forget_rooms(&self, rooms: &[String]) -> Result<(), Down> {
        match rooms {
            [] => Ok(()),
            rooms => self.redis.ask(cmd("ZREM").arg(ROOMS).arg(rooms)).await,
        }
    }
}

fn key(parts: &[&str]) -> String {
    parts.concat()
}

fn json(record: &LinkRecord) -> String {
    serde_json::to_string(record).expect("strings and numbers always serialise")
}

/// A record that another version wrote and this one cannot read counts as missing.
fn read(text: &str) -> Option<LinkRecord> {
    serde_json::from_str(text).ok()
}
