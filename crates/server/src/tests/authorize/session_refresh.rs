//! "For this session": what a person allows a browser client for as long as they stay signed in, and how it gets another
//! token without asking (accounts-protocol.md section 6.2).

use super::{implicit::*, *};

const PATHS: [&str; 2] = ["/oauth/v2/auth/refresh", "/oauth/v2/refresh"];

/// Asks for another token, and follows nothing.
async fn refreshed(house: &House, browser: &mut Browser, path: &str, ask: &Ask) -> Reply {
    let reply = browser.get(&format!("{}{path}?{}", house.url(&ask.location), encoded(&ask.parameters))).await;
    assert!(reply.status == 302 || reply.header("x-frame-options") == Some("DENY"), "never framed: {reply:?}");
    reply
}

async fn refused(house: &House, browser: &mut Browser, ask: &Ask, word: &str) {
    for path in PATHS {
        let reply = refreshed(house, browser, path, ask).await;
        let expected = format!("{}#&error={word}&state=s-1", WIDGET.redirect_uri);
        assert_eq!(reply.header("location"), Some(expected.as_str()), "{path}: {reply:?}");
    }
}

#[tokio::test]
async fn implicit_refresh_gives_another_token_while_the_session_lives() {
    for_each_with_widgets(async |house| {
        let mut browser = Browser::default();
        let ask = token_for(&WIDGET).with("scope", BIGIN);
        let first = fragment(&accept(house, &mut browser, &ask, &ALICE, true).await);
        assert_eq!(
            names(&first),
            ["access_token", "expires_in", "location", "api_domain", "granted_for_session", "state"]
        );
        assert_eq!(value(&first, "granted_for_session"), Some("true"));
        let mut made = vec![value(&first, "access_token").unwrap().to_owned()];
        for path in PATHS {
            house.advance(1800);
            let all = fragment(&refreshed(house, &mut browser, path, &ask).await);
            assert_eq!(names(&all), names(&first));
            assert_eq!(value(&all, "expires_in"), Some("3600"));
            made.push(value(&all, "access_token").unwrap().to_owned());
        }
        assert!(!house.alive("us", &made[0]).await && house.alive("us", &made[1]).await);
        assert_eq!(house.user_info("us", &made[2]).await.text("Email"), ALICE.email);
        // Fewer scopes, in any order and spelling; all of them when none is named.
        for scope in ["aaaserver.PROFILE.read", "AaaServer.profile.READ,ZohoBigin.modules.contacts.READ"] {
            fragment(&refreshed(house, &mut browser, PATHS[0], &ask.clone().with("scope", scope)).await);
        }
        let all = fragment(&refreshed(house, &mut browser, PATHS[0], &ask.clone().without("scope")).await);
        assert_eq!(house.user_info("us", value(&all, "access_token").unwrap()).await.text("Email"), ALICE.email);
        // The authorization endpoint says so as well, when it is asked again.
        let again = fragment(&browser.get(&ask.url(house)).await);
        assert_eq!(value(&again, "granted_for_session"), Some("true"));
    })
    .await;
}

#[tokio::test]
async fn implicit_refresh_client_not_granted() {
    for_each_with_widgets(async |house| {
        let ask = token_for(&WIDGET);
        let mut browser = Browser::default();
        refused(house, &mut browser, &ask, "client_not_granted").await;
        browser.sign_in(house, &ALICE).await;
        refused(house, &mut browser, &ask, "client_not_granted").await;
        // A yes without "for this session" is not one for the session.
        accept(house, &mut browser, &ask, &ALICE, false).await;
        refused(house, &mut browser, &ask, "client_not_granted").await;
        let again = ask.clone().with("prompt", "consent");
        accept(house, &mut browser, &again, &ALICE, true).await;
        fragment(&refreshed(house, &mut browser, PATHS[0], &ask).await);
        // Nor in another browser of the same person, whatever that one was allowed before.
        let mut other = Browser::default();
        other.sign_in(house, &ALICE).await;
        refused(house, &mut other, &ask, "client_not_granted").await;
        // The last answer counts.
        accept(house, &mut browser, &again, &ALICE, false).await;
        refused(house, &mut browser, &ask, "client_not_granted").await;
        accept(house, &mut browser, &again, &ALICE, true).await;
        fragment(&refreshed(house, &mut browser, PATHS[1], &ask).await);
        // It ends with the session: signing out, and in again.
        let page = browser.get(&format!("{}/sign-out", house.url("us"))).await;
        let form = Form::find(&page.body).unwrap();
        browser.post(&format!("{}{}", house.url("us"), form.action), &form.hidden).await;
        refused(house, &mut browser, &ask, "client_not_granted").await;
        browser.sign_in(house, &ALICE).await;
        refused(house, &mut browser, &ask, "client_not_granted").await;
        // What was allowed without a session is still remembered.
        fragment(&browser.get(&ask.url(house)).await);
    })
    .await;
}

