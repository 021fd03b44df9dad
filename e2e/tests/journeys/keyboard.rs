//! Everything can be done with the keyboard alone.

use anyhow::{Result, ensure};
use fantoccini::key::Key;
use grantor_e2e::browser::Browser;
use grantor_e2e::elements::Role;
use grantor_e2e::scene::{ALICE, BOB, PASSWORD, Scene};

use super::check_success;

#[tokio::test]
async fn sign_in_and_consent_need_no_mouse() -> Result<()> {
    let (scene, browser) = (Scene::open()?, Browser::open().await?);
    browser.go(&scene.link(&scene.us, &[])?).await?;
    sign_in(&browser, ALICE).await?;
    browser.find(Role::Button, "Accept").await?;
    browser.tab_to("Accept").await?;
    browser.key(Key::Enter).await?;
    check_success(&scene.callback.next(0).await?, "us", &scene.us, None)
}

#[tokio::test]
async fn the_chooser_and_a_rejection_need_no_mouse() -> Result<()> {
    let (scene, browser) = (Scene::open()?, Browser::open().await?);
    browser.go(&scene.link(&scene.us, &[])?).await?;
    sign_in(&browser, BOB).await?;
    browser.find(Role::Button, "Submit").await?;
    browser.tab_to("Submit").await?;
    // Back into the group of radio buttons, then to the next one.
    let radio = browser.find(Role::Radio, "Zylker").await?;
    if !radio.is_selected().await? {
        radio.send_keys(" ").await?;
    }
    browser.tab_to("Submit").await?;
    browser.key(Key::Enter).await?;
    browser.find(Role::Button, "Reject").await?;
    browser.tab_to("Reject").await?;
    browser.key(Key::Enter).await?;
    ensure!(scene.callback.next(0).await?.need("error")? == "access_denied", "another answer");
    Ok(())
}

async fn sign_in(browser: &Browser, email: &str) -> Result<()> {
    browser.find(Role::Field, "Email").await?;
    browser.tab_to("Email").await?.send_keys(email).await?;
    browser.key(Key::Enter).await?;
    browser.find(Role::Field, "Password").await?;
    browser.tab_to("Password").await?.send_keys(PASSWORD).await?;
    browser.key(Key::Enter).await
}
