//! `sidelink link create|list|end`: the links to consultations, for a terminal.

mod create;
mod end;
mod list;

use clap::Subcommand;

use crate::runtime::exit::CommandFailure;

/// What to do with links.
#[derive(Clone, Debug, Subcommand)]
pub enum LinkCommand {
    /// Create a link to a new consultation and print it, once the public URL is verified
    Create(create::CreateOptions),
    /// List the links that can be opened now, newest first
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// End a link: it stops working, and its room is closed
    End {
        /// The link, or its token
        link: String,
    },
}

/// Runs one of the three.
pub async fn run(command: &LinkCommand) -> Result<(), CommandFailure> {
    match command {
        LinkCommand::Create(request) => create::run(request).await,
        LinkCommand::List { json } => list::run(*json).await,
        LinkCommand::End { link } => end::run(link).await,
    }
}
