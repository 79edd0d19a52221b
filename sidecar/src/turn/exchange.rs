//! One exchange with a TURN server (RFC 8656): an Allocate with long-term credentials, which a Refresh ends at once.
//!
//! It has no socket and no clock: it takes the server's messages, and returns what to do.

use stun_types::attribute::{AttributeType, ErrorCode, Nonce, RawAttribute, Realm, Username};
use stun_types::message::{
    IntegrityAlgorithm, LongTermKeyCredentials, Message, MessageClass, MessageIntegrityCredentials,
    MessageWrite, MessageWriteExt, MessageWriteVec, Method, StunWriteError, TransactionId,
};

use super::Failure;
use crate::ice::IceServer;
use sidelink_core::TurnFault;
use sidelink_diagnostics::shorten;

const ALLOCATE: Method = Method::new(0x003);
const REFRESH: Method = Method::new(0x004);
const LIFETIME: AttributeType = AttributeType::new(0x000d);
const XOR_RELAYED_ADDRESS: AttributeType = AttributeType::new(0x0016);
const REQUESTED_TRANSPORT: AttributeType = AttributeType::new(0x0019);
/// The protocol number of UDP, and three reserved bytes.
const RELAY_UDP: [u8; 4] = [17, 0, 0, 0];
/// A lifetime of zero ends the allocation.
const AT_ONCE: [u8; 4] = [0; 4];
/// Nonces that may be stale, of the whole exchange. A second one is possible where the first came just before it changed.
const MAX_STALE: u8 = 2;
/// Maximum length of a quoted reason.
const MAX_QUOTE: usize = 60;

/// A user of a TURN server. Its `Debug` shows nothing.
#[derive(Clone)]
pub(super) struct TurnUser {
    name: String,
    password: String,
}

impl std::fmt::Debug for TurnUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TurnUser").finish_non_exhaustive()
    }
}

impl TurnUser {
    /// Returns the user of an entry of a list; empty texts where it has none, which a server refuses.
    pub(super) fn of(server: &IceServer) -> Self {
        Self {
            name: server.username.clone().unwrap_or_default(),
            password: server.credential.clone().unwrap_or_default(),
        }
    }

    #[cfg(test)]
    pub(super) fn new(name: &str, password: &str) -> Self {
        let (name, password) = (name.to_owned(), password.to_owned());
        Self { name, password }
    }
}

/// What follows from a message.
#[derive(Debug)]
pub(super) enum Step {
    /// Wait for another message.
    Wait,
    /// Send [`Exchange::request`].
    Send,
    /// The exchange is over.
    End(Result<(), Failure>),
}

/// An exchange.
pub(super) struct Exchange {
    user: TurnUser,
    phase: Phase,
    /// From the server's challenge.
    challenge: Option<Challenge>,
    stale: u8,
    /// Something was received that is not a STUN message, or has a wrong signature.
    received_other: bool,
    request: Vec<u8>,
    id: TransactionId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Allocating,
    /// The relay was given; its end is requested.
    Releasing,
}

struct Challenge {
    realm: Realm,
    nonce: Nonce,
}

impl Exchange {
    /// Begins an exchange with its first request, which has no credentials.
    pub(super) fn new(user: TurnUser) -> Result<Self, Failure> {
        let mut exchange = Self {
            user,
            phase: Phase::Allocating,
            challenge: None,
            stale: 0,
            received_other: false,
            request: Vec::new(),
            id: TransactionId::generate(),
        };
        exchange.prepare()?;
        Ok(exchange)
    }

    /// Returns the latest request, to send or to repeat.
    pub(super) fn request(&self) -> &[u8] {
        &self.request
    }

    /// Takes a message of the server.
    pub(super) fn receive(&mut self, bytes: &[u8]) -> Step {
        let Ok(message) = Message::from_bytes(bytes) else {
            self.received_other = true;
            return Step::Wait;
        };
        // An answer to a repeated request may follow the one to the first.
        if message.transaction_id() != self.id || !message.has_method(self.phase.method()) {
            return Step::Wait;
        }
        match message.class() {
            MessageClass::Success => self.success(&message),
            MessageClass::Error => match message.attribute::<ErrorCode>() {
                Ok(error) => self.error(&message, &error),
                Err(_) => self.not_turn("an error without a code"),
            },
            MessageClass::Request | MessageClass::Indication => Step::Wait,
        }
    }

