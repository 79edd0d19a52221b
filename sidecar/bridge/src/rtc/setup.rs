//! How a peer connection and its parts are made.

use std::sync::Arc;
use std::time::Instant;

use str0m::Rtc;
use str0m::change::SdpApi;
use str0m::channel::{ChannelConfig, Reliability};
use str0m::config::{CryptoProvider, DtlsCert};
use str0m::crypto::from_feature_flags;
use str0m::media::{Direction, MediaKind, Mid};

use crate::wire::message::{Hello, VideoCodec};

/// Packets of the largest frame: 256 KiB in pieces of some 1100 bytes.
const MAX_PACKETS: usize = 260;

/// What all peer connections of the process share: making a certificate takes some 90 ms.
#[derive(Clone, Debug)]
pub(crate) struct Dtls {
    provider: Arc<CryptoProvider>,
    certificate: DtlsCert,
}

impl Dtls {
    /// Generates the certificate. Returns `None` if the operating system gives no random numbers.
    pub(crate) fn generate() -> Option<Self> {
        let provider = Arc::new(from_feature_flags());
        let certificate = provider.dtls_provider.generate_certificate()?;
        Some(Self {
            provider,
            certificate,
        })
    }
}

pub(super) fn connection(dtls: &Dtls, hello: &Hello, now: Instant) -> Rtc {
    Rtc::builder()
        .set_crypto_provider(Arc::clone(&dtls.provider))
        .set_dtls_cert(dtls.certificate.clone())
        .clear_codecs()
        .enable_opus(true, false)
        // Also for a page without video: LiveKit wants sections for the others' videos, and one without a codec is invalid.
        .enable_vp8(hello.uses(VideoCodec::Vp8) || !hello.uses(VideoCodec::H264))
        .enable_h264(hello.uses(VideoCodec::H264))
        .set_reordering_size_video(MAX_PACKETS)
        .build(now)
}

/// Adds a section for a track of the page.
pub(super) fn own(change: &mut SdpApi<'_>, kind: MediaKind, cid: &str) -> Mid {
    let (stream, track) = (Some("page".to_owned()), Some(cid.to_owned()));
    change.add_media(kind, Direction::SendOnly, stream, track, None)
}

pub(super) fn channel(label: &str, is_reliable: bool) -> ChannelConfig {
    ChannelConfig {
        label: label.to_owned(),
        ordered: is_reliable,
        reliability: if is_reliable {
            Reliability::Reliable
        } else {
            Reliability::MaxRetransmits { retransmits: 0 }
        },
        ..ChannelConfig::default()
    }
}
