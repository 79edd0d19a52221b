//! Against the real engine, Redis, Icecast and LiveKit: what only the real ones can show.
//!
//! `cargo test --test with_engine`; `scripts/engine` and `scripts/images` make what it needs.

mod containers;
mod docker_source;
mod persistence;
mod probes;
mod room_service;
mod rooms;
