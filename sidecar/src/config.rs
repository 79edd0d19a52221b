//! The settings, from the environment and from mounted secrets.

pub mod duration;
pub mod lan_host;
pub mod log_format;
pub mod loopback;
pub mod secrets;
pub mod settings;
