//! Asks a STUN server (RFC 8489) from which public IPv4 address this network sends.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::net::{UdpSocket, lookup_host};
use tokio::time::timeout;

use crate::random;
use sidelink_core::Address;

const BINDING_REQUEST: [u8; 2] = [0x00, 0x01];
const BINDING_SUCCESS: [u8; 2] = [0x01, 0x01];
const MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const XOR_MAPPED_ADDRESS: [u8; 2] = [0x00, 0x20];
const FAMILY_IPV4: u8 = 1;

/// Waits for an answer to each request, because UDP may lose it: the first ones of RFC 8489, section 6.2.1.
const WAITS: [Duration; 3] = [
    Duration::from_millis(500),
    Duration::from_millis(1000),
    Duration::from_millis(1000),
];
/// Time for the server's name and all requests.
const TIMEOUT: Duration = Duration::from_secs(3);
/// Longest answer without fragments that RFC 8489 expects over IPv4.
const MAX_ANSWER: usize = 548;

/// An answer with another one is not to our request.
type TransactionId = [u8; 12];

/// Returns this network's public IPv4 address, as the first of these servers that answers sees it. `None` without an
/// answer within 3 s of each, and for an address that the internet does not route.
pub(crate) async fn public_ipv4(servers: &[Address]) -> Option<Ipv4Addr> {
    for server in servers {
        if let Ok(Ok(address)) = timeout(TIMEOUT, ask(server)).await {
            return Some(address).filter(|&address| is_public(address));
        }
    }
    None
}

async fn ask(server: &Address) -> io::Result<Ipv4Addr> {
    let mut addresses = lookup_host((&*server.host, server.port)).await?;
    let address = addresses.find(SocketAddr::is_ipv4);
    let address = address.ok_or(io::ErrorKind::AddrNotAvailable)?;
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).await?;
    // The kernel then drops what any other address sends.
    socket.connect(address).await?;
    let mut id = TransactionId::default();
    random::fill(&mut id).map_err(io::Error::other)?;
    for wait in WAITS {
        socket.send(&request(&id)).await?;
        if let Ok(answer) = timeout(wait, receive(&socket, &id)).await {
            return answer;
        }
    }
    Err(io::ErrorKind::TimedOut.into())
}

async fn receive(socket: &UdpSocket, id: &TransactionId) -> io::Result<Ipv4Addr> {
    let mut answer = [0; MAX_ANSWER];
    loop {
        let length = socket.recv(&mut answer).await?;
        if let Some(address) = mapped_address(&answer[..length], id) {
            return Ok(address);
        }
    }
}

/// Returns a binding request without attributes.
fn request(id: &TransactionId) -> [u8; 20] {
    let mut request = [0; 20];
    request[..2].copy_from_slice(&BINDING_REQUEST);
    request[4..8].copy_from_slice(&MAGIC_COOKIE);
    request[8..].copy_from_slice(id);
    request
}

/// Reads the IPv4 address of a successful answer to this request.
fn mapped_address(answer: &[u8], id: &TransactionId) -> Option<Ipv4Addr> {
    let (header, mut attributes) = answer.split_first_chunk::<20>()?;
    let is_answer = header[..2] == BINDING_SUCCESS && header[4..8] == MAGIC_COOKIE;
    let is_whole = length(header[2], header[3]) == attributes.len();
    if !is_answer || !is_whole || header[8..] != *id {
        return None;
    }
    while let Some((&[a, b, c, d], rest)) = attributes.split_first_chunk::<4>() {
        let value = rest.get(..length(c, d))?;
        if [a, b] == XOR_MAPPED_ADDRESS {
            return unmasked(value);
        }
        attributes = rest.get(value.len().next_multiple_of(4)..)?;
    }
    None
}

fn length(high: u8, low: u8) -> usize {
    usize::from(u16::from_be_bytes([high, low]))
}

fn unmasked(value: &[u8]) -> Option<Ipv4Addr> {
    let &[_, FAMILY_IPV4, _, _, a, b, c, d] = value else {
        return None;
    };
    let mask = u32::from_be_bytes(MAGIC_COOKIE);
    Some(Ipv4Addr::from_bits(u32::from_be_bytes([a, b, c, d]) ^ mask))
}

