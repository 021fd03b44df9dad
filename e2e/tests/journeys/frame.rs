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

/// What can be read inside a frame that shows `inner`.
async fn framed(scene: &Scene, browser: &Browser, inner: &str) -> Result<String> {
    browser.go(scene.callback.frame(inner)?.as_str()).await?;
    browser.client().find(Locator::Css("iframe")).await?.enter_frame().await?;
    let text = browser.text().await?;
    browser.client().enter_parent_frame().await?;
    Ok(text)
}
