//! Failures of Docker itself and of containers that exited.

use super::entry;
use crate::CatalogEntry;

pub(super) const ENTRIES: &[CatalogEntry] = &[
    entry(
        "docker",
        [
            "the Docker API does not answer ({detail})",
            "a API do Docker não responde ({detail})",
        ],
        [
            "Is Docker running, and docker-proxy with it? `docker compose ps docker-proxy`",
            "O Docker e o docker-proxy estão em execução? `docker compose ps docker-proxy`",
        ],
    ),
    entry(
        "docker_not_running",
        [
            "Docker is not running, or nothing listens at its address ({detail})",
            "o Docker não está em execução, ou nada escuta no endereço dele ({detail})",
        ],
        [
            "Start Docker; if it runs, check `docker compose ps docker-proxy` and `DOCKER_SOCK` in `.env`",
            "Inicie o Docker; se já estiver em execução, confira `docker compose ps docker-proxy` e `DOCKER_SOCK` no `.env`",
        ],
    ),
    entry(
        "docker_proxy_down",
        [
            "docker-proxy, which gives access to Docker, is not running",
            "o docker-proxy, que dá acesso ao Docker, não está em execução",
        ],
        [
            "Start it with `docker compose up -d docker-proxy`; `docker compose logs docker-proxy` shows why it exited",
            "Inicie com `docker compose up -d docker-proxy`; `docker compose logs docker-proxy` mostra por que terminou",
        ],
    ),
    entry(
        "docker_sock_missing",
        [
            "Docker's socket is not at the path in `DOCKER_SOCK`",
            "o socket do Docker não está no caminho de `DOCKER_SOCK`",
        ],
        [
            "`docker context ls` shows the socket: set `DOCKER_SOCK` in `.env` to its path, without `unix://`, then `docker compose up -d docker-proxy`",
            "`docker context ls` mostra o socket: defina `DOCKER_SOCK` no `.env` com esse caminho, sem `unix://`, e depois `docker compose up -d docker-proxy`",
        ],
    ),
    entry(
        "docker_sock_wrong",
        [
            "`DOCKER_SOCK` is a folder or a file, not Docker's socket: if the path does not exist, Docker creates a folder there",
            "`DOCKER_SOCK` é uma pasta ou um arquivo, não o socket do Docker: se o caminho não existe, o Docker cria uma pasta nele",
        ],
        [
            "`docker context ls` shows the socket: set `DOCKER_SOCK` in `.env` to its path, without `unix://`, then `docker compose up -d docker-proxy`; the empty folder can be removed",
            "`docker context ls` mostra o socket: defina `DOCKER_SOCK` no `.env` com esse caminho, sem `unix://`, e depois `docker compose up -d docker-proxy`; a pasta vazia pode ser removida",
        ],
    ),
    entry(
        "docker_sock_silent",
        [
            "nothing listens at the socket in `DOCKER_SOCK`",
            "nada escuta no socket de `DOCKER_SOCK`",
        ],
        [
            "If Docker was restarted: `docker compose restart docker-proxy`. Otherwise set `DOCKER_SOCK` in `.env` to the socket that `docker context ls` shows, then `docker compose up -d docker-proxy`",
            "Se o Docker foi reiniciado: `docker compose restart docker-proxy`. Senão, defina `DOCKER_SOCK` no `.env` com o socket que `docker context ls` mostra e depois `docker compose up -d docker-proxy`",
        ],
    ),
    entry(
        "docker_permission",
        [
            "no permission to open Docker's socket[ ({detail})]",
            "sem permissão para abrir o socket do Docker[ ({detail})]",
        ],
        [
            "Set `DOCKER_SOCK` in `.env` to the socket that `docker context ls` shows (with rootless Docker `/run/user/1000/docker.sock`), then `docker compose up -d docker-proxy`",
            "Defina `DOCKER_SOCK` no `.env` com o socket que `docker context ls` mostra (com Docker rootless, `/run/user/1000/docker.sock`) e depois `docker compose up -d docker-proxy`",
        ],
    ),
    entry(
        "docker_refused",
        [
            "docker-proxy does not allow this call ({detail})",
            "o docker-proxy não permite esta chamada ({detail})",
        ],
        [
            "Start both in the same version: `docker compose up -d --force-recreate docker-proxy sidecar`",
            "Inicie os dois na mesma versão: `docker compose up -d --force-recreate docker-proxy sidecar`",
        ],
    ),
    entry(
        "exited",
        [
            "ended with exit code {code}[: {error}]",
            "terminou com código {code}[: {error}]",
        ],
        [
            "The last lines of `docker compose logs {service}` show why",
            "As últimas linhas de `docker compose logs {service}` mostram o motivo",
        ],
    ),
    entry(
        "out_of_memory",
        [
            "stopped by the kernel: out of memory",
            "encerrado pelo kernel: falta de memória",
        ],
        [
            "Give Docker more memory or raise the service's limit",
            "Dê mais memória ao Docker ou aumente o limite do serviço",
        ],
    ),
    entry(
        "unhealthy",
        [
            "its healthcheck fails[: {output}]",
            "o healthcheck falha[: {output}]",
        ],
        [
            "See `docker compose logs {service}`; `docker compose restart {service}` restarts it now",
            "Veja `docker compose logs {service}`; `docker compose restart {service}` o reinicia agora",
        ],
    ),
    entry(
        "killed",
        [
            "its process was killed (exit code 137)",
            "o processo foi encerrado à força (código 137)",
        ],
        [
            "If this was not intended, this machine is low on memory: give Docker more",
            "Se não foi intencional, falta memória nesta máquina: dê mais ao Docker",
        ],
    ),
    entry(
        "terminated",
        [
            "its process received a request to stop (exit code 143) that did not come from Compose",
            "o processo recebeu um pedido de término (código 143) que não veio do Compose",
        ],
        [
            "Start it with `docker compose up -d {service}`",
            "Inicie com `docker compose up -d {service}`",
        ],
    ),
    entry(
        "crashed",
        [
            "its process crashed (exit code 139, a memory fault)",
            "o processo falhou (código 139, falha de memória)",
        ],
        [
            "If it happens again, the image may be for another processor: `docker compose pull {service}` gets the right one",
            "Se acontecer novamente, a imagem pode ser para outro processador: `docker compose pull {service}` obtém a certa",
        ],
    ),
    entry(
        "command_denied",
        [
            "its command cannot be executed (exit code 126)[: {detail}]",
            "o comando não pode ser executado (código 126)[: {detail}]",
        ],
        [
            "Make the file executable, or correct `command:` of the service, then `docker compose up -d {service}`",
            "Torne o arquivo executável ou corrija `command:` do serviço e depois `docker compose up -d {service}`",
        ],
    ),
    entry(
        "command_missing",
        [
            "its command is not in the image (exit code 127)[: {detail}]",
            "o comando não existe na imagem (código 127)[: {detail}]",
        ],
        [
            "Correct `command:` or `entrypoint:` of the service, then `docker compose up -d {service}`",
            "Corrija `command:` ou `entrypoint:` do serviço e depois `docker compose up -d {service}`",
        ],
    ),
    entry(
        "engine_refused",
        [
            "Docker could not start it[: {detail}]",
            "o Docker não conseguiu iniciá-lo[: {detail}]",
        ],
        [
            "Correct the service in the Compose file; `docker compose up -d {service}` prints the full message",
            "Corrija o serviço no arquivo do Compose; `docker compose up -d {service}` mostra a mensagem completa",
        ],
    ),
    entry(
        "wrong_platform",
        [
            "its image is for another processor[: {detail}]",
            "a imagem é para outro processador[: {detail}]",
        ],
        [
            "Build or pull it for this machine: `docker compose build --pull {service}`, then `docker compose up -d {service}`",
            "Construa ou baixe para esta máquina: `docker compose build --pull {service}` e depois `docker compose up -d {service}`",
        ],
    ),
    entry(
        "host_port_taken",
        [
            "another program uses its port on this machine[: {detail}]",
            "outro programa usa a porta dele nesta máquina[: {detail}]",
        ],
        [
            "Stop that program, and Sidelink starts the service within a minute. Or set another port in `.env` (SIDELINK_PORT, SIDELINK_CONTROL_PORT, for LiveKit SIDELINK_MEDIA_TCP_PORT and SIDELINK_MEDIA_UDP_PORT), then `docker compose up -d {service}`",
            "Encerre esse programa, e o Sidelink inicia o serviço em até um minuto. Ou defina outra porta no `.env` (SIDELINK_PORT, SIDELINK_CONTROL_PORT, para o LiveKit SIDELINK_MEDIA_TCP_PORT e SIDELINK_MEDIA_UDP_PORT) e depois `docker compose up -d {service}`",
        ],
    ),
    entry(
        "image_missing",
        [
            "its image is not on this machine[: {detail}]",
            "a imagem não está nesta máquina[: {detail}]",
        ],
        [
            "`docker compose build {service}`, or `docker compose pull {service}` after `docker login`; without an image registry, see docs/getting-started.md#without-docker-or-an-image-registry",
            "`docker compose build {service}`, ou `docker compose pull {service}` depois de `docker login`; sem um registro de imagens, veja docs/getting-started.md#without-docker-or-an-image-registry",
        ],
    ),
    entry(
        "mount_denied",
        [
            "Docker has no permission to mount one of its folders[: {detail}]",
            "o Docker não tem permissão para montar uma das pastas dele[: {detail}]",
        ],
        [
            "Share the folder in Docker Desktop (Settings, Resources, File sharing), or restore the file's permissions",
            "Compartilhe a pasta no Docker Desktop (Settings, Resources, File sharing) ou restaure as permissões do arquivo",
        ],
    ),
    entry(
        "mount_missing",
        [
            "a file or folder that it mounts does not exist[: {detail}]",
            "um arquivo ou pasta que ele monta não existe[: {detail}]",
        ],
        [
            "Create it, and Sidelink starts the service within a minute; if the project folder has moved, run `docker compose up -d --force-recreate {service}` there",
            "Crie-o, e o Sidelink inicia o serviço em até um minuto; se a pasta do projeto mudou de lugar, rode nela `docker compose up -d --force-recreate {service}`",
        ],
    ),
    entry(
        "network_missing",
        [
            "its network no longer exists[: {detail}]",
            "a rede dele não existe mais[: {detail}]",
        ],
        [
            "`docker compose down`, then `docker compose up`",
            "`docker compose down` e depois `docker compose up`",
        ],
    ),
    entry(
        "disk_full",
        [
            "the disk is full: nothing can be written",
            "o disco está cheio: nada pode ser gravado",
        ],
        [
            "Free disk space: `docker system df` shows what Docker uses, `docker image prune` frees some",
            "Libere espaço: `docker system df` mostra o que o Docker ocupa, `docker image prune` libera parte",
        ],
    ),
    entry(
        "port_in_use",
        [
            "it could not listen: its port is in use[: {detail}]",
            "não conseguiu escutar: a porta está em uso[: {detail}]",
        ],
        [
            "Stop the other program, or give one of the two another port; to end an earlier run that hangs, use `docker compose restart {service}`",
            "Encerre o outro programa ou mude a porta de um dos dois; para encerrar uma execução anterior travada, use `docker compose restart {service}`",
        ],
    ),
];
