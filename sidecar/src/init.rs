//! `sidelink init`: makes every secret at the first start and renders what needs one.
//!
//! The sidecar's folder holds the originals; every other consumer gets, in a volume of its own, only
//! what it needs, mode 0400 and owned by it. Running it again keeps the secrets and renders anew, so
//! a lost volume comes back and a changed `HOST_IP` or template takes effect. What somebody gives under
//! `./secrets/` is handed on in the same way.

pub mod claim;
mod files;
mod given;
pub mod mounts;
mod owners;
mod password;
mod public_name;
mod readable;
mod surroundings;

use std::net::IpAddr;
use std::path::PathBuf;

use anyhow::{Result, bail};

pub use self::surroundings::Surroundings;

use self::files::{kept, remove, render, secret, write};
use self::owners::{APP, GATEWAY, ICECAST, LIVEKIT, REDIS, SILENCE};
use crate::config::secrets::file;

/// The source password is only ever used between containers; the sidecar keeps it to render it again.
const ICECAST_SOURCE: &str = "icecast-source-password";
const ICECAST_RELAY: &str = "icecast-relay-password";

/// Where things are; a test puts both elsewhere.
#[derive(Debug)]
pub struct Folders {
    /// Holds a folder for each consumer.
    pub secrets: PathBuf,
    /// Holds `livekit.yaml` and `icecast.xml`, and `ngrok.yml` where ngrok is in use.
    pub templates: PathBuf,
    /// Holds what the user gives; Compose's `/run/secrets`.
    pub given: PathBuf,
    /// Holds the volumes that programs write to, as far as this variant has them.
    pub owned: PathBuf,
}

/// What the user sets in `.env`; empty is unset.
#[derive(Debug)]
pub struct Wishes {
    /// What LiveKit tells phones; unset means this machine only.
    pub host_ip: String,
    /// ngrok's address, where the account has several.
    pub ngrok_domain: String,
    /// The app's password and the key of its sessions are made anew.
    pub renew_password: bool,
}

/// Makes and renders everything.
pub fn run(folders: &Folders, wishes: &Wishes, surroundings: &Surroundings) -> Result<()> {
    surroundings.check()?;
    let node_ip = node_ip(&wishes.host_ip)?;
    let (tcp_port, udp_port) = surroundings.media_ports()?;
    owners::take_over(&folders.owned)?;
    given::hand_on(folders, &wishes.ngrok_domain)?;
    let make = |name, bytes| secret(&folders.secrets.join("sidecar"), name, bytes);
    let instance = make(file::INSTANCE, 8)?;
    make(file::CONTROL_TOKEN, 32)?; // the sidecar's alone
    let app_token = make(file::APP_TOKEN, 32)?;
    let livekit_key = make(file::LIVEKIT_KEY, 8)?;
    let livekit_secret = make(file::LIVEKIT_SECRET, 32)?;
    let redis_password = make(file::REDIS_PASSWORD, 32)?;
    let icecast_admin = make(file::ICECAST_ADMIN, 24)?;
    let icecast_source = make(ICECAST_SOURCE, 24)?;
    let icecast_relay = make(ICECAST_RELAY, 24)?;
    if wishes.renew_password {
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
            ("@NODE_IP@", &node_ip),
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
    Ok(())
}

/// LiveKit tells phones one IPv4 address; without one it is this machine's own.
fn node_ip(host_ip: &str) -> Result<String> {
    match host_ip.trim() {
        "" => Ok("127.0.0.1".to_owned()),
        text => match text.parse() {
            Ok(IpAddr::V4(ip)) if !ip.is_unspecified() => Ok(ip.to_string()),
            _ => bail!(
                "HOST_IP is {text:?}: use this machine's IPv4 address on your Wi-Fi, e.g. HOST_IP=192.168.1.20"
            ),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    use super::*;

    #[test]
    fn host_ip_is_an_ipv4_address_or_nothing() {
        assert_eq!(node_ip("").expect("default"), "127.0.0.1");
        assert_eq!(node_ip(" 192.168.1.20\n").expect("trimmed"), "192.168.1.20");
        for bad in ["laptop", "::1", "0.0.0.0", "192.168.1.20:7880"] {
            assert!(
                node_ip(bad).expect_err(bad).to_string().contains("HOST_IP"),
                "{bad}"
            );
        }
    }

    /// chown to another user needs root, as `init` is; elsewhere there is nothing to see.
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
            "redis", "livekit", "icecast", "silence", "app", "gateway", "sidecar",
        ] {
            fs::create_dir_all(root.join(consumer)).expect("temporary folder");
        }
        let folders = Folders {
            secrets: root.clone(),
            templates,
            given: root.join("nothing-given"),
            owned: root.join("nothing-owned"),
        };
        let wishes = |renew_password| Wishes {
            host_ip: String::new(),
            ngrok_domain: String::new(),
            renew_password,
        };
        let read = |name: &str| fs::read_to_string(root.join(name)).expect("is there");
        let run = |renew| run(&folders, &wishes(renew), &Surroundings::default());
        if run(false).is_ok() {
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
            assert_eq!(read("app/token"), token, "nothing else is");
        }
        fs::remove_dir_all(&root).expect("cleans up");
    }
}
