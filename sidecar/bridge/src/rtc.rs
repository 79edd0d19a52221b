//! The peer connection with LiveKit: str0m, which has no sockets and no clock either.
//!
//! LiveKit's only address is the one of the settings. Candidates in its messages are dropped, so nothing that a page or
//! a server says sends packets elsewhere.

mod event;
mod sdp;
mod setup;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Instant;

use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::channel::ChannelId;
use str0m::format::Codec as RtcCodec;
use str0m::media::{Direction, KeyframeRequestKind, MediaKind, MediaTime, Mid};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Input, Output, Rtc, RtcError};

pub(crate) use self::setup::Dtls;
use self::setup::{channel, connection, own};
use crate::call::effect::{PeerEvent, UpFrame};
use crate::signal::Sections;
use crate::signal::join::{AUDIO_CID, VIDEO_CID};
use crate::wire::message::{Hello, VideoCodec};

/// Levels from here on up are speech, −dBov: LiveKit's own threshold.
const SPEECH: u8 = 35;

/// A datagram for LiveKit.
pub(crate) type Datagram = Vec<u8>;

/// One peer connection.
pub(crate) struct Peer {
    rtc: Rtc,
    local: SocketAddr,
    remote: SocketAddr,
    audio: Option<Mid>,
    video: Option<(Mid, VideoCodec)>,
    reliable: ChannelId,
    lossy: ChannelId,
    /// Sections for others' tracks.
    received: Vec<Mid>,
    pending: Option<SdpPendingOffer>,
    timeout: Instant,
    datagrams: VecDeque<Datagram>,
    events: VecDeque<PeerEvent>,
}

impl Peer {
    /// Creates the connection from `local` to `remote`. Returns it with the first offer.
    pub(crate) fn new(
        dtls: &Dtls,
        hello: &Hello,
        (local, remote): (SocketAddr, SocketAddr),
        now: Instant,
    ) -> Result<(Self, String), RtcError> {
        let mut rtc = connection(dtls, hello, now);
        rtc.add_local_candidate(Candidate::host(local, Protocol::Udp)?);
        rtc.add_remote_candidate(Candidate::host(remote, Protocol::Udp)?);
        let mut change = rtc.sdp_api();
        let audio = hello
            .audio
            .then(|| own(&mut change, MediaKind::Audio, AUDIO_CID));
        let declared = hello.video.map(|video| video.codec);
        let video = declared.map(|codec| (own(&mut change, MediaKind::Video, VIDEO_CID), codec));
        let reliable = change.add_channel_with_config(channel("_reliable", true));
        let lossy = change.add_channel_with_config(channel("_lossy", false));
        let (offer, pending) = change.apply().ok_or(RtcError::ChangesOutOfOrder)?;
        let mut peer = Self {
            rtc,
            local,
            remote,
            audio,
            video,
            reliable,
            lossy,
            received: Vec::new(),
            pending: Some(pending),
            timeout: now,
            datagrams: VecDeque::new(),
            events: VecDeque::new(),
        };
        peer.drain()?;
        Ok((peer, offer.to_sdp_string()))
    }

    /// Takes LiveKit's answer to the last offer.
    pub(crate) fn answer(&mut self, sdp: &str) -> Result<(), RtcError> {
        let Some(pending) = self.pending.take() else {
            return Ok(());
        };
        let answer = SdpAnswer::from_sdp_string(&sdp::without_candidates(sdp))
            .map_err(|error| RtcError::RemoteSdp(error.to_string()))?;
        self.rtc.sdp_api().accept_answer(pending, answer)?;
        self.drain()
    }

    /// Adds sections for others' tracks and closes ended ones. Returns the offer, which may add none.
    pub(crate) fn offer(
        &mut self,
        more: Sections,
        ended: &[Mid],
    ) -> Result<Option<String>, RtcError> {
        let mut change = self.rtc.sdp_api();
        // LiveKit would use them for later tracks, but str0m goes on with the sequence numbers of the former one.
        ended.iter().for_each(|mid| change.stop_media(*mid));
        self.received.retain(|mid| !ended.contains(mid));
        for (kind, count) in [
            (MediaKind::Audio, more.audios),
            (MediaKind::Video, more.videos),
        ] {
            for _ in 0..count {
                let mid = change.add_media(kind, Direction::RecvOnly, None, None, None);
                self.received.push(mid);
            }
        }
        if !change.has_changes()
            && let Some(&mid) = self.received.first()
        {
            // str0m makes no offer without a change.
            change.set_direction(mid, Direction::Inactive);
            change.set_direction(mid, Direction::RecvOnly);
        }
        let Some((offer, pending)) = change.apply() else {
            return Ok(None);
        };
        self.pending = Some(pending);
        self.drain()?;
        Ok(Some(offer.to_sdp_string()))
    }

