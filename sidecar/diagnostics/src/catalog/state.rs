//! States of a service, and what Sidelink did about them.

use super::entry;
use crate::CatalogEntry;

pub(super) const ENTRIES: &[CatalogEntry] = &[
    entry(
        "not_seen",
        [
            "no container has this role yet",
            "nenhum contêiner com este papel ainda",
        ],
        [
            "Start the stack with `docker compose up`",
            "Inicie o sistema com `docker compose up`",
        ],
    ),
    entry(
        "asking_docker",
        [
            "asking Docker which containers run",
            "consultando no Docker os contêineres em execução",
        ],
        [
            "If this persists: `docker compose logs docker-proxy`",
            "Se persistir: `docker compose logs docker-proxy`",
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
            "`docker inspect` of this container hangs or fails; if this persists, restart Docker",
            "`docker inspect` deste contêiner trava ou falha; se persistir, reinicie o Docker",
        ],
    ),
    entry(
        "healthcheck_cannot_run",
        [
            "it works, but its healthcheck cannot run here[: {detail}]",
            "funciona, mas o healthcheck não pode ser executado aqui[: {detail}]",
        ],
        [
            "In `healthcheck:`, use a command that the image has, or remove the healthcheck; Sidelink restarts nothing for this",
            "Use em `healthcheck:` um comando que exista na imagem, ou remova o healthcheck; o Sidelink não reinicia nada por isso",
        ],
    ),
    entry(
        "healthcheck_disagrees",
        [
            "it answers, but its own healthcheck fails[: {detail}]",
            "ele responde, mas o próprio healthcheck falha[: {detail}]",
        ],
        [
            "Correct `healthcheck:` of the service; Sidelink does not restart it while it answers",
            "Corrija `healthcheck:` do serviço; o Sidelink não o reinicia enquanto ele responde",
        ],
    ),
    entry(
        "starting",
        [
            "running, not ready yet",
            "em execução, ainda não está pronto",
        ],
        [
            "If this persists: `docker compose logs {service}`",
            "Se persistir: `docker compose logs {service}`",
        ],
    ),
    entry(
        "not_probed",
        [
            "running, not probed yet",
            "em execução, ainda não verificado",
        ],
        [
            "If this persists: `docker compose logs {service}`",
            "Se persistir: `docker compose logs {service}`",
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
            "on-demand tunnel: suspended until a link is requested",
            "túnel sob demanda: suspenso até que um link seja solicitado",
        ],
        [
            "Request the public URL: `docker compose exec sidecar sidelink url`",
            "Solicite a URL pública: `docker compose exec sidecar sidelink url`",
        ],
    ),
    entry(
        "paused",
        ["paused", "pausado"],
        [
            "Resume it with `docker compose unpause {service}`",
            "Retome com `docker compose unpause {service}`",
        ],
    ),
    entry(
        "stopped_by_hand",
        [
            "stopped manually: it stays stopped until it is started manually",
            "parado manualmente: fica parado até ser iniciado manualmente",
        ],
        [
            "Start it with `docker compose start {service}`",
            "Inicie com `docker compose start {service}`",
        ],
    ),
    entry(
        "hung",
        [
            "its process runs but no longer answers",
            "o processo está em execução, mas não responde mais",
        ],
        [
            "`docker compose restart {service}` restarts it now; if it is only busy, `sidelink.patience` allows more time",
            "`docker compose restart {service}` o reinicia agora; se estiver apenas ocupado, `sidelink.patience` dá mais tempo",
        ],
    ),
    entry(
        "restarting",
        [
            "Docker is restarting it (restart {count})",
            "o Docker está reiniciando o serviço ({count}ª vez)",
        ],
        [
            "See why it exits: `docker compose logs {service}`",
            "Veja por que ele termina: `docker compose logs {service}`",
        ],
    ),
    entry(
        "crash_loop",
        [
            "it exits repeatedly after starting: {count} restarts",
            "ele termina repetidamente após iniciar: {count} reinícios",
        ],
        [
            "The last lines of `docker compose logs {service}` show why; after the fix, run `docker compose up -d {service}`",
            "As últimas linhas de `docker compose logs {service}` mostram o motivo; depois da correção, rode `docker compose up -d {service}`",
        ],
    ),
    entry(
        "restarts_exhausted",
        [
            "{actions} attempts failed; no more are made until it is started manually: {reason}",
            "{actions} tentativas falharam; não haverá outras até que o serviço seja iniciado manualmente: {reason}",
        ],
        [
            "Correct the cause, then start it with `docker compose up -d {service}`; `docker compose logs {service}` has its last messages",
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
            "`docker compose ps {service}` shows whether it runs, `docker compose logs {service}` what it logs",
            "`docker compose ps {service}` mostra se está em execução, `docker compose logs {service}` o que ele registra",
        ],
    ),
    entry(
        "wrong_answer",
        [
            "unexpected answer to {asked}: {got}",
            "resposta inesperada a {asked}: {got}",
        ],
        [
            "See its log: `docker compose logs {service}`",
            "Veja o log dele: `docker compose logs {service}`",
        ],
    ),
    entry(
        "not_on_host",
        ["{what} is not running", "{what} não está em execução"],
        [
            "Start {what} on port {port} of this machine; calls and pages that need it are unavailable until then",
            "Inicie o {what} na porta {port} desta máquina; chamadas e páginas que precisam dele ficam indisponíveis até lá",
        ],
    ),
    entry(
        "on_loopback_only",
        [
            "{what} runs, but listens only on {loopback}, which no container can reach",
            "o {what} está em execução, mas só escuta em {loopback}, que nenhum contêiner alcança",
        ],
        [
            "Let {what} listen on 0.0.0.0, port {port}",
            "Faça o {what} escutar em 0.0.0.0, porta {port}",
        ],
    ),
    entry(
        "labels",
        [
            "invalid labels, each with its valid values: {mistakes}",
            "rótulos inválidos, cada um com os valores válidos: {mistakes}",
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
            "Correct the file; a valid edit takes effect at once",
            "Corrija o arquivo; uma edição válida é aplicada na hora",
        ],
    ),
];
