//! Tests of the rules, and of a proxy between two sockets with a fake engine behind it.

mod rules;
mod sockets;