    /// Returns the result when nothing more is received: with this error of the connection, or in time.
    pub(super) fn ended(&self, why: &str) -> Result<(), Failure> {
        match self.phase {
            Phase::Releasing => Ok(()),
            Phase::Allocating if self.received_other => Err(Failure::new(TurnFault::NotTurn, "")),
            Phase::Allocating => Err(Failure::new(TurnFault::Silent, why)),
        }
    }

    fn success(&mut self, message: &Message<'_>) -> Step {
        if !self.is_signed(message) {
            self.received_other = true; // RFC 8489, section 9.2.5: as if it had not been received
            return Step::Wait;
        }
        if self.phase == Phase::Releasing {
            return Step::End(Ok(()));
        }
        if !message.has_attribute(XOR_RELAYED_ADDRESS) {
            return self.not_turn("it gives no relay's address");
        }
        self.phase = Phase::Releasing;
        self.send()
    }

    fn error(&mut self, message: &Message<'_>, error: &ErrorCode) -> Step {
        let code = error.code();
        let has_authenticated = self.challenge.is_some();
        match (self.phase, code) {
            (_, 438) if has_authenticated && self.stale < MAX_STALE => {
                self.stale += 1;
                self.authenticate(message)
            }
            // It ends without a refresh too, after ten minutes.
            (Phase::Releasing, _) => Step::End(Ok(())),
            (_, 401) if !has_authenticated => self.authenticate(message),
            // Pages follow it to another server, which is not tried.
            (_, 300) => Step::End(Ok(())),
            _ => {
                let fault = match code {
                    401 | 441 => TurnFault::Credentials,
                    486 | 508 => TurnFault::Full,
                    _ => TurnFault::Refused,
                };
                let reason = shorten(error.reason(), MAX_QUOTE);
                let detail = format!("{code} {reason}");
                Step::End(Err(Failure::new(fault, detail.trim_end())))
            }
        }
    }

    /// Repeats the request with credentials for the challenge of this message.
    fn authenticate(&mut self, message: &Message<'_>) -> Step {
        let realm = message.attribute::<Realm>().ok();
        let known = self.challenge.take().map(|challenge| challenge.realm);
        let nonce = message.attribute::<Nonce>();
        match (realm.or(known), nonce) {
            (Some(realm), Ok(nonce)) => {
                self.challenge = Some(Challenge { realm, nonce });
                self.send()
            }
            _ => self.not_turn("it asks for credentials without realm and nonce"),
        }
    }

    fn is_signed(&self, message: &Message<'_>) -> bool {
        let Some(challenge) = &self.challenge else {
            return true;
        };
        let key = self.key(challenge);
        message.validate_integrity(&key).is_ok()
    }

    fn key(&self, challenge: &Challenge) -> MessageIntegrityCredentials {
        let TurnUser { name, password } = self.user.clone();
        let realm = challenge.realm.realm().to_owned();
        LongTermKeyCredentials::new(name, password, realm).into()
    }

    fn send(&mut self) -> Step {
        match self.prepare() {
            Ok(()) => Step::Send,
            Err(failure) => Step::End(Err(failure)),
        }
    }

    fn prepare(&mut self) -> Result<(), Failure> {
        let (request, id) = self.built().map_err(|error| {
            let why = shorten(&error.to_string(), MAX_QUOTE);
            Failure::new(TurnFault::Refused, &why)
        })?;
        (self.request, self.id) = (request, id);
        Ok(())
    }

    fn built(&self) -> Result<(Vec<u8>, TransactionId), StunWriteError> {
        let method = self.phase.method();
        let mut request = Message::builder_request(method, MessageWriteVec::new());
        request.add_attribute(&match self.phase {
            Phase::Allocating => RawAttribute::new(REQUESTED_TRANSPORT, &RELAY_UDP),
            Phase::Releasing => RawAttribute::new(LIFETIME, &AT_ONCE),
        })?;
        if let Some(challenge) = &self.challenge {
            request.add_attribute(&Username::new(&self.user.name)?)?;
            request.add_attribute(&challenge.realm)?;
            request.add_attribute(&challenge.nonce)?;
            request.add_message_integrity(&self.key(challenge), IntegrityAlgorithm::Sha1)?;
        }
        let id = request.transaction_id();
        Ok((request.finish(), id))
    }

    fn not_turn(&self, why: &str) -> Step {
        Step::End(Err(Failure::new(TurnFault::NotTurn, why)))
    }
}

impl Phase {
    fn method(self) -> Method {
        match self {
            Self::Allocating => ALLOCATE,
            Self::Releasing => REFRESH,
        }
    }
}

#[cfg(test)]
mod tests;
