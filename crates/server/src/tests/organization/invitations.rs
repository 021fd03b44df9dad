//! Invitations over the wire: the link of a letter, the right address, once, seven days, and the right data center.

use super::{at, browser_of, done, page, submit};
use crate::tests::{
    account::{MAIL, letters},
    harness::*,
};

const INVITATIONS: &str = "/organization/10001/invitations";

/// Invites somebody where no letters are sent, and answers the path of the link that is shown once.
async fn invited(house: &House, alice: &mut Browser, fields: &[(&str, &str)]) -> String {
    let reply = submit(house, alice, INVITATIONS, fields).await;
    let shown = reply.body.split("id=\"link-once\"").nth(1).unwrap_or_else(|| panic!("no link: {reply:?}"));
    let link = attribute(shown, "value").unwrap();
    // Whatever the request called us.
    let path = link.strip_prefix(house.url("us")).unwrap_or_else(|| panic!("{link}"));
    let again = page(house, alice, INVITATIONS).await;
    assert!(!again.body.contains(path), "shown once");
    path.to_owned()
}

#[tokio::test]
async fn whoever_has_the_address_joins_once() {
    for_each_store(async |house| {
        let (mut alice, mut dora) = (browser_of(house, &ALICE).await, browser_of(house, &DORA).await);
        let link = invited(house, &mut alice, &[("email", " Dora@Zylker.Example "), ("administrator", "1")]).await;
        let open = page(house, &mut alice, INVITATIONS).await;
        assert!(open.body.contains(DORA.email), "{open:?}");
        // Bob may not use it, and opening it is not yet joining.
        let mut bob = browser_of(house, &BOB).await;
        let reply = page(house, &mut bob, &link).await;
        assert!(reply.status == 404 && reply.body.contains("for another address"), "{reply:?}");
        assert_eq!(submit(house, &mut bob, &link, &[]).await.status, 404);
        let reply = page(house, &mut dora, &link).await;
        assert!(reply.status == 200 && reply.body.contains("You would be an administrator"), "{reply:?}");
        assert_eq!(page(house, &mut dora, "/organization/10001").await.status, 404);
        let forged = dora.post(&at(house, &link), &[]).await;
        assert_eq!(forged.status, 403);
        let joined = done(house, &mut dora, &link, &[]).await;
        assert!(joined.status == 200 && joined.body.contains("Zylker"), "{joined:?}");
        assert_eq!(page(house, &mut dora, &link).await.status, 404, "once");
        assert_eq!(submit(house, &mut dora, &link, &[]).await.status, 404);
        let member = submit(house, &mut alice, INVITATIONS, &[("email", DORA.email)]).await;
        assert!(member.status == 422 && member.body.contains("a member already"), "{member:?}");
        let events: Vec<String> = house.audit("us").await.into_iter().map(|row| row.event).collect();
        assert!(events.contains(&"invited".to_owned()) && events.contains(&"invitation_accepted".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn a_link_ends_after_seven_days_or_when_it_is_taken_back() {
    for_each_store(async |house| {
        let (mut alice, mut dora) = (browser_of(house, &ALICE).await, browser_of(house, &DORA).await);
        let late = invited(house, &mut alice, &[("email", DORA.email)]).await;
        house.advance(7 * 86_400 - 1);
        assert_eq!(page(house, &mut dora, &late).await.status, 200);
        house.advance(1);
        assert_eq!(page(house, &mut dora, &late).await.status, 404);
        let gone = invited(house, &mut alice, &[("email", DORA.email)]).await;
        let open = page(house, &mut alice, INVITATIONS).await;
        let id = attribute(open.body.split("name=\"invitation\"").nth(1).unwrap(), "value").unwrap();
        done(house, &mut alice, INVITATIONS, &[("do", "withdraw"), ("invitation", &id)]).await;
        assert_eq!(submit(house, &mut dora, &gone, &[]).await.status, 404);
        for odd in ["nonsense", "1000.00000000000000000000000000000000.00000000000000000000000000000000", "%ff"] {
            let reply = page(house, &mut dora, &format!("/organization/invitation/{odd}")).await;
            assert_eq!(reply.status, 404, "{odd}: {reply:?}");
        }
        for email in ["", "no address", "two@x.example,three@x.example", "<b>@x.example"] {
            let reply = submit(house, &mut alice, INVITATIONS, &[("email", email)]).await;
            assert_eq!(reply.status, 422, "{email}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_account_of_another_data_center_cannot_join() {
    for_each_store(async |house| {
        let mut alice = browser_of(house, &ALICE).await;
        let link = invited(house, &mut alice, &[("email", CARLA.email)]).await;
        let mut carla = browser_of(house, &CARLA).await;
        let there = carla.get(&format!("{}{link}", house.url("eu"))).await;
        assert!(there.status == 404 && there.body.contains("another data center"), "{there:?}");
        assert!(!there.body.contains("10001"));
        let form = carla.get(&format!("{}/sign-out", house.url("eu"))).await;
        let csrf = Form::find(&form.body).unwrap().hidden("csrf").to_owned();
        let posted = carla.post(&format!("{}{link}", house.url("eu")), &[("csrf".to_owned(), csrf)]).await;
        assert_eq!(posted.status, 404);
    })
    .await;
}

/// Letters go out, and are limited.
const LETTERS: Setup = Setup { guess_limits: true, ..MAIL };

#[tokio::test]
async fn k02_many_invitations_of_a_stranger_are_few_letters() {
    const STRANGER: &str = "stranger@elsewhere.example";
    for_each_store_with(LETTERS, async |house| {
        let mut alice = browser_of(house, &ALICE).await;
        let mut invite = async |email: &str| submit(house, &mut alice, INVITATIONS, &[("email", email)]).await;
        for _ in 0..4 {
            assert_eq!(invite(STRANGER).await.status, 303);
        }
        let slowed = invite("Stranger@Elsewhere.example").await;
        assert!(slowed.status == 429 && slowed.body.contains("several letters from organizations"), "{slowed:?}");
        assert!(slowed.body.contains("aria-invalid"), "{slowed:?}");
        letters(house, STRANGER, 4).await;
        // What sends no letter does not count.
        assert_eq!(invite(BOB.email).await.status, 422);
        for n in 4..30 {
            assert_eq!(invite(&format!("n{n}@elsewhere.example")).await.status, 303, "{n}");
        }
        let slowed = invite("late@elsewhere.example").await;
        assert!(slowed.status == 429 && slowed.body.contains("Too many letters were sent by you"), "{slowed:?}");
        house.advance(600);
        assert_eq!(invite("late@elsewhere.example").await.status, 303);
        letters(house, "late@elsewhere.example", 1).await;
    })
    .await;
}
