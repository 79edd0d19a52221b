//! Against the real engine, Redis, Icecast and LiveKit: what only the real ones can show.
//!
//! `cargo test --test with_engine`; `scripts/engine` and `scripts/images` make what it needs.

mod containers;
mod docker_source;
mod probes;
mod readiness;
mod room_service;
mod rooms;
