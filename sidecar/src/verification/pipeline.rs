//! The steps of one verification, to the end or to the first layer that fails.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use domain::base::Rtype;
use tokio::time::timeout;
use tracing::{Instrument, info_span};

use super::dns::authoritative::RecordStatus;
use super::dns::doh::ask_local;
use super::dns::resolution::Resolution;
use super::http_checks::HttpChecks;
use super::{CheckResult, VerificationError, Verifier, edge};
use sidelink_core::{Diagnosis, LayerKind, PublicUrlFault};
use sidelink_core::{QUICK_TUNNEL_SUFFIX, Stage, Verification, VerificationJob};

/// Time allowed for an address of the local DNS; the edge has just answered at another one.
const LOCAL_ADDRESS_TIMEOUT: Duration = Duration::from_secs(1);

/// Progress of a verification.
#[derive(Debug)]
pub(super) struct Pipeline<'a> {
    verifier: &'a Verifier,
    job: &'a VerificationJob,
    /// The layer being checked.
    pub layer: LayerKind,
    pub verification: Verification,
}

impl<'a> Pipeline<'a> {
    pub(super) fn new(verifier: &'a Verifier, job: &'a VerificationJob) -> Self {
        Self {
            verifier,
            job,
            layer: LayerKind::Edge,
            verification: Verification {
                next: job.from,
                ..Verification::default()
            },
        }
    }

    pub(super) async fn run(&mut self) -> CheckResult {
        let (verifier, job) = (self.verifier, self.job);
        if self.verification.next == Stage::Edge {
            self.check(LayerKind::Edge, check_edge(verifier, &job.host))
                .await?;
            self.verification.next = Stage::Record;
        }
        if self.verification.next == Stage::Record {
            self.check_record().await?;
        }
        let resolution = self.resolve().await?;
        self.check_services(&resolution).await?;
        if self.verification.limit_of(LayerKind::Dns).is_none() {
            let local = check_local_dns(verifier, &job.host, &resolution.addresses);
            let limit = self.in_span(LayerKind::Dns, local).await;
            self.limit(LayerKind::Dns, limit);
        }
        Ok(())
    }

    /// Runs a check of a layer in its span, and logs its result.
    async fn check<T>(
        &mut self,
        layer: LayerKind,
        check: impl Future<Output = CheckResult<T>>,
    ) -> CheckResult<T> {
        let logged = async {
            let result = check.await;
            match &result {
                Ok(_) => tracing::debug!("the check passes"),
                Err(error) => tracing::debug!(code = error.reason.code(), "the check fails"),
            }
            result
        };
        self.in_span(layer, logged).await
    }

    async fn in_span<T>(&mut self, layer: LayerKind, check: impl Future<Output = T>) -> T {
        self.layer = layer;
        check
            .instrument(info_span!("check", layer = layer.as_str()))
            .await
    }

    fn observe(&mut self, layer: LayerKind, what: String) {
        self.verification.observed.push((layer, what));
    }

    fn limit(&mut self, layer: LayerKind, reason: Option<Diagnosis>) {
        let limit = reason.map(|reason| (layer, reason));
        self.verification.limited.extend(limit);
    }

    /// Looks the record up in the zone itself, which no resolver caches.
    async fn check_record(&mut self) -> CheckResult {
        let verifier = self.verifier;
        let record = verifier
            .authoritative_dns
            .record(&verifier.resolvers, &self.job.host);
        let fault = match self.in_span(LayerKind::Dns, record).await {
            RecordStatus::Published => {
                self.verification.next = Stage::Path;
                return Ok(());
            }
            RecordStatus::Missing => PublicUrlFault::NotPublished,
            RecordStatus::Unknown => {
                self.verification.next = Stage::Path;
                PublicUrlFault::Settling
            }
        };
        Err(VerificationError::public_url(LayerKind::Dns, fault))
    }

    async fn resolve(&mut self) -> CheckResult<Resolution> {
        let (verifier, job) = (self.verifier, self.job);
        let find = Resolution::find(&verifier.resolvers, &job.host, job.lenient);
        match self.check(LayerKind::Dns, find).await {
            Ok(resolution) => {
                self.limit(LayerKind::Dns, resolution.limited.clone());
                self.observe(LayerKind::Dns, resolution.describe());
                Ok(resolution)
            }
            Err(error) => Err(forgotten_tunnel(verifier, &job.host).await.unwrap_or(error)),
        }
    }

