//! A person of another data center is handed over to it before typing a password.

use anyhow::{Result, ensure};
use grantor_e2e::browser::Browser;
use grantor_e2e::elements::Role;
use grantor_e2e::scene::{ERIKA, PASSWORD, Scene};

use super::check_success;

#[tokio::test]
async fn the_password_is_typed_at_home() -> Result<()> {
    let (scene, browser) = (Scene::open()?, Browser::open().await?);
    browser.go(&scene.link(&scene.us, &[("state", "home"), ("access_type", "offline")])?).await?;
    browser.fill("Email", ERIKA).await?;
    ensure!(!browser.sees(Role::Field, "Password").await?, "a password field before the home is known");
    browser.press("Next").await?;
    browser.find(Role::Field, "Password").await?;
    browser.arrive(&scene.eu).await?;
    browser.fill("Password", PASSWORD).await?;
    browser.press("Sign in").await?;
    browser.find(Role::Button, "Accept").await?;
    ensure!(browser.text().await?.contains("Zylker Europe"), "another organization on the consent page");
    browser.press("Accept").await?;
    let (arrival, tokens) = scene.tokens(0).await?;
    check_success(&arrival, "eu", &scene.eu, Some("home"))?;
    ensure!(tokens.get("api_domain").is_some_and(|domain| *domain == scene.eu), "another API domain: {tokens}");
    ensure!(scene.whose(&scene.eu, &tokens)? == ERIKA, "another person's token");

    // The next request that starts elsewhere goes straight home, and nothing is asked.
    browser.go(&scene.link(&scene.us, &[])?).await?;
    check_success(&scene.callback.next(1).await?, "eu", &scene.eu, None)
}
