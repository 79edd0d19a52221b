//! What a file has, and whether browsers can show it as it is.

use serde::Deserialize;
use sidelink_bridge::VideoCodec;

/// H.264 profiles that the browsers' WebRTC decodes.
const PROFILES: &[&str] = &["Baseline", "Constrained Baseline", "High", "Main"];
/// Bits of colour that they decode: 8 per sample, 4:2:0.
const PIXELS: &[&str] = &["yuv420p", "yuvj420p"];
/// Longest time between key frames, seconds: a viewer who joins waits for the next one. A tenth for files that round.
const KEYFRAME_INTERVAL: f64 = 2.1;
/// Bits per second that a phone's line carries well.
const MAX_BITRATE: u32 = 8_000_000;
/// Bits per second that LiveKit gets for a file whose header does not say.
const USUAL_BITRATE: u32 = 2_500_000;

/// What `ffprobe` reports.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Probed {
    #[serde(default)]
    pub(crate) streams: Vec<Stream>,
    #[serde(default)]
    pub(crate) format: Format,
}

/// One stream of a file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Stream {
    codec_type: String,
    codec_name: String,
    profile: String,
    pix_fmt: String,
    field_order: String,
    width: u32,
    height: u32,
    disposition: Disposition,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Disposition {
    attached_pic: u8,
}

/// What `ffprobe` reports of the whole file. Its numbers are texts.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Format {
    duration: String,
    bit_rate: String,
}

/// A packet of the video: when it is shown, in seconds, and whether it is a key frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Packet {
    pub(crate) shown: f64,
    pub(crate) is_key: bool,
}

/// What a file has.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Inspection {
    /// ffmpeg's name, e.g. `h264`.
    pub(crate) video_codec: String,
    /// ffmpeg's name; `None` without sound.
    pub(crate) audio_codec: Option<String>,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Seconds; `None` where the file does not say.
    pub(crate) duration: Option<f64>,
    /// Bits per second.
    pub(crate) bitrate: Option<u32>,
    /// How it plays as it is, or why not.
    pub(crate) playable: Result<Playable, Unplayable>,
}

/// How a file is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Playable {
    pub(crate) codec: VideoCodec,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) bitrate: u32,
    pub(crate) audio: Option<Audio>,
}

/// What happens to the sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audio {
    /// It is Opus already.
    Passes,
    /// It becomes Opus while the file plays.
    Encoded,
}

/// Why browsers cannot show a file as it is. Each can be converted.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Unplayable {
    /// A codec that not every browser decodes in a call.
    Codec(String),
    /// A profile of H.264, or a colour format.
    Profile(String),
    /// Pictures in another order than they are shown, which WebRTC does not know.
    BFrames,
    /// Half pictures, which browsers show as stripes.
    Interlaced,
    /// Seconds between two key frames.
    Keyframes(f64),
    /// Bits per second.
    Bitrate(u32),
}

impl Unplayable {
    /// Returns the reason in English and Portuguese.
    pub(crate) fn texts(&self) -> [String; 2] {
        match self {
            Self::Codec(codec) => [
                format!("its codec is {codec}; a call takes H.264 and VP8"),
                format!("o codec é {codec}; uma chamada aceita H.264 e VP8"),
            ],
            Self::Profile(profile) => [
                format!("not every browser decodes its format, {profile}"),
                format!("nem todo navegador decodifica o formato {profile}"),
            ],
            Self::BFrames => [
                "it has B-frames, which calls cannot carry".to_owned(),
                "tem B-frames, que chamadas não transportam".to_owned(),
            ],
            Self::Interlaced => ["it is interlaced".to_owned(), "é entrelaçado".to_owned()],
            Self::Keyframes(seconds) => [
                format!(
                    "its key frames are {seconds:.1} s apart, so a viewer who joins waits that long; at most 2 s"
                ),
                format!(
                    "os quadros-chave têm {seconds:.1} s entre si, e quem entra espera esse tempo; no máximo 2 s"
                ),
            ],
            Self::Bitrate(bits) => {
                let megabits = f64::from(*bits) / 1e6;
                [
                    format!("it needs {megabits:.1} Mbit/s; at most 8"),
                    format!("precisa de {megabits:.1} Mbit/s; no máximo 8"),
                ]
            }
        }
    }
}

impl Inspection {
    /// Judges a file by its streams and the first packets of its video. Returns `None` for a file without a video.
    pub(crate) fn of(probed: &Probed, packets: &[Packet]) -> Option<Self> {
        let is_video =
            |stream: &&Stream| stream.codec_type == "video" && stream.disposition.attached_pic == 0;
        let video = probed.streams.iter().find(is_video)?;
        let audio = probed
            .streams
            .iter()
            .find(|stream| stream.codec_type == "audio");
        let bitrate = probed.format.bit_rate.parse().ok();
        let playable = judge(video, bitrate, packets).map(|codec| Playable {
            codec,
            width: video.width,
            height: video.height,
            bitrate: bitrate.unwrap_or(USUAL_BITRATE),
            audio: audio.map(|stream| match &*stream.codec_name {
                "opus" => Audio::Passes,
                _ => Audio::Encoded,
            }),
        });
        Some(Self {
            video_codec: video.codec_name.clone(),
            audio_codec: audio.map(|stream| stream.codec_name.clone()),
            width: video.width,
            height: video.height,
            duration: probed.format.duration.parse().ok(),
            bitrate,
            playable,
        })
    }
}

