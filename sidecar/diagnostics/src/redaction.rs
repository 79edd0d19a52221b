//! Removes secrets from text: one set of rules with two profiles.
//!
//! [`redact`] is for a line that a diagnosis quotes: it hides tokens, passwords and queries of URLs, and leaves the rest
//! readable. [`Redactor`] is for a report that leaves this machine: it also hides known secrets, links, addresses,
//! persons and every long random word.

mod quote;
mod redactor;
mod runs;
mod shapes;

pub(crate) use quote::quote;
pub use quote::{quoted, redact};
pub use redactor::Redactor;
