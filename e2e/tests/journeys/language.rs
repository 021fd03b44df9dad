//! The pages speak the language that the person's browser asks for.

use anyhow::{Result, ensure};
use fantoccini::Locator;
use grantor_e2e::browser::Browser;
use grantor_e2e::driver::Settings;
use grantor_e2e::scene::{ALICE, CLIENT_NAME, PASSWORD, Scene};

#[tokio::test]
async fn a_german_browser_is_answered_in_german() -> Result<()> {
    let scene = Scene::open()?;
    let browser = Browser::with(Settings { languages: "de-DE,de", ..Settings::default() }).await?;
    browser.go(&scene.link(&scene.us, &[])?).await?;
    browser.check().await?;
    ensure!(language(&browser).await? == "de", "the page says that it speaks {}", language(&browser).await?);
    ensure!(browser.text().await?.contains("Anmelden"), "no German word to sign in by:\n{}", browser.text().await?);

    let email = browser.client().find(Locator::Css("input[type=email]")).await?;
    email.send_keys(&format!("{ALICE}\u{e007}")).await?;
    let password = browser.client().wait().for_element(Locator::Css("input[type=password]")).await?;
    password.send_keys(&format!("{PASSWORD}\u{e007}")).await?;
    browser.read(CLIENT_NAME).await?;
    ensure!(language(&browser).await? == "de", "the consent page speaks {}", language(&browser).await?);
    browser.check().await
}

async fn language(browser: &Browser) -> Result<String> {
    let html = browser.client().find(Locator::Css("html")).await?;
    Ok(html.attr("lang").await?.unwrap_or_default())
}
