//! DNS questions and answers, as far as a verification needs them.

pub(super) mod authoritative;
pub(super) mod doh;
pub(super) mod resolution;

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use domain::base::iana::Rcode;
use domain::base::{Message, MessageBuilder, Name, Rtype};
use domain::rdata::{AllRecordData, Soa};
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout_at};

use crate::runtime::clock::unix_ms;

/// Maximum size of a UDP answer in bytes, which every network carries (RFC 9715).
const MAX_ANSWER: usize = 1232;
/// Between two sends of a question, because UDP packets get lost.
const RESEND_INTERVAL: Duration = Duration::from_millis(300);

/// A question for one name.
#[derive(Clone, Copy, Debug)]
pub(super) struct DnsQuestion<'a> {
    /// Without the final dot.
    pub name: &'a str,
    pub kind: Rtype,
    /// Whether the server may ask other servers; without it, it answers only what it knows.
    pub recursion: bool,
}

/// A server's answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct DnsAnswer {
    /// There is no such name.
    pub no_such_name: bool,
    /// Whether the zone's own server answers, and no resolver in between.
    pub authoritative: bool,
    /// Addresses, in the server's order.
    pub addresses: Vec<IpAddr>,
    /// Names of `NS` records, without the final dot.
    pub servers: Vec<String>,
    /// Seconds for which "no such name" is cached.
    pub negative_ttl: Option<u32>,
}

impl DnsQuestion<'_> {
    /// Encodes the question; `id` is 0 over HTTPS, so that equal questions are equal requests (RFC 8484).
    pub(super) fn encode(&self, id: u16) -> Result<Vec<u8>> {
        let name = Name::<Vec<u8>>::from_str(self.name).context("not a DNS name")?;
        let mut message = MessageBuilder::new_vec();
        message.header_mut().set_id(id);
        message.header_mut().set_rd(self.recursion);
        let mut message = message.question();
        message
            .push((name, self.kind))
            .context("too long for a question")?;
        Ok(message.finish())
    }

    /// Asks over UDP, and repeats the question until the time is over.
    pub(super) async fn ask(&self, server: SocketAddr, limit: Duration) -> Result<DnsAnswer> {
        let any: SocketAddr = if server.is_ipv4() {
            ([0, 0, 0, 0], 0).into()
        } else {
            ([0_u16; 8], 0).into()
        };
        let socket = UdpSocket::bind(any).await?;
        // On a connected socket the kernel drops packets from other hosts.
        socket.connect(server).await?;
        let mut random = [0; 2];
        crate::random::fill(&mut random)?;
        let id = u16::from_ne_bytes(random);
        let question = self.encode(id)?;
        let end = Instant::now() + limit;
        let mut buffer = [0; MAX_ANSWER];
        while Instant::now() < end {
            socket.send(&question).await?;
            let until = end.min(Instant::now() + RESEND_INTERVAL);
            while let Ok(received) = timeout_at(until, socket.recv(&mut buffer)).await {
                let answer = buffer.get(..received?).unwrap_or_default();
                if answer.starts_with(&id.to_be_bytes()) {
                    return decode(answer);
                }
            }
        }
        bail!("no answer in {} ms", limit.as_millis())
    }
}

impl DnsAnswer {
    /// Returns until when "no such name" is cached, as Unix milliseconds rounded up to the minute.
    pub(super) fn cached_until(&self) -> Option<u64> {
        let until = unix_ms() + u64::from(self.negative_ttl?) * 1000;
        Some(until.next_multiple_of(60_000))
    }
}

/// Decodes an answer; an error where it neither has records nor denies them.
pub(super) fn decode(bytes: &[u8]) -> Result<DnsAnswer> {
    let message = Message::from_octets(bytes).context("too short for DNS")?;
    let header = message.header();
    ensure!(header.qr(), "not an answer");
    let mut answer = DnsAnswer {
        no_such_name: header.rcode() == Rcode::NXDOMAIN,
        authoritative: header.aa() && !header.ra(),
        ..DnsAnswer::default()
    };
    if !matches!(header.rcode(), Rcode::NOERROR | Rcode::NXDOMAIN) {
        bail!("{}", header.rcode());
    }
    for record in message.answer()?.limit_to::<AllRecordData<_, _>>() {
        match record?.data() {
            AllRecordData::A(a) => answer.addresses.push(a.addr().into()),
            AllRecordData::Aaaa(aaaa) => answer.addresses.push(aaaa.addr().into()),
            AllRecordData::Ns(ns) => answer.servers.push(ns.nsdname().to_string()),
            _ => {}
        }
    }
    for record in message.authority()?.limit_to::<Soa<_>>() {
        let record = record?;
        // RFC 2308: the lower of the two.
        let ttl = record.ttl().min(record.data().minimum());
        answer.negative_ttl = Some(ttl.as_secs());
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::base::Ttl;

    #[test]
    fn a_question_over_https_is_encoded_as_in_the_standard() {
        let question = DnsQuestion {
            name: "www.example.com",
            kind: Rtype::A,
            recursion: true,
        };
        // RFC 8484, 4.1.1: the same question, without padding.
        let expected = b"\0\0\x01\0\0\x01\0\0\0\0\0\0\x03www\x07example\x03com\0\0\x01\0\x01";
        assert_eq!(question.encode(0).expect("encodes"), expected);
    }

    #[test]
    fn an_invalid_answer_is_an_error() {
        let question = DnsQuestion {
            name: "a.example",
            kind: Rtype::A,
            recursion: false,
        };
        assert!(decode(&question.encode(7).expect("encodes")).is_err());
        assert!(decode(b"<html>").is_err());
    }

    #[test]
    fn no_such_name_is_cached_for_the_lower_of_two_times() {
        let name = |text: &str| Name::<Vec<u8>>::from_str(text).expect("a name");
        let mut message = MessageBuilder::new_vec();
        message.header_mut().set_qr(true);
        message.header_mut().set_rcode(Rcode::NXDOMAIN);
        let mut message = message.authority();
        let (minimum, ttl) = (Ttl::from_secs(60), Ttl::from_secs(1800));
        let soa = Soa::new(
            name("ns.example"),
            name("dns.example"),
            1.into(),
            ttl,
            ttl,
            ttl,
            minimum,
        );
        message.push((name("example"), ttl, soa)).expect("fits");
        let answer = decode(&message.finish()).expect("decodes");
        assert!(answer.no_such_name && !answer.authoritative);
        assert_eq!(answer.negative_ttl, Some(60));
    }
}
