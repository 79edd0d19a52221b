//! Why the public link does not work, as it is seen from outside.

use crate::clock::rfc3339;
use crate::lang::Lang;

/// What stands between the public name and this stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outside {
    /// The edge answers and has no connection of this tunnel: 530 with 1033.
    NoConnector,
    /// The edge remembers the name as one that is gone: 530 with 1016.
    OldTunnel,
    /// The tunnel could not get an answer from the gateway: 502.
    OriginDown,
    /// The gateway took longer than the edge waits: 524.
    OriginSlow,
    /// More than 200 requests at once: 429.
    TooManyRequests,
    /// The tunnel's provider turns visitors away for a while: 429 with 1015.
    RateLimited,
    /// Another error page of the edge.
    EdgeError {
        /// Its status and code.
        got: String,
    },
    /// The zone's own name server does not have the record yet.
    NotPublished,
    /// That name server cannot be asked from here, so resolvers are left alone until the record must be there.
    Settling,
    /// A resolver says that there is no such name, and remembers it.
    RecordMissing {
        /// A public one's name; `None`: this network's own.
        resolver: Option<String>,
        /// Unix milliseconds: how long it remembers.
        until: Option<u64>,
    },
    /// No resolver could be asked over HTTPS.
    DohBlocked {
        /// What the first one's connection said.
        detail: String,
    },
    /// Public resolvers have the name; this network's resolver remembers that it did not exist.
    StaleLocalDns {
        /// Unix milliseconds: how long it remembers.
        until: Option<u64>,
    },
    /// This network's resolver sends the name somewhere else, where this stack does not answer.
    LocalDnsElsewhere {
        /// Where it points.
        address: String,
    },
    /// The name has an IPv6 address only, and there is no way to it from here.
    Ipv6Only,
    /// The certificate is for another name.
    TlsOtherName {
        /// The names that it is for.
        names: String,
    },
    /// The certificate is of nobody that is trusted.
    TlsUntrusted {
        /// What the check said.
        detail: String,
    },
    /// Another Sidelink answers under the name.
    OtherSidelink,
    /// Somebody on this network answers every address with a page of his own.
    CaptivePortal {
        /// What came back, shortened.
        got: String,
    },
    /// Somebody answers in place of this one name: an antivirus, a filter.
    Filtered {
        /// What came back, shortened.
        got: String,
    },
    /// The name answers through its edge, but not with this stack.
    NotOurs {
        /// What came back, shortened.
        got: String,
    },
    /// The gateway answers in place of a part that is still starting.
    BehindGateway {
        /// What was asked.
        asked: String,
    },
    /// A WebSocket does not get through, though plain requests do.
    NoWebSocket {
        /// What came back, shortened.
        got: String,
    },
    /// What no visitor may reach answers under the public name.
    Unsafe {
        /// Whose doors they are, with method and path. The same in every language.
        found: String,
    },
    /// The latest proof is too old to count.
    Expired {
        /// Unix milliseconds of the latest proof.
        at: u64,
    },
    /// The clocks jumped: this machine slept.
    Slept,
    /// Something in the stack changed since the latest proof.
    Changed,
}

