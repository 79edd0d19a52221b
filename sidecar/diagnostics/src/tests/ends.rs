//! Recorded exits of containers: last lines, exit codes and Docker's errors, and their diagnoses.

use crate::recognize::engine;
use crate::recognize::log::{ContainerExit, of_exit, of_output};
use sidelink_core::Diagnosis;
use sidelink_core::Role::{App, Gateway, Icecast, Livekit, Other, Redis, Tunnel};
use sidelink_core::TunnelKind::{Domain, Named, Ngrok, Quick};
use sidelink_core::{Role, TunnelKind};

/// Role, kind of tunnel, exit code, last lines and diagnosis code.
type ExitSample = (Role, TunnelKind, i64, &'static str, &'static str);

/// cloudflared 2026.8.2: quick tunnels.
#[rustfmt::skip]
const QUICK: &[ExitSample] = &[
    (Tunnel, Quick, 1, "2026-11-21T05:41:28Z ERR Error unmarshaling QuickTunnel response: error code: 1015 error=\"invalid character 'e' looking for beginning of value\" status_code=\"429 Too Many Requests\"\nfailed to unmarshal quick Tunnel: invalid character 'e' looking for beginning of value", "quick_rate_limited"),
    (Tunnel, Quick, 1, "failed to unmarshal quick Tunnel: invalid character 'e' looking for beginning of value", "quick_rate_limited"),
    (Tunnel, Quick, 1, "ERR Error unmarshaling QuickTunnel response: <html> error=\"invalid character '<' looking for beginning of value\" status_code=\"429 Too Many Requests\"\nfailed to unmarshal quick Tunnel: invalid character '<' looking for beginning of value", "quick_rate_limited"),
    (Tunnel, Quick, 1, "ERR Error unmarshaling QuickTunnel response: <html> error=\"invalid character '<' looking for beginning of value\" status_code=\"500 Internal Server Error\"\nfailed to unmarshal quick Tunnel: invalid character '<' looking for beginning of value", "quick_error_page"),
    (Tunnel, Quick, 1, "failed to unmarshal quick Tunnel: unexpected end of JSON input", "quick_empty"),
    (Tunnel, Quick, 1, "ERR Error unmarshaling QuickTunnel response: ok error=\"invalid character 'o' looking for beginning of value\" status_code=\"200 OK\"\nfailed to unmarshal quick Tunnel: invalid character 'o' looking for beginning of value", "quick_unreadable"),
    (Tunnel, Quick, 1, "failed to parse quick Tunnel ID: invalid UUID length: 0", "quick_refused"),
    (Tunnel, Quick, 1, "failed to request quick Tunnel: Post \"https://api.trycloudflare.com/tunnel\": EOF", "quick_cut"),
    (Tunnel, Quick, 1, "failed to request quick Tunnel: Post \"https://api.trycloudflare.com/tunnel\": read tcp 10.0.0.2:1->104.16.0.1:443: read: connection reset by peer", "quick_cut"),
    (Tunnel, Quick, 1, "failed to request quick Tunnel: Post \"https://api.trycloudflare.com/tunnel\": dial tcp 104.16.230.132:443: connect: connection refused", "quick_connection_refused"),
    (Tunnel, Quick, 1, "failed to request quick Tunnel: Post \"https://api.trycloudflare.com/tunnel\": dial tcp: lookup api.trycloudflare.com on 127.0.0.11:53: no such host", "quick_no_dns"),
    (Tunnel, Quick, 1, "failed to request quick Tunnel: Post \"https://api.trycloudflare.com/tunnel\": tls: failed to verify certificate: x509: certificate signed by unknown authority", "quick_untrusted"),
    (Tunnel, Quick, 1, "failed to request quick Tunnel: Post \"https://api.trycloudflare.com/tunnel\": net/http: timeout awaiting response headers (Client.Timeout exceeded while awaiting headers)", "quick_timeout"),
    (Tunnel, Quick, 1, "failed to request quick Tunnel: Post \"https://api.trycloudflare.com/tunnel\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)", "quick_timeout"),
    (Tunnel, Quick, 1, "failed to request quick Tunnel: Post \"https://api.trycloudflare.com/tunnel\": dial tcp 104.16.230.132:443: i/o timeout", "quick_timeout"),
    (Tunnel, Quick, 1, "{\"level\":\"error\",\"error\":\"Unauthorized: Failed to get tunnel\",\"message\":\"Register tunnel error from server side\"}", "tunnel_forgotten"),
];

