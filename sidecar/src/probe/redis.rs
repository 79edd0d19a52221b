//! Redis: that it answers, and that it can write. A full disk under its log answers `PING` all the same.

use redis::{Client, ConnectionAddr, IntoConnectionInfo, RedisConnectionInfo};

use sidelink_core::Address;
use sidelink_core::Diagnosis;
use sidelink_diagnostics::recognize::answer::of_redis;
use sidelink_diagnostics::{quoted, redact};

const KEY: &str = "sidelink:probe";
/// The key goes by itself when nobody probes any more.
const LIFE_SECONDS: u64 = 60;

pub(super) async fn probe(at: &Address, password: &str) -> Result<(), Diagnosis> {
    let asked = format!("redis://{at}");
    ping_and_write(at, password).await.map_err(|error| {
        let said = redact(&error.to_string());
        let detail = quoted(&said, 120);
        if let Some(known) = of_redis(&said) {
            known
        } else if error.is_io_error() {
            Diagnosis::Unreachable {
                target: asked,
                detail,
            }
        } else {
            Diagnosis::WrongAnswer { asked, got: detail }
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
        .arg(LIFE_SECONDS)
        .ignore()
        .query_async(&mut connection)
        .await
}
