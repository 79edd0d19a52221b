//! Times in RFC 3339.

/// Formats Unix milliseconds as `2026-11-21T05:50:00Z`.
pub fn rfc3339(unix_ms: u64) -> String {
    let ms = i64::try_from(unix_ms).unwrap_or(i64::MAX);
    jiff::Timestamp::from_millisecond(ms)
        .and_then(|at| {
            at.round(
                jiff::TimestampRound::new()
                    .smallest(jiff::Unit::Second)
                    .mode(jiff::RoundMode::Trunc),
            )
        })
        .unwrap_or(jiff::Timestamp::MAX)
        .to_string()
}
