//! Sidelink's sidecar: watches a Compose stack, verifies its public URL from outside and serves it to the app.
//!
//! A pure core in an effectful shell. Sources ([`docker`], [`runtime_config::file`], [`probe`], [`verification`]) send
//! events to [`runtime::engine`], which owns the model of [`sidelink_core`]. [`runtime::effects`] carries out what the
//! model asks for, and [`http`] answers from what was published last. See `ARCHITECTURE.md`.

pub mod cli;
pub mod config;
pub mod connections;
pub mod docker;
pub mod docker_proxy;
pub mod doctor;
pub mod gateway;
pub mod http;
pub mod http_client;
pub mod ice;
pub mod init;
pub mod lan_address;
pub mod links;
pub mod livekit;
pub mod media_path;
mod placeholders;
pub mod probe;
pub mod publisher;
pub mod qr;
pub mod random;
mod recent;
pub mod recognition;
mod replaced_file;
pub mod runtime;
pub mod runtime_config;
pub mod storage;
mod stun;
pub mod support_bundle;
#[cfg(test)]
mod test_server;
pub mod turn;
pub mod verification;
mod visitor;
