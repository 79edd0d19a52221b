//! One call: everything between the page's socket and LiveKit, as a state machine without sockets or clocks.

mod attach;
pub(crate) mod clock;
mod core;
mod down;
pub(crate) mod effect;
#[cfg(test)]
mod lines;
pub(crate) mod phase;
mod resubscribe;
pub(crate) mod room;
mod sections;
pub(crate) mod track;
mod up;
mod videos;
mod viewers;

pub(crate) use self::core::{Call, CallSettings};
