//! Addresses of the public name, by the resolvers that phones use.

use std::net::IpAddr;

use domain::base::Rtype;

use super::super::{CheckResult, VerificationError};
use super::DnsAnswer;
use super::doh::{ResolverAnswer, Resolvers, ask_local};
use sidelink_core::{Diagnosis, LayerKind, PublicUrlFault};

/// The name's addresses, and the resolvers that returned them.
#[derive(Debug)]
pub(in crate::verification) struct Resolution {
    pub addresses: Vec<IpAddr>,
    resolvers: Vec<String>,
    /// Why some visitors cannot resolve the name.
    pub limited: Option<Diagnosis>,
}

impl Resolution {
    /// Asks all public resolvers concurrently. `lenient` accepts the answer of some of them, or of this network's
    /// resolver where no public one can be reached.
    pub(in crate::verification) async fn find(
        resolvers: &Resolvers,
        host: &str,
        lenient: bool,
    ) -> CheckResult<Self> {
        let mut found = Self {
            addresses: Vec::new(),
            resolvers: Vec::new(),
            limited: None,
        };
        let mut blocked = None;
        let mut is_empty = false;
        for ResolverAnswer { resolver, answer } in resolvers.ask(host, Rtype::A).await {
            match answer {
                Err(error) => blocked = blocked.or(Some(error.to_string())),
                Ok(answer) if answer.no_such_name => {
                    found.limited = Some(missing(Some(resolver), &answer));
                }
                Ok(answer) => {
                    is_empty |= answer.addresses.is_empty();
                    found.resolvers.push(resolver);
                    found.add(answer.addresses);
                }
            }
        }
        match (&found.limited, blocked) {
            (Some(reason), _) if found.resolvers.is_empty() || !lenient => {
                Err(dns_error(reason.clone()))
            }
            (None, Some(detail)) if found.resolvers.is_empty() => {
                found.by_local_dns(host, detail, lenient).await
            }
            _ if found.addresses.is_empty() && is_empty => found.ipv6(resolvers, host).await,
            _ => Ok(found),
        }
    }

    /// Returns `198.51.100.53 (cloudflare-dns.com, dns.google)`.
    pub(in crate::verification) fn describe(&self) -> String {
        let addresses: Vec<_> = self.addresses.iter().map(ToString::to_string).collect();
        let (addresses, resolvers) = (addresses.join(", "), self.resolvers.join(", "));
        format!("{addresses} ({resolvers})")
    }

    fn add(&mut self, addresses: Vec<IpAddr>) {
        for address in addresses {
            if !self.addresses.contains(&address) {
                self.addresses.push(address);
            }
        }
    }

    /// Asks this network's resolver where no public one can be reached, once the record must exist.
    async fn by_local_dns(
        mut self,
        host: &str,
        detail: String,
        lenient: bool,
    ) -> CheckResult<Self> {
        let blocked = Diagnosis::PublicUrl(PublicUrlFault::DohBlocked { detail });
        if !lenient {
            return Err(dns_error(blocked));
        }
        match ask_local(host, Rtype::A).await {
            Some(Ok(answer)) if answer.no_such_name => Err(dns_error(missing(None, &answer))),
            Some(Ok(answer)) if !answer.addresses.is_empty() => {
                self.resolvers.push("local DNS".to_owned());
                self.add(answer.addresses);
                self.limited = Some(blocked);
                Ok(self)
            }
            _ => Err(dns_error(blocked)),
        }
    }

    /// Asks for IPv6 addresses of a name that has no IPv4 address.
    async fn ipv6(mut self, resolvers: &Resolvers, host: &str) -> CheckResult<Self> {
        let found = resolvers.any(host, Rtype::AAAA).await;
        self.add(found.map(|answer| answer.addresses).unwrap_or_default());
        if self.addresses.is_empty() {
            let fault = PublicUrlFault::NotPublished;
            return Err(VerificationError::public_url(LayerKind::Dns, fault));
        }
        self.limited = Some(Diagnosis::PublicUrl(PublicUrlFault::Ipv6Only));
        Ok(self)
    }
}

fn missing(resolver: Option<String>, answer: &DnsAnswer) -> Diagnosis {
    Diagnosis::PublicUrl(PublicUrlFault::RecordMissing {
        resolver,
        until: answer.cached_until(),
    })
}

fn dns_error(reason: Diagnosis) -> VerificationError {
    VerificationError {
        layer: LayerKind::Dns,
        reason,
    }
}
