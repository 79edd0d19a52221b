//! URLs of ICE servers (RFC 7064 and 7065).

use sidelink_core::is_hostname;

/// Ports that browsers refuse for TURN: DNS.
const REFUSED: [u16; 1] = [53];
/// Ports of RFC 8489 and 8656, without and with TLS.
const DEFAULT_PORT: u16 = 3478;
const DEFAULT_TLS_PORT: u16 = 5349;

/// What a URL of an ICE server leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// `stun:` or `stuns:`
    Stun,
    /// `turn:` or `turns:`
    Turn,
}

/// Why a page cannot use a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum IceUrlError {
    #[error("it begins with none of stun:, stuns:, turn:, turns:")]
    Scheme,
    #[error("it has no name or address of a server")]
    Host,
    #[error("its port is not from 1 to 65535")]
    Port,
    #[error("browsers refuse port {0}")]
    RefusedPort(u16),
    #[error("after ? it takes transport=udp or transport=tcp, and only turn: and turns:")]
    Transport,
}

/// A URL of an ICE server that browsers take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IceUrl {
    pub(crate) scheme: Scheme,
    /// Over TLS: `stuns:` or `turns:`.
    pub(crate) is_secure: bool,
    /// A name or an address, which has no brackets.
    pub(crate) host: String,
    /// The one of the URL, or the scheme's.
    pub(crate) port: u16,
    /// The one of the URL, if it names one.
    pub(crate) transport: Option<Transport>,
}

/// Transport between a client and its TURN server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Udp,
    Tcp,
}

/// Checks that a browser can use this URL.
pub(crate) fn check(url: &str) -> Result<Scheme, IceUrlError> {
    parse(url).map(|url| url.scheme)
}

/// Parses a URL; the error is what a browser refuses.
pub(crate) fn parse(url: &str) -> Result<IceUrl, IceUrlError> {
    let (scheme, rest) = url.split_once(':').ok_or(IceUrlError::Scheme)?;
    let (scheme, is_secure) = match scheme {
        "stun" => (Scheme::Stun, false),
        "stuns" => (Scheme::Stun, true),
        "turn" => (Scheme::Turn, false),
        "turns" => (Scheme::Turn, true),
        _ => return Err(IceUrlError::Scheme),
    };
    let (server, query) = match rest.split_once('?') {
        Some((server, query)) => (server, Some(query)),
        None => (rest, None),
    };
    let transport = match (query, scheme) {
        (None, _) => None,
        (Some("transport=udp"), Scheme::Turn) => Some(Transport::Udp),
        (Some("transport=tcp"), Scheme::Turn) => Some(Transport::Tcp),
        _ => return Err(IceUrlError::Transport),
    };
    let (host, port) = split_port(server);
    Ok(IceUrl {
        scheme,
        is_secure,
        port: match port {
            Some(port) => checked_port(port)?,
            None if is_secure => DEFAULT_TLS_PORT,
            None => DEFAULT_PORT,
        },
        host: checked_host(host)?.to_owned(),
        transport,
    })
}

fn checked_port(port: &str) -> Result<u16, IceUrlError> {
    let port = port.parse().ok().filter(|port| *port > 0);
    let port: u16 = port.ok_or(IceUrlError::Port)?;
    match REFUSED.contains(&port) {
        true => Err(IceUrlError::RefusedPort(port)),
        false => Ok(port),
    }
}

fn checked_host(host: &str) -> Result<&str, IceUrlError> {
    let ipv6 = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .filter(|host| host.parse::<std::net::Ipv6Addr>().is_ok());
    let is_ipv4 = host.parse::<std::net::Ipv4Addr>().is_ok();
    match ipv6 {
        Some(address) => Ok(address),
        None if is_ipv4 || host == "localhost" || is_hostname(host) => Ok(host),
        None => Err(IceUrlError::Host),
    }
}

fn split_port(server: &str) -> (&str, Option<&str>) {
    match server.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (server, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_the_rfcs_are_taken() {
        for (url, scheme) in [
            ("stun:stun.cloudflare.com:3478", Scheme::Stun),
            ("stuns:example.org", Scheme::Stun),
            ("turn:198.51.100.7", Scheme::Turn),
            ("turn:turn.example.org:3478?transport=udp", Scheme::Turn),
            ("turns:turn.example.org:443?transport=tcp", Scheme::Turn),
            ("turn:[2001:db8::1]:3478", Scheme::Turn),
            ("turn:[2001:db8::1]", Scheme::Turn),
        ] {
            assert_eq!(check(url), Ok(scheme), "{url}");
        }
    }

    #[test]
    fn a_url_has_the_port_of_its_scheme_and_no_brackets() {
        for (url, is_secure, host, port, transport) in [
            ("turn:t.example.org", false, "t.example.org", 3478, None),
            ("turns:t.example.org", true, "t.example.org", 5349, None),
            (
                "turns:t.example.org:443?transport=tcp",
                true,
                "t.example.org",
                443,
                Some(Transport::Tcp),
            ),
            (
                "turn:[2001:db8::1]:3479?transport=udp",
                false,
                "2001:db8::1",
                3479,
                Some(Transport::Udp),
            ),
        ] {
            let expected = IceUrl {
                scheme: Scheme::Turn,
                is_secure,
                host: host.to_owned(),
                port,
                transport,
            };
            assert_eq!(parse(url), Ok(expected), "{url}");
        }
    }

    #[test]
    fn what_a_browser_refuses_is_refused() {
        for (url, error) in [
            ("", IceUrlError::Scheme),
            ("https://turn.example.org", IceUrlError::Scheme),
            ("turn://turn.example.org", IceUrlError::Host),
            ("turn:", IceUrlError::Host),
            ("turn:a b.example.org", IceUrlError::Host),
            ("turn:ana@turn.example.org", IceUrlError::Host),
            ("turn:turn.example.org:0", IceUrlError::Port),
            ("turn:turn.example.org:99999", IceUrlError::Port),
            ("turn:turn.example.org:53", IceUrlError::RefusedPort(53)),
            (
                "turn:turn.example.org?transport=tls",
                IceUrlError::Transport,
            ),
            (
                "stun:stun.example.org?transport=udp",
                IceUrlError::Transport,
            ),
        ] {
            assert_eq!(check(url), Err(error), "{url}");
        }
    }
}
