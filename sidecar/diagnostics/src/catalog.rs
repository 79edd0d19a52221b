//! The catalog of all diagnoses, by subject. `docs/diagnoses.md` is generated from it.

mod app;
mod docker;
mod edge;
mod livekit;
mod network;
mod ngrok;
mod notices;
mod services;
mod state;
mod tunnel;
mod turn;

use crate::{CatalogEntry, Text};

/// No next step.
const NOTHING: Text = ["", ""];

/// Sections of the catalog, each with its heading in the documentation.
pub(crate) const SECTIONS: &[(&str, &[CatalogEntry])] = &[
    ("Service states", state::ENTRIES),
    ("Docker and containers", docker::ENTRIES),
    ("Tunnels and cloudflared", tunnel::ENTRIES),
    ("ngrok", ngrok::ENTRIES),
    ("Public URL: the edge", edge::ENTRIES),
    (
        "Public URL: DNS, certificates and networks",
        network::ENTRIES,
    ),
    ("LiveKit", livekit::ENTRIES),
    ("TURN", turn::ENTRIES),
    ("The app's page", app::ENTRIES),
    ("Redis, Icecast, Caddy and Node apps", services::ENTRIES),
    ("Notices", notices::ENTRIES),
];

/// Returns all entries.
pub(crate) fn entries() -> impl Iterator<Item = &'static CatalogEntry> {
    SECTIONS.iter().flat_map(|(_, entries)| *entries)
}

const fn entry(code: &'static str, message: Text, next: Text) -> CatalogEntry {
    CatalogEntry {
        code,
        message,
        next: if next[0].is_empty() { None } else { Some(next) },
    }
}
