//! Verifies from outside that the public URL works, layer by layer, without harm to it.
//!
//! A quick tunnel's DNS record is published seconds after its name is known. A resolver that is asked too early
//! remembers "no such name" for up to half an hour, also for phones on this network. So a verification requests the name
//! from resolvers only once the record exists:
//!
//! 1. the *edge*, reached under a name that always exists, with the new name as SNI and `Host`, until it answers with
//!    the instance header;
//! 2. the zone's *authoritative name server*, which does not cache, until it has the record;
//! 3. two public *resolvers* over HTTPS, then a connection to the address that they return: certificate, instance, app,
//!    WebSocket to LiveKit, WebSocket to the bridge; last this network's own resolver.
//!
//! A renewal is the third step alone: four requests through the tunnel, one of them to the bridge, and up to two more where the app redirects. The
//! first verification of a name, and any after a change, ends with the *exposure checks*: endpoints that are not for
//! visitors must not be reachable.

mod app_page;
mod dns;
mod edge;
mod exposure;
mod http_checks;
mod media;
mod pipeline;
mod websocket;

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use domain::base::Rtype;
use reqwest::Url;
use rustls::ClientConfig;
use rustls::client::Resumption;
use tokio::time::timeout;
use tracing::instrument;

use crate::config::secrets::Secrets;
use crate::http_client;
use crate::storage::recent_hostnames::RecentHostnames;
use crate::visitor::KnownRedirects;
use dns::authoritative::AuthoritativeDns;
use dns::doh::Resolvers;
use pipeline::Pipeline;
use sidelink_core::{Diagnosis, LayerKind, PublicUrlFault, Verification, VerificationJob};

/// Time allowed for a verification, besides [`PAGE_TIMEOUT`]. Renewals start early enough that one of this length ends
/// within a minute.
const VERIFICATION_TIMEOUT: Duration = Duration::from_secs(10);
/// Time allowed for one request, through an edge on another continent and over a bad line.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(3);
/// Time allowed for the app's page, because a slow app still works. Visitors do not wait longer.
const PAGE_TIMEOUT: Duration = Duration::from_secs(30);

/// Verifies the public URL.
#[derive(Debug)]
pub struct Verifier {
    tls: ClientConfig,
    secrets: Secrets,
    resolvers: Resolvers,
    authoritative_dns: AuthoritativeDns,
    hostnames: RecentHostnames,
    known_redirects: KnownRedirects,
}

impl Verifier {
    /// Creates a verifier that trusts `ca_file` beside the public certificate authorities; `doh` are resolvers' URLs.
    pub fn new(secrets: Secrets, ca_file: Option<&Path>, doh: Vec<Url>) -> Result<Self> {
        let mut tls = http_client::tls(ca_file)?;
        let resolvers = Resolvers::new(tls.clone(), doh)?;
        // A resumed session has no certificate, and each verification checks it.
        tls.resumption = Resumption::disabled();
        Ok(Self {
            resolvers,
            tls,
            secrets,
            authoritative_dns: AuthoritativeDns::default(),
            hostnames: RecentHostnames::default(),
            known_redirects: KnownRedirects::default(),
        })
    }

    /// Sets the stack's recent hostnames.
    pub fn remembering(self, hostnames: RecentHostnames) -> Self {
        Self { hostnames, ..self }
    }

    /// Checks the layers from the job's stage to the first one that fails.
    #[instrument(name = "verification", skip_all, fields(host = job.host, from = ?job.from))]
    pub async fn verify(&self, job: &VerificationJob) -> Verification {
        let limit = VERIFICATION_TIMEOUT + PAGE_TIMEOUT;
        let mut pipeline = Pipeline::new(self, job);
        let result = timeout(limit, pipeline.run()).await;
        let (layer, mut verification) = (pipeline.layer, pipeline.verification);
        verification.failure = match result {
            Ok(Ok(())) => None,
            Ok(Err(VerificationError { layer, reason })) => Some((layer, reason)),
            Err(_) => Some((
                layer,
                Diagnosis::Unreachable {
                    target: job.host.clone(),
                    detail: format!("no answer in {} s", limit.as_secs()),
                },
            )),
        };
        verification
    }
}

/// Resolves an existing name with each of the resolvers; returns their host names with success or error.
pub(crate) async fn ask_resolvers(
    ca_file: Option<&Path>,
    doh: Vec<Url>,
    name: &str,
) -> Result<Vec<(String, Result<(), String>)>> {
    let resolvers = Resolvers::new(http_client::tls(ca_file)?, doh)?;
    let answers = resolvers.ask(name, Rtype::A).await;
    Ok(answers
        .into_iter()
        .map(|answer| {
            let result = answer.answer.map(drop).map_err(|error| error.to_string());
            (answer.resolver, result)
        })
        .collect())
}

/// Result of a check.
type CheckResult<T = ()> = Result<T, VerificationError>;

/// Why a verification fails, and at which layer.
#[derive(Debug)]
struct VerificationError {
    layer: LayerKind,
    reason: Diagnosis,
}

impl VerificationError {
    fn public_url(layer: LayerKind, fault: PublicUrlFault) -> Self {
        Self {
            layer,
            reason: Diagnosis::PublicUrl(fault),
        }
    }
}
