//! JSON messages in both directions.

mod from_page;
mod to_page;

pub use self::from_page::VideoCodec;
pub(crate) use self::from_page::{Ack, Data, FromPage, Hello, MAX_DATA, Media, Video, View};
pub(crate) use self::to_page::{Codec, LeaveReason, ToPage, TrackKind};