/// cloudflared's registration, token, rules and transport.
#[rustfmt::skip]
const CLOUDFLARED: &[ExitSample] = &[
    (Tunnel, Quick, 1, "ERR Initiating shutdown error=\"initial tunnel connection failed\"\ninitial tunnel connection failed", "tunnel_refused"),
    (Tunnel, Named, 1, "ERR Register tunnel error from server side error=\"Unauthorized: Invalid tunnel secret\" connIndex=0", "tunnel_token_refused"),
    (Tunnel, Named, 255, "Provided Tunnel token is not valid.\nSee 'cloudflared tunnel run --help'.", "tunnel_token_invalid"),
    (Tunnel, Quick, 1, "The last ingress rule must match all URLs (i.e. it should not have a hostname or path filter)", "tunnel_ingress_invalid"),
    (Tunnel, Quick, 1, "Rule #1 has an invalid regex: error parsing regexp: missing closing ): `^/a(`", "tunnel_ingress_invalid"),
    (Tunnel, Quick, 1, "http://x/y is an invalid address, ingress rules don't support proxying to a different path on the origin service. Rule #2 is an invalid address", "tunnel_ingress_invalid"),
    (Tunnel, Quick, 1, "error parsing YAML in config file at /etc/cloudflared/config.yml: yaml: line 2: mapping values are not allowed in this context", "tunnel_config_yaml"),
    (Tunnel, Quick, 1, "open /etc/cloudflared/config.yml: permission denied", "tunnel_config_denied"),
    (Tunnel, Quick, 1, "open /etc/cloudflared/config.yml: no such file or directory", "tunnel_config_missing"),
    (Tunnel, Quick, 1, "You did not specify any valid additional argument to the cloudflared tunnel command. \n\nIf you are trying to run a Quick Tunnel then you need to explicitly pass the --url flag.", "tunnel_no_url"),
    (Tunnel, Quick, 0, "Incorrect Usage: flag provided but not defined: -log-format", "tunnel_bad_flag"),
    (Tunnel, Quick, 1, "2026-11-21T05:41:28Z ERR Failed to dial a quic connection error=\"failed to dial to edge with quic: timeout: no recent network activity\" connIndex=0", "tunnel_udp_blocked"),
];

/// ngrok's agent.
#[rustfmt::skip]
const NGROK: &[ExitSample] = &[
    (Tunnel, Ngrok, 1, "ERROR:  authentication failed: Usage of ngrok requires a verified account and authtoken.\nERROR:\nERROR:  ERR_NGROK_4018\nERROR:", "ngrok_4018"),
    (Tunnel, Ngrok, 1, "t=2026-11-21T05:41:28+0000 lvl=eror msg=\"failed to reconnect session\" obj=tunnels.session err=\"authentication failed: The authtoken you specified does not look like a proper ngrok tunnel authtoken.\\r\\n\\r\\nERR_NGROK_105\\r\\n\"", "ngrok_105"),
    (Tunnel, Ngrok, 1, "ERROR:  ERR_NGROK_107", "ngrok_107"),
    (Tunnel, Ngrok, 1, "ERROR:  ERR_NGROK_108", "ngrok_108"),
    (Tunnel, Ngrok, 1, "ERROR:  ERR_NGROK_334", "ngrok_334"),
    (Tunnel, Ngrok, 1, "ERROR:  ERR_NGROK_121", "ngrok_121"),
    (Tunnel, Ngrok, 1, "ERROR:  ERR_NGROK_725", "ngrok_725"),
    (Tunnel, Ngrok, 1, "ERROR:  ERR_NGROK_15002", "ngrok_15002"),
    (Tunnel, Ngrok, 1, "ERROR:  ERR_NGROK_9999", "ngrok_error"),
    (Tunnel, Ngrok, 1, "ERROR:  error reading configuration file '/run/sidelink/ngrok.yml': yaml: unmarshal errors:\nERROR:    line 27: cannot unmarshal !!map into []string\nERROR:  ", "ngrok_config"),
];

