//! Two bridged phones in one room of a real LiveKit. Needs the engine and LiveKit's image:
//! `cargo test --package sidelink-bridge --test with_livekit`.

mod call;
mod frame;
mod limits;
mod load;
mod misbehaving;
mod phone;
mod process;
mod publication;
mod resume;
mod serve;
mod stack;
