//! Renders the status documents from a snapshot.

use sidelink_diagnostics::waiting;
use sidelink_diagnostics::{Explain, Message};
use std::sync::Arc;

use super::document::{
    ActivityView, Awaiting, HealingView, LayerView, PhoneView, PublicLayerView, PublicStatusView,
    ServiceStatus, StartupView, StatusView, TunnelName, TunnelStatus,
};
use crate::runtime::clock::rfc3339;
use sidelink_core::Diagnosis;
use sidelink_core::{
    ActivityRecord, Healing, Layer, PhoneReport, ServiceView, Snapshot, State, TunnelKind,
    TunnelView,
};
use sidelink_diagnostics::DiagnosisView;
use sidelink_diagnostics::Lang;

/// Returns the public status. `now`: Unix milliseconds.
pub(super) fn public(snapshot: &Snapshot, now: u64) -> PublicStatusView {
    let layer = |layer: &Layer| PublicLayerView {
        layer: layer.kind.as_str().to_owned(),
        state: layer.state.as_str().to_owned(),
        since: rfc3339(layer.since),
    };
    let awaited = snapshot.headline().map(Layer::without_services);
    PublicStatusView {
        sequence: snapshot.sequence,
        phase: snapshot.phase.as_str().to_owned(),
        since: rfc3339(snapshot.phase_since),
        verified_at: snapshot.verified_at.map(rfc3339),
        verification_age: snapshot.verified_at.map(|at| seconds_since(at, now)),
        awaiting: awaited.map(|layer| awaiting(&layer, snapshot.tunnel_kind(), now)),
        layers: snapshot.layers.iter().map(layer).collect(),
        stand_in: snapshot.stand_in,
        mode: snapshot.mode.as_str().to_owned(),
        suspended: snapshot.suspended,
    }
}

/// Returns what the service `gate` reads.
pub(super) fn startup(snapshot: &Snapshot) -> StartupView {
    StartupView {
        sequence: snapshot.sequence,
        blocked_by: snapshot.blocked_by.clone(),
        exhausted: exhausted(snapshot),
    }
}

/// Returns the status with public URL, addresses and reasons. `now`: Unix milliseconds.
pub(super) fn full(snapshot: &Snapshot, now: u64) -> StatusView {
    StatusView {
        sequence: snapshot.sequence,
        phase: snapshot.phase.as_str().to_owned(),
        since: rfc3339(snapshot.phase_since),
        public_url: snapshot
            .public_host
            .as_ref()
            .map(|host| format!("https://{host}")),
        verified_at: snapshot.verified_at.map(rfc3339),
        verification_age: snapshot.verified_at.map(|at| seconds_since(at, now)),
        awaiting: snapshot
            .headline()
            .map(|layer| awaiting(layer, snapshot.tunnel_kind(), now)),
        blocked_by: snapshot.blocked_by.clone(),
        exhausted: exhausted(snapshot),
        layers: snapshot
            .layers
            .iter()
            .map(|layer| layer_view(layer, snapshot.service_of(layer)))
            .collect(),
        services: snapshot.services.iter().map(service_view).collect(),
        config_error: snapshot.template_error.clone(),
        stand_in: snapshot.stand_in,
        mode: snapshot.mode.as_str().to_owned(),
        suspended: snapshot.suspended,
        announcement: snapshot.announcement.as_ref().map(Diagnosis::view),
        notices: Some(notices(snapshot, now)),
        tunnel: tunnel(snapshot),
        phone: Some(snapshot.phone.map(phone)),
        activity: Some(snapshot.activity.records().rev().map(entry).collect()),
    }
}

fn exhausted(snapshot: &Snapshot) -> Vec<String> {
    let over = |name: &&String| {
        let service = snapshot
            .services
            .iter()
            .find(|service| service.name == **name);
        service.is_some_and(|service| {
            let permanent = service.state.reason().is_some_and(Diagnosis::is_permanent);
            permanent || service.healing.is_some_and(|healing| healing.exhausted)
        })
    };
    snapshot.blocked_by.iter().filter(over).cloned().collect()
}