/// LiveKit 1.13.5, Redis 8.0, Icecast 2.4, Caddy 2.11, Node 24, recorded from the programs.
#[rustfmt::skip]
const PARTS: &[ExitSample] = &[
    (Livekit, Quick, 0, "one of key-file or keys must be provided", "livekit_no_keys"),
    (Livekit, Quick, 1, "ERROR livekit config/config.go:781 secret is too short, should be at least 32 characters for security {\"apiKey\": \"key\"}", "livekit_secret_short"),
    (Livekit, Quick, 0, "could not parse config: yaml: line 1: did not find expected ',' or ']'", "livekit_config"),
    (Livekit, Quick, 0, "could not parse config: yaml: unmarshal errors:\n  line 1: field porty not found in type config.Config", "livekit_config"),
    (Livekit, Quick, 0, "open /nope.yaml: no such file or directory", "livekit_config"),
    (Livekit, Quick, 0, "open /livekit.yaml: permission denied", "livekit_config"),
    (Livekit, Quick, 0, "listen tcp 0.0.0.0:7880: bind: address already in use", "port_in_use"),
    (Redis, Quick, 1, "1:C 21 Nov 2026 14:44:51.048 # Fatal error, can't open config file '/nope.conf': No such file or directory", "redis_config_missing"),
    (Redis, Quick, 1, "*** FATAL CONFIG FILE ERROR (Redis 8.0.2) ***\nReading the configuration file, at line 1\n>>> 'maxmemory abc'\nargument must be a memory value", "redis_config"),
    (Redis, Quick, 1, "1:M 21 Nov 2026 14:44:51.605 # Unresolved Configuration(s) Detected:\n1:M 21 Nov 2026 14:44:51.606 # >>> 'bogus 1'", "redis_config"),
    (Redis, Quick, 1, "16:M 21 Nov 2026 14:55:39.707 # Warning: Could not create server TCP listening socket *:6379: bind: Address already in use\n16:M 21 Nov 2026 14:55:39.707 # Failed listening on port 6379 (tcp), aborting.", "port_in_use"),
    (Redis, Quick, 1, "1:M # Can't open the append-only file: MISCONF Errors writing to the AOF file", "redis_cannot_write"),
    (Redis, Quick, 1, "1:M # Error writing to the AOF file: No space left on device", "disk_full"),
    (Redis, Quick, 1, "1:M # OOM command not allowed when used memory > 'maxmemory'", "redis_out_of_memory"),
    (Redis, Quick, 1, "1:M # Out Of Memory allocating 67108864 bytes!", "out_of_memory"),
    (Icecast, Quick, 1, "/tmp/i.xml:2: parser error : Premature end of data in tag a line 1\n\n^\nFATAL: error parsing config file (/tmp/i.xml)\nXML config parsing error", "icecast_config"),
    (Icecast, Quick, 1, "I/O warning : failed to load external entity \"/nope.xml\"\nFATAL: error parsing config file (/nope.xml)\nXML config parsing error", "icecast_config"),
    (Icecast, Quick, 1, "[2026-11-21  14:55:44] EROR connection/connection_setup_sockets Could not create listener socket on port 8000\n[2026-11-21  14:55:44] EROR connection/connection_setup_sockets No listening sockets established", "port_in_use"),
    (Gateway, Quick, 1, "{\"level\":\"info\",\"msg\":\"using config from file\",\"file\":\"/tmp/Caddyfile\"}\n{\"level\":\"error\",\"ts\":1795272300.4734828,\"msg\":\"adapting config using caddyfile: /tmp/Caddyfile:2: unrecognized directive: nonsense\"}", "caddy_config"),
    (Gateway, Quick, 1, "Error: reading config from file: open /etc/caddy/Caddyfile: no such file or directory", "caddy_config"),
    (Gateway, Quick, 1, "Error: loading initial config: loading new config: unknown module", "caddy_config"),
    (Gateway, Quick, 1, "Error: loading initial config: loading new config: http app module: start: listening on :8081: listen tcp :8081: bind: address already in use", "port_in_use"),
    (Tunnel, Domain, 1, "{\"level\":\"error\",\"logger\":\"tls.obtain\",\"msg\":\"could not get certificate from issuer\",\"error\":\"HTTP 429 urn:ietf:params:acme:error:rateLimited - too many certificates\"}", "acme_rate_limited"),
    (Tunnel, Domain, 1, "{\"level\":\"error\",\"msg\":\"challenge failed\",\"problem\":{\"type\":\"urn:ietf:params:acme:error:dns\",\"title\":\"\"}}", "acme_dns"),
    (Tunnel, Domain, 1, "{\"level\":\"error\",\"error\":\"HTTP 400 urn:ietf:params:acme:error:connection - 203.0.113.9: Connection refused\"}", "acme_connection"),
    (Tunnel, Domain, 1, "{\"level\":\"error\",\"error\":\"HTTP 403 urn:ietf:params:acme:error:unauthorized - Invalid response\"}", "acme_unauthorized"),
    (Tunnel, Domain, 1, "{\"level\":\"error\",\"error\":\"HTTP 500 urn:ietf:params:acme:error:serverInternal\"}", "acme"),
    (Tunnel, Domain, 1, "{\"level\":\"error\",\"msg\":\"could not get certificate from issuer\",\"error\":\"context canceled\"}", "acme"),
    (App, Quick, 1, "Error: listen EADDRINUSE: address already in use :::3000\n  address: '::',\n  port: 3000\n}\n\nNode.js v24.22.2", "port_in_use"),
    (App, Quick, 1, "Error: Cannot find module '/app/nope.js'\n  code: 'MODULE_NOT_FOUND',\n  requireStack: []\n}\n\nNode.js v24.22.2", "app_module_missing"),
    (App, Quick, 1, "Error [ERR_MODULE_NOT_FOUND]: no 'x' imported from /app/server.mjs", "app_module_missing"),
    (App, Quick, 134, "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n----- Native stack trace -----", "app_out_of_heap"),
    (App, Quick, 1, "Error: ENOSPC: no space left on device, write", "disk_full"),
];

