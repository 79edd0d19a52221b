//! Error responses: what failed and how to fix it, in English and Portuguese.

use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::connections::NoPlace;
use crate::random::RandomError;
use crate::storage::redis::Down;
use sidelink_core::Diagnosis;
use sidelink_diagnostics::{Explain, Lang, Message};

/// An error response. It quotes no more of a request than the name of a field.
#[derive(Clone, Debug)]
pub(super) struct Error {
    status: StatusCode,
    code: &'static str,
    text: Text,
    /// Seconds until the request may be repeated.
    retry_after: Option<u64>,
}

#[derive(Clone, Debug)]
enum Text {
    /// Message, message in Portuguese, fix.
    Fixed([&'static str; 3]),
    Formatted(Box<[String; 3]>),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    error: Inner<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Inner<'a> {
    code: &'static str,
    message: &'a str,
    message_pt: &'a str,
    fix: &'a str,
    docs: &'static str,
}

/// Time after which a place may be free: a participant that left is listed for some seconds.
const PLACE_RETRY: Duration = Duration::from_secs(10);

/// The documentation of the routes.
const DOCS: &str = "docs/configuration.md#routes";

macro_rules! errors {
    ($($name:ident = $status:ident, $code:literal, $message:literal, $message_pt:literal, $fix:literal;)*) => {
        impl Error {
            $(#[doc = $message] pub(super) const $name: Self = Self {
                status: StatusCode::$status,
                code: $code,
                text: Text::Fixed([$message, $message_pt, $fix]),
                retry_after: None,
            };)*
        }

        /// The codes of all errors but those that are diagnoses, which have the diagnosis' code.
        pub const CODES: &[&str] = &[$($code),*];
    };
}

errors! {
    NOT_FOUND = NOT_FOUND, "not_found", "There is no such route.", "Esta rota não existe.",
        "See the list of routes.";
    METHOD = METHOD_NOT_ALLOWED, "method", "This route does not take that method.", "Esta rota não aceita esse método.",
        "See the list of routes.";
    BAD_WAIT = BAD_REQUEST, "bad_wait", "after, wait or maxAge cannot be read.", "after, wait ou maxAge não pode ser lido.",
        "after is a revision, wait is 1s to 60s, maxAge 0s to 60s: ?after=1795240000123&wait=25s";
    BAD_BODY = BAD_REQUEST, "bad_body", "The body cannot be read.", "O corpo não pode ser lido.",
        "Send JSON with exactly the fields that the route describes, Content-Type application/json.";
    BAD_NAME = BAD_REQUEST, "bad_name", "room or identity cannot be used.", "room ou identity não pode ser usado.",
        "room, identity and name: 1 to 128 characters each, no control characters; room may not begin with sidelink-.";
    BAD_TOKEN = UNAUTHORIZED, "bad_token", "This is neither a link's token nor a LiveKit token of this stack.",
        "Este não é o token de um link nem um token do LiveKit deste sistema.",
        "Send Authorization: Bearer <token> with the link's token or the one of `join`; without it, the answer has STUN servers only.";
    NOT_A_PARTICIPANT = UNAUTHORIZED, "not_a_participant", "Only a participant may set ICE servers, for itself.",
        "Só um participante pode definir servidores ICE, para si mesmo.",
        "Send Authorization: Bearer <token> with the LiveKit token of `join`.";
    NOT_IN_A_CALL = UNAUTHORIZED, "not_in_a_call", "Only a participant may report a connection, its own.",
        "Só um participante pode informar uma conexão, a dele.",
        "Send Authorization: Bearer <token> with the LiveKit token of the call.";
    NO_LIVEKIT = SERVICE_UNAVAILABLE, "no_livekit", "LiveKit does not list its rooms.", "O LiveKit não lista as salas.",
        "Try again in some seconds; if this persists, run `docker compose exec sidecar sidelink doctor`.";
    NO_PLACE = SERVICE_UNAVAILABLE, "no_place", "All connections are taken.", "Todas as conexões estão ocupadas.",
        "Try again after the seconds in Retry-After; MAX_CONNECTIONS in `.env` sets how many there are.";
    NO_PUBLISHER = NOT_FOUND, "no_publisher", "This stack plays no videos.", "Este sistema não reproduz vídeos.",
        "Add compose/videos.yaml to COMPOSE_FILE: docs/videos.md.";
    PUBLISHER_DOWN = SERVICE_UNAVAILABLE, "publisher_down", "The publisher does not answer.", "O publisher não responde.",
        "Try again in some seconds; if this persists, run `docker compose exec sidecar sidelink status`.";
    NO_VIDEO = NOT_FOUND, "no_video", "There is no such video.", "Este vídeo não existe.",
        "GET /available-videos lists the names.";
    NO_CALL = CONFLICT, "no_call", "The link's call has not begun, or is over.", "A chamada do link não começou ou já terminou.",
        "Play the video once a participant has joined.";
    NO_TOKEN = UNAUTHORIZED, "no_token", "This route needs a token of this stack or a dashboard session.",
        "Esta rota exige um token deste sistema ou a sessão do painel.",
        "Send Authorization: Bearer <token>; `docker compose exec sidecar sidelink control-token` prints the operator's. In a browser: `docker compose exec sidecar sidelink dashboard`.";
    OPERATOR_ONLY = FORBIDDEN, "operator_only", "The app's token does not open this route; the operator's does.",
        "O token do app não dá acesso a esta rota; o do operador dá.",
        "Use the operator's token: `docker compose exec sidecar sidelink control-token`. The app's is for /links, /livekit-token and /status.";
    NOT_OWN_PAGE = FORBIDDEN, "not_own_page", "With a session cookie, only the dashboard's own page may change something.",
        "Com o cookie de sessão, só a própria página do painel pode alterar algo.",
        "Send the control port's own Origin, or use the operator's token.";
    BAD_CODE = FORBIDDEN, "bad_code", "This login link is invalid, expired or already used.",
        "Este link de acesso é inválido, expirou ou já foi usado.",
        "Get a new one: `docker compose exec sidecar sidelink dashboard`.";
    ROOM_FULL = CONFLICT, "room_full", "The call is full.", "A chamada está cheia.",
        "Wait until a participant has left; a higher maxParticipants needs a new link.";
    NO_SERVICE = NOT_FOUND, "no_service", "There is no such service.", "Este serviço não existe.",
        "GET /status lists the services.";
    NOT_BY_US = CONFLICT, "not_by_us", "The sidecar restarts neither itself nor its access to Docker.",
        "O sidecar não reinicia a si mesmo nem seu acesso ao Docker.",
        "Run `docker compose restart sidecar docker-proxy`.";
    NO_UPGRADE = BAD_REQUEST, "no_upgrade", "This route is a WebSocket.", "Esta rota é um WebSocket.",
        "Connect with ws://, or request the same route without /ws.";
    BAD_LANG = BAD_REQUEST, "bad_lang", "lang cannot be read.", "lang não pode ser lido.", "Use ?lang=en or ?lang=pt.";
    HOST = MISDIRECTED_REQUEST, "host", "The control port does not answer under this name.",
        "A porta de controle não responde por este nome.", "Use http://localhost:8788, or the port of SIDELINK_CONTROL_PORT.";
    ORIGIN = FORBIDDEN, "origin", "Another site's page may not use the control port.",
        "A página de outro site não pode usar a porta de controle.", "Open http://localhost:8788 itself, or the port of SIDELINK_CONTROL_PORT.";
    NOT_OURS = MISDIRECTED_REQUEST, "misdirected", "This is not a name of this stack.", "Este não é um nome deste sistema.",
        "Use the public URL or http://localhost:8080 (the port of SIDELINK_PORT); SIDELINK_ALLOWED_ORIGINS names others, and compose/lan.yaml adds your network's.";
    FOREIGN = FORBIDDEN, "foreign_origin", "Another site's page may not read this.", "A página de outro site não pode ler isto.",
        "Open this address itself; SIDELINK_ALLOWED_ORIGINS names other pages that may.";
    TOO_MANY_OPEN = TOO_MANY_REQUESTS, "too_many_open", "Too many open connections from this address.",
        "Há conexões abertas demais deste endereço.", "Close some of them, or send the request without ?after=.";
    SLOW_BODY = REQUEST_TIMEOUT, "slow_body", "The body did not arrive in time.", "O corpo não chegou a tempo.",
        "Send the whole body within 10 s.";
    NO_LINK = NOT_FOUND, "no_link", "No verified public URL yet.", "Ainda não há uma URL pública verificada.",
        "See `awaiting` in GET /status.";
    FULL = SERVICE_UNAVAILABLE, "full", "Too many open connections.",
        "Há conexões abertas demais.", "Use the long poll, or try again in a minute.";
    BAD_FIELD = BAD_REQUEST, "bad_field", "A field of the body cannot be used.", "Um campo do corpo não pode ser usado.",
        "See the route's description for the fields and their limits.";
    BAD_PERSON = BAD_REQUEST, "bad_name", "name cannot be used.", "name não pode ser usado.",
        "name: 1 to 64 characters, no control characters.";
    BAD_KEY = BAD_REQUEST, "bad_idempotency_key", "Idempotency-Key cannot be used.", "Idempotency-Key não pode ser usado.",
        "1 to 128 visible ASCII characters, e.g. a UUID.";
    OTHER_BODY = UNPROCESSABLE_ENTITY, "idempotency_key_reused", "This Idempotency-Key was used for another request in the last 24 hours.",
        "Este Idempotency-Key foi usado em outro pedido nas últimas 24 horas.",
        "Use a new key for each link, and the same one only to repeat the same request.";
    NO_SUCH_LINK = NOT_FOUND, "no_such_link", "This link is not valid; it may have expired.", "Este link não é válido; talvez tenha expirado.",
        "Ask the person who sent it for a new one.";
    TOO_MANY = TOO_MANY_REQUESTS, "too_many", "Too many requests for now.", "Pedidos demais por enquanto.",
        "Try again after the seconds in Retry-After.";
    NOT_JOINED = FORBIDDEN, "not_joined", "`resume` does not match a participant of this link.", "`resume` não corresponde a um participante deste link.",
        "Join first, and send the `resume` of that response.";
    PREPARING = SERVICE_UNAVAILABLE, "preparing", "The call is being prepared.", "A chamada está sendo preparada.",
        "Try again after the seconds in Retry-After.";
    REDIS_DOWN = SERVICE_UNAVAILABLE, "redis_down", "Links cannot be stored or read, because Redis does not answer.",
        "Não é possível salvar nem consultar links porque o Redis não responde.",
        "Try again after the seconds in Retry-After; if this persists, run `docker compose exec sidecar sidelink doctor`.";
    FAILED = SERVICE_UNAVAILABLE, "failed", "Links are unavailable until the operator fixes a problem.", "Os links ficam indisponíveis até que o operador corrija um problema.",
        "See GET /status and GET /doctor.";
    INTERNAL = INTERNAL_SERVER_ERROR, "internal", "The sidecar failed to process the request.", "O sidecar não conseguiu processar o pedido.",
        "See `docker compose logs sidecar`.";
}

impl Error {
    /// Returns the error with this text. What it quotes of a request must be short and escaped.
    pub(super) fn with_text(self, message: String, message_pt: String, fix: String) -> Self {
        let text = Text::Formatted(Box::new([message, message_pt, fix]));
        Self { text, ..self }
    }

