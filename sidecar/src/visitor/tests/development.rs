//! Tests of development servers and their answers to a page's scripts.

use super::*;

/// Text in the head of each page of `next dev` 16.
const NEXT_DEV: &str = r#"<script src="/_next/static/chunks/%5Bturbopack%5D_browser_dev_hmr-client_hmr-client_ts_0fb9-gqu7_t97._.js" async="">"#;
const NEXT_START: &str = r#"<script src="/_next/static/chunks/webpack-0j1we3cwg31qe.js" async="">"#;

#[tokio::test]
async fn next_dev_that_refuses_its_hot_reload_is_limited() {
    let refuses = |get: &PageRequest| match (&*get.path, get.origin.as_deref()) {
        ("/", None) => answer(200, NEXT_DEV),
        ("/_next/webpack-hmr", Some("https://cabin-north.trycloudflare.com")) => {
            answer(403, "Unauthorized")
        }
        other => panic!("asked for {other:?}"),
    };
    let allowed = "*.trycloudflare.com".to_owned();
    let fault = AppFault::DevOrigin { allowed };
    assert_eq!(opened(refuses).await, PageVerdict::Limited(fault));
}

#[tokio::test]
async fn next_dev_that_accepts_the_name_works() {
    let takes = |get: &PageRequest| match &*get.path {
        "/" => answer(200, NEXT_DEV),
        _ => answer(404, "This page could not be found"),
    };
    assert_eq!(opened(takes).await, PageVerdict::Works);
}

#[tokio::test]
async fn other_pages_cost_no_further_request() {
    let only_the_page = |get: &PageRequest| match &*get.path {
        "/" => answer(200, NEXT_START),
        other => panic!("asked for {other}"),
    };
    assert_eq!(opened(only_the_page).await, PageVerdict::Works);
}
