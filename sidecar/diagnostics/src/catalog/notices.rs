//! Notices: the public URL works, but something that passes through it does not, or not for every visitor.

use super::entry;
use crate::CatalogEntry;

pub(super) const ENTRIES: &[CatalogEntry] = &[
    entry(
        "answer_too_slow",
        [
            "the app took longer than 90 s to start its answer; Cloudflare's tunnels stop waiting then, and the visitor got 504",
            "o aplicativo demorou mais de 90 s para começar a responder; os túneis da Cloudflare não esperam mais que isso, e o visitante recebeu 504",
        ],
        [
            "Let the app answer at once and send the result when it is ready (a status route, a WebSocket), or use a tunnel without this limit: `compose/domain.yaml`, `compose/tunnel-ngrok.yaml`",
            "Faça o aplicativo responder logo e enviar o resultado quando estiver pronto (uma rota de status, um WebSocket), ou use um túnel sem esse limite: `compose/domain.yaml`, `compose/tunnel-ngrok.yaml`",
        ],
    ),
    entry(
        "event_stream_held",
        [
            "the app sent an event stream (text/event-stream); a quick tunnel holds it back until it ends",
            "o aplicativo enviou um fluxo de eventos (text/event-stream); um túnel rápido o retém até o fim",
        ],
        [
            "Use a WebSocket in the app, or a tunnel that passes streams: `docker compose run --rm setup`",
            "Use um WebSocket no aplicativo, ou um túnel que deixe passar fluxos: `docker compose run --rm setup`",
        ],
    ),
    entry(
        "upload_too_large",
        [
            "an upload of more than 100 MB passed on this machine; Cloudflare refuses such uploads from visitors with 413",
            "um envio de mais de 100 MB passou nesta máquina; a Cloudflare recusa envios assim dos visitantes com 413",
        ],
        [
            "Let the app accept large files in parts of less than 100 MB, or use a tunnel without this limit: `compose/domain.yaml`, `compose/public-url.yaml`",
            "Faça o aplicativo receber arquivos grandes em partes de menos de 100 MB, ou use um túnel sem esse limite: `compose/domain.yaml`, `compose/public-url.yaml`",
        ],
    ),
    entry(
        "visitor_address_unknown",
        [
            "every visitor has the same private address here: limits per address are off, total limits apply",
            "todos os visitantes têm aqui o mesmo endereço privado: os limites por endereço estão desativados, os limites totais valem",
        ],
        [
            "Let your own proxy send `X-Forwarded-For`. Docker Desktop hides visitors' addresses on published ports; a tunnel does not",
            "Faça seu próprio proxy enviar `X-Forwarded-For`. O Docker Desktop oculta os endereços dos visitantes nas portas publicadas; um túnel não",
        ],
    ),
    entry(
        "local_https_forced",
        [
            "the app redirects http://localhost to HTTPS, which this machine does not serve: the app opens only at the public URL",
            "o aplicativo redireciona http://localhost para HTTPS, que esta máquina não oferece: ele só abre pela URL pública",
        ],
        [
            "Open the public URL on this machine too, or exempt `localhost` from the app's redirect (Rails: `config.ssl_options`)",
            "Abra a URL pública nesta máquina também, ou isente `localhost` do redirecionamento do aplicativo (Rails: `config.ssl_options`)",
        ],
    ),
    entry(
        "routes_taken",
        [
            "the app also serves {detail}, but visitors get Sidelink's answer there",
            "o aplicativo também responde em {detail}, mas os visitantes recebem ali a resposta do Sidelink",
        ],
        [
            "Set `SIDELINK_ROUTES=prefixed` in `.env` and run `docker compose up -d gateway sidecar`: Sidelink's routes are then only under `/sidelink/`",
            "Defina `SIDELINK_ROUTES=prefixed` no `.env` e rode `docker compose up -d gateway sidecar`: as rotas do Sidelink passam a ficar só em `/sidelink/`",
        ],
    ),
];
