//! The state of a service or a layer.

use crate::Diagnosis;

/// A state with, for everything that is not ok, a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// On its way; nothing is wrong yet.
    Waiting(Diagnosis),
    /// Works, as observed by us.
    Ok,
    /// Works, but not for everybody.
    Limited(Diagnosis),
    /// Was expected to work and does not.
    Broken(Diagnosis),
}

impl State {
    /// `waiting`, `ok`, `limited` or `broken`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Waiting(_) => "waiting",
            Self::Ok => "ok",
            Self::Limited(_) => "limited",
            Self::Broken(_) => "broken",
        }
    }

    /// Works for everybody.
    pub fn is_ok(&self) -> bool {
        *self == Self::Ok
    }

    /// Works, though perhaps with a warning.
    pub fn works(&self) -> bool {
        matches!(self, Self::Ok | Self::Limited(_))
    }

    /// Why it is not ok.
    pub fn reason(&self) -> Option<&Diagnosis> {
        match self {
            Self::Ok => None,
            Self::Waiting(reason) | Self::Limited(reason) | Self::Broken(reason) => Some(reason),
        }
    }
}
