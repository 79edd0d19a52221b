//! The program `sidelink`.

use std::process::ExitCode;

use clap::Parser;

use sidelink::cli::{self, Cli};
use sidelink::runtime::exit;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return exit::usage(&error),
    };
    match cli::run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
