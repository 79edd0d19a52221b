//! Links that are handed out: created, joined, reported on, ended. Redis keeps them, so they survive a restart.
//!
//! [`LinkService`] has the use cases, one file each. They know nothing of HTTP.

mod call_server;
pub mod create;
mod direct_address;
mod draft;
mod eligibility;
mod end;
mod ended_rooms;
pub mod error;
pub mod identity;
pub mod issue;
pub mod join;
mod key_locks;
mod known_paths;
mod limit;
mod list;
mod lookup;
mod path;
mod record;
mod report;
mod resend;
mod reservations;
mod service;
mod store;
mod token;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

pub use direct_address::DirectAddress;
pub use error::LinkError;
pub use limit::ClientNetwork;
pub use list::LinkList;
pub use path::{DEFAULT_PATH_TEMPLATE, PathTemplateError};
pub use record::{DeviceKind, FirstVisit, LinkKind, LinkRecord, ReportedStep, VideoReport};
pub use service::LinkService;
pub use token::is_token;

use crate::livekit::room_service::RoomService;
use crate::runtime::clock::Clock;
use crate::runtime_config::cache::RuntimeConfigCache;
use crate::storage::redis::RedisConnection;
use key_locks::{KeyLock, KeyLocks};
use limit::Limits;
use sidelink_core::Event;
use store::{Idempotency, LinkEnds, LinkStore};

/// Shortest time between two checks for ended links; also the time between two while Redis is down.
const MIN_CHECK_INTERVAL: Duration = Duration::from_secs(1);
/// Longest time between two checks, for ends that a change of the clock has moved.
const MAX_CHECK_INTERVAL: Duration = Duration::from_secs(3600);

/// All links, and a notification of each change.
pub struct Links {
    store: LinkStore,
    limits: Limits,
    /// Grows with every change: `max(last + 1, Unix milliseconds)`, so it also grows over a restart.
    sequence: watch::Sender<u64>,
    locks: KeyLocks,
}

impl fmt::Debug for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Links").finish_non_exhaustive()
    }
}

impl Links {
    /// Returns the links in this Redis, which is connected to on the first request.
    pub fn new(redis: Arc<RedisConnection>, clock: Clock) -> Arc<Self> {
        Arc::new(Self {
            store: LinkStore::new(redis),
            limits: Limits::default(),
            sequence: watch::Sender::new(clock.now().unix_ms),
            locks: KeyLocks::default(),
        })
    }

    /// Reports to all who follow the list that a link has changed.
    fn changed(&self, clock: Clock) {
        let now = clock.now().unix_ms;
        self.sequence.send_modify(|last| *last = now.max(*last + 1));
    }

    /// Returns the number of the latest change, and those to come.
    fn changes(&self) -> watch::Receiver<u64> {
        self.sequence.subscribe()
    }

    /// Takes the idempotency key. Until it is released, no other request creates a link with it.
    async fn lock_key(&self, once: &Idempotency) -> KeyLock<'_> {
        self.locks.take(&once.key).await
    }

    /// Remembers all valid tokens, so that none counts as a guess. Returns false while Redis does not answer.
    async fn remember_all(&self) -> bool {
        let tokens = self.store.tokens(limit::MAX_KNOWN_TOKENS).await;
        tokens.map(|tokens| self.limits.remember(tokens)).is_ok()
    }

    /// Watches ends of links and the public hostname: notifies followers, closes the rooms of ended links, and reports
    /// the last end to the engine. Runs until the engine ends.
    pub async fn follow(
        self: Arc<Self>,
        mut published: watch::Receiver<Arc<RuntimeConfigCache>>,
        events: mpsc::Sender<Event>,
        rooms: RoomService,
        clock: Clock,
    ) {
        let mut changes = self.changes();
        let mut host = None;
        let mut check = ExpiryCheck::default();
        loop {
            let began = Instant::now();
            let pause = check.run(&self, &events, &rooms, clock).await;
            let mut next = began + pause;
            loop {
                tokio::select! {
                    () = sleep_until(next) => break,
                    // Many links may be created in a second; one check covers all of them.
                    _ = changes.changed() => next = next.min(began + MIN_CHECK_INTERVAL),
                    changed = published.changed() => {
                        if changed.is_err() {
                            return;
                        }
                        let now = published.borrow_and_update().snapshot.public_host.clone();
                        if now != std::mem::replace(&mut host, now.clone()) {
                            self.changed(clock);
                        }
                    }
                }
            }
        }
    }
}

/// What the previous check for ended links found.
#[derive(Default)]
struct ExpiryCheck {
    /// Unix milliseconds.
    first_end: Option<u64>,
    /// Unix milliseconds.
    last_end: Option<u64>,
    /// All valid tokens are remembered.
    all_known: bool,
}

impl ExpiryCheck {
    /// Checks for ended links and their rooms. Returns the time until the next check.
    async fn run(
        &mut self,
        links: &Links,
        events: &mpsc::Sender<Event>,
        rooms: &RoomService,
        clock: Clock,
    ) -> Duration {
        let now = clock.now().unix_ms;
        let ends = links.store.remove_expired(now).await;
        // After an outage, Redis may have links that were not remembered before.
        self.all_known = ends.is_ok() && (self.all_known || links.remember_all().await);
        let Ok(ends) = ends else {
            return MIN_CHECK_INTERVAL;
        };
        let rooms_pause = links.close_ended_rooms(rooms, now).await;
        if self.first_end.is_some_and(|end| end <= now) {
            links.changed(clock);
        }
        self.first_end = ends.first;
        if ends.last != std::mem::replace(&mut self.last_end, ends.last) {
            let unix_ms = ends.last;
            let _ = events.send(Event::LinksUntil { unix_ms }).await;
        }
        let pause = until_next_end(ends, clock.now().unix_ms);
        rooms_pause.map_or(pause, |rooms_pause| rooms_pause.min(pause))
    }
}

fn until_next_end(ends: LinkEnds, now: u64) -> Duration {
    ends.first.map_or(MAX_CHECK_INTERVAL, |first| {
        Duration::from_millis(first.saturating_sub(now))
            .clamp(MIN_CHECK_INTERVAL, MAX_CHECK_INTERVAL)
    })
}
