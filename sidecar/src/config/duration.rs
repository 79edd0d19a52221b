//! Durations as users write them: `90`, `90s`, `3m` or `1h`.

use std::time::Duration;

/// A text that is not a duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid duration {0:?}: expected e.g. 90s, 3m or 1h")]
pub struct InvalidDuration(String);

/// Reads `90`, `90s`, `3m` or `1h`.
pub fn parse(text: &str) -> Result<Duration, InvalidDuration> {
    let units = |digits, seconds| {
        number(digits)?
            .checked_mul(seconds)
            .map(Duration::from_secs)
    };
    let duration = match (text.strip_suffix('h'), text.strip_suffix('m')) {
        (Some(hours), _) => units(hours, 3600),
        (_, Some(minutes)) => units(minutes, 60),
        _ => seconds(text),
    };
    duration.ok_or_else(|| InvalidDuration(text.to_owned()))
}

/// Reads `90` or `90s`.
pub fn seconds(text: &str) -> Option<Duration> {
    let digits = text.strip_suffix('s').unwrap_or(text);
    number(digits).map(Duration::from_secs)
}

/// A sign or leading zeros are not accepted, which `parse` of the standard library takes.
fn number(digits: &str) -> Option<u64> {
    let is_plain = digits == "0" || !digits.starts_with(['0', '+']);
    digits.parse().ok().filter(|_| is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_has_a_unit_or_is_in_seconds() {
        assert_eq!(parse("90"), Ok(Duration::from_secs(90)));
        assert_eq!(parse("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(parse("3m"), Ok(Duration::from_secs(180)));
        assert_eq!(parse("1h"), Ok(Duration::from_secs(3600)));
        for bad in [
            "",
            "s",
            "soon",
            "-1s",
            "+1s",
            "05s",
            "1d",
            "1é",
            "99999999999999999999h",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert_eq!(seconds("25s"), seconds("25"));
        assert_eq!(seconds("1m"), None);
    }
}
