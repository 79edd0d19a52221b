//! The tunnel's own connection, and how cloudflared ends.

use super::entry;
use crate::CatalogEntry;

pub(super) const ROWS: &[CatalogEntry] = &[
    entry(
        "tunnel_unregistered",
        [
            "the tunnel has no connection to its edge yet (needs outbound 7844, UDP or TCP)",
            "o túnel ainda não está conectado à borda (precisa da porta 7844 de saída, UDP ou TCP)",
        ],
        [
            "If it lasts, 7844 is blocked here: use another network, or have 7844/tcp opened",
            "Se demorar, a porta 7844 está bloqueada aqui: use outra rede ou peça a liberação de 7844/tcp",
        ],
    ),
    entry(
        "tunnel_lost",
        [
            "the tunnel has lost its connection to the edge: the link does not open until it is back",
            "o túnel perdeu a conexão com a borda: o link não abre até ela voltar",
        ],
        [
            "Is this machine online? The tunnel reconnects by itself, under the same address",
            "Esta máquina está online? O túnel reconecta sozinho, com o mesmo endereço",
        ],
    ),
    entry(
        "will_be_replaced",
        [
            "the tunnel is about to be restarted, and the link will change: {why}",
            "o túnel está para ser reiniciado, e o link vai mudar: {why}",
        ],
        [
            "Send the new link once it is shown",
            "Envie o novo link quando ele aparecer",
        ],
    ),
    entry(
        "moved_on",
        [
            "the link has moved from {from} to {to}: {why}",
            "o link passou de {from} para {to}: {why}",
        ],
        [
            "Send the new link to your guests",
            "Envie o novo link aos convidados",
        ],
    ),
    entry(
        "quick_rate_limited",
        [
            "Cloudflare gives this network no more quick tunnels for a while (429, 1015): there is no link meanwhile",
            "a Cloudflare não cria mais túneis rápidos para esta rede por um tempo (429, 1015): não há link enquanto isso",
        ],
        [
            "Wait some minutes: it is tried again ever more slowly. A named tunnel or ngrok has no such limit (compose/)",
            "Aguarde alguns minutos: novas tentativas são feitas cada vez mais devagar. Um túnel nomeado ou o ngrok não têm esse limite (compose/)",
        ],
    ),
    entry(
        "quick_error_page",
        [
            "Cloudflare's quick tunnel service answers with an error page: no link can be had",
            "o serviço de túneis rápidos da Cloudflare responde com uma página de erro: não é possível obter um link",
        ],
        [
            "Wait: it is tried again. www.cloudflarestatus.com says whether it is known",
            "Aguarde: uma nova tentativa será feita. www.cloudflarestatus.com diz se é um problema conhecido",
        ],
    ),
    entry(
        "quick_empty",
        [
            "Cloudflare's quick tunnel service answers with nothing",
            "o serviço de túneis rápidos da Cloudflare respondeu vazio",
        ],
        [
            "Wait: it is tried again",
            "Aguarde: uma nova tentativa será feita",
        ],
    ),
    entry(
        "quick_unreadable",
        [
            "the answer of the quick tunnel service cannot be read: something in between may have changed it",
            "a resposta do serviço de túneis rápidos não pode ser lida: algo no caminho pode tê-la alterado",
        ],
        [
            "If it lasts: a proxy or a sign-in page of this network answers instead; use another network",
            "Se persistir: um proxy ou uma página de login desta rede responde no lugar; use outra rede",
        ],
    ),
    entry(
        "quick_refused",
        [
            "Cloudflare refuses a new quick tunnel and cloudflared does not pass the reason on",
            "a Cloudflare recusou um novo túnel rápido e o cloudflared não informa o motivo",
        ],
        [
            "Wait some minutes: it is tried again, ever more slowly",
            "Aguarde alguns minutos: novas tentativas são feitas cada vez mais devagar",
        ],
    ),
    entry(
        "quick_cut",
        [
            "the connection to the quick tunnel service was cut before an answer came",
            "a conexão com o serviço de túneis rápidos caiu antes da resposta",
        ],
        [
            "If it lasts: a firewall or proxy cuts api.trycloudflare.com; use another network",
            "Se persistir: um firewall ou proxy corta api.trycloudflare.com; use outra rede",
        ],
    ),
    entry(
        "quick_connection_refused",
        [
            "api.trycloudflare.com refuses the connection: no quick tunnel can be asked for from here",
            "api.trycloudflare.com recusa a conexão: não é possível pedir um túnel rápido daqui",
        ],
        [
            "A firewall on the way? Try another network, or another tunnel (compose/)",
            "Um firewall no caminho? Tente outra rede ou outro túnel (compose/)",
        ],
    ),
    entry(
        "quick_no_dns",
        [
            "api.trycloudflare.com cannot be found: this machine is offline, or its DNS blocks the name",
            "api.trycloudflare.com não foi encontrado: esta máquina está offline ou o DNS bloqueia o nome",
        ],
        [
            "Check the internet connection; a DNS filter has to allow *.trycloudflare.com",
            "Verifique a conexão com a internet; um filtro de DNS precisa liberar *.trycloudflare.com",
        ],
    ),
    entry(
        "quick_untrusted",
        [
            "the certificate of api.trycloudflare.com is not trusted: something on this network reads along",
            "o certificado de api.trycloudflare.com não é confiável: algo nesta rede intercepta a conexão",
        ],
        [
            "Use another network, or take api.trycloudflare.com out of the antivirus's or proxy's inspection",
            "Use outra rede ou exclua api.trycloudflare.com da inspeção do antivírus ou proxy",
        ],
    ),
    entry(
        "quick_timeout",
        [
            "the quick tunnel service did not answer in 15 s",
            "o serviço de túneis rápidos não respondeu em 15 s",
        ],
        [
            "Wait: it is tried again. If it lasts, a firewall drops the way to api.trycloudflare.com",
            "Aguarde: uma nova tentativa será feita. Se persistir, um firewall bloqueia api.trycloudflare.com",
        ],
    ),
    entry(
        "tunnel_refused",
        [
            "Cloudflare's edge did not take the tunnel's first connection",
            "a borda da Cloudflare não aceitou a primeira conexão do túnel",
        ],
        [
            "Wait: it is started again, a quick tunnel with a new link. If it lasts, see www.cloudflarestatus.com",
            "Aguarde: ele é iniciado de novo, um túnel rápido com um novo link. Se persistir, veja www.cloudflarestatus.com",
        ],
    ),
    entry(
        "tunnel_forgotten",
        [
            "Cloudflare no longer knows this quick tunnel (Unauthorized): its link is dead",
            "a Cloudflare não reconhece mais este túnel rápido (Unauthorized): o link dele não funciona mais",
        ],
        [
            "It is restarted and gets a new link; send that one",
            "Ele é reiniciado e recebe um novo link; envie esse",
        ],
    ),
    entry(
        "tunnel_token_refused",
        [
            "Cloudflare refuses the tunnel's token (Unauthorized): the tunnel was deleted or the token renewed",
            "a Cloudflare recusa o token do túnel (Unauthorized): o túnel foi excluído ou o token foi renovado",
        ],
        [
            "Copy the token again from Cloudflare's dashboard (Networks, Tunnels) into its file under secrets/, then `docker compose up -d`",
            "Copie o token de novo do painel da Cloudflare (Networks, Tunnels) para o arquivo em secrets/ e rode `docker compose up -d`",
        ],
    ),
    entry(
        "tunnel_token_invalid",
        [
            "the tunnel's token is no token (exit code 255)",
            "o token do túnel não é válido (código 255)",
        ],
        [
            "The file under secrets/ holds the token alone, without `cloudflared service install`; then `docker compose up -d`",
            "O arquivo em secrets/ contém só o token, sem `cloudflared service install`; depois, `docker compose up -d`",
        ],
    ),
    entry(
        "tunnel_ingress_invalid",
        [
            "cloudflared's configuration has a rule that cannot be used[: {detail}]",
            "a configuração do cloudflared tem uma regra inválida[: {detail}]",
        ],
        [
            "Correct `ingress:` in cloudflared/config.yml: the last rule has neither path nor hostname",
            "Corrija `ingress:` em cloudflared/config.yml: a última regra não tem path nem hostname",
        ],
    ),
    entry(
        "tunnel_config_yaml",
        [
            "cloudflared's configuration is not valid YAML[: {detail}]",
            "a configuração do cloudflared não é YAML válido[: {detail}]",
        ],
        [
            "Correct cloudflared/config.yml",
            "Corrija cloudflared/config.yml",
        ],
    ),
    entry(
        "tunnel_config_missing",
        [
            "cloudflared's configuration file does not exist[: {detail}]",
            "o arquivo de configuração do cloudflared não existe[: {detail}]",
        ],
        [
            "`git checkout -- cloudflared/config.yml` brings it back",
            "`git checkout -- cloudflared/config.yml` o restaura",
        ],
    ),
    entry(
        "tunnel_config_denied",
        [
            "cloudflared may not read its configuration[: {detail}]",
            "o cloudflared não pode ler sua configuração[: {detail}]",
        ],
        [
            "Let everybody read it: `chmod 644` on that file",
            "Permita a leitura a todos: `chmod 644` nesse arquivo",
        ],
    ),
    entry(
        "tunnel_no_url",
        [
            "cloudflared was not told what to connect: its configuration has no `url`, or cannot be read",
            "o cloudflared não sabe o que conectar: a configuração não tem `url` ou não pode ser lida",
        ],
        [
            "Set `url:` in cloudflared/config.yml, and let everybody read that file (`chmod 644`)",
            "Defina `url:` em cloudflared/config.yml e permita a leitura do arquivo a todos (`chmod 644`)",
        ],
    ),
    entry(
        "tunnel_bad_flag",
        [
            "cloudflared does not know an option of its command[: {detail}]",
            "o cloudflared não conhece uma opção do comando[: {detail}]",
        ],
        [
            "Correct `command:` of the service",
            "Corrija `command:` do serviço",
        ],
    ),
    entry(
        "tunnel_udp_blocked",
        [
            "this network blocks UDP port 7844, which the tunnel wants (quic)",
            "esta rede bloqueia a porta UDP 7844, que o túnel usa (quic)",
        ],
        [
            "Set TUNNEL_TRANSPORT_PROTOCOL=auto, or http2, and TUNNEL_RETRIES=1; or use another network",
            "Defina TUNNEL_TRANSPORT_PROTOCOL=auto ou http2 e TUNNEL_RETRIES=1; ou use outra rede",
        ],
    ),
];
