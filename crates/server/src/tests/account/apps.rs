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

#[tokio::test]
async fn applications_beyond_a_page_are_on_the_next_one() {
    for_each_store(async |house| {
        let mut alice = at_home(house, &ALICE).await;
        let id = |n: u32| format!("1000.ZYLKERMANY{n:020}");
        let now = house.clock().now();
        let desk = house.room("us").house.directory.read(|tx| tx.registration(DESK.id)).await.unwrap().unwrap();
        let many = (0..60).map(|n| {
            let mut one = desk.clone();
            one.client.id = id(n);
            one.client.name = format!("Application {n:02}");
            one
        });
        let many: Vec<_> = many.collect();
        let directory = &house.room("us").house.directory;
        directory.write(move |tx| many.iter().try_for_each(|one| tx.put_registration(one, now))).await.unwrap();
        for n in 0..60 {
            house.advance(1);
            house.code(&Ask::of(&DESK).with("client_id", &id(n)).with("scope", BIGIN), &ALICE).await;
        }
        let first = open(house, &mut alice, "us", "/account/apps").await;
        assert_eq!(grants(house, &mut alice).await.len(), 50);
        assert!(first.body.contains("Application 59") && !first.body.contains("Application 09"), "the newest first");
        let older = attribute(first.body.split("<nav class=\"pager\"").nth(1).unwrap(), "href").unwrap();
        let rest = open(house, &mut alice, "us", &older).await;
        let own: Vec<_> = rest.body.split("name=\"grant\" value=\"").skip(1).map(|r| r.split('"').next()).collect();
        assert!(own.len() == 10 && rest.body.contains("Application 09") && !rest.body.contains("class=\"pager\""));
        for grant in own {
            let gone = submit(house, &mut alice, "us", PAGE, &[("grant", grant.unwrap())]).await;
            assert_eq!(gone.header("location"), Some("/account/apps?done=removed"));
        }
        let emptied = open(house, &mut alice, "us", &older).await;
        assert_eq!(emptied.header("location"), Some("/account/apps"), "{emptied:?}");
        for forged in ["x", "1.zz", "%00", "1%27%20OR%201=1"] {
            let page = open(house, &mut alice, "us", &format!("/account/apps?before={forged}")).await;
            assert_eq!(page.status, 400, "{forged}");
        }
    })
    .await;
}
