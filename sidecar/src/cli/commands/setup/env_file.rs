//! Reads and replaces lines of `.env`. Every other byte stays.

/// Returns the value that Compose reads: of the last line of this key, without quotes and comment.
pub(super) fn get(text: &str, key: &str) -> Option<String> {
    let line = lines(text).rfind(|line| line.key == key)?;
    let value = line.text.split_once('=')?.1.trim();
    let quoted = ['"', '\'']
        .into_iter()
        .find(|quote| value.starts_with(*quote));
    Some(match quoted {
        Some(quote) => value[1..]
            .split(quote)
            .next()
            .unwrap_or_default()
            .to_owned(),
        None => value
            .split(" #")
            .next()
            .unwrap_or_default()
            .trim_end()
            .to_owned(),
    })
}

/// Replaces the line that Compose reads, or adds one at the end.
pub(super) fn set(text: &str, key: &str, value: &str) -> String {
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    if let Some(line) = lines(text).rfind(|line| line.key == key) {
        let after = &text[line.at + line.text.len()..];
        let own_end = &line.text[line.text.trim_end_matches(['\r', '\n']).len()..];
        return format!("{}{key}={value}{own_end}{after}", &text[..line.at]);
    }
    let gap = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        end
    };
    format!("{text}{gap}{key}={value}{end}")
}

/// A line with an assignment, and its line ending.
struct Assignment<'a> {
    at: usize,
    key: &'a str,
    text: &'a str,
}

/// Returns the lines with assignments. A line inside a quoted value is not one of them.
fn lines(text: &str) -> impl DoubleEndedIterator<Item = Assignment<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut open = None;
    for line in text.split_inclusive('\n') {
        match open {
            Some(quote) if closes(line, quote) => open = None,
            Some(_) => {}
            None => {
                if let Some((key, value)) = parse(line) {
                    found.push(Assignment {
                        at,
                        key,
                        text: line,
                    });
                    open = opens(value);
                }
            }
        }
        at += line.len();
    }
    found.into_iter()
}

fn parse(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once('=')?;
    let key = key.trim_start_matches('\u{feff}').trim();
    let key = key.strip_prefix("export ").unwrap_or(key).trim_start();
    let fits = |c: u8| c.is_ascii_alphanumeric() || c == b'_';
    (!key.is_empty() && key.bytes().all(fits)).then_some((key, value))
}

/// Returns the quote that this value leaves open at the end of its line.
fn opens(value: &str) -> Option<char> {
    let value = value.trim_start();
    let quote = value.chars().next().filter(|c| ['"', '\''].contains(c))?;
    (!closes(&value[1..], quote)).then_some(quote)
}

fn closes(text: &str, quote: char) -> bool {
    let mut escaped = false;
    text.chars().any(|c| {
        let ends = c == quote && !escaped;
        escaped = c == '\\' && !escaped && quote == '"';
        ends
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_line_is_added_and_the_rest_stays() {
        assert_eq!(set("", "A", "1"), "A=1\n");
        assert_eq!(set("B=2\n", "A", "1"), "B=2\nA=1\n");
        assert_eq!(
            set("B=2", "A", "1"),
            "B=2\nA=1\n",
            "a last line without a line ending"
        );
        assert_eq!(
            set("B=2\r\n", "A", "1"),
            "B=2\r\nA=1\r\n",
            "Windows' line endings"
        );
    }

    #[test]
    fn only_the_line_itself_is_replaced() {
        let before = "# A=0\n\n  X = ' spaces ' # kept\nA=old\nAB=3\n\tY\n";
        let after = "# A=0\n\n  X = ' spaces ' # kept\nA=new\nAB=3\n\tY\n";
        assert_eq!(set(before, "A", "new"), after);
        assert_eq!(
            set(after, "A", "new"),
            after,
            "a second time changes nothing"
        );
        assert_eq!(set("A=1\r\nB=2", "A", "3"), "A=3\r\nB=2");
        assert_eq!(set("A=1", "A", "3"), "A=3");
    }

    #[test]
    fn the_last_of_several_lines_is_used_as_in_compose() {
        assert_eq!(get("A=1\nA=2\n", "A").as_deref(), Some("2"));
        assert_eq!(set("A=1\nA=2\n", "A", "3"), "A=1\nA=3\n");
    }

    #[test]
    fn a_line_inside_a_quoted_value_is_not_an_assignment() {
        let text = "KEY=\"begin\nA=\\\"inside\\\"\nend\"\nB='x'\n";
        assert_eq!(get(text, "A"), None);
        assert_eq!(set(text, "A", "1"), format!("{text}A=1\n"));
    }

    #[test]
    fn a_value_is_read_as_compose_reads_it() {
        let text = "\u{feff}A=a:b # note\nexport B=\"c d\" # note\nC='e#f'\nD=\n";
        for (key, value) in [("A", "a:b"), ("B", "c d"), ("C", "e#f"), ("D", "")] {
            assert_eq!(get(text, key).as_deref(), Some(value), "{key}");
        }
        assert_eq!(get(text, "E"), None);
    }
}
