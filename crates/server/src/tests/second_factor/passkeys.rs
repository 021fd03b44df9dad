//! Passkeys over the wire, with an authenticator made of software: as a second factor and instead of the password; each
//! challenge is answered once.

use super::*;
use crate::passkeys::tests::Device;

/// What the page's script would ask the browser for.
fn asked(page: &Reply) -> String {
    attribute(page.body.split("data-passkey=").nth(1).unwrap_or_else(|| panic!("no passkey: {page:?}")), "data-options")
        .unwrap()
}

async fn with_passkey(house: &House, person: &Person, id: u8) -> (Browser, Device) {
    let mut browser = Browser::default();
    browser.sign_in(house, person).await;
    let page = factors(&mut browser, house).await;
    let begin = format!("{PATH}/passkeys");
    for (name, password) in [("", PASSWORD), ("Laptop", "wrong"), (&*"x".repeat(61), PASSWORD)] {
        let reply = submit(&mut browser, house, &page, &begin, &[("name", name), ("password", password)]).await;
        assert_eq!(reply.status, 422, "{name}");
    }
    let begun = submit(&mut browser, house, &page, &begin, &[("name", "Laptop <1>"), ("password", PASSWORD)]).await;
    assert_eq!(begun.status, 200, "{begun:?}");
    let mut device = Device::new(id);
    let confirm = format!("{PATH}/passkeys/confirm");
    for answer in ["", "{}", "nonsense"] {
        let reply = submit(&mut browser, house, &begun, &confirm, &[("passkey", answer)]).await;
        assert_eq!(reply.status, 422, "{answer}");
    }
    let answer = device.create(&asked(&begun), house.url("us"), -7);
    let done = submit(&mut browser, house, &begun, &confirm, &[("passkey", &answer)]).await;
    assert_eq!(codes(&done).len(), 10);
    let again = submit(&mut browser, house, &begun, &confirm, &[("passkey", &answer)]).await;
    assert_eq!(again.status, 422, "the challenge is spent: {again:?}");
    (browser, device)
}

/// The page that asks for the password, or the one after it.
async fn at(house: &House, email: &str, password: bool) -> (Browser, Reply) {
    let mut browser = Browser::default();
    let (url, page) = browser.open(house, &format!("{}/sign-in", house.url("us"))).await;
    let (url, page) = browser.fill(house, &url, &page, "email", email).await;
    if !password {
        return (browser, page);
    }
    let (_, page) = browser.fill(house, &url, &page, "password", PASSWORD).await;
    (browser, page)
}

#[tokio::test]
async fn a_passkey_is_a_second_factor_and_a_sign_in_of_its_own() {
    for_each_named_store(async |house| {
        let (_, mut device) = with_passkey(house, &ALICE, 1).await;
        for after_password in [true, false] {
            let (mut browser, page) = at(house, ALICE.email, after_password).await;
            let options = asked(&page);
            assert_eq!(options.contains("\"allowCredentials\":[]"), !after_password, "{options}");
            let answer = device.get(&options, house.url("us"));
            let planted = browser.clone();
            let reply = submit(&mut browser, house, &page, "/sign-in", &[("passkey", &answer)]).await;
            assert_eq!((reply.status, reply.header("location")), (303, Some("/")), "{reply:?}");
            assert!(is_signed_in(&mut browser, house).await);
            // The same answer once more, in the same page.
            let mut second = planted;
            let reply = submit(&mut second, house, &page, "/sign-in", &[("passkey", &answer)]).await;
            assert_eq!(reply.status, 422, "{reply:?}");
            assert!(!is_signed_in(&mut second, house).await);
        }
        // A passkey alone has to verify the person; after the password it need not.
        device.flags = 0x01;
        for (after_password, status) in [(false, 422), (true, 303)] {
            let (mut browser, page) = at(house, ALICE.email, after_password).await;
            let answer = device.get(&asked(&page), house.url("us"));
            let reply = submit(&mut browser, house, &page, "/sign-in", &[("passkey", &answer)]).await;
            assert_eq!(reply.status, status, "{reply:?}");
        }
    })
    .await;
}

