//! A portal has a sign-in of its own: its users get in, the users of the house do not.

use anyhow::{Context as _, Result, ensure};
use fantoccini::Locator;
use grantor_e2e::browser::Browser;
use grantor_e2e::scene::{ALICE, CLIENT, PASSWORD, PAT, PORTAL, Scene};
use grantor_e2e::wire;

#[tokio::test]
async fn a_user_of_the_portal_signs_in_there() -> Result<()> {
    let (scene, browser) = (Scene::open()?, Browser::open().await?);
    browser.go(&scene.portal_link(&[("state", "p")])?).await?;
    browser.read("Zylker Partners").await?;
    browser.sign_in(PAT, PASSWORD).await?;
    browser.press("Accept").await?;
    let arrival = scene.callback.next(0).await?;
    super::check_success(&arrival, "us", &scene.us, Some("p"))?;
    let token_url = format!("{}/clientoauth/v2/{PORTAL}/token", scene.us);
    let tokens = wire::exchange(&token_url, CLIENT, &scene.callback.url(), &arrival.need("code")?)?;
    ensure!(scene.whose(&scene.us, &tokens)? == PAT, "another person's token");
    Ok(())
}

#[tokio::test]
async fn a_user_of_the_house_is_nobody_at_the_portal() -> Result<()> {
    let (scene, browser) = (Scene::open()?, Browser::open().await?);
    browser.go(&scene.portal_link(&[])?).await?;
    browser.sign_in(ALICE, PASSWORD).await?;
    let alert = browser.client().wait().for_element(Locator::Css("[role=alert]")).await.context("no refusal")?;
    ensure!(!alert.text().await?.is_empty(), "a refusal without words");
    ensure!(scene.callback.seen().is_empty(), "the application was told something");
    Ok(())
}
