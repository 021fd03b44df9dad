//! What a good request gets: a code, and who gives it; by redirect or by form; from the data center where the person
//! is at home (cases A09, A13 to A16, B06, H03, H11; RFC 9207).

use insta::assert_snapshot;

use super::*;

fn names(end: &Callback) -> Vec<&str> {
    end.parameters.iter().map(|(name, _)| name.as_str()).collect()
}

/// The page's form, posted as a browser without JavaScript would.
fn posted(page: &Reply) -> (String, Vec<(String, String)>) {
    let form = Form::find(&page.body).unwrap_or_else(|| panic!("no form: {page:?}"));
    (form.action, form.hidden)
}

#[tokio::test]
async fn a14_a_code_comes_with_its_issuer_and_nothing_of_the_other_dialect() {
    for_each_store(async |house| {
        let state = "a b&c=d+é";
        let mut browser = Browser::default();
        let end = browser.authorize(house, &ask(&DESK).with("state", state), &ALICE).await;
        assert_eq!(names(&end), ["code", "state", "iss"]);
        assert_eq!((end.get("state"), end.get("iss")), (Some(state), Some(issuer(house, "us").as_str())));
        let tokens = redeemed(house, "us", &DESK, &end.code()).await;
        let signed = jwt::Jwt::parse(&tokens.text("id_token"));
        assert_eq!((&signed.claims["nonce"], &signed.claims["sub"]), (&"n-1".into(), &"700001".into()));
        // Remembered: at once, with another code; the person's no comes with the issuer as well.
        let again = callback(&sent(house, &mut browser, &ask(&DESK)).await);
        assert!(again.code() != end.code());
        let (url, page) = browser.open(house, &ask(&DESK).with("prompt", "consent").url(house)).await;
        let no = browser.fill(house, &url, &page, "decision", "reject").await.1;
        assert_eq!(no.status, 303, "A15");
        let no = callback(&no);
        assert_eq!(names(&no), ["error", "state", "iss"]);
        assert_eq!((no.get("error"), no.get("iss")), (Some("access_denied"), Some(issuer(house, "us").as_str())));
    })
    .await;
}

#[tokio::test]
async fn a14_the_issuer_is_the_one_of_the_person_s_home() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let end = browser.authorize(house, &ask(&DESK), &CARLA).await;
        assert_eq!(end.get("iss"), Some(issuer(house, "eu").as_str()), "{end:?}");
        assert_eq!(end.get("location"), None);
        assert!(redeemed(house, "us", &DESK, &end.code()).await.text("access_token").is_empty());
        assert!(!redeemed(house, "eu", &DESK, &end.code()).await.text("access_token").is_empty());
        // The next time the browser goes straight home, and silently when that is asked.
        let silent = ask(&DESK).with("prompt", "none").url(house);
        let (_, reply) = browser.open(house, &silent).await;
        assert_eq!(callback(&reply).get("iss"), Some(issuer(house, "eu").as_str()));
        assert!(callback(&reply).get("code").is_some());
    })
    .await;
}

#[tokio::test]
async fn a_form_carries_the_answer() {
    for_each_store(async |house| {
        let state = "\"><script>alert(1)</script>&=#%00";
        let wanted = ask(&DESK).with("response_mode", "form_post").with("state", state);
        let mut browser = Browser::default();
        let (_, page) = browser.walk(house, &wanted.url(house), &ALICE, None).await;
        assert_eq!((page.status, page.header("location")), (200, None));
        assert_eq!(page.header("cache-control"), Some("no-store"));
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe") && !policy.contains("form-action"));
        assert!(!page.body.contains("alert(1)</script>"), "{}", page.body);
        let (action, hidden) = posted(&page);
        assert_eq!(action, DESK.redirect_uri);
        let names: Vec<&str> = hidden.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["code", "state", "iss"]);
        assert_eq!(hidden[2].1, issuer(house, "us"));
        assert!(!redeemed(house, "us", &DESK, &hidden[0].1).await.text("access_token").is_empty());
        // Without a page of ours on the way, and for an error.
        let (_, hidden) = posted(&sent(house, &mut browser, &wanted).await);
        assert_eq!(hidden[0].0, "code");
        let (action, hidden) = posted(&sent(house, &mut browser, &wanted.clone().with("scope", "nothing")).await);
        assert_eq!((action.as_str(), hidden[0].1.as_str()), (DESK.redirect_uri, "invalid_scope"));
        let plain = ask(&DESK).with("response_mode", "query");
        assert!(callback(&sent(house, &mut browser, &plain).await).get("code").is_some());
    })
    .await;
}

#[tokio::test]
async fn b06_parallel_flows_keep_their_own_challenge() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let first = browser.authorize(house, &ask(&DESK), &ALICE).await.code();
        let other = "M3xlqKy0HmFvEMQgVVzvQkGjTLuFJqFYP_yzR9ZAJZo";
        let second = callback(&sent(house, &mut browser, &ask(&DESK).with("code_challenge", other)).await).code();
        assert!(redeemed(house, "us", &DESK, &second).await.text("access_token").is_empty());
        assert!(!redeemed(house, "us", &DESK, &first).await.text("access_token").is_empty());
    })
    .await;
}

