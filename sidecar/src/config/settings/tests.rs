//! Valid and invalid settings.

use super::*;

fn from(pairs: &[(&str, &str)]) -> Result<Settings, ConfigErrors> {
    Settings::from_vars(
        pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect(),
    )
}

#[test]
fn the_defaults_are_valid_and_empty_is_unset() {
    let settings = from(&[("SIDELINK_LANG", ""), ("PATH", "/bin")]).expect("valid");
    assert_eq!(settings.local_port, 8080);
    assert_eq!(settings.lang, Lang::En);
    assert_eq!(settings.media_udp_port, 7882);
    let stun: Vec<_> = settings.stun.iter().map(ToString::to_string).collect();
    assert_eq!(stun, ["stun.cloudflare.com:3478"]);
    assert_eq!(settings.turn, None);
}

#[test]
fn the_local_network_is_on_or_off() {
    let lan = |text: &str| from(&[("SIDELINK_LAN", text)]).map(|settings| settings.lan);
    assert!(lan("on").expect("valid"));
    for off in ["off", ""] {
        assert!(!lan(off).expect("valid"), "{off:?}");
    }
    let error = lan("192.168.1.20").expect_err("is neither").to_string();
    assert_eq!(error, "SIDELINK_LAN is \"192.168.1.20\": use on or off");
}

#[test]
fn stun_is_some_servers_or_off() {
    let stun = |text: &str| {
        let settings = from(&[("SIDELINK_STUN", text)]).expect("valid");
        let servers = settings.stun.iter().map(ToString::to_string);
        servers.collect::<Vec<_>>()
    };
    assert!(stun("off").is_empty());
    assert_eq!(stun("192.0.2.1:19302"), ["192.0.2.1:19302"]);
    let two = ["stun.example.org:3478", "192.0.2.1:19302"];
    assert_eq!(stun("stun.example.org:3478, 192.0.2.1:19302"), two);
}

#[test]
fn turn_is_a_service_of_one_kind() {
    let turn = |pairs: &[(&str, &str)]| from(pairs).expect("valid").turn;
    let text = "turn:turn.example.org:3478, turns:turn.example.org:443?transport=tcp";
    let urls: Vec<_> = text.split(", ").map(str::to_owned).collect();
    assert_eq!(
        turn(&[("TURN_URLS", text), ("TURN_USERNAME", "sidelink")]),
        Some(TurnSettings::Fixed {
            urls: urls.clone(),
            username: "sidelink".to_owned(),
        })
    );
    let shared = Some(TurnSettings::SharedSecret { urls });
    assert_eq!(turn(&[("TURN_URLS", text)]), shared);
    let key = "0123456789abcdef0123456789abcdef".to_owned();
    assert_eq!(
        turn(&[("TURN_CLOUDFLARE_KEY", &key)]),
        Some(TurnSettings::Cloudflare { key })
    );
}

#[test]
fn settings_of_turn_that_cannot_work_are_errors() {
    for (pairs, part) in [
        (&[("TURN_URLS", ",")][..], "TURN_URLS has 0 URLs"),
        (
            &[("TURN_URLS", "turn:turn.example.org:53")],
            "browsers refuse port 53",
        ),
        (
            &[("TURN_URLS", "stun:stun.example.org")],
            "belong into SIDELINK_STUN",
        ),
        (&[("TURN_URLS", "turn.example.org")], "begins with none of"),
        (&[("TURN_USERNAME", "ana")], "without TURN_URLS"),
        (
            &[("TURN_CLOUDFLARE_KEY", "k/../x")],
            "is not the id of a TURN key",
        ),
        (
            &[
                ("TURN_URLS", "turn:a.example"),
                ("TURN_CLOUDFLARE_KEY", "k"),
            ],
            "use one TURN service",
        ),
    ] {
        let error = from(pairs).expect_err(part).to_string();
        assert!(error.contains(part), "{part} is not in {error}");
    }
}

#[test]
fn the_idle_timeout_is_from_a_minute_to_a_week() {
    let idle = |text: &str| {
        from(&[
            ("SIDELINK_TUNNEL_MODE", "on-demand"),
            ("SIDELINK_IDLE_TIMEOUT", text),
        ])
    };
    assert!(idle("60s").is_ok() && idle("168h").is_ok());
    for text in ["59s", "169h", "18446744073709551615s", "soon"] {
        let error = idle(text).expect_err(text).to_string();
        assert!(error.contains("from a minute to a week"), "{error}");
    }
}

#[test]
fn all_errors_are_reported_at_once() {
    let error = from(&[
        ("SIDELINK_PORT", "eighty"),
        ("SIDELINK_LAGN", "pt"),
        ("DOCKER_HOST", "docker:2375"),
        (
            "SIDELINK_DOH_RESOLVERS",
            "https://dns.google/dns-query,8.8.8.8",
        ),
        ("SIDELINK_LIVEKIT", "livekit:7880"),
        ("SIDELINK_LOG_FORMAT", "yaml"),
        ("SIDELINK_REDIS", "redis://redis:6379"),
        ("SIDELINK_STUN", "stun.example.org"),
        ("SIDELINK_MEDIA_UDP_PORT", "0"),
    ])
    .expect_err("nine errors")
    .to_string();
    assert_eq!(error.lines().count(), 9, "{error}");
    for part in [
        "SIDELINK_PORT is \"eighty\"",
        "SIDELINK_LAGN is not a setting",
        "tcp://host:port",
        "SIDELINK_DOH_RESOLVERS has \"8.8.8.8\"",
        "SIDELINK_LIVEKIT is not an http URL",
        "SIDELINK_REDIS is \"redis://redis:6379\"",
        "SIDELINK_LOG_FORMAT is \"yaml\": use text or json",
        "SIDELINK_STUN is \"stun.example.org\": use up to 4 names with ports",
        "SIDELINK_MEDIA_UDP_PORT is 0",
    ] {
        assert!(error.contains(part), "{part} is not in {error}");
    }
}
