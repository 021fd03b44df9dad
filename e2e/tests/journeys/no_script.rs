//! Everything works in a browser that runs no script.

use anyhow::{Result, ensure};
use grantor_e2e::scene::{BOB, ERIKA, PASSWORD, Scene};

use super::{check_success, without_script};

#[tokio::test]
async fn choosing_and_accepting_need_no_script() -> Result<()> {
    let (scene, browser) = (Scene::open()?, without_script().await?);
    browser.go(&scene.link(&scene.us, &[("state", "plain")])?).await?;
    browser.sign_in(BOB, PASSWORD).await?;
    browser.choose("Zylker Labs").await?;
    browser.press("Submit").await?;
    browser.press("Accept").await?;
    let (arrival, tokens) = scene.tokens(0).await?;
    check_success(&arrival, "us", &scene.us, Some("plain"))?;
    ensure!(scene.whose(&scene.us, &tokens)? == BOB, "another person's token");
    Ok(())
}

#[tokio::test]
async fn handing_over_and_rejecting_need_no_script() -> Result<()> {
    let (scene, browser) = (Scene::open()?, without_script().await?);
    browser.go(&scene.link(&scene.us, &[("state", "plain")])?).await?;
    browser.sign_in(ERIKA, PASSWORD).await?;
    browser.arrive(&scene.eu).await?;
    browser.press("Reject").await?;
    let arrival = scene.callback.next(0).await?;
    ensure!(arrival.need("error")? == "access_denied" && arrival.need("state")? == "plain", "{arrival:?}");
    Ok(())
}
