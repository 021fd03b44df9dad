//! `grantor admin`: the admin API of a running server from the command line. One command for each thing that is done, the
//! same nouns as the API has.

use std::{io::Read as _, path::PathBuf, time::Duration};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand, ValueEnum};
use reqwest::Method;
use serde_json::Value;

mod table;

use crate::{say, serve};

/// How long the server may take: counting everything takes a while.
const PATIENCE: Duration = Duration::from_mins(1);

/// Look at and change a running server through its admin API
///
/// Make a token with `grantor admin-token add`. Lists print a table; --json prints what the API answered.
#[derive(Debug, Args)]
pub struct Admin {
    /// The admin listener
    #[arg(
        id = "admin_url",
        long = "admin-url",
        value_name = "URL",
        env = "GRANTOR_ADMIN_URL",
        default_value = "http://127.0.0.1:9090",
        global = true
    )]
    listener: String,
    /// The admin token
    #[arg(long, value_name = "TOKEN", env = "GRANTOR_ADMIN_TOKEN", hide_env_values = true, global = true)]
    token: Option<String>,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: AdminCommand,
}

#[derive(Debug, Subcommand)]
enum AdminCommand {
    /// List one kind of thing, a page at a time
    List(List),
    /// Show one user, organization, portal or client
    Show {
        #[arg(value_enum)]
        noun: One,
        /// Its id; for users, organizations and portals the data center first, as in `us 700001`
        #[arg(required = true, num_args = 1..=2)]
        id: Vec<String>,
    },
    /// Make or change one thing: an entry as in a provision file, in JSON
    Put {
        #[arg(value_enum)]
        noun: Written,
        /// A file with the entry; - reads standard input
        #[arg(value_name = "FILE", conflicts_with = "entry", required_unless_present = "entry")]
        file: Option<PathBuf>,
        /// The entry itself
        #[arg(long, value_name = "JSON")]
        entry: Option<String>,
    },
    /// Remove one thing; a grant is revoked
    Remove {
        #[arg(value_enum)]
        noun: Removed,
        /// Its id; for users, organizations, portals and grants the data center first
        #[arg(required = true, num_args = 1..=2)]
        id: Vec<String>,
    },
    /// Apply a provision file in JSON
    Provision {
        /// The file; - reads standard input
        file: PathBuf,
        /// Only print the difference
        #[arg(long)]
        plan: bool,
        /// Remove what is not in the file
        #[arg(long)]
        prune: bool,
    },
    /// Make a second secret of a client, or end one by its mark
    Secret {
        /// The client's id
        client: String,
        /// For a client with a secret per data center
        #[arg(long, value_name = "LOCATION")]
        data_center: Option<String>,
        /// End the secret of this mark instead
        #[arg(long, value_name = "MARK", conflicts_with = "data_center")]
        end: Option<String>,
    },
    /// End every browser session of a user
    EndSessions { data_center: String, zuid: i64 },
    /// Remove every second factor of a user who lost them all: their password is enough then, and a letter tells them
    RemoveFactors { data_center: String, zuid: i64 },
    /// Make the next signing keys now
    RotateKeys,
    /// Count everything
    Stats,
}

