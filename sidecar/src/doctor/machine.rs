//! Checks of this machine: settings, secrets, the configuration file, Docker. They show no paths and no values of the
//! environment, because others read a report.

use futures_util::FutureExt;

use super::{Check, LocalizedText, together, within};
use crate::config::secrets::{self, file};
use crate::config::settings::{ConfigErrors, Settings};
use crate::docker::{self, EngineVersion, Unwatched};
use crate::runtime_config::template;

const GROUP: &str = "machine";

/// The secrets that `init` generates for the sidecar.
const SECRETS: &[&str] = &[
    file::INSTANCE,
    file::CONTROL_TOKEN,
    file::APP_TOKEN,
    file::LIVEKIT_KEY,
    file::LIVEKIT_SECRET,
    file::REDIS_PASSWORD,
    file::ICECAST_ADMIN,
];

/// Runs the checks inside the running service, whose settings are valid. Docker has its own layer.
pub(super) async fn running(settings: &Settings) -> Vec<Check> {
    let checks = together(vec![
        secrets(settings).boxed(),
        configuration(settings).boxed(),
        docker_of_a_running_stack(settings).boxed(),
    ]);
    let (checks, labels) = tokio::join!(checks, labels(settings));
    [checks, labels].concat()
}

/// Runs the checks while the stack is down.
pub(super) async fn alone(settings: &Settings, errors: Option<&ConfigErrors>) -> Vec<Check> {
    let mut checks = vec![stack(), valid(errors)];
    let more = together(vec![
        secrets(settings).boxed(),
        configuration(settings).boxed(),
        docker(settings).boxed(),
    ]);
    let (more, labels) = tokio::join!(more, labels(settings));
    checks.extend([more, labels].concat());
    checks
}

fn stack() -> Check {
    let observed = LocalizedText::new("the sidecar does not answer", "o sidecar não responde");
    Check::failed(
        GROUP,
        "sidecar",
        observed,
        LocalizedText::same("docker compose up -d"),
    )
}

fn valid(errors: Option<&ConfigErrors>) -> Check {
    match errors {
        None => Check::ok(GROUP, "settings", LocalizedText::new("valid", "válidas")),
        Some(errors) => {
            let next = LocalizedText::new(
                "correct them in .env or compose.yaml, then docker compose up -d",
                "corrija no .env ou no compose.yaml e depois docker compose up -d",
            );
            Check::failed(
                GROUP,
                "settings",
                LocalizedText::same(errors.to_string()),
                next,
            )
        }
    }
}

async fn secrets(settings: &Settings) -> Check {
    let missing: Vec<_> = SECRETS
        .iter()
        .filter(|name| secrets::read(&settings.secrets, name).map_or(true, |text| text.is_empty()))
        .copied()
        .collect();
    if missing.is_empty() {
        let n = SECRETS.len();
        let observed =
            LocalizedText::new(format!("all {n} exist"), format!("todos os {n} existem"));
        return Check::ok(GROUP, "secrets", observed);
    }
    let names = missing.join(", ");
    let observed = LocalizedText::new(
        format!("cannot be read: {names}"),
        format!("não podem ser lidos: {names}"),
    );
    let next = LocalizedText::new(
        "docker compose up -d generates them; if not, see docker compose logs init",
        "docker compose up -d os gera; se não gerar, veja docker compose logs init",
    );
    Check::failed(GROUP, "secrets", observed, next)
}

async fn configuration(settings: &Settings) -> Check {
    const NAME: &str = "configuration";
    let read = async {
        let text = tokio::fs::read_to_string(&settings.config_file)
            .await
            .map_err(|error| error.kind().to_string())?;
        template::parse(&text)
    };
    match within(read).await {
        Ok(_) => Check::ok(
            GROUP,
            NAME,
            LocalizedText::new(
                "config/sidelink.yaml is valid",
                "config/sidelink.yaml é válido",
            ),
        ),
        Err(error) => {
            let observed = LocalizedText::same(format!("config/sidelink.yaml: {error}"));
            let next = LocalizedText::new(
                "correct config/sidelink.yaml; changes apply at once",
                "corrija config/sidelink.yaml; as mudanças valem na hora",
            );
            Check::failed(GROUP, NAME, observed, next)
        }
    }
}

