//! The rules, and a proxy between two sockets with an engine of the test's own behind it.

mod rules;
mod sockets;
