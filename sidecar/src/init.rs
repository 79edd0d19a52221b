//! `sidelink init`: generates every secret at the first start and renders the configuration that needs one.
//!
//! The sidecar's folder has the originals. Each other container gets only what it needs, in a separate volume, with mode
//! 0400 and itself as the owner. A second run keeps the secrets and renders again, so a lost volume is filled and a changed
//! `HOST_IP` or template takes effect. The user's own secrets under `./secrets/` are distributed in the same way.

pub mod claim;
mod files;
mod given;
pub mod mounts;
mod owners;
mod password;
mod public_name;
mod publisher;
mod readable;
mod relay;
mod surroundings;

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

pub use self::surroundings::Surroundings;

use self::files::{kept, remove, render, secret, write};
use self::owners::{APP, GATEWAY, ICECAST, LIVEKIT, PROCESSOR, REDIS, SILENCE};
use crate::config::secrets::file;
use crate::lan_address::{FOUND, USED, parse, read, replace};

/// Only containers use the source password; the sidecar keeps it to render it again.
const ICECAST_SOURCE: &str = "icecast-source-password";
const ICECAST_RELAY: &str = "icecast-relay-password";

/// The folders that `init` reads and writes.
#[derive(Debug)]
pub struct Folders {
    /// Has one folder for each container that needs secrets.
    pub secrets: PathBuf,
    /// Has `livekit.yaml` and `icecast.xml`, and `ngrok.yml` where ngrok is in use.
    pub templates: PathBuf,
    /// Has the user's own secrets; Compose's `/run/secrets`.
    pub given: PathBuf,
    /// Has the volumes that programs write to, those of this variant.
    pub owned: PathBuf,
    /// The volume shared with `host-ip`.
    pub lan_address: PathBuf,
}

/// Settings of `.env`; empty is unset.
#[derive(Debug)]
pub struct InitOptions {
    /// The address that LiveKit gives to phones; unset: the one that `host-ip` found.
    pub host_ip: String,
    /// One of several addresses of an ngrok account.
    pub ngrok_domain: String,
    /// Generate a new password of the app and a new key of its sessions.
    pub renew_password: bool,
}

/// Generates secrets and renders configuration.
pub fn run(folders: &Folders, options: &InitOptions, surroundings: &Surroundings) -> Result<()> {
    surroundings.check()?;
    let node_ip = node_ip(&options.host_ip, found(&folders.lan_address))?;
    let (tcp_port, udp_port) = surroundings.media_ports()?;
    owners::change_owners(&folders.owned)?;
    given::distribute(folders, &options.ngrok_domain)?;
    let make = |name, bytes| secret(&folders.secrets.join("sidecar"), name, bytes);
    let instance = make(file::INSTANCE, 8)?;
    make(file::CONTROL_TOKEN, 32)?; // for the sidecar only
    let app_token = make(file::APP_TOKEN, 32)?;
    let livekit_key = make(file::LIVEKIT_KEY, 8)?;
    let livekit_secret = make(file::LIVEKIT_SECRET, 32)?;
    let redis_password = make(file::REDIS_PASSWORD, 32)?;
    let icecast_admin = make(file::ICECAST_ADMIN, 24)?;
    let icecast_source = make(ICECAST_SOURCE, 24)?;
    let icecast_relay = make(ICECAST_RELAY, 24)?;
    if options.renew_password {
        for name in [file::APP_PASSWORD, file::APP_SESSION_KEY] {
            remove(&folders.secrets.join("sidecar").join(name))?;
        }
    }
    let app_session_key = make(file::APP_SESSION_KEY, 32)?;
    let app_password = kept(
        &folders.secrets.join("sidecar"),
        file::APP_PASSWORD,
        password::readable,
    )?;

    let livekit = render(
        &folders.templates.join("livekit.yaml"),
        &[
            ("@NODE_IP@", &node_ip.to_string()),
            ("@TCP_PORT@", &tcp_port),
            ("@UDP_PORT@", &udp_port),
            ("@LIVEKIT_KEY@", &livekit_key),
            ("@LIVEKIT_SECRET@", &livekit_secret),
        ],
    )?;
    let icecast = render(
        &folders.templates.join("icecast.xml"),
        &[
            ("@SOURCE_PASSWORD@", &icecast_source),
            ("@ADMIN_PASSWORD@", &icecast_admin),
            ("@RELAY_PASSWORD@", &icecast_relay),
        ],
    )?;
    let redis = format!(
        "requirepass {redis_password}\nappendonly yes\nappendfsync everysec\ndir /data\nmaxmemory 256mb\nmaxmemory-policy noeviction\n"
    );
    for (consumer, name, content, owner) in [
        ("redis", "redis.conf", &redis, REDIS),
        ("redis", "password", &redis_password, REDIS),
        ("livekit", "livekit.yaml", &livekit, LIVEKIT),
        ("icecast", "icecast.xml", &icecast, ICECAST),
        ("silence", "source-password", &icecast_source, SILENCE),
        ("app", "token", &app_token, APP),
        ("app", "password", &app_password, APP),
        ("app", "session-key", &app_session_key, APP),
        ("gateway", "instance", &instance, GATEWAY),
    ] {
        write(&folders.secrets.join(consumer), name, content, owner)?;
    }
    let processor = folders.secrets.join("processor");
    if processor.exists() {
        // It has the app's rights, and none of the app's other secrets: examples/processor.
        write(&processor, "token", &app_token, PROCESSOR)?;
    }
    relay::distribute(folders, node_ip)?;
    publisher::distribute(folders)?;
    if folders.lan_address.exists() {
        replace(&folders.lan_address, USED, &node_ip.to_string())
            .context("cannot write the address of LiveKit")?;
    }
    Ok(())
}

