//! Exit codes, after sysexits(3), and the message of a failure on standard error.

use std::fmt::Display;
use std::process::ExitCode;

/// Why a command failed.
#[derive(Debug)]
pub struct CommandFailure {
    code: u8,
    message: String,
}

impl CommandFailure {
    /// Creates a failure with exit code 64: the command line cannot be carried out as it stands.
    pub fn misused(message: impl Into<String>) -> Self {
        Self::new(64, message)
    }

    /// Creates a failure with exit code 69: a service does not answer, or no public URL is verified yet.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(69, message)
    }

    /// Creates a failure with exit code 70: a fault of this program.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(70, message)
    }

    /// Creates a failure with exit code 75: not in the given time; another attempt may help.
    pub fn too_late(message: impl Into<String>) -> Self {
        Self::new(75, message)
    }

    /// Creates a failure with exit code 77: the service refuses, and another attempt changes nothing.
    pub fn denied(message: impl Into<String>) -> Self {
        Self::new(77, message)
    }

    /// Creates a failure with exit code 78: the configuration has to be changed.
    pub fn config(error: impl Into<anyhow::Error>) -> Self {
        Self::new(78, format!("{:#}", error.into()))
    }

    /// Creates a failure with exit code 1 and without a message: standard output has it already.
    pub fn silent() -> Self {
        Self::new(1, "")
    }

    /// Creates a failure for a second signal, which came before everything had ended: 128 and the signal's number.
    pub fn aborted(signal: i32) -> Self {
        let code = u8::try_from(128 + signal).unwrap_or(u8::MAX);
        Self::new(
            code,
            "second signal: stopped without waiting for open requests",
        )
    }

    fn new(code: u8, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { code, message }
    }

    /// Reports whether another attempt changes nothing.
    pub fn is_final(&self) -> bool {
        matches!(self.code, 64 | 77 | 78)
    }

    /// Returns the message.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Prints the message and returns the exit code.
    pub fn report(self) -> ExitCode {
        if !self.message.is_empty() {
            eprintln!("sidelink: {}", self.message);
        }
        ExitCode::from(self.code)
    }
}

/// Exit code 70, for an error that has no other code.
impl<E: std::error::Error> From<E> for CommandFailure {
    fn from(error: E) -> Self {
        Self::internal(chain(&error))
    }
}

/// Prints clap's message. Returns 64 for a wrong command line, and 0 for `--help` and `--version`.
pub fn usage(error: &clap::Error) -> ExitCode {
    // A closed pipe changes nothing.
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { 64 } else { 0 })
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        push_cause(&mut text, cause);
        source = cause.source();
    }
    text
}

fn push_cause(text: &mut String, cause: impl Display) {
    text.push_str(": ");
    text.push_str(&cause.to_string());
}
