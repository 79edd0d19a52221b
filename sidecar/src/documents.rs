//! `/runtime-config` as bytes, rendered once for everybody who may ask.
//!
//! `origin` and `livekitUrl` fit whoever asks, and the askers are few: the public name, this machine under its
//! loopback names, each on one or two ports, and the stack's own containers. So a request finds its answer made, but
//! for the first one under a loopback name.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use axum::http::HeaderValue;
use bytes::Bytes;
use serde::Serialize;

use crate::clock;
use crate::loopback::is_loopback;
use crate::model::{Now, Phase, Snapshot};
use crate::random::hex;
use crate::settings::Routes;
use crate::template::Values;

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
    /// LiveKit for whoever asks so; `None` without a proven name.
    pub livekit_url: Option<Box<str>>,
    /// Strong: epoch and revision, since each host has its own document.
    pub etag: HeaderValue,
}

/// What is true now, with every answer that follows from it.
#[derive(Debug)]
pub struct Published {
    /// What is true now.
    pub snapshot: Snapshot,
    /// Until when the clocks are known to have gone together since it was made.
    awake: Mutex<Now>,
    routes: Routes,
    /// For everybody who asks under another name than a loopback one.
    document: Arc<Document>,
    /// By `Host`.
    on_loopback: Mutex<BTreeMap<Box<str>, Arc<Document>>>,
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

impl Published {
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
        let host = host.to_ascii_lowercase();
        let mut known = self
            .on_loopback
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(document) = known.get(host.as_str()) {
            return Arc::clone(document);
        }
        let origin = format!("http://{host}");
        let document = Arc::new(render(&self.snapshot, Some(origin), self.routes));
        if known.len() < LOOPBACKS {
            known.insert(host.into(), Arc::clone(&document));
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
    let values = Values {
        origin: origin.as_deref(),
        livekit_url: livekit_url.as_deref(),
        public_url,
        instance: Some(&snapshot.instance),
    };
    let config = RuntimeConfig {
        revision: snapshot.revision,
        epoch: &EPOCH,
        instance: &snapshot.instance,
        phase: snapshot.phase.word(),
        public_url,
        origin: origin.as_deref(),
        livekit_url: livekit_url.as_deref(),
        verified_at: snapshot.verified_at.map(clock::rfc3339),
        media: Media {
            grade: snapshot.media.word(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::MediaGrade;
    use crate::template::Template;
    use std::time::Duration;

    const NOW: Now = Now {
        unix_ms: 1_795_240_000_000,
        mono: Duration::from_secs(60),
    };

    fn published(host: Option<&str>) -> Arc<Published> {
        let mut snapshot = Snapshot::unknown("i1".into());
        snapshot.public_host = host.map(str::to_owned);
        snapshot.revision = 7;
        snapshot.template = Some(Arc::new(
            Template::parse("env: {SITE: '${origin}', SHARE: '${publicUrl}'}").expect("parses"),
        ));
        Published::render(snapshot, NOW, Routes::Root)
    }

    fn json(published: &Published, host: &str) -> serde_json::Value {
        serde_json::from_slice(&published.document(host).json).expect("is JSON")
    }

    #[test]
    fn origin_fits_whoever_asks() {
        let published = published(Some("x.trycloudflare.com"));
        let public = json(&published, "x.trycloudflare.com");
        assert_eq!(public["origin"], "https://x.trycloudflare.com");
        assert_eq!(public["livekitUrl"], "wss://x.trycloudflare.com");
        let local = json(&published, "localhost:8080");
        assert_eq!(local["livekitUrl"], "ws://localhost:8080");
        assert_eq!(local["env"]["SITE"], "http://localhost:8080");
        assert_eq!(local["env"]["SHARE"], "https://x.trycloudflare.com");
    }

    #[test]
    fn origin_is_what_the_askers_host_says_for_any_port_of_a_loopback_name() {
        let published = published(Some("x.trycloudflare.com"));
        for (host, origin, livekit) in [
            ("localhost", "http://localhost", "ws://localhost"),
            (
                "localhost:9090",
                "http://localhost:9090",
                "ws://localhost:9090",
            ),
            (
                "LOCALHOST:9090",
                "http://localhost:9090",
                "ws://localhost:9090",
            ),
            ("127.0.0.1:80", "http://127.0.0.1:80", "ws://127.0.0.1:80"),
            ("[::1]:8080", "http://[::1]:8080", "ws://[::1]:8080"),
            (
                "shop.localhost:8080",
                "http://shop.localhost:8080",
                "ws://shop.localhost:8080",
            ),
        ] {
            for _ in 0..2 {
                let document = json(&published, host);
                assert_eq!(document["origin"], origin, "{host}");
                assert_eq!(document["livekitUrl"], livekit, "{host}");
                assert_eq!(document["env"]["SITE"], origin, "{host}");
            }
        }
    }

    #[test]
    fn invented_hosts_use_no_more_memory() {
        let published = published(None);
        for port in 0..1000 {
            let origin = json(&published, &format!("localhost:{port}"))["origin"].clone();
            assert_eq!(origin, format!("http://localhost:{port}"));
        }
        let known = published.on_loopback.lock().expect("sound");
        assert_eq!(known.len(), LOOPBACKS);
    }

    #[test]
    fn routes_that_were_moved_move_livekit_too() {
        let mut snapshot = Snapshot::unknown("i1".into());
        snapshot.public_host = Some("x.example".to_owned());
        let published = Published::render(snapshot, NOW, Routes::Prefixed);
        let public = json(&published, "x.example");
        assert_eq!(public["livekitUrl"], "wss://x.example/sidelink");
        assert_eq!(public["origin"], "https://x.example");
        let local = json(&published, "localhost:8080");
        assert_eq!(local["livekitUrl"], "ws://localhost:8080/sidelink");
    }

    #[test]
    fn clocks_that_drift_apart_by_a_second_an_hour_are_no_sleep() {
        let mut snapshot = Snapshot::unknown("i1".into());
        snapshot.phase = Phase::Ready;
        let ready = Published::render(snapshot, NOW, Routes::Root);
        let after = |hours: u64| Now {
            unix_ms: NOW.unix_ms + hours * 3_601_000,
            mono: NOW.mono + Duration::from_secs(hours * 3600),
        };
        for hours in 1..24 {
            assert!(ready.holds(after(hours)), "after {hours} h");
        }
        ready.still_holds(after(48));
        assert!(ready.holds(after(49)), "the engine has looked in between");
        assert!(!ready.holds(after(60)));
    }

    #[test]
    fn the_grade_of_media_is_what_pages_saw() {
        let mut snapshot = Snapshot::unknown("i1".into());
        let grade = |snapshot: &Snapshot| {
            let published = Published::render(snapshot.clone(), NOW, Routes::Root);
            json(&published, "")["media"]["grade"].clone()
        };
        assert_eq!(grade(&snapshot), "unproven");
        snapshot.media = MediaGrade::Relay;
        assert_eq!(grade(&snapshot), "relay");
    }

    #[test]
    fn every_key_is_there_and_null_when_unknown() {
        let document = json(&published(None), "anything.example");
        for key in ["publicUrl", "origin", "livekitUrl", "verifiedAt"] {
            assert!(
                document.get(key).is_some_and(serde_json::Value::is_null),
                "{key}: {document}"
            );
        }
        assert_eq!(document["env"]["SITE"], serde_json::Value::Null);
    }

    #[test]
    fn what_was_ready_before_a_sleep_or_on_an_old_proof_is_not_handed_out() {
        let later = |wall: u64, mono: u64| Now {
            unix_ms: NOW.unix_ms + wall * 1000,
            mono: NOW.mono + Duration::from_secs(mono),
        };
        let mut snapshot = Snapshot::unknown("i1".into());
        snapshot.phase = Phase::Ready;
        snapshot.expires_at = Some(NOW.unix_ms + 150_000);
        let ready = Published::render(snapshot.clone(), NOW, Routes::Root);
        assert!(ready.holds(later(50, 50)));
        assert!(!ready.holds(later(3600, 0)), "it slept");
        assert!(!ready.holds(later(20, 0)), "it slept for a moment");
        assert!(!ready.holds(later(150, 150)), "it is too old");
        snapshot.phase = Phase::Preparing;
        assert!(Published::render(snapshot, NOW, Routes::Root).holds(later(3600, 0)));
    }

    #[test]
    fn the_script_holds_the_same_data() {
        let published = published(None);
        let document = published.document("");
        let script = std::str::from_utf8(&document.script).expect("is UTF-8");
        assert_eq!(
            script.trim_end(),
            format!(
                "window.__RUNTIME_CONFIG__ = {};",
                String::from_utf8_lossy(&document.json)
            )
        );
    }
}
