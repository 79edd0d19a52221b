//! `sidelink publisher`: plays video files of a folder into LiveKit rooms.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::Args;
use sidelink_publisher::{Publisher, Settings};
use tokio::net::TcpListener;

use super::bridge::{parse, stop_signal};
use super::healthcheck::answers;
use crate::config::log_format::LogFormat;
use crate::http;
use crate::runtime::exit::CommandFailure;
use crate::runtime::log;

/// Connections at once: the sidecar's, and the healthcheck's.
const MAX_CONNECTIONS: usize = 64;
/// Bytes of a megabyte.
const MEGABYTE: u64 = 1_000_000;

/// The publisher's settings. Compose passes a setting that the user does not make as an empty text.
#[derive(Clone, Debug, Args)]
pub struct PublisherOptions {
    /// The address to listen on
    #[arg(long, default_value = "0.0.0.0:8792")]
    listen: String,
    /// LiveKit's host and HTTP port
    #[arg(
        long,
        env = "SIDELINK_PUBLISHER_LIVEKIT",
        default_value = "livekit:7880"
    )]
    livekit: String,
    /// LiveKit's host and UDP port
    #[arg(long, env = "SIDELINK_PUBLISHER_MEDIA", default_value = "livekit:7882")]
    media: String,
    /// Videos that play at once; default: 4
    #[arg(long, env = "SIDELINK_VIDEO_PLAYS", default_value = "")]
    plays: String,
    /// MB that converted videos may take; default: 10000
    #[arg(long, env = "SIDELINK_VIDEO_CACHE", default_value = "")]
    cache_limit: String,
    /// The folder of the videos
    #[arg(long, default_value = "/videos")]
    videos: PathBuf,
    /// The folder of converted videos
    #[arg(long, default_value = "/cache")]
    cache: PathBuf,
    /// The file with the sidecar's token
    #[arg(long, default_value = "/secrets/token")]
    token: PathBuf,
    /// Request the publisher's own health and exit, for Docker's healthcheck
    #[arg(long)]
    check: bool,
}

/// Serves until SIGTERM or SIGINT; with `--check`, sends one request and ends.
pub async fn run(options: PublisherOptions) -> Result<(), CommandFailure> {
    let (only_check, token_file) = (options.check, options.token.clone());
    let settings = options.settings().map_err(CommandFailure::config)?;
    let listen = settings.listen;
    if only_check {
        return answers(listen, "/").await;
    }
    log::start(LogFormat::Text);
    let stop = stop_signal()?;
    let token = fs::read_to_string(&token_file);
    let token = token.with_context(|| {
        format!(
            "cannot read {}, which `init` writes: run `docker compose up --detach`",
            token_file.display()
        )
    });
    let token: Arc<str> = token.map_err(CommandFailure::config)?.trim().into();
    let publisher = Publisher::new(settings, token).map_err(CommandFailure::config)?;
    let prepared = publisher
        .prepare()
        .await
        .context("cannot use the folder of converted videos");
    prepared.map_err(CommandFailure::config)?;
    let listener = TcpListener::bind(listen).await;
    let listener = listener.with_context(|| format!("cannot listen on {listen}"));
    let listener = listener.map_err(CommandFailure::config)?;
    tracing::info!(%listen, "the publisher listens");
    http::serve(listener, publisher.router(), MAX_CONNECTIONS, stop).await?;
    publisher.end().await;
    Ok(())
}

impl PublisherOptions {
    fn settings(self) -> Result<Settings> {
        let number = |name: &str, text: &str, default: u32| match text {
            "" => Ok(default),
            text => parse::<u32>(name, text),
        };
        let plays = number("SIDELINK_VIDEO_PLAYS", &self.plays, 4)?;
        if plays == 0 {
            bail!("SIDELINK_VIDEO_PLAYS is 0: use a number of videos, e.g. 4");
        }
        let megabytes = number("SIDELINK_VIDEO_CACHE", &self.cache_limit, 10_000)?;
        Ok(Settings {
            listen: parse("--listen", &self.listen)?,
            livekit: self.livekit,
            media: self.media,
            videos: self.videos,
            cache: self.cache,
            cache_limit: u64::from(megabytes) * MEGABYTE,
            plays: usize::try_from(plays)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        options: PublisherOptions,
    }

    #[test]
    fn an_empty_setting_is_its_default_and_a_bad_one_is_named() {
        let settings = |arguments: &[&str]| {
            let arguments = ["publisher"].iter().chain(arguments);
            Command::parse_from(arguments).options.settings()
        };
        let defaults = settings(&["--plays", "", "--cache-limit", ""]).expect("valid");
        assert_eq!((defaults.plays, defaults.cache_limit), (4, 10_000_000_000));
        for (option, bad, name) in [
            ("--plays", "0", "SIDELINK_VIDEO_PLAYS"),
            ("--plays", "many", "SIDELINK_VIDEO_PLAYS"),
            ("--cache-limit", "-1", "SIDELINK_VIDEO_CACHE"),
        ] {
            let error = settings(&[&format!("{option}={bad}")])
                .expect_err(bad)
                .to_string();
            assert!(error.contains(name), "{error}");
        }
    }
}
