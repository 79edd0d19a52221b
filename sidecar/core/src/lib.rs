//! The pure core of Sidelink's sidecar: the state of a Compose stack, and what follows from it.
//!
//! An [`Event`] and the time go into the [`Model`]; [`Effect`]s and a [`Snapshot`] come out. The crate has no socket,
//! no clock, no log, no async code and no text for people, so tests run hours of behaviour in microseconds.

mod activity;
pub mod backoff;
mod container;
pub mod diagnosis;
mod event;
mod layer;
mod media_reports;
mod media_traffic;
mod model;
mod page;
mod public_url;
mod role;
mod snapshot;
mod state;
pub mod template;
mod turn;
mod verification;
pub mod visitor_address;

pub use activity::{Activity, ActivityEvent, ActivityRecord};
pub use container::{
    Address, Condition, Container, Dependency, Health, LabelError, LanAddress, Run, is_hostname,
};
pub use diagnosis::{AppFault, Class, Diagnosis, Loopback, PublicUrlFault, Redirect};
pub use event::{Effect, Event, Finding, Job, Now, ProbeResult, Target};
pub use layer::{Layer, LayerKind};
pub use media_reports::{DeviceClass, MediaGrade, PhoneReport};
pub use media_traffic::MonthlyTraffic;
pub use model::{Mode, Model, Notice};
pub use page::{GatewayRoute, Page, Patience};
pub use public_url::{DailyQuota, QUICK_TUNNEL_SUFFIX};
pub use role::{Role, TunnelKind};
pub use snapshot::{Healing, Phase, ServiceView, Snapshot, TunnelView};
pub use state::State;
pub use template::Template;
pub use turn::{TurnFault, TurnTrial};
pub use verification::{Attempt, Stage, Verification, VerificationJob};
