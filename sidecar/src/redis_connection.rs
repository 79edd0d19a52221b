//! The connection to Redis, which reconnects when it breaks. While Redis is down a question is answered at once, or after
//! two attempts to connect at most.
//!
//! A question whose connection is lost is repeated once, because that loss may be the first sign of a Redis that has been
//! started anew. So only what may be applied twice may be asked: reads, and writes that name the value that they leave.
//! A question that Redis does not answer in time is never repeated.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{
    Client, Cmd, ConnectionAddr, ErrorKind, FromRedisValue, IntoConnectionInfo, Pipeline,
    ProtocolVersion, RedisConnectionInfo, RedisError, RedisResult, ScriptInvocation,
};

use crate::model::Address;

/// On the same machine a connection takes a millisecond, and an answer less.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(1);

/// Redis cannot be asked, or refuses. Why is in the log: what Redis says of a command may quote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Redis cannot be asked")]
pub struct Down;

/// One connection for everybody.
pub struct RedisConnection {
    client: Client,
    state: Mutex<State>,
}

/// A manager, and which one in turn.
#[derive(Clone)]
struct State {
    manager: ConnectionManager,
    number: u64,
}

/// Of which kind a question is.
#[derive(Clone, Copy)]
enum Question<'a> {
    One(&'a Cmd),
    All(&'a Pipeline),
    Script(&'a ScriptInvocation<'a>),
}

impl RedisConnection {
    /// Connects when it is first asked.
    ///
    /// # Errors
    /// The address cannot be used.
    pub fn new(at: &Address, password: &str) -> RedisResult<Self> {
        let login = RedisConnectionInfo::default()
            .set_password(password)
            // Its connections are noticed to end while nothing is asked.
            .set_protocol(ProtocolVersion::RESP3);
        let info = ConnectionAddr::Tcp(at.host.clone(), at.port).into_connection_info()?;
        let client = Client::open(info.set_redis_settings(login))?;
        let manager = manager(&client)?;
        let state = Mutex::new(State { manager, number: 0 });
        Ok(Self { client, state })
    }

    /// Returns the answer to one command.
    pub async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Down> {
        self.run(Question::One(command)).await
    }

    /// Returns the answers to several, asked in one go.
    pub async fn ask_all<T: FromRedisValue>(&self, commands: &Pipeline) -> Result<T, Down> {
        self.run(Question::All(commands)).await
    }

    /// Returns the answer of a script.
    pub async fn ask_script<T: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
    ) -> Result<T, Down> {
        self.run(Question::Script(script)).await
    }

    /// The first attempt may meet a connection that was lost, or an attempt to connect that failed before Redis was
    /// back; the second one connects after the question was asked.
    async fn run<T: FromRedisValue>(&self, question: Question<'_>) -> Result<T, Down> {
        match self.answer(question).await {
            Err(error) if error.is_connection_dropped() => {}
            answer => return answer.map_err(|_| Down),
        }
        self.answer(question).await.map_err(|_| Down)
    }

    async fn answer<T: FromRedisValue>(&self, question: Question<'_>) -> RedisResult<T> {
        let State {
            mut manager,
            number,
        } = self.state().clone();
        let answer = match question {
            Question::One(command) => command.query_async(&mut manager).await,
            Question::All(commands) => commands.query_async(&mut manager).await,
            Question::Script(script) => script.invoke_async(&mut manager).await,
        };
        if let Err(error) = &answer {
            log(error);
            if !heals_itself(error) {
                self.replace(number);
            }
        }
        answer
    }

    /// Begins anew, unless another question has done so.
    fn replace(&self, number: u64) {
        let mut state = self.state();
        if state.number != number {
            return;
        }
        if let Ok(manager) = manager(&self.client) {
            *state = State {
                manager,
                number: number + 1,
            };
        }
    }

    /// Nothing in here panics, so a poisoned lock holds a sound value.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One attempt for each question: those that ask decide whether to ask again.
fn manager(client: &Client) -> RedisResult<ConnectionManager> {
    let config = ConnectionManagerConfig::new()
        .set_number_of_retries(0)
        .set_connection_timeout(Some(CONNECT_TIMEOUT))
        .set_response_timeout(Some(RESPONSE_TIMEOUT));
    ConnectionManager::new_lazy_with_config(client.clone(), config)
}

/// The manager connects again after a loss. It does so neither when Redis has refused to let it in (every later question
/// gets that refusal), nor when the other side has gone without a word (every answer times out).
fn heals_itself(error: &RedisError) -> bool {
    error.is_connection_dropped() || error.kind() == ErrorKind::UnexpectedReturnType
}

/// Without the password.
impl std::fmt::Debug for RedisConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedisConnection").finish_non_exhaustive()
    }
}

/// The kind alone: what Redis says of a command may quote it, and keys hold tokens.
fn log(error: &RedisError) {
    let code = error.code().unwrap_or_default();
    tracing::debug!(code, "Redis: {}", error.category());
}

#[cfg(test)]
mod tests {
    use redis::cmd;
    use tokio::net::TcpListener;

    use super::*;

    fn at(port: u16) -> RedisConnection {
        let host = "127.0.0.1".to_owned();
        RedisConnection::new(&Address { host, port }, "x").expect("a good address")
    }

    #[tokio::test]
    async fn nobody_there_is_an_error_at_once() {
        let answer = at(1).ask::<String>(&cmd("PING")).await;
        assert_eq!(answer, Err(Down));
    }

    #[tokio::test(start_paused = true)]
    async fn a_redis_that_never_answers_is_given_up() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        assert_eq!(at(port).ask::<String>(&cmd("PING")).await, Err(Down));
    }
}
