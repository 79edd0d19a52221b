//! What a page says to a reader: its title, then its text.

/// Elements whose content no reader sees.
const UNREAD: &[&str] = &["script", "style", "template", "svg"];

/// Returns the title and the text of a page in one line; a title that its text begins with is said once. A text
/// without tags is returned whole.
pub(super) fn words(body: &str) -> String {
    let (title, text) = split(body);
    let (title, text) = (readable(&title), readable(&text));
    if text.starts_with(&title) {
        return text;
    }
    format!("{title} {text}").trim_end().to_owned()
}

/// The title, and what else stands between the tags, which become spaces.
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
        if name == "title" || UNREAD.contains(&name) {
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

/// The name in `<name …>`, `/` in that of an end, `!--` in that of a comment. `None`: the sign is text.
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

/// The place behind `end`, or the text's end.
fn after(text: &str, from: usize, end: &str) -> usize {
    let found = text[from..].find(end);
    found.map_or(text.len(), |found| from + found + end.len())
}

/// With references resolved and single spaces.
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
            assert_eq!(words(page), expected, "{page}");
        }
    }

    #[test]
    fn a_page_of_many_tags_is_read_once() {
        let many = "<title></title>".repeat(64 * 1024);
        let began = tokio::time::Instant::now();
        assert_eq!(words(&many), "");
        assert!(began.elapsed() < std::time::Duration::from_secs(5));
    }
}
