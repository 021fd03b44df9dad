//! Who and what is there in every test: three data centers, their people, organizations, portals and clients.

use std::sync::LazyLock;

use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};

/// A person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    pub email: &'static str,
    pub zuid: i64,
    /// Where they are at home.
    pub location: &'static str,
    /// What they choose when they are asked which organization.
    pub organization: &'static str,
}

/// Everybody's password.
pub const PASSWORD: &str = "canary-correct-horse";

/// One organization, at us.
pub const ALICE: Person = person("alice@zylker.example", 700_001, "us", "10001");
/// Two organizations, at us.
pub const BOB: Person = person("bob@zylker.example", 700_002, "us", "10001");
/// At eu.
pub const CARLA: Person = person("carla@zylker.example", 700_003, "eu", "20001");
/// No organization, at us.
pub const DORA: Person = person("dora@zylker.example", 700_004, "us", "");
/// At cn, which stands apart.
pub const LIN: Person = person("lin@zylker.example", 700_005, "cn", "30001");
/// Disabled, at us.
pub const LUKE: Person = person("luke@zylker.example", 700_006, "us", "10001");
/// Of portal [`PARTNERS`], at us.
pub const PAT: Person = person("pat@partner.example", 800_001, "us", "10001");
/// Of portal [`SHOP`], at us.
pub const SAM: Person = person("sam@shop.example", 800_002, "us", "10001");
/// Of portal [`BERLIN`], at eu.
pub const BEA: Person = person("bea@berlin.example", 800_003, "eu", "20001");

/// A portal at us that admits every client.
pub const PARTNERS: &str = "60001";
/// Another at us, which admits [`DESK`] only.
pub const SHOP: &str = "60002";
/// One at eu.
pub const BERLIN: &str = "60003";

const fn person(email: &'static str, zuid: i64, location: &'static str, organization: &'static str) -> Person {
    Person { email, zuid, location, organization }
}

/// A registered application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct App {
    pub id: &'static str,
    pub secret: &'static str,
    pub redirect_uri: &'static str,
}

const fn app(id: &'static str, secret: &'static str, redirect_uri: &'static str) -> App {
    App { id, secret, redirect_uri }
}

/// Confidential, at us, eu and cn, one secret everywhere.
pub const DESK: App =
    app("1000.ZYLKERDESK0000000000000000000A", "canary-desk-secret-0001", "http://127.0.0.1:9911/callback");
/// Another confidential one, at us and eu.
pub const OTHER: App =
    app("1000.ZYLKEROTHER000000000000000000B", "canary-other-secret-0002", "http://127.0.0.1:9922/callback");
/// A secret per data center; this is us's, [`SPLIT_EU_SECRET`] eu's.
pub const SPLIT: App =
    app("1000.ZYLKERSPLIT000000000000000000C", "canary-split-secret-us", "http://127.0.0.1:9933/callback");
pub const SPLIT_EU_SECRET: &str = "canary-split-secret-eu";
/// Only for users of us.
pub const US_ONLY: App =
    app("1000.ZYLKERUSONLY00000000000000000D", "canary-us-only-secret", "http://127.0.0.1:9944/callback");
/// Mobile: public, PKCE always.
pub const POCKET: App =
    app("1000.ZYLKERPOCKET00000000000000000E", "canary-pocket-secret-05", "com.zylker.pocket:/callback");
/// JavaScript in a browser.
pub const PANEL: App =
    app("1000.ZYLKERPANEL000000000000000000F", "canary-panel-secret-06", "http://127.0.0.1:9966/callback");
/// Without a browser of its own.
pub const SCREEN: App = app("1004.ZYLKERSCREEN00000000000000000G", "canary-screen-secret-7", "");
/// Disabled.
pub const GONE: App =
    app("1000.ZYLKERGONE0000000000000000000H", "canary-gone-secret-0008", "http://127.0.0.1:9988/callback");
/// May redeem codes, not refresh.
pub const CODES_ONLY: App =
    app("1000.ZYLKERCODES000000000000000000I", "canary-codes-secret-09", "http://127.0.0.1:9999/callback");
/// A secret with everything that HTTP Basic makes trouble with.
pub const ODD: App =
    app("1000.ZYLKERODD00000000000000000000J", "canary:%41+b c&d=é", "http://127.0.0.1:9910/callback?here=1");
/// May ask for contacts and the profile only.
pub const NARROW: App =
    app("1000.ZYLKERNARROW00000000000000000K", "canary-narrow-secret-0", "http://127.0.0.1:9912/callback");

/// A PHC string of [`PASSWORD`] that costs next to nothing to check.
static CHEAP: LazyLock<String> = LazyLock::new(|| {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8, 1, 1, None).unwrap())
        .hash_password_with_salt(PASSWORD.as_bytes(), b"sixteen bytes ok")
        .unwrap()
        .to_string()
});

/// The provision file of [`FIXTURE`] with cheap password hashes for `{password}`.
pub fn with_passwords(text: &str) -> String {
    text.replace("{password}", &format!("password_hash = '{}'", CHEAP.as_str()))
}

/// What every test starts with.
pub const FIXTURE: &str = r##"
[[scope]]
name = "Zylker.tickets.READ"
description = "Read tickets"

