//! ngrok's error codes, from its header `ngrok-error-code` or its agent's log.

use super::entry;
use crate::CatalogEntry;

pub(super) const ENTRIES: &[CatalogEntry] = &[
    entry(
        "ngrok_8012",
        [
            "the ngrok agent runs, but its upstream is not running or refuses the connection (ERR_NGROK_8012)",
            "o agente do ngrok está em execução, mas o destino dele não está, ou recusa a conexão (ERR_NGROK_8012)",
        ],
        [
            "Check `docker compose ps gateway`; in a container the upstream is the service's name (`gateway:8081`), not localhost",
            "Confira `docker compose ps gateway`; em um contêiner, o destino é o nome do serviço (`gateway:8081`), não localhost",
        ],
    ),
    entry(
        "ngrok_3200",
        [
            "no ngrok agent serves this address now (ERR_NGROK_3200): the public URL does not open",
            "nenhum agente do ngrok atende este endereço agora (ERR_NGROK_3200): a URL pública não abre",
        ],
        [
            "Restart it: `docker compose restart ngrok`",
            "Reinicie: `docker compose restart ngrok`",
        ],
    ),
    entry(
        "ngrok_3004",
        [
            "ngrok's upstream does not answer with HTTP (ERR_NGROK_3004)",
            "o destino do ngrok não responde com HTTP (ERR_NGROK_3004)",
        ],
        [
            "Point ngrok at `http://gateway:8081`",
            "Aponte o ngrok para `http://gateway:8081`",
        ],
    ),
    entry(
        "ngrok_334",
        [
            "this ngrok address is already online elsewhere (ERR_NGROK_334)",
            "este endereço do ngrok já está online em outro lugar (ERR_NGROK_334)",
        ],
        [
            "Stop the other agent (dashboard.ngrok.com, Endpoints), then `docker compose up -d ngrok`",
            "Encerre o outro agente (dashboard.ngrok.com, Endpoints) e rode `docker compose up -d ngrok`",
        ],
    ),
    entry(
        "ngrok_108",
        [
            "this ngrok account has as many agents online as its plan allows (ERR_NGROK_108)",
            "esta conta do ngrok já tem o máximo de agentes online do plano (ERR_NGROK_108)",
        ],
        [
            "Stop the others (dashboard.ngrok.com, Agents), then `docker compose up -d ngrok`",
            "Encerre os outros (dashboard.ngrok.com, Agents) e rode `docker compose up -d ngrok`",
        ],
    ),
    entry(
        "ngrok_4018",
        [
            "ngrok requires a verified account and its authtoken (ERR_NGROK_4018)",
            "o ngrok exige uma conta verificada e o authtoken dela (ERR_NGROK_4018)",
        ],
        [
            "Copy the authtoken from dashboard.ngrok.com into its file under secrets/, then `docker compose up -d ngrok`",
            "Copie o authtoken de dashboard.ngrok.com para o arquivo em secrets/ e rode `docker compose up -d ngrok`",
        ],
    ),
    entry(
        "ngrok_105",
        [
            "the ngrok authtoken is malformed (ERR_NGROK_105)",
            "o authtoken do ngrok está malformado (ERR_NGROK_105)",
        ],
        [
            "Copy it again from dashboard.ngrok.com, Your Authtoken (not an API key), then `docker compose up -d ngrok`",
            "Copie-o novamente de dashboard.ngrok.com, Your Authtoken (não uma chave de API), e rode `docker compose up -d ngrok`",
        ],
    ),
    entry(
        "ngrok_107",
        [
            "the ngrok authtoken was revoked or does not exist (ERR_NGROK_107)",
            "o authtoken do ngrok foi revogado ou não existe (ERR_NGROK_107)",
        ],
        [
            "Create a new one at dashboard.ngrok.com, Your Authtoken, then `docker compose up -d ngrok`",
            "Crie um novo em dashboard.ngrok.com, Your Authtoken, e rode `docker compose up -d ngrok`",
        ],
    ),
    entry(
        "ngrok_121",
        [
            "this ngrok agent is too old for ngrok's service (ERR_NGROK_121)",
            "este agente do ngrok é antigo demais para o serviço (ERR_NGROK_121)",
        ],
        [
            "`docker compose pull ngrok`, then `docker compose up -d ngrok`",
            "`docker compose pull ngrok` e depois `docker compose up -d ngrok`",
        ],
    ),
    entry(
        "ngrok_15002",
        [
            "this ngrok plan requires a reserved domain (ERR_NGROK_15002)",
            "este plano do ngrok exige um domínio reservado (ERR_NGROK_15002)",
        ],
        [
            "Set the domain from dashboard.ngrok.com, Domains, in ngrok's configuration, then `docker compose up -d ngrok`",
            "Defina o domínio de dashboard.ngrok.com, Domains, na configuração do ngrok e rode `docker compose up -d ngrok`",
        ],
    ),
    entry(
        "ngrok_725",
        [
            "this month's ngrok traffic is used up (ERR_NGROK_725): the public URL opens again next month",
            "o tráfego do ngrok deste mês acabou (ERR_NGROK_725): a URL pública volta a abrir no próximo mês",
        ],
        [
            "Use another tunnel (compose/), or a larger ngrok plan",
            "Use outro túnel (compose/) ou um plano maior do ngrok",
        ],
    ),
    entry(
        "ngrok_727",
        [
            "this month's ngrok requests are used up (ERR_NGROK_727): the public URL opens again next month",
            "as requisições do ngrok deste mês acabaram (ERR_NGROK_727): a URL pública volta a abrir no próximo mês",
        ],
        [
            "Use another tunnel (compose/), or a larger ngrok plan",
            "Use outro túnel (compose/) ou um plano maior do ngrok",
        ],
    ),
    entry(
        "ngrok_702",
        [
            "too many connections per minute for this ngrok plan (ERR_NGROK_702): some visitors are refused",
            "conexões demais por minuto para este plano do ngrok (ERR_NGROK_702): alguns visitantes são recusados",
        ],
        [
            "Wait a minute; with many guests, use another tunnel (compose/)",
            "Aguarde um minuto; com muitos convidados, use outro túnel (compose/)",
        ],
    ),
    entry(
        "ngrok_734",
        [
            "too many requests per minute for this ngrok plan (ERR_NGROK_734): some visitors are refused",
            "requisições demais por minuto para este plano do ngrok (ERR_NGROK_734): alguns visitantes são recusados",
        ],
        [
            "Wait a minute; with many guests, use another tunnel (compose/)",
            "Aguarde um minuto; com muitos convidados, use outro túnel (compose/)",
        ],
    ),
    entry(
        crate::recognize::ngrok::WARNING,
        [
            "ngrok shows each guest a warning page before the app (ERR_NGROK_6024): one tap on \"Visit Site\" continues",
            "o ngrok mostra a cada convidado uma página de aviso antes do aplicativo (ERR_NGROK_6024): um toque em \"Visit Site\" continua",
        ],
        [
            "Warn your guests, or use a paid ngrok plan or another tunnel (compose/), which do not show it",
            "Avise os convidados, ou use um plano pago do ngrok ou outro túnel (compose/), que não mostram essa página",
        ],
    ),
    entry(
        "ngrok_config",
        [
            "the ngrok agent cannot read its configuration and does not start",
            "o agente do ngrok não consegue ler a configuração e não inicia",
        ],
        [
            "Correct ngrok/ngrok.yml, then `docker compose up init ngrok`; `docker compose logs ngrok` names the line",
            "Corrija ngrok/ngrok.yml e rode `docker compose up init ngrok`; `docker compose logs ngrok` indica a linha",
        ],
    ),
    entry(
        "ngrok_error",
        [
            "ngrok answers with an error: {detail}",
            "o ngrok responde com um erro: {detail}",
        ],
        [
            "See ngrok.com/docs/errors, which explains each code",
            "Veja ngrok.com/docs/errors, que explica cada código",
        ],
    ),
];
