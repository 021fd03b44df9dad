//! A house to test: the real server in this process, with its stores in a place of their own, a clock that
//! stands still, and helpers that ask it over the wire.

mod browser;
mod door;
mod effort;
mod fixture;
pub mod jwt;
pub mod log;
mod place;
mod wire;

use std::{fmt::Write, sync::Arc, time::Duration};

use grantor_protocol::time::Timestamp;
use grantor_store::{Notice, NoticeFilter};
use place::Place;

pub use browser::{Ask, Browser, Callback, Form, attribute, split, unescaped as browser_text};
pub use door::{CHALLENGE, DOORS, Door, VERIFIER};
pub use effort::rounds;
pub use fixture::*;
pub use wire::{Held, Reply, Request, encoded, exchange_bytes, hold, multipart, release, send, send_bytes, send_from};

use crate::{
    Config, Running, ServeOptions,
    clock::Clock,
    house::DataCenter,
    provision::{self, Workshop},
    start,
};

/// When every test begins: 2026-11-22T10:00:00Z.
pub const START: Timestamp = Timestamp::from_millis(1_795_341_600_000);

/// How a house is set up, where it differs from the usual: no throttles, no limits on guesses.
#[derive(Debug, Clone, Copy, Default)]
pub struct Setup {
    pub throttles: bool,
    pub guess_limits: bool,
    /// The same "random" bytes every time, for snapshots.
    pub predictable: bool,
    /// A house that is no sandbox: its clock is the machine's.
    pub no_sandbox: bool,
    /// More lines of `[policy]`.
    pub policy: &'static str,
}

/// The admin token in the config of [`ADMIN`].
pub const ADMIN_TOKEN: &str = "canary-admin-token-0001";

/// With an admin listener and a token in the config.
pub const ADMIN: Setup = Setup {
    throttles: false,
    guess_limits: false,
    predictable: false,
    no_sandbox: false,
    policy: "[admin]\nlisten = \"127.0.0.1:0\"\ntoken = \"canary-admin-token-0001\"\n",
};

/// A running server and where it lives.
#[derive(Debug)]
pub struct House {
    /// `sqlite` or `postgres`.
    pub store: &'static str,
    running: Running,
    config: Config,
    place: Place,
}

/// Runs a case on every store there is.
pub async fn for_each_store(case: impl AsyncFn(&House)) {
    for_each_store_with(Setup::default(), case).await;
}

/// The same, set up differently.
pub async fn for_each_store_with(setup: Setup, case: impl AsyncFn(&House)) {
    let house = House::start(setup, Place::sqlite().await).await;
    case(&house).await;
    house.close().await;
    if let Some(place) = Place::postgres().await {
        let house = House::start(setup, place).await;
        case(&house).await;
        house.close().await;
    }
}

/// Runs a case that is over before a store could make a difference on one of them.
pub async fn for_one_store(case: impl AsyncFn(&House)) {
    for_one_store_with(Setup::default(), case).await;
}

/// The same, set up differently.
pub async fn for_one_store_with(setup: Setup, case: impl AsyncFn(&House)) {
    let house = House::start(setup, Place::sqlite().await).await;
    case(&house).await;
    house.close().await;
}

/// Runs a case on every store where us is reached by a name (http://localhost), as passkeys need it.
pub async fn for_each_named_store(case: impl AsyncFn(&House)) {
    for place in [Some(Place::sqlite().await), Place::postgres().await].into_iter().flatten() {
        log::read();
        let config = place.named_config("throttles = false\nguess_limits = false");
        let house = House::open(Setup::default(), place, config).await;
        case(&house).await;
        house.close().await;
    }
}

impl House {
    async fn start(setup: Setup, place: Place) -> Self {
        log::read();
        let policy =
            format!("throttles = {}\nguess_limits = {}\n{}", setup.throttles, setup.guess_limits, setup.policy);
        let config = place.config_of(&policy, !setup.no_sandbox);
        Self::open(setup, place, config).await
    }

    async fn open(setup: Setup, place: Place, config: Config) -> Self {
        // From the very beginning: a sweep by the machine's clock would find everything long dead.
        let options = ServeOptions { predictable: setup.predictable, frozen: Some(START), sample_api: true };
        let running = start(config.clone(), options).await.unwrap();
        Self { store: place.store(), running, config, place }
    }

    async fn close(self) {
        self.running.stop().await;
        self.place.remove().await;
        log::assert_clean();
    }

    /// The accounts URL of a data center, without a slash at the end.
    pub fn url(&self, location: &str) -> &str {
        let mut ready = self.running.ready.iter();
        &ready.find(|(l, _)| l == location).unwrap_or_else(|| panic!("no data center {location}")).1
    }

    /// The inside of a data center, for what cannot be asked over the wire.
    pub fn room(&self, location: &str) -> Arc<DataCenter> {
        Arc::clone(self.running.room(location))
    }

    /// The admin listener's URL, for a house whose setup has one.
    pub fn admin(&self) -> String {
        format!("http://{}", self.running.admin.expect("no admin listener"))
    }

