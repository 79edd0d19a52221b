//! What Compose says of this folder and its settings, looked at before anything is made: what cannot work is refused
//! here, once and with the reason.

use std::path::Path;

use anyhow::{Result, bail};
use clap::Args;

use super::owners::SIDECAR;
use super::public_name::{self, Form};
use super::readable;
use crate::init::claim::{self, Claimant};
use crate::init::mounts;

/// Where `compose.yaml` mounts what containers read, each folder under its own name.
const MOUNTED: &str = "/mounted";
/// A file of the repository: its source is the folder that the project is run from.
const ROOT_FILE: &str = "/templates/livekit.yaml";

/// LiveKit's usual ports for media.
const TCP_PORT: u16 = 7881;
const UDP_PORT: u16 = 7882;

/// Settings that `init` checks for others; empty is unset.
#[derive(Debug, Default, Args)]
pub struct Surroundings {
    /// The address of a tunnel or proxy of the user's own
    #[arg(long, env = "PUBLIC_URL", default_value = "")]
    pub public_url: String,
    /// A domain of the user's own
    #[arg(long, env = "SIDELINK_DOMAIN", default_value = "")]
    pub domain: String,
    /// Which of a named tunnel's names
    #[arg(long, env = "SIDELINK_HOSTNAME", default_value = "")]
    pub hostname: String,
    /// The Compose project
    #[arg(long, env = "COMPOSE_PROJECT_NAME", default_value = "sidelink")]
    pub project: String,
    /// `yes`: the project's folder has moved
    #[arg(long, env = "SIDELINK_MOVED", default_value = "")]
    pub moved: String,
    /// Where this machine takes media over TCP
    #[arg(long, env = "SIDELINK_MEDIA_TCP_PORT", default_value = "")]
    pub media_tcp_port: String,
    /// Where this machine takes media over UDP
    #[arg(long, env = "SIDELINK_MEDIA_UDP_PORT", default_value = "")]
    pub media_udp_port: String,
}

impl Surroundings {
    /// Refuses what cannot work, and writes down from which folder the project is run.
    pub(super) fn check(&self) -> Result<()> {
        public_name::check("PUBLIC_URL", &self.public_url, Form::NameOrUrl)?;
        public_name::check("SIDELINK_DOMAIN", &self.domain, Form::Name)?;
        public_name::check("SIDELINK_HOSTNAME", &self.hostname, Form::Name)?;
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
        claim::stake(Path::new(claim::PLACE), &claimant, claim::now())
    }

    /// LiveKit's ports for TCP and UDP, which are published one to one.
    pub(super) fn media_ports(&self) -> Result<(String, String)> {
        let port = |setting, text: &str, usual: u16| match text.trim() {
            "" => Ok(usual.to_string()),
            text => match text.parse::<u16>() {
                Ok(port) if port != 0 => Ok(port.to_string()),
                _ => bail!("{setting} is {text:?}: use a port from 1 to 65535, e.g. {usual}"),
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
    fn media_ports_are_livekits_or_the_users() {
        let mut settings = Surroundings::default();
        let usual = ("7881".to_owned(), "7882".to_owned());
        assert_eq!(settings.media_ports().expect("unset"), usual);
        settings.media_udp_port = "7982".to_owned();
        assert_eq!(settings.media_ports().expect("one").1, "7982");
        for bad in ["0", "70000", "udp", "-1"] {
            settings.media_udp_port = bad.to_owned();
            let error = settings.media_ports().expect_err(bad).to_string();
            assert!(error.contains("SIDELINK_MEDIA_UDP_PORT"), "{error}");
        }
    }
}
