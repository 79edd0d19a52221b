//! Redis, Icecast, Caddy and an app on Node: how they end, and what they answer.

use super::entry;
use crate::CatalogEntry;

pub(super) const ROWS: &[CatalogEntry] = &[
    entry(
        "redis_config_missing",
        [
            "Redis cannot open its configuration[: {detail}]",
            "o Redis não consegue abrir a configuração[: {detail}]",
        ],
        [
            "Correct the file's place or permissions in the service's `volumes:`",
            "Corrija o caminho ou as permissões do arquivo em `volumes:` do serviço",
        ],
    ),
    entry(
        "redis_config",
        [
            "Redis does not understand its configuration or its command",
            "o Redis não entende a configuração ou o comando",
        ],
        [
            "`docker compose logs redis` shows the line; correct it and `docker compose up -d redis`",
            "`docker compose logs redis` mostra a linha; corrija e rode `docker compose up -d redis`",
        ],
    ),
    entry(
        "redis_cannot_write",
        [
            "Redis cannot save to its disk and refuses to write (MISCONF)",
            "o Redis não consegue salvar em disco e recusa gravações (MISCONF)",
        ],
        [
            "Make room on the disk, or give its volume back its permissions; `docker compose logs redis` says which",
            "Libere espaço em disco ou restaure as permissões do volume; `docker compose logs redis` diz qual",
        ],
    ),
    entry(
        "redis_out_of_memory",
        [
            "Redis has reached its memory limit and refuses to write (OOM)",
            "o Redis atingiu o limite de memória e recusa gravações (OOM)",
        ],
        [
            "Raise `maxmemory`, or set `maxmemory-policy`",
            "Aumente `maxmemory` ou defina `maxmemory-policy`",
        ],
    ),
    entry(
        "redis_wrong_password",
        [
            "Redis has another password than the sidecar (WRONGPASS)",
            "o Redis tem uma senha diferente da do sidecar (WRONGPASS)",
        ],
        [
            "Give both the same: `docker compose up -d --force-recreate init redis sidecar`",
            "Use a mesma nos dois: `docker compose up -d --force-recreate init redis sidecar`",
        ],
    ),
    entry(
        "redis_no_password",
        [
            "Redis wants a password and got none (NOAUTH)",
            "o Redis exige uma senha e não recebeu nenhuma (NOAUTH)",
        ],
        [
            "Give both the same: `docker compose up -d --force-recreate init redis sidecar`",
            "Use a mesma nos dois: `docker compose up -d --force-recreate init redis sidecar`",
        ],
    ),
    entry(
        "redis_no_permission",
        [
            "the sidecar's user in Redis may not do what it must (NOPERM)",
            "o usuário do sidecar no Redis não tem as permissões necessárias (NOPERM)",
        ],
        [
            "Let it use PING and SET on `sidelink:*` in Redis's ACL",
            "Permita PING e SET em `sidelink:*` na ACL do Redis",
        ],
    ),
    entry(
        "redis_read_only",
        [
            "this Redis is a replica and takes no writes (READONLY)",
            "este Redis é uma réplica e não aceita gravações (READONLY)",
        ],
        [
            "Point the stack at the primary, or `REPLICAOF NO ONE`",
            "Aponte para o primário, ou `REPLICAOF NO ONE`",
        ],
    ),
    entry(
        "redis_loading",
        [
            "Redis reads its data from disk and answers when it is done (LOADING)",
            "o Redis está lendo os dados do disco e responde quando terminar (LOADING)",
        ],
        super::NOTHING,
    ),
    entry(
        "icecast_config",
        [
            "Icecast cannot read its configuration[: {detail}]",
            "o Icecast não consegue ler a configuração[: {detail}]",
        ],
        [
            "Correct icecast/icecast.xml, then `docker compose up init icecast`",
            "Corrija icecast/icecast.xml e rode `docker compose up init icecast`",
        ],
    ),
    entry(
        "icecast_wrong_password",
        [
            "Icecast has another administrator's password than the sidecar (401)",
            "o Icecast tem uma senha de administrador diferente da do sidecar (401)",
        ],
        [
            "Give both the same: `docker compose up -d --force-recreate init icecast sidecar`",
            "Use a mesma nos dois: `docker compose up -d --force-recreate init icecast sidecar`",
        ],
    ),
    entry(
        "icecast_full",
        [
            "Icecast has as many listeners as it may: {detail}; whoever comes now is told to try again",
            "o Icecast está com todos os ouvintes que pode ter: {detail}; quem chega agora é avisado para tentar novamente",
        ],
        [
            "Wait until somebody leaves; or raise `max-listeners` in icecast/icecast.xml, then `docker compose up -d --force-recreate init icecast`",
            "Aguarde alguém sair; ou aumente `max-listeners` em icecast/icecast.xml e rode `docker compose up -d --force-recreate init icecast`",
        ],
    ),
    entry(
        "icecast_no_source",
        [
            "nothing sends sound to Icecast's mount {detail}: listeners hear nothing",
            "nada envia som ao mount {detail} do Icecast: os ouvintes não ouvem nada",
        ],
        [
            "`docker compose ps silence`, and your own source: does it run, with the source's password?",
            "`docker compose ps silence` e a sua própria fonte: está rodando, com a senha de fonte?",
        ],
    ),
    entry(
        "caddy_config",
        [
            "Caddy cannot read its configuration[: {detail}]",
            "o Caddy não consegue ler a configuração[: {detail}]",
        ],
        [
            "Correct that line of the Caddyfile, then `docker compose up -d` for its service",
            "Corrija essa linha do Caddyfile e rode `docker compose up -d` para o serviço",
        ],
    ),
    entry(
        "acme_rate_limited",
        [
            "the certificate authority gives this domain no more certificates for a while (rateLimited): the domain has no https meanwhile",
            "a autoridade certificadora não emite mais certificados para este domínio por um tempo (rateLimited): o domínio fica sem https enquanto isso",
        ],
        [
            "Wait until the time that `docker compose logs domain` says; do not delete Caddy's volume, it holds the certificates",
            "Aguarde até a hora indicada em `docker compose logs domain`; não apague o volume do Caddy, ele guarda os certificados",
        ],
    ),
    entry(
        "acme_dns",
        [
            "the certificate authority cannot find the domain in DNS",
            "a autoridade certificadora não encontra o domínio no DNS",
        ],
        [
            "Add an A or AAAA record for the domain that points at this machine's public address",
            "Crie um registro A ou AAAA do domínio apontando para o endereço público desta máquina",
        ],
    ),
    entry(
        "acme_connection",
        [
            "the certificate authority cannot connect to the domain: ports 80 and 443 are not reachable from outside",
            "a autoridade certificadora não consegue se conectar ao domínio: as portas 80 e 443 não são acessíveis de fora",
        ],
        [
            "Open and forward 80 and 443 to this machine; behind a provider's NAT use another tunnel (compose/)",
            "Abra e redirecione as portas 80 e 443 para esta máquina; atrás do NAT do provedor, use outro túnel (compose/)",
        ],
    ),
    entry(
        "acme_unauthorized",
        [
            "the certificate authority reached another server under the domain: it does not point at this machine",
            "a autoridade certificadora encontrou outro servidor no domínio: ele não aponta para esta máquina",
        ],
        [
            "Correct the domain's A and AAAA records; a proxy before it (an orange cloud) has to be off",
            "Corrija os registros A e AAAA do domínio; um proxy na frente (nuvem laranja) precisa estar desligado",
        ],
    ),
    entry(
        "acme",
        [
            "no certificate could be had for the domain[: {detail}]",
            "não foi possível obter um certificado para o domínio[: {detail}]",
        ],
        [
            "Caddy tries again by itself; ports 80 and 443 of the domain have to lead to this machine, and `docker compose logs domain` says more",
            "O Caddy tenta de novo sozinho; as portas 80 e 443 do domínio precisam levar a esta máquina, e `docker compose logs domain` diz mais",
        ],
    ),
    entry(
        "app_module_missing",
        [
            "the app's image lacks a module that it needs[: {detail}]",
            "falta um módulo na imagem do app[: {detail}]",
        ],
        [
            "Build it again: `docker compose build app`, then `docker compose up -d app`",
            "Construa de novo: `docker compose build app` e depois `docker compose up -d app`",
        ],
    ),
    entry(
        "app_out_of_heap",
        [
            "the app has used up Node's heap and was ended",
            "o app esgotou a memória do Node e foi encerrado",
        ],
        [
            "Raise it with NODE_OPTIONS=--max-old-space-size=…, or look for a leak",
            "Aumente com NODE_OPTIONS=--max-old-space-size=… ou procure um vazamento",
        ],
    ),
];
