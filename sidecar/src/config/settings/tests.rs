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
    let stun = settings.stun.map(|server| server.to_string());
    assert_eq!(stun.as_deref(), Some("stun.cloudflare.com:3478"));
}

#[test]
fn stun_is_another_server_or_off() {
    let stun = |text: &str| from(&[("SIDELINK_STUN", text)]).map(|settings| settings.stun);
    assert_eq!(stun("off").expect("valid"), None);
    let other = stun("192.0.2.1:19302").expect("valid").expect("a server");
    assert_eq!((&*other.host, other.port), ("192.0.2.1", 19302));
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
        "SIDELINK_STUN is \"stun.example.org\": use a name and a port",
        "SIDELINK_MEDIA_UDP_PORT is 0",
    ] {
        assert!(error.contains(part), "{part} is not in {error}");
    }
}
