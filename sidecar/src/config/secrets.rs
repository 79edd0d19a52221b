//! The secrets that `init` generated for the sidecar. `Debug` hides their values, so they reach no log.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};

/// Names of the files in the sidecar's secrets folder.
pub mod file {
    /// This installation's id, which is not secret.
    pub const INSTANCE: &str = "instance";
    /// The operator's bearer token: it opens every route of the control port.
    pub const CONTROL_TOKEN: &str = "control-token";
    /// The app's bearer token: links, LiveKit tokens and the status.
    pub const APP_TOKEN: &str = "app-token";
    /// LiveKit's API key.
    pub const LIVEKIT_KEY: &str = "livekit-key";
    /// LiveKit's API secret.
    pub const LIVEKIT_SECRET: &str = "livekit-secret";
    /// API key of a LiveKit outside Docker; where it exists, it is used instead of [`LIVEKIT_KEY`].
    pub const HOST_LIVEKIT_KEY: &str = "host-livekit-key";
    /// Its secret.
    pub const HOST_LIVEKIT_SECRET: &str = "host-livekit-secret";
    /// Redis's password.
    pub const REDIS_PASSWORD: &str = "redis-password";
    /// Icecast's `admin`.
    pub const ICECAST_ADMIN: &str = "icecast-admin-password";
    /// The password with which a professional signs in to the app; easy to type.
    pub const APP_PASSWORD: &str = "app-password";
    /// The user's TURN service: a password, a shared secret or an API token.
    pub const TURN_CREDENTIAL: &str = "turn-credential";
    /// The token by which the sidecar commands the publisher.
    pub const PUBLISHER_TOKEN: &str = "publisher-token";
    /// The key with which the app encrypts its sessions.
    pub const APP_SESSION_KEY: &str = "app-session-key";
}

/// The secrets for requests to other services.
#[derive(Clone)]
pub struct Secrets {
    /// This installation's id.
    pub instance: Arc<str>,
    /// The operator's bearer token.
    pub control_token: Arc<str>,
    /// The app's bearer token.
    pub app_token: Arc<str>,
    /// LiveKit's API key.
    pub livekit_key: Arc<str>,
    /// LiveKit's API secret.
    pub livekit_secret: Arc<str>,
    /// Redis's password.
    pub redis_password: Arc<str>,
    /// Icecast's `admin`.
    pub icecast_admin: Arc<str>,
    /// The user's TURN service, where it is given.
    pub turn_credential: Option<Arc<str>>,
}

impl Secrets {
    /// Reads all of them. An error names the missing one and how to generate it.
    pub fn read(folder: &Path) -> Result<Self> {
        let (key, secret) = if folder.join(file::HOST_LIVEKIT_KEY).exists() {
            (file::HOST_LIVEKIT_KEY, file::HOST_LIVEKIT_SECRET)
        } else {
            (file::LIVEKIT_KEY, file::LIVEKIT_SECRET)
        };
        Ok(Self {
            instance: read(folder, file::INSTANCE)?,
            control_token: read(folder, file::CONTROL_TOKEN)?,
            app_token: read(folder, file::APP_TOKEN)?,
            livekit_key: read(folder, key)?,
            livekit_secret: read(folder, secret)?,
            redis_password: read(folder, file::REDIS_PASSWORD)?,
            icecast_admin: read(folder, file::ICECAST_ADMIN)?,
            turn_credential: if folder.join(file::TURN_CREDENTIAL).exists() {
                Some(read(folder, file::TURN_CREDENTIAL)?)
            } else {
                None
            },
        })
    }
}

#[cfg(test)]
impl Secrets {
    /// Returns secrets for fake services of a test.
    pub(crate) fn of_a_test() -> Self {
        Self {
            instance: "i".into(),
            control_token: "t".into(),
            app_token: "app".into(),
            livekit_key: "key".into(),
            livekit_secret: "a secret that is long enough for HS256".into(),
            redis_password: "r".into(),
            icecast_admin: "a".into(),
            turn_credential: None,
        }
    }
}

/// Reads one secret, without white space around it.
pub fn read(folder: &Path, name: &str) -> Result<Arc<str>> {
    let path = folder.join(name);
    let text = std::fs::read_to_string(&path).with_context(|| {
        format!(
            "cannot read {}: the service `init` generates it; see `docker compose logs init`",
            path.display()
        )
    })?;
    Ok(text.trim().into())
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets")
            .field("instance", &self.instance)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_key_of_a_livekit_outside_docker_is_used_first() {
        let folder = std::env::temp_dir().join(format!("sidelink-secrets-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("temporary folder");
        let put = |name: &str, text: &str| fs::write(folder.join(name), text).expect("writes");
        for name in [
            file::INSTANCE,
            file::CONTROL_TOKEN,
            file::APP_TOKEN,
            file::REDIS_PASSWORD,
            file::ICECAST_ADMIN,
        ] {
            put(name, "x");
        }
        put(file::LIVEKIT_KEY, "made");
        put(file::LIVEKIT_SECRET, "made-secret");
        let pair = || {
            let secrets = Secrets::read(&folder).expect("reads");
            format!("{} {}", secrets.livekit_key, secrets.livekit_secret)
        };
        assert_eq!(pair(), "made made-secret");
        put(file::HOST_LIVEKIT_KEY, "given");
        put(file::HOST_LIVEKIT_SECRET, "given-secret\n");
        assert_eq!(pair(), "given given-secret");
        fs::remove_dir_all(&folder).expect("cleans up");
    }
}
