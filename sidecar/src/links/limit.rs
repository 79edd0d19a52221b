//! Rate limits for visitors: by network, by link and in total, in bounded memory.

use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use subtle::ConstantTimeEq;

use super::identity::Identity;
pub(super) use crate::recent::TooMany;
use crate::recent::{Rate, Recent};

/// Valid tokens that are remembered, 100 bytes each. Of more links, the oldest are looked up like guesses.
pub(super) const MAX_KNOWN_TOKENS: usize = 100_000;
/// Accounts of each kind, and participants, 200 bytes each.
const MAX_ACCOUNTS: usize = 10_000;

/// Requests of one network for one link. A phone that opens it sends three: ten phones behind one address at once.
const REQUESTS: Rate = Rate::new(30, Duration::from_secs(1));
/// Joins of one link, from all addresses. Each costs three queries to Redis and one to LiveKit.
const JOINS: Rate = Rate::new(120, Duration::from_millis(50));
/// Joins of a participant with a valid resume secret: reloads, and a connection that breaks often.
const RETURNS: Rate = Rate::new(20, Duration::from_secs(1));
/// Wrong tokens of one network: a user mistypes, a program guesses.
const GUESSES: Rate = Rate::new(10, Duration::from_secs(6));
/// Wrong tokens of all networks together, which bounds the queries to Redis.
const GUESSES_IN_ALL: Rate = Rate::new(50, Duration::from_millis(100));

/// The network of a client: an IPv4 address, or an IPv6 network of 64 bits, which is one household.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientNetwork {
    /// An address of the internet.
    Address(IpAddr),
    /// An address that all visitors share, because it is a bridge's or a proxy's. Limits per network do not apply, the
    /// others do.
    Unknown,
}

/// A visitor's request for a link.
#[derive(Clone, Copy)]
pub(super) struct Lookup<'a> {
    /// Of the client.
    pub network: ClientNetwork,
    /// The token in the path; empty if what is there cannot be one.
    pub token: &'a str,
    /// Whether the request creates an access token.
    pub joins: bool,
    /// The identity that the request claims to resume.
    pub resumed: Option<&'a Identity>,
}

/// How an admitted request is counted until its token has been looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// The token was valid before.
    Known,
    /// Counted as a wrong token: [`Limits::found`] or [`Limits::unanswered`] undoes that.
    Guess,
}

/// The accounts of all clients and links.
#[derive(Debug)]
pub(super) struct Limits {
    accounts: Mutex<Accounts>,
}

#[derive(Debug)]
struct Accounts {
    known: Recent<Box<str>, ()>,
    /// Digests of resume secrets, by link and identity.
    participants: Recent<(Box<str>, Box<str>), String>,
    requests: Recent<(IpAddr, Box<str>), Duration>,
    joins: Recent<Box<str>, Duration>,
    returns: Recent<Box<str>, Duration>,
    guesses: Recent<IpAddr, Duration>,
    guesses_in_all: Recent<(), Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        let accounts = Accounts {
            known: Recent::of(MAX_KNOWN_TOKENS),
            participants: Recent::of(MAX_ACCOUNTS),
            requests: Recent::of(MAX_ACCOUNTS),
            joins: Recent::of(MAX_ACCOUNTS),
            returns: Recent::of(MAX_ACCOUNTS),
            guesses: Recent::of(MAX_ACCOUNTS),
            guesses_in_all: Recent::of(2),
        };
        Self {
            accounts: Mutex::new(accounts),
        }
    }
}

