//! The organization a grant is bound to: chosen by its members only, kept to the end (cases I01 to I06;
//! accounts-protocol.md decision 26).

use super::*;

/// Entries that make Bob, or Alice, a member of exactly these.
fn person(person: &Person, first_name: &str, organizations: &[&str]) -> String {
    let Person { email, zuid, location, .. } = person;
    format!(
        "[[user]]\nemail = {email:?}\nzuid = {zuid}\n{{password}}\nfirst_name = {first_name:?}\n\
         data_center = {location:?}\norganizations = {organizations:?}\n"
    )
}

/// The organization that the page shows.
fn shown(page: &Reply) -> String {
    form(page, "decision");
    heading(page).rsplit(" wants to access ").next().unwrap().to_owned()
}

fn at(organization: &'static str) -> Person {
    Person { organization, ..BOB }
}

#[tokio::test]
async fn who_has_several_chooses_and_who_has_one_does_not() {
    for_each_store(async |house| {
        let ask = once(&DESK).with("scope", BIGIN);
        let mut browser = Browser::default();
        let (url, page) = walk_to(house, &mut browser, &ask, &BOB, "organization").await;
        let choices = form(&page, "organization").choices;
        assert_eq!(choices, ["10001", "10002"], "one's own, and no other");
        let text = text_of(&page.body);
        assert!(
            text.contains("Zylker Sandbox") && text.contains("Sandbox") && !text.contains("Zylker Europe"),
            "{text}"
        );
        for (id, name) in [("10002", "Zylker Sandbox"), ("10001", "Zylker")] {
            let (_, page) = browser.fill(house, &url, &page, "organization", id).await;
            assert_eq!(shown(&page), name);
        }
        // One organization: none is asked for. None needed: none is asked for, nor bound.
        let (_, page) = walk_to(house, &mut Browser::default(), &ask, &ALICE, "decision").await;
        assert_eq!(shown(&page), "Zylker");
        for scope in ["AaaServer.profile.READ", "openid,email,profile,phone"] {
            for who in [&BOB, &DORA, &ALICE] {
                let ask = once(&DESK).with("scope", scope);
                let mut browser = Browser::default();
                let (_, page) = walk_to(house, &mut browser, &ask, who, "decision").await;
                assert_eq!(shown(&page), "your account");
                browser.authorize(house, &ask, who).await;
            }
        }
        // One scope of an organization among others is enough.
        let mixed = once(&DESK).with("scope", "openid,Zylker.tickets.READ");
        walk_to(house, &mut Browser::default(), &mixed, &BOB, "organization").await;
    })
    .await;
}

#[tokio::test]
async fn who_has_none_is_told_so() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let (url, page) = browser.walk(house, &once(&DESK).with("scope", BIGIN).url(house), &DORA, None).await;
        assert_eq!((page.status, heading(&page).as_str()), (400, "No organization to choose"));
        assert_page(&page);
        assert!(page.header("location").is_none() && Form::find(&page.body).is_none());
        // Another account may have one.
        let (_, page) = browser.walk(house, &switch_url(&url, &page), &ALICE, Some("decision")).await;
        assert_eq!(shown(&page), "Zylker");
    })
    .await;
}

