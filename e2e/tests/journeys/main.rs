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

use anyhow::{Result, ensure};
use grantor_e2e::browser::Browser;
use grantor_e2e::callback::Arrival;
use grantor_e2e::scene::{PASSWORD, Scene};

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
