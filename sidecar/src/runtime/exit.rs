//! Exit codes, after sysexits(3), and how a failure is told: once, in words, on standard error.

use std::fmt::Display;
use std::process::ExitCode;

/// Why a command did not do what it was asked for.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    /// 64: what was asked for cannot be done as it was asked.
    pub fn misused(message: impl Into<String>) -> Self {
        Self {
            code: 64,
            message: message.into(),
        }
    }

    /// 69: a service that is needed does not answer, or there is no link yet.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self {
            code: 69,
            message: message.into(),
        }
    }

    /// 77: the service refuses; asking again changes nothing.
    pub fn denied(message: impl Into<String>) -> Self {
        Self {
            code: 77,
            message: message.into(),
        }
    }

    /// Asking again changes nothing.
    pub fn is_final(&self) -> bool {
        matches!(self.code, 64 | 77 | 78)
    }

    /// What is told.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// 1: what there is to say has been said, in words for a program.
    pub fn told() -> Self {
        Self {
            code: 1,
            message: String::new(),
        }
    }

    /// 75: not in the given time; trying again may help.
    pub fn too_late(message: impl Into<String>) -> Self {
        Self {
            code: 75,
            message: message.into(),
        }
    }

    /// 70: a fault of this program.
    pub fn internal(message: impl Into<String>) -> Self {
        Self {
            code: 70,
            message: message.into(),
        }
    }

    /// 128 and the signal's number, as shells have it: a second signal came before everything had ended.
    pub fn aborted(signal: i32) -> Self {
        Self {
            code: u8::try_from(128 + signal).unwrap_or(u8::MAX),
            message: "asked to stop again: ended at once".to_owned(),
        }
    }

    /// 78: something in the configuration has to be changed.
    pub fn config(error: impl Into<anyhow::Error>) -> Self {
        Self {
            code: 78,
            message: format!("{:#}", error.into()),
        }
    }

    /// Tells it and gives the exit code.
    pub fn report(self) -> ExitCode {
        if !self.message.is_empty() {
            eprintln!("sidelink: {}", self.message);
        }
        ExitCode::from(self.code)
    }
}

/// 70: nobody foresaw it.
impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self {
            code: 70,
            message: chain(&error),
        }
    }
}

/// 64 for a command line that cannot be understood; 0 for `--help` and `--version`.
pub fn usage(error: &clap::Error) -> ExitCode {
    // A closed pipe is nobody's business here.
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
