//! Answers that the edge gives in place of the stack.

use super::{NOTHING, entry};
use crate::CatalogEntry;

pub(super) const ENTRIES: &[CatalogEntry] = &[
    entry(
        "edge_no_connector",
        [
            "the edge has no connection of this tunnel (1033)",
            "a rede de borda não tem conexão com este túnel (1033)",
        ],
        [
            "This resolves once the tunnel is registered; a quick tunnel that stays in this state gets a new public URL with `docker compose restart {service}`",
            "Isso se resolve quando o túnel se registra; um túnel rápido que continua assim recebe uma nova URL pública com `docker compose restart {service}`",
        ],
    ),
    entry(
        "edge_old_tunnel",
        [
            "the edge no longer knows this address (1016)",
            "a rede de borda não conhece mais este endereço (1016)",
        ],
        [
            "A quick tunnel gets a new public URL with `docker compose restart {service}`; your own hostname has to point at this tunnel in your provider's DNS",
            "Um túnel rápido recebe uma nova URL pública com `docker compose restart {service}`; um nome próprio precisa apontar para este túnel no DNS do seu provedor",
        ],
    ),
    entry(
        "edge_origin_down",
        [
            "the tunnel got no answer from the gateway (502): visitors see an error page",
            "o túnel não obteve resposta do gateway (502): os visitantes veem uma página de erro",
        ],
        [
            "Check `docker compose ps gateway`",
            "Confira `docker compose ps gateway`",
        ],
    ),
    entry(
        "edge_origin_slow",
        [
            "the gateway took longer than the edge waits (524)",
            "o gateway demorou mais do que a rede de borda espera (524)",
        ],
        [
            "This machine may be overloaded: `docker stats` shows by what",
            "Esta máquina pode estar sobrecarregada: `docker stats` mostra o que a ocupa",
        ],
    ),
    entry(
        "edge_access",
        [
            "Cloudflare Access asks visitors of the public URL to sign in at {detail}",
            "o Cloudflare Access exige que visitantes da URL pública entrem em {detail}",
        ],
        [
            "In Cloudflare's Zero Trust dashboard, Access, Applications: remove the application for this hostname, or give it a Bypass policy for Everyone",
            "No painel Zero Trust da Cloudflare, Access, Applications: remova a aplicação deste nome ou crie nela uma política Bypass para Everyone",
        ],
    ),
    entry(
        "edge_challenge",
        [
            "Cloudflare shows a challenge before the page, and scripts, WebSockets and this check cannot pass it",
            "a Cloudflare mostra um desafio antes da página, e scripts, WebSockets e esta verificação não conseguem superá-lo",
        ],
        [
            "In Cloudflare's dashboard, Security: turn off Under Attack mode and Bot Fight Mode, or add a WAF rule that skips them for this hostname",
            "No painel da Cloudflare, Security: desative o modo Under Attack e o Bot Fight Mode, ou crie uma regra de WAF que os ignore para este nome",
        ],
    ),
    entry(
        "edge_firewall",
        [
            "a firewall rule at Cloudflare refuses this request ({detail})",
            "uma regra de firewall na Cloudflare recusa esta requisição ({detail})",
        ],
        [
            "In Cloudflare's dashboard, Security, Events: find the rule that blocks this network and exempt this hostname from it",
            "No painel da Cloudflare, Security, Events: encontre a regra que bloqueia esta rede e crie uma exceção para este nome",
        ],
    ),
    entry(
        "edge_sign_in",
        [
            "the proxy in front of the public URL asks visitors for a password (401)",
            "o proxy na frente da URL pública pede uma senha aos visitantes (401)",
        ],
        [
            "Turn off that password for this hostname; the app can ask for its own",
            "Desative essa senha para este nome; o aplicativo pode pedir a própria senha",
        ],
    ),
    entry(
        "edge_too_many_requests",
        [
            "too many requests at the public URL (429): a quick tunnel allows 200 at once, and each listener and open page counts; other tunnels and proxies have their own limits",
            "requisições demais na URL pública (429): um túnel rápido aceita 200 simultâneas, e cada ouvinte e página aberta conta; outros túneis e proxies têm seus próprios limites",
        ],
        [
            "Ask some visitors to close the page, or choose a stable URL: `docker compose run --rm setup`",
            "Peça que alguns visitantes fechem a página, ou escolha uma URL estável: `docker compose run --rm setup`",
        ],
    ),
    entry(
        "edge_rate_limited",
        [
            "the tunnel's provider temporarily refuses visitors (1015)",
            "o provedor do túnel recusa visitantes temporariamente (1015)",
        ],
        ["Wait a few minutes", "Aguarde alguns minutos"],
    ),
    entry(
        "quota_spent",
        [
            "this tunnel's provider limits requests, and today's verifications of the public URL are used up: the next one runs at {until}[; the last one found: {last}]",
            "o provedor deste túnel limita as requisições, e as verificações da URL pública de hoje acabaram: a próxima será feita em {until}[; a última encontrou: {last}]",
        ],
        [
            "Wait until then, or choose another kind of tunnel: `docker compose run --rm setup`",
            "Aguarde até lá ou escolha outro tipo de túnel: `docker compose run --rm setup`",
        ],
    ),
    entry(
        "edge_error",
        [
            "the tunnel's edge answers with an error: {got}",
            "a rede de borda do túnel responde com um erro: {got}",
        ],
        [
            "Wait a few minutes; www.cloudflarestatus.com lists known problems",
            "Aguarde alguns minutos; www.cloudflarestatus.com lista os problemas conhecidos",
        ],
    ),
    entry(
        "not_ours",
        [
            "the public URL answers, but not from this stack: {got}",
            "a URL pública responde, mas não é este sistema: {got}",
        ],
        [
            "Point the tunnel or the domain at this stack's gateway, port 8081",
            "Aponte o túnel ou o domínio para o gateway deste sistema, porta 8081",
        ],
    ),
    entry(
        "other_sidelink",
        [
            "another Sidelink answers at this address: it now belongs to another stack",
            "outro Sidelink responde neste endereço: ele agora pertence a outro sistema",
        ],
        [
            "A quick tunnel gets a new public URL with `docker compose restart {service}`; your own tunnel also runs on another machine: stop it there",
            "Um túnel rápido recebe uma nova URL pública com `docker compose restart {service}`; um túnel próprio está em execução também em outra máquina: encerre-o lá",
        ],
    ),
    entry(
        "behind_gateway",
        [
            "the service behind the gateway for {asked} does not answer",
            "o serviço atrás do gateway para {asked} não responde",
        ],
        [
            "`docker compose ps` shows which service is not running",
            "`docker compose ps` mostra qual serviço não está em execução",
        ],
    ),
    entry(
        "no_websocket",
        [
            "pages open, but WebSockets do not pass ({got}): calls cannot start",
            "as páginas abrem, mas WebSockets não passam ({got}): as chamadas não podem começar",
        ],
        [
            "A proxy or filter on the path has to allow WebSockets; another network or tunnel shows which one",
            "Um proxy ou filtro no caminho precisa permitir WebSockets; outra rede ou outro túnel mostra qual",
        ],
    ),
    entry(
        "media_tunnel_broken",
        [
            "calls reach only visitors whose network passes WebRTC, because media over the tunnel does not work: {detail}",
            "as chamadas só alcançam visitantes cuja rede permite WebRTC, porque a mídia pelo túnel não funciona: {detail}",
        ],
        [
            "If this persists: docker compose logs bridge",
            "Se persistir: docker compose logs bridge",
        ],
    ),
    entry(
        "media_tunnel_off",
        [
            "calls reach only visitors whose network passes WebRTC, because media over the tunnel is off",
            "as chamadas só alcançam visitantes cuja rede permite WebRTC, porque a mídia pelo túnel está desligada",
        ],
        [
            "Set `SIDELINK_MEDIA_TUNNEL=on` in `.env`, then `docker compose up -d`. A free ngrok account carries 1 GB a month, 1.5 hours of one call",
            "Defina `SIDELINK_MEDIA_TUNNEL=on` no `.env` e rode `docker compose up -d`. Uma conta gratuita da ngrok leva 1 GB por mês, 1,5 hora de uma chamada",
        ],
    ),
    entry(
        "media_quota_spent",
        [
            "calls reach only visitors whose network passes WebRTC until the month ends, because the tunnel's traffic is used up but for a reserve for links: {detail}",
            "as chamadas só alcançam visitantes cuja rede permite WebRTC até o fim do mês, porque o tráfego do túnel acabou, menos uma reserva para os links: {detail}",
        ],
        [
            "Use a tunnel without a quota, or a plan with more: set `SIDELINK_MEDIA_QUOTA` in `.env`, in MB a month, then `docker compose up -d`",
            "Use um túnel sem cota ou um plano com mais: defina `SIDELINK_MEDIA_QUOTA` no `.env`, em MB por mês, e rode `docker compose up -d`",
        ],
    ),
    entry(
        "exposure_unseen",
        [
            "the exposure check has no result: {answered} of its {of} requests were answered[, the first of the others: {got}]. The public URL is withheld until it has one",
            "a verificação de exposição não tem resultado: {answered} das {of} requisições foram respondidas[; a primeira das outras: {got}]. A URL pública não é divulgada até que haja um",
        ],
        [
            "It is repeated automatically. If this persists, see `docker compose logs gateway` and check the tunnel's limits",
            "Ela é repetida automaticamente. Se persistir, veja `docker compose logs gateway` e confira os limites do túnel",
        ],
    ),
    entry(
        "exposed",
        [
            "internal endpoints are reachable through the public URL: {found}. It is withheld until they are closed",
            "endpoints internos estão acessíveis pela URL pública: {found}. Ela não é divulgada até que sejam fechados",
        ],
        [
            "Let gateway/Caddyfile forward only what visitors need, and give LiveKit only the keys that `init` creates",
            "Faça gateway/Caddyfile encaminhar só o que os visitantes precisam e dê ao LiveKit só as chaves criadas pelo `init`",
        ],
    ),
    entry(
        "verification_expired",
        [
            "last verified at {at}: being verified again",
            "verificado pela última vez em {at}: sendo verificado novamente",
        ],
        NOTHING,
    ),
    entry(
        "slept",
        [
            "this machine was suspended: the public URL is being verified again",
            "esta máquina esteve suspensa: a URL pública está sendo verificada novamente",
        ],
        NOTHING,
    ),
    entry(
        "changed",
        [
            "something changed: the public URL is being verified again",
            "algo mudou: a URL pública está sendo verificada novamente",
        ],
        NOTHING,
    ),
];
