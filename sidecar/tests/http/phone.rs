//! How far video reached, as pages in calls reported.

use reqwest::Method;
use sidelink_core::{DeviceClass, MediaGrade, PhoneReport};

use super::harness::{Sidecar, json_of};

#[tokio::test]
async fn a_phones_report_is_shown_on_the_control_port_only() {
    let sidecar = Sidecar::starts().await;
    let phone = async || json_of(sidecar.asks(Method::GET, "/status")).await["phone"].clone();
    assert_eq!(phone().await, serde_json::Value::Null);
    sidecar.publishes(|snapshot| {
        snapshot.media = MediaGrade::Lan;
        snapshot.phone = Some(PhoneReport {
            grade: MediaGrade::Lan,
            at: 1_795_240_200_000,
            device: DeviceClass::Phone,
        });
    });
    let expected =
        serde_json::json!({ "grade": "lan", "at": "2026-11-21T05:50:00Z", "device": "phone" });
    assert_eq!(phone().await, expected);
    let public = json_of(sidecar.get("/status")).await;
    assert_eq!(public.get("phone"), None);
    let config = json_of(sidecar.get("/runtime-config")).await;
    assert_eq!(config["media"]["grade"], "lan");
}
