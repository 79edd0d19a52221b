//! `sidelink link list`.

use serde::Deserialize;
use serde_json::Value;

use super::super::{ControlApi, lang};
use crate::runtime::exit::CommandFailure;
use sidelink_diagnostics::Lang;

#[derive(Deserialize)]
struct LinkList {
    links: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Link {
    consultation_url: Option<String>,
    token: String,
    professional_id: String,
    client_id: String,
    expires_at: String,
    opened_at: Option<String>,
    stale_address: bool,
}

/// Prints two lines for each link, or the service's list as JSON.
pub(super) async fn run(json: bool) -> Result<(), CommandFailure> {
    let LinkList { links } = ControlApi::from_env()?.get("/links").await?;
    if json {
        println!("{}", Value::Array(links));
        return Ok(());
    }
    if links.is_empty() {
        println!("{}", lang().pick("no links", "nenhum link"));
    }
    for link in links {
        let link = serde_json::from_value(link)
            .map_err(|error| CommandFailure::unavailable(error.to_string()))?;
        println!("{}", lines(&link, lang()));
    }
    Ok(())
}

fn lines(link: &Link, lang: Lang) -> String {
    let (until, opened, stale) = match lang {
        Lang::En => (
            "expires",
            "opened",
            "send it again: the public URL has changed",
        ),
        Lang::Pt => (
            "expira",
            "aberto",
            "envie novamente: o endereço público mudou",
        ),
    };
    let mut text = format!(
        "{} → {}, {until} {}",
        link.professional_id, link.client_id, link.expires_at
    );
    if let Some(at) = &link.opened_at {
        text.push_str(&format!(", {opened} {at}"));
    }
    if link.stale_address {
        text.push_str(&format!(" ({stale})"));
    }
    let url = link.consultation_url.as_ref().unwrap_or(&link.token);
    format!("{text}\n  {url}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_listed_with_its_state_for_the_sender() {
        let mut link = Link {
            consultation_url: Some("https://x.example/consultations/client/k7".to_owned()),
            token: "k7".to_owned(),
            professional_id: "dr-1".to_owned(),
            client_id: "c-1".to_owned(),
            expires_at: "2026-11-21T05:50:00Z".to_owned(),
            opened_at: None,
            stale_address: false,
        };
        let expected =
            "dr-1 → c-1, expires 2026-11-21T05:50:00Z\n  https://x.example/consultations/client/k7";
        assert_eq!(lines(&link, Lang::En), expected);
        link.opened_at = Some("2026-11-20T06:00:00Z".to_owned());
        link.stale_address = true;
        link.consultation_url = None;
        let expected = "dr-1 → c-1, expira 2026-11-21T05:50:00Z, aberto 2026-11-20T06:00:00Z (envie novamente: o endereço público mudou)\n  k7";
        assert_eq!(lines(&link, Lang::Pt), expected);
    }
}
