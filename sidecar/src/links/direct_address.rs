//! LiveKit's address on the internet. A page that knows it may reach LiveKit through both routers ("hole punching").

use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt, Shared};
use tokio::time::{Instant, timeout_at};

use crate::stun;
use sidelink_core::{Address, Role, Snapshot};

/// Longest time for which a join waits. A later one gets the answer.
const MAX_WAIT: Duration = Duration::from_millis(250);
/// Home networks keep an address for hours; a change of network is noticed by the tunnel, too.
const FRESH: Duration = Duration::from_secs(10 * 60);
/// The same for "no answer", which may be temporary.
const FRESH_FAILURE: Duration = Duration::from_secs(3 * 60);

/// What changes when this machine changes networks: the tunnel's hostname, or its connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct HomeNetwork {
    public_host: Option<String>,
    /// When the state of a tunnel last changed, Unix milliseconds.
    tunnel_since: Option<u64>,
}

impl HomeNetwork {
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        let tunnels = snapshot.services.iter();
        let tunnels = tunnels.filter(|service| service.role == Role::Tunnel);
        Self {
            public_host: snapshot.public_host.clone(),
            tunnel_since: tunnels.map(|tunnel| tunnel.since).max(),
        }
    }
}

/// Finds LiveKit's address on the internet by STUN servers, and remembers it.
#[derive(Debug)]
pub struct DirectAddress {
    /// Asked in turn. Empty where a setting turns it off.
    servers: Vec<Address>,
    /// LiveKit's UDP port. Many routers keep it.
    port: u16,
    latest: Mutex<Option<LookUp>>,
}

/// Requests that come meanwhile share the answer.
type Answer = Shared<BoxFuture<'static, Option<Ipv4Addr>>>;

#[derive(Debug)]
struct LookUp {
    network: HomeNetwork,
    /// Unix milliseconds. The wall clock also counts while the machine is suspended.
    began: u64,
    answer: Answer,
}

impl LookUp {
    fn holds(&self, network: &HomeNetwork, now: u64) -> bool {
        let failed = matches!(self.answer.peek(), Some(None));
        let fresh = if failed { FRESH_FAILURE } else { FRESH };
        let age = now.checked_sub(self.began).map(Duration::from_millis);
        self.network == *network && age.is_some_and(|age| age < fresh)
    }
}

impl DirectAddress {
    /// Asks these servers, once a call is joined. `port`: LiveKit's for UDP.
    pub fn new(servers: Vec<Address>, port: u16) -> Self {
        Self {
            servers,
            port,
            latest: Mutex::default(),
        }
    }

    /// Starts to look the address up, unless it is known. The returned future waits for at most 250 ms from now.
    pub(super) fn look_up(
        &self,
        network: HomeNetwork,
        now: u64,
    ) -> impl Future<Output = Option<SocketAddrV4>> + use<> {
        let is_on = !self.servers.is_empty();
        let answer = is_on.then(|| self.answer(network, now));
        let (port, until) = (self.port, Instant::now() + MAX_WAIT);
        async move {
            let address = timeout_at(until, answer?).await.ok()??;
            Some(SocketAddrV4::new(address, port))
        }
    }

    fn answer(&self, network: HomeNetwork, now: u64) -> Answer {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = latest.as_ref().filter(|known| known.holds(&network, now)) {
            return known.answer.clone();
        }
        let servers = self.servers.clone();
        let answer = async move { stun::public_ipv4(&servers).await };
        let answer = answer.boxed().shared();
        tokio::spawn(answer.clone()); // it goes on when no join waits any more
        let began = now;
        *latest = Some(LookUp {
            network,
            began,
            answer: answer.clone(),
        });
        answer
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::time::{sleep, timeout};

    use super::*;
    use crate::stun::tests::{server, success};

    const MINUTE: u64 = 60_000;

    /// The look-up, and the number of requests that its server got. The server reports 8.8.4.n for the n-th one.
    async fn counted() -> (DirectAddress, Arc<AtomicU32>) {
        let requests = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&requests);
        let server = server(move |request| {
            let n = counter.fetch_add(1, Ordering::Relaxed) + 1;
            let n = u8::try_from(n).expect("few requests");
            vec![success(request, [8, 8, 4, n].into())]
        });
        (DirectAddress::new(vec![server.await], 7882), requests)
    }

