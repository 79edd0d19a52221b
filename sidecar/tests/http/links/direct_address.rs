//! LiveKit's address on the internet, for pages that come from there.

use serde_json::{Value, json};
use tokio::net::UdpSocket;

use super::{QUICK, Stack, body};

/// A STUN server (RFC 8489) that reports this address, masked with its magic cookie.
async fn stun_server(address: [u8; 4]) -> String {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
    let name = socket.local_addr().expect("an address").to_string();
    tokio::spawn(async move {
        let mut request = [0; 64];
        while let Ok((_, from)) = socket.recv_from(&mut request).await {
            let [a, b, c, d] = address;
            let mapped = [a ^ 0x21, b ^ 0x12, c ^ 0xa4, d ^ 0x42];
            let attribute = [0, 0x20, 0, 8, 0, 1, 0, 0];
            let answer = [&[1, 1, 0, 12][..], &request[4..20], &attribute, &mapped].concat();
            socket.send_to(&answer, from).await.expect("it is sent");
        }
    });
    name
}

#[tokio::test]
async fn a_page_under_the_public_url_gets_livekits_address_on_the_internet() {
    let stack = Stack::starts_set("SIDELINK_STUN", &stun_server([8, 8, 4, 4]).await).await;
    stack.verifies(QUICK, 0);
    let token = stack.token().await;
    let url = format!("http://{}/links/{token}/join", stack.sidecar.public);
    for (host, expected) in [
        (QUICK, json!("8.8.4.4:7882")),
        ("localhost:8080", Value::Null),
    ] {
        let request = stack.sidecar.client.post(&url).header("host", host);
        let joined = body(request.json(&json!({"name": "Ana"}))).await;
        assert_eq!(joined["directAddress"], expected, "{host}");
    }
}
