//! What no visitor may reach, door by door, and the signs by which the program behind it is known.
//!
//! The gateway passes what it does not know on to the app, which may answer any path with a page of its own.
//! So a status alone is never a sign: it is a realm, a body's shape, a metric's name that only that program has.

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
    Json(&["\"code\":\"host\"", "\"docs\":\"README.md#routes\""]),
    Json(&["\"code\":\"no_token\"", "\"docs\":\"README.md#routes\""]),
    Json(&["\"waitsLocallyFor\":", "\"seen\":"]),
];
const CLOUDFLARED: &[Sign] = &[
    Json(&["\"readyConnections\":", "\"connectorId\":"]),
    Json(&["\"hostname\":\"", ".trycloudflare.com\""]),
    Json(&["\"connectorID\":", "\"connections\":"]),
    Json(&["\"ingress\":", "\"originRequest\":"]),
];
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

const VALIDATE: &str = "/rtc/validate";
const ROOMS: &str = "/twirp/livekit.RoomService/ListRooms";

/// Every door. Keys are those of `livekit-server --dev`, of LiveKit's config-sample.yaml and of its chart's example;
/// the odd paths are spellings by which gateways have been talked past their own rules.
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
    door("cloudflared", Get, "/ready", CLOUDFLARED),
    door("cloudflared", Get, "/quicktunnel", CLOUDFLARED),
    door("cloudflared", Get, "/diag/tunnel", CLOUDFLARED),
    door("cloudflared", Get, "/config", CLOUDFLARED),
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

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::StatusCode;
    use reqwest::header::HeaderValue;

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status: StatusCode::from_u16(status).expect("a status"),
            body: body.to_owned(),
            ..Answer::default()
        }
    }

    /// The names of the programs that an answer would be known as, at any door.
    fn known(answer: &Answer) -> Vec<&'static str> {
        let mut names: Vec<_> = DOORS
            .iter()
            .filter(|door| door.is_open(answer))
            .map(|door| door.name)
            .collect();
        names.dedup();
        names
    }

    const KEYS: [&str; 4] = [
        "LiveKit, key devkey",
        "LiveKit, key key1",
        "LiveKit, key key2",
        "LiveKit, key myapikey",
    ];

    #[test]
    fn recorded_answers_of_every_program_are_known_by_their_signs() {
        let control = r#"{"error":{"code":"host","message":"The control port …","fix":"…","docs":"README.md#routes"}}"#;
        let pprof = "<html>\n<head>\n<title>/debug/pprof/</title>\n</head>\n<body>\n/debug/pprof/\n<br>\nTypes of profiles available:\n<table>";
        let goroutine = "goroutine 189 [running]:\nruntime/pprof.writeGoroutineStacks({0x7fc4f5718e00, 0x36d1333b3840})\n\truntime/pprof/pprof.go:816 +0x69";
        let metrics = "# HELP go_goroutines Number of goroutines.\n# TYPE go_goroutines gauge\ngo_goroutines 9\n# HELP livekit_node_rooms\n# TYPE livekit_node_rooms gauge\n";
        let unauthenticated = r#"{"code":"unauthenticated","msg":"permissions denied"}"#;
        let bad_method = r#"{"code":"bad_route","msg":"unsupported method \"GET\" (only POST is allowed)","meta":{"twirp_invalid_route":"GET /twirp/livekit.RoomService/ListRooms"}}"#;
        let status_json = r#"{"icestats":{"admin":"nobody@localhost","host":"icecast","location":"Sidelink","server_id":"Icecast 2.4.4","dummy":null}}"#;
        let stats = "<?xml version=\"1.0\"?>\n<icestats><admin>nobody@localhost</admin><client_connections>0";
        let ready = r#"{"status":200,"readyConnections":1,"connectorId":"9ccd79dd"}"#;
        let quick = r#"{"hostname":"river-fable-harbor-kettle.trycloudflare.com"}"#;
        let diag = r#"{"tunnelID":"a","connectorID":"b","connections":[{"isConnected":true}]}"#;
        let caddy = r#"{"apps":{"http":{"servers":{"srv0":{"listen":[":8080"]}}}}}"#;
        let docker =
            r#"{"Version":"28.0.1","ApiVersion":"1.48","MinAPIVersion":"1.24","Os":"linux"}"#;
        let ngrok = r#"{"tunnels":[],"uri":"/api/tunnels"}"#;
        let go = ["pprof", "LiveKit debug"];
        for (status, body, expected) in [
            (200, "success", &KEYS[..]),
            (200, pprof, &go),
            (200, goroutine, &go),
            (401, unauthenticated, &["LiveKit API"]),
            (404, bad_method, &["LiveKit API"]),
            (200, metrics, &["metrics"]),
            (200, status_json, &["Icecast admin", "Icecast status"]),
            (200, stats, &["Icecast admin", "Icecast status"]),
            (421, control, &["sidecar control"]),
            (200, ready, &["cloudflared"]),
            (200, quick, &["cloudflared"]),
            (200, diag, &["cloudflared"]),
            (200, caddy, &["Caddy admin"]),
            (200, docker, &["Docker API"]),
            (200, ngrok, &["ngrok agent"]),
        ] {
            assert_eq!(known(&answer(status, body)), expected, "{body}");
        }
    }

    #[test]
    fn icecast_is_known_by_the_realm_in_which_it_wants_a_password() {
        let mut answer = answer(401, "You need to authenticate\r\n");
        assert!(known(&answer).is_empty(), "any app may say that");
        let realm = HeaderValue::from_static("Basic realm=\"Icecast2 Server\"");
        answer.headers.insert(WWW_AUTHENTICATE, realm);
        assert_eq!(known(&answer), ["Icecast admin", "Icecast status"]);
    }

    #[test]
    fn what_an_app_answers_at_these_paths_is_no_door() {
        let page = "<!doctype html><html><head><title>My app</title></head><body><div id=\"__next\">\
            Metrics, admin and status of my radio, made with Icecast and LiveKit; success!</div></body></html>";
        let metrics = "# HELP node_cpu_seconds_total Seconds the CPUs spent.\n# TYPE node_cpu_seconds_total counter\n\
            node_cpu_seconds_total{cpu=\"0\"} 1\n# TYPE http_requests_total counter\nhttp_requests_total{app=\"livekit_demo\"} 3\n";
        for (status, body) in [
            (200, page),
            (200, metrics),
            (200, ""),
            (404, "Not Found"),
            (
                404,
                r#"{"error":{"code":"not_found","message":"There is no such page."}}"#,
            ),
            (401, r#"{"code":"no_token","message":"sign in"}"#),
            (
                404,
                r#"{"code":"bad_route","msg":"no handler for path","meta":{"twirp_invalid_route":"POST /twirp/x"}}"#,
            ),
            (401, "invalid API key: devkey"),
            (
                200,
                r#"{"status":"ok","version":"1.0","config":{"apps":["a"]},"hostname":"web-1"}"#,
            ),
            (
                503,
                r#"{"error":{"code":"preparing","message":"This part is still starting."}}"#,
            ),
        ] {
            assert!(known(&answer(status, body)).is_empty(), "{body}");
        }
    }

    #[test]
    fn each_program_is_told_once_with_its_first_door() {
        let open = DOORS.iter().filter(|door| door.name.starts_with("Icecast"));
        let expected = "Icecast admin (GET /admin/), Icecast status (GET /status-json.xsl)";
        assert_eq!(told(open), expected);
    }
}