const DOCKER: &str = "docker";

async fn docker(settings: &Settings) -> Check {
    match engine(settings).await {
        Ok(version) => of_engine(&version),
        Err(error) => Check::failed(
            GROUP,
            DOCKER,
            LocalizedText::new(
                format!("Docker does not answer through docker-proxy ({error}): the stack is down"),
                format!("o Docker não responde pelo docker-proxy ({error}): o sistema está parado"),
            ),
            LocalizedText::same("docker compose up -d"),
        ),
    }
}

/// Skips the check where Docker does not answer, because its layer reports that.
async fn docker_of_a_running_stack(settings: &Settings) -> Check {
    match engine(settings).await {
        Ok(version) => of_engine(&version),
        Err(error) => Check::skipped(
            GROUP,
            DOCKER,
            LocalizedText::new(
                format!("its version is not known ({error})"),
                format!("versão desconhecida ({error})"),
            ),
        ),
    }
}

async fn engine(settings: &Settings) -> Result<EngineVersion, String> {
    let api = docker::Api::of(settings);
    let version = async {
        let version = api.version().await;
        version.map_err(|error| error.root_cause().to_string())
    };
    within(version).await
}

/// Returns a warning for each service whose role is misspelt. Another check reports that Docker does not answer.
async fn labels(settings: &Settings) -> Vec<Check> {
    let api = docker::Api::of(settings);
    let unwatched = async { api.unwatched().await.map_err(|error| error.to_string()) };
    let unwatched = within(unwatched).await.unwrap_or_default();
    unwatched.iter().map(of_unwatched).collect()
}

fn of_unwatched(Unwatched { service, labels }: &Unwatched) -> Check {
    let labels = labels.join(", ");
    let observed = LocalizedText::new(
        format!("is not watched: it has {labels}, but no label sidelink.role"),
        format!("não é acompanhado: ele tem {labels}, mas nenhum rótulo sidelink.role"),
    );
    let next = LocalizedText::new(
        format!(
            "give {service} the label sidelink.role in its Compose file, then docker compose up -d {service}"
        ),
        format!(
            "dê a {service} o rótulo sidelink.role no arquivo do Compose e depois docker compose up -d {service}"
        ),
    );
    Check::warning(GROUP, service, observed, next)
}

fn of_engine(version: &EngineVersion) -> Check {
    if !version.opens_loopback {
        return Check::ok(GROUP, DOCKER, LocalizedText::same(version.to_string()));
    }
    let observed = LocalizedText::new(
        format!(
            "{version}: before Engine 28, machines on the same network segment can reach ports published on 127.0.0.1"
        ),
        format!(
            "{version}: antes do Engine 28, máquinas no mesmo segmento de rede alcançam as portas publicadas em 127.0.0.1"
        ),
    );
    let next = LocalizedText::new(
        "upgrade Docker to Engine 28 or later: https://docs.docker.com/engine/install/",
        "atualize o Docker para o Engine 28 ou mais novo: https://docs.docker.com/engine/install/",
    );
    Check::warning(GROUP, DOCKER, observed, next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::CheckOutcome;

    #[test]
    fn a_misspelt_role_is_a_warning() {
        let (service, labels) = ("web".to_owned(), vec!["sidelink.rolle".to_owned()]);
        let check = of_unwatched(&Unwatched { service, labels });
        assert_eq!(
            (check.name.as_str(), check.outcome),
            ("web", CheckOutcome::Warning)
        );
        assert!(
            check.observed.contains("sidelink.rolle"),
            "{}",
            check.observed
        );
        assert!(check.next.expect("a step").contains("up -d web"));
    }

    #[test]
    fn an_engine_whose_loopback_ports_are_reachable_is_a_warning() {
        let outcome = |opens_loopback| {
            let (engine, api) = ("27.5.1".to_owned(), "1.47".to_owned());
            let version = EngineVersion {
                engine,
                api,
                opens_loopback,
            };
            of_engine(&version).outcome
        };
        assert_eq!(outcome(true), CheckOutcome::Warning);
        assert_eq!(outcome(false), CheckOutcome::Ok);
    }
}
