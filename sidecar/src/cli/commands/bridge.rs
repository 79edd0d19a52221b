//! `sidelink bridge`: carries the media of phones that no UDP reaches through the HTTP tunnel.

use std::str::FromStr;

use anyhow::{Context, Result, bail};
use clap::Args;
use sidelink_bridge::{Bridge, Settings};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::healthcheck::answers;
use crate::config::log_format::LogFormat;
use crate::http;
use crate::runtime::exit::CommandFailure;
use crate::runtime::log;

/// The bridge's settings. Compose passes a setting that the user does not make as an empty text.
#[derive(Clone, Debug, Args)]
pub struct BridgeOptions {
    /// The address to listen on; default: 0.0.0.0:8791
    #[arg(long, env = "SIDELINK_BRIDGE_LISTEN", default_value = "")]
    listen: String,
    /// LiveKit's host and HTTP port; default: livekit:7880
    #[arg(long, env = "SIDELINK_BRIDGE_LIVEKIT", default_value = "")]
    livekit: String,
    /// LiveKit's host and UDP port; default: livekit:7882
    #[arg(long, env = "SIDELINK_BRIDGE_MEDIA", default_value = "")]
    media: String,
    /// `off` takes no phones; the service answers all the same
    #[arg(long, env = "SIDELINK_MEDIA_TUNNEL", default_value = "")]
    media_tunnel: String,
    /// Phones at once; default: 6
    #[arg(long, env = "SIDELINK_BRIDGE_PHONES", default_value = "")]
    phones: String,
    /// Phones of one visitor's address at once; default: 3
    #[arg(long, env = "SIDELINK_BRIDGE_PHONES_PER_ADDRESS", default_value = "")]
    phones_per_address: String,
    /// Bits per second of a phone's video; default: 1500000
    #[arg(long, env = "SIDELINK_BRIDGE_BITRATE", default_value = "")]
    bitrate: String,
    /// MB a month that the tunnel's provider carries for calls; default: no limit
    #[arg(long, env = "SIDELINK_MEDIA_QUOTA", default_value = "")]
    quota: String,
    /// Request the bridge's own health and exit, for Docker's healthcheck
    #[arg(long)]
    check: bool,
}

/// Serves until SIGTERM or SIGINT; with `--check`, sends one request and ends.
pub async fn run(options: BridgeOptions) -> Result<(), CommandFailure> {
    let only_check = options.check;
    let settings = options.settings().map_err(CommandFailure::config)?;
    if only_check {
        return answers(settings.listen, "/").await;
    }
    log::start(LogFormat::Text);
    let stop = stop_signal()?;
    let listen = settings.listen;
    let bridge = Bridge::new(settings).map_err(CommandFailure::config)?;
    let listener = TcpListener::bind(listen).await;
    let listener = listener.with_context(|| format!("cannot listen on {listen}"));
    let listener = listener.map_err(CommandFailure::config)?;
    tracing::info!(%listen, "the bridge listens");
    let (router, max) = (bridge.router(), bridge.max_connections());
    http::serve(listener, router, max, stop).await?;
    bridge.end().await;
    Ok(())
}

/// Returns a future that completes on SIGTERM or SIGINT.
pub(super) fn stop_signal() -> std::io::Result<impl Future<Output = ()> + Send> {
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = interrupted.recv() => {}
        }
    })
}

impl BridgeOptions {
    fn settings(self) -> Result<Settings> {
        let or = |set: String, default: &str| {
            if set.is_empty() {
                default.to_owned()
            } else {
                set
            }
        };
        Ok(Settings {
            listen: parse("SIDELINK_BRIDGE_LISTEN", &or(self.listen, "0.0.0.0:8791"))?,
            livekit: or(self.livekit, "livekit:7880"),
            media: or(self.media, "livekit:7882"),
            phones: match &*self.media_tunnel {
                "off" => 0,
                "" | "on" => parse("SIDELINK_BRIDGE_PHONES", &or(self.phones, "6"))?,
                other => bail!("SIDELINK_MEDIA_TUNNEL is {other:?}: use on or off"),
            },
            phones_per_address: parse(
                "SIDELINK_BRIDGE_PHONES_PER_ADDRESS",
                &or(self.phones_per_address, "3"),
            )?,
            bitrate: parse("SIDELINK_BRIDGE_BITRATE", &or(self.bitrate, "1500000"))?,
            quota: match &*self.quota {
                "" => None,
                quota => Some(parse::<u32>("SIDELINK_MEDIA_QUOTA", quota)?),
            }
            .map(|megabytes| u64::from(megabytes) * 1_000_000),
        })
    }
}

pub(super) fn parse<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    name: &str,
    text: &str,
) -> Result<T> {
    text.trim()
        .parse()
        .with_context(|| format!("{name} is {text:?}, which is not valid"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(phones: &str) -> BridgeOptions {
        BridgeOptions {
            listen: String::new(),
            livekit: String::new(),
            media: String::new(),
            media_tunnel: String::new(),
            phones: phones.to_owned(),
            phones_per_address: String::new(),
            bitrate: String::new(),
            quota: String::new(),
            check: false,
        }
    }

    #[test]
    fn an_empty_setting_is_its_default_and_a_bad_one_is_named() {
        let settings = options("").settings().expect("valid");
        assert_eq!(
            (settings.phones, settings.listen.port(), settings.bitrate),
            (6, 8791, 1_500_000)
        );
        assert_eq!(settings.media, "livekit:7882");
        let off = BridgeOptions {
            media_tunnel: "off".to_owned(),
            ..options("6")
        };
        assert_eq!(off.settings().expect("valid").phones, 0);
        assert_eq!(options("").settings().expect("valid").quota, None);
        let metered = BridgeOptions {
            quota: "1000".to_owned(),
            ..options("")
        };
        let quota = metered.settings().expect("valid").quota;
        assert_eq!(quota, Some(1_000_000_000));
        for bad in ["six", "-1"] {
            let error = options(bad).settings().expect_err(bad).to_string();
            assert!(error.contains("SIDELINK_BRIDGE_PHONES"), "{error}");
        }
    }
}
