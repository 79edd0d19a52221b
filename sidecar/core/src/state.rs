//! The state of a service or a layer.

use crate::Diagnosis;

/// A state, with a diagnosis where it is not ok.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Not ready yet, without a fault.
    Waiting(Diagnosis),
    /// Works, as Sidelink observed.
    Ok,
    /// Works, but not for every visitor or client.
    Limited(Diagnosis),
    /// Should work but does not.
    Broken(Diagnosis),
}

impl State {
    /// Returns `waiting`, `ok`, `limited` or `broken`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Waiting(_) => "waiting",
            Self::Ok => "ok",
            Self::Limited(_) => "limited",
            Self::Broken(_) => "broken",
        }
    }

    /// Reports whether it works without a limit.
    pub fn is_ok(&self) -> bool {
        *self == Self::Ok
    }

    /// Reports whether it works, perhaps with a limit.
    pub fn works(&self) -> bool {
        matches!(self, Self::Ok | Self::Limited(_))
    }

    /// Returns the diagnosis where it is not ok.
    pub fn reason(&self) -> Option<&Diagnosis> {
        match self {
            Self::Ok => None,
            Self::Waiting(reason) | Self::Limited(reason) | Self::Broken(reason) => Some(reason),
        }
    }
}
