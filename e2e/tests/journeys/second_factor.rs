//! More than a password: a passkey with and without it, an authenticator app, a recovery code.

use anyhow::{Context as _, Result, ensure};
use fantoccini::Locator;
use grantor_e2e::browser::Browser;
use grantor_e2e::elements::Role;
use grantor_e2e::passkeys;
use grantor_e2e::scene::{ALICE, PASSWORD, Scene};
use totp_rs::{Builder, Secret};

use super::check_success;

/// Types into a field by its id: several of the page ask for the password.
async fn fill(browser: &Browser, id: &str, text: &str) -> Result<()> {
    let field = browser.client().wait().for_element(Locator::Id(id)).await?;
    browser.check().await?;
    field.clear().await?;
    Ok(field.send_keys(text).await?)
}

/// Signed in, at the page where second factors are looked after.
async fn at_factors(scene: &Scene, browser: &Browser) -> Result<()> {
    browser.go(&format!("{}/account/security/factors", scene.us)).await?;
    browser.sign_in(ALICE, PASSWORD).await?;
    browser.read("Two-step sign-in").await
}

/// A browser that was never here, at the application's link.
async fn from_the_start(scene: &Scene, browser: &Browser) -> Result<()> {
    browser.go(&format!("{}/", scene.us)).await?;
    browser.client().delete_all_cookies().await?;
    browser.go(&scene.link(&scene.us, &[])?).await
}

/// What the app shows in so many seconds: a code of the next step is good already, and this step's may be used.
fn code_in(secret: &str, seconds: u64) -> Result<String> {
    #[expect(clippy::disallowed_methods, reason = "the app of a person has a clock of its own")]
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs();
    let secret = Secret::try_from_base32(secret.replace('-', "")).ok().context("a secret in base32")?;
    let app = Builder::new().with_secret(secret).build().ok().context("an app")?;
    Ok(app.generate(now + seconds).to_string())
}

#[tokio::test]
async fn a_passkey_opens_the_account_with_and_without_the_password() -> Result<()> {
    let (scene, browser) = (Scene::open_by_name()?, Browser::open().await?);
    at_factors(&scene, &browser).await?;
    passkeys::add_authenticator(browser.client()).await?;
    browser.fill("Name of the new passkey", "Work laptop").await?;
    fill(&browser, "passkey-password", PASSWORD).await?;
    browser.press("Add a passkey").await?;
    browser.press("Make the passkey").await?;
    browser.read("They are shown only now").await?;
    browser.follow("I have kept them").await?;
    browser.read("Work laptop").await?;

    from_the_start(&scene, &browser).await?;
    browser.give_email(ALICE).await?;
    browser.press("Use a passkey").await?;
    browser.press("Accept").await?;
    check_success(&scene.callback.next(0).await?, "us", &scene.us, None)?;

    from_the_start(&scene, &browser).await?;
    browser.sign_in(ALICE, PASSWORD).await?;
    browser.read("One more step").await?;
    browser.press("Use a passkey").await?;
    // What was accepted before is not asked again.
    check_success(&scene.callback.next(1).await?, "us", &scene.us, None)?;

    browser.go(&format!("{}/account/security/factors", scene.us)).await?;
    browser.read("Work laptop").await?;
    ensure!(!browser.text().await?.contains("Never"), "its use was noted");
    browser.follow("Remove Work laptop").await?;
    browser.fill("Your current password", PASSWORD).await?;
    browser.press("Remove passkey").await?;
    browser.read("The passkey was removed").await
}

#[tokio::test]
async fn an_authenticator_app_is_asked_for_and_a_recovery_code_stands_in() -> Result<()> {
    let (scene, browser) = (Scene::open()?, Browser::open().await?);
    at_factors(&scene, &browser).await?;
    fill(&browser, "authenticator-password", PASSWORD).await?;
    browser.press("Set up an authenticator app").await?;
    let field = browser.client().wait().for_element(Locator::Id("secret")).await?;
    let secret = field.prop("value").await?.context("a secret")?;
    browser.fill("Six-digit code", &code_in(&secret, 0)?).await?;
    browser.press("Turn it on").await?;
    let list = browser.client().wait().for_element(Locator::Id("all-codes")).await?.text().await?;
    browser.check().await?;
    let recovery: Vec<&str> = list.split_whitespace().collect();
    ensure!(recovery.len() == 10, "ten codes: {list}");

    from_the_start(&scene, &browser).await?;
    browser.sign_in(ALICE, PASSWORD).await?;
    browser.fill("Six-digit code", "12345").await?;
    browser.press("Continue").await?;
    browser.client().wait().for_element(Locator::Css("[role=alert]")).await?;
    browser.fill("Six-digit code", &code_in(&secret, 30)?).await?;
    browser.press("Continue").await?;
    browser.press("Accept").await?;
    check_success(&scene.callback.next(0).await?, "us", &scene.us, None)?;

    from_the_start(&scene, &browser).await?;
    browser.sign_in(ALICE, PASSWORD).await?;
    browser.find(Role::Field, "Six-digit code").await?;
    browser.client().find(Locator::Css("summary")).await?.click().await?;
    let code = recovery.first().context("a code")?;
    browser.fill("Recovery code", code).await?;
    browser.press("Continue").await?;
    check_success(&scene.callback.next(1).await?, "us", &scene.us, None)
}
