//! How the log is written.

/// `SIDELINK_LOG_FORMAT`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// One line of text for each event, and a banner with a QR code for each new public URL.
    #[default]
    Text,
    /// One JSON object for each line.
    Json,
}
