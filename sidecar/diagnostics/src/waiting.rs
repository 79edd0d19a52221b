//! The text of what is awaited.

use sidelink_core::{Layer, LayerKind, TunnelKind};

use crate::Lang;

/// Returns what is awaited while the layer is not ok. `tunnel`: the kind of the tunnel that gives the public URL.
pub fn awaited(layer: LayerKind, tunnel: Option<TunnelKind>, lang: Lang) -> &'static str {
    let (en, pt) = match layer {
        LayerKind::Docker => ("Docker", "o Docker"),
        LayerKind::Services => ("the services", "os serviços"),
        LayerKind::Gateway => ("the gateway", "o gateway"),
        LayerKind::Tunnel => ("the tunnel", "o túnel"),
        LayerKind::Edge => match tunnel {
            None | Some(TunnelKind::Quick | TunnelKind::Named) => {
                ("Cloudflare's edge", "a rede de borda da Cloudflare")
            }
            Some(TunnelKind::Ngrok) => ("ngrok's edge", "a rede de borda da ngrok"),
            Some(TunnelKind::Domain) => ("your domain", "o seu domínio"),
            Some(TunnelKind::Url) => ("your own proxy", "o seu próprio proxy"),
        },
        LayerKind::Dns => (
            "the public URL's DNS record",
            "o registro DNS da URL pública",
        ),
        LayerKind::Tls => ("a valid certificate", "um certificado válido"),
        LayerKind::Instance => (
            "this stack's answer at the public URL",
            "a resposta deste sistema na URL pública",
        ),
        LayerKind::App => (
            "the app, through the public URL",
            "o aplicativo, pela URL pública",
        ),
        LayerKind::Livekit => (
            "LiveKit, through the public URL",
            "o LiveKit, pela URL pública",
        ),
        LayerKind::WebSocket => (
            "a WebSocket, through the public URL",
            "um WebSocket, pela URL pública",
        ),
        LayerKind::Media => (
            "calls' media, through the public URL",
            "a mídia das chamadas, pela URL pública",
        ),
        LayerKind::Exposure => ("the exposure check", "a verificação de exposição"),
    };
    lang.pick(en, pt)
}

/// Returns `waiting for Cloudflare's edge, 12 s` for a layer, or the names of services instead.
pub fn waiting(layer: &Layer, tunnel: Option<TunnelKind>, seconds: u64, lang: Lang) -> String {
    let what = if layer.waits_for.is_empty() {
        awaited(layer.kind, tunnel, lang).to_owned()
    } else {
        layer.waits_for.join(", ")
    };
    lang.pick(
        format!("waiting for {what}, {seconds} s"),
        format!("aguardando {what}, {seconds} s"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edge_is_named_for_each_kind_of_tunnel() {
        for (tunnel, en, pt) in [
            (None, "Cloudflare's edge", "a rede de borda da Cloudflare"),
            (
                Some(TunnelKind::Named),
                "Cloudflare's edge",
                "a rede de borda da Cloudflare",
            ),
            (
                Some(TunnelKind::Ngrok),
                "ngrok's edge",
                "a rede de borda da ngrok",
            ),
            (Some(TunnelKind::Domain), "your domain", "o seu domínio"),
            (
                Some(TunnelKind::Url),
                "your own proxy",
                "o seu próprio proxy",
            ),
        ] {
            assert_eq!(awaited(LayerKind::Edge, tunnel, Lang::En), en);
            assert_eq!(awaited(LayerKind::Edge, tunnel, Lang::Pt), pt);
        }
    }
}
