//! Redis, Icecast, Caddy and apps on Node: why they exit, and what they answer.

use super::entry;
use crate::CatalogEntry;

pub(super) const ENTRIES: &[CatalogEntry] = &[
    entry(
        "redis_config_missing",
        [
            "Redis cannot open its configuration[: {detail}]",
            "o Redis não consegue abrir a configuração[: {detail}]",
        ],
        [
            "Correct the file's path or permissions in the service's `volumes:`",
            "Corrija o caminho ou as permissões do arquivo em `volumes:` do serviço",
        ],
    ),
    entry(
        "redis_config",
        [
            "Redis cannot parse its configuration or its command",
            "o Redis não consegue interpretar a configuração ou o comando",
        ],
        [
            "`docker compose logs redis` shows the line; correct it, then `docker compose up -d redis`",
            "`docker compose logs redis` mostra a linha; corrija e rode `docker compose up -d redis`",
        ],
    ),
    entry(
        "redis_cannot_write",
        [
            "Redis cannot save to disk and refuses writes (MISCONF)",
            "o Redis não consegue salvar em disco e recusa gravações (MISCONF)",
        ],
        [
            "Free disk space, or restore the permissions of its volume; `docker compose logs redis` shows which",
            "Libere espaço em disco ou restaure as permissões do volume; `docker compose logs redis` mostra qual",
        ],
    ),
    entry(
        "redis_out_of_memory",
        [
            "Redis has reached its memory limit and refuses writes (OOM)",
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
            "Redis has a different password than the sidecar (WRONGPASS)",
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
            "Redis requires a password and received none (NOAUTH)",
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
            "the sidecar's user in Redis lacks permissions that it needs (NOPERM)",
            "o usuário do sidecar no Redis não tem as permissões necessárias (NOPERM)",
        ],
        [
            "Allow it PING and SET on `sidelink:*` in Redis's ACL",
            "Permita PING e SET em `sidelink:*` na ACL do Redis",
        ],
    ),
    entry(
        "redis_read_only",
        [
            "this Redis is a replica and does not accept writes (READONLY)",
            "este Redis é uma réplica e não aceita gravações (READONLY)",
        ],
        [
            "Point the stack at the primary, or run `REPLICAOF NO ONE`",
            "Aponte o sistema para o primário ou execute `REPLICAOF NO ONE`",
        ],
    ),
    entry(
        "redis_loading",
        [
            "Redis is loading its data from disk and answers when it is done (LOADING)",
            "o Redis está carregando os dados do disco e responderá quando terminar (LOADING)",
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
            "Icecast has a different administrator password than the sidecar (401)",
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
            "Icecast has reached its maximum of {detail} listeners; new listeners are asked to try again",
            "o Icecast atingiu o máximo de {detail} ouvintes; novos ouvintes recebem um aviso para tentar novamente",
        ],
        [
            "Wait until a listener leaves, or raise `max-listeners` in icecast/icecast.xml, then `docker compose up -d --force-recreate init icecast`",
            "Aguarde um ouvinte sair ou aumente `max-listeners` em icecast/icecast.xml e rode `docker compose up -d --force-recreate init icecast`",
        ],
    ),
    entry(
        "icecast_no_source",
        [
            "Icecast's mount {detail} has no source: listeners hear nothing",
            "o mount {detail} do Icecast não tem fonte: os ouvintes não ouvem nada",
        ],
        [
            "Check that `silence` (`docker compose ps silence`) and your own source run, and that the source uses the source password",
            "Confira se `silence` (`docker compose ps silence`) e a sua própria fonte estão em execução e se a fonte usa a senha de fonte",
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
            "the certificate authority temporarily issues no certificates for this domain (rateLimited): meanwhile the domain has no HTTPS",
            "a autoridade certificadora temporariamente não emite certificados para este domínio (rateLimited): enquanto isso, o domínio fica sem HTTPS",
        ],
        [
            "Wait until the time in `docker compose logs domain`; do not delete Caddy's volume, because it holds the certificates",
            "Aguarde até a hora indicada em `docker compose logs domain`; não apague o volume do Caddy, porque ele guarda os certificados",
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
            "the certificate authority cannot connect to the domain: ports 80 and 443 are not reachable from the internet",
            "a autoridade certificadora não consegue se conectar ao domínio: as portas 80 e 443 não são acessíveis pela internet",
        ],
        [
            "Open ports 80 and 443 and forward them to this machine; behind a provider's NAT, use another tunnel (compose/)",
            "Abra e redirecione as portas 80 e 443 para esta máquina; atrás do NAT do provedor, use outro túnel (compose/)",
        ],
    ),
    entry(
        "acme_unauthorized",
        [
            "the certificate authority reached another server at the domain: the domain does not point at this machine",
            "a autoridade certificadora encontrou outro servidor no domínio: ele não aponta para esta máquina",
        ],
        [
            "Correct the domain's A and AAAA records; a proxy in front of it (an orange cloud) has to be off",
            "Corrija os registros A e AAAA do domínio; um proxy na frente (nuvem laranja) precisa estar desligado",
        ],
    ),
    entry(
        "acme",
        [
            "no certificate could be obtained for the domain[: {detail}]",
            "não foi possível obter um certificado para o domínio[: {detail}]",
        ],
        [
            "Caddy tries again automatically; ports 80 and 443 of the domain have to lead to this machine; `docker compose logs domain` has details",
            "O Caddy tenta novamente de forma automática; as portas 80 e 443 do domínio precisam levar a esta máquina; `docker compose logs domain` tem detalhes",
        ],
    ),
    entry(
        "app_module_missing",
        [
            "the app's image lacks a required module[: {detail}]",
            "falta um módulo na imagem do aplicativo[: {detail}]",
        ],
        [
            "Rebuild it: `docker compose build app`, then `docker compose up -d app`",
            "Reconstrua a imagem: `docker compose build app` e depois `docker compose up -d app`",
        ],
    ),
    entry(
        "app_out_of_heap",
        [
            "the app used up Node's heap and was stopped",
            "o aplicativo esgotou a memória do Node e foi encerrado",
        ],
        [
            "Raise it with NODE_OPTIONS=--max-old-space-size=…, or look for a leak",
            "Aumente com NODE_OPTIONS=--max-old-space-size=… ou procure um vazamento",
        ],
    ),
];