#[tokio::test]
async fn implicit_refresh_ends_when_access_is_taken_back() {
    for_each_with_widgets(async |house| {
        let (mut browser, ask) = (Browser::default(), token_for(&WIDGET));
        let first = fragment(&accept(house, &mut browser, &ask, &ALICE, true).await);
        let front = format!("{}/", house.url("us"));
        let page = browser.get(&front).await;
        let grant = page.body.split(" name=\"grant\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        browser.fill(house, &front, &page, "grant", &grant).await;
        assert!(!house.alive("us", value(&first, "access_token").unwrap()).await);
        refused(house, &mut browser, &ask, "client_not_granted").await;
        // Allowed again, it is not again for the session.
        accept(house, &mut browser, &ask, &ALICE, false).await;
        refused(house, &mut browser, &ask, "client_not_granted").await;
    })
    .await;
}

#[tokio::test]
async fn implicit_refresh_goes_on_where_the_person_is_at_home() {
    for_each_with_widgets(async |house| {
        let (mut browser, ask) = (Browser::default(), token_for(&WIDGET));
        accept(house, &mut browser, &ask, &CARLA, true).await;
        for path in PATHS {
            // Asked at us, where this person was sent on from before.
            let reply = refreshed(house, &mut browser, path, &ask).await;
            let at_home = reply.header("location").unwrap().to_owned();
            assert!(at_home.starts_with(&format!("{}{}?", house.url("eu"), PATHS[0])), "{at_home}");
            let all = fragment(&browser.get(&at_home).await);
            assert_eq!(value(&all, "location"), Some("eu"));
            assert!(house.alive("eu", value(&all, "access_token").unwrap()).await);
        }
        // Never round in circles: where nobody is signed in, it says so.
        let mut stranger = browser.clone();
        stranger.cookies.retain(|name, _| !name.contains("session"));
        let reply = refreshed(house, &mut stranger, PATHS[0], &ask).await;
        let reply = stranger.get(reply.header("location").unwrap()).await;
        assert!(reply.header("location").unwrap().contains("#&error=client_not_granted"), "{reply:?}");
    })
    .await;
}

#[tokio::test]
async fn implicit_refresh_prompt_required() {
    for_each_with_widgets(async |house| {
        let (mut browser, ask) = (Browser::default(), token_for(&WIDGET));
        accept(house, &mut browser, &ask, &ALICE, true).await;
        for scope in ["email", BIGIN, "AaaServer.profile.READ,openid"] {
            refused(house, &mut browser, &ask.clone().with("scope", scope), "prompt_required").await;
        }
        fragment(&refreshed(house, &mut browser, PATHS[0], &ask).await);
    })
    .await;
}

#[tokio::test]
async fn implicit_refresh_stays_in_its_organization() {
    for_each_with_widgets(async |house| {
        let (mut browser, ask) = (Browser::default(), token_for(&WIDGET).with("scope", BIGIN));
        let second = Person { organization: "10002", ..BOB };
        let mut tokens = Vec::new();
        for person in [&BOB, &second] {
            house.advance(1);
            let again = ask.clone().with("prompt", "consent");
            tokens.push(fragment(&accept(house, &mut browser, &again, person, true).await));
            tokens.push(fragment(&refreshed(house, &mut browser, PATHS[0], &ask).await));
        }
        let alive = async || {
            let mut alive = Vec::new();
            for all in &tokens {
                alive.push(house.alive("us", value(all, "access_token").unwrap()).await);
            }
            alive
        };
        assert_eq!(alive().await, [true; 4]);
        let bob = |organizations: &str| {
            format!(
                "[[user]]\nemail = \"bob@zylker.example\"\nzuid = 700002\n{{password}}\nfirst_name = \"Bob\"\n\
                 data_center = \"us\"\norganizations = [{organizations}]"
            )
        };
        // Each token is of the organization that was chosen; what is left of the session is of the other one.
        house.provision(&bob("\"10001\"")).await;
        assert_eq!(alive().await, [true, true, false, false]);
        fragment(&refreshed(house, &mut browser, PATHS[0], &ask).await);
        house.provision(&bob("")).await;
        assert_eq!(alive().await, [false; 4]);
        refused(house, &mut browser, &ask, "client_not_granted").await;
    })
    .await;
}

#[tokio::test]
async fn implicit_refresh_request_errors_stay_on_a_page() {
    for_each_with_widgets(async |house| {
        let mut browser = Browser::default();
        let ask = token_for(&WIDGET);
        accept(house, &mut browser, &ask, &ALICE, true).await;
        for (ask, words) in [
            (ask.clone().with("client_id", "1000.NOBODY"), CLIENT),
            (ask.clone().with("redirect_uri", "https://evil.example/"), REDIRECT_URI),
            (ask.clone().with("redirect_uri", ""), REDIRECT_URI),
            (ask.clone().with("scope", "Nope.x.READ"), SCOPE),
            (ask.clone().with("scope", ""), SCOPE),
            (ask.clone().with("response_type", "code"), RESPONSE_TYPE),
            (ask.clone().without("response_type"), RESPONSE_TYPE),
            (ask.clone().without("client_id"), RESPONSE_TYPE),
            (ask.clone().without("redirect_uri"), RESPONSE_TYPE),
            (token_for(&PANEL), RESPONSE_TYPE),
        ] {
            for path in PATHS {
                assert_refused(&ask, &refreshed(house, &mut browser, path, &ask).await, words);
            }
        }
        let strange = Request::get("").header("referer", "https://evil.example/");
        let url = format!("{}{}?{}", house.url("us"), PATHS[0], encoded(&ask.parameters));
        assert_refused(&ask, &browser.send(&url, strange).await, CLIENT);
        for method in ["POST", "PUT", "HEAD"] {
            let reply = browser.send(&url, Request::new(method, "")).await;
            assert_eq!((reply.status, reply.header("location")), (400, None), "{method}");
        }
    })
    .await;
}
