//! A device shows a code; a person types it, and the device gets its tokens.

use anyhow::{Context as _, Result, ensure};
use grantor_e2e::browser::Browser;
use grantor_e2e::elements::Role;
use grantor_e2e::scene::{ALICE, DEVICE, DEVICE_NAME, ERIKA, PASSWORD, Scene};
use grantor_e2e::wire;
use serde_json::Value;

/// What a device is told at us.
fn begin(scene: &Scene) -> Result<Value> {
    let form = [
        ("grant_type", "device_request"),
        ("client_id", DEVICE.0),
        ("scope", "ZohoBigin.modules.ALL,AaaServer.profile.READ"),
        ("access_type", "offline"),
    ];
    wire::send("POST", &format!("{}/oauth/v3/device/code", scene.us), &[], Some(&form))?.json()
}

fn text<'a>(told: &'a Value, key: &str) -> Result<&'a str> {
    told.get(key).and_then(Value::as_str).with_context(|| format!("no {key}: {told}"))
}

fn poll(accounts_url: &str, begun: &Value) -> Result<Value> {
    let form = [
        ("grant_type", "device_token"),
        ("client_id", DEVICE.0),
        ("client_secret", DEVICE.1),
        ("code", text(begun, "device_code")?),
    ];
    let answer = wire::send("POST", &format!("{accounts_url}/oauth/v3/device/token"), &[], Some(&form))?;
    ensure!(answer.status == 200, "polling answers {}: {}", answer.status, answer.body);
    answer.json()
}

#[tokio::test]
async fn a_code_is_typed_and_the_device_goes_on() -> Result<()> {
    let (scene, browser) = (Scene::open()?, Browser::open().await?);
    let begun = begin(&scene)?;
    ensure!(text(&poll(&scene.us, &begun)?, "error")? == "authorization_pending", "answered by nobody");
    browser.go(text(&begun, "verification_url")?).await?;
    browser.fill("Code", "BCDF-GHJK").await?;
    browser.press("Verify").await?;
    browser.read("This code is not known here").await?;
    browser.fill("Code", &text(&begun, "user_code")?.replace('-', " ").to_lowercase()).await?;
    browser.press("Verify").await?;
    browser.sign_in(ALICE, PASSWORD).await?;
    browser.read("Only accept if you started this yourself").await?;
    for words in [DEVICE_NAME, "Zylker", "screen.zylker.example", text(&begun, "user_code")?] {
        browser.read(words).await?;
    }
    browser.press("Accept").await?;
    browser.read("You can go back to your device").await?;
    let tokens = poll(&scene.us, &begun)?;
    ensure!(scene.whose(&scene.us, &tokens)? == ALICE, "another person's token");
    Ok(())
}

#[tokio::test]
async fn a_link_only_fills_the_code_in_and_home_is_elsewhere() -> Result<()> {
    let (scene, browser) = (Scene::open()?, Browser::open().await?);
    let begun = begin(&scene)?;
    browser.go(text(&begun, "verification_uri_complete")?).await?;
    let field = browser.find(Role::Field, "Code").await?;
    let filled_in = field.prop("value").await?.unwrap_or_default();
    ensure!(filled_in == text(&begun, "user_code")?, "another code: {filled_in}");
    browser.press("Verify").await?;
    browser.give_email(ERIKA).await?;
    browser.arrive(&scene.eu).await?;
    browser.fill("Password", PASSWORD).await?;
    browser.press("Sign in").await?;
    browser.press("Accept").await?;
    browser.read("You can go back to your device").await?;
    let told = poll(&scene.us, &begun)?;
    ensure!(text(&told, "error")? == "other_dc" && text(&told, "user_location")? == "eu", "{told}");
    let tokens = poll(&scene.eu, &begun)?;
    ensure!(scene.whose(&scene.eu, &tokens)? == ERIKA, "another person's token");
    Ok(())
}

#[tokio::test]
async fn a_no_reaches_the_device() -> Result<()> {
    let (scene, browser) = (Scene::open()?, Browser::open().await?);
    let begun = begin(&scene)?;
    browser.go(text(&begun, "verification_uri_complete")?).await?;
    browser.press("Verify").await?;
    browser.sign_in(ALICE, PASSWORD).await?;
    browser.press("Reject").await?;
    browser.read("Access was denied").await?;
    ensure!(text(&poll(&scene.us, &begun)?, "error")? == "access_denied", "not denied");
    Ok(())
}
