//! The connection to Redis, which is opened again when it breaks. While Redis is down a command fails at once, or after at
//! most two attempts to connect.
//!
//! A command whose connection is lost is repeated once, because the loss may be the first sign that Redis was restarted. So
//! only commands that may be applied twice are allowed: reads, and writes that name the value they leave. A command that
//! Redis does not answer in time is never repeated.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionAddr, FromRedisValue, IntoConnectionInfo,
    Pipeline, RedisConnectionInfo, RedisError, RedisResult, ScriptInvocation,
};
use tokio::sync::OnceCell;

use sidelink_core::Address;

/// On the same machine a connection takes a millisecond.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(1);

/// Redis does not answer, or refuses. The reason is in the log, because an answer of Redis may quote the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Redis is unavailable")]
pub struct Down;

/// One shared connection.
pub struct RedisConnection {
    client: Client,
    attempt: Mutex<ConnectAttempt>,
}

/// An attempt to connect. All commands share it until it fails, or until its connection is lost.
type ConnectAttempt = Arc<OnceCell<RedisResult<MultiplexedConnection>>>;

/// What is sent to Redis.
#[derive(Clone, Copy)]
enum Query<'a> {
    One(&'a Cmd),
    All(&'a Pipeline),
    Script(&'a ScriptInvocation<'a>),
}

impl RedisConnection {
    /// Creates a connection, which is opened with the first command.
    ///
    /// # Errors
    /// The address cannot be used.
    pub fn new(at: &Address, password: &str) -> RedisResult<Self> {
        let login = RedisConnectionInfo::default().set_password(password);
        let info = ConnectionAddr::Tcp(at.host.clone(), at.port).into_connection_info()?;
        let client = Client::open(info.set_redis_settings(login))?;
        let attempt = Mutex::default();
        Ok(Self { client, attempt })
    }

    /// Returns the answer to one command.
    pub async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Down> {
        self.run(Query::One(command)).await
    }

    /// Returns the answers to several commands, sent together.
    pub async fn ask_all<T: FromRedisValue>(&self, commands: &Pipeline) -> Result<T, Down> {
        self.run(Query::All(commands)).await
    }

    /// Returns the answer of a script.
    pub async fn ask_script<T: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
    ) -> Result<T, Down> {
        self.run(Query::Script(script)).await
    }

    /// The first try may use a lost connection, or an attempt to connect from before Redis was back. The second one
    /// connects anew.
    async fn run<T: FromRedisValue>(&self, query: Query<'_>) -> Result<T, Down> {
        for _ in 0..2 {
            let attempt = Arc::clone(&self.attempt());
            let connection = match attempt.get_or_init(|| self.connect()).await {
                Ok(connection) => connection.clone(),
                Err(error) => {
                    log(error);
                    self.replace(&attempt);
                    continue;
                }
            };
            let error = match query.send(connection).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            log(&error);
            let is_lost = error.is_connection_dropped();
            // A silent connection answers no later query either.
            if is_lost || error.is_timeout() {
                self.replace(&attempt);
            }
            if !is_lost {
                break;
            }
        }
        Err(Down)
    }

    async fn connect(&self) -> RedisResult<MultiplexedConnection> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_TIMEOUT))
            .set_response_timeout(Some(RESPONSE_TIMEOUT));
        let connecting = self
            .client
            .get_multiplexed_async_connection_with_config(&config);
        connecting.await
    }

    /// Makes the next query connect anew, unless another one has done so since.
    fn replace(&self, failed: &ConnectAttempt) {
        let mut attempt = self.attempt();
        if Arc::ptr_eq(&attempt, failed) {
            *attempt = ConnectAttempt::default();
        }
    }

    /// No code with the lock panics, so a poisoned lock has a valid value.
    fn attempt(&self) -> MutexGuard<'_, ConnectAttempt> {
        self.attempt.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Query<'_> {
    async fn send<T: FromRedisValue>(
        self,
        mut connection: MultiplexedConnection,
    ) -> RedisResult<T> {
        match self {
            Self::One(command) => command.query_async(&mut connection).await,
            Self::All(commands) => commands.query_async(&mut connection).await,
            Self::Script(script) => script.invoke_async(&mut connection).await,
        }
    }
}

/// Hides the password.
impl std::fmt::Debug for RedisConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedisConnection").finish_non_exhaustive()
    }
}

/// Logs the kind only, because an answer of Redis may quote the command, and keys have tokens.
fn log(error: &RedisError) {
    let code = error.code().unwrap_or_default();
    tracing::debug!(code, category = error.category(), "Redis failed");
}

#[cfg(test)]
mod tests {
    use redis::cmd;
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    use tokio::net::TcpListener;

    use super::*;

    fn at(port: u16) -> RedisConnection {
        let host = "127.0.0.1".to_owned();
        RedisConnection::new(&Address { host, port }, "x").expect("a good address")
    }

    #[tokio::test]
    async fn a_closed_port_is_an_error_at_once() {
        let answer = at(1).ask::<String>(&cmd("PING")).await;
        assert_eq!(answer, Err(Down));
    }

    #[tokio::test(start_paused = true)]
    async fn a_redis_that_never_answers_is_an_error_after_the_timeout() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        assert_eq!(at(port).ask::<String>(&cmd("PING")).await, Err(Down));
    }

    /// A Redis that never answers its first connection, and answers later ones.
    #[tokio::test]
    async fn an_attempt_from_before_redis_was_back_fails_no_query() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        tokio::spawn(async move {
            let (_silent, _) = listener.accept().await.expect("a connection");
            let (answering, _) = listener.accept().await.expect("a connection");
            let (mut reads, mut writes) = answering.into_split();
            let mut reads = BufReader::new(&mut reads).lines();
            while let Ok(Some(line)) = reads.next_line().await {
                let answer = match line.as_str() {
                    "AUTH" | "SETINFO" => "+OK\r\n",
                    "PING" => "+PONG\r\n",
                    _ => continue,
                };
                writes.write_all(answer.as_bytes()).await.expect("a reader");
            }
        });
        let redis = at(port);
        let ping = cmd("PING");
        let (earlier, later) = tokio::join!(redis.ask::<String>(&ping), redis.ask::<String>(&ping));
        assert_eq!((earlier, later), (Ok("PONG".into()), Ok("PONG".into())));
    }
}
