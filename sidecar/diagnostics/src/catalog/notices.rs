//! What was met in passing: the public URL works, and something that goes over it does not, or not for everyone.

use super::entry;
use crate::CatalogEntry;

pub(super) const ROWS: &[CatalogEntry] = &[
    entry(
        "answer_too_slow",
        [
            "the app took longer than 90 s to begin an answer; Cloudflare's tunnels wait no longer, and the visitor got 504",
            "o aplicativo demorou mais de 90 s para começar uma resposta; os túneis da Cloudflare não esperam mais, e o visitante recebeu 504",
        ],
        [
            "Let the app answer at once and send the result when it is ready (a status route, a WebSocket), or take a tunnel without this limit: `compose/domain.yaml`, `compose/tunnel-ngrok.yaml`",
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
            "an upload of more than 100 MB passed on this machine; Cloudflare refuses such a one from visitors with 413",
            "um envio de mais de 100 MB passou nesta máquina; a Cloudflare recusa isso dos visitantes com 413",
        ],
        [
            "Let the app take large files in pieces of less than 100 MB, or take a tunnel without this limit: `compose/domain.yaml`, `compose/public-url.yaml`",
            "Faça o aplicativo receber arquivos grandes em partes de menos de 100 MB, ou use um túnel sem esse limite: `compose/domain.yaml`, `compose/public-url.yaml`",
        ],
    ),
    entry(
        "visitor_address_unknown",
        [
            "every visitor has the same private address here: limits per address are off, limits in all hold",
            "todos os visitantes têm aqui o mesmo endereço privado: os limites por endereço estão desligados, os limites totais valem",
        ],
        [
            "Your own proxy: let it send `X-Forwarded-For`. Docker Desktop: it hides addresses of published ports, a tunnel does not",
            "Seu próprio proxy: faça-o enviar `X-Forwarded-For`. Docker Desktop: ele oculta os endereços nas portas publicadas, um túnel não",
        ],
    ),
    entry(
        "local_https_forced",
        [
            "the app redirects http://localhost to https, and nothing speaks https on this machine: it opens by the public URL only",
            "o aplicativo redireciona http://localhost para https, e nada fala https nesta máquina: ele só abre pelo endereço público",
        ],
        [
            "Open the public URL on this machine too, or exempt `localhost` from the app's redirect (Rails: `config.ssl_options`)",
            "Abra o endereço público nesta máquina também, ou isente `localhost` do redirecionamento do aplicativo (Rails: `config.ssl_options`)",
        ],
    ),
    entry(
        "routes_taken",
        [
            "the app answers {detail} itself, and visitors get Sidelink's answer there",
            "o próprio aplicativo responde em {detail}, e os visitantes recebem ali a resposta do Sidelink",
        ],
        [
            "Put `SIDELINK_ROUTES=prefixed` into `.env` and run `docker compose up -d gateway sidecar`: Sidelink's routes are then below `/sidelink/` only",
            "Coloque `SIDELINK_ROUTES=prefixed` no `.env` e rode `docker compose up -d gateway sidecar`: as rotas do Sidelink ficam então só abaixo de `/sidelink/`",
        ],
    ),
];
