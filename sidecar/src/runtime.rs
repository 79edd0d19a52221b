//! The running service: the engine that owns the model, what it has carried out, and how the process begins and ends.

pub mod clock;
pub mod descriptors;
pub mod effects;
pub mod engine;
pub mod engine_client;
pub mod exit;
pub mod log;
pub mod metrics;
pub mod serve;
pub mod startup_log;
