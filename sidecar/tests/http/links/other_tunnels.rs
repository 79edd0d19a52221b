//! A page in a call knows the stack's other tunnels.

use serde_json::json;
use sidelink_core::{Diagnosis, Role, ServiceView, State, TunnelKind, TunnelView};

use super::{QUICK, Stack, body, service};

#[tokio::test]
async fn a_page_learns_the_other_tunnels_that_work() {
    let stack = Stack::ready().await;
    let token = stack.token().await;
    let tunnel = |name: &str, hostname: &str, state| ServiceView {
        tunnel: Some(TunnelView {
            kind: TunnelKind::Ngrok,
            hostname: Some(hostname.to_owned()),
            in_flight: None,
            current: hostname == QUICK,
        }),
        ..service(name, Role::Tunnel, state)
    };
    let broken = State::Broken(Diagnosis::TunnelLost);
    stack.sidecar.publishes(|snapshot| {
        snapshot.services.extend([
            tunnel("cloudflared", QUICK, State::Ok),
            tunnel("ngrok", "otter.ngrok-free.dev", State::Ok),
            tunnel("named", "radio.example.org", broken),
        ]);
    });
    let joined = body(stack.joins(&token, &json!({"name": "Ana"}))).await;
    assert_eq!(joined["otherUrls"], json!(["wss://otter.ngrok-free.dev"]));
    let host = json!({"name": "Dra. Ana"});
    let path = format!("/links/{token}/join");
    let local = body(stack.wants(&path, &host)).await;
    assert_eq!(
        local["otherUrls"],
        json!([]),
        "on this machine no tunnel is used"
    );
}
