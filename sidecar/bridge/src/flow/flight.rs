//! What is under way to the page: sent, and not acknowledged.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Time without an acknowledgement that is due, after which the line stands still.
const STALL: Duration = Duration::from_millis(300);

/// An acknowledgement of more than was sent, or less than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an ack does not match what was sent")]
pub(crate) struct WrongAck;

#[derive(Debug)]
struct Sent {
    /// Bytes sent on this socket up to the end of this message.
    end: u64,
    /// When its frame was queued.
    queued: Instant,
    sent: Instant,
}

/// The messages under way, in their order.
#[derive(Debug)]
pub(crate) struct Flight {
    messages: VecDeque<Sent>,
    sent: u64,
    acked: u64,
    /// When something was last acknowledged, or is due to be.
    acked_at: Instant,
}

/// What an acknowledgement brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Acked {
    /// Further bytes.
    pub(crate) bytes: u64,
    /// When the youngest whole message among them was sent.
    pub(crate) sent: Option<Instant>,
}

impl Flight {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            messages: VecDeque::new(),
            sent: 0,
            acked: 0,
            acked_at: now,
        }
    }

    /// Returns the bytes under way.
    pub(crate) fn bytes(&self) -> usize {
        usize::try_from(self.sent - self.acked).unwrap_or(usize::MAX)
    }

    /// Records a message, whose acknowledgement is due at `due` if nothing stands before it.
    pub(crate) fn sent(&mut self, bytes: usize, queued: Instant, now: Instant, due: Instant) {
        if self.messages.is_empty() {
            self.acked_at = due;
        }
        self.sent += bytes as u64;
        self.messages.push_back(Sent {
            end: self.sent,
            queued,
            sent: now,
        });
    }

    /// Takes an acknowledgement of all bytes received on this socket.
    pub(crate) fn ack(&mut self, bytes: u64, now: Instant) -> Result<Acked, WrongAck> {
        if bytes < self.acked || bytes > self.sent {
            return Err(WrongAck);
        }
        let further = bytes - self.acked;
        if further > 0 {
            (self.acked, self.acked_at) = (bytes, now);
        }
        let mut sent = None;
        while let Some(message) = self.messages.pop_front_if(|message| message.end <= bytes) {
            sent = Some(message.sent);
        }
        Ok(Acked {
            bytes: further,
            sent,
        })
    }

    /// Returns when each frame under way was queued, the oldest first.
    pub(crate) fn queued(&self) -> impl Iterator<Item = Instant> {
        self.messages.iter().map(|message| message.queued)
    }

    /// Reports whether nothing of what is under way was acknowledged for a while. That shows nothing about the rate.
    pub(crate) fn is_stalled(&self, now: Instant) -> bool {
        self.is_silent(STALL, now)
    }

    /// Reports whether nothing of what is under way was acknowledged for so long.
    pub(crate) fn is_silent(&self, time: Duration, now: Instant) -> bool {
        !self.messages.is_empty() && now.saturating_duration_since(self.acked_at) > time
    }
}
