//! The template of the runtime config's `env`.

use std::collections::BTreeMap;

/// The values of the variables; `None` where one is not known now.
#[derive(Clone, Copy, Debug, Default)]
pub struct TemplateValues<'a> {
    /// Origin of the page that asks.
    pub origin: Option<&'a str>,
    /// LiveKit's URL at that origin.
    pub livekit_url: Option<&'a str>,
    /// The verified public URL.
    pub public_url: Option<&'a str>,
    /// This installation's id.
    pub instance: Option<&'a str>,
}

/// The entries of `config/sidelink.yaml` by name, each value in pieces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template(pub BTreeMap<String, Vec<Piece>>);

/// A part of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Literal text.
    Text(String),
    /// A variable that is filled in.
    Variable(Variable),
}

/// A variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variable {
    /// [`TemplateValues::origin`]
    Origin,
    /// [`TemplateValues::livekit_url`]
    LivekitUrl,
    /// [`TemplateValues::public_url`]
    PublicUrl,
    /// [`TemplateValues::instance`]
    Instance,
}

impl Template {
    /// Returns every entry with its value; `None` where a variable in it is not known.
    pub fn render(&self, values: TemplateValues<'_>) -> BTreeMap<&str, Option<String>> {
        self.0
            .iter()
            .map(|(key, pieces)| (key.as_str(), render(pieces, values)))
            .collect()
    }
}

fn render(pieces: &[Piece], values: TemplateValues<'_>) -> Option<String> {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => Some(text.as_str()),
            Piece::Variable(Variable::Origin) => values.origin,
            Piece::Variable(Variable::LivekitUrl) => values.livekit_url,
            Piece::Variable(Variable::PublicUrl) => values.public_url,
            Piece::Variable(Variable::Instance) => values.instance,
        })
        .collect()
}
