//! One connection to Redis for all that is kept there: made when it is first needed, and made anew after it broke.
//!
//! Nothing waits for a Redis that is down any longer than [`LIMIT`], and nothing is queued for it: whoever keeps
//! something there decides what its absence means.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, FromRedisValue, IntoConnectionInfo, Pipeline,
    RedisConnectionInfo, RedisError,
};
use tokio::time::timeout;

use crate::model::Address;

/// Redis answers within a millisecond; a name that does not resolve, or a machine that hangs, is not waited for.
const LIMIT: Duration = Duration::from_secs(2);

/// Cheap to clone; all clones share the connection.
#[derive(Clone)]
pub struct RedisConnection {
    client: Client,
    open: Arc<Mutex<Option<MultiplexedConnection>>>,
}

/// Redis did not do it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No answer within [`LIMIT`].
    #[error("Redis does not answer")]
    Silent,
    /// It refuses, or cannot be reached.
    #[error(transparent)]
    Redis(#[from] RedisError),
}

impl RedisConnection {
    /// Nothing is connected yet.
    pub fn new(at: &Address, password: &str) -> Result<Self> {
        let login = RedisConnectionInfo::default().set_password(password);
        let info = ConnectionAddr::Tcp(at.host.clone(), at.port)
            .into_connection_info()?
            .set_redis_settings(login);
        Ok(Self {
            client: Client::open(info).context("Redis's address cannot be used")?,
            open: Arc::default(),
        })
    }

    /// Runs the commands in one go. They may run twice, when the connection breaks under them.
    pub async fn run<T: FromRedisValue>(&self, commands: &Pipeline) -> Result<T, Error> {
        match timeout(LIMIT, self.twice(commands)).await {
            Ok(done) => Ok(done?),
            Err(_) => {
                self.forget();
                Err(Error::Silent)
            }
        }
    }

    /// A connection that was open may have died unseen, when Redis was restarted: then a new one does it.
    async fn twice<T: FromRedisValue>(&self, commands: &Pipeline) -> Result<T, RedisError> {
        if let Some(mut open) = self.opened() {
            match commands.query_async(&mut open).await {
                Err(error) if error.is_unrecoverable_error() => self.forget(),
                done => return done,
            }
        }
        let mut fresh = self.connect().await?;
        commands.query_async(&mut fresh).await
    }

    async fn connect(&self) -> Result<MultiplexedConnection, RedisError> {
        let limits = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(LIMIT))
            .set_response_timeout(Some(LIMIT));
        let fresh = self
            .client
            .get_multiplexed_async_connection_with_config(&limits)
            .await?;
        *self.lock() = Some(fresh.clone());
        Ok(fresh)
    }

    fn opened(&self) -> Option<MultiplexedConnection> {
        self.lock().clone()
    }

    fn forget(&self) {
        *self.lock() = None;
    }

    /// Never held across an await; a panic under it cannot leave half a value.
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<MultiplexedConnection>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Without the password.
impl std::fmt::Debug for RedisConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedisConnection").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(port: u16) -> Address {
        let host = "127.0.0.1".to_owned();
        Address { host, port }
    }

    #[tokio::test]
    async fn nobody_there_is_an_error_at_once() {
        let redis = RedisConnection::new(&local(1), "x").expect("an address");
        let mut ping = redis::pipe();
        ping.cmd("PING");
        let error = redis.run::<Vec<String>>(&ping).await.expect_err("fails");
        assert!(
            matches!(&error, Error::Redis(why) if why.is_io_error()),
            "{error}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_redis_that_never_answers_is_given_up() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let redis = RedisConnection::new(&local(port), "x").expect("an address");
        let mut ping = redis::pipe();
        ping.cmd("PING");
        assert!(redis.run::<Vec<String>>(&ping).await.is_err());
    }
}
