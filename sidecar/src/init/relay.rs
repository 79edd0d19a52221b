//! The TURN server of the stack (`compose/media-relay.yaml`): its secret, which the sidecar shares, and its configuration.

use std::net::Ipv4Addr;

use anyhow::{Result, bail};

use super::Folders;
use super::files::{secret, write};
use super::owners::{COTURN, SIDECAR};
use crate::config::secrets::file;

/// Kept over restarts, so that a call's credentials stay valid.
const RELAY_SECRET: &str = "relay-secret";

/// Writes both where the variant is in use, which mounts the folder `relay`.
pub(super) fn distribute(folders: &Folders, node_ip: Ipv4Addr) -> Result<()> {
    let relay = folders.secrets.join("relay");
    if !relay.exists() {
        return Ok(());
    }
    if folders.given.join("turn_credential").exists() {
        bail!(
            "compose/turn.yaml and compose/media-relay.yaml are both in COMPOSE_FILE: use one of them, and remove the other"
        );
    }
    let sidecar = folders.secrets.join("sidecar");
    let shared = secret(&sidecar, RELAY_SECRET, 32)?;
    write(&sidecar, file::TURN_CREDENTIAL, &shared, SIDECAR)?;
    write(&relay, "turnserver.conf", &config(&shared, node_ip), COTURN)
}

/// Returns coturn's configuration: TCP to phones, UDP to LiveKit and nothing else. Quotas: allocations of one user and of
/// all, of which a call has up to three.
fn config(secret: &str, node_ip: Ipv4Addr) -> String {
    [
        "listening-ip=0.0.0.0",
        "listening-port=3478",
        "realm=sidelink",
        "use-auth-secret",
        &format!("static-auth-secret={secret}"),
        "no-udp",
        "no-tls",
        "no-dtls",
        "no-cli",
        "no-tcp-relay",
        "no-multicast-peers",
        "min-port=49160",
        "max-port=49259",
        "user-quota=8",
        "total-quota=96",
        "denied-peer-ip=0.0.0.0-255.255.255.255",
        "denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        &format!("allowed-peer-ip={node_ip}"),
        "log-file=stdout",
        "simple-log",
        "pidfile=/tmp/turnserver.pid",
        "userdb=/tmp/turndb",
        "",
    ]
    .join("\n")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn livekit_is_the_only_peer_and_the_secret_is_shared() {
        let text = config("s3cret", Ipv4Addr::new(192, 168, 1, 20));
        let peers: Vec<_> = text
            .lines()
            .filter(|line| line.contains("peer-ip"))
            .collect();
        assert_eq!(peers.last(), Some(&"allowed-peer-ip=192.168.1.20"));
        assert_eq!(
            peers
                .iter()
                .filter(|line| line.starts_with("denied"))
                .count(),
            2
        );
        assert!(text.contains("\nstatic-auth-secret=s3cret\n") && text.ends_with('\n'));
    }

    #[test]
    fn a_turn_server_of_the_users_and_the_relay_exclude_each_other() {
        let root = std::env::temp_dir().join(format!("sidelink-relay-{}", std::process::id()));
        let folders = Folders {
            secrets: root.join("secrets"),
            templates: root.join("templates"),
            given: root.join("given"),
            owned: root.join("owned"),
            lan_address: root.join("lan-address"),
        };
        fs::create_dir_all(&folders.given).expect("temporary folder");
        fs::write(folders.given.join("turn_credential"), "s3cret").expect("writes");
        assert!(
            distribute(&folders, Ipv4Addr::LOCALHOST).is_ok(),
            "without the variant"
        );
        fs::create_dir_all(folders.secrets.join("relay")).expect("temporary folder");
        let error = distribute(&folders, Ipv4Addr::LOCALHOST).expect_err("both");
        assert!(error.to_string().contains("compose/media-relay.yaml"));
        fs::remove_dir_all(&root).expect("cleans up");
    }
}
