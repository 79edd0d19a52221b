//! Links that are handed out: made, opened, reported on, ended. Redis keeps them, so that they outlive this process.

pub mod identity;
mod limit;
mod path;
mod recent;
mod record;
mod store;
mod token;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard, mpsc, watch};
use tokio::time::{Instant, sleep_until};

pub use limit::{Admitted, Asked, Asker, Limits, TooMany};
pub use path::{Mistake, USUAL as USUAL_PATH, Values, render};
pub use record::{Device, Kind, Leg, Media, Opened, Protocol, Record, Report};
pub use store::{Ends, Idempotency, Made, Store};
pub(crate) use token::sha256;
pub use token::{is_token, token};

use crate::clock::Clock;
use crate::documents::Published;
use crate::model::Event;
pub use crate::redis_connection::Down;
use crate::redis_connection::RedisConnection;

/// Requests with the same key go one after the other; others seldom meet.
const TURNS: usize = 64;
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
    turns: [Mutex<()>; TURNS],
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
            turns: std::array::from_fn(|_| Mutex::default()),
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

    /// Until it is given back, nobody else makes a link with this key.
    pub async fn turn(&self, once: &Idempotency) -> MutexGuard<'_, ()> {
        let number = once
            .key
            .bytes()
            .fold(0, |sum: usize, byte| sum * 31 % TURNS + usize::from(byte));
        self.turns[number % TURNS].lock().await
    }

    /// Remembers every token that there is, so that none is taken for a guess; false while Redis does not answer.
    async fn knows_all(&self) -> bool {
        let tokens = self.store.tokens(limit::MAX_KNOWN).await;
        tokens.map(|tokens| self.limits.know(tokens)).is_ok()
    }

    /// Tells of ends and of another public name, and the engine until when links are good. Runs for ever.
    pub async fn follow(
        self: Arc<Self>,
        mut published: watch::Receiver<Arc<Published>>,
        events: mpsc::Sender<Event>,
        clock: Clock,
    ) {
        let mut changes = self.changes();
        let (mut host, mut until) = (None, None);
        let mut all_known = false;
        loop {
            let looked = Instant::now();
            let ends = self.store.tidy(clock.now().unix_ms).await;
            // Whatever Redis was given back after an outage is known again, too.
            all_known = ends.is_ok() && (all_known || self.knows_all().await);
            if let Ok(Ends { ended, last, .. }) = ends {
                if ended > 0 {
                    self.changed(clock);
                }
                if last != std::mem::replace(&mut until, last) {
                    let _ = events.send(Event::LinksUntil { unix_ms: last }).await;
                }
            }
            let mut next = looked + next_look(ends, clock.now().unix_ms);
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
