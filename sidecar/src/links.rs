//! Links that are handed out: made, opened, reported on, ended. Redis keeps them, so that they outlive this process.

mod draft;
mod ended_rooms;
pub mod identity;
mod limit;
mod path;
mod recent;
mod record;
mod store;
mod token;
mod turn;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

pub use draft::Draft;
pub use limit::{Admitted, Asked, Asker, Limits, TooMany};
pub use path::{Mistake, USUAL as USUAL_PATH, Values, render};
pub use record::{Device, Kind, Leg, Media, Opened, Protocol, Record, Report};
pub use store::{Ends, Idempotency, Made, Store};
pub(crate) use token::sha256;
pub use token::{is_token, token};
pub use turn::Turn;

use crate::livekit::room_service::RoomService;
use crate::runtime::clock::Clock;
use crate::runtime_config::cache::RuntimeConfigCache;
pub use crate::storage::redis::Down;
use crate::storage::redis::RedisConnection;
use sidelink_core::Event;

/// Between two looks at when links end, and while Redis is down.
const LOOK: Duration = Duration::from_secs(1);
/// A look is due at the latest then, for ends that a clock set meanwhile has moved.
const LONGEST: Duration = Duration::from_secs(3600);

/// All links, and who waits for a change of them.
pub struct Links {
    /// In Redis.
    pub store: Store,
    /// How often strangers may ask.
    pub limits: Limits,
    /// Grows with every change: `max(last + 1, Unix milliseconds)`, so it also grows over a restart.
    sequence: watch::Sender<u64>,
    turns: turn::Turns,
}

impl fmt::Debug for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Links").finish_non_exhaustive()
    }
}

impl Links {
    /// Kept in this Redis, which is asked when somebody asks.
    pub fn new(redis: Arc<RedisConnection>, clock: Clock) -> Arc<Self> {
        Arc::new(Self {
            store: Store::new(redis),
            limits: Limits::default(),
            sequence: watch::Sender::new(clock.now().unix_ms),
            turns: turn::Turns::default(),
        })
    }

    /// Something about a link is new.
    pub fn changed(&self, clock: Clock) {
        let now = clock.now().unix_ms;
        self.sequence.send_modify(|last| *last = now.max(*last + 1));
    }

    /// The number of the latest change, and those to come.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.sequence.subscribe()
    }

    /// Waits for the turn: until it is dropped, no other request makes a link with this key.
    pub async fn turn(&self, once: &Idempotency) -> Turn<'_> {
        self.turns.take(&once.key).await
    }

    /// Remembers every token that there is, so that none is taken for a guess; false while Redis does not answer.
    async fn knows_all(&self) -> bool {
        let tokens = self.store.tokens(limit::MAX_KNOWN).await;
        tokens.map(|tokens| self.limits.know(tokens)).is_ok()
    }

    /// Tells of ends and of another public name, closes the rooms of ended links, and tells the engine until when links
    /// are good. Runs for ever.
    pub async fn follow(
        self: Arc<Self>,
        mut published: watch::Receiver<Arc<RuntimeConfigCache>>,
        events: mpsc::Sender<Event>,
        rooms: RoomService,
        clock: Clock,
    ) {
        let mut changes = self.changes();
        let (mut host, mut until, mut next_end) = (None, None, None);
        let mut all_known = false;
        loop {
            let looked = Instant::now();
            let now = clock.now().unix_ms;
            let ends = self.store.tidy(now).await;
            // Whatever Redis was given back after an outage is known again, too.
            all_known = ends.is_ok() && (all_known || self.knows_all().await);
            let watches = match ends {
                Ok(_) => self.closes_rooms(&rooms, now).await,
                Err(Down) => None,
            };
            if let Ok(Ends { first, last }) = ends {
                if next_end.is_some_and(|end: u64| end <= now) {
                    self.changed(clock);
                }
                next_end = first;
                if last != std::mem::replace(&mut until, last) {
                    let _ = events.send(Event::LinksUntil { unix_ms: last }).await;
                }
            }
            let pause = next_look(ends, clock.now().unix_ms);
            let mut next = looked + watches.map_or(pause, |look| look.min(pause));
            loop {
                tokio::select! {
                    () = sleep_until(next) => break,
                    // Many are made in a second, and one look is enough for all of them.
                    _ = changes.changed() => next = next.min(looked + LOOK),
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

/// How long after this one.
fn next_look(ends: Result<Ends, Down>, now: u64) -> Duration {
    match ends {
        Err(Down) => LOOK,
        Ok(Ends { first: None, .. }) => LONGEST,
        Ok(Ends {
            first: Some(first), ..
        }) => Duration::from_millis(first.saturating_sub(now)).clamp(LOOK, LONGEST),
    }
}
