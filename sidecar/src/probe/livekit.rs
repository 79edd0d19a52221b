//! Probes LiveKit: the node is ready and accepts Sidelink's key, secret and clock. Counts participants.

use reqwest::Client;

use super::http::{send, text, wrong};
use crate::config::secrets::Secrets;
use crate::livekit::access_token::for_probe;
use crate::livekit::room_service::list_rooms;
use sidelink_core::{Address, Finding, ProbeResult};
use sidelink_diagnostics::recognize::answer::{not_livekit, of_livekit};
use sidelink_diagnostics::recognize::edge::quote;

/// Requests `/rtc/validate`, which checks routing, key and clock without joining a room. `/rtc` answers 404 without an
/// upgrade.
pub(super) async fn probe(client: &Client, at: &Address, secrets: &Secrets) -> ProbeResult {
    let root = format!("http://{at}/");
    let response = send(client.get(&root), &root).await?;
    let status = response.status();
    let body = text(response, &root).await?;
    if !status.is_success() || body.trim() != "OK" {
        return Err(of_livekit(status, &body).unwrap_or_else(|| not_livekit(status, &body)));
    }
    let validate = format!("http://{at}/rtc/validate");
    let token = for_probe(secrets).map_err(|error| wrong(&validate, error.to_string()))?;
    let response = send(client.get(&validate).bearer_auth(token), &validate).await?;
    let status = response.status();
    if !status.is_success() {
        let body = text(response, &validate).await?;
        return Err(
            of_livekit(status, &body).unwrap_or_else(|| wrong(&validate, quote(status, &body)))
        );
    }
    // A failed count is not a fault of the service.
    Ok(match participants(client, at, secrets).await {
        Some(participants) => Finding::Livekit { participants },
        None => Finding::Works,
    })
}

/// Counts participants in all rooms but the probe's; `None` where LiveKit does not list its rooms.
async fn participants(client: &Client, at: &Address, secrets: &Secrets) -> Option<u32> {
    match list_rooms(client, &format!("http://{at}"), secrets).await {
        Ok(rooms) => {
            let counts = rooms.iter().map(|room| room.participants);
            Some(counts.fold(0, u32::saturating_add))
        }
        Err(error) => {
            tracing::debug!(%error, "cannot list the rooms");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::Router;
    use axum::http::{HeaderMap, StatusCode, header};
    use axum::routing::{get, post};

    use super::*;
    use crate::http_client::local_client;
    use crate::test_server::serve;

    /// Starts a fake LiveKit that works and lists these rooms. It checks the token's grant, but not its signature.
    async fn livekit(status: StatusCode, rooms: &'static str) -> Address {
        let list = move |headers: HeaderMap, body: String| async move {
            let token = headers[header::AUTHORIZATION]
                .to_str()
                .expect("text")
                .to_owned();
            let mut validation = jsonwebtoken::Validation::default();
            validation.insecure_disable_signature_validation();
            let token = token.strip_prefix("Bearer ").expect("a bearer token");
            let key = jsonwebtoken::DecodingKey::from_secret(b"");
            let claims = jsonwebtoken::decode::<serde_json::Value>(token, &key, &validation);
            let video = claims.expect("a token").claims["video"].clone();
            assert_eq!(video, serde_json::json!({ "roomList": true }));
            assert_eq!(body, "{}");
            (status, rooms)
        };
        let router = Router::new()
            .route("/", get(|| async { "OK" }))
            .route("/rtc/validate", get(|| async { "success" }))
            .route("/twirp/livekit.RoomService/ListRooms", post(list));
        serve(router).await
    }

    async fn found(status: StatusCode, rooms: &'static str) -> ProbeResult {
        let at = livekit(status, rooms).await;
        let client = local_client(Duration::from_secs(2)).expect("a client");
        probe(&client, &at, &Secrets::of_a_test()).await
    }

    #[tokio::test]
    async fn participants_are_counted_in_all_rooms_but_the_probes() {
        let rooms = r#"{"rooms":[{"name":"a","num_participants":2},{"name":"sidelink-probe","num_participants":1},
            {"name":"b","numParticipants":3},{"name":"empty"}]}"#;
        let participants = 5;
        assert_eq!(
            found(StatusCode::OK, rooms).await,
            Ok(Finding::Livekit { participants })
        );
        let participants = 0;
        assert_eq!(
            found(StatusCode::OK, "{}").await,
            Ok(Finding::Livekit { participants })
        );
    }

    #[tokio::test]
    async fn livekit_works_even_where_it_does_not_list_its_rooms() {
        for (status, body) in [(StatusCode::NOT_FOUND, "404"), (StatusCode::OK, "<html>")] {
            assert_eq!(found(status, body).await, Ok(Finding::Works));
        }
    }
}
