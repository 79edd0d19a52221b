//! Sets up the log on standard output.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Directive;
use tracing_subscriber::fmt::format::{Format, Json, JsonFields};
use tracing_subscriber::fmt::{MakeWriter, SubscriberBuilder};
use tracing_subscriber::{EnvFilter, fmt};

use crate::config::log_format::LogFormat;

/// Starts the log. `SIDELINK_LOG=debug` shows every probe.
pub fn start(format: LogFormat) {
    let filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::INFO.into())
        .with_env_var("SIDELINK_LOG")
        .from_env_lossy()
        .add_directive(no_keys());
    match format {
        // Docker records the time of each line.
        LogFormat::Text => fmt()
            .with_env_filter(filter)
            .with_target(false)
            .with_ansi(false)
            .without_time()
            .init(),
        LogFormat::Json => json(std::io::stdout).with_env_filter(filter).init(),
    }
}

/// Keeps out what `stun_types` logs: the key of a TURN user at `trace`, and every message of a server that it cannot read.
fn no_keys() -> Directive {
    "stun_types=off".parse().expect("a directive")
}

/// One object for each event, with its fields beside `timestamp`, `level` and `message`, and its span below `span`.
fn json<W: for<'w> MakeWriter<'w> + 'static>(
    writer: W,
) -> SubscriberBuilder<JsonFields, Format<Json>, LevelFilter, W> {
    fmt()
        .with_writer(writer)
        .with_target(false)
        .json()
        .flatten_event(true)
        .with_span_list(false)
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::sync::Arc;

    use serde_json::Value;

    use super::*;

    #[test]
    fn no_level_logs_the_keys_of_turn_users() {
        let filter = EnvFilter::new("trace").add_directive(no_keys());
        let subscriber = json(std::io::sink).with_env_filter(filter).finish();
        tracing::subscriber::with_default(subscriber, || {
            assert!(tracing::enabled!(tracing::Level::TRACE));
            assert!(!tracing::enabled!(target: "stun_types::message", tracing::Level::ERROR));
        });
    }

    #[test]
    fn each_event_is_one_json_object_with_its_fields_and_its_span() {
        let path = std::env::temp_dir().join(format!("sidelink-log-{}", std::process::id()));
        let file = Arc::new(File::create(&path).expect("a file"));
        tracing::subscriber::with_default(json(file).finish(), || {
            let span = tracing::info_span!("restart", service = "livekit", code = "hung");
            span.in_scope(|| tracing::warn!(error = "x", "Docker refuses the action"));
            tracing::info!("waiting for Docker\n12 s");
        });
        let text = fs::read_to_string(&path).expect("reads");
        fs::remove_file(&path).expect("cleans up");
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert_eq!(lines[0]["level"], "WARN");
        assert_eq!(lines[0]["message"], "Docker refuses the action");
        assert_eq!(lines[0]["error"], "x");
        assert_eq!(lines[0]["span"]["name"], "restart");
        assert_eq!(lines[0]["span"]["code"], "hung");
        assert_eq!(lines[1]["message"], "waiting for Docker\n12 s");
        assert!(lines[1]["timestamp"].is_string());
    }
}
