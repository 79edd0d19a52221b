//! Probes Icecast: the mount must have a source. Reads the administrator's XML, because `status-json.xsl` lacks hidden
//! mounts and is invalid where a title is `-`.

use reqwest::Client;

use super::http::{send, text, wrong};
use sidelink_core::{Address, Finding, ProbeResult};
use sidelink_diagnostics::recognize::answer::{full as full_of, no_source, of_icecast};
use sidelink_diagnostics::recognize::edge::quote;

pub(super) async fn probe(
    client: &Client,
    at: &Address,
    mount: &str,
    admin_password: &str,
) -> ProbeResult {
    let url = format!("http://{at}/admin/stats");
    let request = client.get(&url).basic_auth("admin", Some(admin_password));
    let response = send(request, &url).await?;
    let status = response.status();
    if let Some(reason) = of_icecast(status) {
        return Err(reason);
    }
    let xml = text(response, &url).await?;
    if !status.is_success() {
        return Err(wrong(&url, quote(status, &xml)));
    }
    match mounts(&xml) {
        Ok(mounts) => judge(&mounts, mount),
        Err(error) => Err(wrong(&url, format!("unreadable XML: {error}"))),
    }
}

/// A mount that has a source.
struct Mount {
    name: String,
    listeners: u32,
    /// `None`: unlimited.
    max_listeners: Option<u32>,
}

fn judge(mounts: &[Mount], name: &str) -> ProbeResult {
    if !mounts.iter().any(|mount| mount.name == name) {
        return Err(no_source(name));
    }
    // Other mounts fall back to this one, and each has its own limit.
    let is_full = |mount: &&Mount| {
        mount
            .max_listeners
            .is_some_and(|max| mount.listeners >= max)
    };
    Ok(match mounts.iter().find(is_full) {
        Some(mount) => Finding::Limited(full_of(mount.listeners)),
        None => Finding::Works,
    })
}

fn mounts(xml: &str) -> Result<Vec<Mount>, roxmltree::Error> {
    let document = roxmltree::Document::parse(xml)?;
    let sources = document
        .descendants()
        .filter(|node| node.has_tag_name("source"));
    Ok(sources
        .filter_map(|source| {
            let text = |tag| {
                let found = source.children().find(|node| node.has_tag_name(tag));
                found.and_then(|node| node.text())
            };
            Some(Mount {
                name: source.attribute("mount")?.to_owned(),
                listeners: text("listeners").and_then(|n| n.parse().ok()).unwrap_or(0),
                max_listeners: text("max_listeners").and_then(|n| n.parse().ok()),
            })
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidelink_core::Diagnosis;

    fn result(xml: &str, mount: &str) -> ProbeResult {
        judge(&mounts(xml).expect("is XML"), mount)
    }

    #[test]
    fn a_mount_matches_only_by_its_full_name() {
        let xml = r#"<?xml version="1.0"?><icestats><source mount="/silence"><title>-</title></source></icestats>"#;
        assert_eq!(result(xml, "/silence"), Ok(Finding::Works));
        assert_eq!(result(xml, "/stream"), Err(no_source("/stream")));
        assert!(mounts("<html>").is_err());
    }

    /// XML of Icecast 2.4.4, which writes `unlimited` where there is no limit.
    #[test]
    fn a_full_mount_works_for_its_listeners_only() {
        let xml = |listeners: u32, most: &str| {
            format!(
                r#"<icestats><listeners>9</listeners><source mount="/silence"><listeners>{listeners}</listeners>
                   <max_listeners>{most}</max_listeners></source></icestats>"#
            )
        };
        assert_eq!(result(&xml(199, "200"), "/silence"), Ok(Finding::Works));
        assert_eq!(
            result(&xml(999, "unlimited"), "/silence"),
            Ok(Finding::Works)
        );
        let full = Ok(Finding::Limited(Diagnosis::of_code("icecast_full", "200")));
        assert_eq!(result(&xml(200, "200"), "/silence"), full);
    }
}