/// An exit code alone.
#[rustfmt::skip]
const CODES: &[ExitSample] = &[
    (Other, Quick, 125, "", "engine_refused"),
    (Other, Quick, 126, "", "command_denied"),
    (Other, Quick, 127, "", "command_missing"),
    (Other, Quick, 137, "", "killed"),
    (Other, Quick, 139, "", "crashed"),
    (Other, Quick, 143, "", "terminated"),
    // The signal is the cause, not an older line.
    (Redis, Quick, 137, "1:M # MISCONF Errors writing to the AOF file", "killed"),
];

/// Docker's errors.
#[rustfmt::skip]
const ENGINE: &[(&str, &str)] = &[
    ("driver failed programming external connectivity on endpoint a-gateway-1 (1f): Bind for 127.0.0.1:8080 failed: port is already allocated", "host_port_taken"),
    ("driver failed programming external connectivity on endpoint a-gateway-1 (1f): failed to bind port 127.0.0.1:8080/tcp: Error starting userland proxy: listen tcp4 127.0.0.1:8080: bind: address already in use", "host_port_taken"),
    ("Ports are not available: exposing port TCP 127.0.0.1:8080 -> 0.0.0.0:0: listen tcp 127.0.0.1:8080: bind: ports are not available", "host_port_taken"),
    ("No such image: sidelink/nope:1", "image_missing"),
    ("pull access denied for sidelink/nope, repository does not exist or may require 'docker login'", "image_missing"),
    ("manifest for caddy:9 not found: manifest unknown: manifest unknown", "image_missing"),
    ("invalid mount config for type \"bind\": bind source path does not exist: /nope", "mount_missing"),
    ("error mounting \"/a/livekit.yaml\" to rootfs at \"/livekit.yaml\": not a directory: unknown: Are you trying to mount a directory onto a file (or vice-versa)?", "mount_missing"),
    ("Mounts denied: The path /srv/a is not shared from the host and is not known to Docker.", "mount_denied"),
    ("The path /srv/a is not shared from the host", "mount_denied"),
    ("error while creating mount source path '/srv/a': mkdir /srv/a: permission denied", "mount_denied"),
    ("failed to mount local volume: mount /srv/a: operation not permitted", "mount_denied"),
    ("network 3f2a not found", "network_missing"),
    ("exec /usr/bin/livekit-server: exec format error", "wrong_platform"),
    ("failed to create task for container: mkdir /var/lib/docker: no space left on device", "disk_full"),
    ("failed to create task for container: fork/exec: cannot allocate memory", "out_of_memory"),
    ("runc create failed: out of memory", "out_of_memory"),
    ("exec: \"nope\": executable file not found in $PATH: unknown", "command_missing"),
    ("failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: \"/nope\": stat /nope: no such file or directory: unknown", "command_missing"),
    ("failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: \"/etc/passwd\": permission denied: unknown", "command_denied"),
];

