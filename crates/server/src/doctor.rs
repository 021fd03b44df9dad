//! What `grantor doctor` looks at: everything that a config promises and a machine may not keep. Each finding says what is
//! so and, where it is wrong, what to do.

use std::{path::Path, time::Duration};

use grantor_protocol::time::Timestamp;
use grantor_store::{DatabaseUrl, StoredSigningKey};

use crate::{
    clock::Clock,
    config::{Config, DataCenterConfig},
    failure::chain,
    mail,
    provision::Workshop,
    tls,
};

/// How long another server may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// A signing key is replaced after thirty days; this much later somebody should wonder.
const LATE: Duration = Duration::from_hours(24 * 35);
/// Clocks differ by this much without any harm.
const APART: Duration = Duration::from_mins(2);
/// A certificate that ends sooner is worth a word.
const SOON: Duration = Duration::from_hours(24 * 14);

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Good,
    /// Works, and somebody should look at it.
    Warning,
    /// Does not work.
    Bad,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub level: Level,
    /// What was looked at.
    pub what: String,
    /// What is so, and what to do.
    pub told: String,
}

/// The findings, in the order they were made.
#[derive(Debug, Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, level: Level, what: impl Into<String>, told: impl Into<String>) {
        self.0.push(Finding { level, what: what.into(), told: told.into() });
    }

    fn good(&mut self, what: impl Into<String>, told: impl Into<String>) {
        self.add(Level::Good, what, told);
    }

    fn warn(&mut self, what: impl Into<String>, told: impl Into<String>) {
        self.add(Level::Warning, what, told);
    }

    fn bad(&mut self, what: impl Into<String>, told: impl Into<String>) {
        self.add(Level::Bad, what, told);
    }
}

/// Looks at everything. Works beside a running server, and changes nothing but one row that says the store was touched; a
/// SQLite file that is not there is not made.
pub async fn examine(config: &Config) -> Vec<Finding> {
    let mut found = Findings::default();
    settings(config, &mut found);
    let opened = config.clone();
    let stores = tokio::task::spawn_blocking(move || {
        let mut found = Findings::default();
        stores(&opened, &mut found);
        found
    });
    match stores.await {
        Ok(stores) => found.0.extend(stores.0),
        Err(_) => found.bad("stores", "looking at them broke; see above"),
    }
    for dc in &config.data_centers {
        certificate(dc, &mut found);
        accounts_url(dc, &mut found).await;
        portal_url(dc, &mut found).await;
    }
    letters(config, &mut found).await;
    found.0
}

/// What the config alone tells.
fn settings(config: &Config, found: &mut Findings) {
    found.good(
        "config",
        format!("data centers: {}, served here: {}", config.data_centers.len(), served(config).count()),
    );
    if config.sandbox.enabled {
        let remote = served(config).any(|dc| dc.listen.is_some_and(|address| !address.ip().is_loopback()));
        let told = "the sandbox is on: anybody who reaches it is anybody they like; never with real customers";
        if remote { found.bad("sandbox", told) } else { found.warn("sandbox", told) }
    }
    if let Some(admin) = config.admin.as_ref().filter(|admin| !admin.listen.ip().is_loopback()) {
        found
            .warn("admin", format!("the admin listener is on {}: keep that address away from strangers", admin.listen));
    }
    for dc in served(config) {
        let behind_proxy =
            dc.tls.is_none() && dc.accounts_url.as_deref().is_some_and(|url| url.starts_with("https://"));
        if behind_proxy && config.server.trusted_proxies.is_empty() {
            let told = "people come through a proxy (https in accounts_url, none here), and [server] trusted_proxies is \
                        empty: all of them count as one address, and slow each other down";
            found.warn(format!("{} proxy headers", dc.location), told);
        } else if behind_proxy {
            found.good(format!("{} proxy headers", dc.location), "believed of the trusted proxies only");
        }
    }
}

fn served(config: &Config) -> impl Iterator<Item = &DataCenterConfig> {
    config.data_centers.iter().filter(|dc| dc.served_here())
}

