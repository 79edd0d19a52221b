//! LiveKit: how it ends, and what it answers to our token.

use super::entry;
use crate::CatalogEntry;

pub(super) const ROWS: &[CatalogEntry] = &[
    entry(
        "livekit_no_keys",
        [
            "LiveKit has no API key and does not start",
            "o LiveKit não tem chave de API e não inicia",
        ],
        [
            "Its configuration needs `keys:`; `docker compose up init` writes it again",
            "A configuração precisa de `keys:`; `docker compose up init` a escreve de novo",
        ],
    ),
    entry(
        "livekit_secret_short",
        [
            "LiveKit's secret is shorter than 32 characters",
            "o segredo do LiveKit tem menos de 32 caracteres",
        ],
        [
            "Set a longer one under `keys:` (`openssl rand -hex 32`), the same for the app",
            "Defina um maior em `keys:` (`openssl rand -hex 32`), o mesmo para o app",
        ],
    ),
    entry(
        "livekit_config",
        [
            "LiveKit cannot read its configuration[: {detail}]",
            "o LiveKit não consegue ler a configuração[: {detail}]",
        ],
        [
            "Correct livekit.yaml, then `docker compose up init livekit`",
            "Corrija livekit.yaml e rode `docker compose up init livekit`",
        ],
    ),
    entry(
        "livekit_wrong_key",
        [
            "LiveKit does not know the API key: nobody can join a call",
            "o LiveKit não conhece a chave de API: ninguém consegue entrar em chamadas",
        ],
        [
            "Give LiveKit and the sidecar the same key: `docker compose up -d --force-recreate init livekit sidecar`",
            "Use a mesma chave no LiveKit e no sidecar: `docker compose up -d --force-recreate init livekit sidecar`",
        ],
    ),
    entry(
        "livekit_wrong_secret",
        [
            "LiveKit knows the API key, but with another secret: nobody can join a call",
            "o LiveKit conhece a chave de API, mas com outro segredo: ninguém consegue entrar em chamadas",
        ],
        [
            "Give LiveKit and the sidecar the same secret: `docker compose up -d --force-recreate init livekit sidecar`",
            "Use o mesmo segredo no LiveKit e no sidecar: `docker compose up -d --force-recreate init livekit sidecar`",
        ],
    ),
    entry(
        "livekit_clock_ahead",
        [
            "LiveKit finds a fresh token expired: its clock is ahead of the sidecar's, and nobody can join a call",
            "para o LiveKit, um token recém-criado já expirou: o relógio dele está adiantado em relação ao do sidecar, e ninguém entra em chamadas",
        ],
        [
            "Set the clock of the machine that runs LiveKit; a laptop that slept: restart Docker Desktop",
            "Acerte o relógio da máquina do LiveKit; em um notebook que esteve suspenso, reinicie o Docker Desktop",
        ],
    ),
    entry(
        "livekit_clock_behind",
        [
            "LiveKit finds a fresh token not valid yet: its clock is behind the sidecar's, and nobody can join a call",
            "para o LiveKit, um token recém-criado ainda não é válido: o relógio dele está atrasado em relação ao do sidecar, e ninguém entra em chamadas",
        ],
        [
            "Set the clock of the machine that runs LiveKit; a laptop that slept: restart Docker Desktop",
            "Acerte o relógio da máquina do LiveKit; em um notebook que esteve suspenso, reinicie o Docker Desktop",
        ],
    ),
    entry(
        "livekit_token_refused",
        [
            "LiveKit refuses our token[: {detail}]",
            "o LiveKit recusa o nosso token[: {detail}]",
        ],
        [
            "Does every proxy before LiveKit pass `Authorization` on? `docker compose logs livekit` says more",
            "Todo proxy antes do LiveKit repassa `Authorization`? `docker compose logs livekit` diz mais",
        ],
    ),
    entry(
        "livekit_not_ready",
        [
            "LiveKit runs and says that it is not ready (406): it is stuck or this machine is overloaded",
            "o LiveKit está rodando e diz que não está pronto (406): travou ou esta máquina está sobrecarregada",
        ],
        [
            "If it lasts: `docker compose restart livekit`",
            "Se persistir: `docker compose restart livekit`",
        ],
    ),
    entry(
        "livekit_limit",
        [
            "LiveKit has reached the limit in its configuration (503): nobody else can join",
            "o LiveKit atingiu o limite da configuração (503): ninguém mais pode entrar",
        ],
        [
            "Raise `limit:` in livekit.yaml, or wait until somebody leaves",
            "Aumente `limit:` em livekit.yaml ou aguarde alguém sair",
        ],
    ),
    entry(
        "not_livekit",
        [
            "something that is not LiveKit answers at its address[: {detail}]",
            "algo que não é o LiveKit responde no endereço dele[: {detail}]",
        ],
        [
            "End the other program, or correct the port of LiveKit (`sidelink.port`, usually 7880)",
            "Encerre o outro programa ou corrija a porta do LiveKit (`sidelink.port`, normalmente 7880)",
        ],
    ),
    entry(
        "host_ip_wrong",
        [
            "HOST_IP is {set}, but this machine has {here}: phones on this Wi-Fi get no video",
            "HOST_IP é {set}, mas esta máquina tem {here}: celulares neste Wi-Fi ficam sem vídeo",
        ],
        [
            "Put `HOST_IP={here}` into `.env`, then `docker compose up -d`",
            "Coloque `HOST_IP={here}` no `.env` e rode `docker compose up -d`",
        ],
    ),
];
