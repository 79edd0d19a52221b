//! Names, certificates and networks between a phone and the edge.

use super::{NOTHING, entry};
use crate::CatalogEntry;

pub(super) const ROWS: &[CatalogEntry] = &[
    entry(
        "dns_not_published",
        [
            "the name has no DNS record yet; nobody is asked for it before, because resolvers remember",
            "o nome ainda não tem registro DNS; ninguém é consultado antes disso, porque os resolvedores guardam a resposta",
        ],
        NOTHING,
    ),
    entry(
        "dns_settling",
        [
            "the DNS record is given a few seconds: its own name server cannot be asked from this network",
            "aguardando alguns segundos pelo registro DNS: o servidor de nomes dele não pode ser consultado nesta rede",
        ],
        NOTHING,
    ),
    entry(
        "dns_record_missing",
        [
            "{resolver} says that there is no such name[ until {until}]: phones that ask it cannot open the link",
            "{resolver} diz que este nome não existe[ até {until}]: celulares que o consultam não abrem o link",
        ],
        [
            "Wait until then; a quick tunnel gets a new link by `docker compose restart {service}`",
            "Aguarde até lá; um túnel rápido recebe um novo link com `docker compose restart {service}`",
        ],
    ),
    entry(
        "dns_https_blocked",
        [
            "DNS over HTTPS is blocked here ({detail}): checked with this network's resolver only",
            "DNS sobre HTTPS está bloqueado aqui ({detail}): verificado apenas com o resolvedor desta rede",
        ],
        [
            "SIDELINK_DOH_RESOLVERS may name a resolver that is not",
            "SIDELINK_DOH_RESOLVERS pode indicar um resolvedor acessível",
        ],
    ),
    entry(
        "dns_stale_here",
        [
            "the link works elsewhere, but this network's resolver says that there is no such name[ until {until}]",
            "o link funciona em outras redes, mas o resolvedor desta rede diz que o nome não existe[ até {until}]",
        ],
        [
            "On this Wi-Fi use mobile data until then",
            "Até lá, use dados móveis em vez deste Wi-Fi",
        ],
    ),
    entry(
        "dns_elsewhere_here",
        [
            "the link works elsewhere, but this network's resolver sends its name to {address}, where somebody else answers: a DNS filter?",
            "o link funciona em outras redes, mas o resolvedor desta rede aponta o nome para {address}, onde outro responde: um filtro de DNS?",
        ],
        [
            "Allow the name there, or use mobile data",
            "Libere o nome nele ou use dados móveis",
        ],
    ),
    entry(
        "ipv6_only",
        [
            "the name has an IPv6 address only, and containers here have no IPv6",
            "o nome só tem endereço IPv6, e os contêineres aqui não têm IPv6",
        ],
        [
            "Use a network with IPv4, or turn IPv6 on in Docker",
            "Use uma rede com IPv4 ou ative IPv6 no Docker",
        ],
    ),
    entry(
        "tls_other_name",
        [
            "the certificate under the public name is for {names}: a DNS filter or antivirus answers in its place",
            "o certificado do endereço público é de {names}: um filtro de DNS ou antivírus responde no lugar",
        ],
        [
            "Allow *.trycloudflare.com there, or your domain",
            "Libere *.trycloudflare.com nele, ou o seu domínio",
        ],
    ),
    entry(
        "tls_untrusted",
        [
            "the certificate under the public name is not trusted ({detail}): an antivirus or a company's network reads along",
            "o certificado do endereço público não é confiável ({detail}): um antivírus ou a rede da empresa intercepta a conexão",
        ],
        [
            "Take the address out of its inspection, or use another network",
            "Exclua o endereço da inspeção ou use outra rede",
        ],
    ),
    entry(
        "tls_expired",
        [
            "the certificate under the public name is not valid at this machine's time ({detail})",
            "o certificado do endereço público não é válido na hora desta máquina ({detail})",
        ],
        [
            "Set this machine's clock; if it is right, the certificate has to be renewed",
            "Acerte o relógio desta máquina; se estiver certo, o certificado precisa ser renovado",
        ],
    ),
    entry(
        "captive_portal",
        [
            "this network answers every address with a page of its own ({got})",
            "esta rede responde a qualquer endereço com uma página própria ({got})",
        ],
        ["Sign in to the Wi-Fi first", "Faça login no Wi-Fi primeiro"],
    ),
    entry(
        "filtered",
        [
            "something answers in place of the link ({got}): an antivirus or a web filter",
            "algo responde no lugar do link ({got}): um antivírus ou filtro da web",
        ],
        [
            "Allow *.trycloudflare.com there, or your domain",
            "Libere *.trycloudflare.com nele, ou o seu domínio",
        ],
    ),
];
