//! State that outlives the process, in Redis.

pub mod persistence;
pub mod recent_hostnames;
pub mod redis;
