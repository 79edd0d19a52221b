//! `sidelink url`.

use std::time::Duration;

use tokio::time::timeout;

use super::wait::Awaited;
use super::{Service, lang};
use crate::http::StatusView;
use crate::qr;
use crate::runtime::exit::Failure;

/// A tunnel that slept is started, registered and verified in a few seconds; a new name's DNS takes its time.
const WAKES: Duration = Duration::from_secs(60);

/// Prints the link after a fresh proof; without one, what is awaited, and exit code 69. A tunnel that sleeps is
/// woken and waited for.
pub async fn run(with_qr: bool, json: bool) -> Result<(), Failure> {
    let service = Service::from_env()?;
    let before = service.status(None).await?;
    if before.mode == "on-demand" && before.public_url.is_none() {
        service.wake().await?;
        // What is missing after that is told below.
        let _ = timeout(WAKES, woken(&service, before)).await;
    }
    let status = service.verify().await?;
    let Some(url) = status.link() else {
        return Err(Failure::unavailable(format!(
            "{}: {}",
            lang().pick(
                "there is no verified link now",
                "não há um link comprovado agora"
            ),
            super::status::headline(&status, lang())
        )));
    };
    if json {
        let verified = &status.verified_at;
        println!(
            "{}",
            serde_json::json!({ "url": url, "phase": status.phase, "verifiedAt": verified })
        );
        return Ok(());
    }
    println!("{url}");
    if with_qr {
        print!("\n{}", qr::terminal(url));
    }
    if status.phase != "ready" {
        eprintln!("{}", super::status::headline(&status, lang()));
    }
    for notice in status.notices.iter().flatten() {
        eprintln!("{}", super::status::message(notice, lang()));
    }
    if status.stand_in {
        let note = lang().pick(
            "This tunnel is a STAND-IN for tests: the link works in the test network only.",
            "Este túnel é um SUBSTITUTO para testes: o link só funciona na rede de teste.",
        );
        eprintln!("{note}");
    }
    Ok(())
}

/// Until there is a link, or nothing more is tried; says what it waits for.
async fn woken(service: &Service, mut status: StatusView) -> Result<(), Failure> {
    let mut told = None;
    while status.link().is_none() && status.phase != "failed" {
        let awaited = Awaited::of(&status);
        if let Some(awaited) = awaited.filter(|now| told.as_ref() != Some(&now.what)) {
            eprintln!("{}", awaited.told);
            told = Some(awaited.what);
        }
        status = service.status(Some(status.sequence)).await?;
    }
    Ok(())
}
