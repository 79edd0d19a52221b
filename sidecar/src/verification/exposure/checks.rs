//! What no visitor may reach, door by door, and the signs by which the program behind it is known.
//!
//! The gateway passes what it does not know on to the app, which may answer any path with a page of its own.
//! So a status alone is never a sign: it is a realm, a body's shape, a metric's name that only that program has.

#[cfg(test)]
mod tests;

use reqwest::header::WWW_AUTHENTICATE;

use super::Answer;
use Sign::{Json, Metrics, Realm, Taken, Text};
use Way::{Get, Key, Post, Raw};

/// A place where something may answer that is not for visitors.
#[derive(Debug)]
pub(super) struct Door {
    /// Whose it is, as its program calls it: the same in every language.
    pub name: &'static str,
    pub way: Way,
    pub path: &'static str,
    /// Any one of them is enough.
    signs: &'static [Sign],
}

/// How a door is tried.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    Get,
    /// With an empty JSON object.
    Post,
    /// `GET`, with the path exactly as it stands: clients clean dots out of it, attackers do not.
    Raw,
    /// `GET`, with a LiveKit token under this key and secret.
    Key(&'static str, &'static str),
}

/// What only one program answers.
#[derive(Debug)]
enum Sign {
    /// LiveKit's word for a good token.
    Taken,
    /// The realm in which it wants a password begins so.
    Realm(&'static str),
    /// A JSON object in whose text all of these stand.
    Json(&'static [&'static str]),
    /// A text in which all of these stand.
    Text(&'static [&'static str]),
    /// Prometheus text with a metric whose name begins with one of these.
    Metrics(&'static [&'static str]),
}