    fn network(host: &str, tunnel_since: u64) -> HomeNetwork {
        HomeNetwork {
            public_host: Some(host.to_owned()),
            tunnel_since: Some(tunnel_since),
        }
    }

    fn address(n: u8) -> Option<SocketAddrV4> {
        Some(SocketAddrV4::new([8, 8, 4, n].into(), 7882))
    }

    /// Waits for the end of the look-up under way. Does not drive it, as the next join does not.
    async fn answered(direct: &DirectAddress) {
        let is_answered = || {
            let latest = direct.latest.lock().expect("whole");
            latest
                .as_ref()
                .is_some_and(|look_up| look_up.answer.peek().is_some())
        };
        timeout(Duration::from_secs(5), async {
            while !is_answered() {
                sleep(Duration::from_millis(10)).await;
            }
        })
        .await
        .expect("it ends");
    }

    #[tokio::test]
    async fn requests_at_once_share_one_answer_and_later_ones_do_not_wait() {
        let (direct, requests) = counted().await;
        let ask = || direct.look_up(network("a", 1), MINUTE);
        assert_eq!(tokio::join!(ask(), ask()), (address(1), address(1)));
        let known = ask().now_or_never();
        assert_eq!(known, Some(address(1)), "without a wait");
        assert_eq!(requests.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn an_answer_is_forgotten_with_the_network_and_after_ten_minutes() {
        let (direct, _) = counted().await;
        let began = MINUTE;
        for (what, network, now, expected) in [
            ("first", network("a", 1), began, 1),
            ("fresh", network("a", 1), began + 10 * MINUTE - 1, 1),
            ("old", network("a", 1), began + 10 * MINUTE, 2),
            ("the clock was set back", network("a", 1), began, 3),
            ("another hostname", network("b", 1), began, 4),
            ("another connection", network("b", 2), began, 5),
        ] {
            assert_eq!(
                direct.look_up(network, now).await,
                address(expected),
                "{what}"
            );
        }
    }

    #[tokio::test]
    async fn a_silent_server_delays_a_join_by_a_quarter_of_a_second_and_the_next_ones_until_it_failed()
     {
        let direct = DirectAddress::new(vec![server(|_| vec![]).await], 7882);
        let began = Instant::now();
        assert_eq!(direct.look_up(network("a", 1), 0).await, None);
        let waited = began.elapsed();
        assert!(waited >= MAX_WAIT && waited < 4 * MAX_WAIT, "{waited:?}");
        answered(&direct).await;
        let failed = direct.look_up(network("a", 1), 3 * MINUTE - 1);
        assert_eq!(failed.now_or_never(), Some(None), "known to fail");
        let again = direct.look_up(network("a", 1), 3 * MINUTE);
        assert_eq!(again.now_or_never(), None, "asked again");
    }

    #[tokio::test]
    async fn a_late_answer_is_known_to_the_next_join() {
        let mut requests = 0;
        let server = server(move |request| {
            requests += 1;
            let answer = success(request, [8, 8, 4, 4].into());
            if requests == 1 { vec![] } else { vec![answer] }
        });
        let direct = DirectAddress::new(vec![server.await], 7882);
        assert_eq!(direct.look_up(network("a", 1), 0).await, None);
        answered(&direct).await;
        let known = direct.look_up(network("a", 1), 0).now_or_never();
        assert_eq!(known, Some(address(4)));
    }

    #[tokio::test]
    async fn off_asks_no_server() {
        let direct = DirectAddress::new(Vec::new(), 7882);
        let asked = direct.look_up(network("a", 1), 0);
        assert_eq!(asked.now_or_never(), Some(None));
    }
}
