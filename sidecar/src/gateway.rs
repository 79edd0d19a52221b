//! What the gateway reports, and whether its routes stand in the app's way.

pub mod reports;
pub mod taken_routes;
