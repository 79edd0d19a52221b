//! The runtime config cache: `/runtime-config` as bytes, rendered once for each host name.
//!
//! `origin` and `livekitUrl` depend on the requested host. The hosts are few: the public name, this machine's loopback
//! names on one or two ports, its address on the local network, and the stack's containers. So every request but the first
//! one under a local name finds a rendered document.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use axum::http::HeaderValue;
use bytes::Bytes;
use serde::Serialize;

use crate::config::lan_host::is_lan_host;
use crate::config::loopback::is_loopback;
use crate::config::settings::Routes;
use crate::random::hex;
use crate::runtime::clock;
use sidelink_core::template::TemplateValues;
use sidelink_core::{Now, Phase, Snapshot};

/// Cached local hosts of one publication. A machine has few; a client may invent any number.
const MAX_LOCAL_HOSTS: usize = 16;

/// The epoch of this process. Revisions of two epochs cannot be compared, because the clock may have been set back.
static EPOCH: LazyLock<String> = LazyLock::new(|| hex(4).unwrap_or_default());

/// One rendered document.
#[derive(Clone, Debug)]
pub struct Document {
    /// The JSON.
    pub json: Bytes,
    /// `window.__RUNTIME_CONFIG__ = …`.
    pub script: Bytes,
    /// LiveKit's URL for this host; `None` without a verified name.
    pub livekit_url: Option<Box<str>>,
    /// A strong entity tag of epoch and revision; each host has a separate document.
    pub etag: HeaderValue,
}

/// A snapshot and its rendered documents.
#[derive(Debug)]
pub struct RuntimeConfigCache {
    /// The published snapshot.
    pub snapshot: Snapshot,
    /// The latest moment at which both clocks agreed.
    in_step: Mutex<Now>,
    routes: Routes,
    /// For every host but local ones.
    document: Arc<Document>,
    /// For local hosts, by `Host`.
    under_local_hosts: Mutex<Vec<(Box<str>, Arc<Document>)>>,
}

/// The JSON document. Every key is always present.
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
    media: MediaView,
    env: BTreeMap<&'a str, Option<String>>,
}

/// How far video reaches.
#[derive(Serialize)]
struct MediaView {
    grade: &'static str,
}

impl RuntimeConfigCache {
    /// Renders the document for the public name. Those for local hosts are rendered on request.
    pub fn render(snapshot: Snapshot, made: Now, routes: Routes) -> Arc<Self> {
        let origin = public_url(&snapshot);
        Arc::new(Self {
            document: Arc::new(render(&snapshot, origin, routes)),
            under_local_hosts: Mutex::default(),
            in_step: Mutex::new(made),
            snapshot,
            routes,
        })
    }

    /// Reports whether the document is current: its verification has not expired, and the machine was not suspended since.
    ///
    /// Clocks drift apart by seconds over hours, so each call is compared with the one before.
    pub fn holds(&self, now: Now) -> bool {
        let expired = self.snapshot.expires_at.is_some_and(|at| now.unix_ms >= at);
        self.snapshot.phase != Phase::Ready || !(expired || self.was_suspended(now))
    }

    /// Records that nothing has changed until now.
    pub fn still_holds(&self, now: Now) {
        *self.in_step.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    fn was_suspended(&self, now: Now) -> bool {
        let mut in_step = self.in_step.lock().unwrap_or_else(PoisonError::into_inner);
        let suspended = in_step.jumped(now);
        if !suspended && now.mono > in_step.mono {
            *in_step = now;
        }
        suspended
    }

    /// Returns the document for this `Host`, under which the listener serves it.
    pub fn document(&self, host: &str) -> Arc<Document> {
        if !is_loopback(host) && !is_lan_host(host) {
            return Arc::clone(&self.document);
        }
        let mut known = self
            .under_local_hosts
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let same = |(known, _): &&(Box<str>, _)| known.eq_ignore_ascii_case(host);
        if let Some((_, document)) = known.iter().find(same) {
            return Arc::clone(document);
        }
        let host = host.to_ascii_lowercase();
        let origin = format!("http://{host}");
        let document = Arc::new(render(&self.snapshot, Some(origin), self.routes));
        if known.len() < MAX_LOCAL_HOSTS {
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
        media: MediaView {
            grade: snapshot.media.as_str(),
        },
        env: snapshot
            .template
            .as_ref()
            .map(|template| template.render(values))
            .unwrap_or_default(),
    };
    let json = serde_json::to_string(&config).expect("strings and numbers always serialise");
    // U+2028 and U+2029 are valid in scripts since ES2019; `<` matters in inline scripts only.
    let script = format!("window.__RUNTIME_CONFIG__ = {json};\n");
    let etag = format!("\"{}-{}\"", *EPOCH, snapshot.revision);
    Document {
        json: Bytes::from(json),
        script: Bytes::from(script),
        livekit_url: livekit_url.map(Into::into),
        etag: HeaderValue::try_from(etag).expect("hexadecimal digits"),
    }
}
