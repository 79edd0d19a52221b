//! Sets up the log on standard output.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

use crate::config::log_format::LogFormat;

/// Starts the log. `SIDELINK_LOG=debug` shows every probe.
pub fn start(format: LogFormat) {
    let filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::INFO.into())
        .with_env_var("SIDELINK_LOG")
        .from_env_lossy();
    let log = fmt().with_env_filter(filter).with_target(false).with_ansi(false);
    match format {
        // Docker writes the time of each line.
        LogFormat::Text => log.without_time().init(),
        LogFormat::Json => log.json().flatten_event(true).with_span_list(false).init(),
    }
}
