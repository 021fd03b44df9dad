//! What administrators decide: at consent, at the token endpoints of both dialects, at once; and what everybody is told.

use grantor_store::NoticeFilter;

use super::{BIGIN, browser_of, done, page, submit};
use crate::tests::{
    account::{MAIL, letters},
    answers::*,
    device::Device,
    harness::*,
};

const POLICY: &str = "/organization/10001/policy";

fn ask() -> Ask {
    Ask::of(&DESK).with("scope", BIGIN)
}

/// The causes that the client's owner reads, newest first.
async fn told(house: &House, client: &'static str) -> Vec<String> {
    let directory = house.room("us").house.directory.clone();
    let mut causes = Vec::new();
    eventually("notices are written", async || {
        let wanted = NoticeFilter::default();
        let all = directory.read(move |tx| tx.notices(client, &wanted, 20)).await.unwrap();
        causes = all.into_iter().map(|notice| notice.cause).collect();
        !causes.is_empty()
    })
    .await;
    causes
}

async fn standard_tokens(house: &House, person: &Person) -> Tokens {
    let standard = Ask { standard: true, ..ask().with("scope", "ZohoBigin.modules.contacts.READ openid") }
        .without("access_type")
        .with("scope", "ZohoBigin.modules.contacts.READ offline_access openid")
        .with("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
        .with("code_challenge_method", "S256");
    let code = Browser::default().authorize(house, &standard, person).await.code();
    let fields = [redemption(&DESK, &code), vec![("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")]];
    Tokens::of(&house.post("us", "/oauth2/token", &fields.concat()).await)
}

#[tokio::test]
async fn e09_a_change_makes_the_very_next_refresh_fail_in_both_dialects() {
    for_each_store(async |house| {
        let mut alice = browser_of(house, &ALICE).await;
        let tokens = house.tokens(&ask(), &DESK, &BOB).await;
        let mut standard = standard_tokens(house, &BOB).await;
        let free = house.tokens(&Ask::of(&DESK), &DESK, &BOB).await;
        for (fields, cause) in [
            (&[("listed", "1")][..], "policy_client_blocked"),
            (&[("review", "1")], "policy_review_required"),
            (&[("scopes", "zohobigin.modules.ALL")], "policy_scope_blocked"),
        ] {
            assert_eq!(done(house, &mut alice, POLICY, fields).await.status, 200);
            assert_eq!(house.refresh("us", &DESK, &tokens.refresh).await.brief(), INVALID_CODE, "{cause}");
            let reply = house.post("us", "/oauth2/token", &refreshing(&DESK, &standard.refresh)).await;
            assert_eq!((reply.status, reply.text("error").as_str()), (400, "invalid_grant"), "{cause}");
            assert!(reply.text("error_description").contains("administrators"), "{reply:?}");
            // What belongs to no organization is none of its business.
            Tokens::of(&house.refresh("us", &DESK, &free.refresh).await);
            assert_eq!(done(house, &mut alice, POLICY, &[]).await.status, 200);
            Tokens::of(&house.refresh("us", &DESK, &tokens.refresh).await);
            let reply = house.post("us", "/oauth2/token", &refreshing(&DESK, &standard.refresh)).await;
            standard = Tokens::of(&reply);
        }
        let mut wanted = vec!["policy_client_blocked", "policy_review_required", "policy_scope_blocked"];
        eventually("the owner is told", async || {
            let causes = told(house, DESK.id).await;
            wanted.retain(|cause| !causes.iter().any(|own| own == cause));
            wanted.is_empty()
        })
        .await;
        // The life of a grant.
        assert_eq!(done(house, &mut alice, POLICY, &[("days", "30")]).await.status, 200);
        house.advance(30 * 86_400 - 1);
        Tokens::of(&house.refresh("us", &DESK, &tokens.refresh).await);
        house.advance(1);
        assert_eq!(house.refresh("us", &DESK, &tokens.refresh).await.brief(), INVALID_CODE);
        let audit = house.audit("us").await;
        // All at one time of this clock, in no order.
        let now = "now: clients any, listed none, blocked scopes none, maximum life 30 days, review not required";
        let row = audit.iter().find(|row| row.event == "policy_changed" && row.detail.ends_with(now)).unwrap();
        assert!(row.detail.contains("before: ") && row.detail.contains("maximum life none"), "{row:?}");
        assert_eq!((row.user.map(|u| u.0), row.organization_id.as_deref()), (Some(ALICE.zuid), Some("10001")));
    })
    .await;
}

#[tokio::test]
async fn whoever_may_not_connect_reads_why_and_may_ask_for_a_review() {
    for_each_store(async |house| {
        let mut alice = browser_of(house, &ALICE).await;
        let mut bob = browser_of(house, &BOB).await;
        done(house, &mut alice, POLICY, &[("listed", "1")]).await;
        let (_, blocked) = bob.walk(house, &ask().url(house), &BOB, Some("decision")).await;
        assert!(blocked.status == 400 && blocked.body.contains("ERROR_access_denied"), "{blocked:?}");
        assert!(blocked.body.contains("do not allow this application") && !blocked.body.contains("Ask for a review"));
        done(house, &mut alice, POLICY, &[("review", "1")]).await;
        let (_, stopped) = bob.walk(house, &ask().url(house), &BOB, Some("decision")).await;
        assert!(stopped.status == 400 && stopped.body.contains("Ask for a review"), "{stopped:?}");
        let form = Form::find(&stopped.body).unwrap();
        assert_eq!(form.action, "/organization/10001/ask");
        let asked = bob.post(&super::at(house, &form.action), &form.filled("ask", "review")).await;
        assert!(asked.status == 200 && asked.body.contains("Your administrators were asked"), "{asked:?}");
        let (_, again) = bob.walk(house, &ask().url(house), &BOB, Some("decision")).await;
        assert!(again.body.contains("have not decided yet"), "{again:?}");
        // Nobody asks for what needs no review, in an organization of others, or for what is not there.
        let nowhere = super::bare(&page(house, &mut bob, "/organization/99999").await);
        for (organization, client) in
            [("10001", "1000.NOBODY"), ("10002", DESK.id), ("20001", DESK.id), ("99999", DESK.id)]
        {
            let reply =
                submit(house, &mut bob, &format!("/organization/{organization}/ask"), &[("client", client)]).await;
            assert_eq!(super::bare(&reply), nowhere, "{organization} {client}");
        }
        let reviews = page(house, &mut alice, "/organization/10001/reviews").await;
        assert!(reviews.body.contains("Zylker Desk") && reviews.body.contains(BOB.email), "{reviews:?}");
        let decide = [("client", DESK.id), ("do", "approve")];
        done(house, &mut alice, "/organization/10001/reviews", &decide).await;
        let tokens = house.tokens(&ask(), &DESK, &BOB).await;
        Tokens::of(&house.refresh("us", &DESK, &tokens.refresh).await);
        done(house, &mut alice, "/organization/10001/reviews", &[("client", DESK.id), ("do", "refuse")]).await;
        assert_eq!(house.refresh("us", &DESK, &tokens.refresh).await.brief(), INVALID_CODE);
        // Listed by hand it needs no review.
        let add = [("do", "add"), ("client", DESK.id)];
        let listed = done(house, &mut alice, POLICY, &add).await;
        assert!(listed.body.contains("Zylker Desk"));
        Tokens::of(&house.refresh("us", &DESK, &tokens.refresh).await);
        done(house, &mut alice, POLICY, &[("do", "remove"), ("client", DESK.id)]).await;
        assert_eq!(house.refresh("us", &DESK, &tokens.refresh).await.brief(), INVALID_CODE);
    })
    .await;
}

#[tokio::test]
async fn the_standard_dialect_tells_the_client() {
    for_each_store(async |house| {
        let mut alice = browser_of(house, &ALICE).await;
        done(house, &mut alice, POLICY, &[("scopes", "ZohoBigin.modules.contacts.READ")]).await;
        let standard = Ask { standard: true, ..ask().with("scope", "ZohoBigin.modules.contacts.READ") }
            .with("state", "s-9")
            .with("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
            .with("code_challenge_method", "S256")
            .without("access_type");
        let mut bob = browser_of(house, &BOB).await;
        let (_, reply) = bob.walk(house, &standard.url(house), &BOB, Some("decision")).await;
        let callback = Callback::of(reply.header("location").unwrap_or_else(|| panic!("{reply:?}")));
        assert_eq!(
            (callback.get("error"), callback.get("state")),
            (Some("access_denied"), Some("s-9")),
            "{callback:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn i03_devices_and_codes_under_way_are_stopped_too() {
    for_each_store(async |house| {
        let mut alice = browser_of(house, &ALICE).await;
        let device = Device::asking(house, "us", BIGIN, "offline").await;
        device.answered(house, &BOB, "accept").await;
        let waiting = house.code(&ask(), &BOB).await;
        done(house, &mut alice, POLICY, &[("listed", "1")]).await;
        assert_eq!(device.poll(house, "us").await.brief(), INVALID_CODE);
        assert_eq!(house.exchange("us", &DESK, &waiting).await.brief(), INVALID_CODE);
        let other = Device::asking(house, "us", BIGIN, "offline").await;
        let (_, _, stopped) = other.to_consent(house, &BOB).await;
        assert!(stopped.status == 400 && stopped.body.contains("do not allow this application"), "{stopped:?}");
        // Taken back in time, nothing was lost.
        done(house, &mut alice, POLICY, &[]).await;
        Tokens::of(&house.exchange("us", &DESK, &waiting).await);
    })
    .await;
}

#[tokio::test]
async fn what_is_typed_wrong_is_shown_again() {
    for_each_store(async |house| {
        let mut alice = browser_of(house, &ALICE).await;
        for (fields, wanted) in [
            (&[("scopes", "Nothing.like.THIS"), ("listed", "1")][..], "Nothing.like.THIS"),
            (&[("days", "-3")], "days-error"),
            (&[("days", "99999")], "days-error"),
            (&[("do", "add"), ("client", "1000.NOBODY")], "client-error"),
            (&[("do", "add"), ("client", "1000.NOBODY")], "value=\"1000.NOBODY\""),
            (&[("scopes", "<script>alert(1)</script>")], "&#60;script&#62;"),
        ] {
            let reply = submit(house, &mut alice, POLICY, fields).await;
            assert!(reply.status == 422 && reply.body.contains(wanted), "{fields:?}: {reply:?}");
            assert!(!reply.body.contains("<script>alert"));
        }
        assert!(!house.audit("us").await.iter().any(|row| row.event == "policy_changed"), "nothing was changed");
        let reply = submit(house, &mut alice, POLICY, &[("do", "remove"), ("client", DESK.id)]).await;
        assert_eq!(reply.status, 404, "it is not listed");
    })
    .await;
}

#[tokio::test]
async fn k02_many_reviews_are_few_letters() {
    for_one_store_with(Setup { guess_limits: true, ..MAIL }, async |house| {
        let clients: Vec<String> = (0..31).map(|n| format!("1000.REVIEWED{n:022}")).collect();
        let entry = |id: &String| {
            format!(
                "[[client]]\nid = {id:?}\nsecret = \"canary-made-secret\"\ntype = \"server\"\nname = \"Reviewed\"\n\
                 redirect_uris = [\"https://reviewed.example/callback\"]\ndata_centers = [\"us\"]\n"
            )
        };
        house.provision(&clients.iter().map(entry).collect::<String>()).await;
        let (mut alice, mut bob) = (browser_of(house, &ALICE).await, browser_of(house, &BOB).await);
        done(house, &mut alice, POLICY, &[("review", "1")]).await;
        for (n, client) in clients.iter().enumerate() {
            let reply = submit(house, &mut bob, "/organization/10001/ask", &[("client", client)]).await;
            assert_eq!(reply.status, if n < 30 { 200 } else { 429 }, "{n}: {reply:?}");
            // Asked for already: no letter, and none counted.
            let again = submit(house, &mut bob, "/organization/10001/ask", &[("client", &clients[0])]).await;
            assert_eq!(again.status, if n < 29 { 200 } else { 429 }, "{n}: {again:?}");
        }
        letters(house, ALICE.email, 4).await;
        let reviews = page(house, &mut alice, "/organization/10001/reviews").await;
        assert!(reviews.body.contains(&clients[29]) && !reviews.body.contains(&clients[30]), "{reviews:?}");
    })
    .await;
}
