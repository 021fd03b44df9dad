//! Members, connected applications, portals and their users, as an administrator changes them over the wire.

use grantor_protocol::{
    people::{Realm, UserId},
    scope::ScopeList,
    secret::SecretHash,
};
use grantor_store::{AuditTrail, CodeKind, NewCode, NewUser, Origin};

use super::{BIGIN, SECOND_ADMINISTRATOR, at, browser_of, csrf, done, held, page, submit};
use crate::tests::{answers::*, harness::*};

#[tokio::test]
async fn e09_a_removed_member_takes_nothing_along() {
    for_each_store(async |house| {
        let mut alice = browser_of(house, &ALICE).await;
        let bound = house.tokens(&Ask::of(&DESK).with("scope", BIGIN), &DESK, &BOB).await;
        let free = house.tokens(&Ask::of(&DESK), &DESK, &BOB).await;
        let bobs = "/organization/10001/members/700002";
        let wrong = submit(house, &mut alice, bobs, &[("do", "remove"), ("confirm", "somebody@else.example")]).await;
        assert!(wrong.status == 422 && wrong.body.contains("not the same"), "{wrong:?}");
        let made = done(house, &mut alice, bobs, &[("do", "administrator")]).await;
        assert!(made.body.contains("role=\"status\""));
        let mut bob = browser_of(house, &BOB).await;
        assert_eq!(page(house, &mut bob, "/organization/10001/members").await.status, 200);
        let list = done(house, &mut alice, bobs, &[("do", "remove"), ("confirm", "BOB@zylker.example")]).await;
        assert!(list.body.contains("was removed") && !list.body.contains(BOB.email), "{list:?}");
        assert_eq!(page(house, &mut bob, "/organization/10001/members").await.status, 404);
        assert_eq!(house.refresh("us", &DESK, &bound.refresh).await.brief(), INVALID_CODE);
        assert!(!house.alive("us", &bound.access).await && house.alive("us", &free.access).await);
        eventually("the application's owner is told", async || {
            house.notices(&DESK).await.iter().any(|notice| notice.cause == "consent_withdrawn")
        })
        .await;
        house.provision(SECOND_ADMINISTRATOR).await;
        assert_eq!(house.refresh("us", &DESK, &bound.refresh).await.brief(), INVALID_CODE, "also when he is back");
        // The last administrator.
        for fields in [&[("do", "ordinary")][..], &[("do", "remove"), ("confirm", ALICE.email)]] {
            let reply = submit(house, &mut alice, "/organization/10001/members/700001", fields).await;
            assert!(reply.status == 422 && reply.body.contains("last administrator"), "{reply:?}");
        }
        for forged in ["x", "-1", "0", "%27", "999999999999999999999"] {
            let reply = page(house, &mut alice, &format!("/organization/10001/members?after={forged}")).await;
            assert_eq!(reply.status, 400, "{forged}");
        }
        let found = page(house, &mut alice, "/organization/10001/members?q=adams").await;
        assert!(found.body.contains(ALICE.email) && !found.body.contains(LUKE.email));
    })
    .await;
}

#[tokio::test]
async fn an_administrator_takes_an_application_back_from_one_and_from_all() {
    for_each_store(async |house| {
        let mut alice = browser_of(house, &ALICE).await;
        let ask = Ask::of(&DESK).with("scope", BIGIN);
        let (bobs, alices) = (house.tokens(&ask, &DESK, &BOB).await, house.tokens(&ask, &DESK, &ALICE).await);
        let apps = page(house, &mut alice, "/organization/10001/apps").await;
        assert!(apps.body.contains("Zylker Desk"), "{apps:?}");
        let path = format!("/organization/10001/apps/{}", DESK.id);
        let app = page(house, &mut alice, &path).await;
        assert!(app.body.contains(BOB.email) && app.body.contains(ALICE.email) && app.body.contains("2026-11-22"));
        assert_eq!(page(house, &mut alice, &format!("{path}?after=x")).await.status, 400);
        let only = page(house, &mut alice, &format!("{path}?q=bob")).await;
        let grant = attribute(only.body.split("name=\"grant\"").nth(1).unwrap(), "value").unwrap();
        let after = done(house, &mut alice, &path, &[("grant", &grant)]).await;
        assert!(!after.body.contains(BOB.email), "{after:?}");
        assert_eq!(house.refresh("us", &DESK, &bobs.refresh).await.brief(), INVALID_CODE);
        assert!(house.alive("us", &alices.access).await);
        let wrong = submit(house, &mut alice, &path, &[("do", "all"), ("confirm", "Zylker")]).await;
        assert_eq!(wrong.status, 422);
        done(house, &mut alice, &path, &[("do", "all"), ("confirm", "Zylker Desk")]).await;
        assert!(!house.alive("us", &alices.access).await);
        assert_eq!(page(house, &mut alice, &path).await.status, 404);
        let rows = house.audit("us").await;
        let row = rows.iter().find(|row| row.event == "client_withdrawn").unwrap();
        assert_eq!((row.detail.as_str(), row.organization_id.as_deref()), ("1 grants", Some("10001")));
    })
    .await;
}