/// Returns the notices. The spent quota is one while the public URL works, because no layer shows it then.
fn notices(snapshot: &Snapshot, now: u64) -> Vec<DiagnosisView> {
    let until = snapshot.quota_spent(now);
    let spent = until.filter(|_| snapshot.usable_host().is_some());
    let spent = spent.map(|until| Diagnosis::QuotaSpent { until, last: None });
    let met = snapshot.notices.iter();
    spent.iter().chain(met).map(Diagnosis::view).collect()
}

/// Requests, streams and WebSockets that a quick tunnel carries at once.
const QUICK_LIMIT: u32 = 200;

fn tunnel(snapshot: &Snapshot) -> Option<TunnelStatus> {
    let current =
        |service: &&ServiceView| service.tunnel.as_ref().is_some_and(|tunnel| tunnel.current);
    let service = snapshot.services.iter().find(current)?;
    let tunnel = service.tunnel.as_ref()?;
    Some(TunnelStatus {
        service: service.name.clone(),
        kind: tunnel.kind.as_str().to_owned(),
        lasting: tunnel.kind.is_stable(),
        in_flight: tunnel.in_flight,
        limit: (tunnel.kind == TunnelKind::Quick).then_some(QUICK_LIMIT),
    })
}

fn phone(report: PhoneReport) -> PhoneView {
    PhoneView {
        grade: report.grade.as_str().to_owned(),
        at: rfc3339(report.at),
        device: report.device.as_str().to_owned(),
    }
}

fn entry(entry: &Arc<ActivityRecord>) -> ActivityView {
    ActivityView {
        at: rfc3339(entry.at),
        kind: entry.event.kind().to_owned(),
        subject: entry.event.subject().to_owned(),
        state: entry.event.state().map(str::to_owned),
        message: entry.event.message(Lang::En),
        message_pt: entry.event.message(Lang::Pt),
    }
}

fn awaiting(layer: &Layer, tunnel: Option<TunnelKind>, now: u64) -> Awaiting {
    let seconds = seconds_since(layer.since, now);
    Awaiting {
        layer: layer.kind.as_str().to_owned(),
        since: rfc3339(layer.since),
        seconds,
        message: waiting(layer, tunnel, seconds, Lang::En),
        message_pt: waiting(layer, tunnel, seconds, Lang::Pt),
    }
}

fn seconds_since(at: u64, now: u64) -> u64 {
    now.saturating_sub(at) / 1000
}

fn layer_view(layer: &Layer, service: &str) -> LayerView {
    LayerView {
        layer: layer.kind.as_str().to_owned(),
        state: layer.state.as_str().to_owned(),
        since: rfc3339(layer.since),
        waits_for: layer.waits_for.clone(),
        observed: layer.observed.clone(),
        reason: reason(&layer.state, service),
    }
}

fn service_view(service: &ServiceView) -> ServiceStatus {
    ServiceStatus {
        name: service.name.clone(),
        state: service.state.as_str().to_owned(),
        since: rfc3339(service.since),
        required: service.required,
        role: service.role.as_str().to_owned(),
        restarts: service.restarts,
        healing: service.healing.map(healing),
        tunnel: service.tunnel.as_ref().map(tunnel_name),
        reason: reason(&service.state, &service.name),
    }
}

fn healing(healing: Healing) -> HealingView {
    HealingView {
        actions: healing.actions,
        exhausted: healing.exhausted,
        next_at: healing.next_at.map(rfc3339),
    }
}

fn tunnel_name(tunnel: &TunnelView) -> TunnelName {
    TunnelName {
        kind: tunnel.kind.as_str().to_owned(),
        hostname: tunnel.hostname.clone(),
        current: tunnel.current,
    }
}

fn reason(state: &State, service: &str) -> Option<DiagnosisView> {
    state.reason().map(|reason| reason.view_for(service))
}
