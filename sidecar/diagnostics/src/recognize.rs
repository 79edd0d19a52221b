//! What an answer, a log line or a text of Docker's means.

pub mod answer;
pub mod edge;
pub mod engine;
pub mod host_ip;
pub mod log;
pub mod ngrok;
pub mod tls;
mod watch_host;
