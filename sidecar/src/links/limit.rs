//! How often strangers may ask for links: by network, by link and in all, in little memory.

use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use subtle::ConstantTimeEq;

use super::identity::Identity;
pub use super::recent::TooMany;
use super::recent::{Rate, Recent};

/// Tokens that are known to be right: 100 bytes each. Of more links the oldest are looked up like guesses.
pub(super) const MAX_KNOWN: usize = 100_000;
/// Accounts of each kind, and seats: 200 bytes each.
const MAX_REMEMBERED: usize = 10_000;

/// From one network for one link. A phone that opens it sends three requests: ten phones behind one address at once.
const REQUESTS: Rate = Rate::new(30, Duration::from_secs(1));
/// All joins of a link, whatever their addresses: each costs three questions to Redis and one to LiveKit.
const JOINS: Rate = Rate::new(120, Duration::from_millis(50));
/// By a person who has verified to be back: reloads, and a line that breaks often.
const RETURNS: Rate = Rate::new(20, Duration::from_secs(1));
/// Wrong tokens of one network: a person mistypes, a program guesses.
const GUESSES: Rate = Rate::new(10, Duration::from_secs(6));
/// Wrong tokens of all networks together: so many questions to Redis a second they cost at most.
const GUESSES_IN_ALL: Rate = Rate::new(50, Duration::from_millis(100));

/// Where a request comes from: an IPv4 address, or an IPv6 network of 64 bit, which is one household.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Asker {
    /// An address of the internet.
    Network(IpAddr),
    /// An address that says nothing of the visitor, because it is a bridge's or a proxy's: all visitors share it. Then
    /// no limit per network holds, and the others do.
    Unknown,
}

/// A request for a link.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// From where.
    pub asker: Asker,
    /// What the path says, whether it can be a token or not.
    pub token: &'a str,
    /// It makes an access token, unlike a look at the link.
    pub joins: bool,
    /// What it says to be back as.
    pub back: Option<&'a Identity>,
}

/// What an admitted request is taken for until its token has been looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admitted {
    /// The token was right before.
    Known,
    /// Counted as a wrong one: [`Limits::found`] or [`Limits::not_asked`] takes that back.
    Guess,
}

/// The accounts of all.
#[derive(Debug)]
pub struct Limits {
    kept: Mutex<Kept>,
}

#[derive(Debug)]
struct Kept {
    known: Recent<Box<str>, ()>,
    /// Digests of the secrets that bring people back, by link and identity.
    seats: Recent<(Box<str>, Box<str>), String>,
    requests: Recent<(IpAddr, Box<str>), Duration>,
    joins: Recent<Box<str>, Duration>,
    returns: Recent<Box<str>, Duration>,
    guesses: Recent<IpAddr, Duration>,
    guesses_in_all: Recent<(), Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        let kept = Kept {
            known: Recent::of(MAX_KNOWN),
            seats: Recent::of(MAX_REMEMBERED),
            requests: Recent::of(MAX_REMEMBERED),
            joins: Recent::of(MAX_REMEMBERED),
            returns: Recent::of(MAX_REMEMBERED),
            guesses: Recent::of(MAX_REMEMBERED),
            guesses_in_all: Recent::of(2),
        };
        Self {
            kept: Mutex::new(kept),
        }
    }
}

impl Limits {
    /// Decides before the token is looked up. A right token never pays for wrong ones: a token's 160 bits need no help,
    /// and people who share an address with a guesser must get into their calls.
    pub fn admit(&self, asked: &Asked<'_>, now: Duration) -> Result<Admitted, TooMany> {
        let mut kept = self.kept();
        if !kept.known.has(asked.token) {
            kept.guess(asked.asker, now)?;
            return Ok(Admitted::Guess);
        }
        if let Some(back) = asked.back.filter(|back| kept.is_seated(asked.token, back)) {
            kept.returns.take((*back.identity).into(), RETURNS, now)?;
            return Ok(Admitted::Known);
        }
        if let Asker::Network(network) = asked.asker {
            let key = (network, asked.token.into());
            kept.requests.take(key, REQUESTS, now)?;
        }
        if asked.joins {
            kept.joins.take(asked.token.into(), JOINS, now)?;
        }
        Ok(Admitted::Known)
    }

    /// The token is right. `is_back`: so is what brings the person back.
    pub fn found(&self, asked: &Asked<'_>, admitted: Admitted, is_back: bool) {
        let mut kept = self.kept();
        kept.known.insert(asked.token.into(), ());
        match asked.back {
            Some(back) if is_back => kept.seat(asked.token, back),
            // Its seat is somebody else's by now.
            Some(back) => kept.seats.remove(&seat(asked.token, back)),
            None => {}
        }
        if admitted == Admitted::Guess {
            kept.give_back(asked.asker);
        }
    }

    /// The token is wrong, or the link has ended: then it pays as a wrong one does, and is told apart by nothing.
    pub fn not_found(
        &self,
        asked: &Asked<'_>,
        admitted: Admitted,
        now: Duration,
    ) -> Result<(), TooMany> {
        let mut kept = self.kept();
        kept.known.remove(asked.token);
        match admitted {
            Admitted::Known => kept.guess(asked.asker, now),
            Admitted::Guess => Ok(()),
        }
    }

    /// Redis could not say.
    pub fn not_asked(&self, asked: &Asked<'_>, admitted: Admitted) {
        if admitted == Admitted::Guess {
            self.kept().give_back(asked.asker);
        }
    }

    /// Remembers tokens of links that there are.
    pub fn know(&self, tokens: impl IntoIterator<Item = String>) {
        let mut kept = self.kept();
        for token in tokens {
            kept.known.insert(token.into(), ());
        }
    }

    /// Remembers a person who has a seat in a link, and may come back however many others ask.
    pub fn seated(&self, token: &str, identity: &Identity) {
        self.kept().seat(token, identity);
    }

    /// Nothing in here panics, so a poisoned lock holds a sound value.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Both accounts, or neither.
    fn guess(&mut self, asker: Asker, now: Duration) -> Result<(), TooMany> {
        if let Asker::Network(network) = asker {
            self.guesses.check(&network, GUESSES, now)?;
        }
        self.guesses_in_all.take((), GUESSES_IN_ALL, now)?;
        match asker {
            Asker::Network(network) => self.guesses.take(network, GUESSES, now),
            Asker::Unknown => Ok(()),
        }
    }

    fn give_back(&mut self, asker: Asker) {
        self.guesses_in_all.give_back(&(), GUESSES_IN_ALL);
        if let Asker::Network(network) = asker {
            self.guesses.give_back(&network, GUESSES);
        }
    }

    fn seat(&mut self, token: &str, identity: &Identity) {
        self.seats.insert(seat(token, identity), identity.digest());
    }

    fn is_seated(&self, token: &str, back: &Identity) -> bool {
        let kept = self.seats.get(&seat(token, back));
        kept.is_some_and(|kept| kept.as_bytes().ct_eq(back.digest().as_bytes()).into())
    }
}

fn seat(token: &str, identity: &Identity) -> (Box<str>, Box<str>) {
    (token.into(), (*identity.identity).into())
}

#[cfg(test)]
mod tests;
