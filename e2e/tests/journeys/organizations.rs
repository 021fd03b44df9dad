//! Who is in several organizations chooses one; the token is good for that one.

use anyhow::{Result, ensure};
use grantor_e2e::browser::Browser;
use grantor_e2e::elements::Role;
use grantor_e2e::scene::{ALICE, BOB, PASSWORD, Scene};

use super::check_success;

#[tokio::test]
async fn who_has_several_organizations_chooses_one() -> Result<()> {
    let (scene, browser) = (Scene::open()?, Browser::open().await?);
    browser.go(&scene.link(&scene.us, &[("state", "s1")])?).await?;
    browser.sign_in(BOB, PASSWORD).await?;
    browser.find(Role::Button, "Submit").await?;
    let page = browser.text().await?;
    ensure!(page.contains("Zylker") && page.contains("Zylker Labs"), "not both organizations:\n{page}");
    browser.choose("Zylker Labs").await?;
    browser.press("Submit").await?;
    browser.find(Role::Button, "Accept").await?;
    ensure!(browser.text().await?.contains("Zylker Labs"), "the consent page names another organization");
    browser.press("Accept").await?;
    let (arrival, tokens) = scene.tokens(0).await?;
    check_success(&arrival, "us", &scene.us, Some("s1"))?;
    ensure!(scene.whose(&scene.us, &tokens)? == BOB, "another person's token");
    Ok(())
}

#[tokio::test]
async fn who_has_one_organization_is_not_asked() -> Result<()> {
    let (scene, browser) = (Scene::open()?, Browser::open().await?);
    browser.go(&scene.link(&scene.us, &[])?).await?;
    browser.sign_in(ALICE, PASSWORD).await?;
    browser.find(Role::Button, "Accept").await?;
    ensure!(!browser.sees(Role::Button, "Submit").await?, "a chooser for one organization");
    Ok(())
}
