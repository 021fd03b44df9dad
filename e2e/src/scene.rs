//! The built server with data centers, people, organizations, an application and a portal of its own, in a temporary
//! folder and on free ports.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;
use url::Url;

use crate::callback::{Arrival, Callback};
use crate::process::{self, Process};
use crate::{environment, wire};

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery staple";
/// Lives in us, is in one organization.
pub const ALICE: &str = "alice@zylker.example";
/// Lives in us, is in two organizations.
pub const BOB: &str = "bob@zylker.example";
/// Lives in eu, is in one organization.
pub const ERIKA: &str = "erika@zylker.example";
/// A user of the portal.
pub const PAT: &str = "pat@partner.example";
/// The application.
pub const CLIENT: (&str, &str) = ("1000.ZYLKERDESK0000000000000000000A", "0123456789abcdef0123456789abcdef0123456789");
pub const CLIENT_NAME: &str = "Zylker Desk";
/// A device without a browser.
pub const DEVICE: (&str, &str) = ("1004.ZYLKERSCREEN00000000000000000A", "fedcba9876543210fedcba9876543210fedcba9876");
pub const DEVICE_NAME: &str = "Zylker Screen";
/// The portal.
pub const PORTAL: &str = "60001";

const STRANGERS: &str = r#"
[accounts]
sign_up = true

[mail]
from = "accounts@zylker.example"
folder = "mail"
"#;
const START: Duration = Duration::from_mins(1);
const ATTEMPTS: usize = 3;

/// A running server and the application's callback.
#[derive(Debug)]
pub struct Scene {
    /// Accounts URLs of the data centers.
    pub us: String,
    pub eu: String,
    pub callback: Callback,
    _server: Process,
    _folder: TempDir,
}

impl Scene {
    /// Starts the server.
    pub fn open() -> Result<Self> {
        Self::open_at("127.0.0.1", "")
    }

    /// The same, where strangers may sign up and letters are sent.
    pub fn open_to_strangers() -> Result<Self> {
        Self::open_at("127.0.0.1", STRANGERS)
    }

    /// The same, where us is reached by the name localhost, as passkeys need it.
    pub fn open_by_name() -> Result<Self> {
        Self::open_at("localhost", "")
    }

    fn open_at(host: &str, more: &str) -> Result<Self> {
        let callback = Callback::open()?;
        let folder = tempfile::Builder::new().prefix("grantor-journey-").tempdir()?;
        let provision = folder.path().join("people.toml");
        std::fs::write(&provision, people(&callback.url()))?;
        for _ in 0..ATTEMPTS {
            let [us, eu] = process::free_ports(2)?[..] else { bail!("two ports") };
            let config = folder.path().join("grantor.toml");
            std::fs::write(&config, self::config(folder.path(), host, us, eu) + more)?;
            if let Ok(server) = start(&config, &provision, folder.path()) {
                let url = |host: &str, port: u16| format!("http://{host}:{port}");
                return Ok(Self {
                    us: url(host, us),
                    eu: url("127.0.0.1", eu),
                    callback,
                    _server: server,
                    _folder: folder,
                });
            }
        }
        let log = std::fs::read_to_string(folder.path().join("server.log")).unwrap_or_default();
        bail!("the server does not start:\n{log}")
    }

    /// An authorization request at a data center, with further parameters.
    pub fn link(&self, accounts_url: &str, extra: &[(&str, &str)]) -> Result<String> {
        self.link_at(&format!("{accounts_url}/oauth/v2/auth"), "ZohoBigin.modules.ALL,AaaServer.profile.READ", extra)
    }

    /// The same at the portal.
    pub fn portal_link(&self, extra: &[(&str, &str)]) -> Result<String> {
        let door = format!("{}/clientoauth/v2/{PORTAL}/auth", self.us);
        self.link_at(&door, "ZohoCRM.modules.ALL,AaaServer.profile.READ", extra)
    }

    /// The same at the standard dialect's door at us, to sign in.
    pub fn standard_link(&self, extra: &[(&str, &str)]) -> Result<String> {
        let usual = [("nonce", "n"), ("state", "s")];
        let all: Vec<(&str, &str)> = usual.iter().chain(extra).copied().collect();
        self.link_at(&format!("{}/oauth2/authorize", self.us), "openid", &all)
    }

    /// The same for a whole organization at us.
    pub fn organization_link(&self) -> Result<String> {
        self.link_at(&format!("{}/oauth/v2/org/auth", self.us), "ZohoBigin.modules.ALL", &[])
    }

