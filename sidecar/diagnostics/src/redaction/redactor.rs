//! Redacts a report before it leaves this machine: known secrets, secrets by their shape, links, persons, addresses.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use super::runs::{replace_ignoring_case, replace_runs};
use super::shapes::{LINK, REPORT, persons};

/// Shortest known secret or host, in bytes: a shorter one would be found in every other word.
const MIN_KNOWN: usize = 4;

/// Redacts the texts of one report. The same address gets the same number in each of them.
#[derive(Default)]
pub struct Redactor {
    secrets: Vec<String>,
    hosts: Vec<String>,
    addresses: Vec<IpAddr>,
}

impl Redactor {
    /// Creates one for the secrets in `folder`, one in each file, and for these public host names. A file that cannot be
    /// read cannot be shown either.
    pub fn new(folder: &Path, hosts: Vec<String>) -> Self {
        let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut secrets: Vec<_> = files
            .filter_map(|file| std::fs::read_to_string(file.path()).ok())
            .map(|text| text.trim().to_owned())
            .filter(|text| text.len() >= MIN_KNOWN)
            .collect();
        // One may be a part of another.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        let name = |host: String| {
            let name = host.split("://").last().unwrap_or_default();
            name.split('/').next().unwrap_or_default().to_lowercase()
        };
        let hosts = hosts.into_iter().map(name);
        Self {
            secrets,
            hosts: hosts.filter(|host| host.len() >= MIN_KNOWN).collect(),
            addresses: Vec::new(),
        }
    }

    /// Returns the redacted text.
    pub fn text(&mut self, text: &str) -> String {
        let text = REPORT.redact(&self.without_known(text));
        self.without_addresses(&text)
    }

    /// Returns the redacted log, in which names are persons' and rooms'.
    pub fn log(&mut self, text: &str) -> String {
        self.text(&persons(text))
    }

    /// Reports whether the text has no known secret and no known host.
    pub fn is_clean(&self, text: &str) -> bool {
        let lower = text.to_lowercase();
        let secret = |secret: &String| lower.contains(&secret.to_lowercase());
        !self.secrets.iter().any(secret) && !self.hosts.iter().any(|host| lower.contains(host))
    }

    fn without_known(&self, text: &str) -> String {
        let secrets = self.secrets.iter().map(|secret| (secret, REPORT.secret));
        let hosts = self.hosts.iter().map(|host| (host, LINK));
        secrets
            .chain(hosts)
            .fold(text.to_owned(), |text, (known, placeholder)| {
                replace_ignoring_case(&text, known, placeholder)
            })
    }

    /// Visitors' addresses look like any other, so all but loopback and unspecified ones are numbered.
    fn without_addresses(&mut self, text: &str) -> String {
        let part = |c: char| c.is_ascii_alphanumeric() || c == ':' || c == '.';
        replace_runs(text, part, |run| self.address(run))
    }

    fn address(&mut self, run: &str) -> Option<String> {
        let bare = run.trim_matches(['.', ':']);
        if let Ok(address) = bare.parse::<SocketAddr>() {
            let name = self.number(address.ip())?;
            return Some(run.replace(&address.ip().to_string(), &name));
        }
        // `::1` loses its colons above.
        for whole in [run, run.trim_end_matches(['.', ':']), bare] {
            if let Ok(address) = whole.parse() {
                return Some(run.replace(whole, &self.number(address)?));
            }
        }
        // `peer:2001:db8::1`, `peer:203.0.113.7:51820`
        let (first, rest) = run.split_once(':')?;
        match (self.address(first), self.address(rest)) {
            (None, None) => None,
            (a, b) => Some(format!(
                "{}:{}",
                a.as_deref().unwrap_or(first),
                b.as_deref().unwrap_or(rest)
            )),
        }
    }

    /// Returns `<ip-1>`; `None` for an address that every machine has.
    fn number(&mut self, address: IpAddr) -> Option<String> {
        if address.is_loopback() || address.is_unspecified() {
            return None;
        }
        let known = self.addresses.iter().position(|known| *known == address);
        let at = known.unwrap_or_else(|| {
            self.addresses.push(address);
            self.addresses.len() - 1
        });
        Some(format!("<ip-{}>", at + 1))
    }
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redactor").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
