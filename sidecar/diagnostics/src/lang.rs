//! The two languages of the interface.

use std::fmt;

/// A language of the interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Brazilian Portuguese.
    Pt,
}

impl Lang {
    /// Parses a tag such as `pt-BR` or a locale such as `pt_BR.UTF-8`; anything else is English.
    pub fn from_tag(tag: &str) -> Self {
        let primary = tag.trim().get(..2).unwrap_or_default();
        if primary.eq_ignore_ascii_case("pt") {
            Self::Pt
        } else {
            Self::En
        }
    }

    /// Parses `Accept-Language`: the language with the higher quality, of equals the first; English when it has neither.
    pub fn from_accept_language(header: &str) -> Self {
        let ranges: Vec<_> = header.split(',').filter_map(weight).collect();
        // A language that is not named has the quality of `*`.
        let quality = |language: &str| {
            let of = |tag: &str| {
                tag.split('-')
                    .next()
                    .unwrap_or_default()
                    .to_ascii_lowercase()
            };
            let position = |name: &str| ranges.iter().position(|(tag, _)| of(tag) == name);
            let index = position(language).or_else(|| position("*"))?;
            (ranges[index].1 > 0.0).then_some((ranges[index].1, std::cmp::Reverse(index)))
        };
        match (quality("en"), quality("pt")) {
            (en, Some(pt)) if en.is_none_or(|en| pt > en) => Self::Pt,
            _ => Self::En,
        }
    }

    /// Returns the value for this language: `en` or `pt`.
    pub fn pick<T>(self, en: T, pt: T) -> T {
        match self {
            Self::En => en,
            Self::Pt => pt,
        }
    }
}

/// Parses `pt-BR;q=0.8` into the tag and 0.8; returns `None` for an invalid range.
fn weight(range: &str) -> Option<(&str, f32)> {
    let mut parts = range.split(';').map(str::trim);
    let tag = parts.next()?;
    let quality = match parts.find_map(|part| part.strip_prefix("q=")) {
        Some(text) => text
            .trim()
            .parse()
            .ok()
            .filter(|q| (0.0..=1.0).contains(q))?,
        None => 1.0,
    };
    Some((tag, quality))
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.pick("en", "pt-BR"))
    }
}

#[cfg(test)]
mod tests {
    use super::Lang;

    #[test]
    fn reads_tags_and_locales() {
        assert_eq!(Lang::from_tag("pt-BR"), Lang::Pt);
        assert_eq!(Lang::from_tag("PT_br.UTF-8"), Lang::Pt);
        assert_eq!(Lang::from_tag("de"), Lang::En);
        assert_eq!(Lang::from_tag(""), Lang::En);
        assert_eq!(Lang::from_tag("é"), Lang::En);
    }

    #[test]
    fn the_language_with_the_higher_quality_is_chosen() {
        for (header, lang) in [
            ("pt-BR,pt;q=0.9,en;q=0.8", Lang::Pt),
            ("en-US,en;q=0.9,pt;q=0.8", Lang::En),
            ("PT", Lang::Pt),
            ("pt, en", Lang::Pt),
            ("en, pt", Lang::En),
            ("*", Lang::En),
            ("de, pt;q=0.3", Lang::Pt),
            ("de, *;q=0.5, pt;q=0.2", Lang::En),
            ("en;q=0, pt;q=0.1", Lang::Pt),
            ("en;q=0, *", Lang::Pt),
            ("pt;q=0", Lang::En),
            ("pt;q=7", Lang::En),
            ("ptx, *", Lang::En),
            ("", Lang::En),
            (";;,,q=", Lang::En),
        ] {
            assert_eq!(Lang::from_accept_language(header), lang, "{header}");
        }
    }
}
