//! DNS, certificates and networks between a phone and the edge.

use super::{NOTHING, entry};
use crate::CatalogEntry;

pub(super) const ENTRIES: &[CatalogEntry] = &[
    entry(
        "dns_not_published",
        [
            "the hostname has no DNS record yet; resolvers are not queried before that, because they cache the answer",
            "o nome ainda não tem registro DNS; os resolvedores não são consultados antes disso, porque guardam a resposta",
        ],
        NOTHING,
    ),
    entry(
        "dns_settling",
        [
            "waiting a few seconds for the DNS record: its name server cannot be queried from this network",
            "aguardando alguns segundos pelo registro DNS: o servidor de nomes dele não pode ser consultado nesta rede",
        ],
        NOTHING,
    ),
    entry(
        "dns_record_missing",
        [
            "{resolver} reports that the hostname does not exist[ until {until}]: phones that use it cannot open the public URL",
            "{resolver} informa que este nome não existe[ até {until}]: celulares que o usam não abrem a URL pública",
        ],
        [
            "Wait until then; a quick tunnel gets a new public URL with `docker compose restart {service}`",
            "Aguarde até lá; um túnel rápido recebe uma nova URL pública com `docker compose restart {service}`",
        ],
    ),
    entry(
        "dns_https_blocked",
        [
            "DNS over HTTPS is blocked here ({detail}): checked with this network's resolver only",
            "DNS sobre HTTPS está bloqueado aqui ({detail}): verificado apenas com o resolvedor desta rede",
        ],
        [
            "Set SIDELINK_DOH_RESOLVERS to a resolver that this network allows",
            "Defina SIDELINK_DOH_RESOLVERS com um resolvedor que esta rede permite",
        ],
    ),
    entry(
        "dns_stale_here",
        [
            "the public URL works elsewhere, but this network's resolver reports that the hostname does not exist[ until {until}]",
            "a URL pública funciona em outras redes, mas o resolvedor desta rede informa que o nome não existe[ até {until}]",
        ],
        [
            "Until then, use mobile data instead of this Wi-Fi",
            "Até lá, use dados móveis em vez deste Wi-Fi",
        ],
    ),
    entry(
        "dns_elsewhere_here",
        [
            "the public URL works elsewhere, but this network's resolver points its hostname at {address}, where another server answers: possibly a DNS filter",
            "a URL pública funciona em outras redes, mas o resolvedor desta rede aponta o nome para {address}, onde outro servidor responde: talvez um filtro de DNS",
        ],
        [
            "Allow the hostname in the filter, or use mobile data",
            "Libere o nome no filtro ou use dados móveis",
        ],
    ),
    entry(
        "ipv6_only",
        [
            "the hostname has only an IPv6 address, and containers here have no IPv6",
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
            "the certificate of the public URL is for {names}: a DNS filter or antivirus answers in its place",
            "o certificado da URL pública é de {names}: um filtro de DNS ou antivírus responde no lugar dela",
        ],
        [
            "Allow *.trycloudflare.com, or your domain, in that program",
            "Libere *.trycloudflare.com, ou o seu domínio, nesse programa",
        ],
    ),
    entry(
        "tls_untrusted",
        [
            "the certificate of the public URL is not trusted ({detail}): an antivirus or a company network intercepts TLS",
            "o certificado da URL pública não é confiável ({detail}): um antivírus ou a rede da empresa intercepta o TLS",
        ],
        [
            "Exclude the address from its inspection, or use another network",
            "Exclua o endereço da inspeção ou use outra rede",
        ],
    ),
    entry(
        "tls_expired",
        [
            "the certificate of the public URL is not valid at this machine's time ({detail})",
            "o certificado da URL pública não é válido na hora desta máquina ({detail})",
        ],
        [
            "Set this machine's clock; if it is right, the certificate has to be renewed",
            "Acerte o relógio desta máquina; se estiver certo, o certificado precisa ser renovado",
        ],
    ),
    entry(
        "captive_portal",
        [
            "this network answers every address with its own page ({got})",
            "esta rede responde a qualquer endereço com uma página própria ({got})",
        ],
        ["Sign in to the Wi-Fi first", "Faça login no Wi-Fi primeiro"],
    ),
    entry(
        "filtered",
        [
            "something answers in place of the public URL ({got}): an antivirus or a web filter",
            "algo responde no lugar da URL pública ({got}): um antivírus ou filtro da web",
        ],
        [
            "Allow *.trycloudflare.com, or your domain, in that program",
            "Libere *.trycloudflare.com, ou o seu domínio, nesse programa",
        ],
    ),
];
