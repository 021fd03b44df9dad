//! An organization's pages and policy, over the wire: administrators only, every identifier only in its own organization.

mod attaching;
mod audit;
mod crosswise;
mod invitations;
mod people;
mod policy;

use super::harness::*;

/// Bob administers the sandbox organization; Dora belongs nowhere yet.
const SECOND_ADMINISTRATOR: &str = r#"
[[user]]
email = "bob@zylker.example"
zuid = 700002
{password}
first_name = "Bob"
data_center = "us"
organizations = ["10001", "10002"]
administers = ["10002"]
"#;

/// A scope that belongs to an organization, and the profile.
const BIGIN: &str = "ZohoBigin.modules.contacts.READ,AaaServer.profile.READ";

async fn browser_of(house: &House, person: &Person) -> Browser {
    let mut browser = Browser::default();
    browser.sign_in(house, person).await;
    browser
}

fn at(house: &House, path: &str) -> String {
    format!("{}{path}", house.url("us"))
}

async fn page(house: &House, browser: &mut Browser, path: &str) -> Reply {
    browser.get(&at(house, path)).await
}

/// The token of this browser's forms, from a page that has a form for everybody.
async fn csrf(house: &House, browser: &mut Browser) -> String {
    let page = browser.get(&at(house, "/sign-out")).await;
    Form::find(&page.body).unwrap_or_else(|| panic!("no form: {page:?}")).hidden("csrf").to_owned()
}

/// Sends a form as our own page would.
async fn submit(house: &House, browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Reply {
    let csrf = csrf(house, browser).await;
    let mut all = vec![("csrf".to_owned(), csrf)];
    all.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    browser.post(&at(house, path), &all).await
}

/// Sends a form and wants it done.
async fn done(house: &House, browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Reply {
    let reply = submit(house, browser, path, fields).await;
    assert_eq!(reply.status, 303, "{path} {fields:?}: {reply:?}");
    let there = reply.header("location").unwrap().to_owned();
    page(house, browser, &there).await
}

/// Sends all but the last byte of a form, as our own page would.
async fn held(house: &House, browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Held {
    let mut all = vec![("csrf", csrf(house, browser).await)];
    all.extend(fields.iter().map(|(name, value)| (*name, (*value).to_owned())));
    let cookies: Vec<String> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    hold(house.url("us"), &Request::form(path, &all).header("cookie", &cookies.join("; "))).await
}

/// A page without what differs from one request to the next.
fn bare(reply: &Reply) -> (u16, String) {
    let id = reply.header("x-request-id").unwrap_or_default();
    (reply.status, reply.body.replace(id, "…"))
}

#[tokio::test]
async fn only_administrators_find_anything() {
    for_each_store(async |house| {
        let mut alice = browser_of(house, &ALICE).await;
        let pages = ["", "/members", "/invitations", "/apps", "/reviews", "/policy", "/portals", "/audit"];
        for tail in pages {
            let reply = page(house, &mut alice, &format!("/organization/10001{tail}")).await;
            assert_eq!(reply.status, 200, "{tail}: {reply:?}");
            assert_eq!(reply.header("cache-control"), Some("no-store"));
            assert_eq!(reply.header("x-frame-options"), Some("DENY"));
        }
        let nowhere = bare(&page(house, &mut alice, "/organization/99999").await);
        assert_eq!(nowhere.0, 404);
        for person in [&BOB, &DORA] {
            let mut browser = browser_of(house, person).await;
            for tail in pages {
                let reply = page(house, &mut browser, &format!("/organization/10001{tail}")).await;
                assert_eq!(bare(&reply), nowhere, "{} {tail}", person.email);
            }
        }
        // Whoever is not signed in does that first, and comes back.
        let reply = page(house, &mut Browser::default(), "/organization/10001/audit").await;
        assert_eq!(reply.status, 303);
        assert_eq!(reply.header("location"), Some("/sign-in?continue=%2Forganization%2F10001%2Faudit"));
        // Whoever signs in again after sending a form comes back to where the form stands.
        for (form, page_of_it) in [("audit/export", "/organization/10001/audit"), ("ask", "/")] {
            let reply = page(house, &mut alice, &format!("/organization/10001/{form}")).await;
            assert_eq!((reply.status, reply.header("location")), (303, Some(page_of_it)), "{form}");
        }
        // Forms that are not ours do nothing.
        let forged =
            alice.post(&at(house, "/organization/10001/policy"), &[("listed".to_owned(), "1".to_owned())]).await;
        assert_eq!(forged.status, 403);
        for method in ["PUT", "DELETE", "PATCH"] {
            let reply = alice.send(&at(house, "/organization/10001/members/700002"), Request::new(method, "")).await;
            assert_eq!(reply.status, 405, "{method}");
        }
        for (odd, expected) in [
            ("/organization/", 404),
            ("/organization/%ff/members", 404),
            ("/organization/10001/members/x%00", 404),
            ("/organization/10001/apps/..%2f", 404),
            ("/organization/10001/audit?before=zz&from=x&to=9999-99-99&event=%27", 400),
            ("/organization/10001/members?after=999999999999999999999&q=%25", 400),
        ] {
            let reply = page(house, &mut alice, odd).await;
            assert_eq!(reply.status, expected, "{odd}: {reply:?}");
        }
    })
    .await;
}
