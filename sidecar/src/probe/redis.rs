//! Probes Redis with `PING` and a write, because Redis answers `PING` even when its disk is full.

use redis::{Client, ConnectionAddr, IntoConnectionInfo, RedisConnectionInfo};

use super::http::wrong;
use sidelink_core::{Address, Diagnosis};
use sidelink_diagnostics::recognize::answer::of_redis;
use sidelink_diagnostics::{quoted, redact};

const KEY: &str = "sidelink:probe";
/// Maximum length of a quoted error.
const MAX_QUOTE: usize = 120;
/// Lifetime of the key, so that it disappears when probing ends.
const KEY_TTL_SECONDS: u64 = 60;

pub(super) async fn probe(at: &Address, password: &str) -> Result<(), Diagnosis> {
    let url = format!("redis://{at}");
    ping_and_write(at, password).await.map_err(|error| {
        let message = redact(&error.to_string());
        let detail = quoted(&message, MAX_QUOTE);
        if let Some(known) = of_redis(&message) {
            known
        } else if error.is_io_error() {
            Diagnosis::Unreachable {
                target: url,
                detail,
            }
        } else {
            wrong(&url, detail)
        }
    })
}

async fn ping_and_write(at: &Address, password: &str) -> redis::RedisResult<()> {
    let login = RedisConnectionInfo::default().set_password(password);
    let info = ConnectionAddr::Tcp(at.host.clone(), at.port)
        .into_connection_info()?
        .set_redis_settings(login);
    let mut connection = Client::open(info)?
        .get_multiplexed_async_connection()
        .await?;
    redis::pipe()
        .cmd("PING")
        .ignore()
        .cmd("SET")
        .arg(KEY)
        .arg(1)
        .arg("EX")
        .arg(KEY_TTL_SECONDS)
        .ignore()
        .query_async(&mut connection)
        .await
}
