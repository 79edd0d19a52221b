//! `sidelink url`.

use super::{Service, lang};
use crate::exit::Failure;
use crate::qr;

/// Prints the link after a fresh proof; without one, what is awaited, and exit code 69.
pub async fn run(with_qr: bool, json: bool) -> Result<(), Failure> {
    let status = Service::from_env()?.proven().await?;
    let Some(url) = status.link() else {
        return Err(Failure::unavailable(format!(
            "{}: {}",
            lang().pick(
                "there is no proven link now",
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
    if status.stand_in {
        let note = lang().pick(
            "This tunnel is a STAND-IN for tests: the link works in the test network only.",
            "Este túnel é um SUBSTITUTO para testes: o link só funciona na rede de teste.",
        );
        eprintln!("{note}");
    }
    Ok(())
}
