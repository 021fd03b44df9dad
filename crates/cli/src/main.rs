//! `grantor`: one binary for the server, its demo, and a developer's own client.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod admin;
mod admin_token;
mod at_stores;
mod backup;
mod client;
mod client_code;
mod client_secret;
mod demo;
mod developer;
mod doctor;
mod keys;
mod link;
mod log;
mod login;
mod provision;
mod sample;
mod say;
mod serve;
mod token;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// An OAuth 2.0 authorization server for products of many data centers and many organizations.
#[derive(Debug, Parser)]
#[command(name = "grantor", version, about, after_help = "Exit codes: 0 done, 1 refused or failed, 2 wrong usage.")]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Serve),
    Demo(demo::Demo),
    Provision(provision::Provision),
    Check(provision::Check),
    Client(client::Client),
    Admin(admin::Admin),
    AdminToken(admin_token::Tokens),
    Doctor(doctor::Doctor),
    Keys(keys::Keys),
    Backup(backup::Backup),
    Restore(backup::Restore),
    Verify(backup::Verify),
    Link(link::Link),
    Login(login::Login),
    Token(token::Token),
    Sample(sample::Sample),
}

impl Command {
    async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Serve(serve) => serve.run().await,
            Self::Demo(demo) => demo.run().await,
            Self::Provision(provision) => provision.run().await,
            Self::Check(check) => check.run(),
            Self::Client(client) => client.run().await,
            Self::Admin(admin) => admin.run().await,
            Self::AdminToken(tokens) => tokens.run().await,
            Self::Doctor(doctor) => doctor.run().await,
            Self::Keys(keys) => keys.run().await,
            Self::Backup(backup) => backup.run().await,
            Self::Restore(restore) => restore.run().await,
            Self::Verify(verify) => verify.run().await,
            Self::Link(link) => link.run(),
            Self::Login(login) => login.run().await,
            Self::Token(token) => token.run().await,
            Self::Sample(sample) => sample.run().await,
        }
    }
}

fn main() -> ExitCode {
    let command = CommandLine::parse().command;
    let outcome =
        tokio::runtime::Runtime::new().map_err(Into::into).and_then(|runtime| runtime.block_on(command.run()));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The reason is one line, whatever a library put into it.
            say::aside(format_args!("grantor: {}", format!("{error:#}").replace(['\n', '\r'], " ")));
            ExitCode::FAILURE
        }
    }
}
