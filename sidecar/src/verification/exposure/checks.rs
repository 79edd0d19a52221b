//! The table of exposure checks: endpoints that visitors must not reach, and signatures of the programs behind them.
//!
//! The gateway passes unknown paths to the app, which may answer any path with a page. So a status alone is never a
//! signature. A signature is a realm, the shape of a body or a metric's name that only one program has.

#[cfg(test)]
mod tests;

use reqwest::header::WWW_AUTHENTICATE;

use super::ExposureResponse;
use RequestKind::{Get, Key, Post, Raw};
use Signature::{Json, Metrics, QuickTunnel, Realm, Text, TokenAccepted};
use sidelink_core::QUICK_TUNNEL_SUFFIX;

/// An endpoint that is not for visitors, and how to recognize it.
#[derive(Debug)]
pub(super) struct ExposureCheck {
    /// Name of the program or its function, the same in every language.
    pub name: &'static str,
    pub request: RequestKind,
    pub path: &'static str,
    /// Signatures, each of which is enough.
    signatures: &'static [Signature],
}

/// Request that a check sends.
#[derive(Clone, Copy, Debug)]
pub(super) enum RequestKind {
    Get,
    /// `POST` with an empty JSON object.
    Post,
    /// `GET` with the path exactly as written; most clients remove dots from it, but attackers do not.
    Raw,
    /// `GET` with a LiveKit token signed by this key and secret.
    Key(&'static str, &'static str),
}

/// Answer that only one program gives.
#[derive(Debug)]
enum Signature {
    /// LiveKit's answer to a valid token.
    TokenAccepted,
    /// cloudflared's answer with a quick tunnel's name.
    QuickTunnel,
    /// A realm that begins with this text.
    Realm(&'static str),
    /// A JSON object whose text contains all of these.
    Json(&'static [&'static str]),
    /// A text that contains all of these.
    Text(&'static [&'static str]),
    /// Prometheus text with a metric whose name begins with one of these.
    Metrics(&'static [&'static str]),
}

const GO: &[Signature] = &[
    Text(&["/debug/pprof/", "Types of profiles available"]),
    Text(&["goroutine ", "runtime/pprof", ".go:"]),
];
/// Twirp's errors; without `bad_route`, which an app's own Twirp answers for LiveKit's services.
const TWIRP: &[Signature] = &[
    Json(&["\"code\":\"unauthenticated\"", "\"msg\":"]),
    Json(&["\"code\":\"permission_denied\"", "\"msg\":"]),
    Json(&["\"code\":\"internal\"", "\"msg\":"]),
    Json(&["\"code\":\"malformed\"", "\"msg\":"]),
    Json(&["\"twirp_invalid_route\":", "only POST is allowed"]),
];
/// Errors of WHIP, which requires SDP and a token.
const WHIP: &[Signature] = &[
    Json(&["\"error\":\"unsupported content-type: application/json\""]),
    Json(&["\"error\":\"no permissions to access the room\""]),
];
const METRICS: &[Signature] = &[Metrics(&[
    "livekit_",
    "cloudflared_",
    "sidelink_",
    "caddy_",
])];
const ICECAST: &[Signature] = &[
    Realm("Icecast"),
    Text(&["<icestats>"]),
    Json(&["\"icestats\":", "\"server_id\":\"Icecast"]),
    Text(&["<title>Icecast Streaming Media Server</title>"]),
];
/// The control port checks the host name before the token.
const CONTROL: &[Signature] = &[
    Json(&[
        "\"code\":\"host\"",
        "\"docs\":\"docs/configuration.md#routes\"",
    ]),
    Json(&[
        "\"code\":\"no_token\"",
        "\"docs\":\"docs/configuration.md#routes\"",
    ]),
    Json(&["\"blockedBy\":", "\"observed\":"]),
    Json(&["\"sequence\":", "\"publicUrl\":", "\"links\":["]),
];
const READY: &[Signature] = &[Json(&["\"readyConnections\":", "\"connectorId\":"])];
const QUICK: &[Signature] = &[QuickTunnel];
const DIAG: &[Signature] = &[Json(&["\"connectorID\":", "\"connections\":"])];
const INGRESS: &[Signature] = &[Json(&["\"ingress\":", "\"originRequest\":"])];
const CADDY: &[Signature] = &[
    Json(&["\"apps\":{", "\"servers\":{"]),
    Json(&["\"error\":\"host not allowed"]),
];
const DOCKER: &[Signature] = &[
    Json(&["\"ApiVersion\":", "\"MinAPIVersion\":"]),
    Json(&["docker-proxy does not pass this call on"]),
];
const NGROK: &[Signature] = &[Json(&["\"tunnels\":", "\"uri\":\"/api/tunnels\""])];
const KEYS: &[Signature] = &[TokenAccepted];

const fn check(
    name: &'static str,
    request: RequestKind,
    path: &'static str,
    signatures: &'static [Signature],
) -> ExposureCheck {
    ExposureCheck {
        name,
        request,
        path,
        signatures,
    }
}

const VALIDATE: &str = "/sidelink/rtc/validate";
const ROOMS: &str = "/twirp/livekit.RoomService/ListRooms";

