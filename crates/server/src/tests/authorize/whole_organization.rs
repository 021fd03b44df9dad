//! Consent for a whole organization: `GET /oauth/v2/org/auth`, for administrators (accounts-protocol.md section 8).

use grantor_protocol::token::PresentedToken;

use super::{
    connected::{connected, remove},
    text_of,
};
use crate::tests::harness::*;

const CONTACTS: &str = "ZohoBigin.modules.contacts.READ";

fn link(house: &House, ask: &Ask) -> String {
    format!("{}/oauth/v2/org/auth?{}", house.url("us"), encoded(&ask.parameters))
}

fn ask() -> Ask {
    Ask::of(&DESK).with("scope", CONTACTS)
}

/// A person's entry with these organizations.
fn entry(person: &Person, organizations: &str, administers: &str) -> String {
    format!(
        "[[user]]\nemail = \"{}\"\nzuid = {}\n{{password}}\ndata_center = \"us\"\norganizations = {organizations}\n\
         administers = {administers}\n",
        person.email, person.zuid
    )
}

async fn granted(house: &House, browser: &mut Browser, ask: &Ask, person: &Person) -> Callback {
    let (at, page) = browser.walk(house, &link(house, ask), person, None).await;
    Callback::of(page.header("location").unwrap_or_else(|| panic!("no callback from {at}: {page:?}")))
}

/// The organization of a live token, and whether somebody stands behind it; `None` when it is dead.
async fn stands_for(house: &House, access: &str) -> Option<(String, bool)> {
    let (presented, now) = (PresentedToken::parse(access).unwrap(), house.clock().now());
    let live = house.room("us").store.read(move |tx| tx.access(&presented, now)).await.unwrap().ok()?;
    Some((live.organization_id, live.user.is_some()))
}

async fn page(house: &House, ask: &Ask, person: &Person) -> (u16, String) {
    let (_, page) = Browser::default().walk(house, &link(house, ask), person, None).await;
    let word = page.body.split("ERROR_").nth(1).and_then(|rest| rest.split(['<', ' ', '\n']).next());
    (page.status, word.unwrap_or_default().to_owned())
}

#[tokio::test]
async fn what_an_administrator_allows_outlives_the_administrator() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let (_, asked) = browser.walk(house, &link(house, &ask()), &ALICE, Some("decision")).await;
        assert!(asked.body.contains("for the whole organization"), "{}", asked.body);
        let callback = granted(house, &mut browser, &ask().with("state", "s t"), &ALICE).await;
        let names: Vec<&str> = callback.parameters.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["code", "location", "accounts-server", "state"]);
        let of_all = Tokens::of(&house.exchange("us", &DESK, &callback.code()).await);
        let personal = house.tokens(&ask(), &DESK, &ALICE).await;
        assert_eq!(stands_for(house, &of_all.access).await, Some(("10001".into(), false)));
        assert_eq!(stands_for(house, &personal.access).await, Some(("10001".into(), true)));
        // Nobody stands behind it, so there is nobody to tell about.
        assert_eq!(house.user_info("us", &of_all.access).await.status, 401);

        house.provision(&entry(&ALICE, "[]", "[]")).await;
        assert_eq!(stands_for(house, &personal.access).await, None);
        assert_eq!(stands_for(house, &of_all.access).await, Some(("10001".into(), false)));
        let again = Tokens::of(&house.refresh("us", &DESK, &of_all.refresh).await);
        assert_eq!(stands_for(house, &again.access).await, Some(("10001".into(), false)));

        let rows = house.room("us").store.read(|tx| tx.audit_rows(100)).await.unwrap();
        let row = rows.iter().find(|row| row.detail.ends_with("for the whole organization")).unwrap();
        assert_eq!(row.user.map(|user| user.0), Some(ALICE.zuid), "the audit names the administrator");
        assert_eq!((row.event.as_str(), row.organization_id.as_deref()), ("consented", Some("10001")));
    })
    .await;
}