[[organization]]
id = "10001"
name = "Zylker"
data_center = "us"
[[organization]]
id = "10002"
name = "Zylker Sandbox"
data_center = "us"
environment = "sandbox"
[[organization]]
id = "20001"
name = "Zylker Europe"
data_center = "eu"
[[organization]]
id = "30001"
name = "Zylker China"
data_center = "cn"

[[user]]
email = "alice@zylker.example"
zuid = 700001
{password}
first_name = "Alice"
last_name = "Adams"
data_center = "us"
organizations = ["10001"]
administers = ["10001"]
[[user]]
email = "bob@zylker.example"
zuid = 700002
{password}
first_name = "Bob"
data_center = "us"
organizations = ["10001", "10002"]
[[user]]
email = "carla@zylker.example"
zuid = 700003
{password}
first_name = "Carla"
last_name = "Cortez"
data_center = "eu"
organizations = ["20001"]
[[user]]
email = "dora@zylker.example"
zuid = 700004
{password}
data_center = "us"
[[user]]
email = "lin@zylker.example"
zuid = 700005
{password}
data_center = "cn"
organizations = ["30001"]
[[user]]
email = "luke@zylker.example"
zuid = 700006
{password}
data_center = "us"
organizations = ["10001"]
disabled = true

[[client]]
id = "1000.ZYLKERDESK0000000000000000000A"
secret = "canary-desk-secret-0001"
type = "server"
name = "Zylker Desk"
homepage_url = "https://desk.zylker.example"
redirect_uris = ["http://127.0.0.1:9911/callback", "https://desk.zylker.example/callback"]
owner = "alice@zylker.example"
data_centers = ["us", "eu", "cn"]
[[client]]
id = "1000.ZYLKEROTHER000000000000000000B"
secret = "canary-other-secret-0002"
type = "server"
name = "Other App"
redirect_uris = ["http://127.0.0.1:9922/callback"]
owner = "bob@zylker.example"
data_centers = ["us", "eu"]
[[client]]
id = "1000.ZYLKERSPLIT000000000000000000C"
secrets = { us = "canary-split-secret-us", eu = "canary-split-secret-eu" }
type = "server"
name = "Split Secrets"
redirect_uris = ["http://127.0.0.1:9933/callback"]
data_centers = ["us", "eu"]
[[client]]
id = "1000.ZYLKERUSONLY00000000000000000D"
secret = "canary-us-only-secret"
type = "server"
name = "Us Only"
redirect_uris = ["http://127.0.0.1:9944/callback"]
data_centers = ["us"]
[[client]]
id = "1000.ZYLKERPOCKET00000000000000000E"
secret = "canary-pocket-secret-05"
type = "mobile"
name = "Pocket"
redirect_uris = ["com.zylker.pocket:/callback", "http://127.0.0.1/callback"]
data_centers = ["us", "eu"]
[[client]]
id = "1000.ZYLKERPANEL000000000000000000F"
secret = "canary-panel-secret-06"
type = "browser"
name = "Panel"
redirect_uris = ["http://127.0.0.1:9966/callback"]
javascript_domains = ["http://127.0.0.1:9966"]
data_centers = ["us", "eu"]
[[client]]
id = "1004.ZYLKERSCREEN00000000000000000G"
secret = "canary-screen-secret-7"
type = "device"
name = "Screen"
data_centers = ["us", "eu"]
[[client]]
id = "1000.ZYLKERGONE0000000000000000000H"
secret = "canary-gone-secret-0008"
type = "server"
name = "Gone"
redirect_uris = ["http://127.0.0.1:9988/callback"]
data_centers = ["us", "eu"]
disabled = true
[[client]]
id = "1000.ZYLKERCODES000000000000000000I"
secret = "canary-codes-secret-09"
type = "server"
name = "Codes Only"
redirect_uris = ["http://127.0.0.1:9999/callback"]
data_centers = ["us", "eu"]
grant_types = ["authorization_code"]
[[client]]
id = "1000.ZYLKERODD00000000000000000000J"
secret = "canary:%41+b c&d=é"
type = "server"
name = "Odd Secret"
redirect_uris = ["http://127.0.0.1:9910/callback?here=1"]
data_centers = ["us", "eu"]
[[client]]
id = "1000.ZYLKERNARROW00000000000000000K"
secret = "canary-narrow-secret-0"
type = "server"
name = "Narrow"
redirect_uris = ["http://127.0.0.1:9912/callback"]
data_centers = ["us", "eu"]
scopes = ["ZohoBigin.modules.contacts.READ", "AaaServer.profile.READ"]

[[portal]]
id = "60001"
name = "Zylker Partners"
organization = "10001"
accent = "#0a7d5a"
[[portal.user]]
email = "pat@partner.example"
zuid = 800001
first_name = "Pat"
{password}
[[portal]]
id = "60002"
name = "Zylker Shop"
organization = "10001"
clients = ["1000.ZYLKERDESK0000000000000000000A"]
[[portal.user]]
email = "sam@shop.example"
zuid = 800002
first_name = "Sam"
{password}
[[portal]]
id = "60003"
name = "Zylker Berlin"
organization = "20001"
[[portal.user]]
email = "bea@berlin.example"
zuid = 800003
first_name = "Bea"
{password}
"##;
