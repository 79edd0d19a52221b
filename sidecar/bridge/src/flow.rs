//! Flow control: what the page may send, and what the line to the page carries.

pub(crate) mod downlink;
mod flight;
pub(crate) mod line;
pub(crate) mod minimum;
pub(crate) mod rate;
mod temporal;
pub(crate) mod viewers;