/// Errors of the connection to the Docker API.
#[rustfmt::skip]
const API: &[(&str, &str)] = &[
    ("cannot talk to tcp://192.0.2.1:2375: Connection refused (os error 111)", "docker_not_running"),
    ("cannot talk to tcp://192.0.2.1:2375: dial: connection refused", "docker_not_running"),
    ("cannot talk to unix:///run/docker-proxy/docker.sock: Socket not found: /run/docker-proxy/docker.sock", "docker_proxy_down"),
    ("cannot talk to unix:///run/docker-proxy/docker.sock: Connection refused (os error 111)", "docker_proxy_down"),
    ("Docker responded with status code 502: docker-proxy: the Docker socket is missing", "docker_sock_missing"),
    ("Docker responded with status code 502: docker-proxy: the Docker socket is a directory: Docker made it, because DOCKER_SOCK names no socket", "docker_sock_wrong"),
    ("Docker responded with status code 502: docker-proxy: the Docker socket is a file, not a socket", "docker_sock_wrong"),
    ("Docker responded with status code 502: docker-proxy: the Docker socket may not be opened (permission denied)", "docker_permission"),
    ("Docker responded with status code 502: docker-proxy: nothing listens at the Docker socket", "docker_sock_silent"),
    ("cannot talk to unix:///nonexistent/docker.sock: Socket not found: /nonexistent/docker.sock", "docker_not_running"),
    ("cannot talk to unix:///var/run/docker.sock: No such file or directory (os error 2)", "docker_not_running"),
    ("Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?", "docker_not_running"),
    ("Got permission denied while trying to connect to the Docker daemon socket", "docker_permission"),
    ("cannot talk to unix:///var/run/docker.sock: Permission denied (os error 13)", "docker_permission"),
    ("Docker responded with status code 403: docker-proxy does not pass this call on", "docker_refused"),
    ("the event stream ended", "docker"),
];

fn ended((role, tunnel, code, log, _): ExitSample, error: &str) -> Option<Diagnosis> {
    of_exit(ContainerExit {
        role,
        tunnel,
        code,
        error,
        log,
    })
}

fn recorded() -> impl Iterator<Item = ExitSample> {
    [QUICK, CLOUDFLARED, NGROK, PARTS, CODES]
        .into_iter()
        .flatten()
        .copied()
}

/// Returns the diagnoses of everything that is recorded here.
pub(super) fn all() -> Vec<Diagnosis> {
    let ends = recorded().filter_map(|sample| ended(sample, ""));
    let starts = ENGINE
        .iter()
        .filter_map(|(error, _)| engine::of_start(error));
    ends.chain(starts)
        .chain(API.iter().map(|(error, _)| engine::lost(error)))
        .collect()
}

#[test]
fn every_recorded_exit_is_recognized() {
    for sample in recorded() {
        assert_eq!(
            ended(sample, "").as_ref().map(Diagnosis::code),
            Some(sample.4),
            "{sample:?}"
        );
    }
}