#[tokio::test]
async fn a_grant_is_taken_back_below_its_own_application_only() {
    for_each_store(async |house| {
        let mut alice = browser_of(house, &ALICE).await;
        let desks = house.tokens(&Ask::of(&DESK).with("scope", BIGIN), &DESK, &BOB).await;
        let others = house.tokens(&Ask::of(&OTHER).with("scope", BIGIN), &OTHER, &BOB).await;
        let (desk, other) =
            (format!("/organization/10001/apps/{}", DESK.id), format!("/organization/10001/apps/{}", OTHER.id));
        let shown = page(house, &mut alice, &other).await;
        let grant = attribute(shown.body.split("name=\"grant\"").nth(1).unwrap(), "value").unwrap();
        assert_eq!(submit(house, &mut alice, &desk, &[("grant", &grant)]).await.status, 404);
        assert!(house.alive("us", &others.access).await && house.alive("us", &desks.access).await);
        done(house, &mut alice, &other, &[("grant", &grant)]).await;
        assert!(!house.alive("us", &others.access).await && house.alive("us", &desks.access).await);
    })
    .await;
}

/// Signs in at a portal with that password.
async fn signs_in(house: &House, portal: &str, email: &str, password: &str) -> bool {
    let mut browser = Browser::default();
    let url = at(house, &format!("/clientoauth/v2/{portal}/sign-in"));
    let (url, asked) = browser.open(house, &url).await;
    let (url, asked) = browser.fill(house, &url, &asked, "email", email).await;
    if Form::find(&asked.body).is_none_or(|form| !form.asks.iter().any(|ask| ask == "password")) {
        return false;
    }
    let (_, front) = browser.fill(house, &url, &asked, "password", password).await;
    front.status == 200 && front.body.contains(email)
}

fn shown_password(reply: &Reply) -> String {
    let shown = reply.body.split("id=\"password-once\"").nth(1).unwrap_or_else(|| panic!("no password: {reply:?}"));
    attribute(shown, "value").unwrap()
}

