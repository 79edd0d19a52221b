//! What a part of the stack is doing, and what was done about it.

use super::entry;
use crate::CatalogEntry;

pub(super) const ROWS: &[CatalogEntry] = &[
    entry(
        "not_seen",
        [
            "no container of this role yet",
            "nenhum contêiner com este papel ainda",
        ],
        [
            "Start the stack with `docker compose up`",
            "Inicie tudo com `docker compose up`",
        ],
    ),
    entry(
        "asking_docker",
        [
            "asking Docker what runs",
            "perguntando ao Docker o que está em execução",
        ],
        [
            "If it stays so: `docker compose logs docker-proxy`",
            "Se continuar assim: `docker compose logs docker-proxy`",
        ],
    ),
    entry(
        "not_started",
        ["created, not started yet", "criado, ainda não iniciado"],
        [
            "`docker compose up -d {service}` starts it",
            "`docker compose up -d {service}` o inicia",
        ],
    ),
    entry(
        "container_unreadable",
        [
            "Docker does not answer for this container",
            "o Docker não responde sobre este contêiner",
        ],
        [
            "`docker inspect` of it hangs or fails; if it stays so, restart Docker",
            "`docker inspect` dele trava ou falha; se continuar assim, reinicie o Docker",
        ],
    ),
    entry(
        "healthcheck_cannot_run",
        [
            "it works, but its healthcheck cannot run here[: {detail}]",
            "funciona, mas o healthcheck não pode ser executado aqui[: {detail}]",
        ],
        [
            "Use a command that the image has in `healthcheck:`, or remove it; nothing is restarted for this",
            "Use em `healthcheck:` um comando que exista na imagem, ou remova-o; nada é reiniciado por isso",
        ],
    ),
    entry(
        "healthcheck_disagrees",
        [
            "it answers, but its own healthcheck fails[: {detail}]",
            "responde, mas o próprio healthcheck falha[: {detail}]",
        ],
        [
            "Correct `healthcheck:` of the service; nothing is restarted while it answers",
            "Corrija `healthcheck:` do serviço; nada é reiniciado enquanto ele responde",
        ],
    ),
    entry(
        "starting",
        [
            "it runs and is not ready yet",
            "em execução, ainda não está pronto",
        ],
        [
            "If it stays so: `docker compose logs {service}`",
            "Se continuar assim: `docker compose logs {service}`",
        ],
    ),
    entry(
        "not_probed",
        [
            "running, not probed yet",
            "em execução, ainda não verificado",
        ],
        [
            "If it stays so: `docker compose logs {service}`",
            "Se continuar assim: `docker compose logs {service}`",
        ],
    ),
    entry(
        "waits_for",
        ["waits for {what}", "aguarda {what}"],
        [
            "`docker compose exec sidecar sidelink status` shows why they are not ready",
            "`docker compose exec sidecar sidelink status` mostra por que ainda não estão prontos",
        ],
    ),
    entry(
        "suspended",
        [
            "on demand: the tunnel sleeps, and wakes when a link is asked for",
            "sob demanda: o túnel está inativo e acorda quando um link é pedido",
        ],
        [
            "Ask for a link: `docker compose exec sidecar sidelink url`",
            "Peça um link: `docker compose exec sidecar sidelink url`",
        ],
    ),
    entry(
        "paused",
        ["paused", "pausado"],
        [
            "Go on with `docker compose unpause {service}`",
            "Continue com `docker compose unpause {service}`",
        ],
    ),
    entry(
        "stopped_by_hand",
        [
            "stopped by hand: it stays so until somebody starts it",
            "parado manualmente: fica assim até que alguém o inicie",
        ],
        [
            "Start it with `docker compose start {service}`",
            "Inicie com `docker compose start {service}`",
        ],
    ),
    entry(
        "hung",
        [
            "its process runs and does not answer any more",
            "o processo está em execução, mas não responde mais",
        ],
        [
            "`docker compose restart {service}` restarts it now; where it is only busy, `sidelink.patience` gives it longer",
            "`docker compose restart {service}` o reinicia agora; se estiver só ocupado, `sidelink.patience` dá mais tempo",
        ],
    ),
    entry(
        "restarting",
        [
            "Docker is restarting it (restart {count})",
            "o Docker está reiniciando ({count}ª vez)",
        ],
        [
            "See why it ends: `docker compose logs {service}`",
            "Veja por que ele termina: `docker compose logs {service}`",
        ],
    ),
    entry(
        "crash_loop",
        [
            "it starts and ends again and again: {count} restarts",
            "ele inicia e termina repetidamente: {count} reinícios",
        ],
        [
            "The last lines of `docker compose logs {service}` say why; after the fix `docker compose up -d {service}`",
            "As últimas linhas de `docker compose logs {service}` dizem por quê; depois da correção, `docker compose up -d {service}`",
        ],
    ),
    entry(
        "restarts_exhausted",
        [
            "tried {actions} times, and not tried again until somebody starts it: {reason}",
            "{actions} tentativas sem sucesso, sem novas tentativas até que alguém o inicie: {reason}",
        ],
        [
            "Correct the cause, then start it with `docker compose up -d {service}`; `docker compose logs {service}` has its last words",
            "Corrija a causa e inicie com `docker compose up -d {service}`; `docker compose logs {service}` mostra as últimas mensagens",
        ],
    ),
    entry(
        "unreachable",
        [
            "{target} does not answer: {detail}",
            "{target} não responde: {detail}",
        ],
        [
            "`docker compose ps {service}` shows whether it runs, `docker compose logs {service}` what it says",
            "`docker compose ps {service}` mostra se está em execução, `docker compose logs {service}` o que ele diz",
        ],
    ),
    entry(
        "wrong_answer",
        [
            "{asked} was answered with {got}",
            "{asked} foi respondido com {got}",
        ],
        [
            "See its log: `docker compose logs {service}`",
            "Veja o log dele: `docker compose logs {service}`",
        ],
    ),
    entry(
        "not_on_host",
        ["{what} is not running", "{what} não está rodando"],
        [
            "Start {what} on port {port} of this machine; calls and pages that need it wait until then",
            "Inicie o {what} na porta {port} desta máquina; chamadas e páginas que precisam dele aguardam até lá",
        ],
    ),
    entry(
        "on_loopback_only",
        [
            "{what} runs, but listens on {loopback} only, where no container reaches it",
            "o {what} está rodando, mas só escuta em {loopback}, onde nenhum contêiner o alcança",
        ],
        [
            "Let {what} listen on 0.0.0.0, port {port}",
            "Faça o {what} escutar em 0.0.0.0, porta {port}",
        ],
    ),
    entry(
        "labels",
        [
            "labels that mean nothing, each with what may stand there: {mistakes}",
            "rótulos que não significam nada, cada um com o que pode estar ali: {mistakes}",
        ],
        [
            "Correct them in the Compose file, then `docker compose up -d {service}`",
            "Corrija-os no arquivo Compose e rode `docker compose up -d {service}`",
        ],
    ),
    entry(
        "bad_config",
        [
            "config/sidelink.yaml cannot be used: {detail}",
            "config/sidelink.yaml não pode ser usado: {detail}",
        ],
        [
            "Correct the file; a good edit is taken at once",
            "Corrija o arquivo; uma edição válida é aplicada na hora",
        ],
    ),
];
