//! Clients join by their link: each gets into its own room only, and guessing reveals nothing.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sidelink_core::Diagnosis;
use sidelink_core::{Role, State};

use super::{QUICK, Stack, body, refusal, service, word};

fn claims(token: &str) -> Value {
    let part = token.split('.').nth(1).expect("three parts");
    let bytes = jsonwebtoken::decode::<Value>(
        token,
        &jsonwebtoken::DecodingKey::from_secret(b"a-livekit-secret-of-32-characters"),
        &jsonwebtoken::Validation::default(),
    );
    bytes
        .unwrap_or_else(|error| panic!("{part}: {error}"))
        .claims
}

#[tokio::test]
async fn the_link_opens_its_room_only() {
    let stack = Stack::ready().await;
    let link = stack.link().await;
    let token = word(&link, "token");
    let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148";
    let asked = stack
        .joins(&token, &json!({"name": "  Ana Souza "}))
        .header("user-agent", phone);
    let joined = body(asked).await;
    assert_eq!(joined["livekitUrl"], format!("wss://{QUICK}"));
    assert_eq!(
        (&joined["name"], &joined["iceServers"]),
        (&json!("Ana Souza"), &json!([]))
    );
    assert_eq!(
        (&joined["consultationType"], &joined["kind"]),
        (&json!("video"), &json!("consultation"))
    );
    assert_eq!(joined["expiresAt"], link["expiresAt"]);
    let identity = word(&joined, "identity");
    assert!(
        identity.starts_with("client-") && !identity.contains("ana"),
        "{identity}"
    );
    let probe = claims(&word(&joined, "probeToken"));
    assert_eq!(
        (&probe["sub"], &probe["video"]["room"]),
        (&json!(identity), &json!("sidelink-probe"))
    );
    for grant in ["canPublish", "canSubscribe", "canPublishData"] {
        assert_eq!(probe["video"][grant], false, "{grant}");
    }
    assert_eq!(probe["video"]["hidden"], true);
    assert_eq!(joined["mediaTunnel"], false, "the stack has no bridge");
    assert_eq!(joined["otherUrls"], json!([]), "there is one tunnel");
    assert_eq!(joined["directAddress"], Value::Null, "it is off");
    let claims = claims(&word(&joined, "token"));
    assert_eq!(claims["video"]["room"], link["room"]);
    assert_eq!(
        (&claims["sub"], &claims["name"]),
        (&json!(identity), &json!("Ana Souza"))
    );
    assert_eq!(claims["roomConfig"], json!({"maxParticipants": 12}));
    let life = claims["exp"].as_u64().expect("a time") * 1000 - sidelink::runtime::clock::unix_ms();
    assert!((590_000..=600_000).contains(&life), "{life}");

    let view = stack.view(&token).await;
    assert_eq!(view["opened"], json!({"device": "phone"}));
    let opened = word(&view, "openedAt");
    let desk = stack
        .joins(&token, &json!({"name": "Bia"}))
        .header("user-agent", "Windows NT");
    body(desk).await;
    assert_eq!(
        stack.view(&token).await["openedAt"],
        opened.as_str(),
        "the first visit counts"
    );

    let observed = body(stack.phone(Method::GET, &format!("/links/{token}"))).await;
    let keys: Vec<_> = observed.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["consultationType", "expiresAt", "kind"]);
}

#[tokio::test]
async fn livekits_address_fits_the_host_of_the_request() {
    let stack = Stack::ready().await;
    let token = stack.token().await;
    let url = format!("http://{}/links/{token}/join", stack.sidecar.public);
    for (host, address) in [
        ("localhost:8080", "ws://localhost:8080".to_owned()),
        ("127.0.0.1:8080", "ws://127.0.0.1:8080".to_owned()),
        (QUICK, format!("wss://{QUICK}")),
    ] {
        let asked = stack.sidecar.client.post(&url).header("host", host);
        let joined = body(asked.json(&json!({"name": "Ana"}))).await;
        assert_eq!(joined["livekitUrl"], address.as_str(), "{host}");
    }
    let asked = stack
        .sidecar
        .client
        .post(&url)
        .header("host", "evil.example");
    let (status, error) = refusal(asked.json(&json!({"name": "Ana"}))).await;
    assert_eq!((status, error["code"].as_str()), (421, Some("misdirected")));
}