/// An address of nobody, which seems to be at home at us.
async fn unknown(house: &House) -> String {
    for n in 0..50 {
        let email = format!("nobody{n}@zylker.example");
        let mut browser = Browser::default();
        let (url, page) = browser.open(house, &format!("{}/sign-in", house.url("us"))).await;
        let (url, _) = browser.fill(house, &url, &page, "email", &email).await;
        if url.starts_with(house.url("us")) {
            return email;
        }
    }
    panic!("nobody seems to be at home at us");
}

#[tokio::test]
async fn a_passkey_opens_its_own_account_only_and_says_nothing_of_others() {
    for_each_named_store(async |house| {
        let (_, mut device) = with_passkey(house, &ALICE, 1).await;
        let mut pages = Vec::new();
        for email in [BOB.email, &unknown(house).await, ALICE.email] {
            let (mut browser, page) = at(house, email, false).await;
            let options = asked(&page);
            let plain = options.split("\"challenge\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
            pages.push(options.replace(&plain, ""));
            if email != ALICE.email {
                let answer = device.get(&options, house.url("us"));
                let reply = submit(&mut browser, house, &page, "/sign-in", &[("passkey", &answer)]).await;
                assert_eq!(reply.status, 422, "{email}");
                assert!(!is_signed_in(&mut browser, house).await);
            }
        }
        assert!(pages.iter().all(|page| *page == pages[0]), "known and unknown look alike: {pages:?}");
        // Another person's passkey after this person's password.
        let (_, mut bobs) = with_passkey(house, &BOB, 2).await;
        let (mut browser, page) = at(house, ALICE.email, true).await;
        let answer = bobs.get(&asked(&page), house.url("us"));
        let reply = submit(&mut browser, house, &page, "/sign-in", &[("passkey", &answer)]).await;
        assert_eq!(reply.status, 422);
        assert!(!is_signed_in(&mut browser, house).await);
        // A challenge ends.
        let (mut browser, page) = at(house, ALICE.email, false).await;
        let answer = device.get(&asked(&page), house.url("us"));
        house.advance(300);
        let reply = submit(&mut browser, house, &page, "/sign-in", &[("passkey", &answer)]).await;
        assert_eq!(reply.status, 422);
    })
    .await;
}

#[tokio::test]
async fn a_passkey_is_removed_by_its_owner_with_the_password() {
    for_each_named_store(async |house| {
        let (mut alice, _) = with_passkey(house, &ALICE, 1).await;
        let (mut bob, _) = with_passkey(house, &BOB, 2).await;
        let page = factors(&mut alice, house).await;
        assert!(page.body.contains("Laptop &#60;1&#62;") || page.body.contains("Laptop &lt;1&gt;"), "{page:?}");
        let path = page.body.split(&format!("href=\"{PATH}/passkeys/remove/")).nth(1).unwrap();
        let path = format!("{PATH}/passkeys/remove/{}", path.split('"').next().unwrap());
        let url = format!("{}{path}", house.url("us"));
        let wrong_person = bob.get(&url).await;
        let nothing = bob.get(&format!("{}{PATH}/passkeys/remove/AAAA", house.url("us"))).await;
        assert_eq!((wrong_person.status, nothing.status), (404, 404));
        let token = Form::find(&factors(&mut bob, house).await.body).unwrap().hidden("csrf").to_owned();
        let fields = [("csrf".to_owned(), token), ("password".to_owned(), PASSWORD.to_owned())];
        assert_eq!(bob.post(&url, &fields).await.status, 404);
        let ask = alice.get(&url).await;
        assert!(ask.body.contains("only second step"), "{ask:?}");
        assert_eq!(submit(&mut alice, house, &ask, &path, &[("password", "wrong")]).await.status, 422);
        assert_eq!(submit(&mut alice, house, &ask, &path, &[("password", PASSWORD)]).await.status, 303);
        assert_eq!(alice.get(&url).await.status, 404);
        Browser::default().sign_in(house, &ALICE).await;
    })
    .await;
}
