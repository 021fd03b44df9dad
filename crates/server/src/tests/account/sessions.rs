//! Where one is signed in: seen, recognized, and ended by its owner only (case I05).

use super::*;

const PAGE: (&str, &str) = ("/account", "/account/sessions");

/// The ids that the buttons of the page send.
async fn others(house: &House, browser: &mut Browser) -> Vec<String> {
    let page = open(house, browser, "us", "/account/sessions").await;
    assert_eq!(page.status, 200);
    page.body.split("name=\"session\" value=\"").skip(1).map(|r| r.split('"').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn one_sees_and_ends_one_s_own_sessions() {
    for_each_store_with(MAIL, async |house| {
        let mut alice = at_home(house, &ALICE).await;
        assert_eq!(others(house, &mut alice).await, Vec::<String>::new());
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0";
        let mut second = Browser { headers: vec![("user-agent".to_owned(), firefox.to_owned())], ..Browser::default() };
        house.advance(1);
        second.sign_in(house, &ALICE).await;
        house.advance(1);
        let mut third = Browser::default();
        third.sign_in(house, &ALICE).await;
        let mut bob = at_home(house, &BOB).await;
        let page = open(house, &mut alice, "us", "/account/sessions").await;
        for wanted in ["Firefox", "Linux", "127.0.0.1", "2026-11-22 10:00 UTC", "This one"] {
            assert!(page.body.contains(wanted), "{wanted}");
        }
        let listed = others(house, &mut alice).await;
        assert_eq!(listed.len(), 2);
        // Nobody else's, nor what is none.
        for wrong in [listed[0].as_str(), "", "x", &"0".repeat(32)] {
            assert_eq!(submit(house, &mut bob, "us", PAGE, &[("session", wrong)]).await.status, 404, "{wrong}");
        }
        assert!(is_signed_in(house, &mut second, "us").await && is_signed_in(house, &mut third, "us").await);
        // The newest comes first.
        let ended = submit(house, &mut alice, "us", PAGE, &[("session", &listed[0])]).await;
        assert_eq!(ended.header("location"), Some("/account/sessions?done=ended"));
        assert!(!is_signed_in(house, &mut third, "us").await && is_signed_in(house, &mut second, "us").await);
        assert_eq!(submit(house, &mut alice, "us", PAGE, &[("session", &listed[0])]).await.status, 404, "once");
        let all = submit(house, &mut alice, "us", PAGE, &[("all", "yes")]).await;
        assert_eq!(all.header("location"), Some("/account/sessions?done=all"));
        assert!(!is_signed_in(house, &mut second, "us").await);
        assert!(is_signed_in(house, &mut alice, "us").await && is_signed_in(house, &mut bob, "us").await);
        assert_eq!(house.audit("us").await.iter().filter(|row| row.event == "session_ended").count(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_form_that_is_under_way_when_its_session_is_ended_does_nothing() {
    // In a sandbox every request is read whole before anything else.
    for_each_store_with(Setup { no_sandbox: true, guess_limits: true, ..MAIL }, async |house| {
        let (mut alice, mut second) = (at_home(house, &ALICE).await, at_home(house, &ALICE).await);
        let page = open(house, &mut second, "us", "/account").await;
        let csrf = Form::find(&page.body).unwrap().hidden("csrf").to_owned();
        let fields = [("csrf", csrf.as_str()), ("first_name", "Mallory"), ("last_name", "")];
        let cookies: Vec<String> = second.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let form = Request::form("/account", &fields).header("cookie", &cookies.join("; "));
        let form = hold(house.url("us"), &form).await;
        submit(house, &mut alice, "us", PAGE, &[("all", "yes")]).await;
        let reply = release(vec![form]).await.remove(0);
        assert_eq!((reply.status, reply.header("location")), (303, Some("/sign-in?continue=%2Faccount")));
        assert!(!open(house, &mut alice, "us", "/account").await.body.contains("Mallory"));
    })
    .await;
}

#[tokio::test]
async fn many_sessions_come_in_pages() {
    for_one_store_with(MAIL, async |house| {
        let mut alice = at_home(house, &ALICE).await;
        for _ in 0..60 {
            house.advance(1);
            at_home(house, &ALICE).await;
        }
        let page = open(house, &mut alice, "us", "/account/sessions").await;
        assert_eq!(page.body.matches("name=\"session\"").count(), 50);
        let older = page.body.split("<nav class=\"pager\"").nth(1).unwrap();
        let older = attribute(older.split_once("<a ").unwrap().1, "href").unwrap();
        let rest = open(house, &mut alice, "us", &older).await;
        assert_eq!(rest.body.matches("name=\"session\"").count(), 10);
        assert!(rest.body.contains("This one"));
        for forged in ["x", "%00", "../", "1%27%20OR%201=1", &"f".repeat(500)] {
            let page = open(house, &mut alice, "us", &format!("/account/sessions?before={forged}")).await;
            assert_eq!(page.status, 400, "{forged}");
            let named = page.body.contains(">before</code>") || forged == "%00";
            assert!(named, "{forged}: {page:?}");
        }
        assert_eq!(open(house, &mut alice, "us", "/account/sessions?before=").await.status, 200);
    })
    .await;
}
