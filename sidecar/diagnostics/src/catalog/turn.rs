//! TURN servers that relay nothing for this machine, and Cloudflare's API for their credentials.

use super::entry;
use crate::CatalogEntry;

pub(super) const ENTRIES: &[CatalogEntry] = &[
    entry(
        "turn_no_dns",
        [
            "the name of the TURN server has no address: {server}[ ({detail})]",
            "o nome do servidor TURN não tem endereço: {server}[ ({detail})]",
        ],
        [
            "Correct the name in `TURN_URLS` or its DNS record, then `docker compose up -d sidecar`",
            "Corrija o nome em `TURN_URLS` ou o registro DNS dele e rode `docker compose up -d sidecar`",
        ],
    ),
    entry(
        "turn_silent",
        [
            "the TURN server does not answer: {server}[ ({detail})]",
            "o servidor TURN não responde: {server}[ ({detail})]",
        ],
        [
            "Check that it runs, host and port in `TURN_URLS`, and that its firewall and this network pass the port: UDP for `turn:`, TCP for `transport=tcp` and `turns:`. With `compose/media-relay.yaml`: `docker compose logs bore coturn`",
            "Verifique se ele está em execução, o host e a porta em `TURN_URLS`, e se o firewall dele e esta rede liberam a porta: UDP para `turn:`, TCP para `transport=tcp` e `turns:`. Com `compose/media-relay.yaml`: `docker compose logs bore coturn`",
        ],
    ),
    entry(
        "turn_not_turn",
        [
            "something that is not a TURN server answers at {server}[: {detail}]",
            "algo que não é um servidor TURN responde em {server}[: {detail}]",
        ],
        [
            "Correct host, port and transport in `TURN_URLS`: usually 3478 for `turn:` and 5349 or 443 for `turns:`",
            "Corrija host, porta e transporte em `TURN_URLS`: normalmente 3478 para `turn:` e 5349 ou 443 para `turns:`",
        ],
    ),
    entry(
        "turn_tls",
        [
            "the TLS handshake with the TURN server fails, as in browsers: {server}[ ({detail})]",
            "a negociação TLS com o servidor TURN falha, como nos navegadores: {server}[ ({detail})]",
        ],
        [
            "Give it a certificate of a public authority for the name in `TURN_URLS`, with the whole chain, and renew it in time (coturn: `cert`, `pkey`)",
            "Instale nele um certificado de uma autoridade pública para o nome em `TURN_URLS`, com a cadeia completa, e renove-o a tempo (coturn: `cert`, `pkey`)",
        ],
    ),
    entry(
        "turn_credentials_refused",
        [
            "the TURN server refuses the credentials: {server}[ ({detail})]",
            "o servidor TURN recusa as credenciais: {server}[ ({detail})]",
        ],
        [
            "Write the server's `static-auth-secret` to `secrets/turn_credential` and leave out `TURN_USERNAME`; for a server with users, set `TURN_USERNAME` and write that user's password. The clocks of both machines have to be right. Then `docker compose up -d --force-recreate init sidecar`",
            "Escreva o `static-auth-secret` do servidor em `secrets/turn_credential` e deixe `TURN_USERNAME` sem valor; para um servidor com usuários, defina `TURN_USERNAME` e escreva a senha desse usuário. Os relógios das duas máquinas precisam estar certos. Depois, `docker compose up -d --force-recreate init sidecar`",
        ],
    ),
    entry(
        "turn_full",
        [
            "the TURN server has no free relay: {server}[ ({detail})]",
            "o servidor TURN não tem retransmissão livre: {server}[ ({detail})]",
        ],
        [
            "Wait until calls end, or raise its limits (coturn: `user-quota`, `total-quota`, `min-port` to `max-port`)",
            "Aguarde o fim de chamadas ou aumente os limites dele (coturn: `user-quota`, `total-quota`, de `min-port` a `max-port`)",
        ],
    ),
    entry(
        "turn_relay_refused",
        [
            "the TURN server refuses to relay: {server}[ ({detail})]",
            "o servidor TURN se recusa a retransmitir: {server}[ ({detail})]",
        ],
        [
            "Look for the cause in the log of the TURN server: its rules or its configuration exclude this request",
            "Procure a causa no log do servidor TURN: as regras ou a configuração dele excluem este pedido",
        ],
    ),
    entry(
        "turn_key_refused",
        [
            "Cloudflare refuses the API token of the TURN key[: {detail}]",
            "a Cloudflare recusa o token de API da chave TURN[: {detail}]",
        ],
        [
            "Write the API token of this TURN key to `secrets/turn_credential`: Cloudflare shows it once, when the key is created. Then `docker compose up -d --force-recreate init sidecar`",
            "Escreva o token de API desta chave TURN em `secrets/turn_credential`: a Cloudflare o mostra uma vez, ao criar a chave. Depois, `docker compose up -d --force-recreate init sidecar`",
        ],
    ),
    entry(
        "turn_key_unknown",
        [
            "Cloudflare has no TURN key with the id in `TURN_CLOUDFLARE_KEY`[: {detail}]",
            "a Cloudflare não tem uma chave TURN com o id de `TURN_CLOUDFLARE_KEY`[: {detail}]",
        ],
        [
            "Copy the id of the TURN key from Cloudflare's dashboard (Realtime, TURN) to `.env`, then `docker compose up -d sidecar`",
            "Copie o id da chave TURN do painel da Cloudflare (Realtime, TURN) para o `.env` e rode `docker compose up -d sidecar`",
        ],
    ),
    entry(
        "turn_api_failed",
        [
            "Cloudflare's API gives no TURN credentials[: {detail}]",
            "a API da Cloudflare não fornece credenciais TURN[: {detail}]",
        ],
        [
            "Sidelink asks again automatically. If this persists, check that this network reaches https://rtc.live.cloudflare.com, and https://www.cloudflarestatus.com",
            "o Sidelink pede novamente de forma automática. Se persistir, verifique se esta rede alcança https://rtc.live.cloudflare.com, e https://www.cloudflarestatus.com",
        ],
    ),
];
