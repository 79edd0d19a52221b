//! What is awaited, in words.

use sidelink_core::{Layer, LayerKind, TunnelKind};

use crate::Lang;

/// Returns what a person waits for while the layer is not ok. `tunnel`: the kind of the one that gives the public URL.
pub fn awaited(layer: LayerKind, tunnel: Option<TunnelKind>, lang: Lang) -> &'static str {
    let (en, pt) = match layer {
        LayerKind::Docker => ("Docker", "o Docker"),
        LayerKind::Services => ("the services", "os serviços"),
        LayerKind::Gateway => ("the gateway", "o gateway"),
        LayerKind::Tunnel => ("the tunnel", "o túnel"),
        LayerKind::Edge => match tunnel {
            None | Some(TunnelKind::Quick | TunnelKind::Named) => {
                ("Cloudflare's edge", "a borda da Cloudflare")
            }
            Some(TunnelKind::Ngrok) => ("ngrok's edge", "a borda da ngrok"),
            Some(TunnelKind::Domain) => ("your domain", "o seu domínio"),
            Some(TunnelKind::Url) => ("your own proxy", "o seu próprio proxy"),
        },
        LayerKind::Dns => ("the link's DNS record", "o registro DNS do link"),
        LayerKind::Tls => ("a valid certificate", "um certificado válido"),
        LayerKind::Instance => (
            "this stack's answer under the link",
            "a resposta deste sistema no link",
        ),
        LayerKind::App => ("the app, through the link", "o aplicativo, pelo link"),
        LayerKind::Livekit => ("LiveKit, through the link", "o LiveKit, pelo link"),
        LayerKind::WebSocket => ("a WebSocket, through the link", "um WebSocket, pelo link"),
        LayerKind::Exposure => ("the safety check", "a verificação de segurança"),
    };
    lang.pick(en, pt)
}

/// Returns `waiting for Cloudflare's edge, 12 s` of a layer, or for services by name.
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
    fn the_edge_is_called_what_it_is_for_each_kind_of_tunnel() {
        for (tunnel, en, pt) in [
            (None, "Cloudflare's edge", "a borda da Cloudflare"),
            (
                Some(TunnelKind::Named),
                "Cloudflare's edge",
                "a borda da Cloudflare",
            ),
            (Some(TunnelKind::Ngrok), "ngrok's edge", "a borda da ngrok"),
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