/// All exposure checks. Keys are those of `livekit-server --dev`, of LiveKit's config-sample.yaml and of its chart's
/// example. Odd paths are spellings that have bypassed rules of gateways. Endpoints of development servers
/// (`/_next/webpack-hmr`, `/@vite/client`) are for visitors. LiveKit's `/agent` answers only a WebSocket with a token,
/// so it has no signature.
#[rustfmt::skip]
pub(super) const EXPOSURE_CHECKS: &[ExposureCheck] = &[
    check("LiveKit, key devkey", Key("devkey", "secret"), VALIDATE, KEYS),
    check("LiveKit, key key1", Key("key1", "secret1"), VALIDATE, KEYS),
    check("LiveKit, key key2", Key("key2", "secret2"), VALIDATE, KEYS),
    check("LiveKit, key myapikey", Key("myapikey", "myapisecret"), VALIDATE, KEYS),
    check("LiveKit API", Post, ROOMS, TWIRP),
    check("LiveKit API", Post, "/twirp/livekit.Egress/ListEgress", TWIRP),
    check("LiveKit API", Post, "//twirp/livekit.RoomService/ListRooms", TWIRP),
    check("LiveKit API", Post, "/rtc/..%2ftwirp/livekit.RoomService/ListRooms", TWIRP),
    check("LiveKit API", Raw, "/rtc/../twirp/livekit.RoomService/ListRooms", TWIRP),
    check("LiveKit WHIP", Post, "/whip/v1", WHIP),
    check("pprof", Get, "/debug/pprof/", GO),
    check("pprof", Get, "/%64ebug/pprof/", GO),
    check("pprof", Raw, "/rtc/../debug/pprof/", GO),
    check("pprof", Raw, "/rtc/%2e%2e/debug/pprof/", GO),
    check("pprof", Get, "/rtc/..%2fdebug/pprof/", GO),
    check("LiveKit debug", Get, "/debug/goroutine", GO),
    check("metrics", Get, "/metrics", METRICS),
    check("bridge metrics", Get, "/sidelink/media/metrics", METRICS),
    check("bridge metrics", Raw, "/sidelink/media/../metrics", METRICS),
    check("Icecast admin", Get, "/admin/", ICECAST),
    check("Icecast admin", Get, "/admin/stats", ICECAST),
    check("Icecast admin", Get, "//admin/stats", ICECAST),
    check("Icecast admin", Get, "/%61dmin/stats", ICECAST),
    check("Icecast admin", Get, "/stream/..%2fadmin/stats", ICECAST),
    check("Icecast admin", Raw, "/stream/../admin/stats", ICECAST),
    check("Icecast status", Get, "/status-json.xsl", ICECAST),
    check("Icecast status", Get, "/status.xsl", ICECAST),
    check("sidecar control", Get, "/status", CONTROL),
    check("sidecar control", Get, "/sidelink/metrics", CONTROL),
    check("sidecar control", Get, "/sidelink/links", CONTROL),
    check("sidecar control", Post, "/sidelink/links", CONTROL),
    check("cloudflared", Get, "/ready", READY),
    check("cloudflared", Get, "/quicktunnel", QUICK),
    check("cloudflared", Get, "/diag/tunnel", DIAG),
    check("cloudflared", Get, "/config", INGRESS),
    check("Caddy admin", Get, "/config/", CADDY),
    check("Docker API", Get, "/version", DOCKER),
    check("ngrok agent", Get, "/api/tunnels", NGROK),
];

impl ExposureCheck {
    /// Returns whether the program itself answers.
    pub(super) fn is_exposed(&self, answer: &ExposureResponse) -> bool {
        let mut signatures = self.signatures.iter();
        signatures.any(|signature| signature.matches(answer))
    }

    fn method(&self) -> &'static str {
        match self.request {
            Post => "POST",
            Get | Raw | Key(..) => "GET",
        }
    }
}

impl Signature {
    fn matches(&self, answer: &ExposureResponse) -> bool {
        let body = answer.body.trim();
        let contains_all = |text: &str, parts: &[&str]| parts.iter().all(|p| text.contains(p));
        match self {
            TokenAccepted => answer.status.is_success() && body == "success",
            QuickTunnel => json(body).is_some_and(|body| {
                let end = format!("{QUICK_TUNNEL_SUFFIX}\"}}");
                body.starts_with("{\"hostname\":\"") && body.ends_with(&end)
            }),
            Realm(realm) => {
                let realm = format!("realm=\"{realm}");
                let mut challenges = answer.headers.get_all(WWW_AUTHENTICATE).iter();
                challenges.any(|value| value.to_str().is_ok_and(|value| value.contains(&realm)))
            }
            Json(parts) => json(body).is_some_and(|body| contains_all(&body, parts)),
            Text(parts) => contains_all(body, parts),
            Metrics(names) => body.lines().any(|line| {
                let line = line.strip_prefix("# TYPE ").unwrap_or(line);
                names.iter().any(|name| line.starts_with(name))
            }),
        }
    }
}

/// Returns the text of a JSON object without spaces after keys. It is not parsed, because it may be cut off.
fn json(body: &str) -> Option<String> {
    let is_object = body.starts_with('{');
    is_object.then(|| body.replace("\": ", "\":"))
}

/// Returns `Icecast admin (GET /admin/), pprof (GET /debug/pprof/)`, with the first check of each program.
pub(super) fn describe<'a>(exposed: impl Iterator<Item = &'a ExposureCheck>) -> String {
    let mut names = Vec::new();
    let mut found = Vec::new();
    for check in exposed {
        if !names.contains(&check.name) {
            names.push(check.name);
            found.push(format!(
                "{} ({} {})",
                check.name,
                check.method(),
                check.path
            ));
        }
    }
    found.join(", ")
}
