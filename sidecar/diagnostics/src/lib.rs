//! Every error that Sidelink knows: what recognizes it in answers, logs and Docker's words, and what people read of it.
//!
//! A recognizer turns an answer, a log line or an engine's text into a [`Diagnosis`](sidelink_core::Diagnosis). The
//! catalog has its sentence and its next step in two languages. Nothing here asks another process anything.

mod activity;
mod catalog;
mod lang;
mod message;
mod params;
pub mod recognize;
mod redaction;
mod shorten;
#[cfg(test)]
mod tests;
mod time;
mod visible;
mod waiting;

pub use lang::Lang;
pub use message::{DiagnosisView, Explain, Message};
pub use redaction::{Redactor, quoted, redact};
pub use shorten::shorten;
pub use time::rfc3339;
pub use visible::is_visible;
pub use waiting::{awaited, waiting};

/// A sentence in English and in Brazilian Portuguese.
///
/// `{name}` is an argument; what stands in `[…]` is left out where an argument in it is empty.
pub(crate) type Text = [&'static str; 2];

/// One error.
#[derive(Debug)]
pub struct CatalogEntry {
    /// Stable, for programs.
    pub code: &'static str,
    /// What it is, and what it means for the link.
    what: Text,
    /// What a person does next.
    next: Option<Text>,
}

/// A value for each `{name}`.
pub(crate) type Arguments = Vec<(&'static str, String)>;

impl CatalogEntry {
    /// What it is.
    pub fn message(&self, lang: Lang, arguments: &Arguments) -> String {
        fill(pick(self.what, lang), arguments)
    }

    /// What a person does next.
    pub fn next(&self, lang: Lang, arguments: &Arguments) -> Option<String> {
        self.next.map(|next| fill(pick(next, lang), arguments))
    }
}

/// The row of this code.
pub fn entry(code: &str) -> Option<&'static CatalogEntry> {
    catalog::entries().find(|row| row.code == code)
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
