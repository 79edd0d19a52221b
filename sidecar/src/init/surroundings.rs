//! Checks the project's folder and its settings before anything is generated, and refuses what cannot work.

use std::path::Path;

use anyhow::{Result, bail};
use clap::Args;

use super::owners::SIDECAR;
use super::public_name::{self, NameForm};
use super::readable;
use crate::init::claim::{self, Claimant};
use crate::init::mounts;

/// Path at which `compose.yaml` mounts the folders that containers read, each under its name.
const MOUNTED: &str = "/mounted";
/// A mounted file of the repository; its source is in the project's folder.
const ROOT_FILE: &str = "/templates/livekit.yaml";

/// LiveKit's default ports for media.
const TCP_PORT: u16 = 7881;
const UDP_PORT: u16 = 7882;

/// Settings that `init` checks for other services; empty is unset.
#[derive(Debug, Default, Args)]
pub struct Surroundings {
    /// The public URL of a tunnel or proxy that you run
    #[arg(long, env = "PUBLIC_URL", default_value = "")]
    pub public_url: String,
    /// Your own domain
    #[arg(long, env = "SIDELINK_DOMAIN", default_value = "")]
    pub domain: String,
    /// One of several hostnames of a named tunnel
    #[arg(long, env = "SIDELINK_HOSTNAME", default_value = "")]
    pub hostname: String,
    /// The Compose project
    #[arg(long, env = "COMPOSE_PROJECT_NAME", default_value = "sidelink")]
    pub project: String,
    /// `yes`: the project's folder was moved
    #[arg(long, env = "SIDELINK_MOVED", default_value = "")]
    pub moved: String,
    /// This machine's port for media over TCP
    #[arg(long, env = "SIDELINK_MEDIA_TCP_PORT", default_value = "")]
    pub media_tcp_port: String,
    /// This machine's port for media over UDP
    #[arg(long, env = "SIDELINK_MEDIA_UDP_PORT", default_value = "")]
    pub media_udp_port: String,
}

impl Surroundings {
    /// Refuses settings that cannot work, and records the project's folder.
    pub(super) fn check(&self) -> Result<()> {
        public_name::check("PUBLIC_URL", &self.public_url, NameForm::NameOrUrl)?;
        public_name::check("SIDELINK_DOMAIN", &self.domain, NameForm::Name)?;
        public_name::check("SIDELINK_HOSTNAME", &self.hostname, NameForm::Name)?;
        readable::check(Path::new(MOUNTED))?;
        let Some(file) = mounts::at(Path::new(ROOT_FILE)) else {
            return Ok(());
        };
        let claimant = Claimant {
            folder: file.source.parent().unwrap_or(Path::new("/")),
            project: &self.project,
            moved: self.moved == "yes",
            sidecar: SIDECAR.0,
        };
        claim::stake(Path::new(claim::VOLUME), &claimant, claim::now())
    }

    /// Returns LiveKit's ports for TCP and UDP, which are the same inside and outside the container.
    pub(super) fn media_ports(&self) -> Result<(String, String)> {
        let port = |setting, text: &str, default: u16| match text.trim() {
            "" => Ok(default.to_string()),
            text => match text.parse::<u16>() {
                Ok(port) if port != 0 => Ok(port.to_string()),
                _ => bail!("{setting} is {text:?}: use a port from 1 to 65535, e.g. {default}"),
            },
        };
        let tcp = port("SIDELINK_MEDIA_TCP_PORT", &self.media_tcp_port, TCP_PORT)?;
        let udp = port("SIDELINK_MEDIA_UDP_PORT", &self.media_udp_port, UDP_PORT)?;
        Ok((tcp, udp))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_ports_are_livekits_or_from_the_settings() {
        let mut settings = Surroundings::default();
        let defaults = ("7881".to_owned(), "7882".to_owned());
        assert_eq!(settings.media_ports().expect("unset"), defaults);
        settings.media_udp_port = "7982".to_owned();
        assert_eq!(settings.media_ports().expect("one").1, "7982");
        for bad in ["0", "70000", "udp", "-1"] {
            settings.media_udp_port = bad.to_owned();
            let error = settings.media_ports().expect_err(bad).to_string();
            assert!(error.contains("SIDELINK_MEDIA_UDP_PORT"), "{error}");
        }
    }
}