#[tokio::test]
async fn only_administrators_allow_it() {
    for_each_store(async |house| {
        for person in [&BOB, &DORA] {
            assert_eq!(page(house, &ask(), person).await, (400, "access_denied".into()), "{}", person.email);
        }
        // Who stops being one on the way is refused at the end.
        let mut browser = Browser::default();
        let (at, asked) = browser.walk(house, &link(house, &ask()), &ALICE, Some("decision")).await;
        house.provision(&entry(&ALICE, "[\"10001\"]", "[]")).await;
        let (_, ended) = browser.fill(house, &at, &asked, "decision", "accept").await;
        assert!(ended.status == 400 && ended.header("location").is_none(), "{ended:?}");
    })
    .await;
}

#[tokio::test]
async fn an_administrator_of_several_chooses_among_those() {
    for_each_store(async |house| {
        let all = "[[organization]]\nid = \"10003\"\nname = \"Zylker Labs\"\ndata_center = \"us\"\n";
        let bob = entry(&BOB, "[\"10001\", \"10002\", \"10003\"]", "[\"10002\", \"10003\"]");
        house.provision(&format!("{all}{bob}")).await;
        let mut browser = Browser::default();
        let (at, asked) = browser.walk(house, &link(house, &ask()), &BOB, Some("organization")).await;
        let form = Form::find(&asked.body).unwrap();
        assert_eq!(form.choices, ["10003", "10002"], "only those administered, by name");
        let (_, refused) = browser.fill(house, &at, &asked, "organization", "10001").await;
        assert_eq!(refused.status, 422);
        let chosen = Person { organization: "10003", ..BOB };
        let callback = granted(house, &mut browser, &ask(), &chosen).await;
        let tokens = Tokens::of(&house.exchange("us", &DESK, &callback.code()).await);
        assert_eq!(stands_for(house, &tokens.access).await, Some(("10003".into(), false)));
    })
    .await;
}

#[tokio::test]
async fn one_product_at_a_time() {
    for_each_store(async |house| {
        let companions = "[[scope]]\nname = \"ZohoContacts.userphoto.READ\"\ndescription = \"See photos\"\n";
        house.provision(companions).await;
        for (scope, expected) in [
            (format!("{CONTACTS},ZohoCRM.modules.ALL"), (400, "invalid_scope")),
            (format!("{CONTACTS},email"), (400, "invalid_scope")),
            ("openid".to_owned(), (400, "invalid_scope")),
        ] {
            let (status, word) = page(house, &ask().with("scope", &scope), &ALICE).await;
            assert_eq!((status, word.as_str()), expected, "{scope}");
        }
        let together = ask().with("scope", &format!("{CONTACTS},AaaServer.profile.READ,ZohoContacts.userphoto.READ"));
        eventually("the added scope is known", async || {
            let (_, found) = Browser::default().open(house, &link(house, &together)).await;
            found.status == 200
        })
        .await;
        granted(house, &mut Browser::default(), &together, &ALICE).await;
        let (_, token) = Browser::default().open(house, &link(house, &ask().with("response_type", "token"))).await;
        assert_eq!(token.status, 400);
    })
    .await;
}

#[tokio::test]
async fn its_code_lives_two_minutes_and_its_consent_is_the_organization_s() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let in_time = granted(house, &mut browser, &ask(), &ALICE).await.code();
        let late = granted(house, &mut browser, &ask(), &ALICE).await.code();
        house.advance(119);
        Tokens::of(&house.exchange("us", &DESK, &in_time).await);
        house.advance(1);
        assert_eq!(house.exchange("us", &DESK, &late).await.brief(), (200, r#"{"error":"invalid_code"}"#));
        // Another administrator need not be asked again; a person's own consent is another matter, both ways.
        house.provision(&entry(&BOB, "[\"10001\"]", "[\"10001\"]")).await;
        let mut bobs = Browser::default();
        bobs.sign_in(house, &BOB).await;
        let quiet = ask().without("prompt");
        assert!(bobs.open(house, &link(house, &quiet)).await.1.header("location").is_some());
        assert_eq!(bobs.open(house, &quiet.url(house)).await.1.status, 200, "asked");
    })
    .await;
}