impl Outside {
    /// Stable name of the kind, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoConnector => "edge_no_connector",
            Self::OldTunnel => "edge_old_tunnel",
            Self::OriginDown => "edge_origin_down",
            Self::OriginSlow => "edge_origin_slow",
            Self::TooManyRequests => "edge_too_many_requests",
            Self::RateLimited => "edge_rate_limited",
            Self::EdgeError { .. } => "edge_error",
            Self::NotPublished => "dns_not_published",
            Self::Settling => "dns_settling",
            Self::RecordMissing { .. } => "dns_record_missing",
            Self::DohBlocked { .. } => "dns_https_blocked",
            Self::StaleLocalDns { .. } => "dns_stale_here",
            Self::LocalDnsElsewhere { .. } => "dns_elsewhere_here",
            Self::Ipv6Only => "ipv6_only",
            Self::TlsOtherName { .. } => "tls_other_name",
            Self::TlsUntrusted { .. } => "tls_untrusted",
            Self::OtherSidelink => "other_sidelink",
            Self::CaptivePortal { .. } => "captive_portal",
            Self::Filtered { .. } => "filtered",
            Self::NotOurs { .. } => "not_ours",
            Self::BehindGateway { .. } => "behind_gateway",
            Self::NoWebSocket { .. } => "no_websocket",
            Self::Unsafe { .. } => "unsafe",
            Self::Expired { .. } => "proof_expired",
            Self::Slept => "slept",
            Self::Changed => "changed",
        }
    }

    /// It belongs to the beginning of a link and passes by itself.
    pub fn is_awaited(&self) -> bool {
        matches!(
            self,
            Self::NoConnector
                // Seen between a registration and its DNS record too (reported).
                | Self::OldTunnel
                | Self::NotPublished
                | Self::Settling
                | Self::RecordMissing { .. }
                | Self::BehindGateway { .. }
                | Self::Expired { .. }
                | Self::Slept
                | Self::Changed
        )
    }

    /// What is wrong, what it means for the link, and the next step where there is one.
    pub fn message(&self, lang: Lang) -> String {
        let fixed = |en: &str, pt: &str| lang.pick(en, pt).to_owned();
        match self {
            Self::NoConnector => fixed(
                "the edge has no connection of this tunnel (1033)",
                "a borda não tem conexão com este túnel (1033)",
            ),
            Self::OldTunnel => fixed(
                "the edge no longer knows this address (1016): restart the tunnel for a new link, `docker compose restart cloudflared`",
                "a borda não conhece mais este endereço (1016): reinicie o túnel para obter um novo link, `docker compose restart cloudflared`",
            ),
            Self::OriginDown => fixed(
                "the tunnel got no answer from the gateway (502): see `docker compose ps gateway`",
                "o túnel não obteve resposta do gateway (502): veja `docker compose ps gateway`",
            ),
            Self::OriginSlow => fixed(
                "the gateway took longer than the edge waits (524): is this machine overloaded?",
                "o gateway demorou mais do que a borda espera (524): esta máquina está sobrecarregada?",
            ),
            Self::TooManyRequests => fixed(
                "more than 200 requests at once: a quick tunnel takes no more, each listener and open page counts",
                "mais de 200 requisições simultâneas: um túnel rápido não aceita mais, cada ouvinte e página aberta conta",
            ),
            Self::RateLimited => fixed(
                "the tunnel's provider turns visitors away for a while (1015): wait some minutes",
                "o provedor do túnel está recusando visitantes por um tempo (1015): aguarde alguns minutos",
            ),
            Self::EdgeError { got } => lang.pick(
                format!("the tunnel's edge answers with an error of its own: {got}"),
                format!("a borda do túnel responde com um erro próprio: {got}"),
            ),
            Self::NotPublished => fixed(
                "the name has no DNS record yet; nobody is asked for it before, because resolvers remember",
                "o nome ainda não tem registro DNS; ninguém é consultado antes disso, porque os resolvedores guardam a resposta",
            ),
            Self::Settling => fixed(
                "the DNS record is given a few seconds: its own name server cannot be asked from this network",
                "aguardando alguns segundos pelo registro DNS: o servidor de nomes dele não pode ser consultado nesta rede",
            ),
            Self::RecordMissing { resolver: None, until } => lang.pick(
                format!("this network's resolver says that there is no such name{}: phones on it cannot open the link", remembered(*until, lang)),
                format!("o resolvedor desta rede diz que este nome não existe{}: celulares nela não abrem o link", remembered(*until, lang)),
            ),
            Self::RecordMissing { resolver: Some(resolver), until } => lang.pick(
                format!("{resolver} says that there is no such name{}: phones that ask it cannot open the link", remembered(*until, lang)),
                format!("{resolver} diz que este nome não existe{}: celulares que o consultam não abrem o link", remembered(*until, lang)),
            ),
            Self::DohBlocked { detail } => lang.pick(
                format!("DNS over HTTPS is blocked here ({detail}): checked with this network's resolver only. SIDELINK_DOH may name a resolver that is not"),
                format!("DNS sobre HTTPS está bloqueado aqui ({detail}): verificado apenas com o resolvedor desta rede. SIDELINK_DOH pode indicar um resolvedor acessível"),
            ),
            Self::StaleLocalDns { until } => lang.pick(
                format!("the link works elsewhere, but this network's resolver says that there is no such name{}: on this Wi-Fi use mobile data until then", remembered(*until, lang)),
                format!("o link funciona em outras redes, mas o resolvedor desta rede diz que o nome não existe{}: até lá, use dados móveis em vez deste Wi-Fi", remembered(*until, lang)),
            ),
            Self::LocalDnsElsewhere { address } => lang.pick(
                format!("the link works elsewhere, but this network's resolver sends its name to {address}, where somebody else answers: a DNS filter? Allow the name there, or use mobile data"),
                format!("o link funciona em outras redes, mas o resolvedor desta rede aponta o nome para {address}, onde outro responde: um filtro de DNS? Libere o nome nele ou use dados móveis"),
            ),
            Self::Ipv6Only => fixed(
                "the name has an IPv6 address only, and containers here have no IPv6: use a network with IPv4, or turn IPv6 on in Docker",
                "o nome só tem endereço IPv6, e os contêineres aqui não têm IPv6: use uma rede com IPv4 ou ative IPv6 no Docker",
            ),
            Self::TlsOtherName { names } => lang.pick(
                format!("the certificate under the public name is for {names}: a DNS filter or antivirus answers in its place. Allow *.trycloudflare.com there"),
                format!("o certificado do endereço público é de {names}: um filtro de DNS ou antivírus responde no lugar. Libere *.trycloudflare.com nele"),
            ),
            Self::TlsUntrusted { detail } => lang.pick(
                format!("the certificate under the public name is not trusted ({detail}): an antivirus or a company's network reads along"),
                format!("o certificado do endereço público não é confiável ({detail}): um antivírus ou a rede da empresa intercepta a conexão"),
            ),
            Self::OtherSidelink => fixed(
                "another Sidelink answers under this address: it belongs to somebody else now. Restart the tunnel for a new link",
                "outro Sidelink responde neste endereço: ele agora pertence a outra pessoa. Reinicie o túnel para obter um novo link",
            ),
            Self::CaptivePortal { got } => lang.pick(
                format!("this network answers every address with a page of its own ({got}): sign in to the Wi-Fi first"),
                format!("esta rede responde a qualquer endereço com uma página própria ({got}): faça login no Wi-Fi primeiro"),
            ),
            Self::Filtered { got } => lang.pick(
                format!("something answers in place of the link ({got}): an antivirus or a web filter. Allow *.trycloudflare.com there"),
                format!("algo responde no lugar do link ({got}): um antivírus ou filtro da web. Libere *.trycloudflare.com nele"),
            ),
            Self::NotOurs { got } => lang.pick(
                format!("the public name answers, but not with this stack: {got}"),
                format!("o endereço público responde, mas não é este sistema: {got}"),
            ),
            Self::BehindGateway { asked } => lang.pick(
                format!("what answers {asked} behind the gateway is not up"),
                format!("o que responde {asked} atrás do gateway não está no ar"),
            ),
            Self::NoWebSocket { got } => lang.pick(
                format!("pages open, but a WebSocket does not get through ({got}): calls cannot begin"),
                format!("as páginas abrem, mas um WebSocket não passa ({got}): chamadas não podem começar"),
            ),
            Self::Unsafe { found } => lang.pick(
                format!("everybody could reach through the link what nobody may: {found}. No link is given out before that is closed: let gateway/Caddyfile pass on only what visitors need, and give LiveKit no keys but those that `init` makes"),
                format!("qualquer pessoa alcançaria pelo link o que ninguém deve alcançar: {found}. Nenhum link é entregue até isso ser fechado: deixe gateway/Caddyfile encaminhar só o que os visitantes precisam e não dê ao LiveKit outras chaves além das criadas pelo `init`"),
            ),
            Self::Expired { at } => lang.pick(
                format!("last seen to work at {}: being proven again", rfc3339(*at)),
                format!("visto funcionando pela última vez em {}: sendo comprovado de novo", rfc3339(*at)),
            ),
            Self::Slept => fixed(
                "this machine slept: the link is being proven again",
                "esta máquina esteve suspensa: o link está sendo comprovado de novo",
            ),
            Self::Changed => fixed(
                "something changed: the link is being proven again",
                "algo mudou: o link está sendo comprovado de novo",
            ),
        }
    }
}

fn remembered(until: Option<u64>, lang: Lang) -> String {
    until.map_or_else(String::new, |at| {
        let at = rfc3339(at);
        lang.pick(format!(" until {at}"), format!(" até {at}"))
    })
}
