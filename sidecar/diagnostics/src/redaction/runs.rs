//! Replaces parts of a text.

/// Replaces each longest run of such characters; `None` leaves it.
pub(super) fn replace_runs(
    text: &str,
    is_part: impl Fn(char) -> bool,
    mut replace: impl FnMut(&str) -> Option<String>,
) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(&is_part) {
        out.push_str(&rest[..start]);
        let tail = &rest[start..];
        let end = tail.find(|c| !is_part(c)).unwrap_or(tail.len());
        match replace(&tail[..end]) {
            Some(other) => out.push_str(&other),
            None => out.push_str(&tail[..end]),
        }
        rest = &tail[end..];
    }
    out.push_str(rest);
    out
}

/// Replaces words between white space; `None` leaves one.
pub(super) fn replace_within_words(
    text: &str,
    replace: impl FnMut(&str) -> Option<String>,
) -> String {
    replace_runs(text, |c| !c.is_whitespace(), replace)
}

/// Replaces what follows `mark`, in whatever case, up to where it `ends`.
pub(super) fn replace_after(
    text: &str,
    mark: &str,
    ends: impl Fn(char) -> bool,
    placeholder: &str,
) -> String {
    let lower = text.to_ascii_lowercase();
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (at, _) in lower.match_indices(mark) {
        let start = at + mark.len();
        if start < done {
            continue;
        }
        let end = text[start..]
            .find(&ends)
            .map_or(text.len(), |end| start + end);
        if end > start {
            out.push_str(&text[done..start]);
            out.push_str(placeholder);
            done = end;
        }
    }
    out + &text[done..]
}

/// Replaces `known` everywhere, in whatever case.
pub(super) fn replace_ignoring_case(text: &str, known: &str, placeholder: &str) -> String {
    // ASCII only, so that both have their characters at the same places.
    let (lower, known) = (text.to_ascii_lowercase(), known.to_ascii_lowercase());
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (at, _) in lower.match_indices(&known) {
        out.push_str(&text[done..at]);
        out.push_str(placeholder);
        done = at + known.len();
    }
    out.push_str(&text[done..]);
    out
}
