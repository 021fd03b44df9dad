//! Connected applications: what each may do, and taking it back (cases I05, I06).

use super::*;

const PAGE: (&str, &str) = ("/account", "/account/apps");
const BIGIN: &str = "ZohoBigin.modules.contacts.READ,AaaServer.profile.READ";

async fn grants(house: &House, browser: &mut Browser) -> Vec<String> {
    let page = open(house, browser, "us", "/account/apps").await;
    assert_eq!(page.status, 200);
    page.body.split("name=\"grant\" value=\"").skip(1).map(|r| r.split('"').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn one_sees_what_applications_may_and_takes_it_back() {
    for_each_store_with(MAIL, async |house| {
        let (mut alice, mut bob) = (at_home(house, &ALICE).await, at_home(house, &BOB).await);
        assert_eq!(grants(house, &mut alice).await, Vec::<String>::new());
        let tokens = house.tokens(&Ask::of(&DESK).with("scope", BIGIN), &DESK, &ALICE).await;
        house.tokens(&Ask::of(&OTHER).with("access_type", "online"), &OTHER, &ALICE).await;
        house.advance(120);
        assert_eq!(house.refresh("us", &DESK, &tokens.refresh).await.status, 200);
        let page = open(house, &mut alice, "us", "/account/apps").await;
        for wanted in [
            "Zylker Desk",
            "desk.zylker.example",
            "Other App",
            "View your contacts",
            "2026-11-22",
            "2026-11-22 10:02 UTC",
            ">Zylker<",
            "Your account only",
        ] {
            assert!(page.body.contains(wanted), "{wanted}");
        }
        let own = grants(house, &mut alice).await;
        assert_eq!(own.len(), 2);
        for wrong in [own[0].as_str(), own[1].as_str(), "", "x", &"0".repeat(32)] {
            assert_eq!(submit(house, &mut bob, "us", PAGE, &[("grant", wrong)]).await.status, 404, "{wrong}");
        }
        assert!(house.alive("us", &tokens.access).await);
        // What is bound to no organization comes first.
        let gone = submit(house, &mut alice, "us", PAGE, &[("grant", &own[1])]).await;
        assert_eq!(gone.header("location"), Some("/account/apps?done=removed"));
        assert!(!house.alive("us", &tokens.access).await);
        assert_eq!(grants(house, &mut alice).await, [own[0].clone()]);
        assert_eq!(submit(house, &mut alice, "us", PAGE, &[("grant", &own[1])]).await.status, 404, "once");
        told_of_withdrawal(house, DESK.id).await;
    })
    .await;
}