#[tokio::test]
async fn equal_names_are_two_participants_and_a_resume_returns_the_same() {
    let stack = Stack::ready().await;
    let token = stack.token().await;
    let first = body(stack.joins(&token, &json!({"name": "Ana"}))).await;
    let second = body(stack.joins(&token, &json!({"name": "Ana"}))).await;
    assert_ne!(first["identity"], second["identity"]);
    let resume = word(&first, "resume");
    let again = body(stack.joins(&token, &json!({"name": "Ana Maria", "resume": resume}))).await;
    assert_eq!(
        (&again["identity"], &again["resume"]),
        (&first["identity"], &first["resume"])
    );
    assert_eq!(again["name"], "Ana Maria");

    let (identity, secret) = resume.split_once('.').expect("two parts");
    let others = word(&second, "resume");
    let (_, other_secret) = others.split_once('.').expect("two parts");
    for forged in [
        format!("{identity}.{other_secret}"),
        format!("{identity}."),
        format!("x-{identity}.{secret}"),
    ] {
        let new = body(stack.joins(&token, &json!({"name": "Ana", "resume": forged}))).await;
        assert_ne!(new["identity"], first["identity"], "{forged}");
    }
    let rows: Vec<String> = stack
        .redis
        .asks(&["HVALS", &format!("sidelink:people:{token}")])
        .await;
    assert!(
        rows.iter().all(|row| !row.contains(secret)),
        "only digests are kept"
    );
    let other_link = stack.token().await;
    let elsewhere = body(stack.joins(&other_link, &json!({"name": "Ana", "resume": resume}))).await;
    assert_ne!(
        elsewhere["identity"], first["identity"],
        "another link does not know the participant"
    );
}

#[tokio::test]
async fn a_link_keeps_512_identities_and_removes_the_oldest() {
    let stack = Stack::ready().await;
    let token = stack.token().await;
    let key = format!("sidelink:people:{token}");
    let first = body(stack.joins(&token, &json!({"name": "Ana"}))).await;
    for number in 0..510 {
        let row = format!("9999999999999:{number}");
        let _: u8 = stack
            .redis
            .asks(&["HSET", &key, &format!("x-{number}"), &row])
            .await;
    }
    body(stack.joins(&token, &json!({"name": "Bia"}))).await;
    let people: u32 = stack.redis.asks(&["HLEN", &key]).await;
    assert_eq!(people, 512);
    body(stack.joins(&token, &json!({"name": "Caio"}))).await;
    let people: u32 = stack.redis.asks(&["HLEN", &key]).await;
    assert_eq!(people, 512);
    let gone: u32 = stack
        .redis
        .asks(&["HEXISTS", &key, &word(&first, "identity")])
        .await;
    assert_eq!(gone, 0);
    let back = body(stack.joins(&token, &json!({"name": "Ana", "resume": first["resume"]}))).await;
    assert_ne!(
        back["identity"], first["identity"],
        "he is let in all the same"
    );
    let ends: i64 = stack.redis.asks(&["PTTL", &key]).await;
    assert!(ends > 0, "it ends with the link");
}

#[tokio::test]
async fn unknown_expired_and_ended_links_get_the_same_response() {
    let stack = Stack::ready().await;
    let revoked = stack.token().await;
    let end = stack
        .sidecar
        .asks(Method::DELETE, &format!("/links/{revoked}"));
    assert_eq!(
        end.send().await.expect("an answer").status(),
        StatusCode::NO_CONTENT
    );
    let expired = stack.token().await;
    let key = format!("sidelink:link:{expired}");
    let record: String = stack.redis.asks(&["GET", &key]).await;
    let mut record: Value = serde_json::from_str(&record).expect("JSON");
    record["expiresAt"] = json!(sidelink::runtime::clock::unix_ms() - 1);
    let _: String = stack.redis.asks(&["SET", &key, &record.to_string()]).await;
    let mut received = std::collections::BTreeSet::new();
    for (number, token) in [
        revoked,
        expired,
        "0".repeat(40),
        "x".to_owned(),
        "%00".to_owned(),
    ]
    .iter()
    .enumerate()
    {
        let address = format!("192.0.2.{number}");
        let path = format!("/links/{token}");
        let name = json!({"name": "Ana"});
        let report = json!({"resume": "a.b", "media": "lan", "signal": true});
        for asked in [
            stack.phone(Method::GET, &path),
            stack
                .phone(Method::POST, &format!("{path}/join"))
                .json(&name),
            stack
                .phone(Method::POST, &format!("{path}/report"))
                .json(&report),
        ] {
            let mut request = asked.build().expect("a request");
            request
                .headers_mut()
                .insert("x-real-ip", address.parse().expect("a value"));
            let answer = stack
                .sidecar
                .client
                .execute(request)
                .await
                .expect("an answer");
            let mut headers = answer.headers().clone();
            headers.remove("date");
            let status = answer.status();
            received.insert(format!(
                "{status} {headers:?} {}",
                answer.text().await.expect("text")
            ));
        }
    }
    assert_eq!(received.len(), 1, "{received:#?}");
    assert!(
        received
            .iter()
            .all(|received| received.starts_with("404") && received.contains("no_such_link"))
    );
}