#[tokio::test]
async fn administrators_see_it_and_take_it_back() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let code = granted(house, &mut browser, &ask(), &ALICE).await.code();
        let tokens = Tokens::of(&house.exchange("us", &DESK, &code).await);
        let mut bobs = Browser::default();
        bobs.sign_in(house, &BOB).await;
        assert_eq!(connected(house, &mut bobs, "/").await, [], "no administrator sees nothing");
        let listed = connected(house, &mut browser, "/").await;
        let [(name, grant)] = &listed[..] else { panic!("{listed:?}") };
        assert_eq!(name, "Zylker Desk");
        remove(house, &mut bobs, "/", grant).await;
        assert!(stands_for(house, &tokens.access).await.is_some(), "it is not his to take back");

        house.provision(&entry(&BOB, "[\"10001\"]", "[\"10001\"]")).await;
        assert_eq!(connected(house, &mut bobs, "/").await, listed);
        assert!(remove(house, &mut bobs, "/", grant).await.body.contains("role=\"status\""));
        assert_eq!(stands_for(house, &tokens.access).await, None);
        let refreshed = house.refresh("us", &DESK, &tokens.refresh).await;
        assert_eq!(refreshed.brief(), (200, r#"{"error":"invalid_code"}"#));
    })
    .await;
}

/// Where it asks nobody for an id: in the chooser's form. What is not there, what is elsewhere and what is there but not
/// one's to decide are one answer.
#[tokio::test]
async fn i05_an_organization_that_is_not_there_and_one_that_is_another_s_are_told_alike() {
    for_each_store(async |house| {
        let more = "[[organization]]\nid = \"10003\"\nname = \"Zylker Labs\"\ndata_center = \"us\"\n\
                    [[organization]]\nid = \"10004\"\nname = \"Stranger\"\ndata_center = \"us\"\n";
        let bob = entry(&BOB, "[\"10001\", \"10002\", \"10003\"]", "[\"10002\", \"10003\"]");
        house.provision(&format!("{more}{bob}")).await;
        let mut browser = Browser::default();
        let (at, asked) = browser.walk(house, &link(house, &ask()), &BOB, Some("organization")).await;
        let mut told = Vec::new();
        // Not there; at another data center; not his; his, but not his to decide; and no id at all.
        for id in ["99999", "20001", "10004", "10001", "", "../10002", "10002,10004"] {
            let (_, page) = browser.fill(house, &at, &asked, "organization", id).await;
            assert_eq!(page.header("location"), None, "{id:?}");
            let form = Form::find(&page.body).unwrap();
            assert_eq!(form.choices, ["10003", "10002"], "{id:?}");
            let names: Vec<String> = page.headers.iter().map(|(name, _)| name.clone()).collect();
            let text = text_of(&page.body).replace(page.header("x-request-id").unwrap(), "…");
            told.push((page.status, names, text));
        }
        assert_eq!(told[0].0, 422);
        assert!(told.iter().all(|one| *one == told[0]), "{told:#?}");
        // Nested crosswise: the query names one organization, the form another.
        let mut crosswise = ask();
        crosswise.parameters.push(("organization".to_owned(), "10004".to_owned()));
        let (at, asked) = browser.walk(house, &link(house, &crosswise), &BOB, Some("organization")).await;
        let (_, consent) = browser.fill(house, &at, &asked, "organization", "10003").await;
        assert!(consent.body.contains("Zylker Labs") && !consent.body.contains("Stranger"), "{consent:?}");
    })
    .await;
}
