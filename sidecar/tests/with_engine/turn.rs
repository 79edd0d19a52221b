//! The trial of a TURN server against the real coturn, of the relay's image.

use std::sync::Arc;
use std::time::Duration;

use sidelink::config::secrets::Secrets;
use sidelink::config::settings::{Routes, TurnSettings};
use sidelink::http_client::local_client;
use sidelink::ice::IceConfig;
use sidelink::runtime::clock::Clock;
use sidelink::runtime::engine::Engine;
use sidelink::turn::TurnCheck;
use sidelink_core::{Diagnosis, Event};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::containers::{Project, address_of};
use super::probes::{PASSWORD, secrets};

const IMAGE: &str = "sidelink/relay:0.1.0";
const QUOTA: &str = "--user-quota=1";

/// Returns the code of each server, or `works`.
async fn codes(urls: Vec<String>, secret: &str) -> Vec<&'static str> {
    let turn = Some(TurnSettings::SharedSecret { urls });
    let secrets = Secrets {
        turn_credential: Some(secret.into()),
        ..secrets()
    };
    let client = local_client(Duration::from_secs(1)).expect("a client");
    let clock = Clock::start();
    let check = TurnCheck::new(
        Arc::new(IceConfig::new(&[], turn, &secrets, client).expect("fits")),
        None,
        clock,
    )
    .expect("a check");
    let nothing = Engine::nothing_yet("i1".into(), clock, Routes::Root);
    let (_publishes, published) = watch::channel(nothing);
    let (to, mut events) = mpsc::channel(1);
    let following = tokio::spawn(check.follow(published, to));
    let event = timeout(Duration::from_secs(30), events.recv()).await;
    following.abort();
    let Ok(Some(Event::TurnTried(trials))) = event else {
        panic!("{event:?}");
    };
    let trials = trials.into_iter();
    let codes = trials.map(|trial| trial.fault.as_ref().map_or("works", Diagnosis::code));
    codes.collect()
}

#[tokio::test]
async fn coturn_gives_a_relay_and_takes_it_back_and_refuses_a_wrong_secret() {
    let project = Project::new();
    let secret = format!("--static-auth-secret={PASSWORD}");
    let command = [
        IMAGE,
        "turnserver",
        "-n",
        "--realm=example.org",
        "--use-auth-secret",
        &secret,
        QUOTA,
        "--no-cli",
        "--log-file=stdout",
    ];
    let id = project.runs("coturn", "coturn", &[], &command);
    let at = address_of(&id);
    let urls = || {
        let udp = format!("turn:{at}");
        vec![udp, format!("turn:{at}?transport=tcp")]
    };
    assert_eq!(codes(urls()[..1].to_vec(), PASSWORD).await, ["works"]);
    // The quota is one relay, so the one before was given back.
    assert_eq!(codes(urls()[1..].to_vec(), PASSWORD).await, ["works"]);
    let refused = "turn_credentials_refused";
    assert_eq!(codes(urls(), "guess").await, [refused, refused]);
}
