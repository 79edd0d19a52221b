//! Links in Redis: what is done to them is done whole or not at all.

use std::sync::{Arc, LazyLock};

use redis::{Script, cmd, pipe};

use super::record::Record;
use crate::storage::redis::{Down, RedisConnection};

/// A record, by token, in JSON; ends with the link.
const LINK: &str = "sidelink:link:";
/// Digests of what brings an identity back, by identity; ends with the link.
const PEOPLE: &str = "sidelink:people:";
/// `<digest of the body>:<token>`, by the digest of the key.
const IDEMPOTENCY: &str = "sidelink:idempotency:";
/// Tokens by their end, Unix milliseconds.
const BY_END: &str = "sidelink:links";
/// Tokens by their beginning, Unix milliseconds.
const BY_BEGINNING: &str = "sidelink:links:made";

/// Rooms by the end of their links, Unix milliseconds; forgotten once nobody can be in them any more.
const ROOMS: &str = "sidelink:links:rooms";

/// What these do may be done twice: they name what they leave.
static MAKE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("store/make.lua")));
static SWAP: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("store/swap.lua")));
static SEAT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("store/seat.lua")));
static TIDY: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("store/tidy.lua")));

/// Identities that a link knows, some 100 bytes each; the oldest are forgotten first, and nobody is put out by that. More
/// than a flood of joins makes before the professional sees it, at [`super::Limits`]' rates.
const PEOPLE_MOST: u32 = 512;
/// A record that others change at the same time is read again so often.
const TRIES: u32 = 8;

/// What names a request that may come twice, as digests.
#[derive(Clone)]
pub struct Idempotency {
    /// Of the key.
    pub key: String,
    /// Of all that is asked for.
    pub body: String,
    /// It is honoured until then, Unix milliseconds.
    pub until: u64,
}

/// What came of making one.
pub enum Made {
    /// It is there now.
    New,
    /// The same request has made this one before: its token.
    Before(String),
    /// The key belongs to another request.
    OtherBody,
}

/// When links end, Unix milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    /// The next one does then.
    pub first: Option<u64>,
    /// The last one does then.
    pub last: Option<u64>,
}

/// Links in Redis.
pub struct Store {
    redis: Arc<RedisConnection>,
}

impl Store {
    /// Links in this Redis.
    pub fn new(redis: Arc<RedisConnection>) -> Self {
        Self { redis }
    }

    /// Makes a link, with its places in the indexes, whole or not at all.
    pub async fn make(
        &self,
        token: &str,
        record: &Record,
        once: Option<&Idempotency>,
    ) -> Result<Made, Down> {
        let mut make = MAKE.key(key(&[LINK, token]));
        make.key(BY_END).key(BY_BEGINNING).key(ROOMS);
        if let Some(once) = once {
            make.key(key(&[IDEMPOTENCY, &once.key]));
        }
        let (begins, ends) = (record.created_at, record.expires_at);
        make.arg(token).arg(json(record)).arg(ends).arg(begins);
        make.arg(&record.room).arg(LINK);
        if let Some(once) = once {
            make.arg(&once.body).arg(once.until);
        }
        let known: Option<String> = self.redis.ask_script(&make).await?;
        let known = known.as_deref().and_then(|known| known.split_once(':'));
        Ok(match (known, once) {
            (Some((body, _)), Some(once)) if body != once.body => Made::OtherBody,
            (Some((_, token)), _) => Made::Before(token.to_owned()),
            (None, _) => Made::New,
        })
    }

    /// Takes a link away, with everything that belongs to it. Its room is watched from `ended_at` on, unless the link
    /// was never handed out.
    pub async fn remove(
        &self,
        token: &str,
        room: &str,
        once: Option<&Idempotency>,
        ended_at: Option<u64>,
    ) -> Result<(), Down> {
        let mut all = pipe();
        all.atomic();
        all.del(key(&[LINK, token])).del(key(&[PEOPLE, token]));
        all.zrem(BY_END, token).zrem(BY_BEGINNING, token);
        match ended_at {
            Some(ended_at) => all.zadd(ROOMS, room, ended_at),
            None => all.zrem(ROOMS, room),
        };
        if let Some(once) = once {
            all.del(key(&[IDEMPOTENCY, &once.key]));
        }
        self.redis.ask_all::<()>(&all).await
    }