/// The databases, the keys in them, and whether the clock agrees with what they saw.
fn stores(config: &Config, found: &mut Findings) {
    let missing = files(config, found);
    let (folder, shop) = match Workshop::look(config.clone()) {
        Ok(opened) => opened,
        Err(why) => return found.bad("database", chain(&why)),
    };
    let now = Clock::System.now();
    let all = std::iter::once(("directory", &shop.stores.directory))
        .chain(shop.stores.data_centers.iter().map(|(name, store)| (name.as_str(), store)));
    for (name, store) in all.filter(|(name, _)| !missing.iter().any(|missing| missing == name)) {
        match store.write_blocking(move |tx| tx.touch(now)) {
            Ok(()) => found.good(format!("{name} database"), "opened, and can commit"),
            Err(why) => found.bad(format!("{name} database"), format!("cannot commit: {why}")),
        }
    }
    for (name, store) in shop.stores.data_centers.iter().filter(|(name, _)| !missing.contains(name)) {
        match store.read_blocking(|tx| tx.signing_keys()) {
            Ok(keys) => signing_keys(name, &keys, now, found),
            Err(why) => found.bad(format!("{name} keys"), why.to_string()),
        }
        let newest =
            store.read_blocking(|tx| tx.audit_rows(1)).ok().and_then(|rows| rows.first().map(|r| r.id.made_at()));
        match newest {
            Some(at) if at > now.plus(APART) => found.bad(
                format!("{name} clock"),
                "this machine's clock is behind what the store has seen: tokens live longer than they should; set the clock",
            ),
            _ => found.good(format!("{name} clock"), "not behind what the store has seen"),
        }
    }
    shop.close();
    drop(folder);
}

fn signing_keys(name: &str, keys: &[StoredSigningKey], now: Timestamp, found: &mut Findings) {
    let what = format!("{name} keys");
    match keys.iter().map(|key| key.active_at).max() {
        None => found.good(what, "no signing keys yet; the first ID token makes them"),
        Some(newest) if now > newest.plus(LATE) => {
            found.warn(
                what,
                "the signing keys are older than a month: the server that turns them has not run; start it",
            );
        }
        Some(_) => found.good(what, format!("{} signing keys, turned in time", keys.len())),
    }
}

/// Files of SQLite that others can read hold every hash and key. Answers whose is not there yet.
fn files(config: &Config, found: &mut Findings) -> Vec<String> {
    let mut missing = Vec::new();
    let named = served(config).map(|dc| (dc.location.as_str(), crate::stores::database(dc)));
    for (name, url) in named.chain([("directory", config.directory.database.clone())]) {
        let Ok(DatabaseUrl::Sqlite(file)) = DatabaseUrl::parse(&url, &config.data_dir) else { continue };
        if matches!(file.try_exists(), Ok(false)) {
            let told = format!("{} is not there: the first start makes it, or `grantor provision`", file.display());
            found.warn(format!("{name} database"), told);
            missing.push(name.to_owned());
        } else if open_to_others(&file) {
            let told = format!("{} can be read by other users of this machine: chmod 600 it", file.display());
            found.warn(format!("{name} database"), told);
        }
    }
    missing
}

