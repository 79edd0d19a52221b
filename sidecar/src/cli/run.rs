//! Runs a command to its end.
//!
//! It is in the library because an async function is compiled where it is polled: in `main.rs`, everything that the
//! commands reach would be compiled a second time.

use super::{Command, commands};
use crate::runtime::exit::CommandFailure;
use crate::runtime::serve;
use crate::{docker_proxy, init};

/// Runs a command on a new runtime.
///
/// # Errors
///
/// Returns the command's failure, or that the runtime cannot be made.
pub fn run(command: Command) -> Result<(), CommandFailure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let done = runtime.block_on(perform(command));
    // A resolver that does not answer holds its thread for half a minute; the program does not wait for it.
    runtime.shutdown_background();
    done
}

async fn perform(command: Command) -> Result<(), CommandFailure> {
    match command {
        Command::Serve => serve::serve().await,
        Command::Init {
            secrets,
            templates,
            host_ip,
            given,
            owned,
            lan_address,
            ngrok_domain,
            renew_password,
            surroundings,
        } => {
            let folders = init::Folders {
                secrets,
                templates,
                given,
                owned,
                lan_address,
            };
            let options = init::InitOptions {
                host_ip,
                ngrok_domain,
                renew_password,
            };
            init::run(&folders, &options, &surroundings).map_err(CommandFailure::config)
        }
        Command::Wait { local, timeout } => commands::wait::run(local, timeout).await,
        Command::Url { qr, json } => commands::url::run(qr, json).await,
        Command::Link { command } => commands::link::run(&command).await,
        Command::Status { json } => commands::status::run(json).await,
        Command::Setup(options) => commands::setup::run(options),
        Command::LookUp { domain } => commands::setup::look_up(&domain).await,
        Command::Doctor { json, bundle } => commands::doctor::run(json, bundle.as_deref()).await,
        Command::Dashboard { json } => commands::dashboard::run(json).await,
        Command::ControlToken { app } => commands::control_token::run(app),
        Command::Password => commands::password::run(),
        Command::LivekitToken {
            room,
            identity,
            name,
        } => commands::livekit_token::run(&room, &identity, name.as_deref()),
        Command::Relay {
            to,
            network,
            port,
            check,
        } => commands::relay::run(&to, &network, port, check).await,
        Command::WatchHost { what, port, check } => {
            commands::watch_host::run(what, port, check).await
        }
        Command::HostIp {
            host_ip,
            folder,
            check,
        } => commands::host_ip::run(&host_ip, folder, check).await,
        Command::DockerProxy {
            listen,
            docker,
            project,
            check,
        } => {
            commands::docker_proxy::run(docker_proxy::Paths { listen, docker }, project, check)
                .await
        }
        Command::Bridge(options) => commands::bridge::run(options).await,
        Command::Publisher(options) => commands::publisher::run(options).await,
        Command::Healthcheck => commands::healthcheck::run().await,
    }
}
