//! `sidelink healthcheck`: the image has no shell and no HTTP client but this one.

use crate::exit::Failure;

/// Asks `/healthz` of the service in this container.
pub async fn run() -> Result<(), Failure> {
    let client =
        crate::probe::local_client(std::time::Duration::from_secs(2)).map_err(Failure::config)?;
    client
        .get("http://127.0.0.1:8787/healthz")
        .send()
        .await?
        .error_for_status()?;
    Ok(())
}