impl Limits {
    /// Admits or refuses a request before its token is looked up. Wrong tokens never count against a valid one: a token
    /// has 160 bits, and users who share an address with a guesser must get into their calls.
    pub(super) fn admit(&self, lookup: &Lookup<'_>, now: Duration) -> Result<Admission, TooMany> {
        let mut accounts = self.accounts();
        if !accounts.known.has(lookup.token) {
            accounts.guess(lookup.network, now)?;
            return Ok(Admission::Guess);
        }
        if let Some(back) = lookup
            .resumed
            .filter(|back| accounts.is_participant(lookup.token, back))
        {
            accounts
                .returns
                .take((*back.identity).into(), RETURNS, now)?;
            return Ok(Admission::Known);
        }
        if let ClientNetwork::Address(network) = lookup.network {
            let key = (network, lookup.token.into());
            accounts.requests.take(key, REQUESTS, now)?;
        }
        if lookup.joins {
            accounts.joins.take(lookup.token.into(), JOINS, now)?;
        }
        Ok(Admission::Known)
    }

    /// Records that the token is valid. `is_resumed`: so is the resume secret.
    pub(super) fn found(&self, lookup: &Lookup<'_>, admission: Admission, is_resumed: bool) {
        let mut accounts = self.accounts();
        accounts.known.insert(lookup.token.into(), ());
        match lookup.resumed {
            Some(back) if is_resumed => accounts.add_participant(lookup.token, back),
            // The identity belongs to another participant by now.
            Some(back) => accounts
                .participants
                .remove(&participant_key(lookup.token, back)),
            None => {}
        }
        if admission == Admission::Guess {
            accounts.give_back(lookup.network);
        }
    }

    /// Records that the token is wrong or the link has ended. Both count the same and get the same answer.
    pub(super) fn not_found(
        &self,
        lookup: &Lookup<'_>,
        admission: Admission,
        now: Duration,
    ) -> Result<(), TooMany> {
        let mut accounts = self.accounts();
        accounts.known.remove(lookup.token);
        match admission {
            Admission::Known => accounts.guess(lookup.network, now),
            Admission::Guess => Ok(()),
        }
    }

    /// Redis could not say.
    pub(super) fn unanswered(&self, lookup: &Lookup<'_>, admission: Admission) {
        if admission == Admission::Guess {
            self.accounts().give_back(lookup.network);
        }
    }

    /// Remembers tokens of existing links.
    pub(super) fn remember(&self, tokens: impl IntoIterator<Item = String>) {
        let mut accounts = self.accounts();
        for token in tokens {
            accounts.known.insert(token.into(), ());
        }
    }

    /// Remembers a participant of a link, who may return however many others request it.
    pub(super) fn remember_participant(&self, token: &str, identity: &Identity) {
        self.accounts().add_participant(token, identity);
    }

    /// Nothing here panics while it holds the mutex, so a poisoned value is sound.
    fn accounts(&self) -> MutexGuard<'_, Accounts> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Accounts {
    /// Charges both accounts, or neither.
    fn guess(&mut self, network: ClientNetwork, now: Duration) -> Result<(), TooMany> {
        if let ClientNetwork::Address(network) = network {
            self.guesses.check(&network, GUESSES, now)?;
        }
        self.guesses_in_all.take((), GUESSES_IN_ALL, now)?;
        match network {
            ClientNetwork::Address(network) => self.guesses.take(network, GUESSES, now),
            ClientNetwork::Unknown => Ok(()),
        }
    }

    fn give_back(&mut self, network: ClientNetwork) {
        self.guesses_in_all.give_back(&(), GUESSES_IN_ALL);
        if let ClientNetwork::Address(network) = network {
            self.guesses.give_back(&network, GUESSES);
        }
    }

    fn add_participant(&mut self, token: &str, identity: &Identity) {
        self.participants
            .insert(participant_key(token, identity), identity.digest());
    }

    fn is_participant(&self, token: &str, back: &Identity) -> bool {
        let kept = self.participants.get(&participant_key(token, back));
        kept.is_some_and(|kept| kept.as_bytes().ct_eq(back.digest().as_bytes()).into())
    }
}

fn participant_key(token: &str, identity: &Identity) -> (Box<str>, Box<str>) {
    (token.into(), (*identity.identity).into())
}

#[cfg(test)]
mod tests;
