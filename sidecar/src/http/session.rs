//! Who is signed in to the dashboard: codes that are good once, sessions that end by themselves, all in memory.
//!
//! A restart of the sidecar signs everybody out, which costs one more `sidelink dashboard`.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use subtle::ConstantTimeEq;
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::random::{RandomError, hex};
use crate::runtime::clock::Clock;
use sidelink_core::Now;

/// What a code lives: long enough to find the browser's window.
pub const CODE_LIFE: Duration = Duration::from_secs(10 * 60);
/// What a session lives: a working day.
pub const SESSION_LIFE: Duration = Duration::from_secs(12 * 60 * 60);
/// Codes that are outstanding at a time; one more takes the place of the oldest.
const CODES: usize = 8;
/// Sessions at a time; one more takes the place of the oldest.
const SESSIONS: usize = 32;
/// How late the end of a session's time may be noticed.
const LOOK: Duration = Duration::from_secs(25);
/// 256 bit: nobody guesses it.
const BYTES: usize = 32;

/// Codes and sessions.
#[derive(Debug, Default)]
pub struct Sessions {
    kept: Mutex<Kept>,
    /// Wakes whoever follows something in a session.
    changed: Notify,
}

#[derive(Default)]
struct Kept {
    codes: Vec<Entry>,
    sessions: Vec<Entry>,
}

/// A secret and its end.
struct Entry {
    secret: String,
    until: Until,
}

/// An end on both clocks, whichever comes first: the monotonic one stands still while the machine sleeps,
/// the other may be set back.
struct Until {
    unix_ms: u64,
    mono: Duration,
}

impl Sessions {
    /// A new code, for a login link.
    pub fn code(&self, now: Now) -> Result<String, RandomError> {
        let entry = Entry::new(now, CODE_LIFE)?;
        Ok(self.kept(now).add_code(entry))
    }

    /// A session for a code, which is used up by that.
    pub fn redeem(&self, code: &str, now: Now) -> Result<Option<String>, RandomError> {
        let entry = Entry::new(now, SESSION_LIFE)?;
        let mut kept = self.kept(now);
        let Some(at) = position(&kept.codes, code) else {
            return Ok(None);
        };
        kept.codes.remove(at);
        let session = kept.add_session(entry);
        drop(kept);
        self.changed.notify_waiters();
        Ok(Some(session))
    }

    /// The session is one of ours and has not ended.
    pub fn holds(&self, session: &str, now: Now) -> bool {
        position(&self.kept(now).sessions, session).is_some()
    }

    /// Ends it; an unknown one has ended already.
    pub fn end(&self, session: &str, now: Now) {
        let mut kept = self.kept(now);
        if let Some(at) = position(&kept.sessions, session) {
            kept.sessions.remove(at);
        }
        drop(kept);
        self.changed.notify_waiters();
    }

    /// Returns once the session has ended.
    pub async fn over(&self, session: &str, clock: Clock) {
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            changed.as_mut().enable();
            if !self.holds(session, clock.now()) {
                return;
            }
            let _ = timeout(LOOK, changed).await;
        }
    }

    /// Without what has run out. Nothing in here panics, so a poisoned lock holds a sound value.
    fn kept(&self, now: Now) -> MutexGuard<'_, Kept> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.codes.retain(|entry| entry.until.is_ahead(now));
        kept.sessions.retain(|entry| entry.until.is_ahead(now));
        kept
    }
}

impl Kept {
    fn add_code(&mut self, entry: Entry) -> String {
        add(&mut self.codes, entry, CODES)
    }

    fn add_session(&mut self, entry: Entry) -> String {
        add(&mut self.sessions, entry, SESSIONS)
    }
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kept")
            .field("codes", &self.codes.len())
            .field("sessions", &self.sessions.len())
            .finish()
    }
}

impl Entry {
    fn new(now: Now, life: Duration) -> Result<Self, RandomError> {
        let life_ms = u64::try_from(life.as_millis()).unwrap_or(u64::MAX);
        Ok(Self {
            secret: hex(BYTES)?,
            until: Until {
                unix_ms: now.unix_ms.saturating_add(life_ms),
                mono: now.mono + life,
            },
        })
    }
}

impl Until {
    fn is_ahead(&self, now: Now) -> bool {
        now.unix_ms < self.unix_ms && now.mono < self.mono
    }
}

fn add(entries: &mut Vec<Entry>, entry: Entry, most: usize) -> String {
    if entries.len() >= most {
        entries.remove(0);
    }
    let secret = entry.secret.clone();
    entries.push(entry);
    secret
}

/// Compared in constant time, and with each of them: how long it takes tells nothing.
fn position(entries: &[Entry], given: &str) -> Option<usize> {
    let mut found = None;
    for (at, entry) in entries.iter().enumerate() {
        if entry.secret.as_bytes().ct_eq(given.as_bytes()).into() {
            found = Some(at);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Now {
        Now {
            unix_ms: 1_795_240_000_000 + seconds * 1000,
            mono: Duration::from_secs(seconds),
        }
    }

    fn code(sessions: &Sessions, now: Now) -> String {
        sessions.code(now).expect("random numbers")
    }

    fn redeem(sessions: &Sessions, code: &str, now: Now) -> Option<String> {
        sessions.redeem(code, now).expect("random numbers")
    }

    #[test]
    fn a_code_is_good_once_and_for_ten_minutes() {
        let sessions = Sessions::default();
        let first = code(&sessions, at(0));
        assert_eq!(first.len(), 64);
        let session = redeem(&sessions, &first, at(599)).expect("in time");
        assert!(sessions.holds(&session, at(600)));
        assert_eq!(redeem(&sessions, &first, at(599)), None, "used up");
        let late = code(&sessions, at(0));
        assert_eq!(redeem(&sessions, &late, at(600)), None, "too late");
        assert_eq!(redeem(&sessions, "", at(0)), None);
    }

    #[test]
    fn a_session_ends_by_itself_also_over_a_sleep_and_by_wish() {
        let sessions = Sessions::default();
        let signed_in = || redeem(&sessions, &code(&sessions, at(0)), at(0)).expect("signed in");
        let session = signed_in();
        let suspended = Now {
            mono: Duration::from_secs(5),
            ..at(12 * 3600)
        };
        assert!(sessions.holds(&session, at(12 * 3600 - 1)));
        assert!(
            !sessions.holds(&session, suspended),
            "twelve hours by the wall clock"
        );
        let session = signed_in();
        sessions.end(&session, at(1));
        assert!(!sessions.holds(&session, at(1)));
    }

    #[test]
    fn there_are_few_of_each_and_the_oldest_goes_first() {
        let sessions = Sessions::default();
        let codes: Vec<_> = (0..=CODES).map(|_| code(&sessions, at(0))).collect();
        assert_eq!(redeem(&sessions, &codes[0], at(0)), None);
        assert!(redeem(&sessions, &codes[1], at(0)).is_some());
        let open: Vec<_> = (0..=SESSIONS)
            .map(|_| redeem(&sessions, &code(&sessions, at(1)), at(1)).expect("signed in"))
            .collect();
        assert!(!sessions.holds(&open[0], at(1)) && sessions.holds(&open[SESSIONS], at(1)));
        assert!(
            !format!("{sessions:?}").contains(&open[SESSIONS]),
            "a log would show it"
        );
    }
}
