use super::*;

fn redactor() -> Redactor {
    Redactor {
        secrets: vec!["0123456789abcdef-known".to_owned()],
        hosts: vec!["calls.example.org".to_owned()],
        addresses: Vec::new(),
    }
}

fn redacted(text: &str) -> String {
    redactor().text(text)
}

#[test]
fn known_secrets_and_hosts_are_hidden_in_any_case() {
    assert_eq!(redacted("a0123456789ABCDEF-known!"), "a<secret>!");
    assert_eq!(redacted("https://Calls.example.org/x"), "https://<link>/x");
}

#[test]
fn secrets_are_hidden_by_their_shape() {
    let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJrZXkifQ.c2lnbmF0dXJl";
    for (text, hidden) in [
        (format!("GET /rtc?access_token={jwt}&sdk=js"), jwt),
        (format!("Authorization: Bearer {jwt}"), jwt),
        (format!("printed {jwt} here"), jwt),
        ("bearer short-one, and on".to_owned(), "short-one"),
        ("basic\tshort-one".to_owned(), "short-one"),
        ("{\"t\":\"eyJhIjoieCJ9\"}".to_owned(), "eyJ"),
        (r#"{"redis-password": "short"}"#.to_owned(), "short"),
        (r#"{\"authToken\":\"short\"}"#.to_owned(), "short"),
        ("redis://:short@redis:6379/0".to_owned(), "short"),
        (
            "Cookie: a=short; sidelink_session=other".to_owned(),
            "other",
        ),
        (
            "agent 2aBcDeFgHiJkLmNoPqRsTuVwXyZ_4aBcDeFgHiJkLmNoPqRsT".to_owned(),
            "aBcDeFg",
        ),
        (format!("id {}", "0a".repeat(16)), "0a0a"),
        ("/links/abcDEF123/join".to_owned(), "abcDEF123"),
        ("/login?code=abc".to_owned(), "abc"),
        ("x.trycloudflare.com.".to_owned(), "x.try"),
        ("WSS://A-B.ngrok-free.app:443".to_owned(), "A-B"),
        (
            r#"{"participant":"Ana Lima","room":"lobby"}"#.to_owned(),
            "Lima",
        ),
        (
            "Mixed9/base64+ofSomeSecret/thatIsLong0==".to_owned(),
            "SomeSecret",
        ),
    ] {
        let out = redacted(&text);
        assert!(!out.contains(hidden), "{text} became {out}");
        assert!(out.contains('<'), "{text} became {out}");
    }
}

#[test]
fn a_log_has_no_names_of_persons() {
    let line = r#"joined {"name": "Ana Lima", "participantName": "Ana", "nameless": "stays"}"#;
    let expected =
        r#"joined {"name": "<person>", "participantName": "<person>", "nameless": "stays"}"#;
    assert_eq!(redactor().log(line), expected);
    assert_eq!(redacted(r#"{"name": "livekit"}"#), r#"{"name": "livekit"}"#);
}

#[test]
fn addresses_are_hidden_and_keep_their_number() {
    let mut redactor = redactor();
    for (text, expected) in [
        ("from 203.0.113.7:51820.", "from <ip-1>:51820."),
        ("203.0.113.7,2001:db8::1", "<ip-1>,<ip-2>"),
        ("[2001:db8::1]:443 192.168.1.20", "[<ip-2>]:443 <ip-3>"),
        (
            "peer:2001:DB8::1 ip:203.0.113.7:80",
            "peer:<ip-2> ip:<ip-1>:80",
        ),
        ("::ffff:198.51.100.1", "<ip-4>"),
    ] {
        assert_eq!(redactor.text(text), expected);
    }
}

#[test]
fn what_helps_to_find_a_fault_stays() {
    for text in [
        "listens on 127.0.0.1:8788, [::1]:8788, 0.0.0.0:80 and [::]:80",
        "2026-11-21T05:50:00.123456789Z engine::docker took 12:34:56",
        "asked api.trycloudflare.com, dns.google and region1.v2.argotunnel.com:7844",
        r#"{"code":"edge_no_connector","message":"waiting for Cloudflare's edge, 12 s"}"#,
        r#"{"token":null,"participants":3,"layer":"livekit"}"#,
        "error: no_token",
        "caddy:2.11.9 sidelink/sidecar:0.1.0 livekit/livekit-server:v1.13.5",
        "✓ secrets  all 6 exist",
    ] {
        assert_eq!(redacted(text), text);
    }
}

#[test]
fn a_secret_that_is_left_is_found() {
    assert!(!redactor().is_clean("x 0123456789ABCDEF-known"));
    assert!(!redactor().is_clean("CALLS.example.org"));
    assert!(redactor().is_clean("<secret> <link>"));
}