    /// Takes a datagram of LiveKit.
    pub(crate) fn receive(&mut self, datagram: &[u8], now: Instant) -> Result<(), RtcError> {
        // What is not of WebRTC is dropped.
        let Ok(contents) = datagram.try_into() else {
            return Ok(());
        };
        let receive = Receive {
            proto: Protocol::Udp,
            source: self.remote,
            destination: self.local,
            contents,
        };
        self.rtc.handle_input(Input::Receive(now, receive))?;
        self.drain()
    }

    /// Lets time pass.
    pub(crate) fn tick(&mut self, now: Instant) -> Result<(), RtcError> {
        self.rtc.handle_input(Input::Timeout(now))?;
        self.drain()
    }

    /// Returns when [`Self::tick`] is due.
    pub(crate) fn deadline(&self) -> Instant {
        self.timeout
    }

    /// Packetises a frame of the page.
    pub(crate) fn write(&mut self, frame: UpFrame) -> Result<(), RtcError> {
        let (mid, codec) = match (frame.kind.is_audio(), self.audio, self.video) {
            (true, Some(mid), _) => (mid, RtcCodec::Opus),
            (false, _, Some((mid, VideoCodec::Vp8))) => (mid, RtcCodec::Vp8),
            (false, _, Some((mid, VideoCodec::H264))) => (mid, RtcCodec::H264),
            _ => return Ok(()),
        };
        let Some(writer) = self.rtc.writer(mid) else {
            return Ok(());
        };
        let negotiated = writer
            .payload_params()
            .find(|params| params.spec().codec == codec);
        let Some(payload_type) = negotiated.map(|params| params.pt()) else {
            return Ok(());
        };
        let level = i8::try_from(frame.level).unwrap_or(i8::MAX);
        let writer = if codec == RtcCodec::Opus {
            writer.audio_level(-level, frame.level <= SPEECH)
        } else {
            writer
        };
        let time = MediaTime::from_micros(frame.media);
        writer.write(payload_type, frame.wallclock, time, frame.payload)?;
        self.drain()
    }

    /// Requests a key frame of another participant's video.
    pub(crate) fn request_keyframe(&mut self, mid: Mid) -> Result<(), RtcError> {
        if let Some(mut writer) = self.rtc.writer(mid) {
            // Without a packet so far there is nothing to request it from: it begins with a key frame.
            let _ = writer.request_keyframe(None, KeyframeRequestKind::Pli);
        }
        self.drain()
    }

    /// Sends a data packet. It is dropped while the channel is not open, or full.
    pub(crate) fn send(&mut self, reliable: bool, packet: &[u8]) -> Result<(), RtcError> {
        let id = if reliable { self.reliable } else { self.lossy };
        if let Some(mut channel) = self.rtc.channel(id)
            && !channel.write(true, packet)?
        {
            tracing::debug!("a data channel is full");
        }
        self.drain()
    }

    /// Returns the next datagram for LiveKit.
    pub(crate) fn datagram(&mut self) -> Option<Datagram> {
        self.datagrams.pop_front()
    }

    /// Returns what happened next.
    pub(crate) fn event(&mut self) -> Option<PeerEvent> {
        self.events.pop_front()
    }

    /// str0m demands it after each change.
    fn drain(&mut self) -> Result<(), RtcError> {
        loop {
            match self.rtc.poll_output()? {
                Output::Timeout(at) => {
                    self.timeout = at;
                    return Ok(());
                }
                Output::Transmit(transmit) if transmit.destination == self.remote => {
                    self.datagrams.push_back(transmit.contents.to_vec());
                }
                Output::Transmit(_) => {}
                Output::Event(event) => self.events.extend(event::read(event, self.video)),
            }
        }
    }
}
