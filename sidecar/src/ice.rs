//! ICE servers for pages: STUN, and a TURN service of the user's with short-lived credentials.
//!
//! LiveKit hands out STUN servers automatically. A list is given only where TURN is configured, because a page's list
//! replaces LiveKit's.

mod cloudflare;
mod own;
mod shared_secret;
pub(crate) mod url;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::OptionFuture;
use reqwest::Client;
use serde::{Deserialize, Deserializer, Serialize};
use tokio::sync::Notify;

use crate::config::secrets::Secrets;
use crate::config::settings::TurnSettings;
use cloudflare::Cloudflare;
pub(crate) use cloudflare::HOST as CLOUDFLARE_HOST;
use own::OwnLists;
pub use own::{IceList, IceListError};
use sidelink_core::{Address, Diagnosis};

/// Lifetime of short-lived credentials: a TURN server checks them again while a call lasts, so longer than any call.
pub(crate) const LIFE: Duration = Duration::from_secs(8 * 3600);

/// Longest request to a TURN service's API.
pub(crate) const API_TIMEOUT: Duration = Duration::from_secs(5);

/// An entry of a page's `RTCConfiguration.iceServers`. Its `Debug` shows no credential.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IceServer {
    /// `stun:`, `turn:` or `turns:` URLs.
    #[serde(deserialize_with = "one_or_many")]
    pub urls: Vec<String>,
    /// For TURN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// For TURN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}

impl std::fmt::Debug for IceServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IceServer")
            .field("urls", &self.urls)
            .finish_non_exhaustive()
    }
}

/// What a page gets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IceServers {
    /// The servers, STUN first.
    pub servers: Arc<[IceServer]>,
    /// When their credentials expire, Unix milliseconds; `None` where there are none or they never do.
    pub expires_at: Option<u64>,
}

/// What the sidecar tries before a visitor needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StackIceServers {
    /// The servers that visitors get, unless a page has set another list, with credentials.
    pub(crate) servers: Arc<[IceServer]>,
    /// Why the TURN service's API gives no credentials, or no new ones.
    pub(crate) fault: Option<Diagnosis>,
}

/// The configured ICE servers.
#[derive(Debug)]
pub struct IceConfig {
    /// `stun:` URLs.
    stun: Vec<String>,
    turn: Option<Turn>,
    own: OwnLists,
    changes: Arc<Notify>,
}

#[derive(Debug)]
enum Turn {
    /// The same credentials for all visitors.
    Fixed(IceServer),
    SharedSecret {
        urls: Vec<String>,
        secret: Arc<str>,
    },
    Cloudflare(Cloudflare),
}

/// Settings and secrets do not fit together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IceConfigError {
    /// The file was not given.
    #[error(
        "a TURN service is set, but secrets/turn_credential is missing: write its password, its shared secret or \
         Cloudflare's API token to it, and add compose/turn.yaml to COMPOSE_FILE"
    )]
    NoCredential,
    /// Nothing names the service that the file is for.
    #[error(
        "secrets/turn_credential is given without a TURN service: set TURN_URLS or TURN_CLOUDFLARE_KEY in .env, or remove          compose/turn.yaml from COMPOSE_FILE"
    )]
    NoService,
}

impl IceConfig {
    /// Returns the configuration. `client` is for the service's API.
    ///
    /// # Errors
    ///
    /// Returns what is missing: the service or its credential.
    pub fn new(
        stun: &[Address],
        turn: Option<TurnSettings>,
        secrets: &Secrets,
        client: Client,
    ) -> Result<Self, IceConfigError> {
        let changes = Arc::<Notify>::default();
        let turn = match (turn, secrets.turn_credential.clone()) {
            (None, None) => None,
            (None, Some(_)) => return Err(IceConfigError::NoService),
            (Some(_), None) => return Err(IceConfigError::NoCredential),
            (Some(turn), Some(secret)) => {
                Some(Turn::new(turn, secret, client, Arc::clone(&changes)))
            }
        };
        Ok(Self {
            stun: stun.iter().map(|server| format!("stun:{server}")).collect(),
            turn,
            own: OwnLists::default(),
            changes,
        })
    }

