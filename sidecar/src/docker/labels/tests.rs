//! What people write into labels.

use super::*;

fn read(labels: &[(&str, &str)]) -> Labels {
    let labels = labels
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Labels::read(&labels.collect()).expect("has a role")
}

/// The only mistake of a service with this label.
fn mistake(label: &str, value: &str) -> LabelError {
    let mistakes = read(&[("sidelink.role", "tunnel"), (label, value)]).mistakes;
    let [mistake] = &mistakes[..] else {
        panic!("one mistake, not {mistakes:?}")
    };
    mistake.clone()
}

#[test]
fn a_role_alone_is_enough() {
    let labels = read(&[("sidelink.role", "app"), ("com.example", "x")]);
    assert_eq!(labels.role, Role::App);
    assert!(labels.required && labels.autoheal && !labels.stand_in);
    assert_eq!((labels.port, labels.health_path), (None, None));
    assert_eq!(labels.mistakes, []);
    assert_eq!(Labels::read(&HashMap::new()), None);
}

#[test]
fn labels_that_were_meant_for_us_are_named_where_none_is_the_role() {
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
fn what_is_set_is_read_and_what_is_empty_is_unset() {
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
    assert_eq!(labels.mistakes, []);
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
fn a_value_that_cannot_be_read_is_named_with_what_is_allowed() {
    for (label, value, allowed) in [
        ("sidelink.tunnel", "qick", TUNNELS),
        ("sidelink.required", "no", BOOLEAN),
        ("sidelink.required", "False", BOOLEAN),
        ("sidelink.autoheal", "off", BOOLEAN),
        ("sidelink.port", "30000000", PORT),
        ("sidelink.port", "0", PORT),
        ("sidelink.port", "3000/tcp", PORT),
        ("sidelink.tunnel-priority", "-1", ORDER),
        ("sidelink.patience", "for ever", PATIENCE),
        ("sidelink.patience", "2h", PATIENCE),
        ("sidelink.health-path", "health", PATH),
        ("sidelink.page-path", "http://localhost:3000/", PATH),
        ("sidelink.page-path", "//evil.example", PATH),
        ("sidelink.mount", "/a b", PATH),
        ("sidelink.hostname", "https://my.example.net:8443", HOSTNAME),
    ] {
        let found = mistake(label, value);
        assert_eq!((&*found.label, &*found.value), (label, value));
        assert_eq!(found.allowed, allowed);
    }
    assert_eq!(read(&[("sidelink.role", "App")]).mistakes[0].allowed, ROLES);
    assert_eq!(read(&[("sidelink.role", "api")]).mistakes, []);
}

#[test]
fn a_label_that_does_not_exist_is_named_with_those_that_do() {
    for (label, meant) in [
        ("sidelink.health", "sidelink.health-path | sidelink.mount"),
        ("sidelink.ports", "sidelink.port"),
        ("sidelink.require", "sidelink.required"),
    ] {
        assert_eq!(mistake(label, "x").allowed, meant);
    }
    let all = mistake("sidelink.foo", "x").allowed;
    assert!(all.starts_with("sidelink.role | sidelink.port"), "{all}");
    let value = mistake("sidelink.foo", &"\u{1b}[31m".repeat(99)).value;
    assert!(value.len() < 60 && !value.contains('\u{1b}'), "{value:?}");
}
