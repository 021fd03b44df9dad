//! Signing in, failing to, signing in as somebody else, signing out.

use anyhow::{Result, ensure};
use fantoccini::Locator;
use grantor_e2e::browser::Browser;
use grantor_e2e::elements::Role;
use grantor_e2e::scene::{ALICE, BOB, CLIENT_NAME, PASSWORD, Scene};

use super::{check_success, sign_in_and_accept};

#[tokio::test]
async fn from_the_link_to_the_user_information() -> Result<()> {
    let (scene, browser) = (Scene::open()?, Browser::open().await?);
    browser.go(&scene.link(&scene.us, &[("state", "a&b=c /ü"), ("access_type", "offline")])?).await?;
    browser.sign_in(ALICE, PASSWORD).await?;
    browser.find(Role::Button, "Accept").await?;
    let page = browser.text().await?;
    for words in [CLIENT_NAME, "desk.zylker.example", "Zylker"] {
        ensure!(page.contains(words), "the consent page does not name {words}:\n{page}");
    }
    browser.press("Accept").await?;
    let (arrival, tokens) = scene.tokens(0).await?;
    check_success(&arrival, "us", &scene.us, Some("a&b=c /ü"))?;
    ensure!(tokens.get("refresh_token").is_some(), "no refresh token for offline access: {tokens}");
    ensure!(tokens.get("token_type").is_some_and(|kind| kind == "Bearer"), "{tokens}");
    ensure!(scene.whose(&scene.us, &tokens)? == ALICE, "another person's token");
    Ok(())
}

#[tokio::test]
async fn a_wrong_password_is_said_and_the_email_stays() -> Result<()> {
    let (scene, browser) = (Scene::open()?, Browser::open().await?);
    browser.go(&scene.link(&scene.us, &[])?).await?;
    browser.sign_in(ALICE, "wrong horse").await?;
    browser.client().wait().for_element(Locator::Css("[role=alert]")).await?;
    browser.find(Role::Field, "Password").await?;
    let alert = browser.client().find(Locator::Css("[role=alert]")).await?.text().await?;
    ensure!(!alert.trim().is_empty(), "the alert says nothing");
    let email_is_read = browser.text().await?.contains(ALICE);
    let email_is_typed = match browser.client().find(Locator::Css("input[type=email]")).await {
        Ok(field) => field.prop("value").await?.as_deref() == Some(ALICE),
        Err(_) => false,
    };
    ensure!(email_is_read || email_is_typed, "the e-mail address is gone");
    ensure!(scene.callback.seen().is_empty(), "the application was told something");

    browser.fill("Password", PASSWORD).await?;
    browser.press("Sign in").await?;
    browser.press("Accept").await?;
    check_success(&scene.callback.next(0).await?, "us", &scene.us, None)
}

#[tokio::test]
async fn unknown_people_are_told_the_same_as_those_with_a_wrong_password() -> Result<()> {
    let (scene, browser) = (Scene::open()?, Browser::open().await?);
    let mut told = Vec::new();
    for email in [ALICE, "nobody@zylker.example"] {
        browser.client().delete_all_cookies().await?;
        browser.go(&scene.link(&scene.us, &[])?).await?;
        browser.sign_in(email, "wrong horse").await?;
        let alert = browser.client().wait().for_element(Locator::Css("[role=alert]")).await?;
        told.push(alert.text().await?);
    }
    ensure!(told.first() == told.last(), "who exists can be learned: {told:?}");
    Ok(())
}

#[tokio::test]
async fn another_account_can_be_used() -> Result<()> {
    let (scene, browser) = (Scene::open()?, Browser::open().await?);
    sign_in_and_accept(&scene, &browser, ALICE).await?;
    browser.go(&scene.link(&scene.us, &[("prompt", "consent")])?).await?;
    browser.find(Role::Button, "Accept").await?;
    ensure!(browser.text().await?.contains(ALICE), "the page does not say who is signed in");
    browser.follow("another account").await?;
    browser.sign_in(BOB, PASSWORD).await?;
    browser.choose("Zylker Labs").await?;
    browser.press("Submit").await?;
    browser.press("Accept").await?;
    let (_, tokens) = scene.tokens(1).await?;
    ensure!(scene.whose(&scene.us, &tokens)? == BOB, "still the first person's token");
    Ok(())
}

#[tokio::test]
async fn who_types_another_address_is_asked_for_its_password() -> Result<()> {
    let (scene, browser) = (Scene::open()?, Browser::open().await?);
    browser.go(&scene.link(&scene.us, &[])?).await?;
    let first = browser.client().window().await?;
    browser.find(Role::Field, "Email").await?;
    let second = browser.client().new_window(true).await?.handle;
    browser.client().switch_to_window(second).await?;
    sign_in_and_accept(&scene, &browser, ALICE).await?;

    // This tab's page is older than the session that the other one has begun.
    browser.client().switch_to_window(first).await?;
    browser.sign_in(BOB, PASSWORD).await?;
    browser.choose("Zylker Labs").await?;
    browser.press("Submit").await?;
    browser.press("Accept").await?;
    let (_, tokens) = scene.tokens(1).await?;
    ensure!(scene.whose(&scene.us, &tokens)? == BOB, "the first person's token for the second");
    Ok(())
}

#[tokio::test]
async fn signing_out_ends_the_browser_session() -> Result<()> {
    let (scene, browser) = (Scene::open()?, Browser::open().await?);
    sign_in_and_accept(&scene, &browser, ALICE).await?;
    browser.go(&format!("{}/", scene.us)).await?;
    browser.follow("Sign out").await?;
    // A link only leads to the question; a form ends the session.
    browser.press("Sign out").await?;
    browser.read("signed out").await?;
    browser.go(&scene.link(&scene.us, &[])?).await?;
    browser.find(Role::Field, "Email").await?;
    ensure!(scene.callback.seen().len() == 1, "a code after signing out");
    Ok(())
}
