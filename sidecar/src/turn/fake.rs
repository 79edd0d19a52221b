//! A TURN server of a test, which can be unkind.

use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use stun_types::attribute::{AttributeType, ErrorCode, Nonce, RawAttribute, Realm, Username};
use stun_types::message::{
    IntegrityAlgorithm, LongTermKeyCredentials, Message, MessageIntegrityCredentials, MessageWrite,
    MessageWriteExt, MessageWriteVec, Method,
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

use super::exchange::TurnUser;

const ALLOCATE: Method = Method::new(0x003);
const REALM: &str = "example.org";
const USER: &str = "ana";
const PASSWORD: &str = "north";

/// How the server treats its clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    Kind,
    /// Says once that the nonce is stale.
    StaleOnce,
    /// Says always that the nonce is stale.
    StaleForEver,
    /// Refuses every credential.
    Unauthorized,
    /// Answers valid credentials with this error.
    Error(u16),
    /// Says nothing.
    Silent,
    /// Sends bytes that are not of STUN.
    Garbage,
    /// Sends its answers without signature.
    Unsigned,
    /// Asks for credentials without realm and nonce.
    NoRealm,
    /// Gives a relay, and says nothing when it is given back.
    NoRelease,
    /// Gives relays to all.
    Open,
}

/// The server; its clones are the same one.
#[derive(Clone)]
pub(super) struct FakeTurn(Arc<Mutex<State>>);

struct State {
    manner: Manner,
    nonces: u32,
    /// Requests so far.
    requests: Vec<(Method, Option<String>)>,
    /// Relays that were given and not given back.
    relays: u32,
}

impl FakeTurn {
    pub(super) fn new(manner: Manner) -> Self {
        Self(Arc::new(Mutex::new(State {
            manner,
            nonces: 0,
            requests: Vec::new(),
            relays: 0,
        })))
    }

    /// The user that it knows.
    pub(super) fn user() -> TurnUser {
        TurnUser::new(USER, PASSWORD)
    }

    pub(super) fn relays(&self) -> u32 {
        self.0.lock().expect("whole").relays
    }

    /// Number of requests so far.
    pub(super) fn requests(&self) -> usize {
        self.0.lock().expect("whole").requests.len()
    }

    /// Returns the user of each request so far.
    pub(super) fn users(&self) -> Vec<Option<String>> {
        let state = self.0.lock().expect("whole");
        state
            .requests
            .iter()
            .map(|(_, user)| user.clone())
            .collect()
    }

    /// Answers a message.
    pub(super) fn answer(&self, request: &[u8]) -> Vec<u8> {
        self.0.lock().expect("whole").answer(request)
    }

    /// Listens on UDP; returns the port.
    pub(super) async fn on_udp(&self) -> u16 {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
        let port = socket.local_addr().expect("an address").port();
        let server = self.clone();
        tokio::spawn(async move {
            let mut request = [0; 1500];
            while let Ok((length, from)) = socket.recv_from(&mut request).await {
                let answer = server.answer(&request[..length]);
                if !answer.is_empty() {
                    socket.send_to(&answer, from).await.expect("it is sent");
                }
            }
        });
        port
    }

    /// Listens on TCP, and serves each connection by what `accept` makes of it; returns the port.
    pub(super) async fn on_tcp<S>(
        &self,
        accept: impl Fn(TcpStream) -> BoxFuture<'static, Option<S>> + Send + 'static,
    ) -> u16
    where
        S: AsyncRead + AsyncWrite + Unpin + Send,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let server = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if let Some(stream) = accept(stream).await {
                    server.serve(stream).await;
                }
            }
        });
        port
    }

    async fn serve(&self, mut stream: impl AsyncRead + AsyncWrite + Unpin) {
        let mut header = [0; 20];
        while stream.read_exact(&mut header).await.is_ok() {
            let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
            let mut rest = vec![0; length];
            stream.read_exact(&mut rest).await.expect("the rest");
            let answer = self.answer(&[&header[..], &rest].concat());
            // In two parts, as TCP may.
            let (first, second) = answer.split_at(answer.len() / 2);
            for part in [first, second] {
                stream.write_all(part).await.expect("it is sent");
                stream.flush().await.expect("it is sent");
                tokio::task::yield_now().await;
            }
        }
    }
}

