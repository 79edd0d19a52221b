//! The table: one row an error, by where it comes from. `docs/diagnoses.md` is made of it.

mod app;
mod docker;
mod edge;
mod link;
mod livekit;
mod ngrok;
mod notices;
mod parts;
mod state;
mod tunnel;

use crate::{CatalogEntry, Text};

/// Where there is nothing to do.
const NOTHING: Text = ["", ""];

/// Parts of the table, each with its heading in the documentation.
pub(crate) const PARTS: &[(&str, &[CatalogEntry])] = &[
    ("States of a part", state::ROWS),
    ("Docker and its containers", docker::ROWS),
    ("The tunnel and cloudflared", tunnel::ROWS),
    ("ngrok", ngrok::ROWS),
    ("The link: what its edge answers", edge::ROWS),
    ("The link: names, certificates, networks", link::ROWS),
    ("LiveKit", livekit::ROWS),
    ("The app's page", app::ROWS),
    ("Redis, Icecast, Caddy, the app", parts::ROWS),
    ("Notices: met in passing", notices::ROWS),
];

/// All of them.
pub(crate) fn entries() -> impl Iterator<Item = &'static CatalogEntry> {
    PARTS.iter().flat_map(|(_, rows)| *rows)
}

const fn entry(code: &'static str, what: Text, next: Text) -> CatalogEntry {
    CatalogEntry {
        code,
        what,
        next: if next[0].is_empty() { None } else { Some(next) },
    }
}
