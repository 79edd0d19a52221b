//! Tests of labels as users write them.

use super::*;

fn read(labels: &[(&str, &str)]) -> Labels {
    let labels = labels
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Labels::read(&labels.collect()).expect("has a role")
}

/// Returns the only error of a service with this label.
fn error(label: &str, value: &str) -> LabelError {
    let errors = read(&[("sidelink.role", "tunnel"), (label, value)]).errors;
    let [error] = &errors[..] else {
        panic!("one error, not {errors:?}")
    };
    error.clone()
}

#[test]
fn a_role_alone_is_enough() {
    let labels = read(&[("sidelink.role", "app"), ("com.example", "x")]);
    assert_eq!(labels.role, Role::App);
    assert!(labels.required && labels.autoheal && !labels.stand_in);
    assert_eq!((labels.port, labels.health_path), (None, None));
    assert_eq!(labels.errors, []);
    assert_eq!(Labels::read(&HashMap::new()), None);
}

#[test]
fn misspelt_labels_are_named_where_the_role_is_missing() {
    let meant = |labels: &[&str]| {
        let labels = labels
            .iter()
            .map(|name| ((*name).to_owned(), "app".to_owned()));
        without_role(&labels.collect())
    };
    for label in [
        "sidelink.rolle",
        "sidelink.port",
        "sidelink-role",
        "sidelink_role",
        "Sidelink.Role",
        "sidelink.ROLE",
    ] {
        assert_eq!(meant(&[label, "com.docker.compose.service"]), [label]);
        assert_eq!(meant(&[label, ROLE]), [""; 0], "it is watched");
    }
    for label in [
        "sidelinks.role",
        "com.sidelink",
        "sidelink",
        "x.sidelink.role",
        "",
    ] {
        assert_eq!(meant(&[label]), [""; 0], "{label}");
    }
    assert_eq!(
        meant(&["sidelink.rolle", "sidelink.port"]),
        ["sidelink.port", "sidelink.rolle"]
    );
}

#[test]
fn values_are_parsed_and_empty_ones_are_unset() {
    let labels = read(&[
        ("sidelink.role", "tunnel"),
        ("sidelink.port", "8000"),
        ("sidelink.health-path", "/up?full=1"),
        ("sidelink.page-path", ""),
        ("sidelink.mount", "/silence"),
        ("sidelink.required", "false"),
        ("sidelink.tunnel", "ngrok"),
        ("sidelink.hostname", "https://Radio.example.org/"),
        ("sidelink.tunnel-priority", "7"),
        ("sidelink.patience", "5m"),
    ]);
    assert_eq!(labels.errors, []);
    assert_eq!(labels.port, Some(8000));
    assert_eq!(labels.health_path.as_deref(), Some("/up?full=1"));
    assert_eq!(labels.page_path, None);
    assert_eq!(labels.mount.as_deref(), Some("/silence"));
    assert!(!labels.required);
    assert_eq!(labels.tunnel, TunnelKind::Ngrok);
    assert_eq!(labels.hostname.as_deref(), Some("radio.example.org"));
    assert_eq!(labels.tunnel_priority, Some(7));
    assert_eq!(labels.patience, Some(Duration::from_secs(300)));
}

#[test]
fn an_invalid_value_is_named_with_the_allowed_values() {
    for (label, value, allowed) in [
        ("sidelink.tunnel", "qick", TUNNELS),
        ("sidelink.required", "no", BOOLEAN),
        ("sidelink.required", "False", BOOLEAN),
        ("sidelink.autoheal", "off", BOOLEAN),
        ("sidelink.port", "30000000", PORT),
        ("sidelink.port", "0", PORT),
        ("sidelink.port", "3000/tcp", PORT),
        ("sidelink.tunnel-priority", "-1", PRIORITY),
        ("sidelink.patience", "for ever", PATIENCE),
        ("sidelink.patience", "2h", PATIENCE),
        ("sidelink.health-path", "health", PATH),
        ("sidelink.page-path", "http://localhost:3000/", PATH),
        ("sidelink.page-path", "//evil.example", PATH),
        ("sidelink.mount", "/a b", PATH),
        ("sidelink.hostname", "https://my.example.net:8443", HOSTNAME),
    ] {
        let found = error(label, value);
        assert_eq!((&*found.label, &*found.value), (label, value));
        assert_eq!(found.allowed, allowed);
    }
    assert_eq!(read(&[("sidelink.role", "App")]).errors[0].allowed, ROLES);
    assert_eq!(read(&[("sidelink.role", "api")]).errors, []);
}

#[test]
fn an_unknown_label_is_named_with_similar_ones() {
    for (label, meant) in [
        ("sidelink.health", "sidelink.health-path | sidelink.mount"),
        ("sidelink.ports", "sidelink.port"),
        ("sidelink.require", "sidelink.required"),
    ] {
        assert_eq!(error(label, "x").allowed, meant);
    }
    let all = error("sidelink.foo", "x").allowed;
    assert!(all.starts_with("sidelink.role | sidelink.port"), "{all}");
    let value = error("sidelink.foo", &"\u{1b}[31m".repeat(99)).value;
    assert!(value.len() < 60 && !value.contains('\u{1b}'), "{value:?}");
}
