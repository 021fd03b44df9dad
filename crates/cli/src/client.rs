//! `grantor client`: registers an application from the command line (`add`); its secrets and codes have rooms of their
//! own.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use grantor_server::provision::{self, ClientEntry, ProvisionFile};

use crate::{client_code::Code, client_secret::Secrets, serve};

/// Register applications, replace their secrets, make codes for self clients
#[derive(Debug, Args)]
pub struct Client {
    #[command(subcommand)]
    command: ClientCommand,
}

#[derive(Debug, Subcommand)]
enum ClientCommand {
    Add(Add),
    Secret(Secrets),
    Code(Code),
}

/// Register an application and print its id and secret, once, as KEY=VALUE lines.
#[derive(Debug, Args)]
struct Add {
    /// Its name, as people read it on the consent page
    #[arg(long)]
    name: String,
    /// What it is: on a server, JavaScript in a browser, mobile or desktop, a device without a browser, or its owner's own
    #[arg(long = "type", value_name = "TYPE", default_value = "server",
          value_parser = ["server", "browser", "mobile", "device", "self"])]
    client_type: String,
    /// Where answers may go, character for character; may be given several times; server, browser and mobile
    /// clients need one
    #[arg(long = "redirect-uri", value_name = "URI")]
    redirect_uris: Vec<String>,
    /// An origin (scheme, host and port) its pages live at; of browser clients; may be given several times
    #[arg(long = "javascript-domain", value_name = "ORIGIN")]
    javascript_domains: Vec<String>,
    /// A grant it may use, by its RFC name (implicit, say); may be given several times; those given are all it may use;
    /// default: what its type allows, without implicit
    #[arg(long = "grant-type", value_name = "GRANT")]
    grant_types: Vec<String>,
    /// Its publisher's page
    #[arg(long, value_name = "URL", default_value = "", hide_default_value = true)]
    homepage_url: String,
    /// The e-mail address of the user who owns it
    #[arg(long, value_name = "EMAIL", default_value = "", hide_default_value = true)]
    owner: String,
    /// A data center whose users may use it; may be given several times; default: the owner's
    #[arg(long = "data-center", value_name = "LOCATION")]
    data_centers: Vec<String>,
    /// One secret per data center instead of one for all
    #[arg(long)]
    secret_per_data_center: bool,
    /// A scope it may ask for; may be given several times; default: all of the catalog
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// The config file that names the stores
    #[arg(long, value_name = "FILE", env = "GRANTOR_CONFIG")]
    config: Option<PathBuf>,
}

impl Client {
    /// Does what was asked.
    pub async fn run(self) -> anyhow::Result<()> {
        match self.command {
            ClientCommand::Add(add) => add.run().await,
            ClientCommand::Secret(secrets) => secrets.run().await,
            ClientCommand::Code(code) => code.run().await,
        }
    }
}

impl Add {
    async fn run(self) -> anyhow::Result<()> {
        let add = self;
        let config = serve::config(add.config.as_deref())?;
        let entry = ClientEntry {
            client_type: add.client_type,
            name: add.name,
            homepage_url: add.homepage_url,
            redirect_uris: add.redirect_uris,
            javascript_domains: add.javascript_domains,
            grant_types: add.grant_types,
            owner: add.owner,
            data_centers: add.data_centers,
            same_secret: Some(!add.secret_per_data_center),
            scopes: add.scopes,
            ..ClientEntry::default()
        };
        let file = ProvisionFile { clients: vec![entry], ..ProvisionFile::default() };
        provision::check(&file, &config)?;
        let made = tokio::task::spawn_blocking(move || {
            crate::provision::apply(config, &file, false, |line| crate::say::aside(line))
        })
        .await??;
        anyhow::ensure!(
            !made.is_empty(),
            "an application of this name and owner is registered already; change it with a provision file"
        );
        serve::print_made(&made)
    }
}