/// Returns the address that `host-ip` found; `None` where it found none, or does not run.
fn found(folder: &Path) -> Option<Ipv4Addr> {
    parse(&read(folder, FOUND))
}

/// Returns the IPv4 address that LiveKit gives to phones; without one, loopback.
fn node_ip(host_ip: &str, found: Option<Ipv4Addr>) -> Result<Ipv4Addr> {
    match host_ip.trim() {
        "" => Ok(found.unwrap_or(Ipv4Addr::LOCALHOST)),
        text => match text.parse() {
            Ok(IpAddr::V4(ip)) if !ip.is_unspecified() => Ok(ip),
            _ => bail!(
                "HOST_IP is {text:?}: use this machine's IPv4 address on your Wi-Fi, e.g. HOST_IP=192.168.1.20"
            ),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn host_ip_is_an_ipv4_address_or_nothing() {
        let found = Some([10, 0, 0, 5].into());
        assert_eq!(node_ip("", None).expect("default"), Ipv4Addr::LOCALHOST);
        assert_eq!(Some(node_ip("", found).expect("found")), found);
        let set = node_ip(" 192.168.1.20\n", found);
        assert_eq!(set.expect("trimmed").to_string(), "192.168.1.20");
        for bad in ["laptop", "::1", "0.0.0.0", "192.168.1.20:7880"] {
            assert!(
                node_ip(bad, None)
                    .expect_err(bad)
                    .to_string()
                    .contains("HOST_IP"),
                "{bad}"
            );
        }
    }

    /// Checks nothing without root, which chown to another user needs.
    #[test]
    fn the_app_has_its_password_and_its_session_key_beside_the_token() {
        let root = std::env::temp_dir().join(format!("sidelink-app-{}", std::process::id()));
        let templates = root.join("templates");
        fs::create_dir_all(&templates).expect("temporary folder");
        for name in ["livekit.yaml", "icecast/icecast.xml"] {
            let ours = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join(name);
            let to = templates.join(ours.file_name().expect("a file"));
            fs::copy(&ours, to).expect("is in the repository");
        }
        for consumer in [
            "redis",
            "livekit",
            "icecast",
            "silence",
            "app",
            "gateway",
            "sidecar",
            "lan-address",
        ] {
            fs::create_dir_all(root.join(consumer)).expect("temporary folder");
        }
        let folders = Folders {
            secrets: root.clone(),
            templates,
            given: root.join("nothing-given"),
            owned: root.join("nothing-owned"),
            lan_address: root.join("lan-address"),
        };
        let options = |renew_password| InitOptions {
            host_ip: String::new(),
            ngrok_domain: String::new(),
            renew_password,
        };
        let read = |name: &str| fs::read_to_string(root.join(name)).expect("is there");
        let run = |renew| run(&folders, &options(renew), &Surroundings::default());
        if run(false).is_ok() {
            assert_eq!(read("lan-address/used"), "127.0.0.1");
            let password = read("app/password");
            assert_eq!(password, read("sidecar/app-password"));
            assert_eq!(read("app/session-key"), read("sidecar/app-session-key"));
            assert_eq!(read("app/session-key").len(), 64);
            let mode = fs::metadata(root.join("app/password"))
                .expect("exists")
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o400);
            run(false).expect("again");
            assert_eq!(read("app/password"), password, "it is kept");
            let (key, token) = (read("app/session-key"), read("app/token"));
            run(true).expect("once more");
            assert_ne!(read("app/password"), password, "it is renewed");
            assert_eq!(read("app/password"), read("sidecar/app-password"));
            assert_ne!(read("app/session-key"), key, "sessions end");
            assert_eq!(read("app/token"), token, "nothing else is renewed");
            fs::create_dir(root.join("processor")).expect("temporary folder");
            run(false).expect("with a processor");
            assert_eq!(read("processor/token"), token);
        }
        fs::remove_dir_all(&root).expect("cleans up");
    }
}