    /// The audit rows of a data center, newest first.
    pub async fn audit(&self, location: &str) -> Vec<grantor_store::AuditRow> {
        let store = &self.running.stores.data_centers[location];
        store.read(|tx| tx.audit_rows(1000)).await.unwrap()
    }

    /// What a client's owner is told, newest first, so far: it is written in batches after the answers.
    pub async fn notices(&self, app: &App) -> Vec<Notice> {
        let client_id = app.id;
        let wanted = NoticeFilter::default();
        self.running.stores.directory.read(move |tx| tx.notices(client_id, &wanted, 10_000)).await.unwrap()
    }

    /// What a client's owner is told about an answer; waits until it is written.
    pub async fn notice(&self, app: &App, reply: &Reply) -> Notice {
        let id = reply.header("x-request-id").unwrap();
        let mut found = None;
        eventually(&format!("a notice for {} of {reply:?}", app.id), async || {
            found = self.notices(app).await.into_iter().find(|notice| notice.request_id == id);
            found.is_some()
        })
        .await;
        found.unwrap()
    }

    /// The metrics as an operator reads them.
    pub fn metrics(&self) -> String {
        self.running.house.metrics.text(std::iter::empty())
    }

    /// Makes every later use of that data center's store fail.
    pub fn break_store(&self, location: &str) {
        self.running.stores.data_centers[location].clone().close();
    }

    /// Whether a URL is one of the house's.
    pub fn owns(&self, url: &str) -> bool {
        self.running.ready.iter().any(|(_, own)| split(url).0 == own)
    }

    /// The clock, which stands still at [`START`] until it is moved.
    pub fn clock(&self) -> &Clock {
        &self.running.house.clock
    }

    /// Moves the clock forward.
    pub fn advance(&self, seconds: u64) {
        self.clock().advance(Duration::from_secs(seconds));
    }

    /// Moves the clock by milliseconds.
    pub fn advance_millis(&self, millis: u64) {
        self.clock().advance(Duration::from_millis(millis));
    }

    /// Provisions more, or changes what is there: entries as in [`FIXTURE`]. Clients are cached for half a
    /// second: see [`eventually`].
    pub async fn provision(&self, text: &str) {
        provision_with(self.config.clone(), text, false).await;
    }

    /// Provisions exactly this; what is not in it goes.
    pub async fn prune_to(&self, text: &str) {
        provision_with(self.config.clone(), text, true).await;
    }

    /// What provisioning says to a text that it refuses, of which it applies nothing.
    pub async fn provision_refused(&self, text: &str) -> String {
        let text = with_passwords(text);
        self.beside(move |shop| {
            let planned =
                provision::read_text(&text, &shop.config).and_then(|file| provision::plan(shop, &file, false));
            planned.map(|plan| plan.differences).unwrap_err().to_string()
        })
        .await
    }

