//! What str0m reports, in the call's words.

use str0m::format::{Codec as RtcCodec, CodecExtra};
use str0m::media::{MediaData, Mid};
use str0m::{Event, IceConnectionState};

use crate::call::effect::{PeerEvent, PeerFrame};
use crate::wire::message::{Codec, VideoCodec};

/// Returns what an event means, if anything. `video` is the page's own.
pub(super) fn read(event: Event, video: Option<(Mid, VideoCodec)>) -> Option<PeerEvent> {
    match event {
        Event::Connected => Some(PeerEvent::Connected),
        Event::IceConnectionStateChange(IceConnectionState::Disconnected) | Event::Closed => {
            Some(PeerEvent::Disconnected)
        }
        Event::MediaData(data) => frame(data).map(PeerEvent::Frame),
        Event::KeyframeRequest(request) => {
            let is_ours = video.is_some_and(|(mid, _)| mid == request.mid);
            is_ours.then_some(PeerEvent::KeyframeWanted)
        }
        Event::ChannelData(data) => Some(PeerEvent::Data(data.data)),
        _ => None,
    }
}

/// The codec is the packets': LiveKit's `TrackInfo` names the publisher's, not that of a backup track.
fn frame(data: MediaData) -> Option<PeerFrame> {
    let codec = match data.params.spec().codec {
        RtcCodec::Opus => Codec::Opus,
        RtcCodec::Vp8 => Codec::Vp8,
        RtcCodec::H264 => Codec::H264,
        _ => return None,
    };
    let (layer, sync) = match data.codec_extra {
        CodecExtra::Vp8(vp8) => (vp8.layer_index, vp8.sync),
        _ => (0, false),
    };
    Some(PeerFrame {
        mid: data.mid,
        codec,
        key: data.is_keyframe(),
        contiguous: data.contiguous || codec == Codec::Opus,
        layer,
        sync,
        rtp: data.time.as_micros(),
        payload: data.data,
    })
}