    /// Returns servers without credentials.
    pub fn stun_only(&self) -> IceServers {
        IceServers {
            servers: self.stun_server().into_iter().collect(),
            expires_at: None,
        }
    }

    /// Returns what replaces LiveKit's list in this participant's page, if anything does.
    pub async fn replacing(&self, participant: &str, now: u64) -> IceServers {
        if self.turn.is_some() || self.own.of(participant).is_some() {
            self.of(participant, now).await
        } else {
            IceServers::default()
        }
    }

    /// Keeps a participant's own list for it, in memory. Without entries the stack's counts again.
    pub fn keep(&self, participant: &str, list: IceList) {
        self.own.keep(participant, list);
    }

    /// Takes this list in place of the configured one until the program ends. Without entries that counts again.
    pub fn replace(&self, list: IceList) {
        self.own.replace(list);
        self.changes.notify_one();
    }

    /// Waits until visitors get other servers or credentials, or the TURN service's API fails in another way. Only one
    /// caller may wait.
    pub(crate) async fn changed(&self) {
        self.changes.notified().await;
    }

    /// Returns what visitors get, for this user of the TURN server. `now`: Unix milliseconds.
    pub(crate) async fn of_stack(&self, user: &str, now: u64) -> StackIceServers {
        if let Some(servers) = self.own.of_stack() {
            return StackIceServers {
                servers,
                fault: None,
            };
        }
        match &self.turn {
            None => StackIceServers::default(),
            Some(Turn::Cloudflare(cloudflare)) => {
                let (servers, fault) = cloudflare.latest(now).await;
                let servers = servers.unwrap_or_default();
                StackIceServers { servers, fault }
            }
            Some(turn) => {
                let (servers, _) = turn.servers(user, now).await.unwrap_or_default();
                let servers = servers.into();
                StackIceServers {
                    servers,
                    fault: None,
                }
            }
        }
    }

    /// Returns what this participant's page gets. Waits for the TURN service's API for at most
    /// 2 s, and only while no credentials are known. `now`: Unix milliseconds.
    pub async fn of(&self, participant: &str, now: u64) -> IceServers {
        if let Some(servers) = self.own.of(participant) {
            return IceServers {
                servers,
                expires_at: None,
            };
        }
        let turn = OptionFuture::from(
            self.turn
                .as_ref()
                .map(|turn| turn.servers(participant, now)),
        );
        let Some((turn, expires_at)) = turn.await.flatten() else {
            return self.stun_only();
        };
        let servers = self.stun_server().into_iter().chain(turn);
        IceServers {
            servers: servers.collect(),
            expires_at,
        }
    }

    fn stun_server(&self) -> Option<IceServer> {
        (!self.stun.is_empty()).then(|| IceServer {
            urls: self.stun.clone(),
            username: None,
            credential: None,
        })
    }
}

impl Turn {
    fn new(settings: TurnSettings, secret: Arc<str>, client: Client, changes: Arc<Notify>) -> Self {
        match settings {
            TurnSettings::Fixed { urls, username } => Self::Fixed(IceServer {
                urls,
                username: Some(username),
                credential: Some(secret.to_string()),
            }),
            TurnSettings::SharedSecret { urls } => Self::SharedSecret { urls, secret },
            TurnSettings::Cloudflare { key } => {
                let api = cloudflare::API;
                Self::Cloudflare(Cloudflare::new(client, api, &key, secret, changes))
            }
        }
    }

    /// Returns the servers with credentials, and when those expire, Unix milliseconds.
    async fn servers(&self, participant: &str, now: u64) -> Option<(Vec<IceServer>, Option<u64>)> {
        match self {
            Self::Fixed(server) => Some((vec![server.clone()], None)),
            Self::SharedSecret { urls, secret } => {
                let expires_at = now / 1000 + LIFE.as_secs();
                let (username, credential) =
                    shared_secret::credentials(secret, participant, expires_at);
                let server = IceServer {
                    urls: urls.clone(),
                    username: Some(username),
                    credential: Some(credential),
                };
                Some((vec![server], Some(expires_at * 1000)))
            }
            Self::Cloudflare(cloudflare) => {
                let (servers, expires_at) = cloudflare.servers(now).await?;
                Some((servers.to_vec(), Some(expires_at)))
            }
        }
    }
}