#[tokio::test]
async fn nobody_chooses_what_is_not_theirs() {
    for_each_store(async |house| {
        let ask = once(&DESK).with("scope", BIGIN);
        let mut browser = Browser::default();
        let (url, page) = walk_to(house, &mut browser, &ask, &BOB, "organization").await;
        let form = form(&page, "organization");
        let there = action(&url, &form);
        for foreign in [
            "20001",
            "30001",
            "10003",
            "",
            "0",
            "10001 ",
            " 10001",
            "10001,10002",
            "Zylker",
            "١٠٠٠١",
            "10001%00",
            "*",
            "-1",
        ] {
            let reply = browser.post(&there, &form.filled("organization", foreign)).await;
            assert_eq!(reply.status, 422, "{foreign:?} {reply:?}");
            assert_eq!(super::form(&reply, "organization").choices, ["10001", "10002"]);
        }
        let mut twice = form.filled("organization", "10001");
        twice.push(("organization".into(), "20001".into()));
        assert_eq!(browser.post(&there, &twice).await.status, 422);
        assert_eq!(browser.post(&there, &form.hidden).await.status, 422, "nothing chosen");
        // Nor does anybody else by way of this form: Alice is no member of 10002.
        let mut other = Browser::default();
        let (alices_url, alices) = walk_to(house, &mut other, &ask, &ALICE, "decision").await;
        let alices_form = super::form(&alices, "decision");
        let there = format!("{}/oauth/v2/auth/organization?{}", split(&alices_url).0, encoded(&ask.parameters));
        let reply = other.post(&there, &alices_form.filled("organization", "10002")).await;
        assert_eq!(reply.status, 422, "{reply:?}");
        let (_, still) = other.open(house, &alices_url).await;
        assert_eq!(shown(&still), "Zylker");
        // A form without our token chooses nothing.
        assert_eq!(browser.post(&there, &[("organization".to_owned(), "10001".to_owned())]).await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn an_answer_counts_for_the_person_who_gave_it() {
    for_each_store(async |house| {
        house.provision(&person(&ALICE, "Alice", &["10001", "10002"])).await;
        let ask = once(&DESK).with("scope", BIGIN);
        let mut browser = Browser::default();
        let (url, page) = walk_to(house, &mut browser, &ask, &BOB, "organization").await;
        let reply = answer(&mut browser, &url, &page, "organization", "10002").await;
        let chosen = next(&url, &reply);
        assert_eq!(shown(&browser.get(&chosen).await), "Zylker Sandbox");
        // Alice signs in in the same browser, and comes by the same address.
        let switch = format!("{}/sign-in?x", house.url("us"));
        let front = browser.get(&format!("{}/", house.url("us"))).await;
        browser.walk(house, &switch_url(&switch, &front), &ALICE, None).await;
        let page = browser.get(&chosen).await;
        form(&page, "organization");
        assert!(page.body.contains(ALICE.email));
    })
    .await;
}

#[tokio::test]
async fn each_organization_is_granted_by_itself() {
    for_each_store(async |house| {
        let ask = once(&DESK).with("scope", BIGIN).without("access_type");
        let mut browser = Browser::default();
        browser.authorize(house, &ask, &at("10001")).await;
        // Each visit asks which one; what was granted for one is not granted for the other.
        let (url, page) = browser.open(house, &ask.url(house)).await;
        let granted = answer(&mut browser, &url, &page, "organization", "10001").await;
        let code = callback(&browser.get(&next(&url, &granted)).await).code();
        assert_eq!(whose(house, "us", &DESK, &code).await, BOB.email);
        let (there, other) = browser.fill(house, &url, &page, "organization", "10002").await;
        assert_eq!(shown(&other), "Zylker Sandbox");
        house.advance(1);
        answer(&mut browser, &there, &other, "decision", "accept").await;
        let (_, again) = browser.fill(house, &url, &page, "organization", "10002").await;
        assert!(callback(&again).get("code").is_some());
        // The one used last is offered first.
        let (_, page) = browser.open(house, &ask.url(house)).await;
        assert_eq!(form(&page, "organization").choices[0], "10002");
    })
    .await;
}

#[tokio::test]
async fn going_back_and_choosing_another_gives_another_code() {
    for_each_store(async |house| {
        let ask = once(&DESK).with("scope", BIGIN);
        let mut browser = Browser::default();
        let (url, chooser) = walk_to(house, &mut browser, &ask, &BOB, "organization").await;
        let mut codes = Vec::new();
        for id in ["10001", "10002"] {
            let (there, consent) = browser.fill(house, &url, &chooser, "organization", id).await;
            codes.push(callback(&answer(&mut browser, &there, &consent, "decision", "accept").await).code());
        }
        // Neither was redeemed in between; each is its own organization's.
        assert_ne!(codes[0], codes[1]);
        let (one, two) = (house.exchange("us", &DESK, &codes[0]).await, house.exchange("us", &DESK, &codes[1]).await);
        let (one, two) = (Tokens::of(&one), Tokens::of(&two));
        // Who leaves an organization loses what was bound to it, and nothing else.
        house.provision(&person(&BOB, "Bob", &["10002"])).await;
        assert!(!house.alive("us", &one.access).await);
        assert!(house.alive("us", &two.access).await);
    })
    .await;
}

#[tokio::test]
async fn a_membership_that_ends_between_pages_ends_there() {
    for_each_store(async |house| {
        let ask = once(&DESK).with("scope", BIGIN);
        let mut browser = Browser::default();
        let (url, chooser) = walk_to(house, &mut browser, &ask, &BOB, "organization").await;
        let (there, consent) = browser.fill(house, &url, &chooser, "organization", "10002").await;
        assert_eq!(shown(&consent), "Zylker Sandbox");
        house.provision(&person(&BOB, "Bob", &["10001"])).await;
        // The click grants nothing for either: the page now shows what is left.
        let reply = answer(&mut browser, &there, &consent, "decision", "accept").await;
        assert_eq!((reply.status, shown(&reply)), (200, "Zylker".to_owned()));
        let late = answer(&mut browser, &url, &chooser, "organization", "10002").await;
        assert_eq!(late.status, 422);
        assert_eq!(form(&late, "organization").choices, ["10001"]);
        // And when none is left, none can be chosen.
        let (there, consent) = browser.open(house, &there.replace("/auth/organization", "/auth")).await;
        form(&consent, "decision");
        house.provision(&person(&BOB, "Bob", &[])).await;
        let reply = answer(&mut browser, &there, &consent, "decision", "accept").await;
        assert_eq!((reply.status, heading(&reply).as_str()), (400, "No organization to choose"));
        house.provision(&person(&BOB, "Bob", &["10001", "10002"])).await;
        let (_, page) = browser.open(house, &ask.url(house)).await;
        form(&page, "organization");
    })
    .await;
}

#[tokio::test]
async fn i04_a_second_membership_asks_and_leaves_what_was_granted_alone() {
    for_each_store(async |house| {
        for door in DOORS {
            house.provision(FIXTURE).await;
            let once = |app: &App| door.ask(app).without("prompt").with("scope", &BIGIN.replace(',', " "));
            let mut browser = Browser::default();
            let code = browser.authorize(house, &once(&DESK).with("prompt", "consent"), &ALICE).await.code();
            let before = Tokens::of(&door.exchange(house, "us", &DESK, &code).await);
            house.provision(&person(&ALICE, "Alice", &["10001", "10002"])).await;
            assert!(house.alive("us", &before.access).await);
            let fresh = door.renewed(house, "us", &DESK, &before.refresh).await;
            for access in [&before.access, &fresh.access] {
                let told = door.introspect(house, "us", &DESK, access).await;
                assert_eq!(told.text("org_id"), "10001", "{door:?}: what was granted is as it was");
            }
            // The same request no longer says which one it means: she is asked, here and by another client.
            let (url, page) = browser.open(house, &once(&DESK).url(house)).await;
            let (_, old) = browser.fill(house, &url, &page, "organization", "10001").await;
            assert!(callback(&old).get("code").is_some(), "granted before");
            let (_, new) = browser.fill(house, &url, &page, "organization", "10002").await;
            assert_eq!(shown(&new), "Zylker Sandbox");
            let (_, page) = browser.open(house, &once(&OTHER).url(house)).await;
            form(&page, "organization");
        }
    })
    .await;
}
