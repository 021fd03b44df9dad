//! The applications that have access, on the account page: one's own, and taken back by oneself only (cases I05,
//! I06, H01, C10).

use super::*;

/// Names of the applications that a browser's front page lists, with what is posted to remove each.
pub async fn connected(house: &House, browser: &mut Browser, front: &str) -> Vec<(String, String)> {
    let page = browser.get(&format!("{}{front}", house.url("us"))).await;
    assert_eq!(page.status, 200);
    assert_page(&page);
    let names = page.body.split(" id=\"name-").skip(1);
    let names = names.map(|rest| decoded(rest.split_once('>').unwrap().1.split_once('<').unwrap().0));
    let grants =
        page.body.split(" name=\"grant\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
    names.zip(grants).collect()
}

/// Posts a removal with the tokens of that browser's own pages.
pub async fn remove(house: &House, browser: &mut Browser, front: &str, grant: &str) -> Reply {
    let page = browser.get(&format!("{}{}/sign-out", house.url("us"), front.trim_end_matches('/'))).await;
    let fields = Form::find(&page.body).unwrap().filled("grant", grant);
    browser.post(&format!("{}{}/connected", house.url("us"), front.trim_end_matches('/')), &fields).await
}

#[tokio::test]
async fn one_sees_and_removes_one_s_own() {
    for_each_store(async |house| {
        let (mut alice, mut bob, mut pat) = (Browser::default(), Browser::default(), Browser::default());
        let portal = "/clientoauth/v2/60001";
        let ask = once(&DESK).with("scope", BIGIN);
        let alices = alice.authorize(house, &ask, &ALICE).await.code();
        alice.authorize(house, &once(&OTHER), &ALICE).await;
        bob.authorize(house, &ask, &BOB).await;
        pat.authorize(house, &ask.clone().portal(PARTNERS), &PAT).await;
        let mut own = connected(house, &mut alice, "/").await;
        own.sort();
        let names: Vec<&str> = own.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["Other App", "Zylker Desk"]);
        assert_eq!(connected(house, &mut Browser::default(), "/").await, []);
        assert_eq!(connected(house, &mut alice, portal).await, [], "another realm's front page");
        // Nobody else's, whoever asks: another person, another realm, nobody; nor what is no grant at all.
        let desk = own[1].1.clone();
        for (browser, front) in [(&mut bob, "/"), (&mut pat, portal)] {
            let theirs = connected(house, browser, front).await;
            assert_eq!(theirs.len(), 1);
            assert_ne!(theirs[0].1, desk);
            let strange = [desk.as_str(), "", "x", &desk[1..], &"0".repeat(32), &desk.to_uppercase(), "' OR 1=1"];
            let mut looks = Vec::new();
            for grant in strange {
                let reply = remove(house, browser, front, grant).await;
                assert!(matches!(reply.status, 200 | 303), "{grant}: {reply:?}");
                if reply.status == 200 {
                    looks.push(reply.body.contains("role=\"status\""));
                }
            }
            assert!(!looks.contains(&true), "nothing was removed, and nothing says so");
            assert_eq!(connected(house, browser, front).await, theirs);
        }
        // Not without our token, nor from elsewhere, nor by GET.
        let target = format!("{}/connected", house.url("us"));
        let fields = [("grant".to_owned(), desk.clone())];
        assert_eq!(alice.post(&target, &fields).await.status, 403);
        assert_eq!(Browser::default().post(&target, &fields).await.status, 403);
        let theirs = Form::find(&bob.get(&format!("{}/", house.url("us"))).await.body).unwrap();
        assert_eq!(alice.post(&target, &theirs.filled("grant", &desk)).await.status, 403);
        let (_, page) = alice.open(house, &format!("{target}?grant={desk}")).await;
        assert_eq!(page.status, 200);
        assert_eq!(connected(house, &mut alice, "/").await.len(), 2);
        // Hers to remove: the code that was not redeemed yet is dead, and the next request asks.
        assert!(remove(house, &mut alice, "/", &desk).await.body.contains("role=\"status\""));
        assert_eq!(house.exchange("us", &DESK, &alices).await.brief(), (200, r#"{"error":"invalid_code"}"#));
        form(&alice.get(&ask.url(house)).await, "decision");
        assert_eq!(connected(house, &mut alice, "/").await.len(), 1);
        // A second click finds nothing; others' access goes on.
        assert!(!remove(house, &mut alice, "/", &desk).await.body.contains("role=\"status\""));
        assert_eq!(connected(house, &mut bob, "/").await.len(), 1);
    })
    .await;
}