/// Reads a list, or one entry as a list of one. WebRTC takes both for `urls`.
fn one_or_many<'de, D, T>(from: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany<T> {
        Many(Vec<T>),
        One(T),
    }
    Ok(match OneOrMany::deserialize(from)? {
        OneOrMany::Many(many) => many,
        OneOrMany::One(one) => vec![one],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http_client::local_client;

    fn client() -> Client {
        local_client(API_TIMEOUT).expect("a client")
    }

    fn secrets(credential: Option<&str>) -> Secrets {
        Secrets {
            turn_credential: credential.map(Into::into),
            ..Secrets::of_a_test()
        }
    }

    fn config(turn: TurnSettings) -> IceConfig {
        IceConfig::new(&[stun()], Some(turn), &secrets(Some("s")), client()).expect("fits")
    }

    fn stun() -> Address {
        Address {
            host: "stun.example".to_owned(),
            port: 3478,
        }
    }

    fn urls() -> Vec<String> {
        vec!["turn:turn.example:3478?transport=tcp".to_owned()]
    }

    #[tokio::test]
    async fn without_turn_there_is_stun_only() {
        let config =
            IceConfig::new(&[stun()], None, &secrets(None), client()).expect("nothing is needed");
        let got = config.of("ana", 0).await;
        assert_eq!((got.servers.len(), got.expires_at), (1, None));
        assert_eq!(config.replacing("ana", 0).await, IceServers::default());
    }

    #[tokio::test]
    async fn fixed_credentials_never_expire() {
        let username = "sidelink".to_owned();
        let config = config(TurnSettings::Fixed {
            urls: urls(),
            username,
        });
        let got = config.of("ana", 1_000).await;
        let turn = &got.servers[1];
        assert_eq!(turn.username.as_deref(), Some("sidelink"));
        assert_eq!(turn.credential.as_deref(), Some("s"));
        assert_eq!(got.expires_at, None);
        assert!(!format!("{turn:?}").contains("credential"));
    }

    #[tokio::test]
    async fn a_shared_secret_makes_credentials_for_each_participant() {
        let config = config(TurnSettings::SharedSecret { urls: urls() });
        let got = config.of("ana", 1_000_000).await;
        assert_eq!(got.expires_at, Some(1_000_000 + 8 * 3_600_000));
        assert_eq!(got.servers[1].username.as_deref(), Some("29800:ana"));
        let other = config.of("bia", 1_000_000).await;
        assert_ne!(got.servers[1].credential, other.servers[1].credential);
    }

    #[tokio::test]
    async fn what_is_tried_is_what_visitors_without_their_own_list_get() {
        let config = config(TurnSettings::SharedSecret { urls: urls() });
        let user = |got: &StackIceServers| got.servers[0].username.clone().expect("a user");
        let got = config.of_stack("sidecar", 1_000_000).await;
        assert_eq!(user(&got), "29800:sidecar");
        let own = IceServer {
            urls: urls(),
            username: Some("own".to_owned()),
            credential: Some("c".to_owned()),
        };
        let list = |servers| IceList::parse(servers).expect("fits");
        config.keep("sidecar", list(vec![own.clone()]));
        assert_eq!(
            user(&config.of_stack("sidecar", 1_000_000).await),
            "29800:sidecar"
        );
        config.replace(list(vec![own]));
        config.changed().await;
        assert_eq!(user(&config.of_stack("sidecar", 1_000_000).await), "own");
    }

    #[test]
    fn a_service_without_its_credential_is_an_error_and_the_reverse() {
        let turn = TurnSettings::SharedSecret { urls: urls() };
        for (turn, credential, error) in [
            (Some(turn), None, IceConfigError::NoCredential),
            (None, Some("s"), IceConfigError::NoService),
        ] {
            let made = IceConfig::new(&[], turn, &secrets(credential), client());
            assert_eq!(made.err(), Some(error));
        }
    }
}
