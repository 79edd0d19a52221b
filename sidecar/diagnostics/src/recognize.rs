//! Recognition of diagnoses in answers, log lines and errors of Docker.

pub mod answer;
pub mod edge;
pub mod engine;
pub mod host_ip;
pub mod log;
pub mod ngrok;
pub mod tls;
mod watch_host;
