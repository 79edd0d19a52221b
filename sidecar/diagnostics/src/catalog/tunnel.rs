//! The tunnel's connection to its edge, and why cloudflared exits.

use super::entry;
use crate::CatalogEntry;

pub(super) const ENTRIES: &[CatalogEntry] = &[
    entry(
        "tunnel_unregistered",
        [
            "the tunnel has no connection to its edge yet (it needs outbound port 7844, UDP or TCP)",
            "o túnel ainda não está conectado à rede de borda (precisa da porta 7844 de saída, UDP ou TCP)",
        ],
        [
            "If this persists, port 7844 is blocked here: use another network, or have 7844/tcp opened",
            "Se persistir, a porta 7844 está bloqueada aqui: use outra rede ou peça a liberação de 7844/tcp",
        ],
    ),
    entry(
        "tunnel_lost",
        [
            "the tunnel has lost its connection to the edge: the public URL does not open until it reconnects",
            "o túnel perdeu a conexão com a rede de borda: a URL pública não abre até que ele reconecte",
        ],
        [
            "Check that this machine is online. The tunnel reconnects automatically and keeps its address",
            "Confira se esta máquina está online. O túnel reconecta automaticamente e mantém o endereço",
        ],
    ),
    entry(
        "will_be_replaced",
        [
            "the tunnel is about to restart, and the public URL will change: {why}",
            "o túnel será reiniciado, e a URL pública vai mudar: {why}",
        ],
        [
            "Send the new address once it is shown",
            "Envie o novo endereço quando ele aparecer",
        ],
    ),
    entry(
        "moved_on",
        [
            "the public URL now comes from {to}, no longer from {from}: {why}",
            "a URL pública agora vem de {to}, não mais de {from}: {why}",
        ],
        [
            "Send the new address to your guests",
            "Envie o novo endereço aos convidados",
        ],
    ),
    entry(
        "quick_rate_limited",
        [
            "Cloudflare temporarily creates no quick tunnels for this network (429, 1015): meanwhile there is no public URL",
            "a Cloudflare temporariamente não cria túneis rápidos para esta rede (429, 1015): enquanto isso, não há URL pública",
        ],
        [
            "Wait a few minutes: Sidelink retries with exponential backoff. A named tunnel or ngrok has no such limit (compose/)",
            "Aguarde alguns minutos: o Sidelink tenta novamente com intervalos cada vez maiores. Um túnel nomeado ou o ngrok não têm esse limite (compose/)",
        ],
    ),
    entry(
        "quick_error_page",
        [
            "Cloudflare's quick tunnel service answers with an error page: there is no public URL until it recovers",
            "o serviço de túneis rápidos da Cloudflare responde com uma página de erro: não há URL pública até que ele se recupere",
        ],
        [
            "Wait: Sidelink tries again. www.cloudflarestatus.com lists known problems",
            "Aguarde: o Sidelink tentará novamente. www.cloudflarestatus.com lista os problemas conhecidos",
        ],
    ),
    entry(
        "quick_empty",
        [
            "Cloudflare's quick tunnel service sent an empty answer",
            "o serviço de túneis rápidos da Cloudflare enviou uma resposta vazia",
        ],
        [
            "Wait: Sidelink tries again",
            "Aguarde: o Sidelink tentará novamente",
        ],
    ),
    entry(
        "quick_unreadable",
        [
            "the answer of the quick tunnel service cannot be read: something on the path may have changed it",
            "a resposta do serviço de túneis rápidos não pode ser lida: algo no caminho pode tê-la alterado",
        ],
        [
            "If this persists, a proxy or a sign-in page of this network answers instead; use another network",
            "Se persistir, um proxy ou uma página de login desta rede responde no lugar dele; use outra rede",
        ],
    ),
    entry(
        "quick_refused",
        [
            "Cloudflare refuses a new quick tunnel, and cloudflared does not report the reason",
            "a Cloudflare recusou um novo túnel rápido, e o cloudflared não informa o motivo",
        ],
        [
            "Wait a few minutes: Sidelink retries with exponential backoff",
            "Aguarde alguns minutos: o Sidelink tenta novamente com intervalos cada vez maiores",
        ],
    ),
    entry(
        "quick_cut",
        [
            "the connection to the quick tunnel service closed before it answered",
            "a conexão com o serviço de túneis rápidos caiu antes da resposta",
        ],
        [
            "If this persists, a firewall or proxy closes connections to api.trycloudflare.com; use another network",
            "Se persistir, um firewall ou proxy corta as conexões com api.trycloudflare.com; use outra rede",
        ],
    ),
    entry(
        "quick_connection_refused",
        [
            "api.trycloudflare.com refuses the connection: this network cannot request a quick tunnel",
            "api.trycloudflare.com recusa a conexão: esta rede não consegue solicitar um túnel rápido",
        ],
        [
            "A firewall may block it: try another network, or another tunnel (compose/)",
            "Um firewall pode estar bloqueando: tente outra rede ou outro túnel (compose/)",
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
            "the certificate of api.trycloudflare.com is not trusted: a proxy or antivirus intercepts TLS",
            "o certificado de api.trycloudflare.com não é confiável: um proxy ou antivírus intercepta o TLS",
        ],
        [
            "Use another network, or exclude api.trycloudflare.com from the inspection of the antivirus or proxy",
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
            "Wait: Sidelink tries again. If this persists, a firewall blocks api.trycloudflare.com",
            "Aguarde: o Sidelink tentará novamente. Se persistir, um firewall bloqueia api.trycloudflare.com",
        ],
    ),
    entry(
        "tunnel_refused",
        [
            "Cloudflare's edge did not accept the tunnel's first connection",
            "a rede de borda da Cloudflare não aceitou a primeira conexão do túnel",
        ],
        [
            "Wait: Sidelink starts it again, and a quick tunnel gets a new public URL. If this persists, see www.cloudflarestatus.com",
            "Aguarde: o Sidelink o inicia novamente, e um túnel rápido recebe uma nova URL pública. Se persistir, veja www.cloudflarestatus.com",
        ],
    ),
    entry(
        "tunnel_forgotten",
        [
            "Cloudflare no longer knows this quick tunnel (Unauthorized): its public URL no longer works",
            "a Cloudflare não reconhece mais este túnel rápido (Unauthorized): a URL pública dele não funciona mais",
        ],
        [
            "Sidelink restarts it, and it gets a new public URL; send the new address",
            "O Sidelink o reinicia, e ele recebe uma nova URL pública; envie o novo endereço",
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
            "Copie o token novamente do painel da Cloudflare (Networks, Tunnels) para o arquivo em secrets/ e rode `docker compose up -d`",
        ],
    ),
    entry(
        "tunnel_token_invalid",
        [
            "the tunnel token is malformed (exit code 255)",
            "o token do túnel está malformado (código 255)",
        ],
        [
            "Put only the token into the file under secrets/, without `cloudflared service install`, then `docker compose up -d`",
            "Deixe só o token no arquivo em secrets/, sem `cloudflared service install`, e rode `docker compose up -d`",
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
            "Restore it with `git checkout -- cloudflared/config.yml`",
            "Restaure-o com `git checkout -- cloudflared/config.yml`",
        ],
    ),
    entry(
        "tunnel_config_denied",
        [
            "cloudflared has no permission to read its configuration[: {detail}]",
            "o cloudflared não tem permissão para ler a configuração[: {detail}]",
        ],
        [
            "Make it readable for all users: `chmod 644` on that file",
            "Permita a leitura a todos os usuários: `chmod 644` nesse arquivo",
        ],
    ),
    entry(
        "tunnel_no_url",
        [
            "cloudflared does not know what to connect to: its configuration has no `url`, or cannot be read",
            "o cloudflared não sabe a que se conectar: a configuração não tem `url` ou não pode ser lida",
        ],
        [
            "Set `url:` in cloudflared/config.yml, and make that file readable for all users (`chmod 644`)",
            "Defina `url:` em cloudflared/config.yml e permita a leitura do arquivo a todos os usuários (`chmod 644`)",
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
            "this network blocks UDP port 7844, which the tunnel uses (QUIC)",
            "esta rede bloqueia a porta UDP 7844, que o túnel usa (QUIC)",
        ],
        [
            "Set TUNNEL_TRANSPORT_PROTOCOL=auto, or http2, and TUNNEL_RETRIES=1; or use another network",
            "Defina TUNNEL_TRANSPORT_PROTOCOL=auto ou http2 e TUNNEL_RETRIES=1; ou use outra rede",
        ],
    ),
];
