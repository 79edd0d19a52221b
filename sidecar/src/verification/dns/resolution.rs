//! Where the name leads, by those whom phones ask.

use std::net::IpAddr;

use domain::base::Rtype;

use super::super::{Step, Trouble};
use super::Answer;
use super::doh::{Resolvers, Said, ask_here};
use sidelink_core::LayerKind;
use sidelink_core::{Diagnosis, PublicUrlFault};

/// The addresses, and who gave them.
#[derive(Debug)]
pub(in crate::verification) struct Names {
    pub addresses: Vec<IpAddr>,
    by: Vec<String>,
    /// Not everybody finds the name.
    pub limited: Option<Diagnosis>,
}

impl Names {
    /// Asks the public resolvers, all at once. `lenient` takes the word of some of them, or of this
    /// network's own resolver where none can be asked.
    pub(in crate::verification) async fn find(
        resolvers: &Resolvers,
        host: &str,
        lenient: bool,
    ) -> Step<Self> {
        let mut names = Self {
            addresses: Vec::new(),
            by: Vec::new(),
            limited: None,
        };
        let mut blocked = None;
        let mut nothing = false;
        for Said { resolver, answer } in resolvers.ask(host, Rtype::A).await {
            match answer {
                Err(error) => blocked = blocked.or(Some(error.to_string())),
                Ok(answer) if answer.no_such_name => {
                    names.limited = Some(missing(Some(resolver), &answer));
                }
                Ok(answer) => {
                    nothing |= answer.addresses.is_empty();
                    names.by.push(resolver);
                    names.add(answer.addresses);
                }
            }
        }
        match (&names.limited, blocked) {
            (Some(reason), _) if names.by.is_empty() || !lenient => Err(trouble(reason.clone())),
            (None, Some(detail)) if names.by.is_empty() => {
                names.by_this_network(host, detail, lenient).await
            }
            _ if names.addresses.is_empty() && nothing => names.ipv6(resolvers, host).await,
            _ => Ok(names),
        }
    }

    /// `198.51.100.53 (cloudflare-dns.com, dns.google)`
    pub(in crate::verification) fn told(&self) -> String {
        let addresses: Vec<_> = self.addresses.iter().map(ToString::to_string).collect();
        format!("{} ({})", addresses.join(", "), self.by.join(", "))
    }

    fn add(&mut self, addresses: Vec<IpAddr>) {
        for address in addresses {
            if !self.addresses.contains(&address) {
                self.addresses.push(address);
            }
        }
    }

    /// No public resolver can be asked: this network's own may, once the record must be there.
    async fn by_this_network(mut self, host: &str, detail: String, lenient: bool) -> Step<Self> {
        let blocked = Diagnosis::PublicUrl(PublicUrlFault::DohBlocked { detail });
        if !lenient {
            return Err(trouble(blocked));
        }
        match ask_here(host, Rtype::A).await {
            Some(Ok(answer)) if answer.no_such_name => Err(trouble(missing(None, &answer))),
            Some(Ok(answer)) if !answer.addresses.is_empty() => {
                self.by.push("local DNS".to_owned());
                self.add(answer.addresses);
                self.limited = Some(blocked);
                Ok(self)
            }
            _ => Err(trouble(blocked)),
        }
    }

    /// The name exists and has no IPv4 address.
    async fn ipv6(mut self, resolvers: &Resolvers, host: &str) -> Step<Self> {
        let found = resolvers.any(host, Rtype::AAAA).await;
        self.add(found.map(|answer| answer.addresses).unwrap_or_default());
        let only = Diagnosis::PublicUrl(PublicUrlFault::Ipv6Only);
        if self.addresses.is_empty() {
            return Err(trouble(Diagnosis::PublicUrl(PublicUrlFault::NotPublished)));
        }
        self.limited = Some(only);
        Ok(self)
    }
}

fn missing(resolver: Option<String>, answer: &Answer) -> Diagnosis {
    Diagnosis::PublicUrl(PublicUrlFault::RecordMissing {
        resolver,
        until: answer.remembered_until(),
    })
}

fn trouble(reason: Diagnosis) -> Trouble {
    Trouble {
        at: LayerKind::Dns,
        reason,
    }
}
