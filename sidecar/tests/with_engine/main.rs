//! Tests against the real engine, Redis, Icecast and LiveKit.
//!
//! Run them with `cargo test --test with_engine`, after `scripts/engine` and `scripts/images`.

mod containers;
mod docker_source;
mod event_source;
mod persistence;
mod probes;
mod room_service;
mod rooms;
mod turn;
