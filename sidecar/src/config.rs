//! What the environment and the mounted secrets say.

pub mod loopback;
pub mod secrets;
pub mod settings;
