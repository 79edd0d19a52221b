//! Every error that is known, as data: one table of rows, and recognisers that lead to them.
//!
//! An answer, a log line or an engine's text goes into a recogniser and a [`Reason`](crate::reason::Reason)
//! comes out; what people read of it stands in the table and nowhere else. Nothing here asks anybody anything.

pub(crate) mod answer;
pub(crate) mod edge;
pub(crate) mod engine;
pub(crate) mod host_ip;
pub(crate) mod log;
pub(crate) mod ngrok;
mod scrub;
mod table;
#[cfg(test)]
mod tests;
pub(crate) mod tls;
mod watch_host;

pub use scrub::{quoted, scrub};

use crate::lang::Lang;

/// What can be done about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// No error: something is awaited.
    None,
    /// Passes by itself, or with time.
    Temporary,
    /// A new start of the part may help.
    Restart,
    /// Somebody has to change something in the stack, on this machine or on its network.
    Configuration,
    /// Will be refused again for ever: never tried again by itself.
    Permanent,
}

impl Class {
    /// As the wire and the documentation have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Temporary => "temporary",
            Self::Restart => "restart",
            Self::Configuration => "configuration",
            Self::Permanent => "permanent",
        }
    }
}

/// A sentence in English and in Brazilian Portuguese.
///
/// `{name}` is an argument; what stands in `[…]` is left out where an argument in it is empty.
pub(crate) type Text = [&'static str; 2];

/// One error.
#[derive(Debug)]
pub struct Row {
    /// Stable, for programs.
    pub code: &'static str,
    /// What can be done about it.
    pub class: Class,
    /// The provider's limit is used up: another tunnel may still work.
    pub is_limit: bool,
    /// What it is, and what it means for the link.
    what: Text,
    /// What a person does next.
    next: Option<Text>,
}

/// A value for each `{name}`.
pub(crate) type Arguments = Vec<(&'static str, String)>;

impl Row {
    /// What it is.
    pub(crate) fn message(&self, lang: Lang, arguments: &Arguments) -> String {
        fill(pick(self.what, lang), arguments)
    }

    /// What a person does next.
    pub(crate) fn next(&self, lang: Lang, arguments: &Arguments) -> Option<String> {
        self.next.map(|next| fill(pick(next, lang), arguments))
    }
}

/// The row of this code.
pub fn row(code: &str) -> Option<&'static Row> {
    table::rows().find(|row| row.code == code)
}

fn pick([en, pt]: Text, lang: Lang) -> &'static str {
    lang.pick(en, pt)
}

/// Values are put in as they are: a brace or bracket in one means nothing.
fn fill(template: &str, arguments: &Arguments) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('[') {
        let (optional, after) = after.split_once(']').unwrap_or((after, ""));
        out.push_str(&filled(before, arguments).0);
        let (text, whole) = filled(optional, arguments);
        if whole {
            out.push_str(&text);
        }
        rest = after;
    }
    out.push_str(&filled(rest, arguments).0);
    out
}

/// And whether no value was empty.
fn filled(part: &str, arguments: &Arguments) -> (String, bool) {
    let (mut out, mut whole, mut rest) = (String::new(), true, part);
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        let value = arguments.iter().find(|(key, _)| *key == name);
        let value = value.map_or("", |(_, value)| value);
        whole &= !value.is_empty();
        out.push_str(before);
        out.push_str(value);
        rest = after;
    }
    out.push_str(rest);
    (out, whole)
}
