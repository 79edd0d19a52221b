//! `/runtime-config` as bytes, rendered once for everybody who may ask.
//!
//! `origin` and `livekitUrl` fit whoever asks, and the askers are few: the public name, this machine
//! under its three loopback names, and the stack's own containers. So a request finds its answer made.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::HeaderValue;
use bytes::Bytes;
use serde::Serialize;

use crate::clock;
use crate::model::{Now, Phase, Snapshot};
use crate::template::Values;

/// One rendered answer.
#[derive(Clone, Debug)]
pub struct Document {
    /// The JSON.
    pub json: Bytes,
    /// `window.__RUNTIME_CONFIG__ = …`.
    pub script: Bytes,
    /// LiveKit for whoever asks so; `None` without a proven name.
    pub livekit_url: Option<Box<str>>,
    /// Strong: the revision, since each host has its own document.
    pub etag: HeaderValue,
}

/// What is true now, with every answer that follows from it.
#[derive(Debug)]
pub struct Published {
    /// What is true now.
    pub snapshot: Snapshot,
    /// When it was made.
    made: Now,
    /// By the asker's `Host`, lower case; the empty name is everybody else.
    documents: BTreeMap<Box<str>, Document>,
}

/// The document as it goes over the wire. Every key is always there.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RuntimeConfig<'a> {
    revision: u64,
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
    /// Renders every answer. `local_port` is the gateway's port on this machine.
    pub fn render(snapshot: Snapshot, made: Now, local_port: u16) -> Arc<Self> {
        let public_url = snapshot
            .public_host
            .as_ref()
            .map(|host| format!("https://{host}"));
        let mut documents = BTreeMap::new();
        documents.insert(
            "".into(),
            render(&snapshot, public_url.as_deref(), public_url.clone()),
        );
        for name in ["localhost", "127.0.0.1", "[::1]"] {
            let host = format!("{name}:{local_port}");
            let document = render(
                &snapshot,
                public_url.as_deref(),
                Some(format!("http://{host}")),
            );
            documents.insert(host.into(), document);
        }
        Arc::new(Self {
            snapshot,
            made,
            documents,
        })
    }

    /// It may still be handed out: its proof has not expired, and the machine has not slept since.
    pub fn holds(&self, now: Now) -> bool {
        let expired = self.snapshot.expires_at.is_some_and(|at| now.unix_ms >= at);
        self.snapshot.phase != Phase::Ready || !(expired || self.made.jumped(now))
    }

    /// The answer for whoever asks under this `Host`.
    pub fn document(&self, host: &str) -> &Document {
        self.documents
            .get(host)
            .unwrap_or_else(|| &self.documents[""])
    }
}

fn render(snapshot: &Snapshot, public_url: Option<&str>, origin: Option<String>) -> Document {
    let livekit_url = origin
        .as_ref()
        .map(|origin| origin.replacen("http", "ws", 1));
    let values = Values {
        origin: origin.as_deref(),
        livekit_url: livekit_url.as_deref(),
        public_url,
        instance: Some(&snapshot.instance),
    };
    let config = RuntimeConfig {
        revision: snapshot.revision,
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
    let etag = format!("\"{}\"", snapshot.revision);
    Document {
        json: Bytes::from(json),
        script: Bytes::from(script),
        livekit_url: livekit_url.map(Into::into),
        etag: HeaderValue::try_from(etag).expect("digits"),
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
        Published::render(snapshot, NOW, 8080)
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
    fn the_grade_of_media_is_what_pages_saw() {
        let mut snapshot = Snapshot::unknown("i1".into());
        let grade = |snapshot: &Snapshot| {
            let published = Published::render(snapshot.clone(), NOW, 8080);
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
        let ready = Published::render(snapshot.clone(), NOW, 8080);
        assert!(ready.holds(later(50, 50)));
        assert!(!ready.holds(later(3600, 0)), "it slept");
        assert!(!ready.holds(later(20, 0)), "it slept for a moment");
        assert!(!ready.holds(later(150, 150)), "it is too old");
        snapshot.phase = Phase::Preparing;
        assert!(Published::render(snapshot, NOW, 8080).holds(later(3600, 0)));
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
