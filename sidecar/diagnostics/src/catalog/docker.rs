//! What Docker says, of itself and of a container that ended.

use super::entry;
use crate::CatalogEntry;

pub(super) const ROWS: &[CatalogEntry] = &[
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
            "Docker is not running, or nobody listens at its address ({detail})",
            "o Docker não está rodando, ou ninguém escuta no endereço dele ({detail})",
        ],
        [
            "Start Docker; if it runs, see `docker compose ps docker-proxy` and `DOCKER_SOCK` in `.env`",
            "Inicie o Docker; se já estiver rodando, veja `docker compose ps docker-proxy` e `DOCKER_SOCK` no `.env`",
        ],
    ),
    entry(
        "docker_proxy_down",
        [
            "docker-proxy does not run, through which Docker is asked",
            "o docker-proxy, pelo qual o Docker é consultado, não está em execução",
        ],
        [
            "Start it with `docker compose up -d docker-proxy`; `docker compose logs docker-proxy` says why it ended",
            "Inicie com `docker compose up -d docker-proxy`; `docker compose logs docker-proxy` diz por que terminou",
        ],
    ),
    entry(
        "docker_sock_missing",
        [
            "Docker's socket is not where `DOCKER_SOCK` says",
            "o socket do Docker não está onde `DOCKER_SOCK` indica",
        ],
        [
            "`docker context ls` shows the socket: set `DOCKER_SOCK` in `.env` to its path, without `unix://`, then `docker compose up -d docker-proxy`",
            "`docker context ls` mostra o socket: defina `DOCKER_SOCK` no `.env` com esse caminho, sem `unix://`, e depois `docker compose up -d docker-proxy`",
        ],
    ),
    entry(
        "docker_sock_wrong",
        [
            "`DOCKER_SOCK` is a folder or a file, not Docker's socket: where nothing exists, Docker makes a folder of that name",
            "`DOCKER_SOCK` é uma pasta ou um arquivo, não o socket do Docker: onde nada existe, o Docker cria uma pasta com esse nome",
        ],
        [
            "`docker context ls` shows the socket: set `DOCKER_SOCK` in `.env` to its path, without `unix://`, then `docker compose up -d docker-proxy`; the empty folder can be removed",
            "`docker context ls` mostra o socket: defina `DOCKER_SOCK` no `.env` com esse caminho, sem `unix://`, e depois `docker compose up -d docker-proxy`; a pasta vazia pode ser removida",
        ],
    ),
    entry(
        "docker_sock_silent",
        [
            "nothing listens at the socket that `DOCKER_SOCK` names",
            "ninguém escuta no socket que `DOCKER_SOCK` indica",
        ],
        [
            "If Docker was restarted: `docker compose restart docker-proxy`. Else set `DOCKER_SOCK` in `.env` to the socket that `docker context ls` shows, then `docker compose up -d docker-proxy`",
            "Se o Docker foi reiniciado: `docker compose restart docker-proxy`. Senão, defina `DOCKER_SOCK` no `.env` com o socket que `docker context ls` mostra e depois `docker compose up -d docker-proxy`",
        ],
    ),
    entry(
        "docker_permission",
        [
            "Docker's socket may not be opened[ ({detail})]",
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
            "docker-proxy does not pass this call on ({detail})",
            "o docker-proxy não repassa esta chamada ({detail})",
        ],
        [
            "Start both from one version: `docker compose up -d --force-recreate docker-proxy sidecar`",
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
            "The last lines of `docker compose logs {service}` say why",
            "As últimas linhas de `docker compose logs {service}` dizem por quê",
        ],
    ),
    entry(
        "out_of_memory",
        [
            "ended by the kernel: out of memory",
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
            "If nobody did it, this machine is short of memory: give Docker more",
            "Se ninguém fez isso, falta memória nesta máquina: dê mais ao Docker",
        ],
    ),
    entry(
        "terminated",
        [
            "its process was asked to end (exit code 143), not by Compose",
            "pediram que o processo terminasse (código 143), não pelo Compose",
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
            "o processo quebrou (código 139, falha de memória)",
        ],
        [
            "If it happens again: is the image made for this machine's processor? `docker compose pull {service}` gets the right one",
            "Se acontecer de novo: a imagem é para o processador desta máquina? `docker compose pull {service}` obtém a certa",
        ],
    ),
    entry(
        "command_denied",
        [
            "its command may not be run (exit code 126)[: {detail}]",
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
            "Correct the service in the Compose file; `docker compose up -d {service}` prints the whole message",
            "Corrija o serviço no arquivo do Compose; `docker compose up -d {service}` mostra a mensagem completa",
        ],
    ),
    entry(
        "wrong_platform",
        [
            "its image is made for another processor[: {detail}]",
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
            "another program has its port on this machine[: {detail}]",
            "outro programa usa a porta dele nesta máquina[: {detail}]",
        ],
        [
            "End that program: it is then started within a minute. Or set another port in `.env` (SIDELINK_PORT, SIDELINK_CONTROL_PORT, for LiveKit SIDELINK_MEDIA_TCP_PORT and SIDELINK_MEDIA_UDP_PORT), then `docker compose up -d {service}`",
            "Encerre esse programa: ele é iniciado em até um minuto. Ou defina outra porta no `.env` (SIDELINK_PORT, SIDELINK_CONTROL_PORT, para o LiveKit SIDELINK_MEDIA_TCP_PORT e SIDELINK_MEDIA_UDP_PORT) e depois `docker compose up -d {service}`",
        ],
    ),
    entry(
        "image_missing",
        [
            "its image is not on this machine[: {detail}]",
            "a imagem não está nesta máquina[: {detail}]",
        ],
        [
            "`docker compose build {service}`, or `docker compose pull {service}` after `docker login`; README says where no registry answers",
            "`docker compose build {service}`, ou `docker compose pull {service}` depois de `docker login`; o README diz o que fazer sem registro de imagens",
        ],
    ),
    entry(
        "mount_denied",
        [
            "Docker may not mount a folder of it[: {detail}]",
            "o Docker não pode montar uma pasta dele[: {detail}]",
        ],
        [
            "Share the folder in Docker Desktop (Settings, Resources, File sharing), or give the file back its permissions",
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
            "Make it: it is then started within a minute; where the folder has moved, run `docker compose up -d --force-recreate {service}` in it",
            "Crie-o: ele é iniciado em até um minuto; se a pasta mudou de lugar, rode nela `docker compose up -d --force-recreate {service}`",
        ],
    ),
    entry(
        "network_missing",
        [
            "its network is gone[: {detail}]",
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
            "Make room: `docker system df` shows what Docker holds, `docker image prune` frees some",
            "Libere espaço: `docker system df` mostra o que o Docker ocupa, `docker image prune` libera parte",
        ],
    ),
    entry(
        "port_in_use",
        [
            "it could not listen: its port is taken[: {detail}]",
            "não conseguiu escutar: a porta está em uso[: {detail}]",
        ],
        [
            "End the other program, or give one of the two another port; an earlier run that hangs ends with `docker compose restart {service}`",
            "Encerre o outro programa ou mude a porta de um dos dois; uma execução anterior travada termina com `docker compose restart {service}`",
        ],
    ),
];
