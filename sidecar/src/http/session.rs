//! Login codes and sessions of the dashboard, in memory. A code is single-use; both expire.
//!
//! A restart of the sidecar ends all sessions; `sidelink dashboard` signs in again.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use subtle::ConstantTimeEq;
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::random::{RandomError, hex};
use crate::runtime::clock::{Clock, millis};
use sidelink_core::Now;

/// Life of a code: long enough to find the browser's window.
pub const CODE_LIFE: Duration = Duration::from_secs(10 * 60);
/// Life of a session: a working day.
pub const SESSION_LIFE: Duration = Duration::from_secs(12 * 60 * 60);
/// Outstanding codes; one more replaces the oldest.
const MAX_CODES: usize = 8;
/// Open sessions; one more replaces the oldest.
const MAX_SESSIONS: usize = 32;
/// Between two checks whether a session has expired.
const EXPIRY_CHECK_INTERVAL: Duration = Duration::from_secs(25);
/// Random bytes of a code or session.
const SECRET_BYTES: usize = 32;

/// Codes and sessions.
#[derive(Debug, Default)]
pub struct Sessions {
    secrets: Mutex<Secrets>,
    /// Notifies requests that last as long as a session.
    changed: Notify,
}

#[derive(Default)]
struct Secrets {
    codes: Vec<Secret>,
    sessions: Vec<Secret>,
}

/// A code or session, and its end.
struct Secret {
    secret: String,
    until: Expiry,
}

/// An end on both clocks, whichever comes first: the monotonic one stops while the machine is suspended, the other may
/// be set back.
struct Expiry {
    unix_ms: u64,
    mono: Duration,
}

impl Sessions {
    /// Returns a new code for a login link.
    pub fn code(&self, now: Now) -> Result<String, RandomError> {
        let entry = Secret::new(now, CODE_LIFE)?;
        Ok(self.secrets(now).add_code(entry))
    }

    /// Returns a session for a code, which is then used; `None` if the code is not valid.
    pub fn redeem(&self, code: &str, now: Now) -> Result<Option<String>, RandomError> {
        let entry = Secret::new(now, SESSION_LIFE)?;
        let mut secrets = self.secrets(now);
        let Some(at) = position(&secrets.codes, code) else {
            return Ok(None);
        };
        secrets.codes.remove(at);
        let session = secrets.add_session(entry);
        drop(secrets);
        self.changed.notify_waiters();
        Ok(Some(session))
    }

    /// Reports whether the session exists and has not ended.
    pub fn contains(&self, session: &str, now: Now) -> bool {
        position(&self.secrets(now).sessions, session).is_some()
    }

    /// Ends the session, if it exists.
    pub fn end(&self, session: &str, now: Now) {
        let mut secrets = self.secrets(now);
        if let Some(at) = position(&secrets.sessions, session) {
            secrets.sessions.remove(at);
        }
        drop(secrets);
        self.changed.notify_waiters();
    }

    /// Returns once the session has ended.
    pub async fn ended(&self, session: &str, clock: Clock) {
        loop {
            let mut changed = std::pin::pin!(self.changed.notified());
            changed.as_mut().enable();
            if !self.contains(session, clock.now()) {
                return;
            }
            let _ = timeout(EXPIRY_CHECK_INTERVAL, changed).await;
        }
    }

    /// Returns what has not expired. Nothing here panics while it holds the mutex, so a poisoned value is sound.
    fn secrets(&self, now: Now) -> MutexGuard<'_, Secrets> {
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.codes.retain(|entry| entry.until.is_ahead(now));
        secrets.sessions.retain(|entry| entry.until.is_ahead(now));
        secrets
    }
}

impl Secrets {
    fn add_code(&mut self, entry: Secret) -> String {
        add(&mut self.codes, entry, MAX_CODES)
    }

    fn add_session(&mut self, entry: Secret) -> String {
        add(&mut self.sessions, entry, MAX_SESSIONS)
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secrets")
            .field("codes", &self.codes.len())
            .field("sessions", &self.sessions.len())
            .finish()
    }
}

impl Secret {
    fn new(now: Now, life: Duration) -> Result<Self, RandomError> {
        let life_ms = millis(life);
        Ok(Self {
            secret: hex(SECRET_BYTES)?,
            until: Expiry {
                unix_ms: now.unix_ms.saturating_add(life_ms),
                mono: now.mono + life,
            },
        })
    }
}

impl Expiry {
    fn is_ahead(&self, now: Now) -> bool {
        now.unix_ms < self.unix_ms && now.mono < self.mono
    }
}

fn add(entries: &mut Vec<Secret>, entry: Secret, max: usize) -> String {
    if entries.len() >= max {
        entries.remove(0);
    }
    let secret = entry.secret.clone();
    entries.push(entry);
    secret
}

/// Compares in constant time, and with every entry, so that the time reveals nothing.
fn position(entries: &[Secret], given: &str) -> Option<usize> {
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
    fn a_code_is_valid_once_and_for_ten_minutes() {
        let sessions = Sessions::default();
        let first = code(&sessions, at(0));
        assert_eq!(first.len(), 64);
        let session = redeem(&sessions, &first, at(599)).expect("in time");
        assert!(sessions.contains(&session, at(600)));
        assert_eq!(redeem(&sessions, &first, at(599)), None, "used up");
        let late = code(&sessions, at(0));
        assert_eq!(redeem(&sessions, &late, at(600)), None, "too late");
        assert_eq!(redeem(&sessions, "", at(0)), None);
    }

    #[test]
    fn a_session_expires_also_while_suspended_and_ends_on_request() {
        let sessions = Sessions::default();
        let signed_in = || redeem(&sessions, &code(&sessions, at(0)), at(0)).expect("signed in");
        let session = signed_in();
        let suspended = Now {
            mono: Duration::from_secs(5),
            ..at(12 * 3600)
        };
        assert!(sessions.contains(&session, at(12 * 3600 - 1)));
        assert!(
            !sessions.contains(&session, suspended),
            "twelve hours by the wall clock"
        );
        let session = signed_in();
        sessions.end(&session, at(1));
        assert!(!sessions.contains(&session, at(1)));
    }

    #[test]
    fn the_oldest_code_and_session_are_replaced() {
        let sessions = Sessions::default();
        let codes: Vec<_> = (0..=MAX_CODES).map(|_| code(&sessions, at(0))).collect();
        assert_eq!(redeem(&sessions, &codes[0], at(0)), None);
        assert!(redeem(&sessions, &codes[1], at(0)).is_some());
        let open: Vec<_> = (0..=MAX_SESSIONS)
            .map(|_| redeem(&sessions, &code(&sessions, at(1)), at(1)).expect("signed in"))
            .collect();
        assert!(
            !sessions.contains(&open[0], at(1)) && sessions.contains(&open[MAX_SESSIONS], at(1))
        );
        assert!(
            !format!("{sessions:?}").contains(&open[MAX_SESSIONS]),
            "a log would show it"
        );
    }
}