fn judge(
    video: &Stream,
    bitrate: Option<u32>,
    packets: &[Packet],
) -> Result<VideoCodec, Unplayable> {
    let codec = match &*video.codec_name {
        "h264" => VideoCodec::H264,
        "vp8" => VideoCodec::Vp8,
        other => return Err(Unplayable::Codec(other.to_owned())),
    };
    if codec == VideoCodec::H264 && !PROFILES.contains(&&*video.profile) {
        return Err(Unplayable::Profile(video.profile.clone()));
    }
    if !PIXELS.contains(&&*video.pix_fmt) {
        return Err(Unplayable::Profile(video.pix_fmt.clone()));
    }
    if packets.windows(2).any(|pair| pair[1].shown < pair[0].shown) {
        return Err(Unplayable::BFrames);
    }
    if !matches!(&*video.field_order, "" | "progressive" | "unknown") {
        return Err(Unplayable::Interlaced);
    }
    let gap = longest_gap(packets);
    if gap > KEYFRAME_INTERVAL {
        return Err(Unplayable::Keyframes(gap));
    }
    match bitrate {
        Some(bits) if bits > MAX_BITRATE => Err(Unplayable::Bitrate(bits)),
        _ => Ok(codec),
    }
}

/// Returns the longest time without a key frame, seconds. Before the first one counts too.
fn longest_gap(packets: &[Packet]) -> f64 {
    let start = packets.first().map_or(0.0, |packet| packet.shown);
    let mut last = start;
    let mut longest = 0.0_f64;
    for packet in packets {
        longest = longest.max(packet.shown - last);
        if packet.is_key {
            last = packet.shown;
        }
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn probed(video: &str) -> Probed {
        let audio = r#"{"codec_type":"audio","codec_name":"aac"}"#;
        let format = r#"{"duration":"12.5","bit_rate":"900000"}"#;
        let text = format!(r#"{{"streams":[{audio},{video}],"format":{format}}}"#);
        serde_json::from_str(&text).expect("as ffprobe prints it")
    }

    fn stream(change: &[(&str, &str)]) -> String {
        let mut fields = serde_json::json!({
            "codec_type": "video", "codec_name": "h264", "profile": "High", "pix_fmt": "yuv420p",
            "field_order": "progressive", "width": 640, "height": 360, "disposition": {"attached_pic": 0},
        });
        for (name, value) in change {
            fields[name] = serde_json::json!(value);
        }
        fields.to_string()
    }

    /// A packet each 40 ms for 10 s, a key frame each `interval` ms.
    fn packets(interval: u32) -> Vec<Packet> {
        let at = |ms: u32| Packet {
            shown: f64::from(ms) / 1000.0,
            is_key: ms.is_multiple_of(interval),
        };
        (0..10_000).step_by(40).map(at).collect()
    }

    fn reason(change: &[(&str, &str)], packets: &[Packet]) -> Option<Unplayable> {
        let inspection = Inspection::of(&probed(&stream(change)), packets).expect("a video");
        inspection.playable.err()
    }

    #[test]
    fn h264_and_vp8_pass_and_aac_becomes_opus() {
        let inspection = Inspection::of(&probed(&stream(&[])), &packets(2_000)).expect("a video");
        assert_eq!(
            (inspection.duration, inspection.bitrate),
            (Some(12.5), Some(900_000))
        );
        let playable = inspection.playable.expect("plays");
        assert_eq!(
            (playable.codec, playable.audio),
            (VideoCodec::H264, Some(Audio::Encoded))
        );
        assert_eq!(
            reason(&[("codec_name", "vp8"), ("profile", "0")], &packets(1_000)),
            None
        );
    }

    #[test]
    fn what_browsers_cannot_show_has_its_reason() {
        let good = packets(2_000);
        assert_eq!(
            reason(&[("codec_name", "hevc")], &good),
            Some(Unplayable::Codec("hevc".to_owned()))
        );
        assert_eq!(
            reason(&[("profile", "High 10")], &good),
            Some(Unplayable::Profile("High 10".to_owned()))
        );
        assert_eq!(
            reason(&[("pix_fmt", "yuv444p")], &good),
            Some(Unplayable::Profile("yuv444p".to_owned()))
        );
        assert_eq!(
            reason(&[("field_order", "tt")], &good),
            Some(Unplayable::Interlaced)
        );
        let mut reordered = good;
        reordered.swap(3, 5);
        assert_eq!(reason(&[], &reordered), Some(Unplayable::BFrames));
        let Some(Unplayable::Keyframes(gap)) = reason(&[], &packets(5_000)) else {
            panic!("is refused");
        };
        assert!((4.9..=5.0).contains(&gap), "{gap}");
        let Some(Unplayable::Keyframes(_)) = reason(&[], &packets(60_000)) else {
            panic!("one key frame only");
        };
    }

    #[test]
    fn a_cover_does_not_count() {
        let cover = stream(&[]).replace(r#""attached_pic":0"#, r#""attached_pic":1"#);
        assert_eq!(Inspection::of(&probed(&cover), &[]), None);
    }
}
