//! Icecast: that its mount has a source. `status-json.xsl` misses hidden mounts and breaks on a title of `-`,
//! so the administrator's XML is read.

use reqwest::Client;

use super::http::{send, text, wrong};
use crate::diagnosis::answer::{no_source, of_icecast};
use crate::diagnosis::edge::quote;
use crate::model::{Address, Finding, Outcome};

pub(super) async fn probe(
    client: &Client,
    at: &Address,
    mount: &str,
    admin_password: &str,
) -> Outcome {
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
    match has_source(&xml, mount) {
        Ok(true) => Ok(Finding::Works),
        Ok(false) => Err(no_source(mount)),
        Err(error) => Err(wrong(&url, format!("unreadable XML: {error}"))),
    }
}

fn has_source(xml: &str, mount: &str) -> Result<bool, roxmltree::Error> {
    let document = roxmltree::Document::parse(xml)?;
    Ok(document
        .descendants()
        .any(|node| node.has_tag_name("source") && node.attribute("mount") == Some(mount)))
}

#[cfg(test)]
mod tests {
    use super::has_source;

    #[test]
    fn a_mount_counts_only_under_its_whole_name() {
        let xml = r#"<?xml version="1.0"?><icestats><source mount="/silence"><title>-</title></source></icestats>"#;
        assert!(has_source(xml, "/silence").expect("is XML"));
        assert!(!has_source(xml, "/stream").expect("is XML"));
        assert!(has_source("<html>", "/stream").is_err());
    }
}
