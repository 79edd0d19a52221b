use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::PrivateKeyDer;
use rustls::{RootCertStore, ServerConfig};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::http_client;
use crate::ice::url::parse;
use crate::turn::fake::{FakeTurn, Manner};

const LIMIT: Duration = Duration::from_secs(5);
/// For servers that do not answer: one repetition fits.
const SHORT: Duration = Duration::from_millis(1200);

async fn tries(url: &str, limit: Duration) -> Result<(), Failure> {
    let tls = http_client::tls(None).expect("a configuration");
    tries_trusting(url, limit, tls).await
}

async fn tries_trusting(url: &str, limit: Duration, tls: ClientConfig) -> Result<(), Failure> {
    let at = parse(url).expect("a URL");
    try_server(&at, FakeTurn::user(), &Arc::new(tls), limit).await
}

async fn fault(url: &str, limit: Duration) -> TurnFault {
    tries(url, limit).await.expect_err("a failure").fault
}

fn plain(stream: TcpStream) -> BoxFuture<'static, Option<TcpStream>> {
    async move { Some(stream) }.boxed()
}

#[tokio::test]
async fn a_relay_is_taken_and_given_back_over_udp_and_tcp() {
    for manner in [Manner::Kind, Manner::StaleOnce] {
        let server = FakeTurn::new(manner);
        let port = server.on_udp().await;
        assert_eq!(
            tries(&format!("turn:127.0.0.1:{port}"), LIMIT).await,
            Ok(())
        );
        let by_udp = server.requests();
        assert!(by_udp >= 3 && server.relays() == 0);
        let port = server.on_tcp(plain).await;
        let url = format!("turn:127.0.0.1:{port}?transport=tcp");
        assert_eq!(tries(&url, LIMIT).await, Ok(()));
        assert!(server.requests() >= by_udp + 3 && server.relays() == 0);
    }
}

#[tokio::test]
async fn each_unkind_server_has_its_fault_over_udp_and_tcp() {
    for (manner, expected) in [
        (Manner::Unauthorized, TurnFault::Credentials),
        (Manner::Error(486), TurnFault::Full),
        (Manner::Error(403), TurnFault::Refused),
        (Manner::Silent, TurnFault::Silent),
        (Manner::Garbage, TurnFault::NotTurn),
    ] {
        let server = FakeTurn::new(manner);
        let port = server.on_udp().await;
        let limit = match manner {
            Manner::Silent | Manner::Garbage => SHORT,
            _ => LIMIT,
        };
        let found = fault(&format!("turn:127.0.0.1:{port}"), limit).await;
        assert_eq!(found, expected, "{manner:?}");
        if limit == SHORT {
            assert!(server.requests() > 1, "asked again");
        }
        let port = server.on_tcp(plain).await;
        let found = fault(&format!("turn:127.0.0.1:{port}?transport=tcp"), limit).await;
        assert_eq!(found, expected, "{manner:?}");
    }
}

#[tokio::test]
async fn a_closed_port_and_a_closed_connection_are_silence_with_their_cause() {
    for url in [
        "turn:127.0.0.1:9",
        "turn:127.0.0.1:9?transport=tcp",
        "turns:127.0.0.1:9",
    ] {
        let failure = tries(url, LIMIT).await.expect_err("a failure");
        assert_eq!(failure.fault, TurnFault::Silent, "{url}");
        assert_eq!(failure.detail, "Connection refused", "{url}");
    }
    let server = FakeTurn::new(Manner::Kind);
    let closes = |_| async { None::<TcpStream> }.boxed();
    let port = server.on_tcp(closes).await;
    for url in [
        format!("turn:127.0.0.1:{port}?transport=tcp"),
        format!("turns:127.0.0.1:{port}"),
    ] {
        let failure = tries(&url, LIMIT).await.expect_err("a failure");
        assert_eq!(failure.fault, TurnFault::Silent, "{url}: {failure:?}");
    }
}

#[tokio::test]
async fn a_name_without_address_has_its_fault() {
    let failure = tries("turn:turn.invalid", LIMIT).await;
    assert_eq!(failure.expect_err("a failure").fault, TurnFault::NoDns);
}

/// A server over TLS with a certificate for this name; returns its port and who trusts it.
async fn over_tls(server: &FakeTurn, name: &str) -> (u16, ClientConfig) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed([name.to_owned()]).expect("a certificate");
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .expect("a certificate");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let accept = move |stream| {
        let accepted = acceptor.accept(stream);
        async move { accepted.await.ok() }.boxed()
    };
    let port = server.on_tcp(accept).await;
    let mut roots = RootCertStore::empty();
    roots.add(cert.der().clone()).expect("a root");
    let trusting = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    (port, trusting)
}

#[tokio::test]
async fn over_tls_the_certificate_is_checked() {
    let server = FakeTurn::new(Manner::Kind);
    let (port, trusting) = over_tls(&server, "localhost").await;
    let url = format!("turns:localhost:{port}?transport=tcp");
    assert_eq!(tries_trusting(&url, LIMIT, trusting.clone()).await, Ok(()));
    assert!(server.requests() == 3 && server.relays() == 0);
    let failure = tries(&url, LIMIT).await.expect_err("an unknown issuer");
    assert_eq!(failure.fault, TurnFault::Tls);
    assert!(failure.detail.contains("UnknownIssuer"), "{failure:?}");
    let url = format!("turns:127.0.0.1:{port}");
    let failure = tries_trusting(&url, LIMIT, trusting).await;
    assert_eq!(failure.expect_err("another name").fault, TurnFault::Tls);
}

#[tokio::test]
async fn a_server_without_tls_at_a_turns_url_is_not_a_turn_server() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
            let _ = stream.read(&mut [0; 1500]).await;
        }
    });
    let found = fault(&format!("turns:127.0.0.1:{port}"), LIMIT).await;
    assert_eq!(found, TurnFault::NotTurn);
}
