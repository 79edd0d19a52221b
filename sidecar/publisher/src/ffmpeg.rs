//! The programs `ffprobe` and `ffmpeg`: their arguments, and how they are run. They see one file and no network.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::error::Error;
use crate::inspection::{Audio, Packet, Playable, Probed};
use crate::name::VideoName;

/// Time for a look at a file.
const PROBE_TIMEOUT: Duration = Duration::from_secs(20);
/// Seconds of a file that are looked at.
const PROBED_SECONDS: u32 = 120;
/// Size of what `ffprobe` prints, bytes: two minutes at 120 pictures a second.
const MAX_PROBED: u64 = 1024 * 1024;
/// Length of an error of ffmpeg that is passed on, characters.
const MAX_ERROR: usize = 200;
/// Containers that are read. Playlists are not among them: they name other files.
const FORMATS: &str = "avi,matroska,mov,mp4,mpeg,mpegts,webm";

/// How a video is encoded once: what every browser decodes, in a size and at a bit rate that a phone's line carries.
/// A key frame each second.
const ENCODING: &[&str] = &[
    "-map",
    "0:v:0",
    "-map",
    "0:a:0?",
    "-c:v",
    "libx264",
    "-preset",
    "veryfast",
    "-profile:v",
    "baseline",
    "-pix_fmt",
    "yuv420p",
    "-vf",
    "scale=w='min(1280,iw)':h=-2",
    "-force_key_frames",
    "expr:gte(t,n_forced)",
    "-b:v",
    "2000k",
    "-maxrate",
    "2500k",
    "-bufsize",
    "2500k",
    "-c:a",
    "libopus",
    "-b:a",
    "96k",
    "-ac",
    "2",
];

/// Returns the command with which a user converts a file by hand.
pub(crate) fn conversion_command(name: &VideoName) -> String {
    let quoted = |text: &str| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || ":_-./=".contains(c);
        if text.chars().all(is_plain) {
            text.to_owned()
        } else {
            format!("\"{text}\"")
        }
    };
    // A name that a shell could read otherwise is left to the user.
    let is_safe = |c: char| c.is_alphanumeric() || " ._-()".contains(c);
    let name = Some(name.as_str())
        .filter(|name| name.chars().all(is_safe))
        .unwrap_or("video.mp4");
    let stem = Path::new(name)
        .file_stem()
        .and_then(OsStr::to_str)
        .unwrap_or("video");
    let arguments: Vec<String> = ENCODING.iter().map(|argument| quoted(argument)).collect();
    format!(
        "ffmpeg -i {} {} {}",
        quoted(name),
        arguments.join(" "),
        quoted(&format!("{stem}-call.mkv"))
    )
}

/// Returns what a file has, and the packets of its video in the first two minutes.
pub(crate) async fn probe(file: &Path) -> Result<(Probed, Vec<Packet>), Error> {
    let entries = "format=duration,bit_rate:stream=codec_type,codec_name,profile,pix_fmt,field_order,width,height:stream_disposition=attached_pic";
    let streams = ffprobe(file, &["-of", "json", "-show_entries", entries]).await?;
    let probed = serde_json::from_str(&streams);
    let probed = probed.map_err(|_| Error::Unreadable("ffprobe prints no JSON".to_owned()))?;
    let interval = format!("%+{PROBED_SECONDS}");
    let shown = [
        "-select_streams",
        "v:0",
        "-read_intervals",
        &interval,
        "-of",
        "csv=p=0",
        "-show_entries",
        "packet=pts_time,flags",
    ];
    let packets = ffprobe(file, &shown).await?;
    Ok((probed, packets.lines().filter_map(packet).collect()))
}

/// Starts the program that reads a file and prints it as Matroska, as fast as that is read.
pub(crate) fn read(file: &Path, playable: &Playable, is_looped: bool) -> Result<Child, Error> {
    let audio: &[&str] = match playable.audio {
        None => &["-an"],
        Some(Audio::Passes) => &["-map", "0:a:0", "-c:a", "copy"],
        Some(Audio::Encoded) => &[
            "-map",
            "0:a:0",
            "-c:a",
            "libopus",
            "-b:a",
            "96k",
            "-ac",
            "2",
            "-frame_duration",
            "20",
        ],
    };
    let mut command = ffmpeg();
    if is_looped {
        command.args(["-stream_loop", "-1"]);
    }
    command
        .args(input(file))
        .args(["-map", "0:v:0", "-c:v", "copy"])
        .args(audio);
    command.args([
        "-f",
        "matroska",
        "-cluster_time_limit",
        "500",
        "-flush_packets",
        "1",
        "pipe:1",
    ]);
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    command.spawn().map_err(failed)
}

