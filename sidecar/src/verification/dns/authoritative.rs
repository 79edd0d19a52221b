//! The authoritative name servers of a zone. They do not cache "no such name", so they can be asked repeatedly, and a
//! new record is found as soon as it is published.

use std::net::SocketAddr;
use std::time::Duration;

use domain::base::Rtype;
use tokio::sync::Mutex;

use super::doh::Resolvers;
use super::{DnsAnswer, DnsQuestion};
use sidelink_core::QUICK_TUNNEL_SUFFIX;

/// Zone of every quick tunnel's name.
const QUICK_ZONE: &str = QUICK_TUNNEL_SUFFIX.split_at(1).1;
const QUERY_TIMEOUT: Duration = Duration::from_secs(1);
/// Maximum of servers to try, and of addresses of each.
const MAX_SERVERS: usize = 2;

/// Queries the zone's authoritative servers.
#[derive(Debug, Default)]
pub(in crate::verification) struct AuthoritativeDns {
    /// A server that is known to be authoritative.
    server: Mutex<Option<SocketAddr>>,
}

/// Whether the zone has a record for a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::verification) enum RecordStatus {
    Published,
    Missing,
    /// No authoritative server can be reached: port 53 is blocked or intercepted.
    Unknown,
}

impl AuthoritativeDns {
    /// Asks one of the zone's servers for the name.
    pub(in crate::verification) async fn record(
        &self,
        resolvers: &Resolvers,
        name: &str,
    ) -> RecordStatus {
        let known = *self.server.lock().await;
        let server = match known {
            Some(server) => Some(server),
            None => self.find_server(resolvers).await,
        };
        let Some(server) = server else {
            return RecordStatus::Unknown;
        };
        match ask_authoritative(server, name, Rtype::A).await {
            Some(answer) if answer.no_such_name => RecordStatus::Missing,
            Some(_) => RecordStatus::Published,
            None => {
                *self.server.lock().await = None;
                RecordStatus::Unknown
            }
        }
    }

    /// Finds a server that answers authoritatively for an existing name. A router may redirect all DNS to its own
    /// resolver, which would cache "no such name" for a name that is not published yet.
    async fn find_server(&self, resolvers: &Resolvers) -> Option<SocketAddr> {
        let servers = resolvers.any(QUICK_ZONE, Rtype::NS).await?.servers;
        for name in servers.iter().take(MAX_SERVERS) {
            let addresses = resolvers.any(name, Rtype::A).await?.addresses;
            for address in addresses.into_iter().take(MAX_SERVERS) {
                let server = SocketAddr::new(address, 53);
                let answer = ask_authoritative(server, QUICK_ZONE, Rtype::SOA).await;
                if answer.is_some() {
                    *self.server.lock().await = Some(server);
                    return Some(server);
                }
            }
        }
        None
    }
}

/// Returns the answer where it is authoritative.
async fn ask_authoritative(server: SocketAddr, name: &str, kind: Rtype) -> Option<DnsAnswer> {
    let recursion = false;
    let question = DnsQuestion {
        name,
        kind,
        recursion,
    };
    let answer = question.ask(server, QUERY_TIMEOUT).await;
    tracing::debug!(%server, name, ?answer, "asked the name server");
    answer.ok().filter(|answer| answer.authoritative)
}
