//! `sidelink dashboard`.

use super::{ControlApi, lang};
use crate::http::LoginLink;
use crate::runtime::exit::CommandFailure;

/// Prints a link that signs in a browser on this machine, once.
pub async fn run(json: bool) -> Result<(), CommandFailure> {
    let link: LoginLink = ControlApi::from_env()?.post("/dashboard/code").await?;
    if json {
        println!("{}", serde_json::to_string_pretty(&link)?);
        return Ok(());
    }
    println!("{}", link.url);
    let note = lang().pick(
        "Open it in a browser on this machine. It works once, within ten minutes. Do not share it: it gives control of the stack.",
        "Abra no navegador desta máquina. Funciona uma vez, em até dez minutos. Não compartilhe: ele dá controle sobre o sistema.",
    );
    eprintln!("{note}");
    Ok(())
}