    /// A link, if there is one.
    pub async fn get(&self, token: &str) -> Result<Option<Record>, Down> {
        let record: Option<String> = self.redis.ask(cmd("GET").arg(key(&[LINK, token]))).await?;
        Ok(record.as_deref().and_then(read))
    }

    /// A link, if there is one, and the digest of what brings this identity back.
    pub async fn get_with(
        &self,
        token: &str,
        identity: &str,
    ) -> Result<Option<(Record, Option<String>)>, Down> {
        let mut both = pipe();
        both.get(key(&[LINK, token]));
        both.hget(key(&[PEOPLE, token]), identity);
        let (record, row): (Option<String>, Option<String>) = self.redis.ask_all(&both).await?;
        let digest = row.and_then(|row| Some(row.split_once(':')?.1.to_owned()));
        let record = record.as_deref().and_then(read);
        Ok(record.map(|record| (record, digest)))
    }

    /// Changes a link as it is at that moment; what it is then. `None`: there is none.
    pub async fn change(
        &self,
        token: &str,
        change: impl Fn(&mut Record),
    ) -> Result<Option<Record>, Down> {
        for _ in 0..TRIES {
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

    /// Keeps what brings an identity back, while the link is there.
    pub async fn seat(
        &self,
        token: &str,
        (identity, digest): (&str, &str),
        ends: u64,
        now: u64,
    ) -> Result<bool, Down> {
        let mut seat = SEAT.key(key(&[LINK, token]));
        seat.key(key(&[PEOPLE, token]));
        seat.arg(identity).arg(format!("{now}:{digest}"));
        seat.arg(PEOPLE_MOST).arg(ends);
        Ok(self.redis.ask_script::<u8>(&seat).await? == 1)
    }

    /// The latest, newest first.
    pub async fn latest(&self, most: usize) -> Result<Vec<(String, Record)>, Down> {
        let range = [0, most.saturating_sub(1)];
        let mut command = cmd("ZRANGE");
        command.arg(BY_BEGINNING).arg(&range).arg("REV");
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
    pub async fn tokens(&self, most: usize) -> Result<Vec<String>, Down> {
        let mut command = cmd("ZRANGE");
        command
            .arg(BY_END)
            .arg(0)
            .arg(most.saturating_sub(1))
            .arg("REV");
        self.redis.ask(&command).await
    }

    /// Forgets links that have ended; when the others end.
    pub async fn tidy(&self, now: u64) -> Result<Ends, Down> {
        let mut tidy = TIDY.key(BY_END);
        tidy.key(BY_BEGINNING).arg(now);
        let (first, last): (String, String) = self.redis.ask_script(&tidy).await?;
        let (first, last) = (first.parse().ok(), last.parse().ok());
        Ok(Ends { first, last })
    }

    /// Returns rooms whose links ended by then, the first first, and each time in Unix milliseconds.
    pub async fn ended_rooms(&self, by: u64, most: usize) -> Result<Vec<(String, f64)>, Down> {
        let mut command = cmd("ZRANGE");
        command.arg(ROOMS).arg("-inf").arg(by).arg("BYSCORE");
        command.arg("LIMIT").arg(0).arg(most).arg("WITHSCORES");
        self.redis.ask(&command).await
    }

    /// Watches rooms that were open although their links have ended as if these had ended now.
    pub async fn ended_again(&self, rooms: &[String], now: u64) -> Result<(), Down> {
        let mut all = pipe();
        for room in rooms {
            all.zadd(ROOMS, room, now);
        }
        self.redis.ask_all::<()>(&all).await
    }

    /// Forgets rooms that are watched no more.
    pub async fn forget_rooms(&self, rooms: &[String]) -> Result<(), Down> {
        match rooms {
            [] => Ok(()),
            rooms => self.redis.ask(cmd("ZREM").arg(ROOMS).arg(rooms)).await,
        }
    }
}

fn key(parts: &[&str]) -> String {
    parts.concat()
}

fn json(record: &Record) -> String {
    serde_json::to_string(record).expect("strings and numbers always serialise")
}

/// What another version wrote and this one cannot read is not there.
fn read(text: &str) -> Option<Record> {
    serde_json::from_str(text).ok()
}