/// Converts a file. `progress` gets the seconds of the video that are done.
pub(crate) async fn convert(
    from: &Path,
    to: &Path,
    mut progress: impl FnMut(f64),
) -> Result<(), Error> {
    let mut command = ffmpeg();
    command
        .args(input(from))
        .args(ENCODING)
        .args(["-f", "matroska", "-progress", "pipe:1", "-y"])
        .arg(to);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(failed)?;
    let errors = tokio::spawn(last_line(child.stderr.take()));
    if let Some(output) = child.stdout.take() {
        let mut lines = BufReader::new(output).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            let micros = line
                .strip_prefix("out_time_us=")
                .and_then(|text| text.parse::<f64>().ok());
            micros.into_iter().for_each(|micros| progress(micros / 1e6));
        }
    }
    let status = child.wait().await.map_err(failed)?;
    let error = errors.await.unwrap_or_default();
    status.success().then_some(()).ok_or(Error::Ffmpeg(error))
}

/// `nice`: a call on this machine goes first.
fn ffmpeg() -> Command {
    let mut command = Command::new("nice");
    command.args(["ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "error"]);
    command.stdin(Stdio::null()).kill_on_drop(true);
    command
}

async fn ffprobe(file: &Path, shown: &[&str]) -> Result<String, Error> {
    let mut command = Command::new("ffprobe");
    command
        .args(["-loglevel", "error"])
        .args(shown)
        .args(input(file));
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn().map_err(failed)?;
    let errors = tokio::spawn(last_line(child.stderr.take()));
    let read = async {
        let mut text = String::new();
        if let Some(output) = child.stdout.take() {
            output
                .take(MAX_PROBED)
                .read_to_string(&mut text)
                .await
                .map_err(failed)?;
        }
        child
            .wait()
            .await
            .map(|status| (status.success(), text))
            .map_err(failed)
    };
    let read = timeout(PROBE_TIMEOUT, read).await;
    let (is_success, text) =
        read.map_err(|_| Error::Unreadable("that takes too long".to_owned()))??;
    if is_success {
        Ok(text)
    } else {
        Err(Error::Unreadable(errors.await.unwrap_or_default()))
    }
}

fn input(file: &Path) -> [OsString; 6] {
    let mut url = OsString::from("file:");
    url.push(file);
    [
        "-protocol_whitelist".into(),
        "file".into(),
        "-format_whitelist".into(),
        FORMATS.into(),
        "-i".into(),
        url,
    ]
}

/// Reads a line `0.040000,K__`.
fn packet(line: &str) -> Option<Packet> {
    let (shown, flags) = line.split_once(',')?;
    Some(Packet {
        shown: shown.parse().ok()?,
        is_key: flags.contains('K'),
    })
}

/// Returns the last line of a program's errors, without the file's path.
async fn last_line(errors: Option<impl tokio::io::AsyncRead + Unpin>) -> String {
    let mut last = String::new();
    if let Some(errors) = errors {
        let mut lines = BufReader::new(errors).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            if !line.trim().is_empty() {
                last = line;
            }
        }
    }
    let last = last.rsplit(": ").next().unwrap_or_default();
    last.chars()
        .filter(|c| !c.is_control())
        .take(MAX_ERROR)
        .collect()
}

fn failed(error: std::io::Error) -> Error {
    Error::Ffmpeg(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_read_as_ffprobe_prints_it() {
        assert_eq!(
            packet("0.040000,K__"),
            Some(Packet {
                shown: 0.04,
                is_key: true
            })
        );
        assert_eq!(
            packet("1.5,___"),
            Some(Packet {
                shown: 1.5,
                is_key: false
            })
        );
        assert_eq!(packet("N/A,K__"), None);
        assert_eq!(packet(""), None);
    }

    #[test]
    fn the_command_quotes_names_and_leaves_out_what_a_shell_would_run() {
        let of = |name| conversion_command(&VideoName::parse(name).expect("a name"));
        assert!(
            of("a b.mp4").starts_with("ffmpeg -i \"a b.mp4\" -map 0:v:0 "),
            "{}",
            of("a b.mp4")
        );
        assert!(of("a b.mp4").ends_with(" \"a b-call.mkv\""));
        assert!(of("$(reboot).mp4").starts_with("ffmpeg -i video.mp4 "));
        assert!(of("a\";b.mp4").ends_with(" video-call.mkv"));
    }
}
