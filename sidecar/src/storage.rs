//! What outlives the process, in Redis.

pub mod readiness;
pub mod recent_hostnames;
pub mod redis;
