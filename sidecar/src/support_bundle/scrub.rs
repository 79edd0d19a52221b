//! Takes out of a text what must not leave this machine: what is known to be secret, and what looks like it.
//! Rather a word too many than one too few: a bug report stays readable without them.

mod runs;
mod shapes;

use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use runs::replace_runs;

const SECRET: &str = "<secret>";
const LINK: &str = "<link>";

/// Shorter ones would be found in every other word; those that `init` makes are far longer.
const SHORTEST: usize = 4;

/// Knows what to take out. The same address is the same number in every text.
#[derive(Default)]
pub struct Scrub {
    secrets: Vec<String>,
    hosts: Vec<String>,
    addresses: Vec<IpAddr>,
}

impl Scrub {
    /// `folder` holds a file for each secret; one that cannot be read is nothing that could be shown.
    pub fn new(folder: &Path, hosts: Vec<String>) -> Self {
        let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut secrets: Vec<_> = files
            .filter_map(|file| std::fs::read_to_string(file.path()).ok())
            .map(|text| text.trim().to_owned())
            .filter(|text| text.len() >= SHORTEST)
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
            hosts: hosts.filter(|host| host.len() >= SHORTEST).collect(),
            addresses: Vec::new(),
        }
    }

    /// Without all of it.
    pub fn text(&mut self, text: &str) -> String {
        let mut text = self.known(text);
        for pass in shapes::PASSES {
            text = pass(&text);
        }
        self.without_addresses(&text)
    }

    /// The same of a log, where names are people's and rooms'.
    pub fn log(&mut self, text: &str) -> String {
        self.text(&shapes::people(text))
    }

    /// No known secret and no known host is in it.
    pub fn is_clean(&self, text: &str) -> bool {
        let lower = text.to_lowercase();
        let secret = |secret: &String| lower.contains(&secret.to_lowercase());
        !self.secrets.iter().any(secret) && !self.hosts.iter().any(|host| lower.contains(host))
    }

    fn known(&self, text: &str) -> String {
        let mut text = text.to_owned();
        let secrets = self.secrets.iter().map(|secret| (secret, SECRET));
        let hosts = self.hosts.iter().map(|host| (host, LINK));
        for (known, placeholder) in secrets.chain(hosts) {
            text = runs::replace_ignoring_case(&text, known, placeholder);
        }
        text
    }

    /// Visitors' addresses cannot be told from others, so all go but this machine's own names for itself.
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

    /// `<ip-1>`; `None` for what every machine calls itself.
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

impl std::fmt::Debug for Scrub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scrub").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
