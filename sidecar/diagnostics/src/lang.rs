//! The two languages in which Sidelink speaks to people.

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
    /// From a tag such as `pt-BR` or a locale such as `pt_BR.UTF-8`; anything else is English.
    pub fn from_tag(tag: &str) -> Self {
        let primary = tag.trim().get(..2).unwrap_or_default();
        if primary.eq_ignore_ascii_case("pt") {
            Self::Pt
        } else {
            Self::En
        }
    }

    /// From `Accept-Language`: of the two languages the one that is wanted more, of equals the first;
    /// English when neither is wanted.
    pub fn from_accept_language(header: &str) -> Self {
        let ranges: Vec<_> = header.split(',').filter_map(weight).collect();
        // What is not named is as welcome as `*`.
        let wanted = |language: &str| {
            let of = |tag: &str| {
                tag.split('-')
                    .next()
                    .unwrap_or_default()
                    .to_ascii_lowercase()
            };
            let place = |name: &str| ranges.iter().position(|(tag, _)| of(tag) == name);
            let place = place(language).or_else(|| place("*"))?;
            (ranges[place].1 > 0.0).then_some((ranges[place].1, std::cmp::Reverse(place)))
        };
        match (wanted("en"), wanted("pt")) {
            (en, Some(pt)) if en.is_none_or(|en| pt > en) => Self::Pt,
            _ => Self::En,
        }
    }

    /// The one that fits: `en` or `pt`.
    pub fn pick<T>(self, en: T, pt: T) -> T {
        match self {
            Self::En => en,
            Self::Pt => pt,
        }
    }
}

/// `pt-BR;q=0.8` is the tag and 0.8; what cannot be read counts nothing.
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
    fn the_language_that_is_wanted_more_is_spoken() {
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
