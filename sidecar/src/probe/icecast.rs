//! Icecast: that its mount has a source. `status-json.xsl` misses hidden mounts and breaks on a title of `-`,
//! so the administrator's XML is read.

use reqwest::Client;

use super::http::{expect_ok, text, wrong};
use crate::model::{Address, Finding, Outcome};

pub(super) async fn probe(
    client: &Client,
    at: &Address,
    mount: &str,
    admin_password: &str,
) -> Outcome {
    let url = format!("http://{at}/admin/stats");
    let request = client.get(&url).basic_auth("admin", Some(admin_password));
    let xml = text(expect_ok(request, &url).await?, &url).await?;
    match has_source(&xml, mount) {
        Ok(true) => Ok(Finding::Works),
        Ok(false) => Err(wrong(&url, format!("no source on {mount}"))),
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