/// Reports whether the internet routes the address: the rows of IANA's registry of special addresses are excluded.
fn is_public(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224.., ..)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    )
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    const ID: TransactionId = [7; 12];

    /// A server on this machine that answers each request with what `answer` makes of it.
    pub(crate) async fn server(
        mut answer: impl FnMut(&[u8]) -> Vec<Vec<u8>> + Send + 'static,
    ) -> Address {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
        let port = socket.local_addr().expect("an address").port();
        tokio::spawn(async move {
            let mut request = [0; MAX_ANSWER];
            while let Ok((length, from)) = socket.recv_from(&mut request).await {
                for answer in answer(&request[..length]) {
                    socket.send_to(&answer, from).await.expect("it is sent");
                }
            }
        });
        let host = "127.0.0.1".to_owned();
        Address { host, port }
    }

    /// A success answer to the request, with a first attribute of odd length.
    pub(crate) fn success(request: &[u8], address: Ipv4Addr) -> Vec<u8> {
        let masked = address.to_bits() ^ u32::from_be_bytes(MAGIC_COOKIE);
        let software = [0x80, 0x22, 0, 3, b'a', b'b', b'c', 0];
        let mapped = [0, 0x20, 0, 8, 0, FAMILY_IPV4, 0x12, 0x34];
        let attributes = [&software[..], &mapped, &masked.to_be_bytes()].concat();
        let header = [1, 1, 0, u8::try_from(attributes.len()).expect("short")];
        [&header[..], &request[4..20], &attributes].concat()
    }

    #[test]
    fn the_request_is_the_rfcs() {
        let mut expected = [7; 20];
        expected[..8].copy_from_slice(&[0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42]);
        assert_eq!(request(&ID), expected);
    }

    /// RFC 5769, section 2.2, without the attributes that follow the address.
    #[test]
    fn the_rfcs_sample_is_read() {
        let id = *b"\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae";
        let attributes =
            b"\x80\x22\x00\x0btest vector \x00\x20\x00\x08\x00\x01\xa1\x47\xe1\x12\xa6\x43";
        let answer = [&[1, 1, 0, 28][..], &MAGIC_COOKIE, &id, attributes].concat();
        assert_eq!(mapped_address(&answer, &id), Some([192, 0, 2, 1].into()));
    }

    #[test]
    fn an_answer_that_is_not_a_whole_success_to_this_request_is_ignored() {
        let good = success(&request(&ID), [192, 0, 2, 1].into());
        assert!(mapped_address(&good, &ID).is_some());
        for (what, at, value) in [
            ("an error answer", 1, 0x11),
            ("a request", 0, 0),
            ("another length", 3, 16),
            ("another cookie", 4, 0),
            ("another transaction", 19, 0),
            ("an attribute longer than the rest", 23, 40),
            ("another attribute only", 29, 0x21),
            ("IPv6 in four bytes", 33, 2),
        ] {
            let mut answer = good.clone();
            answer[at] = value;
            assert_eq!(mapped_address(&answer, &ID), None, "{what}");
        }
        for length in 0..good.len() {
            assert_eq!(mapped_address(&good[..length], &ID), None, "{length} bytes");
        }
    }

    #[test]
    fn an_address_of_another_length_is_ignored() {
        let mut answer = success(&request(&ID), [192, 0, 2, 1].into());
        answer.extend([0; 4]);
        answer[3] += 4;
        answer[31] = 12;
        assert_eq!(mapped_address(&answer, &ID), None);
    }

    #[test]
    fn only_routed_addresses_are_public() {
        for text in [
            "0.1.2.3",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.1",
            "127.0.0.1",
            "169.254.1.1",
            "172.16.0.1",
            "172.31.0.1",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "255.255.255.255",
        ] {
            assert!(!is_public(text.parse().expect(text)), "{text}");
        }
        for text in [
            "1.1.1.1",
            "100.63.0.1",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "223.255.255.1",
        ] {
            assert!(is_public(text.parse().expect(text)), "{text}");
        }
    }

    #[tokio::test]
    async fn a_foreign_answer_before_the_right_one_is_skipped() {
        let server = server(|request| {
            let mut foreign = success(request, [9, 9, 9, 9].into());
            foreign[10] ^= 1;
            vec![foreign, success(request, [8, 8, 4, 4].into())]
        });
        assert_eq!(
            public_ipv4(&[server.await]).await,
            Some([8, 8, 4, 4].into())
        );
    }

    #[tokio::test]
    async fn a_lost_answer_is_asked_for_again() {
        let mut requests = 0;
        let server = server(move |request| {
            requests += 1;
            let answer = success(request, [8, 8, 4, 4].into());
            if requests == 1 { vec![] } else { vec![answer] }
        });
        assert_eq!(
            public_ipv4(&[server.await]).await,
            Some([8, 8, 4, 4].into())
        );
    }

    #[tokio::test]
    async fn a_private_address_and_a_closed_port_give_none() {
        let private = server(|request| vec![success(request, [192, 168, 1, 2].into())]).await;
        assert_eq!(public_ipv4(&[private]).await, None);
        let closed = Address {
            host: "127.0.0.1".to_owned(),
            port: 9,
        };
        assert_eq!(public_ipv4(&[closed]).await, None);
    }

    #[tokio::test]
    async fn the_next_server_is_asked_after_one_that_does_not_answer() {
        let closed = Address {
            host: "127.0.0.1".to_owned(),
            port: 9,
        };
        let server = server(|request| vec![success(request, [8, 8, 4, 4].into())]).await;
        assert_eq!(
            public_ipv4(&[closed, server]).await,
            Some([8, 8, 4, 4].into())
        );
    }
}
