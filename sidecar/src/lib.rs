//! Sidelink's sidecar: watches a Compose stack, proves its public link and tells the app about it.
//!
//! A pure core in an effectful shell: sources ([`docker`], [`config_file`], probes) send events to the
//! [`engine`], which owns the `sidelink-core`; what the model asks for is carried out by [`effects`]; what is
//! true now is published once and answered from by [`http`]. See `ARCHITECTURE.md`.

pub mod bundle;
pub mod claim;
pub mod cli;
pub mod clock;
pub mod command;
pub mod config_file;
pub mod descriptors;
pub mod docker;
pub mod docker_proxy;
pub mod doctor;
pub mod documents;
pub mod effects;
pub mod engine;
pub mod exit;
pub mod gateway;
pub mod hostnames;
pub mod http;
pub mod init;
pub mod links;
pub mod livekit_token;
pub mod loopback;
pub mod mounts;
pub mod moving;
pub mod probe;
pub mod proof;
pub mod qr;
pub mod random;
pub mod readiness;
pub mod recognition;
pub mod redis_connection;
pub mod room_service;
pub mod secrets;
pub mod serve;
pub mod session;
pub mod settings;
pub mod story;
pub mod template;
mod visitor;
