//! The banner with the public URL.

use sidelink_core::{Diagnosis, Role, Snapshot, State};
use sidelink_diagnostics::{Lang, Message};

use super::{StartupLogOptions, headlined, with_next};
use crate::config::loopback::local_url;
use crate::qr;

/// Returns why phones on the same Wi-Fi do not reach LiveKit directly. In a virtual machine that is not a fault.
fn wrong_address(snapshot: &Snapshot) -> Option<&Diagnosis> {
    let mut services = snapshot.services.iter();
    let watcher = services.find(|service| service.role == Role::HostIp)?;
    match &watcher.state {
        State::Limited(why) if why.code() != "lan_address_hidden" => Some(why),
        _ => None,
    }
}

/// Returns the banner: the public URL, its QR code, and who reaches what.
pub(super) fn banner(host: &str, snapshot: &Snapshot, options: StartupLogOptions) -> String {
    let StartupLogOptions {
        lang, local_port, ..
    } = options;
    let url = format!("https://{host}");
    let rule = "─".repeat(64);
    let mut text = format!("\n{rule}\n  Sidelink\n\n  {url}\n\n{}", qr::terminal(&url));
    text.push_str(&audience(snapshot, lang));
    let here = lang.pick("On this machine: ", "Nesta máquina: ");
    text.push_str(&format!("{here}{}\n", local_url("localhost", local_port)));
    text.push_str(&on_lan(snapshot, options));
    text.push_str(&video(snapshot, lang));
    if snapshot.stand_in {
        text.push_str(lang.pick(
            "  This tunnel is a fake for tests: the public URL works in the test network only.\n",
            "  Este túnel é simulado, para testes: o endereço público só funciona na rede de teste.\n",
        ));
    }
    text.push_str(&rule);
    text
}

/// Where devices of the local network open the page without the tunnel.
fn on_lan(snapshot: &Snapshot, options: StartupLogOptions) -> String {
    let Some(address) = snapshot.lan_address.filter(|_| options.lan) else {
        return String::new();
    };
    let on_wifi = options.lang.pick(
        "On this Wi-Fi, without camera and microphone: ",
        "Neste Wi-Fi, sem câmera nem microfone: ",
    );
    let url = local_url(&address.to_string(), options.local_port);
    format!("  {on_wifi}{url}\n")
}

/// Who can open the public URL.
fn audience(snapshot: &Snapshot, lang: Lang) -> String {
    match snapshot.why() {
        None if snapshot.carries_media() && snapshot.lan_address.is_some() => lang
            .pick(
                "  Calls work on any phone: directly in the same Wi-Fi, over the tunnel elsewhere.\n",
                "  As chamadas funcionam em qualquer celular: diretamente no mesmo Wi-Fi, pelo túnel fora dele.\n",
            )
            .to_owned(),
        None if snapshot.carries_media() => lang
            .pick(
                "  Calls work on any phone, over the tunnel. With HOST_IP set, phones in the same Wi-Fi connect directly.\n",
                "  As chamadas funcionam em qualquer celular, pelo túnel. Com HOST_IP definido, celulares no mesmo Wi-Fi se conectam diretamente.\n",
            )
            .to_owned(),
        None => lang
            .pick("  Opens on any phone. ", "  Abre em qualquer celular. ")
            .to_owned(),
        Some(limit) => format!(
            "  {}: {}\n  ",
            lang.pick(
                "Works for some visitors only",
                "Funciona só para alguns visitantes"
            ),
            with_next(limit.message(lang), Some(&limit), headlined(snapshot), lang)
        ),
    }
}

/// How far video reaches.
fn video(snapshot: &Snapshot, lang: Lang) -> String {
    match wrong_address(snapshot) {
        Some(why) => format!("  {}\n", with_next(why.message(lang), Some(why), "host-ip", lang)),
        None if snapshot.carries_media() => String::new(),
        None if snapshot.lan_address.is_some() => lang
            .pick(
                "  Video works on this machine, and on phones in the same Wi-Fi.\n",
                "  O vídeo funciona nesta máquina e em celulares no mesmo Wi-Fi.\n",
            )
            .to_owned(),
        None => lang
            .pick(
                "  Video works on this machine, and on phones in the same Wi-Fi when HOST_IP is set.\n",
                "  O vídeo funciona nesta máquina e, com HOST_IP definido, em celulares no mesmo Wi-Fi.\n",
            )
            .to_owned(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::config::log_format::LogFormat;
    use sidelink_core::{Layer, LayerKind, Phase, PublicUrlFault};

    pub(in super::super) const TEXT: StartupLogOptions = StartupLogOptions {
        lang: Lang::En,
        format: LogFormat::Text,
        local_port: 8080,
        lan: false,
    };

    pub(in super::super) fn ready(host: &str) -> Snapshot {
        let mut snapshot = Snapshot::unknown("i".into());
        snapshot.phase = Phase::Ready;
        snapshot.public_host = Some(host.to_owned());
        snapshot
    }

    #[test]
    fn the_banner_shows_a_fake_tunnel_and_who_cannot_open_the_public_url() {
        let mut snapshot = ready("a.example");
        let plain = banner("a.example", &snapshot, TEXT);
        assert!(plain.contains("Opens on any phone. On this machine") && !plain.contains("fake"));
        assert!(plain.contains("On this machine: http://localhost:8080\n"));
        let on_80 = banner(
            "a.example",
            &snapshot,
            StartupLogOptions {
                local_port: 80,
                ..TEXT
            },
        );
        assert!(
            on_80.contains("On this machine: http://localhost\n"),
            "{on_80}"
        );
        snapshot.stand_in = true;
        snapshot.phase = Phase::Degraded;
        snapshot.layers.push(Layer {
            kind: LayerKind::Dns,
            state: State::Limited(Diagnosis::PublicUrl(PublicUrlFault::StaleLocalDns {
                until: None,
            })),
            waits_for: Vec::new(),
            observed: None,
            since: 0,
        });
        assert_eq!(snapshot.usable_host(), Some("a.example"));
        assert!(banner("a.example", &snapshot, TEXT).contains("fake for tests"));
        let text = banner(
            "a.example",
            &snapshot,
            StartupLogOptions {
                lang: Lang::Pt,
                ..TEXT
            },
        );
        assert!(
            text.contains("simulado")
                && text.contains("Funciona só para alguns visitantes: a URL pública funciona"),
            "{text}"
        );
    }

    #[test]
    fn the_address_on_the_wifi_is_shown_where_the_page_is_published_there() {
        let mut snapshot = ready("a.example");
        let on_lan = |snapshot: &Snapshot, lan| {
            let text = banner("a.example", snapshot, StartupLogOptions { lan, ..TEXT });
            text.contains(
                "On this Wi-Fi, without camera and microphone: http://192.168.1.20:8080\n",
            )
        };
        assert!(!on_lan(&snapshot, true), "the address is not known");
        snapshot.lan_address = Some([192, 168, 1, 20].into());
        assert!(on_lan(&snapshot, true));
        assert!(!on_lan(&snapshot, false));
    }

    #[test]
    fn video_on_any_phone_is_not_contradicted() {
        let mut snapshot = ready("a.example");
        let only_here = "Video works on this machine, and";
        assert!(banner("a.example", &snapshot, TEXT).contains(only_here));
        snapshot.layers.push(Layer {
            kind: LayerKind::Media,
            state: State::Ok,
            waits_for: Vec::new(),
            observed: None,
            since: 0,
        });
        let text = banner("a.example", &snapshot, TEXT);
        assert!(text.contains("Calls work on any phone"), "{text}");
        assert!(!text.contains(only_here), "{text}");
    }
}