    /// Does something with the stores as a command beside the running server does.
    pub async fn beside<T: Send + 'static>(&self, work: impl FnOnce(&Workshop) -> T + Send + 'static) -> T {
        let config = self.config.clone();
        let done = tokio::task::spawn_blocking(move || {
            let shop = Workshop::open(config).unwrap();
            let done = work(&shop);
            shop.close();
            done
        });
        done.await.unwrap()
    }

    /// Asks a data center.
    pub async fn send(&self, location: &str, request: &Request) -> Reply {
        send(self.url(location), request).await
    }

    /// Posts a form.
    pub async fn post<K: AsRef<str>, V: AsRef<str>>(&self, location: &str, path: &str, fields: &[(K, V)]) -> Reply {
        self.send(location, &Request::form(path, fields)).await
    }

    /// A code for that person's yes, in a browser of its own.
    pub async fn code(&self, ask: &Ask, person: &Person) -> String {
        Browser::default().authorize(self, ask, person).await.code()
    }

    /// Redeems a code at that data center with the app's credentials and redirect URI.
    pub async fn exchange(&self, location: &str, app: &App, code: &str) -> Reply {
        self.post(location, TOKEN, &redemption(app, code)).await
    }

    /// Asks for an access token with a refresh token.
    pub async fn refresh(&self, location: &str, app: &App, token: &str) -> Reply {
        self.post(location, TOKEN, &refreshing(app, token)).await
    }

    /// The whole way: an access token and, when one came, a refresh token.
    pub async fn tokens(&self, ask: &Ask, app: &App, person: &Person) -> Tokens {
        let code = self.code(ask, person).await;
        let path = ask.portal.as_ref().map_or_else(|| TOKEN.to_owned(), |id| portal_token(id));
        Tokens::of(&self.post(person.location, &path, &redemption(app, &code)).await)
    }

    /// `/oauth/user/info` with that token.
    pub async fn user_info(&self, location: &str, token: &str) -> Reply {
        self.send(location, &Request::get("/oauth/user/info").bearer(token)).await
    }

    /// Whether an access token opens user info: 200, or else the documented 401.
    pub async fn alive(&self, location: &str, token: &str) -> bool {
        let reply = self.user_info(location, token).await;
        if reply.status != 200 {
            assert_eq!(reply.brief(), (401, r#"{"response":"error","cause":"INVALID_OAUTHTOKEN"}"#));
        }
        reply.status == 200
    }

    /// Revokes a token in the open form.
    pub async fn revoke(&self, location: &str, token: &str) -> Reply {
        self.post(location, "/oauth/v2/token/revoke", &[("token", token)]).await
    }

    /// The same server once more on the same stores, as on a second machine: PostgreSQL only.
    pub async fn second_node(&self) -> Option<Node> {
        if self.store != "postgres" {
            return None;
        }
        let options = ServeOptions { frozen: Some(self.clock().now()), ..ServeOptions::default() };
        let running = start(self.config.clone(), options).await.unwrap();
        Some(Node { running })
    }

    /// An answer as it went over the wire, without what differs from run to run: ports, date, request id.
    pub fn shown(&self, reply: &Reply) -> String {
        let mut body = reply.body.clone();
        let mut places: Vec<(String, String)> = Vec::new();
        for (location, url) in &self.running.ready {
            let escaped: String = form_urlencoded::byte_serialize(url.as_bytes()).collect();
            places.extend([(url.clone(), format!("{{{location}}}")), (escaped, format!("{{{location}}}"))]);
        }
        places.extend(reply.header("x-request-id").map(|id| (id.to_owned(), "…".to_owned())));
        for (from, to) in &places {
            body = body.replace(from, to);
        }
        let mut text = format!("{}\n", reply.status);
        for (name, value) in &reply.headers {
            let differs =
                matches!(name.as_str(), "date" | "x-request-id") || (name == "content-length" && body != reply.body);
            let mut value = if differs { "…".to_owned() } else { value.clone() };
            for (from, to) in &places {
                value = value.replace(from, to);
            }
            writeln!(text, "{name}: {value}").unwrap();
        }
        format!("{text}\n{body}")
    }
}

/// Another server on a house's stores.
#[derive(Debug)]
pub struct Node {
    running: Running,
}

impl Node {
    /// Its URL of a data center.
    pub fn url(&self, location: &str) -> &str {
        &self.running.ready.iter().find(|(l, _)| l == location).unwrap().1
    }

    /// The inside of a data center.
    pub fn room(&self, location: &str) -> &Arc<DataCenter> {
        self.running.room(location)
    }

    pub async fn stop(self) {
        self.running.stop().await;
    }
}

/// The token endpoint at the accounts house.
pub const TOKEN: &str = "/oauth/v2/token";

/// The token endpoint at a portal.
pub fn portal_token(id: &str) -> String {
    format!("/clientoauth/v2/{id}/token")
}

/// The parameters that redeem a code.
pub fn redemption<'a>(app: &'a App, code: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("client_id", app.id),
        ("client_secret", app.secret),
        ("redirect_uri", app.redirect_uri),
        ("code", code),
    ]
}

/// The parameters that refresh.
pub fn refreshing<'a>(app: &'a App, token: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("grant_type", "refresh_token"),
        ("client_id", app.id),
        ("client_secret", app.secret),
        ("refresh_token", token),
    ]
}

/// What a token answer gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    pub access: String,
    /// Empty when none came.
    pub refresh: String,
}

impl Tokens {
    /// From a token answer; panics when it is none.
    pub fn of(reply: &Reply) -> Self {
        let tokens = Self { access: reply.text("access_token"), refresh: reply.text("refresh_token") };
        assert!(reply.status == 200 && !tokens.access.is_empty(), "no token: {reply:?}");
        tokens
    }
}

/// Asks until the answer is yes: for what takes effect within a second (clients are cached half a second, the
/// catalog is read once a second), whatever the test's clock says.
pub async fn eventually(what: &str, mut asked: impl AsyncFnMut() -> bool) {
    for _ in 0..500 {
        if asked().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{what}: not within ten seconds");
}

async fn provision_with(config: Config, text: &str, prune: bool) {
    let text = with_passwords(text);
    tokio::task::spawn_blocking(move || {
        let file = provision::read_text(&text, &config).unwrap();
        let shop = provision::Workshop::open(config).unwrap();
        let plan = provision::plan(&shop, &file, prune).unwrap();
        provision::apply(&shop, plan).unwrap();
        shop.close();
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn the_harness_itself() {
    for_each_store(async |house| {
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        assert!(house.alive("us", &tokens.access).await);
        let again = Tokens::of(&house.refresh("us", &DESK, &tokens.refresh).await);
        assert!(house.alive("us", &again.access).await);
        assert_eq!(house.revoke("us", &tokens.refresh).await.brief(), (200, r#"{"status":"success"}"#));
        assert!(!house.alive("us", &again.access).await);
        let bob = Ask::of(&DESK).with("scope", "ZohoBigin.modules.ALL,AaaServer.profile.READ");
        assert!(house.alive("us", &house.tokens(&bob, &DESK, &BOB).await.access).await);
        assert!(house.alive("eu", &house.tokens(&Ask::of(&DESK), &DESK, &CARLA).await.access).await);
        let portal = Ask::of(&DESK).portal(PARTNERS);
        assert!(house.alive("us", &house.tokens(&portal, &DESK, &PAT).await.access).await);
        Browser::default().sign_in(house, &LIN).await;
    })
    .await;
}
