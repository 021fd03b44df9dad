//! No page of ours shows inside somebody else's: a person cannot be made to press Accept unseen.

use anyhow::{Result, ensure};
use fantoccini::Locator;
use grantor_e2e::browser::Browser;
use grantor_e2e::callback::HEADING;
use grantor_e2e::scene::{ALICE, Scene};

use super::sign_in_and_accept;

#[tokio::test]
async fn framed_pages_stay_empty() -> Result<()> {
    let (scene, browser) = (Scene::open()?, Browser::open().await?);
    // A page that may be framed is seen, or this test would prove nothing.
    ensure!(framed(&scene, &browser, &scene.callback.url()).await?.contains(HEADING), "frames do not work here");

    let sign_in = framed(&scene, &browser, &scene.link(&scene.us, &[])?).await?;
    ensure!(!sign_in.contains("Email"), "the sign-in page shows in a frame:\n{sign_in}");
    sign_in_and_accept(&scene, &browser, ALICE).await?;
    let consent = framed(&scene, &browser, &scene.link(&scene.us, &[("prompt", "consent")])?).await?;
    ensure!(!consent.contains("Accept"), "the consent page shows in a frame:\n{consent}");
    Ok(())
}

#[tokio::test]
async fn nor_does_any_other_page_show_in_a_frame() -> Result<()> {
    let (scene, browser) = (Scene::open()?, Browser::open().await?);
    let us = &scene.us;
    let more = format!("{us}/oauth/v2/token/addextrascope");
    // Before anybody is signed in, then with Alice.
    let outside = [
        (format!("{us}/"), "Sign in"),
        (format!("{us}/oauth/v3/device"), "Verify"),
        (format!("{us}/no/such/page"), "What you can do"),
        (scene.link(us, &[("client_id", "x")])?, "What you can do"),
        (format!("{us}/sign-out"), "You are signed out"),
        (scene.portal_link(&[])?, "Zylker Partners"),
        (more, "What you can do"),
        (scene.standard_link(&[])?, "Email"),
    ];
    check_all(&scene, &browser, &outside).await?;
    sign_in_and_accept(&scene, &browser, ALICE).await?;
    let inside = [
        (format!("{us}/"), ALICE),
        (format!("{us}/sign-out"), "Stay signed in"),
        (format!("{us}/oauth2/logout"), "Stay signed in"),
        (scene.organization_link()?, "What you can do"),
        (scene.standard_link(&[("prompt", "select_account")])?, "Continue as"),
        (scene.standard_link(&[("prompt", "consent")])?, "Accept"),
    ];
    check_all(&scene, &browser, &inside).await?;

    // The page that posts an answer by itself does not do it in a frame.
    browser.go(&scene.standard_link(&[("prompt", "consent")])?).await?;
    browser.press("Accept").await?;
    scene.callback.next(1).await?;
    let known = scene.callback.seen().len();
    let posting = scene.standard_link(&[("response_mode", "form_post")])?;
    let text = framed(&scene, &browser, &posting).await?;
    ensure!(!text.contains("Almost there") && !text.contains(HEADING), "the answer's form shows in a frame:\n{text}");
    ensure!(scene.callback.seen().len() == known, "an answer was posted out of a frame");
    Ok(())
}

/// Each of these pages shows its words, and none of them in a frame.
async fn check_all(scene: &Scene, browser: &Browser, pages: &[(String, &str)]) -> Result<()> {
    for (url, words) in pages {
        browser.go(url).await?;
        browser.read(words).await?;
        let text = framed(scene, browser, url).await?;
        ensure!(!text.contains(words), "{url} shows in a frame:\n{text}");
    }
    Ok(())
}

/// What can be read inside a frame that shows `inner`.
async fn framed(scene: &Scene, browser: &Browser, inner: &str) -> Result<String> {
    browser.go(scene.callback.frame(inner)?.as_str()).await?;
    browser.client().find(Locator::Css("iframe")).await?.enter_frame().await?;
    let text = browser.text().await?;
    browser.client().enter_parent_frame().await?;
    Ok(text)
}
