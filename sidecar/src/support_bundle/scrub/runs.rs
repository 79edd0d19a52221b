//! Replacing in a text, run by run of characters.

/// Each longest run of such characters, as `replace` has it; `None` leaves it.
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

/// Every place of `known`, in whatever case.
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
