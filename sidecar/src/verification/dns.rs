//! Questions and answers of DNS, as far as a proof needs them.

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

/// What every path carries (RFC 9715); answers to our questions are far smaller.
const MAX_ANSWER: usize = 1232;
/// Questions over UDP get lost: one is asked again after this.
const RESEND: Duration = Duration::from_millis(300);

/// A question for one name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question<'a> {
    /// Without the final dot.
    pub name: &'a str,
    pub kind: Rtype,
    /// Asks the server to find out for us. Without it a server says only what it knows itself.
    pub recursion: bool,
}

/// What a server said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    /// There is no such name.
    pub no_such_name: bool,
    /// Said by the zone's own server, and by no resolver in between.
    pub authoritative: bool,
    /// In the order given.
    pub addresses: Vec<IpAddr>,
    /// Of `NS` records, without the final dot.
    pub servers: Vec<String>,
    /// Seconds for which "no such name" is remembered.
    pub remembered: Option<u32>,
}

impl Question<'_> {
    /// In wire format; `id` is 0 over HTTPS, so that equal questions are equal requests (RFC 8484).
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

    /// Asks over UDP, once more when nothing comes, until the time is over.
    pub(super) async fn ask(&self, server: SocketAddr, limit: Duration) -> Result<Answer> {
        let any: SocketAddr = if server.is_ipv4() {
            ([0, 0, 0, 0], 0).into()
        } else {
            ([0_u16; 8], 0).into()
        };
        let socket = UdpSocket::bind(any).await?;
        // Connected: the kernel drops what others send.
        socket.connect(server).await?;
        let mut random = [0; 2];
        getrandom::fill(&mut random)?;
        let id = u16::from_ne_bytes(random);
        let question = self.encode(id)?;
        let end = Instant::now() + limit;
        let mut buffer = [0; MAX_ANSWER];
        while Instant::now() < end {
            socket.send(&question).await?;
            let until = end.min(Instant::now() + RESEND);
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

impl Answer {
    /// Unix milliseconds to the minute: how long "no such name" is remembered.
    pub(super) fn remembered_until(&self) -> Option<u64> {
        let until = unix_ms() + u64::from(self.remembered?) * 1000;
        Some(until.next_multiple_of(60_000))
    }
}

/// Reads an answer; an error for anything that neither gives records nor denies them.
pub(super) fn decode(bytes: &[u8]) -> Result<Answer> {
    let message = Message::from_octets(bytes).context("too short for DNS")?;
    let header = message.header();
    ensure!(header.qr(), "not an answer");
    let mut answer = Answer {
        no_such_name: header.rcode() == Rcode::NXDOMAIN,
        authoritative: header.aa() && !header.ra(),
        ..Answer::default()
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
        // RFC 2308: the lesser of the two.
        let remembered = record.ttl().min(record.data().minimum());
        answer.remembered = Some(remembered.as_secs());
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::base::Ttl;

    #[test]
    fn a_question_goes_over_https_as_the_standard_has_it() {
        let question = Question {
            name: "www.example.com",
            kind: Rtype::A,
            recursion: true,
        };
        // RFC 8484, 4.1.1: the same question, without padding.
        let expected = b"\0\0\x01\0\0\x01\0\0\0\0\0\0\x03www\x07example\x03com\0\0\x01\0\x01";
        assert_eq!(question.encode(0).expect("encodes"), expected);
    }

    #[test]
    fn what_is_no_answer_is_an_error() {
        let question = Question {
            name: "a.example",
            kind: Rtype::A,
            recursion: false,
        };
        assert!(decode(&question.encode(7).expect("encodes")).is_err());
        assert!(decode(b"<html>").is_err());
    }

    #[test]
    fn no_such_name_is_remembered_for_the_lesser_of_two_times() {
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
        assert_eq!(answer.remembered, Some(60));
    }
}
