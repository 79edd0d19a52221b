//! Every diagnosis that Sidelink knows: how it is recognized, and its text for users.
//!
//! A recognizer turns an answer, a log line or an error of Docker into a [`Diagnosis`](sidelink_core::Diagnosis). The
//! catalog has its message and its next step in two languages. Nothing here does input or output.

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

/// A text in English and in Brazilian Portuguese.
///
/// `{name}` is an argument. A part in `[…]` is left out when an argument in it is empty.
pub(crate) type Text = [&'static str; 2];

/// The texts of one diagnosis.
#[derive(Debug)]
pub struct CatalogEntry {
    /// Stable code, for programs.
    pub code: &'static str,
    /// What is wrong, and what it means for visitors.
    message: Text,
    /// What the operator does next.
    next: Option<Text>,
}

/// The value of each `{name}`.
pub(crate) type Arguments = Vec<(&'static str, String)>;

impl CatalogEntry {
    /// Returns what is wrong.
    pub fn message(&self, lang: Lang, arguments: &Arguments) -> String {
        fill(pick(self.message, lang), arguments)
    }

    /// Returns what the operator does next.
    pub fn next(&self, lang: Lang, arguments: &Arguments) -> Option<String> {
        self.next.map(|next| fill(pick(next, lang), arguments))
    }
}

/// Returns the catalog's entry of a code.
pub fn entry(code: &str) -> Option<&'static CatalogEntry> {
    catalog::entries().find(|entry| entry.code == code)
}

fn pick([en, pt]: Text, lang: Lang) -> &'static str {
    lang.pick(en, pt)
}

/// Fills in the values, without interpreting braces or brackets in them.
fn fill(template: &str, arguments: &Arguments) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('[') {
        let (optional, after) = after.split_once(']').unwrap_or((after, ""));
        out.push_str(&fill_part(before, arguments).0);
        let (text, complete) = fill_part(optional, arguments);
        if complete {
            out.push_str(&text);
        }
        rest = after;
    }
    out.push_str(&fill_part(rest, arguments).0);
    out
}

/// Fills in a part without brackets; also returns whether no value was empty.
fn fill_part(part: &str, arguments: &Arguments) -> (String, bool) {
    let (mut out, mut complete, mut rest) = (String::new(), true, part);
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        let value = arguments.iter().find(|(key, _)| *key == name);
        let value = value.map_or("", |(_, value)| value);
        complete &= !value.is_empty();
        out.push_str(before);
        out.push_str(value);
        rest = after;
    }
    out.push_str(rest);
    (out, complete)
}
