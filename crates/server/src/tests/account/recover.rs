//! A forgotten password, by a letter (cases K01, K05, K06, K07, P05).

use super::*;

const PAGE: (&str, &str) = ("/recover", "/recover");

async fn ask(house: &House, location: &str, email: &str) -> Reply {
    submit(house, &mut Browser::default(), location, PAGE, &[("email", email)]).await
}

/// The link of a fresh letter to that person.
async fn link(house: &House, person: &Person, count: usize) -> String {
    assert_eq!(ask(house, person.location, person.email).await.status, 200);
    let found = letters(house, person.email, count).await;
    link_in(house, person.location, &found[0])
}

async fn set(house: &House, location: &str, link: &str, new: &str) -> Reply {
    let mut browser = Browser::default();
    let fields = [("new_password", new), ("again", new)];
    submit(house, &mut browser, location, ("/recover", link), &fields).await
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew_and_signs_nobody_in() {
    for_each_store_with(MAIL, async |house| {
        let mut alice = at_home(house, &ALICE).await;
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let url = format!("{}/sign-in?login_hint=alice%40zylker.example", house.url("us"));
        let page = Browser::default().get(&url).await;
        assert!(page.body.contains("/recover?login_hint=alice%40zylker.example"), "{page:?}");
        let link = link(house, &ALICE, 1).await;
        assert!(link.starts_with("/recover/"));
        let mut anybody = Browser::default();
        let page = open(house, &mut anybody, "us", &link).await;
        assert!(page.status == 200 && page.body.contains(ALICE.email));
        for (new, again) in [("canary7", "canary7"), (NEW, "canary-else"), ("", ""), ("password1", "password1")] {
            let fields = [("new_password", new), ("again", again)];
            let reply = submit(house, &mut anybody, "us", (&link, &link), &fields).await;
            assert_eq!(reply.status, 422, "{new}");
        }
        assert!(is_signed_in(house, &mut alice, "us").await);
        let fields = [("new_password", NEW), ("again", NEW)];
        let done = submit(house, &mut anybody, "us", (&link, &link), &fields).await;
        assert_eq!((done.status, done.header("location")), (303, Some("/recover?done=1")));
        assert!(done.headers_named("set-cookie").all(|cookie| !cookie.contains("session")));
        assert_eq!(open(house, &mut anybody, "us", "/recover?done=1").await.status, 200);
        assert!(!is_signed_in(house, &mut anybody, "us").await, "nobody is signed in");
        assert!(!is_signed_in(house, &mut alice, "us").await, "and everybody who was is no more");
        assert!(fits(house, &ALICE, NEW).await && !fits(house, &ALICE, PASSWORD).await);
        assert_eq!(house.refresh("us", &DESK, &tokens.refresh).await.status, 200);
        assert_eq!(letters(house, ALICE.email, 2).await[0].subject, "Your password at Grantor was changed");
    })
    .await;
}

#[tokio::test]
async fn k01_known_and_unknown_get_the_same_answer() {
    for_each_store_with(MAIL, async |house| {
        let mut answers = Vec::new();
        // An address that nobody has is at home somewhere, too; each house throws those dice anew.
        let unknown = (0..64).map(|n| format!("no{n:03}@zylker.example"));
        for email in std::iter::once(ALICE.email.to_owned()).chain(unknown) {
            if crate::walk::hand_over::home_of(&house.room("us"), &email).await.unwrap() != "us" {
                continue;
            }
            let reply = ask(house, "us", &email).await;
            assert_eq!((reply.status, email.len()), (200, ALICE.email.len()));
            let id = reply.header("x-request-id").unwrap();
            answers.push((reply.body.len(), reply.body.replace(&email, "…").replace(id, "…")));
            if answers.len() == 4 {
                break;
            }
        }
        assert_eq!(answers.len(), 4, "of so many strangers some are at home here");
        assert!(answers.windows(2).all(|two| two[0] == two[1]));
        letters(house, ALICE.email, 1).await;
        // A disabled user is as unknown as any.
        assert_eq!(ask(house, "us", LUKE.email).await.status, 200);
        for _ in 0..3 {
            ask(house, "us", ALICE.email).await;
        }
        letters(house, ALICE.email, 4).await;
        assert!(house.room("us").house.mail.kept().iter().all(|letter| letter.to == ALICE.email));
    })
    .await;
}

#[tokio::test]
async fn k06_the_link_does_not_follow_the_host() {
    for_each_store_with(MAIL, async |house| {
        let mut browser = Browser::default();
        let page = open(house, &mut browser, "us", "/recover").await;
        let form = Form::find(&page.body).unwrap();
        for header in ["host", "x-forwarded-host", "forwarded", "x-forwarded-server", "x-original-host"] {
            let value = if header == "forwarded" { "host=evil.example" } else { "evil.example" };
            let request = Request::form("", &form.filled("email", ALICE.email)).header(header, value);
            let request = request.header("x-forwarded-proto", "https").header("x-forwarded-port", "444");
            let reply = browser.send(&format!("{}/recover", house.url("us")), request).await;
            assert_eq!(reply.status, 200, "{header}: {reply:?}");
            assert!(!reply.body.contains("evil.example"));
        }
        for letter in letters(house, ALICE.email, 5).await {
            assert!(!letter.text.contains("evil.example"));
            link_in(house, "us", &letter);
        }
    })
    .await;
}

#[tokio::test]
async fn k07_a_link_works_once_for_half_an_hour_and_for_one_purpose() {
    for_each_store_with(MAIL, async |house| {
        // Blank, made up, cut, and with half of another.
        let (first, second) = (link(house, &ALICE, 1).await, link(house, &ALICE, 2).await);
        let (id, secret) = (first.split('.').nth(1).unwrap(), second.split('.').nth(2).unwrap());
        for wrong in [
            "/recover/",
            "/recover/%20",
            "/recover/x",
            "/recover/1000..",
            &first[..first.len() - 1],
            &format!("{first}0"),
            &format!("/recover/1000.{id}.{secret}"),
            &first.replace("/recover/", "/verify/"),
            &first.replace("/recover/", "/sign-up/"),
            &format!("/clientoauth/v2/60001{first}"),
            &format!("/clientoauth/v2/x{first}"),
        ] {
            let mut browser = Browser::default();
            let page = open(house, &mut browser, "us", wrong).await;
            assert!([404, 410].contains(&page.status) && page.body.contains("<h1>"), "{wrong}: {}", page.status);
            let reply =
                submit(house, &mut browser, "us", ("/recover", wrong), &[("new_password", NEW), ("again", NEW)]);
            assert!([404, 405, 410].contains(&reply.await.status), "{wrong}");
        }
        // It is no session and no token either.
        let token = first.strip_prefix("/recover/").unwrap();
        assert!(!house.alive("us", token).await);
        let mut thief = Browser::default();
        thief.cookies.insert("grantor_us_session".to_owned(), token.to_owned());
        assert!(!is_signed_in(house, &mut thief, "us").await);
        // In another data center it is nothing.
        assert_eq!(open(house, &mut Browser::default(), "eu", &first).await.status, 410);
        assert!(fits(house, &ALICE, PASSWORD).await);
        // Too old.
        house.advance(30 * 60);
        assert_eq!(open(house, &mut Browser::default(), "us", &first).await.status, 410);
        assert_eq!(set(house, "us", &first, NEW).await.status, 410);
        assert!(fits(house, &ALICE, PASSWORD).await);
        // Once; and the others of the same account with it.
        let (third, fourth) = (link(house, &ALICE, 3).await, link(house, &ALICE, 4).await);
        assert_eq!(set(house, "us", &third, NEW).await.status, 303);
        for dead in [&third, &fourth] {
            assert_eq!(set(house, "us", dead, "canary-of-a-thief").await.status, 410);
        }
        assert!(fits(house, &ALICE, NEW).await);
    })
    .await;
}

#[tokio::test]
async fn k07_many_at_once_set_one_password() {
    for_each_store_with(MAIL, async |house| {
        let link = link(house, &ALICE, 1).await;
        let mut browser = Browser::default();
        let page = open(house, &mut browser, "us", &link).await;
        let csrf = Form::find(&page.body).unwrap().hidden("csrf").to_owned();
        let mut tries = Vec::new();
        for n in 0..8 {
            let (mut browser, csrf) = (browser.clone(), csrf.clone());
            let url = format!("{}{link}", house.url("us"));
            tries.push(tokio::spawn(async move {
                let new = format!("canary-number-{n}");
                let fields = [("csrf", csrf), ("new_password", new.clone()), ("again", new)];
                browser.post(&url, &fields.map(|(name, value)| (name.to_owned(), value))).await.status
            }));
        }
        let mut statuses = Vec::new();
        for one in tries {
            statuses.push(one.await.unwrap());
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 410, 410, 410, 410, 410, 410, 410]);
    })
    .await;
}

