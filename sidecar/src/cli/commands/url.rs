//! `sidelink url`.

use std::time::Duration;

use tokio::time::timeout;

use super::wait::WaitReason;
use super::{ControlApi, lang};
use crate::http::StatusView;
use crate::qr;
use crate::runtime::exit::CommandFailure;

/// A suspended tunnel starts, registers and is verified in a few seconds; DNS of a new name takes longer.
const WAKE_TIMEOUT: Duration = Duration::from_secs(60);

/// Prints the public URL after a fresh verification, or what is awaited, with exit code 69. Wakes a suspended tunnel
/// and waits for it.
pub async fn run(with_qr: bool, json: bool) -> Result<(), CommandFailure> {
    let service = ControlApi::from_env()?;
    let before = service.status(None).await?;
    if before.mode == "on-demand" && before.public_url.is_none() {
        service.wake().await?;
        // What is missing after that is reported below.
        let _ = timeout(WAKE_TIMEOUT, wait_for_url(&service, before)).await;
    }
    let status = service.verify().await?;
    let Some(url) = status.link() else {
        return Err(CommandFailure::unavailable(format!(
            "{}: {}",
            lang().pick(
                "no verified public URL",
                "nenhum endereço público verificado"
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
            "This tunnel is a fake for tests: the public URL works in the test network only.",
            "Este túnel é simulado, para testes: o endereço público só funciona na rede de teste.",
        );
        eprintln!("{note}");
    }
    Ok(())
}

/// Waits for a public URL, or until nothing more is tried. Prints what it waits for.
async fn wait_for_url(service: &ControlApi, mut status: StatusView) -> Result<(), CommandFailure> {
    let mut printed = None;
    while status.link().is_none() && status.phase != "failed" {
        let awaited = WaitReason::of(&status);
        if let Some(awaited) = awaited.filter(|now| printed.as_ref() != Some(&now.what)) {
            eprintln!("{}", awaited.message);
            printed = Some(awaited.what);
        }
        status = service.status(Some(status.sequence)).await?;
    }
    Ok(())
}
