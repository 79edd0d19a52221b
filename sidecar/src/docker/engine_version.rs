//! Version of the Docker engine.

use std::fmt;

use bollard::models::SystemVersion;

/// First major version that protects ports published on 127.0.0.1 from hosts on the same network segment:
/// <https://docs.docker.com/engine/network/port-publishing/>
const FIRST_SAFE_VERSION: u32 = 28;

/// Version of the engine and of its API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineVersion {
    /// Engine version: `28.1.0`.
    pub engine: String,
    /// API version: `1.49`.
    pub api: String,
    /// Whether hosts on this network segment can reach ports published on 127.0.0.1.
    pub opens_loopback: bool,
}

impl EngineVersion {
    pub(super) fn of(version: &SystemVersion) -> Self {
        let or_unknown = |text: &Option<String>| text.clone().unwrap_or_else(|| "?".to_owned());
        let engine = or_unknown(&version.version);
        Self {
            opens_loopback: is_on_the_host(version)
                && major(&engine).is_some_and(|major| major < FIRST_SAFE_VERSION),
            api: or_unknown(&version.api_version),
            engine,
        }
    }
}

impl fmt::Display for EngineVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Docker {} (API {})", self.engine, self.api)
    }
}

fn major(version: &str) -> Option<u32> {
    version.split('.').next()?.parse().ok()
}

/// Returns whether the engine publishes ports by packet filters on the host. Docker Desktop and rootless Docker use a
/// program that listens on 127.0.0.1, and Podman is another engine.
fn is_on_the_host(version: &SystemVersion) -> bool {
    let platform = version.platform.as_ref();
    let desktop = platform.is_some_and(|platform| platform.name.contains("Docker Desktop"));
    let components = version.components.as_deref().unwrap_or_default();
    let has = |name: &str| components.iter().any(|component| component.name == name);
    !desktop && has("Engine") && !has("rootlesskit")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_engine_of_the_host_before_28_opens_loopback_ports_to_the_segment() {
        for (version, platform, components, expected) in [
            ("26.1.5+dfsg1", "", &["Engine"][..], true),
            (
                "27.5.1",
                "Docker Engine - Community",
                &["Engine", "runc"],
                true,
            ),
            ("28.0.0", "Docker Engine - Community", &["Engine"], false),
            ("29.1.2-rc.1", "", &["Engine"], false),
            ("27.4.0", "Docker Desktop 4.37.1", &["Engine"], false),
            ("27.5.1", "", &["Engine", "rootlesskit"], false),
            ("5.4.0", "linux/amd64/debian-12", &["Podman Engine"], false),
            ("dev", "", &["Engine"], false),
        ] {
            let component = |name: &&str| json!({"Name": name, "Version": "1"});
            let components: Vec<_> = components.iter().map(component).collect();
            let answer = json!({"Version": version, "ApiVersion": "1.45",
                "Platform": {"Name": platform}, "Components": components});
            let answer = serde_json::from_value(answer).expect("an answer");
            let found = EngineVersion::of(&answer);
            assert_eq!(found.opens_loopback, expected, "{version} {platform}");
            assert_eq!(found.to_string(), format!("Docker {version} (API 1.45)"));
        }
        assert!(!EngineVersion::of(&SystemVersion::default()).opens_loopback);
    }
}
