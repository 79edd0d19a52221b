//! The proof that the public link works, made from outside, layer by layer, and without harm to it.
//!
//! A quick tunnel's DNS record is published seconds after its name is known, and a resolver that is asked too
//! early remembers "no such name" for up to half an hour, for the phone beside us too. So nobody is asked
//! for the name before it must be there:
//!
//! 1. the *edge*, reached under a name that always exists, with the new name as SNI and Host,
//!    until our marker answers;
//! 2. the zone's own *name server*, which answers from what is so and remembers nothing, until it has the record;
//! 3. two public *resolvers* over HTTPS, then a connection to the address that they give: certificate, marker,
//!    app, LiveKit, WebSocket; last this network's own resolver.
//!
//! A renewal is the third step alone: four requests through the tunnel, and two more at most where the app redirects. The first proof of a name, and any after
//! something has changed, ends with *safety*: whether what is not for visitors can be reached.

mod app_page;
mod dns;
mod edge;
mod exposure;
mod http_checks;
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

use crate::config::secrets::Secrets;
use crate::probe::client;
use crate::storage::recent_hostnames::Hostnames;
use crate::visitor::LatestWay;
use dns::authoritative::Zone;
use dns::doh::Resolvers;
use pipeline::Walk;
use sidelink_core::{Diagnosis, PublicUrlFault};
use sidelink_core::{LayerKind, Verification, VerificationJob};

/// A whole proof. Its renewals begin so early that even one of this length is back within a minute.
const DEADLINE: Duration = Duration::from_secs(10);
/// One request on the way, through an edge on another continent, on a bad line.
const REQUEST: Duration = Duration::from_secs(3);
/// The app's page alone: slow is not broken. Beyond it no visitor waits.
const PAGE: Duration = Duration::from_secs(30);

/// Makes proofs.
#[derive(Debug)]
pub struct Verifier {
    tls: ClientConfig,
    secrets: Secrets,
    resolvers: Resolvers,
    zone: Zone,
    hostnames: Hostnames,
    latest_way: LatestWay,
}

impl Verifier {
    /// `ca_file` is trusted beside the public certificate authorities; `doh` are the resolvers' URLs.
    pub fn new(secrets: Secrets, ca_file: Option<&Path>, doh: Vec<Url>) -> Result<Self> {
        let mut tls = client::tls(ca_file)?;
        let resolvers = Resolvers::new(tls.clone(), doh)?;
        // A resumed session shows no certificate: each proof is to see one.
        tls.resumption = Resumption::disabled();
        Ok(Self {
            resolvers,
            tls,
            secrets,
            zone: Zone::default(),
            hostnames: Hostnames::default(),
            latest_way: LatestWay::default(),
        })
    }

    /// The same, which knows the earlier names of this stack.
    pub fn remembering(self, hostnames: Hostnames) -> Self {
        Self { hostnames, ..self }
    }

    /// Walks the way from where the job says to the first layer that is not ok.
    pub async fn verify(&self, job: &VerificationJob) -> Verification {
        let mut walk = Walk::new(self, job);
        let done = timeout(DEADLINE + PAGE, walk.go()).await;
        let (at, mut verification) = (walk.at, walk.verification);
        verification.failure = match done {
            Ok(Ok(())) => None,
            Ok(Err(Trouble { at, reason })) => Some((at, reason)),
            Err(_) => Some((
                at,
                Diagnosis::Unreachable {
                    target: job.host.clone(),
                    detail: format!("no answer in {} s", (DEADLINE + PAGE).as_secs()),
                },
            )),
        };
        verification
    }
}

/// Whether each of these resolvers answers, by its host name, when asked for a name that exists.
pub(crate) async fn ask_resolvers(
    ca_file: Option<&Path>,
    doh: Vec<Url>,
    name: &str,
) -> Result<Vec<(String, Result<(), String>)>> {
    let resolvers = Resolvers::new(client::tls(ca_file)?, doh)?;
    let said = resolvers.ask(name, Rtype::A).await;
    let in_words = |answer: Result<dns::Answer>| match answer {
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    };
    Ok(said
        .into_iter()
        .map(|said| (said.resolver, in_words(said.answer)))
        .collect())
}

/// What a step on the way came back with.
type Step<T = ()> = Result<T, Trouble>;

/// Why it goes no further, and at which layer.
#[derive(Debug)]
struct Trouble {
    at: LayerKind,
    reason: Diagnosis,
}

impl Trouble {
    fn outside(at: LayerKind, outside: PublicUrlFault) -> Self {
        Self {
            at,
            reason: Diagnosis::PublicUrl(outside),
        }
    }
}
