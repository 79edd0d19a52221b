//! The zone's own name servers: they answer from what is so, and remember no "no such name". So they can be
//! asked again and again, and the record is seen the moment it is published.

use std::net::SocketAddr;
use std::time::Duration;

use domain::base::Rtype;
use tokio::sync::Mutex;

use super::Question;
use super::doh::Resolvers;

/// Where every quick tunnel's name lives.
const QUICK_ZONE: &str = "trycloudflare.com";
const LIMIT: Duration = Duration::from_secs(1);

/// What is known of the zone's servers.
#[derive(Debug, Default)]
pub(in crate::verification) struct Zone {
    server: Mutex<Option<SocketAddr>>,
}

/// What the zone says of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::verification) enum Record {
    RuntimeConfigCache,
    Missing,
    /// No server of the zone can be asked from here: port 53 is blocked, or somebody else answers on it.
    Unknown,
}

impl Zone {
    /// Asks one of the zone's servers for the name.
    pub(in crate::verification) async fn record(
        &self,
        resolvers: &Resolvers,
        name: &str,
    ) -> Record {
        let known = *self.server.lock().await;
        let server = match known {
            Some(server) => Some(server),
            None => self.find(resolvers).await,
        };
        let Some(server) = server else {
            return Record::Unknown;
        };
        match own(server, name, Rtype::A).await {
            Some(answer) if answer.no_such_name => Record::Missing,
            Some(_) => Record::RuntimeConfigCache,
            None => {
                *self.server.lock().await = None;
                Record::Unknown
            }
        }
    }

    /// A router may send all questions to its own resolver, which would then remember ours. So a server
    /// has to speak for the zone about a name that exists before it is asked for one that may not.
    async fn find(&self, resolvers: &Resolvers) -> Option<SocketAddr> {
        let servers = resolvers.any(QUICK_ZONE, Rtype::NS).await?.servers;
        for name in servers.iter().take(2) {
            let addresses = resolvers.any(name, Rtype::A).await?.addresses;
            for address in addresses.into_iter().take(2) {
                let server = SocketAddr::new(address, 53);
                if own(server, QUICK_ZONE, Rtype::SOA).await.is_some() {
                    *self.server.lock().await = Some(server);
                    return Some(server);
                }
            }
        }
        None
    }
}

/// The answer, where the server speaks for the zone itself.
async fn own(server: SocketAddr, name: &str, kind: Rtype) -> Option<super::Answer> {
    let recursion = false;
    let question = Question {
        name,
        kind,
        recursion,
    };
    let answer = question.ask(server, LIMIT).await;
    tracing::debug!(%server, name, ?answer, "asked the zone");
    answer.ok().filter(|answer| answer.authoritative)
}
