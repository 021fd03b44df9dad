//! The console's tools for one client: why did it fail, the link builder, a self client's code, quotas, the webhook and
//! the sandbox; each for its owner alone.

mod causes;
mod link;
mod quotas;
mod sandbox;
mod self_code;
mod strangers;
mod webhook;

use grantor_store::{QuotaFilter, Tx};

use super::harness::*;

/// What the console's owner has beside [`DESK`].
pub(super) const MORE: &str = r#"
[[client]]
id = "1000.ALICESPLIT0000000000000000000A"
secrets = { us = "canary-alice-split-us", eu = "canary-alice-split-eu" }
type = "server"
name = "Split"
redirect_uris = ["http://127.0.0.1:9911/callback"]
owner = "alice@zylker.example"
data_centers = ["us", "eu"]
[[client]]
id = "1000.ALICEPOCKET000000000000000000B"
secret = "canary-alice-pocket-01"
type = "mobile"
name = "Pocket"
redirect_uris = ["com.zylker.alice:/callback"]
owner = "alice@zylker.example"
data_centers = ["us"]
[[client]]
id = "1000.ALICECODES0000000000000000000C"
secret = "canary-alice-codes-001"
type = "server"
name = "Codes"
redirect_uris = ["http://127.0.0.1:9911/callback"]
owner = "alice@zylker.example"
data_centers = ["us"]
grant_types = ["authorization_code"]
scopes = ["AaaServer.profile.READ"]
[[client]]
id = "1000.ALICEASLEEP000000000000000000D"
secret = "canary-alice-asleep-01"
type = "server"
name = "Asleep"
redirect_uris = ["http://127.0.0.1:9911/callback"]
owner = "alice@zylker.example"
data_centers = ["us"]
disabled = true
[[client]]
id = "1000.ALICESCRIPT000000000000000000E"
secret = "canary-alice-script-01"
type = "self"
name = "Script"
owner = "alice@zylker.example"
data_centers = ["us"]
"#;

const CALLBACK: &str = "http://127.0.0.1:9911/callback";
const SPLIT_APP: App =
    App { id: "1000.ALICESPLIT0000000000000000000A", secret: "canary-alice-split-us", redirect_uri: CALLBACK };
const POCKET_APP: App = App {
    id: "1000.ALICEPOCKET000000000000000000B",
    secret: "canary-alice-pocket-01",
    redirect_uri: "com.zylker.alice:/callback",
};
const CODES_APP: App =
    App { id: "1000.ALICECODES0000000000000000000C", secret: "canary-alice-codes-001", redirect_uri: CALLBACK };
const ASLEEP_APP: App =
    App { id: "1000.ALICEASLEEP000000000000000000D", secret: "canary-alice-asleep-01", redirect_uri: CALLBACK };
pub(super) const SCRIPT_APP: App =
    App { id: "1000.ALICESCRIPT000000000000000000E", secret: "canary-alice-script-01", redirect_uri: "" };

/// A notice that [`DESK`] got and a grant it has, by their ids.
pub(super) async fn notice_and_grant(house: &House) -> (String, String) {
    house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
    house.exchange("us", &DESK, "1000.x").await;
    eventually("a notice", async || !house.notices(&DESK).await.is_empty()).await;
    let quotas = |tx: &mut Tx<'_>| tx.grant_quotas(DESK.id, &QuotaFilter::default(), 1);
    let grants = house.room("us").store.read(quotas).await.unwrap();
    (house.notices(&DESK).await[0].id.to_hex(), grants[0].grant.to_hex())
}

/// A browser in which that person is signed in.
async fn signed_in(house: &House, person: &Person) -> Browser {
    let mut browser = Browser::default();
    browser.sign_in(house, person).await;
    browser
}

/// A page of the console at us.
async fn console(house: &House, browser: &mut Browser, path: &str) -> Reply {
    browser.get(&format!("{}/console/{path}", house.url("us"))).await
}

/// What stands in a page, as a person reads it.
fn read(reply: &Reply) -> String {
    browser_text(&reply.body)
}

/// Posts a form of the console with the page's own token.
async fn submit(house: &House, browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Reply {
    let page = console(house, browser, path).await;
    let form = page.body.split_once("name=\"csrf\" value=\"").and_then(|(_, rest)| rest.split_once('"'));
    let csrf = form.unwrap_or_else(|| panic!("no form at {path}: {page:?}")).0.to_owned();
    let mut all = vec![("csrf".to_owned(), csrf)];
    all.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    browser.post(&format!("{}/console/{path}", house.url("us")), &all).await
}

/// The newest notice of that cause, as its own page tells it; waits for it.
async fn told(house: &House, browser: &mut Browser, client: &str, cause: &str) -> String {
    let mut found = String::new();
    let list = format!("{client}/notices?cause={cause}");
    for _ in 0..250 {
        let page = console(house, browser, &list).await;
        assert_eq!(page.status, 200, "{page:?}");
        let own = format!("href=\"/console/{client}/notices/");
        if let Some((_, rest)) = page.body.split_once(&own) {
            found = rest.split_once('"').unwrap().0.to_owned();
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(!found.is_empty(), "{cause} was told to {client}");
    let page = console(house, browser, &format!("{client}/notices/{found}")).await;
    assert_eq!(page.status, 200, "{page:?}");
    read(&page)
}
