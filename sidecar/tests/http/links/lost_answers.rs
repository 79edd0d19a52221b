//! A connection to Redis that breaks after Redis has done what it was asked, and a caller who does not wait for the answer.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};

use super::{QUICK, Redis, Sidecar, Stack, order, refusal, word};

const PATIENCE: Duration = Duration::from_secs(10);

/// Stands before Redis, and cuts a connection once, in place of the answer to these bytes.
struct Cutting {
    address: String,
    needle: Arc<Mutex<Option<&'static str>>>,
}

impl Cutting {
    async fn before(redis: &Redis) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let needle: Arc<Mutex<Option<&'static str>>> = Arc::default();
        let (to, shared) = (redis.address.clone(), Arc::clone(&needle));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&to).await.expect("Redis is there");
                tokio::spawn(passes(client, server, Arc::clone(&shared)));
            }
        });
        Self { address, needle }
    }
}

async fn passes(client: TcpStream, server: TcpStream, needle: Arc<Mutex<Option<&'static str>>>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let (mut asked, mut answered) = (vec![0; 65536], vec![0; 65536]);
    let mut cut = false;
    loop {
        tokio::select! {
            Ok(n @ 1..) = from_client.read(&mut asked) => {
                let mut needle = needle.lock().await;
                let text = String::from_utf8_lossy(&asked[..n]).into_owned();
                if needle.is_some_and(|needle| text.contains(needle)) {
                    (*needle, cut) = (None, true);
                }
                if to_server.write_all(&asked[..n]).await.is_err() { return }
            }
            Ok(n @ 1..) = from_server.read(&mut answered) => {
                if cut || to_client.write_all(&answered[..n]).await.is_err() { return }
            }
            else => return,
        }
    }
}

async fn behind_a_cut() -> (Stack, Cutting) {
    let redis = Redis::starts().await;
    let cutting = Cutting::before(&redis).await;
    let sidecar = Sidecar::starts_with(&cutting.address).await;
    let stack = Stack { redis, sidecar };
    stack.verifies(QUICK, 0);
    // Redis knows the scripts, and the connection is there.
    let token = stack.token().await;
    let end = stack
        .sidecar
        .asks(Method::DELETE, &format!("/links/{token}"));
    assert_eq!(
        end.send().await.expect("an answer").status(),
        StatusCode::NO_CONTENT
    );
    (stack, cutting)
}

#[tokio::test]
async fn an_end_whose_response_was_lost_closes_the_room() {
    let (mut stack, cutting) = behind_a_cut().await;
    let link = stack.link().await;
    while stack.sidecar.ended.try_recv().is_ok() {}
    *cutting.needle.lock().await = Some("ZREM");
    let path = format!("/links/{}", word(&link, "token"));
    let end = stack.sidecar.asks(Method::DELETE, &path).send().await;
    assert_eq!(end.expect("an answer").status(), StatusCode::NO_CONTENT);
    assert!(cutting.needle.lock().await.is_none(), "nothing was cut");
    let closed = timeout(PATIENCE, stack.sidecar.ended.recv()).await;
    assert_eq!(closed.expect("in time"), Some(word(&link, "room")));
}

#[tokio::test]
async fn a_link_whose_response_was_lost_is_one_link() {
    let (stack, cutting) = behind_a_cut().await;
    for key in [None, Some("a-key")] {
        *cutting.needle.lock().await = Some("\"professionalId\"");
        let mut request = stack.wants("/links", &order());
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let made = request.send().await.expect("an answer");
        assert_eq!(made.status(), StatusCode::CREATED);
        assert!(cutting.needle.lock().await.is_none(), "nothing was cut");
        let made: serde_json::Value = made.json().await.expect("JSON");
        let view = stack.view(&word(&made, "token")).await;
        assert_eq!(view["room"], made["room"]);
    }
    assert_eq!(links(&stack).await, 2);
}

async fn links(stack: &Stack) -> usize {
    let keys: Vec<String> = stack.redis.asks(&["KEYS", "sidelink:link:*"]).await;
    keys.len()
}

/// How often a link was taken away: nothing else here is a transaction.
async fn taken_away(stack: &Stack) -> u32 {
    let text: String = stack.redis.asks(&["INFO", "commandstats"]).await;
    let line = text.lines().find(|line| line.starts_with("cmdstat_exec:"));
    let calls = line.and_then(|line| line.split(['=', ',']).nth(1)?.parse().ok());
    calls.unwrap_or(0)
}

#[tokio::test]
async fn a_link_written_after_its_caller_left_is_removed() {
    let stack = Stack::ready().await;
    // The first one is refused after a second, the second one's caller does not wait for that.
    for patience in [PATIENCE, Duration::from_millis(300)] {
        let before = taken_away(&stack).await;
        let _: String = stack
            .redis
            .asks(&["CLIENT", "PAUSE", "1500", "WRITE"])
            .await;
        let asked = stack.wants("/links", &order()).timeout(patience);
        if patience == PATIENCE {
            let (status, error) = refusal(asked).await;
            assert_eq!((status, error["code"].as_str()), (503, Some("redis_down")));
        } else {
            assert!(asked.send().await.expect_err("no answer").is_timeout());
        }
        let gone = async {
            while taken_away(&stack).await == before {
                sleep(Duration::from_millis(50)).await;
            }
        };
        timeout(PATIENCE, gone).await.expect("it is taken away");
        assert_eq!(links(&stack).await, 0);
    }
    let list = super::body(stack.sidecar.asks(Method::GET, "/links")).await;
    assert_eq!(list["links"], json!([]));
}
