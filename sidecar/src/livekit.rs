//! LiveKit: access tokens, its rooms, and calls that continue under a new address.

pub mod access_token;
pub mod call_migration;
pub mod room_service;