    /// Returns the diagnosis as an error: the sidecar retries nothing until the operator changes something.
    pub(super) fn failed(why: Option<&Diagnosis>) -> Self {
        let Some(why) = why else {
            return Self::FAILED;
        };
        let fix = why.next(Lang::En);
        let fix = fix.unwrap_or_else(|| "See GET /status and GET /doctor.".to_owned());
        Self {
            code: why.code(),
            ..Self::FAILED.with_text(why.message(Lang::En), why.message(Lang::Pt), fix)
        }
    }

    /// Returns the error with `Retry-After`, rounded up to seconds.
    pub(super) fn retry_after(self, wait: Duration) -> Self {
        let seconds = wait.as_millis().div_ceil(1000).max(1);
        let retry_after = u64::try_from(seconds).ok();
        Self {
            retry_after,
            ..self
        }
    }
}

impl From<Down> for Error {
    fn from(Down: Down) -> Self {
        Self::REDIS_DOWN.retry_after(Duration::from_secs(2))
    }
}

impl From<NoPlace> for Error {
    fn from(NoPlace(max): NoPlace) -> Self {
        Self::NO_PLACE
            .with_text(
                format!("All {max} connections are taken."),
                format!("Todas as {max} conexões estão ocupadas."),
                "Try again after the seconds in Retry-After; MAX_CONNECTIONS in `.env` sets how many there are.".to_owned(),
            )
            .retry_after(PLACE_RETRY)
    }
}

/// LiveKit's secret cannot be used as a key.
impl From<jsonwebtoken::errors::Error> for Error {
    fn from(error: jsonwebtoken::errors::Error) -> Self {
        tracing::warn!("cannot sign a LiveKit token: {error}");
        Self::INTERNAL
    }
}

impl From<RandomError> for Error {
    fn from(error: RandomError) -> Self {
        tracing::warn!("{error}");
        Self::INTERNAL
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let [message, message_pt, fix] = match &self.text {
            Text::Fixed(text) => *text,
            Text::Formatted(text) => [&*text[0], &*text[1], &*text[2]],
        };
        let body = Json(Body {
            error: Inner {
                code: self.code,
                message,
                message_pt,
                fix,
                docs: DOCS,
            },
        });
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
