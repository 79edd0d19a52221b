//! Notices from the gateway, and checks of the app each time that it starts to work.

pub mod app_check;
mod local_https;
pub mod notices;
mod taken_routes;
