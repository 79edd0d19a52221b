//! The program `sidelink`.

use std::process::ExitCode;

use clap::Parser;

use sidelink::cli::commands;
use sidelink::cli::{Cli, Command};
use sidelink::runtime::exit::CommandFailure;
use sidelink::runtime::{exit, serve};
use sidelink::{docker_proxy, init};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return exit::usage(&error),
    };
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return CommandFailure::from(error).report(),
    };
    let done = runtime.block_on(run(cli.command));
    // A resolver that does not answer holds its thread for half a minute.
    runtime.shutdown_background();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

async fn run(command: Command) -> Result<(), CommandFailure> {
    match command {
        Command::Serve => serve::serve().await,
        Command::Init {
            secrets,
            templates,
            host_ip,
            given,
            owned,
            ngrok_domain,
            renew_password,
            surroundings,
        } => {
            let folders = init::Folders {
                secrets,
                templates,
                given,
                owned,
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
        Command::HostIp { host_ip, check } => commands::host_ip::run(host_ip, check).await,
        Command::DockerProxy {
            listen,
            docker,
            project,
            check,
        } => {
            commands::docker_proxy::run(docker_proxy::Paths { listen, docker }, project, check)
                .await
        }
        Command::Healthcheck => commands::healthcheck::run().await,
    }
}