#[tokio::test]
async fn a_portal_s_users_get_passwords_that_are_shown_once() {
    for_each_store(async |house| {
        let mut alice = browser_of(house, &ALICE).await;
        let users = "/organization/10001/portals/60001/users";
        let fields = [("email", "Zoe@Partner.example"), ("first_name", "Zoe"), ("last_name", "")];
        let added = submit(house, &mut alice, users, &fields).await;
        let password = shown_password(&added);
        assert!(added.status == 200 && password.len() == 20);
        let list = page(house, &mut alice, users).await;
        assert!(list.body.contains("Zoe@Partner.example") && !list.body.contains(&password), "shown once");
        assert!(signs_in(house, PARTNERS, "Zoe@Partner.example", &password).await);
        assert_eq!(submit(house, &mut alice, users, &fields).await.status, 422, "the address is taken");
        let found = page(house, &mut alice, &format!("{users}?q=zoe")).await;
        let own = found.body.split(&format!("href=\"{users}/")).nth(1).unwrap().split('"').next().unwrap().to_owned();
        let user = format!("{users}/{own}");
        let again = submit(house, &mut alice, &user, &[("do", "password")]).await;
        let other = shown_password(&again);
        assert_ne!(other, password);
        assert!(!signs_in(house, PARTNERS, "Zoe@Partner.example", &password).await);
        assert!(signs_in(house, PARTNERS, "Zoe@Partner.example", &other).await);
        done(house, &mut alice, &user, &[("do", "disable")]).await;
        assert!(!signs_in(house, PARTNERS, "Zoe@Partner.example", &other).await);
        done(house, &mut alice, &user, &[("do", "enable")]).await;
        assert!(signs_in(house, PARTNERS, "Zoe@Partner.example", &other).await);
        assert_eq!(submit(house, &mut alice, &user, &[("do", "remove"), ("confirm", "no")]).await.status, 422);
        done(house, &mut alice, &user, &[("do", "remove"), ("confirm", "zoe@partner.example")]).await;
        assert_eq!(page(house, &mut alice, &user).await.status, 404);
        for row in house.audit("us").await {
            assert!(!row.detail.contains(&password) && !row.detail.contains(&other), "{row:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_administrator_makes_a_portal_whose_users_sign_in_and_removes_it_when_they_are_gone() {
    for_each_store(async |house| {
        let (mut alice, portals) = (browser_of(house, &ALICE).await, "/organization/10001/portals");
        for wrong in ["", "  ", "a\u{7}b", "a\u{202e}b"] {
            let reply = submit(house, &mut alice, portals, &[("name", wrong)]).await;
            assert!(reply.status == 422 && reply.body.contains("name-error"), "{wrong:?}: {reply:?}");
        }
        let made = submit(house, &mut alice, portals, &[("name", "Suppliers & friends")]).await;
        let path = made.header("location").and_then(|to| to.strip_suffix("?done=made")).unwrap().to_owned();
        let id = path.strip_prefix("/organization/10001/portals/").unwrap();
        assert!(page(house, &mut alice, portals).await.body.contains("Suppliers &#38; friends"));
        // Every data center knows where it lives.
        let elsewhere = house.send("eu", &Request::get(&format!("/clientoauth/v2/{id}/sign-in"))).await;
        assert!(elsewhere.header("location").is_some_and(|to| to.starts_with(house.url("us"))), "{elsewhere:?}");
        let fields = [("email", "zoe@supplier.example"), ("first_name", "Zoe"), ("last_name", "")];
        let added = submit(house, &mut alice, &format!("{path}/users"), &fields).await;
        assert!(signs_in(house, id, "zoe@supplier.example", &shown_password(&added)).await);
        let remove = format!("{path}/remove");
        let confirm = [("confirm", "Suppliers & friends")];
        let kept = submit(house, &mut alice, &remove, &confirm).await;
        assert!(kept.status == 422 && kept.body.contains("can still sign in"), "{kept:?}");
        assert_eq!(page(house, &mut alice, &remove).await.status, 200, "where a sign-in in between leads");
        let list = page(house, &mut alice, &format!("{path}/users")).await;
        let zoe =
            list.body.split(&format!("href=\"{path}/users/")).nth(1).unwrap().split('"').next().unwrap().to_owned();
        let fields = [("do", "remove"), ("confirm", "zoe@supplier.example")];
        done(house, &mut alice, &format!("{path}/users/{zoe}"), &fields).await;
        let kept = submit(house, &mut alice, &remove, &[("confirm", "Suppliers")]).await;
        assert!(kept.status == 422 && kept.body.contains("not the same name"), "{kept:?}");
        done(house, &mut alice, &remove, &confirm).await;
        for there in [path.as_str(), &format!("/clientoauth/v2/{id}/sign-in")] {
            assert_eq!(page(house, &mut alice, there).await.status, 404, "{there}");
        }
        let kinds: Vec<String> = house.audit("us").await.into_iter().map(|row| row.event).collect();
        for kind in ["portal_added", "portal_removed"] {
            assert_eq!(kinds.iter().filter(|event| *event == kind).count(), 1, "{kind}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_administrator_who_is_removed_while_their_form_is_under_way_does_nothing() {
    // In a sandbox every request is read whole before anything else.
    let setup = Setup { no_sandbox: true, guess_limits: true, ..Setup::default() };
    for_each_store_with(setup, async |house| {
        let (mut alice, mut bob) = (browser_of(house, &ALICE).await, browser_of(house, &BOB).await);
        done(house, &mut alice, "/organization/10001/members/700002", &[("do", "administrator")]).await;
        let invite = [("email", "eve@evil.example"), ("administrator", "1")];
        let mut forms = Vec::new();
        for (path, fields) in [
            ("/organization/10001/invitations", &invite[..]),
            ("/organization/10001/portals", &[("name", "Mine")]),
            ("/organization/10001/policy", &[("days", "7")]),
        ] {
            forms.push(held(house, &mut alice, path, fields).await);
        }
        let gone = [("do", "remove"), ("confirm", ALICE.email)];
        done(house, &mut bob, "/organization/10001/members/700001", &gone).await;
        for reply in release(forms).await {
            assert_eq!(reply.status, 404, "{reply:?}");
        }
        let store = house.room("us").store.clone();
        let now = house.clock().now();
        assert!(store.read(move |tx| tx.invitations("10001", now)).await.unwrap().is_empty());
        assert!(store.read(|tx| tx.portals_of("10001")).await.unwrap().iter().all(|portal| portal.name != "Mine"));
    })
    .await;
}

#[tokio::test]
async fn an_app_is_taken_from_everybody_though_nobody_waits_for_the_answer() {
    let setup = Setup { no_sandbox: true, guess_limits: true, ..Setup::default() };
    for_each_store_with(setup, async |house| {
        let mut alice = browser_of(house, &ALICE).await;
        let (dc, store) = (house.room("us"), house.room("us").store.clone());
        // Several slices of them.
        for n in 1..=250 {
            let (user, now) = (UserId(n), house.clock().now());
            let [interaction, fresh_grant, row] = [(); 3].map(|()| dc.fresh_id(now).unwrap());
            let new = NewCode {
                kind: CodeKind::Code,
                origin: Origin::default(),
                interaction,
                secret_hash: SecretHash::from_bytes([0; 32]),
                realm: Realm::Accounts,
                client_id: DESK.id.to_owned(),
                user,
                organization_id: "10001".to_owned(),
                redirect_uri: DESK.redirect_uri.to_owned(),
                scopes: ScopeList::from_stored("AaaServer.profile.READ"),
                offline: false,
                challenge: None,
                expires_at: now,
                consented: true,
                fresh_grant,
            };
            let person = NewUser {
                id: user,
                realm: Realm::Accounts,
                email: format!("{n}@zylker.example"),
                email_shown: format!("{n}@zylker.example"),
                password_hash: String::new(),
                first_name: String::new(),
                last_name: String::new(),
                disabled: false,
            };
            let (catalog, policy) = (dc.house.catalog(), std::sync::Arc::clone(&dc.house.policy));
            let trail = AuditTrail { id: row, request_id: String::new() };
            let made = store.write(move |tx| {
                tx.put_user(&person, now)?;
                tx.set_memberships(user, &[("10001".to_owned(), false)])?;
                tx.issue_code(&new, &catalog, &policy, &trail, now)
            });
            made.await.unwrap().unwrap();
        }
        let path = format!("/organization/10001/apps/{}", DESK.id);
        let form = held(house, &mut alice, &path, &[("do", "all"), ("confirm", "Zylker Desk")]).await;
        let waiting = form.send_off().await;
        let told = async || {
            let rows = house.audit("us").await.into_iter().filter(|row| row.event == "client_withdrawn");
            rows.map(|row| row.detail).collect::<Vec<_>>()
        };
        eventually("it begins", async || !told().await.is_empty()).await;
        drop(waiting);
        eventually("everything is taken back", async || {
            store.read(|tx| tx.connected_clients("10001", "", 10)).await.unwrap().is_empty()
        })
        .await;
        eventually("the owner is told", async || {
            house
                .notices(&DESK)
                .await
                .iter()
                .any(|notice| notice.cause == "consent_withdrawn" && notice.detail.contains("250"))
        })
        .await;
        assert_eq!(told().await, ["250 grants"]);
    })
    .await;
}

#[tokio::test]
async fn l06_a_portal_s_looks_take_small_pictures_only() {
    for_each_store(async |house| {
        let mut alice = browser_of(house, &ALICE).await;
        let path = "/organization/10001/portals/60001";
        let csrf = csrf(house, &mut alice).await;
        let mut png = Vec::new();
        let picture = image::DynamicImage::ImageRgb8(image::RgbImage::new(400, 200));
        picture.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
        let mut send = async |name: &str, accent: &str, clients: &str, file: &[u8]| {
            let fields = [("csrf", csrf.as_str()), ("name", name), ("accent", accent), ("clients", clients)];
            let (kind, mut body) = multipart(&fields);
            body.truncate(body.len() - "--XbX--\r\n".len());
            body.extend_from_slice(b"--XbX\r\nContent-Disposition: form-data; name=\"logo\"; filename=\"x\"\r\n\r\n");
            body.extend_from_slice(file);
            body.extend_from_slice(b"\r\n--XbX--\r\n");
            alice.send(&at(house, path), Request::new("POST", "").body(&kind, body)).await
        };
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>";
        for (name, accent, clients, file) in [
            ("", "#0a7d5a", "", &b""[..]),
            ("A", "red", "", b""),
            ("A", "#0a7d5a;}", "", b""),
            ("A", "", "1000.NOBODY", b""),
            ("A", "", "", svg),
            ("A", "", "", b"hello"),
        ] {
            assert_eq!(send(name, accent, clients, file).await.status, 422, "{name} {accent} {clients}");
        }
        let reply = send("Zylker <b>Friends</b>", "#123456", DESK.id, &png).await;
        assert_eq!(reply.status, 303, "{reply:?}");
        let logo = house.send("us", &Request::get("/clientoauth/v2/60001/logo")).await;
        assert_eq!((logo.status, logo.header("content-type")), (200, Some("image/png")));
        let front = house.send("us", &Request::get("/clientoauth/v2/60001/sign-in")).await;
        assert!(front.body.contains("Zylker &#60;b&#62;Friends"), "{front:?}");
    })
    .await;
}

#[tokio::test]
async fn a_password_drawn_for_a_portal_waits_its_turn_like_every_other() {
    for_one_store(async |house| {
        let mut alice = browser_of(house, &ALICE).await;
        let passwords = house.room("us").house.passwords.clone();
        let users = "/organization/10001/portals/60001/users";
        let new = [("email", "new@portal.example")];
        passwords.crowd(true);
        let busy = submit(house, &mut alice, users, &new).await;
        let same = submit(house, &mut alice, &format!("{users}/800001"), &[("do", "password")]).await;
        passwords.crowd(false);
        for reply in [busy, same] {
            assert!(reply.status == 503 && reply.body.contains("busy"), "{reply:?}");
        }
        assert_eq!(submit(house, &mut alice, users, &new).await.status, 200, "nothing was written before");
    })
    .await;
}

#[tokio::test]
async fn k02_a_right_password_at_a_portal_forgets_no_wrong_one_of_the_house() {
    for_each_store_with(Setup { guess_limits: true, ..Setup::default() }, async |house| {
        let mut alice = browser_of(house, &ALICE).await;
        let users = "/organization/10001/portals/60001/users";
        let fields = [("email", ALICE.email), ("first_name", "Another"), ("last_name", "Alice")];
        let theirs = shown_password(&submit(house, &mut alice, users, &fields).await);
        let at_portal = async |browser: &mut Browser| {
            let url = at(house, &format!("/clientoauth/v2/{PARTNERS}/sign-in"));
            let (url, asked) = browser.open(house, &url).await;
            let (url, asked) = browser.fill(house, &url, &asked, "email", ALICE.email).await;
            browser.fill(house, &url, &asked, "password", &theirs).await;
        };
        // The browser is known to both.
        at_portal(&mut alice).await;
        let wrong = [("password", "canary-wrong"), ("new_password", "canary-new-one"), ("again", "canary-new-one")];
        for _ in 0..5 {
            assert_eq!(submit(house, &mut alice, "/account/security", &wrong).await.status, 422);
        }
        let page = page(house, &mut alice, &format!("/clientoauth/v2/{PARTNERS}/sign-out")).await;
        let out = at(house, &format!("/clientoauth/v2/{PARTNERS}/sign-out"));
        alice.post(&out, &Form::find(&page.body).unwrap().hidden).await;
        at_portal(&mut alice).await;
        assert_eq!(submit(house, &mut alice, "/account/security", &wrong).await.status, 429);
    })
    .await;
}