#[tokio::test]
async fn recovery_goes_home_as_the_sign_in_does() {
    for_each_store_with(MAIL, async |house| {
        let reply = ask(house, "us", CARLA.email).await;
        let location = reply.header("location").unwrap().to_owned();
        assert_eq!(split(&location).0, house.url("eu"));
        assert!(location.contains("/recover?login_hint=carla%40zylker.example"));
        let mut browser = Browser::default();
        let (url, page) = browser.open(house, &location).await;
        assert!(page.body.contains("carla@zylker.example"));
        // Nothing was sent until the person says so there.
        let (_, page) = browser.fill(house, &url, &page, "email", CARLA.email).await;
        assert_eq!(page.status, 200);
        let link = link_in(house, "eu", &letters(house, CARLA.email, 1).await[0]);
        assert_eq!(set(house, "eu", &link, NEW).await.status, 303);
        assert!(fits(house, &CARLA, NEW).await);
    })
    .await;
}

#[tokio::test]
async fn a_portal_has_a_recovery_of_its_own() {
    for_each_store_with(MAIL, async |house| {
        let portal = "/clientoauth/v2/60001/recover";
        let mut pat = Browser::default();
        // Whoever belongs elsewhere is unknown here.
        let reply = submit(house, &mut pat, "us", (portal, portal), &[("email", ALICE.email)]).await;
        assert_eq!(reply.status, 200);
        let reply = submit(house, &mut pat, "us", (portal, portal), &[("email", PAT.email)]).await;
        assert!(reply.body.contains("Zylker Partners"));
        let letter = letters(house, PAT.email, 1).await.remove(0);
        assert!(letter.subject.contains("Zylker Partners"));
        let link = link_in(house, "us", &letter);
        assert!(link.starts_with(portal));
        let token = link.rsplit('/').next().unwrap();
        for elsewhere in [format!("/recover/{token}"), format!("/clientoauth/v2/60002/recover/{token}")] {
            assert_eq!(open(house, &mut pat, "us", &elsewhere).await.status, 410);
        }
        let done = submit(house, &mut pat, "us", (&link, &link), &[("new_password", NEW), ("again", NEW)]).await;
        assert_eq!(done.header("location"), Some("/clientoauth/v2/60001/recover?done=1"));
        letters(house, PAT.email, 2).await;
        assert!(house.room("us").house.mail.kept().iter().all(|letter| letter.to == PAT.email));
    })
    .await;
}

