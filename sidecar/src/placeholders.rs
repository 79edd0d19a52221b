//! Splits a text at its placeholders, `${name}`.

/// A part of a text with placeholders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    /// Stands as it is.
    Text(&'a str),
    /// The name between `${` and `}`.
    Placeholder(&'a str),
}

/// The rest of a text, from a `${` on that no `}` closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unclosed<'a>(pub(crate) &'a str);

/// Returns the parts in order, without empty texts.
pub(crate) fn parts(text: &str) -> Result<Vec<Part<'_>>, Unclosed<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let (before, placeholder) = rest.split_at(start);
        let (name, after) = placeholder[2..]
            .split_once('}')
            .ok_or(Unclosed(placeholder))?;
        parts.extend([Part::Text(before), Part::Placeholder(name)]);
        rest = after;
    }
    parts.push(Part::Text(rest));
    parts.retain(|part| *part != Part::Text(""));
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_placeholders_alternate() {
        use Part::{Placeholder, Text};
        assert_eq!(parts(""), Ok(vec![]));
        assert_eq!(parts("$ {} }"), Ok(vec![Text("$ {} }")]));
        let expected = vec![Text("/a/"), Placeholder("b"), Placeholder(""), Text("/c")];
        assert_eq!(parts("/a/${b}${}/c"), Ok(expected));
        assert_eq!(parts("a ${b} c ${d"), Err(Unclosed("${d")));
    }
}
