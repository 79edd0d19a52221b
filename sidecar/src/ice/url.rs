//! URLs of ICE servers (RFC 7064 and 7065).

use sidelink_core::is_hostname;

/// Ports that browsers refuse for TURN: DNS.
const REFUSED: [u16; 1] = [53];

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

/// Checks that a browser can use this URL.
pub(crate) fn check(url: &str) -> Result<Scheme, IceUrlError> {
    let (scheme, rest) = url.split_once(':').ok_or(IceUrlError::Scheme)?;
    let scheme = match scheme {
        "stun" | "stuns" => Scheme::Stun,
        "turn" | "turns" => Scheme::Turn,
        _ => return Err(IceUrlError::Scheme),
    };
    let (server, query) = match rest.split_once('?') {
        Some((server, query)) => (server, Some(query)),
        None => (rest, None),
    };
    let takes_query = scheme == Scheme::Turn;
    if query
        .is_some_and(|query| !takes_query || !["transport=udp", "transport=tcp"].contains(&query))
    {
        return Err(IceUrlError::Transport);
    }
    let (host, port) = split_port(server);
    if let Some(port) = port {
        let port = port.parse().ok().filter(|port| *port > 0);
        let port: u16 = port.ok_or(IceUrlError::Port)?;
        if REFUSED.contains(&port) {
            return Err(IceUrlError::RefusedPort(port));
        }
    }
    let is_ipv6 = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .is_some_and(|host| host.parse::<std::net::Ipv6Addr>().is_ok());
    let is_ipv4 = host.parse::<std::net::Ipv4Addr>().is_ok();
    if is_ipv6 || is_ipv4 || host == "localhost" || is_hostname(host) {
        Ok(scheme)
    } else {
        Err(IceUrlError::Host)
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
