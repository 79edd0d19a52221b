//! LiveKit's messages, as far as the bridge reads or writes them: `livekit_rtc.proto` and `livekit_models.proto` of
//! LiveKit's public protocol. Fields that it neither reads nor writes are left out; protobuf skips them.

use std::collections::HashMap;

use prost::{Enumeration, Message, Oneof};

/// `join_request` of the URL. `compression` 0 is none.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct WrappedJoinRequest {
    #[prost(int32, tag = "1")]
    pub(crate) compression: i32,
    #[prost(bytes = "vec", tag = "2")]
    pub(crate) join_request: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct JoinRequest {
    #[prost(message, optional, tag = "1")]
    pub(crate) client_info: Option<ClientInfo>,
    #[prost(message, optional, tag = "2")]
    pub(crate) connection_settings: Option<ConnectionSettings>,
    #[prost(message, repeated, tag = "5")]
    pub(crate) add_track_requests: Vec<AddTrackRequest>,
    #[prost(message, optional, tag = "6")]
    pub(crate) publisher_offer: Option<SessionDescription>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct ClientInfo {
    #[prost(int32, tag = "1")]
    pub(crate) sdk: i32,
    #[prost(string, tag = "2")]
    pub(crate) version: String,
    #[prost(int32, tag = "3")]
    pub(crate) protocol: i32,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct ConnectionSettings {
    #[prost(bool, tag = "1")]
    pub(crate) auto_subscribe: bool,
    #[prost(bool, tag = "2")]
    pub(crate) adaptive_stream: bool,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct AddTrackRequest {
    #[prost(string, tag = "1")]
    pub(crate) cid: String,
    #[prost(string, tag = "2")]
    pub(crate) name: String,
    #[prost(enumeration = "TrackType", tag = "3")]
    pub(crate) r#type: i32,
    #[prost(uint32, tag = "4")]
    pub(crate) width: u32,
    #[prost(uint32, tag = "5")]
    pub(crate) height: u32,
    #[prost(enumeration = "TrackSource", tag = "8")]
    pub(crate) source: i32,
    #[prost(message, repeated, tag = "9")]
    pub(crate) layers: Vec<VideoLayer>,
    #[prost(message, repeated, tag = "10")]
    pub(crate) simulcast_codecs: Vec<SimulcastCodec>,
    #[prost(bool, tag = "13")]
    pub(crate) disable_red: bool,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct SimulcastCodec {
    #[prost(string, tag = "1")]
    pub(crate) codec: String,
    #[prost(string, tag = "2")]
    pub(crate) cid: String,
    #[prost(message, repeated, tag = "4")]
    pub(crate) layers: Vec<VideoLayer>,
}

#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub(crate) struct VideoLayer {
    #[prost(enumeration = "VideoQuality", tag = "1")]
    pub(crate) quality: i32,
    #[prost(uint32, tag = "2")]
    pub(crate) width: u32,
    #[prost(uint32, tag = "3")]
    pub(crate) height: u32,
    #[prost(uint32, tag = "4")]
    pub(crate) bitrate: u32,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct SessionDescription {
    #[prost(string, tag = "1")]
    pub(crate) r#type: String,
    #[prost(string, tag = "2")]
    pub(crate) sdp: String,
    #[prost(uint32, tag = "3")]
    pub(crate) id: u32,
    #[prost(map = "string, string", tag = "4")]
    pub(crate) mid_to_track_id: HashMap<String, String>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct SignalRequest {
    #[prost(oneof = "Request", tags = "1, 5, 6, 7, 8, 16")]
    pub(crate) message: Option<Request>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(crate) enum Request {
    #[prost(message, tag = "1")]
    Offer(SessionDescription),
    #[prost(message, tag = "5")]
    Mute(MuteTrackRequest),
    #[prost(message, tag = "6")]
    Subscription(UpdateSubscription),
    #[prost(message, tag = "7")]
    TrackSetting(UpdateTrackSettings),
    #[prost(message, tag = "8")]
    Leave(LeaveRequest),
    #[prost(message, tag = "16")]
    Ping(Ping),
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct SignalResponse {
    #[prost(oneof = "Response", tags = "1, 2, 5, 6, 8, 10, 16, 25")]
    pub(crate) message: Option<Response>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(crate) enum Response {
    #[prost(message, tag = "1")]
    Join(JoinResponse),
    #[prost(message, tag = "2")]
    Answer(SessionDescription),
    #[prost(message, tag = "5")]
    Update(ParticipantUpdate),
    #[prost(message, tag = "6")]
    TrackPublished(TrackPublishedResponse),
    #[prost(message, tag = "8")]
    Leave(LeaveRequest),
    #[prost(message, tag = "10")]
    SpeakersChanged(SpeakersChanged),
    /// A new token for the participant, every five minutes.
    #[prost(string, tag = "16")]
    RefreshToken(String),
    #[prost(message, tag = "25")]
    MediaSectionsRequirement(MediaSectionsRequirement),
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct JoinResponse {
    #[prost(message, optional, tag = "2")]
    pub(crate) participant: Option<ParticipantInfo>,
    #[prost(message, repeated, tag = "3")]
    pub(crate) other_participants: Vec<ParticipantInfo>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct ParticipantUpdate {
    #[prost(message, repeated, tag = "1")]
    pub(crate) participants: Vec<ParticipantInfo>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct ParticipantInfo {
    #[prost(string, tag = "1")]
    pub(crate) sid: String,
    #[prost(string, tag = "2")]
    pub(crate) identity: String,
    #[prost(enumeration = "ParticipantState", tag = "3")]
    pub(crate) state: i32,
    #[prost(message, repeated, tag = "4")]
    pub(crate) tracks: Vec<TrackInfo>,
    #[prost(string, tag = "9")]
    pub(crate) name: String,
    #[prost(map = "string, string", tag = "15")]
    pub(crate) attributes: HashMap<String, String>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct TrackInfo {
    #[prost(string, tag = "1")]
    pub(crate) sid: String,
    #[prost(enumeration = "TrackType", tag = "2")]
    pub(crate) r#type: i32,
    #[prost(bool, tag = "4")]
    pub(crate) muted: bool,
    #[prost(uint32, tag = "5")]
    pub(crate) width: u32,
    #[prost(uint32, tag = "6")]
    pub(crate) height: u32,
    #[prost(enumeration = "TrackSource", tag = "9")]
    pub(crate) source: i32,
    #[prost(message, repeated, tag = "10")]
    pub(crate) layers: Vec<VideoLayer>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct TrackPublishedResponse {
    #[prost(string, tag = "1")]
    pub(crate) cid: String,
    #[prost(message, optional, tag = "2")]
    pub(crate) track: Option<TrackInfo>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct MuteTrackRequest {
    #[prost(string, tag = "1")]
    pub(crate) sid: String,
    #[prost(bool, tag = "2")]
    pub(crate) muted: bool,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct UpdateSubscription {
    #[prost(string, repeated, tag = "1")]
    pub(crate) track_sids: Vec<String>,
    #[prost(bool, tag = "2")]
    pub(crate) subscribe: bool,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct UpdateTrackSettings {
    #[prost(string, repeated, tag = "1")]
    pub(crate) track_sids: Vec<String>,
    #[prost(bool, tag = "3")]
    pub(crate) disabled: bool,
    #[prost(enumeration = "VideoQuality", tag = "4")]
    pub(crate) quality: i32,
}

#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub(crate) struct LeaveRequest {
    #[prost(int32, tag = "2")]
    pub(crate) reason: i32,
    #[prost(int32, tag = "3")]
    pub(crate) action: i32,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct SpeakersChanged {
    #[prost(message, repeated, tag = "1")]
    pub(crate) speakers: Vec<SpeakerInfo>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct SpeakerInfo {
    #[prost(string, tag = "1")]
    pub(crate) sid: String,
    #[prost(float, tag = "2")]
    pub(crate) level: f32,
    #[prost(bool, tag = "3")]
    pub(crate) active: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub(crate) struct Ping {
    #[prost(int64, tag = "1")]
    pub(crate) timestamp: i64,
    #[prost(int64, tag = "2")]
    pub(crate) rtt: i64,
}

/// How many `recvonly` sections the next offer has to add.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub(crate) struct MediaSectionsRequirement {
    #[prost(uint32, tag = "1")]
    pub(crate) num_audios: u32,
    #[prost(uint32, tag = "2")]
    pub(crate) num_videos: u32,
}

/// What travels on the data channels `_reliable` and `_lossy`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct DataPacket {
    #[prost(int32, tag = "1")]
    pub(crate) kind: i32,
    #[prost(string, tag = "4")]
    pub(crate) participant_identity: String,
    #[prost(message, optional, tag = "2")]
    pub(crate) user: Option<UserPacket>,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct UserPacket {
    #[prost(bytes = "vec", tag = "2")]
    pub(crate) payload: Vec<u8>,
    #[prost(string, optional, tag = "4")]
    pub(crate) topic: Option<String>,
    #[prost(string, tag = "5")]
    pub(crate) participant_identity: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enumeration)]
#[repr(i32)]
pub(crate) enum TrackType {
    Audio = 0,
    Video = 1,
    Data = 2,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enumeration)]
#[repr(i32)]
pub(crate) enum TrackSource {
    Unknown = 0,
    Camera = 1,
    Microphone = 2,
    ScreenShare = 3,
    ScreenShareAudio = 4,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enumeration)]
#[repr(i32)]
pub(crate) enum VideoQuality {
    Low = 0,
    Medium = 1,
    High = 2,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enumeration)]
#[repr(i32)]
pub(crate) enum ParticipantState {
    Joining = 0,
    Joined = 1,
    Active = 2,
    Disconnected = 3,
}

/// `DisconnectReason`, as far as the page gets it.
pub(crate) mod reason {
    pub(crate) const CLIENT_INITIATED: i32 = 1;
    pub(crate) const DUPLICATE_IDENTITY: i32 = 2;
    pub(crate) const SERVER_SHUTDOWN: i32 = 3;
    pub(crate) const PARTICIPANT_REMOVED: i32 = 4;
    pub(crate) const ROOM_DELETED: i32 = 5;
    pub(crate) const ROOM_CLOSED: i32 = 10;
}
