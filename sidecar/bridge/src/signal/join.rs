//! The join request: it carries the page's tracks and the first offer.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use prost::Message;

use super::proto::{
    AddTrackRequest, ClientInfo, ConnectionSettings, JoinRequest, SessionDescription,
    SimulcastCodec, TrackSource, TrackType, VideoLayer, VideoQuality, WrappedJoinRequest,
};
use crate::wire::message::{Hello, Video, VideoCodec};

/// The id of the offer in the join. Each further one is higher.
pub(crate) const FIRST_OFFER: u32 = 1;
/// The `cid` of the page's audio: the track in the section's `a=msid`.
pub(crate) const AUDIO_CID: &str = "audio";
/// The `cid` of the page's video.
pub(crate) const VIDEO_CID: &str = "video";
/// LiveKit's client protocol that these messages follow.
const PROTOCOL: i32 = 16;
/// `ClientInfo.SDK`: none of LiveKit's own.
const SDK: i32 = 0;

/// Returns the path and query with which the page's participant joins. The token travels in a header.
pub(crate) fn path(hello: &Hello, offer: &str, bitrate: u32) -> String {
    let request = JoinRequest {
        add_track_requests: tracks(hello, bitrate),
        publisher_offer: Some(SessionDescription {
            r#type: "offer".to_owned(),
            sdp: offer.to_owned(),
            id: FIRST_OFFER,
            mid_to_track_id: HashMap::new(),
        }),
        ..request()
    };
    format!("/rtc/v1?{}", query(&request))
}

/// Returns the path and query with which LiveKit is asked about a token. It demands a join request there too.
pub(crate) fn validate_path() -> String {
    format!("/rtc/v1/validate?{}", query(&request()))
}

fn request() -> JoinRequest {
    JoinRequest {
        client_info: Some(ClientInfo {
            sdk: SDK,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            protocol: PROTOCOL,
        }),
        connection_settings: Some(ConnectionSettings {
            auto_subscribe: true,
            adaptive_stream: false,
        }),
        ..JoinRequest::default()
    }
}

fn query(request: &JoinRequest) -> String {
    let wrapped = WrappedJoinRequest {
        compression: 0,
        join_request: request.encode_to_vec(),
    };
    format!("join_request={}", URL_SAFE.encode(wrapped.encode_to_vec()))
}

fn tracks(hello: &Hello, bitrate: u32) -> Vec<AddTrackRequest> {
    let audio = hello.audio.then(audio);
    let video = hello.video.map(|declared| video(declared, bitrate));
    audio.into_iter().chain(video).collect()
}

fn audio() -> AddTrackRequest {
    AddTrackRequest {
        cid: AUDIO_CID.to_owned(),
        name: "microphone".to_owned(),
        r#type: TrackType::Audio.into(),
        source: TrackSource::Microphone.into(),
        disable_red: true,
        ..AddTrackRequest::default()
    }
}

fn video(declared: Video, bitrate: u32) -> AddTrackRequest {
    let Video {
        codec,
        width,
        height,
    } = declared;
    let layers = vec![VideoLayer {
        quality: VideoQuality::High.into(),
        width,
        height,
        bitrate,
    }];
    let codec = match codec {
        VideoCodec::Vp8 => "vp8",
        VideoCodec::H264 => "h264",
    };
    AddTrackRequest {
        cid: VIDEO_CID.to_owned(),
        name: "camera".to_owned(),
        r#type: TrackType::Video.into(),
        width,
        height,
        source: TrackSource::Camera.into(),
        layers: layers.clone(),
        simulcast_codecs: vec![SimulcastCodec {
            codec: codec.to_owned(),
            cid: VIDEO_CID.to_owned(),
            layers,
        }],
        ..AddTrackRequest::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_join_carries_the_tracks_and_the_offer() {
        let hello = Hello {
            token: "secret".to_owned(),
            audio: true,
            video: Some(Video {
                codec: VideoCodec::H264,
                width: 640,
                height: 360,
            }),
            decode: Vec::new(),
            resume: None,
        };
        let path = path(&hello, "v=0", 700_000);
        assert!(!path.contains("secret"));
        let encoded = path
            .strip_prefix("/rtc/v1?join_request=")
            .expect("the route");
        let bytes = URL_SAFE.decode(encoded).expect("base64");
        let wrapped = WrappedJoinRequest::decode(&bytes[..]).expect("protobuf");
        let join = JoinRequest::decode(&wrapped.join_request[..]).expect("protobuf");
        let sources: Vec<i32> = join
            .add_track_requests
            .iter()
            .map(|track| track.source)
            .collect();
        assert_eq!(sources, [2, 1]);
        assert_eq!(join.add_track_requests[1].simulcast_codecs[0].codec, "h264");
        assert_eq!(
            join.publisher_offer.map(|offer| (offer.sdp, offer.id)),
            Some(("v=0".to_owned(), 1))
        );
    }
}