#[test]
fn dockers_error_about_a_container_is_recognized() {
    for (error, code) in ENGINE {
        assert_eq!(
            engine::of_start(error).as_ref().map(Diagnosis::code),
            Some(*code),
            "{error}"
        );
        let end = (Other, Quick, 128, "", "");
        assert_eq!(
            ended(end, error).as_ref().map(Diagnosis::code),
            Some(*code),
            "{error}"
        );
    }
    for (error, code) in API {
        assert_eq!(engine::lost(error).code(), *code, "{error}");
    }
}

#[test]
fn an_exit_without_a_known_cause_has_no_diagnosis() {
    for (code, log) in [(1, "panic: unknown cause"), (0, "bye"), (3, "")] {
        for role in [Livekit, Redis, Icecast, App, Gateway, Tunnel, Other] {
            for kind in [Domain, Named, Ngrok, Quick] {
                assert_eq!(
                    ended((role, kind, code, log, ""), ""),
                    None,
                    "{role:?} {log}"
                );
            }
        }
    }
}

#[test]
fn texts_of_another_program_are_ignored() {
    let log =
        "one of key-file or keys must be provided\nERR_NGROK_4018\nacme:error:dns\nEADDRINUSE";
    assert_eq!(ended((Redis, Quick, 1, log, ""), ""), None);
}

#[test]
fn a_quoted_line_names_the_cause_without_secrets() {
    let log = "dest=http://x.example/rtc?access_token=SECRET\ncould not parse config: yaml: line 1: cannot unmarshal !!str `key:SEC...` into map";
    let Some(Diagnosis::OfCode { detail, .. }) = ended((Livekit, Quick, 0, log, ""), "") else {
        panic!("is known")
    };
    assert_eq!(
        detail,
        "could not parse config: yaml: line 1: cannot unmarshal !!str … into map"
    );
    let log =
        "[2026-11-21  14:55:44] EROR connection/x Could not create listener socket on port 8000";
    let known = ended((Icecast, Quick, 1, log, ""), "");
    let quote = "EROR connection/x Could not create listener socket on port 8000";
    assert_eq!(known, Some(Diagnosis::of_code("port_in_use", quote)));
    let log = "16:M 21 Nov 2026 14:55:39.707 # Failed listening on port 6379 (tcp), aborting.";
    let known = ended((Redis, Quick, 1, log, ""), "");
    let quote = "Failed listening on port 6379 (tcp), aborting.";
    assert_eq!(known, Some(Diagnosis::of_code("port_in_use", quote)));
    let log = "could not parse config: yaml: unmarshal errors:\n  line 1: field porty not found";
    let Some(Diagnosis::OfCode { detail, .. }) = ended((Livekit, Quick, 0, log, ""), "") else {
        panic!("is known")
    };
    assert!(
        detail.ends_with("errors: line 1: field porty not found"),
        "{detail}"
    );
    let log = "{\"level\":\"error\",\"ts\":1,\"msg\":\"adapting config using caddyfile: /c:2: unrecognized directive: nonsense\"}";
    let Some(Diagnosis::OfCode { detail, .. }) = ended((Gateway, Quick, 1, log, ""), "") else {
        panic!("is known")
    };
    assert_eq!(
        detail,
        "adapting config using caddyfile: /c:2: unrecognized directive: nonsense"
    );
}

#[test]
fn a_healthchecks_output_is_recognized() {
    for (role, output, code) in [
        (
            Redis,
            "NOAUTH Authentication required.",
            Some("redis_no_password"),
        ),
        (
            Redis,
            "LOADING Redis is loading the dataset in memory",
            Some("redis_loading"),
        ),
        (
            App,
            "Error: ENOSPC: no space left on device",
            Some("disk_full"),
        ),
        (App, "connection refused", None),
        (Tunnel, "exit status 1", None),
    ] {
        assert_eq!(
            of_output(role, Quick, output).as_ref().map(Diagnosis::code),
            code,
            "{output}"
        );
    }
}
