//! What the app's pages get as `env`, with the variables that are filled in when a document is rendered.

use std::collections::BTreeMap;

/// What a variable stands for when a document is rendered. `None`: not known now.
#[derive(Clone, Copy, Debug, Default)]
pub struct Values<'a> {
    /// Where the page that asks came from.
    pub origin: Option<&'a str>,
    /// LiveKit under that origin.
    pub livekit_url: Option<&'a str>,
    /// The verified public address.
    pub public_url: Option<&'a str>,
    /// This installation's id.
    pub instance: Option<&'a str>,
}

/// The variables of `config/sidelink.yaml` by name, each value in pieces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template(pub BTreeMap<String, Vec<Piece>>);

/// A part of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Stands as it is.
    Text(String),
    /// Is filled in.
    Variable(Variable),
}

/// What can be filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variable {
    /// [`Values::origin`]
    Origin,
    /// [`Values::livekit_url`]
    LivekitUrl,
    /// [`Values::public_url`]
    PublicUrl,
    /// [`Values::instance`]
    Instance,
}

impl Template {
    /// Returns every entry with its value; `None` where a variable in it is not known.
    pub fn render(&self, values: Values<'_>) -> BTreeMap<&str, Option<String>> {
        self.0
            .iter()
            .map(|(key, pieces)| (key.as_str(), render(pieces, values)))
            .collect()
    }
}

fn render(pieces: &[Piece], values: Values<'_>) -> Option<String> {
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
