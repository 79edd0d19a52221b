//! `/runtime-config` as bytes, rendered once for everybody who may ask.
//!
//! `origin` and `livekitUrl` fit whoever asks, and the askers are few: the public name, this machine under its
//! loopback names, each on one or two ports, and the stack's own containers. So a request finds its answer made, but
//! for the first one under a loopback name.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use axum::http::HeaderValue;
use bytes::Bytes;
use serde::Serialize;

use crate::config::loopback::is_loopback;
use crate::config::settings::Routes;
use crate::random::hex;
use crate::runtime::clock;
use sidelink_core::template::TemplateValues;
use sidelink_core::{Now, Phase, Snapshot};

/// Loopback names and ports that are remembered for each publication: a machine has few, and a client may invent more.
const LOOPBACKS: usize = 16;

/// Of this process. Revisions of two epochs cannot be compared, because a clock may have been set back between them.
static EPOCH: LazyLock<String> = LazyLock::new(|| hex(4).unwrap_or_default());

/// One rendered answer.
#[derive(Clone, Debug)]
pub struct Document {
    /// The JSON.
    pub json: Bytes,
    /// `window.__RUNTIME_CONFIG__ = …`.
    pub script: Bytes,
    /// LiveKit for whoever asks so; `None` without a verified name.
    pub livekit_url: Option<Box<str>>,
    /// Strong: epoch and revision, since each host has its own document.
    pub etag: HeaderValue,
}

/// What is true now, with every answer that follows from it.
#[derive(Debug)]
pub struct RuntimeConfigCache {
    /// What is true now.
    pub snapshot: Snapshot,
    /// Until when the clocks are known to have gone together since it was made.
    awake: Mutex<Now>,
    routes: Routes,
    /// For everybody who asks under another name than a loopback one.
    document: Arc<Document>,
    /// By `Host`.
    on_loopback: Mutex<Vec<(Box<str>, Arc<Document>)>>,
}

/// The document as it goes over the wire. Every key is always there.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RuntimeConfig<'a> {
    revision: u64,
    epoch: &'a str,
    instance: &'a str,
    phase: &'static str,
    public_url: Option<&'a str>,
    origin: Option<&'a str>,
    livekit_url: Option<&'a str>,
    verified_at: Option<String>,
    media: Media,
    env: BTreeMap<&'a str, Option<String>>,
}

/// How far video reaches.
#[derive(Serialize)]
struct Media {
    grade: &'static str,
}

impl RuntimeConfigCache {
    /// Renders the answer for the public name; those for this machine follow when they are asked for.
    pub fn render(snapshot: Snapshot, made: Now, routes: Routes) -> Arc<Self> {
        let origin = public_url(&snapshot);
        Arc::new(Self {
            document: Arc::new(render(&snapshot, origin, routes)),
            on_loopback: Mutex::default(),
            awake: Mutex::new(made),
            snapshot,
            routes,
        })
    }

    /// It may still be handed out: its proof has not expired, and the machine has not slept since.
    ///
    /// Clocks drift apart by seconds over hours: so each look is compared with the one before.
    pub fn holds(&self, now: Now) -> bool {
        let expired = self.snapshot.expires_at.is_some_and(|at| now.unix_ms >= at);
        self.snapshot.phase != Phase::Ready || !(expired || self.has_slept(now))
    }

    /// Nothing of it has changed until now.
    pub fn still_holds(&self, now: Now) {
        *self.awake.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    fn has_slept(&self, now: Now) -> bool {
        let mut awake = self.awake.lock().unwrap_or_else(PoisonError::into_inner);
        let slept = awake.jumped(now);
        if !slept && now.mono > awake.mono {
            *awake = now;
        }
        slept
    }

    /// The answer for whoever asks under this `Host`.
    pub fn document(&self, host: &str) -> Arc<Document> {
        if !is_loopback(host) {
            return Arc::clone(&self.document);
        }
        let mut known = self
            .on_loopback
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let same = |(known, _): &&(Box<str>, _)| known.eq_ignore_ascii_case(host);
        if let Some((_, document)) = known.iter().find(same) {
            return Arc::clone(document);
        }
        let host = host.to_ascii_lowercase();
        let origin = format!("http://{host}");
        let document = Arc::new(render(&self.snapshot, Some(origin), self.routes));
        if known.len() < LOOPBACKS {
            known.push((host.into(), Arc::clone(&document)));
        }
        document
    }
}

fn public_url(snapshot: &Snapshot) -> Option<String> {
    let host = snapshot.public_host.as_ref();
    host.map(|host| format!("https://{host}"))
}

fn render(snapshot: &Snapshot, origin: Option<String>, routes: Routes) -> Document {
    let public_url = public_url(snapshot);
    let public_url = public_url.as_deref();
    // A LiveKit client adds `/rtc` to it.
    let livekit = |origin: &String| origin.replacen("http", "ws", 1) + routes.prefix();
    let livekit_url = origin.as_ref().map(livekit);
    let values = TemplateValues {
        origin: origin.as_deref(),
        livekit_url: livekit_url.as_deref(),
        public_url,
        instance: Some(&snapshot.instance),
    };
    let config = RuntimeConfig {
        revision: snapshot.revision,
        epoch: &EPOCH,
        instance: &snapshot.instance,
        phase: snapshot.phase.as_str(),
        public_url,
        origin: origin.as_deref(),
        livekit_url: livekit_url.as_deref(),
        verified_at: snapshot.verified_at.map(clock::rfc3339),
        media: Media {
            grade: snapshot.media.as_str(),
        },
        env: snapshot
            .template
            .as_ref()
            .map(|template| template.render(values))
            .unwrap_or_default(),
    };
    let json = serde_json::to_string(&config).expect("strings and numbers always serialise");
    // U+2028 and U+2029 are fine in JSON and in scripts since ES2019; `<` only matters inline.
    let script = format!("window.__RUNTIME_CONFIG__ = {json};\n");
    let etag = format!("\"{}-{}\"", *EPOCH, snapshot.revision);
    Document {
        json: Bytes::from(json),
        script: Bytes::from(script),
        livekit_url: livekit_url.map(Into::into),
        etag: HeaderValue::try_from(etag).expect("hexadecimal digits"),
    }
}
