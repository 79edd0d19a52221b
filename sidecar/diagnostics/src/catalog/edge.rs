//! What the edge in front of the stack answers in its place.

use super::{NOTHING, entry};
use crate::CatalogEntry;

pub(super) const ROWS: &[CatalogEntry] = &[
    entry(
        "edge_no_connector",
        [
            "the edge has no connection of this tunnel (1033)",
            "a borda não tem conexão com este túnel (1033)",
        ],
        [
            "It passes once the tunnel is registered; a quick tunnel that stays so gets a new link by `docker compose restart {service}`",
            "Passa quando o túnel se registrar; um túnel rápido que continua assim recebe um novo link com `docker compose restart {service}`",
        ],
    ),
    entry(
        "edge_old_tunnel",
        [
            "the edge no longer knows this address (1016)",
            "a borda não conhece mais este endereço (1016)",
        ],
        [
            "A quick tunnel gets a new link by `docker compose restart {service}`; a name of your own has to lead to this tunnel in your provider's DNS",
            "Um túnel rápido recebe um novo link com `docker compose restart {service}`; um nome próprio precisa apontar para este túnel no DNS do seu provedor",
        ],
    ),
    entry(
        "edge_origin_down",
        [
            "the tunnel got no answer from the gateway (502): visitors see an error page",
            "o túnel não obteve resposta do gateway (502): visitantes veem uma página de erro",
        ],
        [
            "See `docker compose ps gateway`",
            "Veja `docker compose ps gateway`",
        ],
    ),
    entry(
        "edge_origin_slow",
        [
            "the gateway took longer than the edge waits (524)",
            "o gateway demorou mais do que a borda espera (524)",
        ],
        [
            "Is this machine overloaded? `docker stats` shows by what",
            "Esta máquina está sobrecarregada? `docker stats` mostra por quê",
        ],
    ),
    entry(
        "edge_access",
        [
            "Cloudflare Access asks visitors of the public URL to sign in at {detail}",
            "o Cloudflare Access exige que visitantes da URL pública entrem em {detail}",
        ],
        [
            "In Cloudflare's Zero Trust dashboard, Access, Applications: remove the application for this name, or give it a Bypass policy for Everyone",
            "No painel Zero Trust da Cloudflare, Access, Applications: remova a aplicação deste nome ou crie nela uma política Bypass para Everyone",
        ],
    ),
    entry(
        "edge_challenge",
        [
            "Cloudflare shows a challenge before the page, which scripts, WebSockets and this check cannot pass",
            "a Cloudflare mostra um desafio antes da página, que scripts, WebSockets e esta verificação não conseguem passar",
        ],
        [
            "In Cloudflare's dashboard, Security: turn off Under Attack mode and Bot Fight Mode, or add a WAF rule that skips them for this name",
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
            "In Cloudflare's dashboard, Security, Events: find the rule that blocks this network and exempt this name from it",
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
            "Turn off the password there for this name; the app can ask for its own",
            "Desative a senha lá para este nome; o próprio app pode pedir a dele",
        ],
    ),
    entry(
        "edge_too_many_requests",
        [
            "the public URL answers that there are too many requests (429): a quick tunnel takes 200 at once, each listener and open page counts; another tunnel or proxy has limits of its own",
            "o endereço público responde que há requisições demais (429): um túnel rápido aceita 200 simultâneas, cada ouvinte e página aberta conta; outro túnel ou proxy tem seus próprios limites",
        ],
        [
            "Let some visitors close their page, or choose a lasting address: `docker compose run --rm setup`",
            "Peça que alguns visitantes fechem a página, ou escolha um endereço permanente: `docker compose run --rm setup`",
        ],
    ),
    entry(
        "edge_rate_limited",
        [
            "the tunnel's provider turns visitors away for a while (1015)",
            "o provedor do túnel está recusando visitantes por um tempo (1015)",
        ],
        ["Wait some minutes", "Aguarde alguns minutos"],
    ),
    entry(
        "quota_spent",
        [
            "this tunnel's provider counts requests, and the day's verifications of the public URL are used up: the next one is sent at {until}[; the last one found: {last}]",
            "o provedor deste túnel conta as requisições, e as verificações do endereço público de hoje acabaram: a próxima será feita em {until}[; a última encontrou: {last}]",
        ],
        [
            "Wait until then, or choose another kind of tunnel: `docker compose run --rm setup`",
            "Aguarde até lá ou escolha outro tipo de túnel: `docker compose run --rm setup`",
        ],
    ),
    entry(
        "edge_error",
        [
            "the tunnel's edge answers with an error of its own: {got}",
            "a borda do túnel responde com um erro próprio: {got}",
        ],
        [
            "Wait a little; www.cloudflarestatus.com says whether it is known",
            "Aguarde um pouco; www.cloudflarestatus.com diz se é um problema conhecido",
        ],
    ),
    entry(
        "not_ours",
        [
            "the public name answers, but not with this stack: {got}",
            "o endereço público responde, mas não é este sistema: {got}",
        ],
        [
            "Point the tunnel or the domain at this stack's gateway, port 8081",
            "Aponte o túnel ou o domínio para o gateway deste sistema, porta 8081",
        ],
    ),
    entry(
        "other_sidelink",
        [
            "another Sidelink answers under this address: it belongs to somebody else now",
            "outro Sidelink responde neste endereço: ele agora pertence a outra pessoa",
        ],
        [
            "A quick tunnel gets a new link by `docker compose restart {service}`; a tunnel of your own runs on another machine too: end it there",
            "Um túnel rápido recebe um novo link com `docker compose restart {service}`; um túnel próprio roda também em outra máquina: encerre-o lá",
        ],
    ),
    entry(
        "behind_gateway",
        [
            "what answers {asked} behind the gateway is not up",
            "o que responde {asked} atrás do gateway não está no ar",
        ],
        [
            "`docker compose ps` shows which part is not running",
            "`docker compose ps` mostra qual parte não está rodando",
        ],
    ),
    entry(
        "no_websocket",
        [
            "pages open, but a WebSocket does not get through ({got}): calls cannot begin",
            "as páginas abrem, mas um WebSocket não passa ({got}): chamadas não podem começar",
        ],
        [
            "A proxy or filter on the way has to let WebSockets pass; another network or tunnel shows which",
            "Um proxy ou filtro no caminho precisa deixar WebSockets passarem; outra rede ou túnel mostra qual",
        ],
    ),
    entry(
        "exposure_unseen",
        [
            "the exposure check shows nothing: {answered} of its {of} requests were answered[, the first of the others: {got}]. No link is given out before it does",
            "a verificação de exposição não mostra nada: {answered} das {of} requisições foram respondidas[; a primeira das outras: {got}]. Nenhum link é entregue antes disso",
        ],
        [
            "It is repeated automatically. If it stays so: `docker compose logs gateway`, and check the tunnel's limits",
            "Ela é repetida automaticamente. Se continuar assim: `docker compose logs gateway`, e confira os limites do túnel",
        ],
    ),
    entry(
        "exposed",
        [
            "everybody could reach through the link what nobody may: {found}. No link is given out before that is closed",
            "qualquer pessoa alcançaria pelo link o que ninguém deve alcançar: {found}. Nenhum link é entregue até isso ser fechado",
        ],
        [
            "Let gateway/Caddyfile pass on only what visitors need, and give LiveKit no keys but those that `init` makes",
            "Deixe gateway/Caddyfile encaminhar só o que os visitantes precisam e não dê ao LiveKit outras chaves além das criadas pelo `init`",
        ],
    ),
    entry(
        "verification_expired",
        [
            "last seen to work at {at}: being proven again",
            "visto funcionando pela última vez em {at}: sendo comprovado de novo",
        ],
        NOTHING,
    ),
    entry(
        "slept",
        [
            "this machine slept: the link is being proven again",
            "esta máquina esteve suspensa: o link está sendo comprovado de novo",
        ],
        NOTHING,
    ),
    entry(
        "changed",
        [
            "something changed: the link is being proven again",
            "algo mudou: o link está sendo comprovado de novo",
        ],
        NOTHING,
    ),
];