    async fn check_services(&mut self, resolution: &Resolution) -> CheckResult {
        let job = self.job;
        let addresses = at_443(&resolution.addresses);
        let checks = HttpChecks::new(self.verifier, &job.host, &addresses)?;
        let instance = self.check(LayerKind::Instance, checks.instance()).await?;
        let address = resolution.addresses.first().map(ToString::to_string);
        self.observe(LayerKind::Edge, address.unwrap_or_default());
        self.observe(LayerKind::Tls, job.host.clone());
        self.observe(LayerKind::Instance, instance);
        let page = checks.app(&job.page, job.check_exposure);
        let (app, limit) = self.check(LayerKind::App, Box::pin(page)).await?;
        self.observe(LayerKind::App, app);
        self.limit(LayerKind::App, limit);
        self.check_calls(&checks).await?;
        if job.check_exposure {
            let exposure = self.check(LayerKind::Exposure, checks.exposure()).await?;
            self.observe(LayerKind::Exposure, exposure);
        }
        Ok(())
    }

    /// Checks what calls need: signalling, and media over the tunnel.
    async fn check_calls(&mut self, checks: &HttpChecks<'_>) -> CheckResult {
        let token = checks.token()?;
        let websocket = self.check(LayerKind::WebSocket, checks.websocket(&token));
        match websocket.await {
            Ok(websocket) => {
                self.observe(LayerKind::Livekit, "accepts the token".to_owned());
                self.observe(LayerKind::WebSocket, websocket);
            }
            // One more request finds out whether LiveKit or the WebSocket is at fault.
            Err(error) => {
                let validate = self.check(LayerKind::Livekit, checks.validate(&token));
                let livekit = validate.await?;
                self.observe(LayerKind::Livekit, livekit);
                return Err(error);
            }
        }
        if self.job.media {
            match self.in_span(LayerKind::Media, checks.media(&token)).await {
                Ok(media) => self.observe(LayerKind::Media, media),
                Err(reason) => self.limit(LayerKind::Media, Some(reason)),
            }
        }
        Ok(())
    }
}

/// Requests the instance header from the edge. Any fault is the edge's, because nothing else has been requested yet.
async fn check_edge(verifier: &Verifier, host: &str) -> CheckResult {
    let layer = LayerKind::Edge;
    let at_edge = |reason| VerificationError { layer, reason };
    let addresses = edge::addresses().await.map_err(at_edge)?;
    let checks = HttpChecks::new(verifier, host, &addresses)?;
    let instance = checks.instance().await;
    instance.map(drop).map_err(|error| at_edge(error.reason))
}

/// Returns the edge's error where it has forgotten a quick tunnel, which loses its record too.
async fn forgotten_tunnel(verifier: &Verifier, host: &str) -> Option<VerificationError> {
    if !host.ends_with(QUICK_TUNNEL_SUFFIX) {
        return None;
    }
    let error = check_edge(verifier, host).await.err()?;
    let is_forgotten = matches!(
        error.reason,
        Diagnosis::PublicUrl(PublicUrlFault::OldTunnel)
    );
    is_forgotten.then_some(error)
}

/// Compares the answer of this network's resolver, which phones on this network use, with the public resolvers'.
async fn check_local_dns(
    verifier: &Verifier,
    host: &str,
    public_addresses: &[IpAddr],
) -> Option<Diagnosis> {
    let answer = ask_local(host, Rtype::A).await?.ok()?;
    if answer.no_such_name {
        let until = answer.cached_until();
        return Some(Diagnosis::PublicUrl(PublicUrlFault::StaleLocalDns {
            until,
        }));
    }
    let addresses = answer.addresses;
    let address = *addresses.first()?;
    if addresses
        .iter()
        .any(|address| public_addresses.contains(address))
    {
        return None;
    }
    // Large networks have many addresses, so a different one is a fault only where another server answers.
    let checks = HttpChecks::new(verifier, host, &at_443(&addresses)).ok()?;
    if let Ok(Ok(_)) = timeout(LOCAL_ADDRESS_TIMEOUT, checks.instance()).await {
        return None;
    }
    Some(Diagnosis::PublicUrl(PublicUrlFault::LocalDnsElsewhere {
        address: address.to_string(),
    }))
}

fn at_443(addresses: &[IpAddr]) -> Vec<SocketAddr> {
    let with_port = |&ip| SocketAddr::new(ip, 443);
    addresses.iter().map(with_port).collect()
}
