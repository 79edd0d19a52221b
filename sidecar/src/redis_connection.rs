//! One connection to Redis for everybody, made anew when it breaks. While Redis is down nobody waits longer for it
//! than two attempts to connect take.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionAddr, FromRedisValue, IntoConnectionInfo,
    Pipeline, RedisConnectionInfo, RedisError, RedisResult,
};
use tokio::time::{Instant, sleep_until, timeout};

use crate::model::Address;

/// On the same machine a connection takes a millisecond, and an answer less.
const CONNECT: Duration = Duration::from_millis(500);
const ANSWER: Duration = Duration::from_secs(1);
/// After a failure the next attempt is made so much later, by whoever asks next.
const PAUSE: Duration = Duration::from_millis(50);

/// Redis cannot be asked, or refuses. Why is in the log: what Redis says of a command may quote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Redis cannot be asked")]
pub struct Down;

/// One connection for everybody.
pub struct RedisConnection {
    client: Option<Client>,
    state: Mutex<State>,
    /// Whoever connects.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    open: Option<Open>,
    made: u64,
    /// The latest attempt failed then, and none has succeeded since.
    failed_at: Option<Instant>,
}

/// A connection, and which one in turn.
#[derive(Clone)]
struct Open {
    connection: MultiplexedConnection,
    number: u64,
}

#[derive(Clone, Copy)]
enum Question<'a> {
    One(&'a Cmd),
    All(&'a Pipeline),
}

impl RedisConnection {
    /// Connects when it is first asked.
    pub fn new(at: &Address, password: &str) -> Self {
        let login = RedisConnectionInfo::default().set_password(password);
        let info = ConnectionAddr::Tcp(at.host.clone(), at.port).into_connection_info();
        let client = info.and_then(|info| Client::open(info.set_redis_settings(login)));
        Self {
            client: client.ok(),
            state: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
        }
    }

    /// The answer to one command.
    pub async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, Down> {
        self.run(Question::One(command)).await
    }

    /// The answers to several, in one go.
    pub async fn ask_all<T: FromRedisValue>(&self, commands: &Pipeline) -> Result<T, Down> {
        self.run(Question::All(commands)).await
    }

    /// Once more where the connection turns out to be gone: all that is asked here may be asked twice.
    async fn run<T: FromRedisValue>(&self, question: Question<'_>) -> Result<T, Down> {
        let open = self.open().await?;
        match self.answer(open, question).await {
            Err(error) if error.is_unrecoverable_error() && !error.is_timeout() => {}
            answer => return answer.map_err(|_| Down),
        }
        let open = self.open().await?;
        self.answer(open, question).await.map_err(|_| Down)
    }

    async fn answer<T: FromRedisValue>(
        &self,
        mut open: Open,
        question: Question<'_>,
    ) -> RedisResult<T> {
        let answer = match question {
            Question::One(command) => command.query_async(&mut open.connection).await,
            Question::All(commands) => commands.query_async(&mut open.connection).await,
        };
        if let Err(error) = &answer {
            told(error);
            if error.is_unrecoverable_error() || error.is_io_error() {
                self.lose(open.number);
            }
        }
        answer
    }

    async fn open(&self) -> Result<Open, Down> {
        if let Some(open) = self.is_open() {
            return Ok(open);
        }
        // An attempt that began before Redis was back may hang; it ends in that time.
        let turn = timeout(CONNECT, self.turn.lock()).await;
        let _turn = turn.map_err(|_| Down)?;
        if let Some(open) = self.is_open() {
            return Ok(open);
        }
        let failed_at = self.state().failed_at;
        if let Some(failed_at) = failed_at {
            sleep_until(failed_at + PAUSE).await;
        }
        let connected = self.connect().await;
        let mut state = self.state();
        let Some(connection) = connected else {
            state.failed_at = Some(Instant::now());
            return Err(Down);
        };
        state.failed_at = None;
        state.made += 1;
        let number = state.made;
        let open = Open { connection, number };
        state.open = Some(open.clone());
        Ok(open)
    }

    async fn connect(&self) -> Option<MultiplexedConnection> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT))
            .set_response_timeout(Some(ANSWER));
        let client = self.client.as_ref()?;
        let connecting = client.get_multiplexed_async_connection_with_config(&config);
        let connected = timeout(CONNECT, connecting).await.ok()?;
        connected.inspect_err(told).ok()
    }

    fn is_open(&self) -> Option<Open> {
        self.state().open.clone()
    }

    fn lose(&self, number: u64) {
        let mut state = self.state();
        if state
            .open
            .as_ref()
            .is_some_and(|open| open.number == number)
        {
            state.open = None;
        }
    }

    /// Nothing in here panics, so a poisoned lock holds a sound value.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Without the password.
impl std::fmt::Debug for RedisConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedisConnection").finish_non_exhaustive()
    }
}

/// The kind alone: what Redis says of a command may quote it, and keys hold tokens.
fn told(error: &RedisError) {
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
        RedisConnection::new(&Address { host, port }, "x")
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