#[derive(Debug, Args)]
struct List {
    #[arg(value_enum)]
    noun: Many,
    /// The data center, for what lives in one
    #[arg(long, value_name = "LOCATION")]
    data_center: Option<String>,
    /// A part of the name or address
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Users of this portal only
    #[arg(long, value_name = "ID")]
    portal: Option<String>,
    /// Grants or audit of this user
    #[arg(long, value_name = "ZUID")]
    user: Option<i64>,
    /// Grants, audit or notices of this client
    #[arg(long, value_name = "ID")]
    client: Option<String>,
    /// Grants or audit of this organization
    #[arg(long, value_name = "ID")]
    organization: Option<String>,
    /// Audit rows of this event
    #[arg(long, value_name = "EVENT")]
    event: Option<String>,
    /// Notices of this kind: refusal, warning, eviction or revocation
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Audit rows not before, as 2026-11-22T10:00:00Z
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Audit rows before
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// The `next` of the page before
    #[arg(long, value_name = "NEXT")]
    after: Option<String>,
    /// Rows of a page
    #[arg(long, value_name = "ROWS", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=500))]
    limit: u16,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Many {
    Users,
    Organizations,
    Portals,
    Clients,
    Scopes,
    Grants,
    Keys,
    Audit,
    Notices,
    Tokens,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum One {
    User,
    Organization,
    Portal,
    Client,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Written {
    User,
    Organization,
    Portal,
    Client,
    Scope,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Removed {
    User,
    Organization,
    Portal,
    Client,
    Scope,
    Grant,
}

impl Admin {
    /// Asks the server, and prints what it answered.
    pub async fn run(self) -> anyhow::Result<()> {
        let Some(token) = &self.token else {
            bail!("no admin token: give --token or GRANTOR_ADMIN_TOKEN (make one with: grantor admin-token add NAME)");
        };
        let (method, path, query, body) = self.command.request()?;
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            // The token is for this address alone, not for whatever stands between.
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let url = format!("{}/admin/v1/{path}", self.listener.trim_end_matches('/'));
        let mut request = client.request(method, url).bearer_auth(token).query(&query);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.with_context(|| format!("{} does not answer", self.listener))?;
        let status = answer.status();
        let text = answer.text().await.context("the answer broke off")?;
        let json: Value = serde_json::from_str(&text)
            .with_context(|| format!("HTTP {status}, and no JSON: is {} an admin listener?", self.listener))?;
        if !status.is_success() {
            let message = json.get("message").and_then(Value::as_str).unwrap_or("the server gave no reason");
            // What was done before it stopped is in force, and told this once.
            if let Some(made) = json.get("made").and_then(Value::as_object) {
                let told = |(key, value): (&String, &Value)| Some((key.clone(), value.as_str()?.to_owned()));
                serve::print_made(&made.iter().filter_map(told).collect::<Vec<_>>())?;
            }
            bail!("{message} (HTTP {})", status.as_u16());
        }
        let text = if self.json { serde_json::to_string_pretty(&json)? } else { table::read(&json).join("\n") };
        say::line(text)?;
        Ok(())
    }
}

type Asked = (Method, String, Vec<(&'static str, String)>, Option<Value>);

impl AdminCommand {
    fn request(&self) -> anyhow::Result<Asked> {
        let plain = |method, path: String| Ok((method, path, Vec::new(), None));
        match self {
            Self::List(list) => list.request(),
            Self::Show { noun, id } => {
                let path = match noun {
                    One::User => "users",
                    One::Organization => "organizations",
                    One::Portal => "portals",
                    One::Client => "clients",
                };
                plain(Method::GET, within(path, id, !matches!(noun, One::Client))?)
            }
            Self::Put { noun, file, entry } => {
                let path = match noun {
                    Written::User => "users",
                    Written::Organization => "organizations",
                    Written::Portal => "portals",
                    Written::Client => "clients",
                    Written::Scope => "scopes",
                };
                let text = match (file, entry) {
                    (_, Some(entry)) => entry.clone(),
                    (Some(file), None) => read(file)?,
                    (None, None) => bail!("which entry?"),
                };
                let entry = serde_json::from_str(&text).context("the entry is no JSON")?;
                Ok((Method::PUT, path.to_owned(), Vec::new(), Some(entry)))
            }
            Self::Remove { noun, id } => {
                let (path, has_place) = match noun {
                    Removed::User => ("users", true),
                    Removed::Organization => ("organizations", true),
                    Removed::Portal => ("portals", true),
                    Removed::Client => ("clients", false),
                    Removed::Scope => ("scopes", false),
                    Removed::Grant => ("grants", true),
                };
                plain(Method::DELETE, within(path, id, has_place)?)
            }
            Self::Provision { file, plan, prune } => {
                let file = serde_json::from_str(&read(file)?).context("the file is no JSON")?;
                let query = vec![("plan", plan.to_string()), ("prune", prune.to_string())];
                Ok((Method::POST, "provision".to_owned(), query, Some(file)))
            }
            Self::Secret { client, end: Some(mark), .. } => {
                plain(Method::DELETE, format!("clients/{}/secrets/{}", segment(client), segment(mark)))
            }
            Self::Secret { client, data_center, end: None } => {
                let query = data_center.iter().map(|place| ("data_center", place.clone())).collect();
                Ok((Method::POST, format!("clients/{}/secrets", segment(client)), query, None))
            }
            Self::EndSessions { data_center, zuid } => {
                plain(Method::DELETE, format!("users/{}/{zuid}/sessions", segment(data_center)))
            }
            Self::RemoveFactors { data_center, zuid } => {
                plain(Method::DELETE, format!("users/{}/{zuid}/factors", segment(data_center)))
            }
            Self::RotateKeys => plain(Method::POST, "keys/rotate".to_owned()),
            Self::Stats => plain(Method::GET, "stats".to_owned()),
        }
    }
}

impl List {
    fn request(&self) -> anyhow::Result<Asked> {
        let path = match self.noun {
            Many::Users => "users",
            Many::Organizations => "organizations",
            Many::Portals => "portals",
            Many::Clients => "clients",
            Many::Scopes => "scopes",
            Many::Grants => "grants",
            Many::Keys => "keys",
            Many::Audit => "audit",
            Many::Tokens => "tokens",
            Many::Notices => {
                let Some(client) = &self.client else { bail!("notices of which client? Give --client") };
                &format!("clients/{}/notices", segment(client))
            }
        };
        let somewhere =
            matches!(self.noun, Many::Users | Many::Organizations | Many::Portals | Many::Grants | Many::Audit);
        if somewhere && self.data_center.is_none() {
            bail!("{path} of which data center? Give --data-center");
        }
        let user = self.user.map(|user| user.to_string());
        let client = self.client.clone().filter(|_| !matches!(self.noun, Many::Notices));
        let query = [
            ("data_center", self.data_center.clone()),
            ("search", self.search.clone()),
            ("portal", self.portal.clone()),
            ("user", user),
            ("client", client),
            ("organization", self.organization.clone()),
            ("event", self.event.clone()),
            ("kind", self.kind.clone()),
            ("since", self.since.clone()),
            ("until", self.until.clone()),
            ("after", self.after.clone()),
            ("limit", Some(self.limit.to_string())),
        ];
        let query = query.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        Ok((Method::GET, path.to_owned(), query, None))
    }
}

/// A path to one thing; most live in a data center.
fn within(path: &str, id: &[String], has_place: bool) -> anyhow::Result<String> {
    match (id, has_place) {
        ([place, id], true) => Ok(format!("{path}/{}/{}", segment(place), segment(id))),
        ([id], false) => Ok(format!("{path}/{}", segment(id))),
        (_, true) => bail!("two words: the data center and the id, as in `us 700001`"),
        (_, false) => bail!("one word: the id"),
    }
}

fn segment(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

fn read(file: &PathBuf) -> anyhow::Result<String> {
    if file.as_os_str() == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("standard input")?;
        return Ok(text);
    }
    std::fs::read_to_string(file).with_context(|| format!("{}", file.display()))
}
