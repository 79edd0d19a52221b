//! What is taken out of LiveKit's session descriptions.

/// Returns the description without candidates: the address of the settings is the only one.
pub(crate) fn without_candidates(sdp: &str) -> String {
    let is_kept =
        |line: &&str| !line.starts_with("a=candidate:") && !line.starts_with("a=end-of-candidates");
    sdp.split_inclusive('\n').filter(is_kept).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_are_dropped_and_nothing_else() {
        let sdp = "v=0\r\na=candidate:1 1 udp 1 203.0.113.9 9 typ host\r\na=mid:0\r\na=end-of-candidates\r\n";
        assert_eq!(without_candidates(sdp), "v=0\r\na=mid:0\r\n");
    }
}
