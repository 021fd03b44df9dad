//! What people do in the browser, from the application's link to its callback, against the built server. Run them with
//! `cargo xtask test --only e2e`.

mod consent;
mod data_centers;
mod device;
mod errors;
mod frame;
mod harness;
mod keyboard;
mod language;
mod newcomer;
mod no_script;
mod no_script_at_home;
mod organizations;
mod portal;
mod second_factor;
mod sign_in;
mod tabs;

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use fantoccini::Locator;
use grantor_e2e::browser::Browser;
use grantor_e2e::callback::Arrival;
use grantor_e2e::driver::Settings;
use grantor_e2e::elements::Role;
use grantor_e2e::scene::{PASSWORD, Scene};

const MOMENT: Duration = Duration::from_millis(50);

/// A browser that runs no script.
async fn without_script() -> Result<Browser> {
    let browser = Browser::with(Settings { has_script: false, ..Settings::default() }).await?;
    // Or the journeys with it would prove nothing.
    browser.go("data:text/html,<h1>off</h1><script>document.querySelector('h1').textContent='on'</script>").await?;
    ensure!(browser.heading().await? == "off", "this browser runs scripts");
    Ok(browser)
}

async fn value_of(browser: &Browser, name: &str) -> Result<String> {
    browser.find(Role::Field, name).await?.prop("value").await?.with_context(|| format!("{name} is empty"))
}

/// Opens a link that comes in a moment, as people do: by loading the page again.
async fn open_when_there(browser: &Browser, css: &str) -> Result<()> {
    for _ in 0..100 {
        if let Ok(link) = browser.client().find(Locator::Css(css)).await {
            return Ok(link.click().await?);
        }
        tokio::time::sleep(MOMENT).await;
        browser.client().refresh().await?;
    }
    bail!("`{css}` never came on {}:\n{}", browser.at().await?, browser.text().await?)
}

/// Makes an account with an organization of its own, from the front page.
async fn sign_up(scene: &Scene, browser: &Browser, email: &str, name: &str, organization: &str) -> Result<()> {
    browser.go(&scene.us).await?;
    browser.follow("Sign in").await?;
    browser.follow("Create one").await?;
    browser.fill("Email", email).await?;
    browser.press("Send the letter").await?;
    browser.follow("Open the sandbox's mailbox").await?;
    open_when_there(browser, "article a").await?;
    browser.fill("First name", name).await?;
    browser.fill("Last name", "Noor").await?;
    browser.fill("Name of your organization", organization).await?;
    browser.fill("Password", PASSWORD).await?;
    browser.press("Create account").await
}

/// Signs in by a link at us and accepts: where people with one organization begin.
async fn sign_in_and_accept(scene: &Scene, browser: &Browser, email: &str) -> Result<Arrival> {
    let known = scene.callback.seen().len();
    browser.go(&scene.link(&scene.us, &[])?).await?;
    browser.sign_in(email, PASSWORD).await?;
    browser.press("Accept").await?;
    scene.callback.next(known).await
}

/// The callback of a success says exactly what the protocol says.
fn check_success(arrival: &Arrival, location: &str, accounts_url: &str, state: Option<&str>) -> Result<()> {
    ensure!(!arrival.need("code")?.is_empty(), "an empty code");
    ensure!(arrival.need("location")? == location, "another location: {arrival:?}");
    ensure!(arrival.need("accounts-server")? == accounts_url, "another accounts server: {arrival:?}");
    ensure!(arrival.get("state")?.as_deref() == state, "another state: {arrival:?}");
    ensure!(arrival.get("error")?.is_none(), "an error: {arrival:?}");
    ensure!(arrival.get("iss")?.is_none(), "published clients fail on `iss` in this dialect: {arrival:?}");
    Ok(())
}
