//! Extracts the text of a page: its title, then its visible text.

/// Elements whose content is not visible.
const HIDDEN_ELEMENTS: &[&str] = &["script", "style", "template", "svg"];

/// Returns title and text in one line; the title once where the text begins with it. A text without tags is unchanged.
pub(super) fn visible_text(body: &str) -> String {
    let (title, text) = split(body);
    let (title, text) = (readable(&title), readable(&text));
    if text.starts_with(&title) {
        return text;
    }
    format!("{title} {text}").trim_end().to_owned()
}

/// Splits a page into its title and the text between its tags, which become spaces.
fn split(body: &str) -> (String, String) {
    let lower = body.to_ascii_lowercase(); // The same bytes at the same places.
    let (mut title, mut text) = (String::new(), String::new());
    let mut at = 0;
    while let Some(open) = body[at..].find('<').map(|found| at + found) {
        text.push_str(&body[at..open]);
        let Some(name) = tag_name(&lower[open..]) else {
            text.push('<');
            at = open + 1;
            continue;
        };
        text.push(' ');
        at = after(&lower, open, if name == "!--" { "-->" } else { ">" });
        if name == "title" || HIDDEN_ELEMENTS.contains(&name) {
            let end = lower[at..].find(&format!("</{name}"));
            let end = end.map_or(body.len(), |found| at + found);
            if name == "title" && title.is_empty() {
                body[at..end].clone_into(&mut title);
            }
            at = after(&lower, end, ">");
        }
    }
    text.push_str(&body[at..]);
    (title, text)
}

/// Returns the name in `<name …>`, `/` for an end tag and `!--` for a comment; `None` where `<` is text.
fn tag_name(tag: &str) -> Option<&str> {
    let tag = tag.strip_prefix('<')?;
    if tag.starts_with("!--") {
        return Some(&tag[..3]);
    }
    if tag.starts_with(['/', '!', '?']) {
        return Some(&tag[..1]);
    }
    let end = tag.find(|c: char| !c.is_ascii_alphanumeric());
    let name = &tag[..end.unwrap_or(tag.len())];
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        .then_some(name)
}

/// Returns the position after `end`, or the text's end.
fn after(text: &str, from: usize, end: &str) -> usize {
    let found = text[from..].find(end);
    found.map_or(text.len(), |found| from + found + end.len())
}

/// Resolves character references, and collapses spaces.
fn readable(text: &str) -> String {
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&#x27;", "'")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_its_title_and_then_its_text() {
        for (page, expected) in [
            (
                "<!doctype html><title>error</title><h1>Could not connect to the database</h1>",
                "error Could not connect to the database",
            ),
            (
                "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1><hr>nginx",
                "502 Bad Gateway nginx",
            ),
            (
                "<TITLE lang=en>Oops</TITLE><STYLE>b{}</STYLE><script>let a = '<p>';</script><p>Can&#39;t\n  connect",
                "Oops Can't connect",
            ),
            (
                "<!-- <title>no</title> --><svg><title>Logo</title></svg><p>down</p>",
                "down",
            ),
            ("Traceback:\n  1 < 2 <3", "Traceback: 1 < 2 <3"),
            ("{\"error\":\"no database\"}", "{\"error\":\"no database\"}"),
            ("<title>half", "half"),
            ("<p>é<", "é<"),
            ("<script>never ends", ""),
            ("", ""),
        ] {
            assert_eq!(visible_text(page), expected, "{page}");
        }
    }

    #[test]
    fn a_page_of_many_tags_is_read_in_linear_time() {
        let many = "<title></title>".repeat(64 * 1024);
        let began = tokio::time::Instant::now();
        assert_eq!(visible_text(&many), "");
        assert!(began.elapsed() < std::time::Duration::from_secs(5));
    }
}