#[tokio::test]
async fn offline_access_is_remembered_and_gives_its_refresh_token_each_time() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let online = browser.authorize(house, &ask(&DESK), &ALICE).await.code();
        assert_eq!(redeemed(house, "us", &DESK, &online).await.text("refresh_token"), "");
        let by_scope = ask(&DESK).with("scope", "openid email profile offline_access");
        // What was not consented to is asked.
        form(&sent(house, &mut browser, &by_scope).await, "decision");
        for wanted in [by_scope, ask(&DESK).with("access_type", "offline")] {
            let code = browser.authorize(house, &wanted, &ALICE).await.code();
            assert!(!redeemed(house, "us", &DESK, &code).await.text("refresh_token").is_empty());
            let again = callback(&sent(house, &mut browser, &wanted).await).code();
            assert!(!redeemed(house, "us", &DESK, &again).await.text("refresh_token").is_empty());
        }
        let online = callback(&sent(house, &mut browser, &ask(&DESK)).await).code();
        assert_eq!(redeemed(house, "us", &DESK, &online).await.text("refresh_token"), "");
    })
    .await;
}

#[tokio::test]
async fn an_organization_is_chosen_as_in_the_other_dialect() {
    for_each_store(async |house| {
        let wanted = ask(&DESK).with("scope", "openid ZohoBigin.modules.contacts.READ");
        let mut browser = Browser::default();
        let (url, page) = browser.walk(house, &wanted.url(house), &BOB, Some("organization")).await;
        let choices = form(&page, "organization").choices;
        assert_eq!(choices, ["10001", "10002"]);
        let (url, page) = browser.fill(house, &url, &page, "organization", "10002").await;
        let (_, reply) = browser.fill(house, &url, &page, "decision", "accept").await;
        assert_eq!(names(&callback(&reply)), ["code", "state", "iss"]);
        // Nobody without one gets further than a page.
        let (_, page) = Browser::default().walk(house, &wanted.url(house), &DORA, None).await;
        assert_eq!((page.status, page.header("location")), (400, None));
    })
    .await;
}

#[tokio::test]
async fn h03_and_h11_only_our_own_form_approves_and_only_once() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let wanted = ask(&DESK).with("prompt", "consent");
        let (url, page) = browser.walk(house, &wanted.url(house), &ALICE, Some("decision")).await;
        let form = form(&page, "decision");
        let target = format!("{}{}", split(&url).0, form.action);
        let good = form.filled("decision", "accept");
        let mut foreign = good.clone();
        foreign.retain(|(name, _)| name != "csrf");
        assert_eq!(browser.post(&target, &foreign).await.status, 403);
        assert_eq!(Browser::default().post(&target, &good).await.status, 403, "another browser");
        // The form of one request approves no other.
        let other = target.replace("n-1", "n-2");
        assert_eq!(browser.post(&other, &good).await.header("location"), None);
        let (first, second) = (browser.post(&target, &good).await, browser.post(&target, &good).await);
        assert_eq!(callback(&first).code(), callback(&second).code());
        assert!(!redeemed(house, "us", &DESK, &callback(&first).code()).await.text("access_token").is_empty());
        assert_eq!(browser.post(&target, &good).await.header("location"), None, "it was used");
        // An address of a form, opened as a page, is the question from the start.
        for path in ["sign-in", "account", "organization", "consent"] {
            let url = wanted.url(house).replace("/authorize?", &format!("/authorize/{path}?"));
            let reply = browser.get(&url).await;
            assert!(reply.header("location").unwrap().starts_with("/oauth2/authorize?"), "{reply:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a13_and_a16_a_poisoned_host_and_a_foreign_origin_change_nothing() {
    for_each_store(async |house| {
        let mut browser = browser_of(house, &ALICE).await;
        browser.headers = [("x-forwarded-host", "evil.example"), ("forwarded", "host=evil.example")]
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .to_vec();
        let silent = ask(&DESK).with("prompt", "none");
        let end = callback(&sent(house, &mut browser, &silent).await);
        assert_eq!(end.get("iss"), Some(issuer(house, "us").as_str()));
        let poisoned = Request::get("/oauth2/.well-known/openid-configuration").header("host", "evil.example");
        assert_eq!(house.send("us", &poisoned).await.text("issuer"), issuer(house, "us"));
        browser.headers = vec![("origin".to_owned(), "https://evil.example".to_owned())];
        let reply = sent(house, &mut browser, &silent).await;
        assert!(reply.headers.iter().all(|(name, _)| !name.starts_with("access-control-")), "{reply:?}");
    })
    .await;
}

#[tokio::test]
async fn whole_exchanges() {
    let still = Setup { throttles: true, predictable: true, ..Setup::default() };
    for_each_store_with(still, async |house| {
        let mut browser = browser_of(house, &ALICE).await;
        let shown = |reply: &Reply| house.shown(reply);
        assert_snapshot!("standard_refused", shown(&sent(house, &mut browser, &ask(&DESK).with("scope", "x")).await));
        let silent = ask(&DESK).with("prompt", "none");
        assert_snapshot!("standard_consent_required", shown(&sent(house, &mut browser, &silent).await));
        browser.authorize(house, &ask(&DESK), &ALICE).await;
        assert_snapshot!("standard_code", shown(&sent(house, &mut browser, &silent).await));
        let form = silent.with("response_mode", "form_post");
        let page = sent(house, &mut browser, &form).await;
        let main = page.body.split_once("<main").unwrap().1.split_once("</main>").unwrap().0;
        let main = main.replace(house.url("us"), "{us}");
        assert_snapshot!("standard_code_by_form", main);
        let select = ask(&DESK).with("prompt", "select_account");
        assert_eq!(sent(house, &mut browser, &select).await.status, 200);
    })
    .await;
}
