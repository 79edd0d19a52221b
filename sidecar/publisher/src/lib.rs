//! `sidelink publisher`: a video file of a folder becomes one shared track of a LiveKit room, for any number of viewers.
//!
//! ffmpeg reads the file and passes its packets on. The publisher sends them when they are due, and LiveKit distributes
//! them, so reading and CPU do not grow with the viewers. A picture is never encoded while a file plays: a file that
//! viewers cannot decode is converted before, on request.
//!
//! `name`, `inspection` and `annex_b` are pure. `ffmpeg` runs programs, `library` knows the folder, `playback` plays.

mod annex_b;
mod error;
mod ffmpeg;
mod inspection;
mod library;
mod matroska;
mod name;
mod playback;
mod plays;
mod server;
mod settings;

pub use error::ERROR_CODES;
pub use server::Publisher;
pub use settings::Settings;
