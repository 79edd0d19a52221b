//! LiveKit: why it exits, and what it answers to Sidelink's token.

use super::entry;
use crate::CatalogEntry;

pub(super) const ENTRIES: &[CatalogEntry] = &[
    entry(
        "livekit_no_keys",
        [
            "LiveKit has no API key and does not start",
            "o LiveKit não tem chave de API e não inicia",
        ],
        [
            "Its configuration needs `keys:`; `docker compose up init` writes it",
            "A configuração precisa de `keys:`; `docker compose up init` as grava",
        ],
    ),
    entry(
        "livekit_secret_short",
        [
            "LiveKit's secret is shorter than 32 characters",
            "o segredo do LiveKit tem menos de 32 caracteres",
        ],
        [
            "Set a longer one under `keys:` (`openssl rand -hex 32`), and the same one for the app",
            "Defina um maior em `keys:` (`openssl rand -hex 32`), e o mesmo para o aplicativo",
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
            "LiveKit does not know the API key: no participant can join a call",
            "o LiveKit não conhece a chave de API: nenhum participante consegue entrar em chamadas",
        ],
        [
            "Give LiveKit and the sidecar the same key: `docker compose up -d --force-recreate init livekit sidecar`",
            "Use a mesma chave no LiveKit e no sidecar: `docker compose up -d --force-recreate init livekit sidecar`",
        ],
    ),
    entry(
        "livekit_wrong_secret",
        [
            "LiveKit knows the API key, but with another secret: no participant can join a call",
            "o LiveKit conhece a chave de API, mas com outro segredo: nenhum participante consegue entrar em chamadas",
        ],
        [
            "Give LiveKit and the sidecar the same secret: `docker compose up -d --force-recreate init livekit sidecar`",
            "Use o mesmo segredo no LiveKit e no sidecar: `docker compose up -d --force-recreate init livekit sidecar`",
        ],
    ),
    entry(
        "livekit_clock_ahead",
        [
            "LiveKit treats a new token as expired: its clock is ahead of the sidecar's, and no participant can join a call",
            "para o LiveKit, um token recém-criado já expirou: o relógio dele está adiantado em relação ao do sidecar, e nenhum participante entra em chamadas",
        ],
        [
            "Set the clock of the machine that runs LiveKit; on a laptop that was suspended, restart Docker Desktop",
            "Acerte o relógio da máquina do LiveKit; em um notebook que esteve suspenso, reinicie o Docker Desktop",
        ],
    ),
    entry(
        "livekit_clock_behind",
        [
            "LiveKit treats a new token as not yet valid: its clock is behind the sidecar's, and no participant can join a call",
            "para o LiveKit, um token recém-criado ainda não é válido: o relógio dele está atrasado em relação ao do sidecar, e nenhum participante entra em chamadas",
        ],
        [
            "Set the clock of the machine that runs LiveKit; on a laptop that was suspended, restart Docker Desktop",
            "Acerte o relógio da máquina do LiveKit; em um notebook que esteve suspenso, reinicie o Docker Desktop",
        ],
    ),
    entry(
        "livekit_token_refused",
        [
            "LiveKit refuses Sidelink's token[: {detail}]",
            "o LiveKit recusa o token do Sidelink[: {detail}]",
        ],
        [
            "Every proxy in front of LiveKit has to forward `Authorization`; `docker compose logs livekit` has details",
            "Todo proxy na frente do LiveKit precisa repassar `Authorization`; `docker compose logs livekit` tem detalhes",
        ],
    ),
    entry(
        "livekit_not_ready",
        [
            "LiveKit runs but reports that it is not ready (406): it is stuck or this machine is overloaded",
            "o LiveKit está em execução, mas informa que não está pronto (406): ele travou ou esta máquina está sobrecarregada",
        ],
        [
            "If this persists: `docker compose restart livekit`",
            "Se persistir: `docker compose restart livekit`",
        ],
    ),
    entry(
        "livekit_limit",
        [
            "LiveKit has reached the limit in its configuration (503): no more participants can join",
            "o LiveKit atingiu o limite da configuração (503): novos participantes não podem entrar",
        ],
        [
            "Raise `limit:` in livekit.yaml, or wait until a participant leaves",
            "Aumente `limit:` em livekit.yaml ou aguarde um participante sair",
        ],
    ),
    entry(
        "not_livekit",
        [
            "something that is not LiveKit answers at its address[: {detail}]",
            "algo que não é o LiveKit responde no endereço dele[: {detail}]",
        ],
        [
            "Stop the other program, or correct the port of LiveKit (`sidelink.port`, usually 7880)",
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
            "Set `HOST_IP={here}` in `.env`, then `docker compose up -d`",
            "Defina `HOST_IP={here}` no `.env` e rode `docker compose up -d`",
        ],
    ),
    entry(
        "lan_address_moved",
        [
            "this machine now has the address {to}[, and LiveKit still gives phones {from}]: calls on this Wi-Fi take another path",
            "esta máquina agora tem o endereço {to}[, e o LiveKit ainda informa {from} aos celulares]: chamadas neste Wi-Fi usam outro caminho",
        ],
        [
            "Sidelink restarts LiveKit with it when no call is on",
            "o Sidelink reinicia o LiveKit com ele quando não houver chamada",
        ],
    ),
    entry(
        "lan_address_hidden",
        [
            "Docker runs in a virtual machine and cannot see this machine's address: calls on this Wi-Fi take another path",
            "o Docker roda em uma máquina virtual e não vê o endereço desta máquina: chamadas neste Wi-Fi usam outro caminho",
        ],
        [
            "Set `HOST_IP` in `.env` to the address, then `docker compose up -d`. It is printed by `ipconfig getifaddr en0` on macOS, and by `(Get-NetIPConfiguration | ? IPv4DefaultGateway).IPv4Address.IPAddress` in PowerShell",
            "Defina `HOST_IP` no `.env` com o endereço e rode `docker compose up -d`. Ele é mostrado por `ipconfig getifaddr en0` no macOS e por `(Get-NetIPConfiguration | ? IPv4DefaultGateway).IPv4Address.IPAddress` no PowerShell",
        ],
    ),
    entry(
        "lan_address_visited",
        [
            "a device on this Wi-Fi reached this machine at {address}, which LiveKit does not give to phones: calls on this Wi-Fi take another path",
            "um dispositivo neste Wi-Fi acessou esta máquina por {address}, que o LiveKit não informa aos celulares: chamadas neste Wi-Fi usam outro caminho",
        ],
        [
            "Set `HOST_IP={address}` in `.env`, then `docker compose up -d`",
            "Defina `HOST_IP={address}` no `.env` e rode `docker compose up -d`",
        ],
    ),
];
