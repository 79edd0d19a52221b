//! The routes, asked over real sockets as pages, commands and strangers ask.

use reqwest::StatusCode;
use reqwest::header::{ACCEPT_LANGUAGE, AUTHORIZATION, ETAG, HOST, IF_NONE_MATCH, ORIGIN};
use sidelink_core::{Attempt, Event, Phase};

use super::harness::{QUICK, Sidecar, TOKEN, json_of, status_of};

#[tokio::test]
async fn a_page_that_knows_the_revision_gets_304() {
    let sidecar = Sidecar::starts().await;
    let first = sidecar
        .get("/runtime-config")
        .send()
        .await
        .expect("an answer");
    assert_eq!(first.headers()["cache-control"], "no-store");
    assert_eq!(first.headers()["vary"], "host");
    let etag = first.headers()[ETAG].clone();
    let again = || {
        sidecar
            .get("/runtime-config")
            .header(IF_NONE_MATCH, etag.clone())
    };
    assert_eq!(status_of(again()).await, StatusCode::NOT_MODIFIED);
    sidecar.is_ready();
    assert_eq!(status_of(again()).await, StatusCode::OK);
}

#[tokio::test]
async fn the_origin_fits_the_request() {
    let sidecar = Sidecar::starts().await;
    sidecar.is_ready();
    let public = json_of(sidecar.get("/runtime-config").header(HOST, QUICK)).await;
    assert_eq!(public["env"]["SITE"], format!("https://{QUICK}"));
    let local = json_of(
        sidecar
            .get("/runtime-config")
            .header(HOST, "localhost:8080"),
    )
    .await;
    assert_eq!(local["livekitUrl"], "ws://localhost:8080");
    assert_eq!(local["publicUrl"], format!("https://{QUICK}"));
}

