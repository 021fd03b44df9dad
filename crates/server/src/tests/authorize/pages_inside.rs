//! The pages behind the sign-in, of the console, the account and an organization: each carries what every page
//! carries (cases H04, H06; `spec/decisions.md` 18).

use super::*;
use crate::tests::console_tools::{MORE, SCRIPT_APP, notice_and_grant};

/// Opens each of them, which must be there, and wants what every page has.
async fn assert_pages(house: &House, browser: &mut Browser, paths: &[String]) {
    for path in paths {
        println!("{path}");
        let reply = browser.get(&format!("{}{path}", house.url("us"))).await;
        assert_eq!(reply.status, 200, "{path}: {reply:?}");
        assert_page(&reply);
    }
}

#[tokio::test]
async fn h04_h06_every_page_of_the_console_carries_it() {
    for_each_store(async |house| {
        house.provision(MORE).await;
        let (notice, grant) = notice_and_grant(house).await;
        let mut paths = vec!["/console".to_owned(), "/console/new".to_owned()];
        paths.extend(["server", "browser", "mobile", "device", "self"].map(|kind| format!("/console/new?type={kind}")));
        for tail in ["", "/secrets", "/link", "/notices", "/quotas", "/webhook", "/sandbox"] {
            paths.push(format!("/console/{}{tail}", DESK.id));
        }
        paths.push(format!("/console/{}/notices/{notice}", DESK.id));
        paths.push(format!("/console/{}/quotas/us/{grant}", DESK.id));
        // A self client, which alone has a page for its code.
        for tail in ["", "/code"] {
            paths.push(format!("/console/{}{tail}", SCRIPT_APP.id));
        }
        let mut alice = Browser::default();
        alice.sign_in(house, &ALICE).await;
        assert_pages(house, &mut alice, &paths).await;
    })
    .await;
}

#[tokio::test]
async fn h04_h06_every_page_of_the_account_carries_it() {
    for_each_store(async |house| {
        house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let mut alice = Browser::default();
        alice.sign_in(house, &ALICE).await;
        let tails = ["", "/security", "/security/factors", "/sessions", "/apps", "/data"];
        assert_pages(house, &mut alice, &tails.map(|tail| format!("/account{tail}"))).await;
    })
    .await;
}

#[tokio::test]
async fn h04_h06_every_page_of_an_organization_carries_it() {
    for_each_store(async |house| {
        house.tokens(&once(&DESK).with("scope", BIGIN), &DESK, &ALICE).await;
        let mut alice = Browser::default();
        alice.sign_in(house, &ALICE).await;
        let desk = format!("/apps/{}", DESK.id);
        let tails = [
            "",
            "/members",
            "/members/700002",
            "/invitations",
            "/apps",
            &desk,
            "/policy",
            "/reviews",
            "/portals",
            "/portals/60001",
            "/portals/60001/users",
            "/portals/60001/users/800001",
            "/audit",
        ];
        assert_pages(house, &mut alice, &tails.map(|tail| format!("/organization/10001{tail}"))).await;
        // What is not there is a page like any other.
        for path in ["/organization/99999", "/organization/10001/members/1", "/console/1000.NOBODY"] {
            let reply = alice.get(&format!("{}{path}", house.url("us"))).await;
            assert_eq!(reply.status, 404, "{path}: {reply:?}");
            assert_page(&reply);
        }
    })
    .await;
}