const GO: &[Sign] = &[
    Text(&["/debug/pprof/", "Types of profiles available"]),
    Text(&["goroutine ", "runtime/pprof", ".go:"]),
];
/// Twirp's errors; `bad_route` is what an app's own Twirp says of LiveKit's services.
const TWIRP: &[Sign] = &[
    Json(&["\"code\":\"unauthenticated\"", "\"msg\":"]),
    Json(&["\"code\":\"permission_denied\"", "\"msg\":"]),
    Json(&["\"code\":\"internal\"", "\"msg\":"]),
    Json(&["\"code\":\"malformed\"", "\"msg\":"]),
    Json(&["\"twirp_invalid_route\":", "only POST is allowed"]),
];
/// It wants SDP, and a token, before it opens a room to whoever publishes.
const WHIP: &[Sign] = &[
    Json(&["\"error\":\"unsupported content-type: application/json\""]),
    Json(&["\"error\":\"no permissions to access the room\""]),
];
const METRICS: &[Sign] = &[Metrics(&[
    "livekit_",
    "cloudflared_",
    "sidelink_",
    "caddy_",
])];
const ICECAST: &[Sign] = &[
    Realm("Icecast"),
    Text(&["<icestats>"]),
    Json(&["\"icestats\":", "\"server_id\":\"Icecast"]),
    Text(&["<title>Icecast Streaming Media Server</title>"]),
];
/// The control port refuses other names before it asks for a token.
const CONTROL: &[Sign] = &[
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
const READY: &[Sign] = &[Json(&["\"readyConnections\":", "\"connectorId\":"])];
const QUICK: &[Sign] = &[Json(&["{\"hostname\":\"", ".trycloudflare.com\"}"])];
const DIAG: &[Sign] = &[Json(&["\"connectorID\":", "\"connections\":"])];
const INGRESS: &[Sign] = &[Json(&["\"ingress\":", "\"originRequest\":"])];
const CADDY: &[Sign] = &[
    Json(&["\"apps\":{", "\"servers\":{"]),
    Json(&["\"error\":\"host not allowed"]),
];
const DOCKER: &[Sign] = &[
    Json(&["\"ApiVersion\":", "\"MinAPIVersion\":"]),
    Json(&["docker-proxy does not pass this call on"]),
];
const NGROK: &[Sign] = &[Json(&["\"tunnels\":", "\"uri\":\"/api/tunnels\""])];
const KEYS: &[Sign] = &[Taken];

const fn door(name: &'static str, way: Way, path: &'static str, signs: &'static [Sign]) -> Door {
    Door {
        name,
        way,
        path,
        signs,
    }
}

const VALIDATE: &str = "/sidelink/rtc/validate";
const ROOMS: &str = "/twirp/livekit.RoomService/ListRooms";

/// Every door. Keys are those of `livekit-server --dev`, of LiveKit's config-sample.yaml and of its chart's example;
/// the odd paths are spellings by which gateways have been talked past their own rules. What a development server
/// offers (`/_next/webpack-hmr`, `/@vite/client`) is meant for its visitors; LiveKit's `/agent` answers a WebSocket
/// with a token only, and nothing else by which it could be known.
#[rustfmt::skip]
pub(super) const DOORS: &[Door] = &[
    door("LiveKit, key devkey", Key("devkey", "secret"), VALIDATE, KEYS),
    door("LiveKit, key key1", Key("key1", "secret1"), VALIDATE, KEYS),
    door("LiveKit, key key2", Key("key2", "secret2"), VALIDATE, KEYS),
    door("LiveKit, key myapikey", Key("myapikey", "myapisecret"), VALIDATE, KEYS),
    door("LiveKit API", Post, ROOMS, TWIRP),
    door("LiveKit API", Post, "/twirp/livekit.Egress/ListEgress", TWIRP),
    door("LiveKit API", Post, "//twirp/livekit.RoomService/ListRooms", TWIRP),
    door("LiveKit API", Post, "/rtc/..%2ftwirp/livekit.RoomService/ListRooms", TWIRP),
    door("LiveKit API", Raw, "/rtc/../twirp/livekit.RoomService/ListRooms", TWIRP),
    door("LiveKit WHIP", Post, "/whip/v1", WHIP),
    door("pprof", Get, "/debug/pprof/", GO),
    door("pprof", Get, "/%64ebug/pprof/", GO),
    door("pprof", Raw, "/rtc/../debug/pprof/", GO),
    door("pprof", Raw, "/rtc/%2e%2e/debug/pprof/", GO),
    door("pprof", Get, "/rtc/..%2fdebug/pprof/", GO),
    door("LiveKit debug", Get, "/debug/goroutine", GO),
    door("metrics", Get, "/metrics", METRICS),
    door("Icecast admin", Get, "/admin/", ICECAST),
    door("Icecast admin", Get, "/admin/stats", ICECAST),
    door("Icecast admin", Get, "//admin/stats", ICECAST),
    door("Icecast admin", Get, "/%61dmin/stats", ICECAST),
    door("Icecast admin", Get, "/stream/..%2fadmin/stats", ICECAST),
    door("Icecast admin", Raw, "/stream/../admin/stats", ICECAST),
    door("Icecast status", Get, "/status-json.xsl", ICECAST),
    door("Icecast status", Get, "/status.xsl", ICECAST),
    door("sidecar control", Get, "/status", CONTROL),
    door("sidecar control", Get, "/sidelink/metrics", CONTROL),
    door("sidecar control", Get, "/sidelink/links", CONTROL),
    door("sidecar control", Post, "/sidelink/links", CONTROL),
    door("cloudflared", Get, "/ready", READY),
    door("cloudflared", Get, "/quicktunnel", QUICK),
    door("cloudflared", Get, "/diag/tunnel", DIAG),
    door("cloudflared", Get, "/config", INGRESS),
    door("Caddy admin", Get, "/config/", CADDY),
    door("Docker API", Get, "/version", DOCKER),
    door("ngrok agent", Get, "/api/tunnels", NGROK),
];

impl Door {
    /// The program itself has answered.
    pub(super) fn is_open(&self, answer: &Answer) -> bool {
        self.signs.iter().any(|sign| sign.is_on(answer))
    }

    fn method(&self) -> &'static str {
        match self.way {
            Post => "POST",
            Get | Raw | Key(..) => "GET",
        }
    }
}

impl Sign {
    fn is_on(&self, answer: &Answer) -> bool {
        let body = answer.body.trim_start();
        let all = |parts: &[&str]| parts.iter().all(|part| body.contains(part));
        match self {
            Taken => answer.status.is_success() && body.trim_end() == "success",
            Realm(realm) => answer
                .headers
                .get_all(WWW_AUTHENTICATE)
                .iter()
                .any(|wanted| {
                    let wanted = wanted.to_str().unwrap_or_default();
                    wanted.contains(&format!("realm=\"{realm}"))
                }),
            Json(parts) => json(body).is_some_and(|body| parts.iter().all(|p| body.contains(p))),
            Text(parts) => all(parts),
            Metrics(names) => body.lines().any(|line| {
                let line = line.strip_prefix("# TYPE ").unwrap_or(line);
                names.iter().any(|name| line.starts_with(name))
            }),
        }
    }
}

/// Without the space that some writers set after a key. Looked at as text: a long one was cut off.
fn json(body: &str) -> Option<String> {
    let is_object = body.starts_with('{');
    is_object.then(|| body.replace("\": ", "\":"))
}

/// `Icecast admin (GET /admin/), pprof (GET /debug/pprof/)`: of each program the first door.
pub(super) fn told<'a>(open: impl Iterator<Item = &'a Door>) -> String {
    let mut names = Vec::new();
    let mut found = Vec::new();
    for door in open {
        if !names.contains(&door.name) {
            names.push(door.name);
            found.push(format!("{} ({} {})", door.name, door.method(), door.path));
        }
    }
    found.join(", ")
}
