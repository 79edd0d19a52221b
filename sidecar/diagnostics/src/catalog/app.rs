//! What the app answers in place of its page.

use super::entry;
use crate::CatalogEntry;

pub(super) const ROWS: &[CatalogEntry] = &[
    entry(
        "app_no_root",
        [
            "{path} is 404 while {health} works: a visitor who opens the public URL alone sees an error and needs the path of a page",
            "{path} é 404 enquanto {health} funciona: quem abre só a URL pública vê um erro e precisa do caminho de uma página",
        ],
        [
            "Name the page that visitors open in the label `sidelink.page-path` of {service}, then `docker compose up -d {service}`",
            "Indique a página que os visitantes abrem no rótulo `sidelink.page-path` de {service} e rode `docker compose up -d {service}`",
        ],
    ),
    entry(
        "app_forbidden",
        [
            "the page opens for those only whom the app lets in: it answers {got}",
            "a página só abre para quem o aplicativo autoriza: ele responde {got}",
        ],
        [
            "Where every visitor may come in, look for the rule in the app; `docker compose logs {service}` may name it",
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
            "See what it waits for: `docker compose logs {service}`, and `docker stats` for processor and memory",
            "Veja o que ela espera: `docker compose logs {service}`, e `docker stats` para processador e memória",
        ],
    ),
    entry(
        "app_callback",
        [
            "visitors sign in at {at}, which sends them back to {target}: only this machine or network finds that",
            "os visitantes fazem login em {at}, que os envia de volta para {target}: só esta máquina ou rede encontra esse endereço",
        ],
        [
            "Set the app's own address ({setting}) to the public URL, or let the app take it from the Host header; allow the new callback at {at} too",
            "Defina o endereço do próprio aplicativo ({setting}) como a URL pública, ou deixe-o usar o cabeçalho Host; permita o novo callback também em {at}",
        ],
    ),
    entry(
        "app_assets",
        [
            "the page loads {target}, which visitors' browsers do not get: it has no style or does nothing for them",
            "a página carrega {target}, que o navegador dos visitantes não obtém: ela fica sem estilo ou sem funcionar para eles",
        ],
        [
            "Let the app use paths without a host, or set its own address ({setting}) to the public URL",
            "Faça o aplicativo usar caminhos sem host, ou defina o endereço dele ({setting}) como a URL pública",
        ],
    ),
    entry(
        "app_dev_origin",
        [
            "the page shows, but `next dev` refuses its hot reload under the public name: no button works for visitors",
            "a página aparece, mas o `next dev` recusa a recarga automática no nome público: nenhum botão funciona para os visitantes",
        ],
        [
            "Add `allowedDevOrigins: [\"{allowed}\"]` to next.config.js; then `docker compose restart {service}`, or start `next dev` anew on this machine",
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
            "Change the setting that holds the app's own address ({setting}) to the public URL, or let the app take it from the Host header; then `docker compose up -d --build --force-recreate {service}`",
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
            "Change the setting that holds the app's own address ({setting}) to the public URL, or let the app take it from the Host header; then `docker compose up -d --build --force-recreate {service}`",
            "Mude a configuração com o endereço do próprio aplicativo ({setting}) para a URL pública, ou deixe-o usar o cabeçalho Host; depois, `docker compose up -d --build --force-recreate {service}`",
        ],
    ),
    entry(
        "app_redirects_to_container",
        [
            "the app sends visitors to {target}: a container's name, which only this stack knows",
            "o aplicativo envia os visitantes para {target}: o nome de um contêiner, que só este sistema conhece",
        ],
        [
            "Change the setting that holds the app's own address ({setting}) to the public URL, or let the app take it from the Host header; then `docker compose up -d --build --force-recreate {service}`",
            "Mude a configuração com o endereço do próprio aplicativo ({setting}) para a URL pública, ou deixe-o usar o cabeçalho Host; depois, `docker compose up -d --build --force-recreate {service}`",
        ],
    ),
    entry(
        "app_redirects_to_old_address",
        [
            "the app sends visitors to {target}: it has an earlier address of this stack stored",
            "o aplicativo envia os visitantes para {target}: ele guardou um endereço anterior deste sistema",
        ],
        [
            "Let the app take its address from the Host header or from `/runtime-config`, not from a setting or its database ({setting}); a stable URL ends this: `docker compose run --rm setup`",
            "Faça o aplicativo obter o endereço do cabeçalho Host ou de `/runtime-config`, não de uma configuração ou do banco de dados ({setting}); uma URL estável acaba com isso: `docker compose run --rm setup`",
        ],
    ),
    entry(
        "app_redirects_to_port",
        [
            "the app sends visitors to {target}: that port is not open under the public name",
            "o aplicativo envia os visitantes para {target}: essa porta não está aberta no nome público",
        ],
        [
            "The app adds its own port to its address: let it take host and port from the request, or believe the proxy before it: {setting}",
            "O aplicativo acrescenta a própria porta ao endereço: faça-o usar host e porta da requisição, ou confiar no proxy à frente: {setting}",
        ],
    ),
    entry(
        "app_redirects_to_http",
        [
            "the app sends visitors to {target}: plain http, although they came by https",
            "o aplicativo envia os visitantes para {target}: http simples, embora tenham vindo por https",
        ],
        [
            "Let the app believe the proxy before it, which says `X-Forwarded-Proto: https`: {setting}; then `docker compose up -d --build --force-recreate {service}`",
            "Faça o aplicativo confiar no proxy à frente, que informa `X-Forwarded-Proto: https`: {setting}; depois, `docker compose up -d --build --force-recreate {service}`",
        ],
    ),
    entry(
        "app_redirects_in_circle",
        [
            "the app redirects in a circle, to {target} again and again",
            "o aplicativo redireciona em círculo, sempre de volta para {target}",
        ],
        [
            "Mostly it wants https and does not see that visitors have it. Let it believe `X-Forwarded-Proto: https`: {setting}; then `docker compose up -d --build --force-recreate {service}`",
            "Em geral ele exige https e não percebe que o visitante já o usa. Faça-o confiar em `X-Forwarded-Proto: https`: {setting}; depois, `docker compose up -d --build --force-recreate {service}`",
        ],
    ),
    entry(
        "app_redirects_too_often",
        [
            "the app redirects more than five times, last to {target}",
            "o aplicativo redireciona mais de cinco vezes, por último para {target}",
        ],
        [
            "See which pages send to each other: `docker compose logs {service}`; often it does not see https: {setting}",
            "Veja quais páginas redirecionam umas às outras: `docker compose logs {service}`; muitas vezes ele não percebe o https: {setting}",
        ],
    ),
    entry(
        "app_redirects_nowhere",
        [
            "the app redirects to where no browser can go: {target}",
            "o aplicativo redireciona para onde nenhum navegador chega: {target}",
        ],
        [
            "Correct the app's {setting} header; `docker compose logs {service}` may say what builds it",
            "Corrija o cabeçalho {setting} do aplicativo; `docker compose logs {service}` pode indicar o que o monta",
        ],
    ),
    entry(
        "app_host_refused",
        [
            "the app does not take the host name {host}: {got}",
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
            "{path} is not found in the app: {got}",
            "{path} não existe no aplicativo: {got}",
        ],
        [
            "Name the page that visitors open in the label `sidelink.page-path` of {service}, or in `sidelink.health-path` where it says that it works; then `docker compose up -d {service}`",
            "Indique a página que os visitantes abrem no rótulo `sidelink.page-path` de {service}, ou em `sidelink.health-path` onde ele diz que funciona; depois, `docker compose up -d {service}`",
        ],
    ),
    entry(
        "app_too_many_requests",
        [
            "the app turns visitors away, because too many came: {got}",
            "o aplicativo recusa visitantes, porque vieram muitos: {got}",
        ],
        [
            "Wait, or raise its limit; where it counts all visitors as one, let it read X-Forwarded-For. `docker compose logs {service}` may say more",
            "Aguarde ou aumente o limite; se ele conta todos como um só, faça-o ler X-Forwarded-For. `docker compose logs {service}` pode dizer mais",
        ],
    ),
    entry(
        "app_failed",
        [
            "the app answers with an error: {got}",
            "o aplicativo responde com um erro: {got}",
        ],
        [
            "Its log says why: `docker compose logs {service}`",
            "O log diz por quê: `docker compose logs {service}`",
        ],
    ),
    entry(
        "app_other_status",
        [
            "the app shows a visitor no page: it answers {got}",
            "o aplicativo não mostra uma página ao visitante: ele responde {got}",
        ],
        [
            "Its log may say why: `docker compose logs {service}`. If another path is the page, name it in the label `sidelink.page-path`",
            "O log pode dizer por quê: `docker compose logs {service}`. Se a página for outra, indique o caminho no rótulo `sidelink.page-path`",
        ],
    ),
    entry(
        "app_refused",
        [
            "{service} runs, but nothing takes connections on its port {port} from other containers: it listens elsewhere, or not yet",
            "{service} está em execução, mas nada aceita conexões na porta {port} a partir de outros contêineres: ele escuta em outro lugar, ou ainda não",
        ],
        [
            "Let it listen on 0.0.0.0, not on 127.0.0.1, and on port {port}; where it has another port, name it in the label `sidelink.port` and in SIDELINK_APP. `docker compose logs {service}` mostly says where it listens",
            "Faça-o escutar em 0.0.0.0, não em 127.0.0.1, e na porta {port}; se a porta for outra, indique-a no rótulo `sidelink.port` e em SIDELINK_APP. `docker compose logs {service}` costuma dizer onde ele escuta",
        ],
    ),
    entry(
        "app_slow",
        [
            "the app has not answered within {limit} s; it is waited for {next} s next",
            "o aplicativo não respondeu em {limit} s; a próxima espera é de {next} s",
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
            "Its log may say why: `docker compose logs {service}`. Some servers do so with a host name that they do not know (nginx: server_name), or on a port that is not for HTTP",
            "O log pode dizer por quê: `docker compose logs {service}`. Alguns servidores fazem isso com um nome de host desconhecido (nginx: server_name), ou em uma porta que não é de HTTP",
        ],
    ),
    entry(
        "app_not_http",
        [
            "what answers on port {port} of {service} does not speak HTTP",
            "o que responde na porta {port} de {service} não fala HTTP",
        ],
        [
            "Name the port of the app's web server in the label `sidelink.port` and in SIDELINK_APP",
            "Indique a porta do servidor web do aplicativo no rótulo `sidelink.port` e em SIDELINK_APP",
        ],
    ),
    entry(
        "app_tls",
        [
            "the app speaks TLS on its port and is asked in plain HTTP: visitors have https from the tunnel already",
            "o aplicativo fala TLS na porta e é consultado em HTTP simples: os visitantes já têm https pelo túnel",
        ],
        [
            "Let {service} listen in plain HTTP too, and name that port in the label `sidelink.port` and in SIDELINK_APP",
            "Faça {service} escutar também em HTTP simples e indique essa porta no rótulo `sidelink.port` e em SIDELINK_APP",
        ],
    ),
    entry(
        "app_behind_gateway",
        [
            "the app answers at {at}, but the gateway passes visitors to {upstream} and gets no answer there",
            "o aplicativo responde em {at}, mas o gateway encaminha os visitantes para {upstream} e não obtém resposta",
        ],
        [
            "Write `SIDELINK_APP={at}` into `.env` and give {service} the network `front`, then `docker compose up -d`",
            "Escreva `SIDELINK_APP={at}` no `.env` e dê a {service} a rede `front`; depois, `docker compose up -d`",
        ],
    ),
];