    fn link_at(&self, door: &str, scope: &str, extra: &[(&str, &str)]) -> Result<String> {
        let redirect_uri = self.callback.url();
        let usual =
            [("response_type", "code"), ("client_id", CLIENT.0), ("redirect_uri", &redirect_uri), ("scope", scope)];
        Ok(Url::parse_with_params(door, usual.iter().chain(extra))?.to_string())
    }

    /// Waits for the callback after the first `known` and exchanges its code where it says.
    pub async fn tokens(&self, known: usize) -> Result<(Arrival, serde_json::Value)> {
        let arrival = self.callback.next(known).await?;
        let token_url = format!("{}/oauth/v2/token", arrival.need("accounts-server")?);
        let tokens = wire::exchange(&token_url, CLIENT, &self.callback.url(), &arrival.need("code")?)?;
        Ok((arrival, tokens))
    }

    /// The e-mail address of the user whom an answer of the token endpoint speaks for.
    pub fn whose(&self, accounts_url: &str, tokens: &serde_json::Value) -> Result<String> {
        let token = tokens.get("access_token").and_then(serde_json::Value::as_str);
        let token = token.with_context(|| format!("no access token: {tokens}"))?;
        let info = wire::user_info(accounts_url, token)?;
        Ok(info.get("Email").and_then(serde_json::Value::as_str).context("no Email")?.to_owned())
    }
}

fn start(config: &Path, provision: &Path, folder: &Path) -> Result<Process> {
    let mut command = Command::new(environment::server());
    command.arg("serve").arg("--config").arg(config).arg("--provision").arg(provision);
    let process = Process::start(&mut command, folder, "server.log")?;
    for _ in ["us", "eu"] {
        process.wait_for(START, |line| line.starts_with("ready "))?;
    }
    Ok(process)
}

fn config(folder: &Path, host: &str, us: u16, eu: u16) -> String {
    let data_center = |location: &str, name: &str, host: &str, port: u16| {
        format!(
            r#"
[[data_center]]
location = "{location}"
name = "{name}"
listen = "127.0.0.1:{port}"
accounts_url = "http://{host}:{port}"
api_domain = "http://127.0.0.1:{port}"
database = "sqlite:{location}.db"
entry = true
"#
        )
    };
    format!(
        r#"data_dir = "{}"

[directory]
database = "sqlite:directory.db"
{}{}
[policy]
throttles = false

[sandbox]
enabled = true
"#,
        folder.join("data").display(),
        data_center("us", "United States", host, us),
        data_center("eu", "Europe", "127.0.0.1", eu),
    )
}

fn people(callback: &str) -> String {
    let user = |email: &str, first: &str, data_center: &str, organizations: &str| {
        format!(
            r#"
[[user]]
email = "{email}"
password = "{PASSWORD}"
first_name = "{first}"
last_name = "Tester"
data_center = "{data_center}"
organizations = [{organizations}]
"#
        )
    };
    let organization = |id: &str, name: &str, data_center: &str| {
        format!(
            r#"
[[organization]]
id = "{id}"
name = "{name}"
data_center = "{data_center}"
environment = "production"
"#
        )
    };
    let ((id, secret), (device_id, device_secret)) = (CLIENT, DEVICE);
    [
        organization("10001", "Zylker", "us"),
        organization("10002", "Zylker Labs", "us"),
        organization("20001", "Zylker Europe", "eu"),
        user(ALICE, "Alice", "us", "\"10001\""),
        user(BOB, "Bob", "us", "\"10001\", \"10002\""),
        user(ERIKA, "Erika", "eu", "\"20001\""),
        format!(
            r##"
[[client]]
id = "{id}"
secret = "{secret}"
type = "server"
name = "{CLIENT_NAME}"
homepage_url = "https://desk.zylker.example"
redirect_uris = ["{callback}"]
owner = "{ALICE}"
data_centers = ["us", "eu"]
same_secret = true

[[client]]
id = "{device_id}"
secret = "{device_secret}"
type = "device"
name = "{DEVICE_NAME}"
homepage_url = "https://screen.zylker.example"
data_centers = ["us", "eu"]
same_secret = true

[[portal]]
id = "{PORTAL}"
name = "Zylker Partners"
organization = "10001"
accent = "#0a7d5a"

[[portal.user]]
email = "{PAT}"
password = "{PASSWORD}"
first_name = "Pat"
last_name = "Partner"
"##
        ),
    ]
    .concat()
}
