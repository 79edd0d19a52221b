//! What a person may have typed.

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
fn nothing_set_is_fine_and_empty_is_unset() {
    let settings = from(&[("SIDELINK_LANG", ""), ("PATH", "/bin")]).expect("is fine");
    assert_eq!(settings.local_port, 8080);
    assert_eq!(settings.lang, Lang::En);
}

#[test]
fn a_tunnel_sleeps_after_a_minute_at_least_and_a_week_at_most() {
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
fn every_mistake_is_told_at_once() {
    let error = from(&[
        ("SIDELINK_PORT", "eighty"),
        ("SIDELINK_LAGN", "pt"),
        ("DOCKER_HOST", "docker:2375"),
        (
            "SIDELINK_DOH_RESOLVERS",
            "https://dns.google/dns-query,8.8.8.8",
        ),
        ("SIDELINK_LIVEKIT", "livekit:7880"),
        ("SIDELINK_REDIS", "redis://redis:6379"),
    ])
    .expect_err("six mistakes")
    .to_string();
    assert_eq!(error.lines().count(), 6, "{error}");
    for part in [
        "SIDELINK_PORT is \"eighty\"",
        "SIDELINK_LAGN is not a setting",
        "tcp://host:port",
        "SIDELINK_DOH_RESOLVERS has \"8.8.8.8\"",
        "SIDELINK_LIVEKIT is no http URL",
        "SIDELINK_REDIS is \"redis://redis:6379\"",
    ] {
        assert!(error.contains(part), "{part} is not in {error}");
    }
}
