//! A person's own pages and the ways over their mailbox, asked over the wire.

mod apps;
mod data;
mod recover;
mod security;
mod sessions;
mod sign_up;
mod verify;

use super::harness::*;

/// Letters are sent, and strangers may sign up.
pub const MAIL: Setup = Setup {
    throttles: false,
    guess_limits: false,
    predictable: false,
    no_sandbox: false,
    policy: "[accounts]\nsign_up = true\n[mail]\nfrom = \"accounts@zylker.example\"\nfolder = \"mail\"\n",
};

/// A password nobody has yet.
const NEW: &str = "canary-battery-staple";

/// A browser in which that person is signed in.
async fn at_home(house: &House, person: &Person) -> Browser {
    let mut browser = Browser::default();
    browser.sign_in(house, person).await;
    browser
}

/// Opens a page of a data center.
async fn open(house: &House, browser: &mut Browser, location: &str, path: &str) -> Reply {
    browser.get(&format!("{}{path}", house.url(location))).await
}

/// Posts fields with the token of that page's own forms.
async fn submit(
    house: &House,
    browser: &mut Browser,
    location: &str,
    (page, target): (&str, &str),
    fields: &[(&str, &str)],
) -> Reply {
    let page = open(house, browser, location, page).await;
    let form = Form::find(&page.body).unwrap_or_else(|| panic!("no form: {page:?}"));
    let mut sent = vec![("csrf".to_owned(), form.hidden("csrf").to_owned())];
    sent.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    browser.post(&format!("{}{target}", house.url(location)), &sent).await
}

/// The letters to an address, the newest first, once there are so many.
pub async fn letters(house: &House, to: &str, count: usize) -> Vec<crate::mail::Letter> {
    let mail = house.room("us").house.mail.clone();
    let own = || -> Vec<_> { mail.kept().into_iter().filter(|l| l.to.eq_ignore_ascii_case(to)).collect() };
    eventually("a letter", async || own().len() >= count).await;
    let found = own();
    assert_eq!(found.len(), count, "{to}: no letter too many");
    found
}

/// The link in a letter, without its base, which must be that data center's.
fn link_in(house: &House, location: &str, letter: &crate::mail::Letter) -> String {
    let line = letter.text.lines().find(|line| line.starts_with("http")).unwrap();
    line.strip_prefix(house.url(location)).unwrap_or_else(|| panic!("{line}")).to_owned()
}

async fn is_signed_in(house: &House, browser: &mut Browser, location: &str) -> bool {
    open(house, browser, location, "/account").await.status == 200
}

/// Whether that password is the one.
async fn fits(house: &House, person: &Person, password: &str) -> bool {
    let mut browser = Browser::default();
    let url = format!("{}/sign-in", house.url(person.location));
    let (url, page) = browser.walk(house, &url, person, Some("password")).await;
    let (url, _) = browser.fill(house, &url, &page, "password", password).await;
    split(&url).1 == "/"
}

#[tokio::test]
async fn forms_of_others_change_nothing() {
    for_one_store_with(MAIL, async |house| {
        let mut alice = at_home(house, &ALICE).await;
        for (target, name) in [
            ("/account", "first_name"),
            ("/account/verify", "x"),
            ("/account/security", "password"),
            ("/account/sessions", "all"),
            ("/account/apps", "grant"),
            ("/account/data", "email"),
            ("/account/data/export", "x"),
            ("/recover", "email"),
            ("/sign-up", "email"),
        ] {
            let url = format!("{}{target}", house.url("us"));
            for csrf in ["", "x"] {
                let fields = [("csrf".to_owned(), csrf.to_owned()), (name.to_owned(), "x".to_owned())];
                assert_eq!(alice.post(&url, &fields).await.status, 403, "{target}");
            }
            let get = alice.get(&format!("{url}?{name}=x")).await;
            assert!([200, 303].contains(&get.status), "{target}: {get:?}");
        }
        assert!(is_signed_in(house, &mut alice, "us").await);
    })
    .await;
}

#[tokio::test]
async fn whoever_is_not_signed_in_comes_back_to_the_page() {
    for_one_store_with(MAIL, async |house| {
        for path in ["/account", "/account/security", "/account/sessions", "/account/apps", "/account/data"] {
            let mut browser = Browser::default();
            let url = format!("{}{path}", house.url("us"));
            let (url, page) = browser.walk(house, &url, &ALICE, Some("password")).await;
            let (url, page) = browser.fill(house, &url, &page, "password", PASSWORD).await;
            assert_eq!((page.status, split(&url).1), (200, path));
            let gone = browser.send(&url, Request::new("DELETE", "")).await;
            assert_eq!(gone.status, 405);
        }
    })
    .await;
}

#[tokio::test]
async fn a_profile_shows_who_one_is_and_takes_a_new_name() {
    for_each_store_with(MAIL, async |house| {
        let mut alice = at_home(house, &ALICE).await;
        let page = open(house, &mut alice, "us", "/account").await;
        for wanted in ["alice@zylker.example", "Zylker", "700001", "/console", "/organization/10001"] {
            assert!(page.body.contains(wanted), "{wanted}");
        }
        let front = open(house, &mut alice, "us", "/").await;
        for wanted in ["href=\"/account\"", "href=\"/console\"", "href=\"/organization/10001\""] {
            assert!(front.body.contains(wanted), "{wanted}");
        }
        let name = [("first_name", " Älice "), ("last_name", "O'Hara <b>")];
        let saved = submit(house, &mut alice, "us", ("/account", "/account"), &name).await;
        assert_eq!((saved.status, saved.header("location")), (303, Some("/account?done=saved")));
        let page = open(house, &mut alice, "us", "/account?done=saved").await;
        assert!(page.body.contains("role=\"status\"") && page.body.contains("Älice") && !page.body.contains("<b>"));
        for wrong in ["x".repeat(101), "a\u{202e}b".to_owned()] {
            let reply = submit(house, &mut alice, "us", ("/account", "/account"), &[("first_name", &wrong)]).await;
            assert_eq!(reply.status, 422);
            assert!(reply.body.contains("role=\"alert\""));
        }
        assert!(open(house, &mut alice, "us", "/account").await.body.contains("Älice"));
        assert!(house.audit("us").await.iter().any(|row| row.event == "profile_changed"));
    })
    .await;
}

/// The owner of a client is told that access was taken back, and not by whom.
async fn told_of_withdrawal(house: &House, client_id: &'static str) {
    let directory = house.room("us").house.directory.clone();
    let wanted = || grantor_store::NoticeFilter {
        kind: Some(grantor_store::NoticeKind::Revocation),
        ..grantor_store::NoticeFilter::default()
    };
    let read = async || {
        let filter = wanted();
        directory.read(move |tx| tx.notices(client_id, &filter, 10)).await.unwrap()
    };
    eventually("a notice", async || !read().await.is_empty()).await;
    for notice in read().await {
        assert_eq!(notice.cause, "consent_withdrawn");
        for person in ["alice", "Alice", "700001", "zylker.example"] {
            assert!(!notice.detail.contains(person), "{notice:?}");
        }
    }
}