#[cfg(unix)]
fn open_to_others(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(file).is_ok_and(|about| about.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn open_to_others(_: &Path) -> bool {
    false
}

fn certificate(dc: &DataCenterConfig, found: &mut Findings) {
    let Some(files) = dc.tls.as_ref().filter(|_| dc.served_here()) else { return };
    let what = format!("{} TLS", dc.location);
    if let Err(why) = tls::acceptor(&files.cert, &files.key) {
        return found.bad(what, why.to_string());
    }
    match tls::ends_at(&files.cert) {
        Ok(end) if end <= Clock::System.now() => found.bad(what, "the certificate is over: renew it"),
        Ok(end) if end <= Clock::System.now().plus(SOON) => {
            found.warn(what, "the certificate ends within two weeks: renew it");
        }
        Ok(_) => found.good(what, "certificate and key fit each other, and are good for a while"),
        Err(why) => found.warn(what, format!("the certificate's end cannot be read: {why}")),
    }
}

/// Asks the server at an address of ours what it serves, from the outside, as a stranger would.
async fn ask(url: &str) -> Result<reqwest::Response, String> {
    let client =
        reqwest::Client::builder().timeout(PATIENCE).no_proxy().redirect(reqwest::redirect::Policy::none()).build();
    let client = client.map_err(|_| "no HTTP client could be made to ask it".to_owned())?;
    client.get(format!("{url}/oauth/serverinfo")).send().await.map_err(|why| {
        format!("{url} does not answer from here ({}); is the server running, and the name right?", brief(&why))
    })
}

/// The accounts URL that this answer names for a data center.
async fn named(answer: reqwest::Response, dc: &DataCenterConfig) -> Option<String> {
    let info: serde_json::Value = serde_json::from_str(&answer.text().await.ok()?).ok()?;
    Some(info.get("locations")?.get(&dc.location)?.as_str()?.to_owned())
}

/// Whether the clock of whoever answers there is the same as this machine's.
fn clocks(dc: &DataCenterConfig, answer: &reqwest::Response, found: &mut Findings) {
    let told = answer.headers().get(reqwest::header::DATE).and_then(|date| date.to_str().ok());
    let Some(there) = told.and_then(|date| httpdate::parse_http_date(date).ok()).and_then(since_1970) else { return };
    let (here, there) = (Clock::System.now(), Timestamp::from_millis(there));
    let what = format!("{} accounts_url clock", dc.location);
    if there > here.plus(APART) || here > there.plus(APART) {
        found.bad(what, "what answers at accounts_url has another time than this machine: set both clocks by NTP");
    } else {
        found.good(what, "the same as of what answers at accounts_url");
    }
}

fn since_1970(time: std::time::SystemTime) -> Option<i64> {
    i64::try_from(time.duration_since(std::time::UNIX_EPOCH).ok()?.as_millis()).ok()
}

/// Whether the address that portals' users use leads here, where it is another one.
async fn portal_url(dc: &DataCenterConfig, found: &mut Findings) {
    let Some(url) = dc.portal_url.as_ref().filter(|url| Some(*url) != dc.accounts_url.as_ref()) else { return };
    let what = format!("{} portal_url", dc.location);
    let answer = match ask(url).await {
        Ok(answer) => answer,
        Err(why) => return found.warn(what, why),
    };
    match named(answer, dc).await {
        Some(_) => found.good(what, format!("{url} leads here")),
        None => found.bad(what, strange(url)),
    }
}

fn strange(url: &str) -> String {
    format!("{url} answers, but not as a server of this config: what listens there?")
}

/// Whether the address that people use leads here.
async fn accounts_url(dc: &DataCenterConfig, found: &mut Findings) {
    let Some(url) = &dc.accounts_url else { return };
    let what = format!("{} accounts_url", dc.location);
    if let Some(plain) = dc.plain_url() {
        found.bad(what.clone(), format!("{plain} is plain http: passwords and codes travel readable; serve https"));
    }
    let answer = match ask(url).await {
        Ok(answer) => answer,
        Err(why) => return found.warn(what, why),
    };
    clocks(dc, &answer, found);
    match named(answer, dc).await {
        Some(told) if told == *url => found.good(what, format!("{url} leads here")),
        Some(told) => {
            found.bad(what, format!("{url} answers, and says its accounts URL is {told}: correct one of the two"));
        }
        None => found.bad(what, strange(url)),
    }
}

fn brief(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "timed out"
    } else if error.is_connect() {
        "no connection"
    } else {
        "no answer"
    }
}

async fn letters(config: &Config, found: &mut Findings) {
    match &config.mail {
        None => found.warn("mail", "there is no [mail]: nobody can recover a password or be invited by letter"),
        Some(settings) => match mail::try_out(settings, &config.data_dir).await {
            Ok(told) => found.good("mail", told),
            Err(why) => found.bad("mail", why),
        },
    }
}

#[cfg(test)]
mod tests;
