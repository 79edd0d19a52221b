//! Flow control: what the page may send, and what the line to the page carries.

pub(crate) mod downlink;
pub(crate) mod line;
pub(crate) mod rate;
