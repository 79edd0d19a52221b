//! ngrok's codes: from its header `ngrok-error-code`, or its agent's log.

use super::entry;
use crate::CatalogEntry;

pub(super) const ROWS: &[CatalogEntry] = &[
    entry(
        "ngrok_8012",
        [
            "ngrok's agent runs, but what it points at is not running or refuses (ERR_NGROK_8012)",
            "o agente do ngrok está rodando, mas o destino dele não está rodando ou recusa a conexão (ERR_NGROK_8012)",
        ],
        [
            "See `docker compose ps gateway`; in a container the upstream is the service's name (`gateway:8081`), not localhost",
            "Veja `docker compose ps gateway`; em um contêiner, o destino é o nome do serviço (`gateway:8081`), não localhost",
        ],
    ),
    entry(
        "ngrok_3200",
        [
            "no ngrok agent serves this address now (ERR_NGROK_3200): the link does not open",
            "nenhum agente do ngrok atende este endereço agora (ERR_NGROK_3200): o link não abre",
        ],
        [
            "Restart it: `docker compose restart ngrok`",
            "Reinicie: `docker compose restart ngrok`",
        ],
    ),
    entry(
        "ngrok_3004",
        [
            "what ngrok points at does not answer in HTTP (ERR_NGROK_3004)",
            "o destino do ngrok não responde em HTTP (ERR_NGROK_3004)",
        ],
        [
            "Point ngrok at `http://gateway:8081`",
            "Aponte o ngrok para `http://gateway:8081`",
        ],
    ),
    entry(
        "ngrok_334",
        [
            "this ngrok address is online somewhere else already (ERR_NGROK_334)",
            "este endereço do ngrok já está online em outro lugar (ERR_NGROK_334)",
        ],
        [
            "End the other agent (dashboard.ngrok.com, Endpoints), then `docker compose up -d ngrok`",
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
            "End the others (dashboard.ngrok.com, Agents), then `docker compose up -d ngrok`",
            "Encerre os outros (dashboard.ngrok.com, Agents) e rode `docker compose up -d ngrok`",
        ],
    ),
    entry(
        "ngrok_4018",
        [
            "ngrok wants a verified account and its authtoken (ERR_NGROK_4018)",
            "o ngrok exige uma conta verificada e o authtoken dela (ERR_NGROK_4018)",
        ],
        [
            "Put the authtoken of dashboard.ngrok.com into its file under secrets/, then `docker compose up -d ngrok`",
            "Coloque o authtoken de dashboard.ngrok.com no arquivo em secrets/ e rode `docker compose up -d ngrok`",
        ],
    ),
    entry(
        "ngrok_105",
        [
            "the ngrok authtoken is no authtoken (ERR_NGROK_105)",
            "o authtoken do ngrok está malformado (ERR_NGROK_105)",
        ],
        [
            "Copy it again from dashboard.ngrok.com, Your Authtoken (not an API key), then `docker compose up -d ngrok`",
            "Copie de novo de dashboard.ngrok.com, Your Authtoken (não uma chave de API), e rode `docker compose up -d ngrok`",
        ],
    ),
    entry(
        "ngrok_107",
        [
            "the ngrok authtoken was revoked or belongs to nobody (ERR_NGROK_107)",
            "o authtoken do ngrok foi revogado ou não pertence a ninguém (ERR_NGROK_107)",
        ],
        [
            "Make a new one at dashboard.ngrok.com, Your Authtoken, then `docker compose up -d ngrok`",
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
            "this ngrok plan wants a reserved domain (ERR_NGROK_15002)",
            "este plano do ngrok exige um domínio reservado (ERR_NGROK_15002)",
        ],
        [
            "Set the domain of dashboard.ngrok.com, Domains, in ngrok's configuration, then `docker compose up -d ngrok`",
            "Defina o domínio de dashboard.ngrok.com, Domains, na configuração do ngrok e rode `docker compose up -d ngrok`",
        ],
    ),
    entry(
        "ngrok_725",
        [
            "this month's ngrok traffic is used up (ERR_NGROK_725): the link opens again next month",
            "o tráfego do ngrok deste mês acabou (ERR_NGROK_725): o link volta a abrir no próximo mês",
        ],
        [
            "Use another tunnel (compose/), or a larger ngrok plan",
            "Use outro túnel (compose/) ou um plano maior do ngrok",
        ],
    ),
    entry(
        "ngrok_727",
        [
            "this month's ngrok requests are used up (ERR_NGROK_727): the link opens again next month",
            "as requisições do ngrok deste mês acabaram (ERR_NGROK_727): o link volta a abrir no próximo mês",
        ],
        [
            "Use another tunnel (compose/), or a larger ngrok plan",
            "Use outro túnel (compose/) ou um plano maior do ngrok",
        ],
    ),
    entry(
        "ngrok_702",
        [
            "too many connections a minute for this ngrok plan (ERR_NGROK_702): some visitors are turned away",
            "conexões demais por minuto para este plano do ngrok (ERR_NGROK_702): alguns visitantes são recusados",
        ],
        [
            "Wait a minute; with many guests use another tunnel (compose/)",
            "Aguarde um minuto; com muitos convidados, use outro túnel (compose/)",
        ],
    ),
    entry(
        "ngrok_734",
        [
            "too many requests a minute for this ngrok plan (ERR_NGROK_734): some visitors are turned away",
            "requisições demais por minuto para este plano do ngrok (ERR_NGROK_734): alguns visitantes são recusados",
        ],
        [
            "Wait a minute; with many guests use another tunnel (compose/)",
            "Aguarde um minuto; com muitos convidados, use outro túnel (compose/)",
        ],
    ),
    entry(
        crate::recognize::ngrok::WARNING,
        [
            "ngrok shows each guest its warning page before the app (ERR_NGROK_6024): one tap on \"Visit Site\" leads on",
            "o ngrok mostra a cada convidado uma página de aviso antes do app (ERR_NGROK_6024): um toque em \"Visit Site\" segue adiante",
        ],
        [
            "Tell your guests, or use a paid ngrok plan or another tunnel (compose/), which show none",
            "Avise os convidados, ou use um plano pago do ngrok ou outro túnel (compose/), que não a mostram",
        ],
    ),
    entry(
        "ngrok_config",
        [
            "ngrok's agent cannot read its configuration and does not start",
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
            "ngrok answers with an error of its own: {detail}",
            "o ngrok responde com um erro próprio: {detail}",
        ],
        [
            "ngrok.com/docs/errors explains each code",
            "ngrok.com/docs/errors explica cada código",
        ],
    ),
];
