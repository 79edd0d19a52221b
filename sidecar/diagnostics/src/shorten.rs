//! Text of other programs, made safe for a terminal, a log and a page.

use crate::visible::is_hidden;

/// Returns at most `limit` bytes of the first line of `text`, without invisible characters and with white space merged.
///
/// Invisible characters can move a terminal's cursor or reverse the text. A long text is not read to its end.
pub fn shorten(text: &str, limit: usize) -> String {
    let mut out = String::new();
    let mut space = false;
    for c in text.trim_start().chars() {
        if matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}') {
            break;
        }
        if c.is_whitespace() {
            space = true;
        } else if !is_hidden(c) {
            let needed = c.len_utf8() + usize::from(space && !out.is_empty());
            if out.len() + needed > limit {
                out.push('…');
                break;
            }
            if std::mem::take(&mut space) && !out.is_empty() {
                out.push(' ');
            }
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::shorten;

    #[test]
    fn shortens_at_a_character_boundary() {
        assert_eq!(shorten("  all good \nsecond line", 80), "all good");
        assert_eq!(shorten("all good\r\nsecond line", 80), "all good");
        assert_eq!(shorten("ação", 2), "a…");
        assert_eq!(shorten("ação", 6), "ação");
        assert_eq!(shorten("a b", 1), "a…");
        assert_eq!(shorten("", 10), "");
    }

    #[test]
    fn white_space_is_one_space() {
        let page = format!("Sidelink{}Side\tby\u{a0}side", " ".repeat(48));
        assert_eq!(shorten(&page, 80), "Sidelink Side by side");
    }

    #[test]
    fn no_character_moves_the_cursor_or_reverses_the_text() {
        let colours = "\u{1b}[31mred\u{1b}]0;title\u{7} \u{9b}2J\u{0}done";
        assert_eq!(shorten(colours, 80), "[31mred]0;title 2Jdone");
        assert_eq!(
            shorten("a\u{202e}gpj.exe\u{2066}b\u{200b}c", 80),
            "agpj.exebc"
        );
        assert_eq!(shorten("\u{8}\u{8}x\u{7f}", 80), "x");
        // As names, `visible.rs` has the rule for both.
        assert_eq!(shorten("a\u{e000}\u{10fffd}\u{378}b", 80), "ab");
        assert_eq!(shorten("👩\u{200d}⚕️", 80), "👩\u{200d}⚕️");
    }

    #[expect(clippy::disallowed_methods, reason = "a test of how long it takes")]
    #[test]
    fn a_long_text_is_not_read_to_its_end() {
        let endless = "x".repeat(64 << 20);
        let began = std::time::Instant::now();
        assert_eq!(shorten(&endless, 3), "xxx…");
        assert!(began.elapsed() < std::time::Duration::from_millis(50));
    }
}
