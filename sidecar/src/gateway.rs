//! What the gateway reports, and what the app is asked once, each time that it comes up.

pub mod app_check;
mod local_https;
pub mod reports;
mod taken_routes;
