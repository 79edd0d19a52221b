//! Faults of the app's page.

use super::entry;
use crate::CatalogEntry;

pub(super) const ENTRIES: &[CatalogEntry] = &[
    entry(
        "app_no_root",
        [
            "{path} is 404 while {health} works: a visitor who opens the public URL alone sees an error and needs the path of a page",
            "{path} é 404 enquanto {health} funciona: quem abre só a URL pública vê um erro e precisa do caminho de uma página",
        ],
        [
            "Set the page that visitors open in the label `sidelink.page-path` of {service}, then `docker compose up -d {service}`",
            "Indique a página que os visitantes abrem no rótulo `sidelink.page-path` de {service} e rode `docker compose up -d {service}`",
        ],
    ),
    entry(
        "app_forbidden",
        [
            "the app lets only some visitors open the page: it answers {got}",
            "a página só abre para quem o aplicativo autoriza: ele responde {got}",
        ],
        [
            "If every visitor may open it, look for the rule in the app; `docker compose logs {service}` may name it",
            "Se qualquer visitante pode entrar, procure a regra no aplicativo; `docker compose logs {service}` pode indicá-la",
        ],
    ),
    entry(
        "app_slow_page",
        [
            "the page takes {took} s: visitors on a slow line may not wait for it",
            "a página demora {took} s: visitantes com conexão lenta podem não esperar",
        ],
        [
            "Find what it waits for with `docker compose logs {service}`; `docker stats` shows processor and memory",
            "Descubra o que ela espera com `docker compose logs {service}`; `docker stats` mostra processador e memória",
        ],
    ),
    entry(
        "app_callback",
        [
            "visitors sign in at {at}, which sends them back to {target}: only this machine or network reaches that address",
            "os visitantes fazem login em {at}, que os envia de volta para {target}: só esta máquina ou rede alcança esse endereço",
        ],
        [
            "Set the app's own address ({setting}) to the public URL, or let the app read it from the Host header; allow the new callback at {at} too",
            "Defina o endereço do próprio aplicativo ({setting}) como a URL pública, ou deixe-o usar o cabeçalho Host; permita o novo callback também em {at}",
        ],
    ),
    entry(
        "app_assets",
        [
            "the page loads {target}, which visitors' browsers cannot load: the page has no styles or does not work for them",
            "a página carrega {target}, que o navegador dos visitantes não consegue carregar: ela fica sem estilos ou não funciona para eles",
        ],
        [
            "Let the app use paths without a host, or set its own address ({setting}) to the public URL",
            "Faça o aplicativo usar caminhos sem host, ou defina o endereço dele ({setting}) como a URL pública",
        ],
    ),
    entry(
        "app_dev_origin",
        [
            "the page appears, but `next dev` refuses hot reload under the public hostname: no button works for visitors",
            "a página aparece, mas o `next dev` recusa o recarregamento automático no nome público: nenhum botão funciona para os visitantes",
        ],
        [
            "Add `allowedDevOrigins: [\"{allowed}\"]` to next.config.js; then `docker compose restart {service}`, or restart `next dev` on this machine",
            "Acrescente `allowedDevOrigins: [\"{allowed}\"]` a next.config.js; depois, `docker compose restart {service}`, ou reinicie o `next dev` nesta máquina",
        ],
    ),
    entry(
        "app_redirects_to_localhost",
        [
            "the app sends visitors to {target}: that is the visitor's own phone",
            "o aplicativo envia os visitantes para {target}: esse é o próprio celular do visitante",
        ],
        [
            "Change the setting that holds the app's own address ({setting}) to the public URL, or let the app read it from the Host header; then `docker compose up -d --build --force-recreate {service}`",
            "Mude a configuração com o endereço do próprio aplicativo ({setting}) para a URL pública, ou deixe-o usar o cabeçalho Host; depois, `docker compose up -d --build --force-recreate {service}`",
        ],
    ),
    entry(
        "app_redirects_to_network",
        [
            "the app sends visitors to {target}, which only this network knows",
            "o aplicativo envia os visitantes para {target}, que só esta rede conhece",
        ],
        [
            "Change the setting that holds the app's own address ({setting}) to the public URL, or let the app read it from the Host header; then `docker compose up -d --build --force-recreate {service}`",
            "Mude a configuração com o endereço do próprio aplicativo ({setting}) para a URL pública, ou deixe-o usar o cabeçalho Host; depois, `docker compose up -d --build --force-recreate {service}`",
        ],
    ),
    entry(
        "app_redirects_to_container",
        [
            "the app sends visitors to {target}: the name of a container, which only this stack knows",
            "o aplicativo envia os visitantes para {target}: o nome de um contêiner, que só este sistema conhece",
        ],
        [
            "Change the setting that holds the app's own address ({setting}) to the public URL, or let the app read it from the Host header; then `docker compose up -d --build --force-recreate {service}`",
            "Mude a configuração com o endereço do próprio aplicativo ({setting}) para a URL pública, ou deixe-o usar o cabeçalho Host; depois, `docker compose up -d --build --force-recreate {service}`",
        ],
    ),
    entry(
        "app_redirects_to_old_address",
        [
            "the app sends visitors to {target}: it has stored an earlier address of this stack",
            "o aplicativo envia os visitantes para {target}: ele guardou um endereço anterior deste sistema",
        ],
        [
            "Let the app read its address from the Host header or from `/runtime-config`, not from a setting or its database ({setting}); a stable URL avoids this: `docker compose run --rm setup`",
            "Faça o aplicativo obter o endereço do cabeçalho Host ou de `/runtime-config`, não de uma configuração ou do banco de dados ({setting}); uma URL estável evita isso: `docker compose run --rm setup`",
        ],
    ),
    entry(
        "app_redirects_to_port",
        [
            "the app sends visitors to {target}: that port is not open at the public URL",
            "o aplicativo envia os visitantes para {target}: essa porta não está aberta na URL pública",
        ],
        [
            "The app adds its own port to its address: let it read host and port from the request, or trust the proxy in front of it: {setting}",
            "O aplicativo acrescenta a própria porta ao endereço: faça-o usar host e porta da requisição, ou confiar no proxy à frente: {setting}",
        ],
    ),
    entry(
        "app_redirects_to_http",
        [
            "the app sends visitors to {target}: plain HTTP, although they use HTTPS",
            "o aplicativo envia os visitantes para {target}: HTTP simples, embora usem HTTPS",
        ],
        [
            "Let the app trust the proxy in front of it, which sends `X-Forwarded-Proto: https`: {setting}; then `docker compose up -d --build --force-recreate {service}`",
            "Faça o aplicativo confiar no proxy à frente, que envia `X-Forwarded-Proto: https`: {setting}; depois, `docker compose up -d --build --force-recreate {service}`",
        ],
    ),
    entry(
        "app_redirects_in_circle",
        [
            "the app redirects in a loop, always back to {target}",
            "o aplicativo redireciona em um ciclo, sempre de volta para {target}",
        ],
        [
            "Usually it requires HTTPS and does not notice that visitors already use it. Let it trust `X-Forwarded-Proto: https`: {setting}; then `docker compose up -d --build --force-recreate {service}`",
            "Em geral ele exige HTTPS e não percebe que o visitante já o usa. Faça-o confiar em `X-Forwarded-Proto: https`: {setting}; depois, `docker compose up -d --build --force-recreate {service}`",
        ],
    ),
    entry(
        "app_redirects_too_often",
        [
            "the app redirects more than five times, the last time to {target}",
            "o aplicativo redireciona mais de cinco vezes, por último para {target}",
        ],
        [
            "Find the pages that redirect to each other: `docker compose logs {service}`; often the app does not detect HTTPS: {setting}",
            "Veja quais páginas redirecionam umas às outras: `docker compose logs {service}`; muitas vezes o aplicativo não detecta HTTPS: {setting}",
        ],
    ),
    entry(
        "app_redirects_nowhere",
        [
            "the app redirects to an address that no browser can open: {target}",
            "o aplicativo redireciona para um endereço que nenhum navegador consegue abrir: {target}",
        ],
        [
            "Correct the app's {setting} header; `docker compose logs {service}` may show what sets it",
            "Corrija o cabeçalho {setting} do aplicativo; `docker compose logs {service}` pode indicar o que o define",
        ],
    ),
    entry(
        "app_host_refused",
        [
            "the app does not accept the hostname {host}: {got}",
            "o aplicativo não aceita o nome de host {host}: {got}",
        ],
        [
            "Allow it in the app ({setting}), then `docker compose up -d --build --force-recreate {service}`",
            "Permita-o no aplicativo ({setting}) e rode `docker compose up -d --build --force-recreate {service}`",
        ],
    ),
    entry(
        "app_not_found",
        [
            "the app does not have {path}: {got}",
            "{path} não existe no aplicativo: {got}",
        ],
        [
            "Set the page that visitors open in the label `sidelink.page-path` of {service}, or the path of its health check in `sidelink.health-path`; then `docker compose up -d {service}`",
            "Indique a página que os visitantes abrem no rótulo `sidelink.page-path` de {service}, ou o caminho da verificação de saúde em `sidelink.health-path`; depois, `docker compose up -d {service}`",
        ],
    ),
    entry(
        "app_too_many_requests",
        [
            "the app refuses visitors because there are too many requests: {got}",
            "o aplicativo recusa visitantes porque há requisições demais: {got}",
        ],
        [
            "Wait, or raise its limit; if it counts all visitors as one, let it read X-Forwarded-For. `docker compose logs {service}` may have details",
            "Aguarde ou aumente o limite; se ele conta todos como um só, faça-o ler X-Forwarded-For. `docker compose logs {service}` pode ter detalhes",
        ],
    ),
    entry(
        "app_failed",
        [
            "the app answers with an error: {got}",
            "o aplicativo responde com um erro: {got}",
        ],
        [
            "Its log shows why: `docker compose logs {service}`",
            "O log mostra o motivo: `docker compose logs {service}`",
        ],
    ),
    entry(
        "app_other_status",
        [
            "the app does not show a page to visitors: it answers {got}",
            "o aplicativo não mostra uma página aos visitantes: ele responde {got}",
        ],
        [
            "Its log may show why: `docker compose logs {service}`. If the page has another path, set it in the label `sidelink.page-path`",
            "O log pode indicar o motivo: `docker compose logs {service}`. Se a página tiver outro caminho, indique-o no rótulo `sidelink.page-path`",
        ],
    ),
    entry(
        "app_refused",
        [
            "{service} runs, but it does not accept connections on port {port} from other containers: it listens elsewhere, or not yet",
            "{service} está em execução, mas não aceita conexões de outros contêineres na porta {port}: ele escuta em outro endereço, ou ainda não escuta",
        ],
        [
            "Let it listen on 0.0.0.0, not on 127.0.0.1, and on port {port}; if it has another port, set it in the label `sidelink.port` and in SIDELINK_APP. `docker compose logs {service}` usually shows where it listens",
            "Faça-o escutar em 0.0.0.0, não em 127.0.0.1, e na porta {port}; se a porta for outra, indique-a no rótulo `sidelink.port` e em SIDELINK_APP. `docker compose logs {service}` costuma mostrar onde ele escuta",
        ],
    ),
    entry(
        "app_slow",
        [
            "the app has not answered within {limit} s; the next attempt waits {next} s",
            "o aplicativo não respondeu em {limit} s; a próxima tentativa espera {next} s",
        ],
        [
            "It may still be starting: `docker compose logs {service}`",
            "Ele pode ainda estar iniciando: `docker compose logs {service}`",
        ],
    ),
    entry(
        "app_closed",
        [
            "the app closes the connection on port {port} without an answer ({detail})",
            "o aplicativo fecha a conexão na porta {port} sem responder ({detail})",
        ],
        [
            "Its log may show why: `docker compose logs {service}`. Some servers do this for a hostname that they do not know (nginx: server_name), or on a port that is not for HTTP",
            "O log pode indicar o motivo: `docker compose logs {service}`. Alguns servidores fazem isso com um nome de host desconhecido (nginx: server_name), ou em uma porta que não é HTTP",
        ],
    ),
    entry(
        "app_not_http",
        [
            "the program on port {port} of {service} does not speak HTTP",
            "o programa na porta {port} de {service} não fala HTTP",
        ],
        [
            "Set the port of the app's web server in the label `sidelink.port` and in SIDELINK_APP",
            "Indique a porta do servidor web do aplicativo no rótulo `sidelink.port` e em SIDELINK_APP",
        ],
    ),
    entry(
        "app_tls",
        [
            "the app expects TLS on its port but receives plain HTTP: the tunnel already provides HTTPS to visitors",
            "o aplicativo espera TLS na porta, mas recebe HTTP simples: o túnel já oferece HTTPS aos visitantes",
        ],
        [
            "Let {service} listen with plain HTTP too, and set that port in the label `sidelink.port` and in SIDELINK_APP",
            "Faça {service} aceitar também HTTP simples e indique essa porta no rótulo `sidelink.port` e em SIDELINK_APP",
        ],
    ),
    entry(
        "app_behind_gateway",
        [
            "the app answers at {at}, but the gateway forwards visitors to {upstream} and gets no answer there",
            "o aplicativo responde em {at}, mas o gateway encaminha os visitantes para {upstream} e não obtém resposta",
        ],
        [
            "Write `SIDELINK_APP={at}` into `.env` and give {service} the network `front`, then `docker compose up -d`",
            "Escreva `SIDELINK_APP={at}` no `.env` e dê a {service} a rede `front`; depois, `docker compose up -d`",
        ],
    ),
];
