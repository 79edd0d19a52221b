//! One walk along the way, to its end or to the first layer that is not ok.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use domain::base::Rtype;
use tokio::time::timeout;

use super::dns::authoritative::Record;
use super::dns::resolution::Names;
use super::http_checks::Visit;
use super::{Step, Trouble, Verifier, edge};
use sidelink_core::{Diagnosis, PublicUrlFault};
use sidelink_core::{LayerKind, QUICK_NAMES, Stage, Verification, VerificationJob};

/// The edge has just answered at another address: what takes much longer is not it.
const ELSEWHERE: Duration = Duration::from_secs(1);

/// How far a proof has come.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    verifier: &'a Verifier,
    job: &'a VerificationJob,
    /// The layer that it stands at.
    pub at: LayerKind,
    pub verification: Verification,
}

impl<'a> Walk<'a> {
    pub(super) fn new(verifier: &'a Verifier, job: &'a VerificationJob) -> Self {
        Self {
            verifier,
            job,
            at: LayerKind::Edge,
            verification: Verification {
                next: job.from,
                ..Verification::default()
            },
        }
    }

    pub(super) async fn go(&mut self) -> Step {
        if self.verification.next == Stage::Edge {
            self.edge().await?;
            self.verification.next = Stage::Record;
        }
        self.at = LayerKind::Dns;
        if self.verification.next == Stage::Record {
            self.record().await?;
        }
        let names = Names::find(&self.verifier.resolvers, &self.job.host, self.job.lenient).await;
        let names = match names {
            Err(trouble) => return Err(self.forgotten().await.unwrap_or(trouble)),
            Ok(names) => names,
        };
        let by_name = names.limited.clone();
        self.verification
            .limited
            .extend(by_name.map(|reason| (LayerKind::Dns, reason)));
        self.saw(LayerKind::Dns, names.told());
        self.visit(&names).await?;
        if self.verification.limit_of(LayerKind::Dns).is_none() {
            let here = self.here(&names.addresses).await;
            self.verification
                .limited
                .extend(here.map(|reason| (LayerKind::Dns, reason)));
        }
        Ok(())
    }

    fn saw(&mut self, layer: LayerKind, what: String) {
        self.verification.observed.push((layer, what));
    }

    /// Whatever is wrong here is the edge's trouble: nothing else has been asked yet.
    async fn edge(&self) -> Step {
        let at = LayerKind::Edge;
        let here = |reason| Trouble { at, reason };
        let addresses = edge::addresses().await.map_err(here)?;
        let visit = Visit::new(self.verifier, &self.job.host, &addresses)?;
        let marker = visit.marker().await;
        marker.map(drop).map_err(|trouble| here(trouble.reason))
    }

    /// A quick tunnel that is forgotten loses its record too: then the edge says more than a resolver.
    async fn forgotten(&self) -> Option<Trouble> {
        if !self.job.host.ends_with(QUICK_NAMES) {
            return None;
        }
        let trouble = self.edge().await.err()?;
        let says_so = matches!(
            trouble.reason,
            Diagnosis::PublicUrl(PublicUrlFault::OldTunnel)
        );
        says_so.then_some(trouble)
    }

    async fn record(&mut self) -> Step {
        let record = self
            .verifier
            .zone
            .record(&self.verifier.resolvers, &self.job.host);
        let outside = match record.await {
            Record::RuntimeConfigCache => {
                self.verification.next = Stage::Path;
                return Ok(());
            }
            Record::Missing => PublicUrlFault::NotPublished,
            Record::Unknown => {
                self.verification.next = Stage::Path;
                PublicUrlFault::Settling
            }
        };
        Err(Trouble::outside(LayerKind::Dns, outside))
    }

    async fn visit(&mut self, names: &Names) -> Step {
        let addresses = at_443(&names.addresses);
        let visit = Visit::new(self.verifier, &self.job.host, &addresses)?;
        self.at = LayerKind::Instance;
        let marker = visit.marker().await?;
        let first = names.addresses.first().map(ToString::to_string);
        self.saw(LayerKind::Edge, first.unwrap_or_default());
        self.saw(LayerKind::Tls, self.job.host.clone());
        self.saw(LayerKind::Instance, marker);
        self.at = LayerKind::App;
        let (app, limit) = visit.app(&self.job.page, self.job.check_exposure).await?;
        self.saw(LayerKind::App, app);
        self.verification
            .limited
            .extend(limit.map(|reason| (LayerKind::App, reason)));
        self.at = LayerKind::Livekit;
        let token = visit.token()?;
        let livekit = visit.validate(&token).await?;
        self.saw(LayerKind::Livekit, livekit);
        self.at = LayerKind::WebSocket;
        let websocket = visit.websocket(&token).await?;
        self.saw(LayerKind::WebSocket, websocket);
        if self.job.check_exposure {
            self.at = LayerKind::Exposure;
            let safe = visit.safety().await?;
            self.saw(LayerKind::Exposure, safe);
        }
        Ok(())
    }

    /// The phones on this network ask this network's resolver.
    async fn here(&self, elsewhere: &[IpAddr]) -> Option<Diagnosis> {
        let host = &self.job.host;
        let answer = super::dns::doh::ask_here(host, Rtype::A).await?.ok()?;
        let outside = if answer.no_such_name {
            PublicUrlFault::StaleLocalDns {
                until: answer.remembered_until(),
            }
        } else {
            let other = answer.addresses;
            let address = *other.first()?;
            if other.iter().any(|address| elsewhere.contains(address)) {
                return None;
            }
            // Large networks have many addresses: only one under which somebody else answers is wrong.
            let visit = Visit::new(self.verifier, host, &at_443(&other)).ok()?;
            if let Ok(Ok(_)) = timeout(ELSEWHERE, visit.marker()).await {
                return None;
            }
            PublicUrlFault::LocalDnsElsewhere {
                address: address.to_string(),
            }
        };
        Some(Diagnosis::PublicUrl(outside))
    }
}

fn at_443(addresses: &[IpAddr]) -> Vec<SocketAddr> {
    addresses
        .iter()
        .map(|&ip| SocketAddr::new(ip, 443))
        .collect()
}