#[tokio::test]
async fn an_unreadable_request_is_refused_with_the_fix() {
    let sidecar = Sidecar::starts().await;
    for path in [
        "/runtime-config?after=x",
        "/runtime-config?after=1&wait=1h",
        "/status?after=-1",
        "/runtime-config?wait=0",
    ] {
        let answer = sidecar.get(path).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{path}");
        let error: serde_json::Value = answer.json().await.expect("JSON");
        for key in ["code", "message", "messagePt", "fix", "docs"] {
            assert!(
                error["error"][key].is_string(),
                "{path}: {key} is missing in {error}"
            );
        }
    }
    assert_eq!(
        status_of(sidecar.get("/nothing")).await,
        StatusCode::NOT_FOUND
    );
    let post = sidecar
        .client
        .post(format!("http://{}/runtime-config", sidecar.public));
    assert_eq!(status_of(post).await, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn ready_follows_the_phase() {
    let sidecar = Sidecar::starts().await;
    assert_eq!(status_of(sidecar.get("/healthz")).await, StatusCode::OK);
    assert_eq!(
        status_of(sidecar.get("/readyz")).await,
        StatusCode::SERVICE_UNAVAILABLE
    );
    sidecar.is_ready();
    assert_eq!(status_of(sidecar.get("/readyz")).await, StatusCode::OK);
    sidecar.publishes(|snapshot| snapshot.phase = Phase::Degraded);
    assert_eq!(
        status_of(sidecar.get("/readyz")).await,
        StatusCode::SERVICE_UNAVAILABLE
    );
}

#[tokio::test]
async fn the_control_port_knows_its_names_its_origin_and_its_token() {
    let sidecar = Sidecar::starts().await;
    let bearer = format!("Bearer {TOKEN}");
    let asks = |host: &str| {
        let request = sidecar
            .client
            .get(format!("http://{}/status", sidecar.control));
        request.header(HOST, host).header(AUTHORIZATION, &bearer)
    };
    for host in [
        "localhost:8788",
        "127.0.0.1:8788",
        "[::1]:8788",
        "sidecar:8788",
    ] {
        assert_eq!(status_of(asks(host)).await, StatusCode::OK, "{host}");
    }
    for host in [
        "evil.example",
        "localhost.evil.example",
        "localhost:8788.evil.example",
        QUICK,
    ] {
        assert_eq!(
            status_of(asks(host)).await,
            StatusCode::MISDIRECTED_REQUEST,
            "{host}"
        );
    }
    let host = "localhost:8788";
    assert_eq!(
        status_of(asks(host).header(ORIGIN, "http://localhost:8788")).await,
        StatusCode::OK
    );
    for origin in ["https://evil.example", "null", "http://localhost:8080"] {
        assert_eq!(
            status_of(asks(host).header(ORIGIN, origin)).await,
            StatusCode::FORBIDDEN,
            "{origin}"
        );
    }
    for path in ["/status", "/qr.svg"] {
        assert_eq!(
            status_of(sidecar.control(path)).await,
            StatusCode::UNAUTHORIZED,
            "{path}"
        );
        let wrong = sidecar
            .control(path)
            .header(AUTHORIZATION, "Bearer control-token-of-this-tesT");
        assert_eq!(status_of(wrong).await, StatusCode::UNAUTHORIZED, "{path}");
    }
}

#[tokio::test]
async fn the_public_listener_has_no_control_routes_and_no_internals() {
    let sidecar = Sidecar::starts().await;
    sidecar.is_ready();
    for path in ["/qr.svg", "/metrics", "/livekit-token"] {
        assert_eq!(
            status_of(sidecar.get(path)).await,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    let status = sidecar
        .get("/status")
        .send()
        .await
        .expect("an answer")
        .text()
        .await
        .expect("text");
    assert!(!status.contains(QUICK), "{status}");
    assert_eq!(
        status_of(sidecar.get("/startup")).await,
        StatusCode::NOT_FOUND
    );
    let full = sidecar
        .control("/status")
        .header(AUTHORIZATION, format!("Bearer {TOKEN}"));
    assert_eq!(json_of(full).await["publicUrl"], format!("https://{QUICK}"));
}

#[tokio::test]
async fn a_livekit_token_opens_one_room_and_its_request_has_limits() {
    let sidecar = Sidecar::starts().await;
    let asks = |body: &str| {
        let request = sidecar
            .client
            .post(format!("http://{}/livekit-token", sidecar.control));
        let request = request
            .header(HOST, "sidecar:8788")
            .header(AUTHORIZATION, format!("Bearer {TOKEN}"));
        request
            .header("content-type", "application/json")
            .body(body.to_owned())
    };
    let answer = json_of(asks(r#"{"room":"lobby","identity":"ana-1","name":"Ana"}"#)).await;
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::HS256);
    validation.set_issuer(&["key"]);
    let key = jsonwebtoken::DecodingKey::from_secret(b"a-livekit-secret-of-32-characters");
    let token = answer["token"].as_str().expect("a token");
    let claims = jsonwebtoken::decode::<serde_json::Value>(token, &key, &validation)
        .expect("is valid")
        .claims;
    assert_eq!(claims["video"]["room"], "lobby");
    assert_eq!(claims["sub"], answer["identity"]);
    let identity = answer["identity"].as_str().expect("an identity");
    assert!(identity.starts_with("ana-1-"), "{identity}");
    let again = json_of(asks(r#"{"room":"lobby","identity":"ana-1","name":"Ana"}"#)).await;
    assert_ne!(again["identity"], answer["identity"], "would put out Ana");
    assert!(claims["video"].get("roomAdmin").is_none());
    for bad in [
        r#"{"room":"sidelink-probe","identity":"a"}"#,
        r#"{"room":"sidelink-room-0123456789abcdef","identity":"a"}"#,
        r#"{"room":" Sidelink-room-0123456789abcdef","identity":"a"}"#,
        r#"{"room":"","identity":"a"}"#,
        r#"{"room":"r","identity":"a\n"}"#,
        r#"{"room":"r","identity":"a","admin":true}"#,
        "room=r",
    ] {
        assert_eq!(status_of(asks(bad)).await, StatusCode::BAD_REQUEST, "{bad}");
    }
    let long = format!(r#"{{"room":"{}","identity":"a"}}"#, "r".repeat(20_000));
    assert_eq!(status_of(asks(&long)).await, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_qr_code_comes_with_the_verification() {
    let sidecar = Sidecar::starts().await;
    let asks = || {
        sidecar
            .control("/qr.svg")
            .header(AUTHORIZATION, format!("Bearer {TOKEN}"))
    };
    assert_eq!(status_of(asks()).await, StatusCode::NOT_FOUND);
    sidecar.is_ready();
    let answer = asks().send().await.expect("an answer");
    assert_eq!(answer.headers()["content-type"], "image/svg+xml");
}

#[tokio::test]
async fn a_verification_is_requested_by_age_and_answered_when_it_ends() {
    let mut sidecar = Sidecar::starts().await;
    let asks = |query: &str| {
        let url = format!("http://{}/verify{query}", sidecar.control);
        let request = sidecar.client.post(url).header(HOST, "localhost:8788");
        request.header(AUTHORIZATION, format!("Bearer {TOKEN}"))
    };
    let stranger = sidecar
        .client
        .post(format!("http://{}/verify", sidecar.control));
    let stranger = stranger.header(HOST, "localhost:8788");
    assert_eq!(status_of(stranger).await, StatusCode::UNAUTHORIZED);
    for bad in ["?maxAge=-1", "?maxAge=61s", "?maxage=5s"] {
        assert_eq!(status_of(asks(bad)).await, StatusCode::BAD_REQUEST, "{bad}");
    }
    let nothing = json_of(asks("")).await;
    assert_eq!(
        nothing["publicUrl"],
        serde_json::Value::Null,
        "there is nothing to verify"
    );

    sidecar.is_ready();
    let (first, second) = (asks("?maxAge=0s"), asks("?maxAge=5s"));
    let answers = tokio::spawn(async { tokio::join!(json_of(first), json_of(second)) });
    for _ in 0..3 {
        let event = sidecar.events.recv().await;
        assert!(
            matches!(event, Some(Event::VerificationRequested { .. })),
            "{event:?}"
        );
    }
    let now = sidelink::runtime::clock::unix_ms();
    sidecar.publishes(|snapshot| {
        snapshot.verified_at = Some(now);
        snapshot.attempt = Some(Attempt {
            began_at: now,
            ended_at: now,
        });
    });
    let (first, second) = answers.await.expect("answered");
    assert_eq!(first["verificationAge"], 0);
    assert_eq!(first["publicUrl"], second["publicUrl"]);
}

#[tokio::test]
async fn what_is_awaited_is_public_and_the_reason_is_not() {
    use sidelink_core::{Diagnosis, PublicUrlFault};
    use sidelink_core::{Layer, LayerKind, State};
    let sidecar = Sidecar::starts().await;
    sidecar.publishes(|snapshot| {
        snapshot.layers.push(Layer {
            kind: LayerKind::Edge,
            state: State::Waiting(Diagnosis::PublicUrl(PublicUrlFault::NoConnector)),
            waits_for: Vec::new(),
            observed: Some("198.51.100.53".to_owned()),
            since: sidelink::runtime::clock::unix_ms() - 12_500,
        });
    });
    let public = json_of(sidecar.get("/status")).await;
    assert_eq!(public["awaiting"]["layer"], "edge");
    assert_eq!(
        public["awaiting"]["message"],
        "waiting for Cloudflare's edge, 12 s"
    );
    assert_eq!(
        public["awaiting"]["messagePt"],
        "aguardando a rede de borda da Cloudflare, 12 s"
    );
    assert!(
        public["layers"][0].get("observed").is_none()
            && public["layers"][0].get("reason").is_none()
    );
    let full = sidecar
        .control("/status")
        .header(AUTHORIZATION, format!("Bearer {TOKEN}"));
    let full = json_of(full).await;
    assert_eq!(full["layers"][0]["observed"], "198.51.100.53");
    let reason = &full["layers"][0]["reason"];
    assert_eq!(reason["code"], "edge_no_connector");
    assert_eq!(reason["class"], "temporary");
    for key in ["message", "messagePt", "next", "nextPt"] {
        assert!(reason[key].is_string(), "{key} is missing in {reason}");
    }
    assert_eq!(
        json_of(sidecar.get("/readyz")).await["message"],
        "waiting for Cloudflare's edge, 12 s"
    );
    let asked = sidecar
        .get("/readyz")
        .header(ACCEPT_LANGUAGE, "pt-BR,pt;q=0.9,en;q=0.8");
    assert_eq!(
        json_of(asked).await["message"],
        "aguardando a rede de borda da Cloudflare, 12 s"
    );
}
