//! Host names of the browser's own machine.

/// Reports whether a `Host` is a loopback name on any port, because the gateway may be published on any.
pub fn is_loopback(host: &str) -> bool {
    let name = name_of(host);
    name.is_some_and(|name| ["127.0.0.1", "[::1]"].contains(&name) || is_localhost(name))
}

/// Returns a `Host` without its port; `None` where the port is not one.
pub(super) fn name_of(host: &str) -> Option<&str> {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !name.ends_with(':') && !port.contains(']') => (name, Some(port)),
        _ => (host, None),
    };
    let is_port = |port: &str| {
        let digits = port.bytes().all(|byte| byte.is_ascii_digit());
        digits && (1..=5).contains(&port.len())
    };
    port.is_none_or(is_port).then_some(name)
}

/// Returns the `Host` that a browser on this machine sends to this port: without 80, the default of http.
pub fn local_host(name: &str, port: u16) -> String {
    match port {
        80 => name.to_owned(),
        port => format!("{name}:{port}"),
    }
}

/// Returns the address that a browser on this machine shows for this port.
pub fn local_url(name: &str, port: u16) -> String {
    format!("http://{}", local_host(name, port))
}

/// Reports whether a name is `localhost` or ends with `.localhost` (RFC 6761). Browsers do not look these up.
fn is_localhost(name: &str) -> bool {
    name.eq_ignore_ascii_case("localhost") || is_below(name, "localhost")
}

/// Reports whether a name consists of labels and this last one.
pub(super) fn is_below(name: &str, last: &str) -> bool {
    let Some((labels, end)) = name.rsplit_once('.') else {
        return false;
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let is_label = |label: &str| !label.is_empty() && label.bytes().all(plain);
    end.eq_ignore_ascii_case(last) && labels.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::{is_loopback, local_host, local_url};

    #[test]
    fn the_default_port_of_http_is_omitted() {
        assert_eq!(local_url("localhost", 80), "http://localhost");
        assert_eq!(local_url("127.0.0.1", 8788), "http://127.0.0.1:8788");
        assert_eq!(local_host("localhost", 443), "localhost:443");
    }

    #[test]
    fn loopback_names_are_recognized_on_every_port() {
        for host in [
            "localhost",
            "localhost:9090",
            "LocalHost:80",
            "127.0.0.1",
            "127.0.0.1:80",
            "[::1]",
            "[::1]:8080",
            "shop.localhost:3000",
        ] {
            assert!(is_loopback(host), "{host}");
        }
    }

    #[test]
    fn other_names_are_not_loopback() {
        for host in [
            "",
            "localhost.evil.example",
            "localhost:8080.evil.example",
            "evillocalhost",
            "127.0.0.1.nip.io",
            "127.0.0.11",
            "::1",
            "[::1",
            "localhost:",
            "localhost:123456",
            ".localhost",
            "a..localhost",
            "<script>.localhost",
            "192.168.1.20:8080",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