impl State {
    fn answer(&mut self, request: &[u8]) -> Vec<u8> {
        let request = Message::from_bytes(request).expect("a message");
        let user = request.attribute::<Username>().ok();
        let user = user.map(|user| user.username().to_owned());
        self.requests.push((request.method(), user));
        match self.manner {
            Manner::Silent => Vec::new(),
            Manner::Garbage => b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
            Manner::Open => self.granted(&request, None),
            Manner::NoRealm => error(&request, 401, None),
            _ => self.authenticated(&request),
        }
    }

    fn authenticated(&mut self, request: &Message<'_>) -> Vec<u8> {
        let credentials = LongTermKeyCredentials::new(USER.into(), PASSWORD.into(), REALM.into());
        let credentials = MessageIntegrityCredentials::from(credentials);
        let Ok(nonce) = request.attribute::<Nonce>() else {
            return error(request, 401, Some(self.nonces));
        };
        let is_stale = match self.manner {
            Manner::StaleOnce => self.nonces == 0,
            Manner::StaleForEver => true,
            _ => nonce.nonce() != format!("nonce-{}", self.nonces),
        };
        if is_stale {
            self.nonces += 1;
            return error(request, 438, Some(self.nonces));
        }
        let is_valid = request.validate_integrity(&credentials).is_ok();
        match self.manner {
            Manner::Unauthorized => error(request, 401, Some(self.nonces)),
            _ if !is_valid => error(request, 401, Some(self.nonces)),
            Manner::Error(code) => error(request, code, None),
            Manner::NoRelease if request.method() != ALLOCATE => Vec::new(),
            Manner::Unsigned => self.granted(request, None),
            _ => self.granted(request, Some(&credentials)),
        }
    }

    fn granted(
        &mut self,
        request: &Message<'_>,
        credentials: Option<&MessageIntegrityCredentials>,
    ) -> Vec<u8> {
        let mut answer = Message::builder_success(request, MessageWriteVec::new());
        if request.method() == ALLOCATE {
            let asked = request.raw_attribute(AttributeType::new(0x19));
            assert_eq!(&*asked.expect("a transport").value, [17, 0, 0, 0]);
            let relayed = [0, 1, 0x12, 0x34, 1, 2, 3, 4];
            let relayed = RawAttribute::new(AttributeType::new(0x16), &relayed);
            answer.add_attribute(&relayed).expect("fits");
            self.relays += 1;
        } else {
            let lifetime = request.raw_attribute(AttributeType::new(0x0d));
            assert_eq!(&*lifetime.expect("a lifetime").value, [0; 4]);
            self.relays -= 1;
        }
        if let Some(credentials) = credentials {
            answer
                .add_message_integrity(credentials, IntegrityAlgorithm::Sha1)
                .expect("fits");
        }
        answer.finish()
    }
}

fn error(request: &Message<'_>, code: u16, challenge: Option<u32>) -> Vec<u8> {
    let mut answer = Message::builder_error(request, MessageWriteVec::new());
    let reason = ErrorCode::default_reason_for_code(code);
    let error = ErrorCode::new(code, reason).expect("a code");
    answer.add_attribute(&error).expect("fits");
    if let Some(number) = challenge {
        let nonce = Nonce::new(&format!("nonce-{number}")).expect("fits");
        answer
            .add_attribute(&Realm::new(REALM).expect("fits"))
            .expect("fits");
        answer.add_attribute(&nonce).expect("fits");
    }
    answer.finish()
}