#[tokio::test]
async fn an_invalid_name_is_refused_for_any_link() {
    let stack = Stack::ready().await;
    let token = stack.token().await;
    for token in [token, "0".repeat(40)] {
        for (name, code) in [
            (json!(""), "bad_name"),
            (json!("  "), "bad_name"),
            (json!("x".repeat(65)), "bad_name"),
            (json!("a\u{7}"), "bad_name"),
            (json!(7), "bad_field"),
        ] {
            let address = format!("198.51.100.{}", name.to_string().len());
            let asked = stack.joins(&token, &json!({"name": name}));
            let mut request = asked.build().expect("a request");
            request
                .headers_mut()
                .insert("x-real-ip", address.parse().expect("a value"));
            let answer = stack
                .sidecar
                .client
                .execute(request)
                .await
                .expect("an answer");
            let (status, error) = super::refused(answer).await;
            assert_eq!(
                (status, error["code"].as_str()),
                (400, Some(code)),
                "{name}"
            );
        }
    }
}

#[tokio::test]
async fn no_client_is_let_in_while_livekit_does_not_work() {
    let stack = Stack::ready().await;
    let token = stack.token().await;
    let now = stack.sidecar.clock.now().unix_ms;
    stack.sidecar.hostnames.record(QUICK, now);
    stack.sidecar.publishes(|snapshot| {
        snapshot.services = vec![service(
            "livekit",
            Role::Livekit,
            State::Broken(Diagnosis::Hung),
        )];
    });
    let asked = stack
        .joins(&token, &json!({"name": "Ana"}))
        .header("host", "localhost:8080");
    let (status, error) = refusal(asked).await;
    assert_eq!((status, error["code"].as_str()), (503, Some("preparing")));
    assert!(
        word(&error, "message").contains("waiting for LiveKit"),
        "{error}"
    );
    assert!(
        word(&error, "messagePt").contains("aguardando o LiveKit"),
        "{error}"
    );
    assert_eq!(stack.view(&token).await["openedAt"], json!(null));

    stack.verifies(QUICK, 0);
    stack
        .sidecar
        .publishes(|snapshot| snapshot.public_host = None);
    let (status, _) = refusal(stack.joins(&token, &json!({"name": "Ana"}))).await;
    assert_eq!(status, 503, "there is no address for it");
}

#[tokio::test]
async fn a_full_room_has_a_place_for_the_professional_and_for_no_other() {
    let stack = Stack::ready().await;
    let mut order = super::order();
    order["maxParticipants"] = json!(2);
    let link = body(stack.wants("/links", &order)).await;
    let (token, room) = (word(&link, "token"), word(&link, "room"));
    let rooms = &stack.sidecar.rooms;
    let name = json!({"name": "Ana"});
    let ana = body(stack.joins(&token, &name)).await;
    rooms.enters(&room, &word(&ana, "identity"), false);
    rooms.enters(&room, "client-bia", false);
    let (status, error) = refusal(stack.joins(&token, &name)).await;
    assert_eq!((status, error["code"].as_str()), (409, Some("room_full")));
    let back = json!({"name": "Ana", "resume": ana["resume"]});
    let again = body(stack.joins(&token, &back)).await;
    assert_eq!(again["identity"], ana["identity"], "he has a place");

    // Two who asked at the same time took the places that are the professional's.
    rooms.enters(&room, "client-caio", false);
    rooms.enters(&room, "client-duda", false);
    let joins_as_host = || {
        stack.wants(
            &format!("/links/{token}/join"),
            &json!({"name": "Dra. Ana"}),
        )
    };
    let host = body(joins_as_host()).await;
    assert_eq!(
        rooms.people(&room),
        [word(&ana, "identity"), "client-bia".to_owned()]
    );
    let claims = claims(&word(&host, "token"));
    assert_eq!(claims["attributes"], json!({"sidelink.host": "true"}));
    assert_eq!(claims["roomConfig"], json!({"maxParticipants": 4}));
    assert!(word(&host, "identity").starts_with("host-"));

    // From another device, while LiveKit counts the first one.
    rooms.enters(&room, &word(&host, "identity"), true);
    body(joins_as_host()).await;
    assert_eq!(
        rooms.people(&room).len(),
        3,
        "the professional puts himself out"
    );
}

#[tokio::test]
async fn only_the_control_port_gives_the_professionals_mark() {
    let stack = Stack::ready().await;
    let token = stack.token().await;
    let host = stack.wants(
        &format!("/links/{token}/join"),
        &json!({"name": "Dra. Ana"}),
    );
    let resume = word(&body(host).await, "resume");
    for resume in [None, Some(resume)] {
        let client = json!({"name": "Dra. Ana", "resume": resume});
        let joined = body(stack.joins(&token, &client)).await;
        let claims = claims(&word(&joined, "token"));
        assert!(claims.get("attributes").is_none(), "{claims}");
    }
}
