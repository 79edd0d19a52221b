//! Detection of invisible characters.

use icu_properties::CodePointMapData;
use icu_properties::props::GeneralCategory;

/// Joins emoji to one (U+200D).
const ZERO_WIDTH_JOINER: char = '\u{200d}';

/// Reports whether every character is visible: no control, format, private or unassigned ones.
///
/// Such characters reverse a line, hide text or make two names look alike. The app has the same rule: `app/lib/token/request.ts`.
pub fn is_visible(text: &str) -> bool {
    !text.chars().any(is_hidden)
}

/// Reports whether [`is_visible`] refuses the character.
pub(crate) fn is_hidden(c: char) -> bool {
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    let hidden = matches!(
        category,
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::PrivateUse
            | GeneralCategory::Surrogate
            | GeneralCategory::Unassigned
    );
    hidden && c != ZERO_WIDTH_JOINER
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_marks_and_emoji_are_visible_and_the_rest_is_not() {
        for text in [
            "Zé da Silva",
            "李小龙",
            "नमस्ते",
            "👩\u{200d}⚕️",
            "a b",
            "½ — “x”",
        ] {
            assert!(is_visible(text), "{text}");
        }
        // Controls, formats (bidirectional, zero width, tags, soft hyphen), private, unassigned.
        for c in [
            '\0',
            '\n',
            '\u{85}',
            '\u{202e}',
            '\u{200b}',
            '\u{feff}',
            '\u{ad}',
            '\u{2066}',
            '\u{e0041}',
            '\u{e000}',
            '\u{10fffd}',
            '\u{378}',
            '\u{fdd0}',
        ] {
            assert!(!is_visible(&format!("a{c}b")), "{c:?}");
        }
    }
}