#[tokio::test]
async fn letters_are_throttled_by_address_and_account() {
    let setup = Setup { guess_limits: true, ..MAIL };
    for_one_store_with(setup, async |house| {
        let mut statuses = Vec::new();
        for _ in 0..7 {
            statuses.push(ask(house, "us", ALICE.email).await.status);
        }
        assert_eq!(statuses, [200; 7], "the answer does not tell");
        letters(house, ALICE.email, 4).await;
        for n in 0..20 {
            let email = format!("new{n}@zylker.example");
            let fields = [("email", email.as_str())];
            let reply = submit(house, &mut Browser::default(), "us", ("/sign-up", "/sign-up"), &fields).await;
            statuses.push(reply.status);
        }
        assert_eq!(statuses[7..20], [200; 13]);
        assert_eq!(statuses[20..], [429; 7]);
        let headers = vec![("x-forwarded-for".to_owned(), "203.0.113.9".to_owned())];
        let mut elsewhere = Browser { headers, ..Browser::default() };
        let reply = submit(house, &mut elsewhere, "us", PAGE, &[("email", ALICE.email)]).await;
        assert_eq!(reply.status, 429, "P05: a stranger's header changes nothing");
        house.advance(600);
        assert_eq!(ask(house, "us", ALICE.email).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn without_mail_there_is_no_recovery() {
    for_one_store(async |house| {
        for path in ["/recover", "/sign-up", "/clientoauth/v2/60001/recover"] {
            assert_eq!(open(house, &mut Browser::default(), "us", path).await.status, 404, "{path}");
        }
        let url = format!("{}/sign-in?login_hint=alice%40zylker.example", house.url("us"));
        let page = Browser::default().get(&url).await;
        assert!(!page.body.contains("/recover"));
    })
    .await;
}
