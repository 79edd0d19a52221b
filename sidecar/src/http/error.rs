//! Errors as a visitor reads them: what is wrong and the fix, in both languages.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// One kind of refusal. All of them are known beforehand, so nothing of a request is ever echoed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Error {
    status: StatusCode,
    code: &'static str,
    message: &'static str,
    message_pt: &'static str,
    fix: &'static str,
}

#[derive(Serialize)]
struct Body {
    error: Inner,
}

#[derive(Serialize)]
struct Inner {
    code: &'static str,
    message: &'static str,
    message_pt: &'static str,
    fix: &'static str,
    docs: &'static str,
}

/// Where the routes are described.
const DOCS: &str = "README.md#routes";

macro_rules! errors {
    ($($name:ident = $status:ident, $code:literal, $message:literal, $message_pt:literal, $fix:literal;)*) => {
        impl Error {
            $(#[doc = $message] pub(super) const $name: Self = Self {
                status: StatusCode::$status,
                code: $code,
                message: $message,
                message_pt: $message_pt,
                fix: $fix,
            };)*
        }
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
    NO_TOKEN = UNAUTHORIZED, "no_token", "This route wants the control token, or the dashboard's session.",
        "Esta rota exige o token de controle ou a sessão do painel.",
        "Send Authorization: Bearer <token>; `docker compose exec sidecar sidelink token` prints it. In a browser: `sidelink dashboard`.";
    NOT_OWN_PAGE = FORBIDDEN, "not_own_page", "With a session's cookie only the dashboard's own page may change something.",
        "Com o cookie de uma sessão, só a própria página do painel pode mudar algo.",
        "Send an Origin of the control port itself, or use the control token.";
    BAD_CODE = FORBIDDEN, "bad_code", "This login link has been used, is older than ten minutes, or never was one.",
        "Este link de acesso já foi usado, tem mais de dez minutos ou nunca existiu.",
        "Get another: `docker compose exec sidecar sidelink dashboard`.";
    NO_SERVICE = NOT_FOUND, "no_service", "There is no such service.", "Este serviço não existe.",
        "Ask /status for the names.";
    NOT_BY_US = CONFLICT, "not_by_us", "The sidecar does not restart itself or its way to Docker.",
        "O sidecar não reinicia a si mesmo nem o seu acesso ao Docker.",
        "`docker compose restart sidecar docker-proxy`.";
    NO_UPGRADE = BAD_REQUEST, "no_upgrade", "This route is a WebSocket.", "Esta rota é um WebSocket.",
        "Connect with ws://, or ask the same route without /ws.";
    BAD_LANG = BAD_REQUEST, "bad_lang", "lang cannot be read.", "lang não pode ser lido.", "Use ?lang=en or ?lang=pt.";
    HOST = MISDIRECTED_REQUEST, "host", "The control port does not answer under this name.",
        "A porta de controle não responde por este nome.", "Use http://localhost:8788.";
    ORIGIN = FORBIDDEN, "origin", "Another site's page may not use the control port.",
        "A página de outro site não pode usar a porta de controle.", "Open http://localhost:8788 itself.";
    NO_LINK = NOT_FOUND, "no_link", "There is no proven link yet.", "Ainda não há um link comprovado.",
        "Ask /status what is awaited.";
    FULL = SERVICE_UNAVAILABLE, "full", "Too many pages follow this.",
        "Páginas demais acompanham isto.", "Use the long poll, or try again in a minute.";
    INTERNAL = INTERNAL_SERVER_ERROR, "internal", "The sidecar could not do this.", "O sidecar não conseguiu fazer isto.",
        "See `docker compose logs sidecar`.";
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let Self {
            status,
            code,
            message,
            message_pt,
            fix,
        } = self;
        let body = Body {
            error: Inner {
                code,
                message,
                message_pt,
                fix,
                docs: DOCS,
            },
        };
        (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
    }
}
