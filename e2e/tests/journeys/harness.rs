//! The harness itself: a check that finds no fault in a bad page would prove nothing. Needs a browser but no server.

use anyhow::{Result, ensure};
use fantoccini::key::Key;
use grantor_e2e::accessibility;
use grantor_e2e::browser::Browser;
use grantor_e2e::callback::{Callback, HEADING};
use grantor_e2e::driver::Settings;
use grantor_e2e::elements::Role;

const GOOD: &str = "<!doctype html><html lang=en><title>Good</title><style>:root{color-scheme:light dark}</style>\
    <main><h1>Good</h1><form><label>Email <input type=email></label><label for=p>Password</label>\
    <input id=p type=password><label><input type=radio name=o value=1> Zylker Labs <span>sandbox</span></label>\
    <button>Sign in</button></form></main>";

const BAD: &str = "<!doctype html><html><title>Bad</title><h1>One</h1><h1>Two</h1><input type=text>\
    <p style='color:%23999;background:%23fff'>Hard to read</p><div style='width:900px'>wide</div>\
    <button aria-describedby=nothing>Go</button>";

async fn show(browser: &Browser, page: &str) -> Result<()> {
    browser.go(&format!("data:text/html,{page}")).await
}

#[tokio::test]
async fn faults_of_a_page_are_found_and_a_good_page_has_none() -> Result<()> {
    let browser = Browser::open().await?;
    show(&browser, GOOD).await?;
    accessibility::check(browser.client(), "good").await?;
    show(&browser, BAD).await?;
    let Err(faults) = accessibility::check(browser.client(), "bad").await else { anyhow::bail!("no fault found") };
    let told = format!("{faults:#}");
    for fault in ["2 h1", "no lang", "no main", "no name", "contrast 2.8", "#nothing", "sideways"] {
        ensure!(told.contains(fault), "`{fault}` is not in: {told}");
    }
    Ok(())
}

#[tokio::test]
async fn things_are_found_by_their_names_with_and_without_scripts() -> Result<()> {
    for has_script in [true, false] {
        let browser = Browser::with(Settings { has_script, ..Settings::default() }).await?;
        show(&browser, GOOD).await?;
        browser.fill("Email", "a@b.example").await?;
        browser.fill("Password", "secret").await?;
        browser.choose("Zylker Labs").await?;
        ensure!(browser.sees(Role::Button, "Sign in").await?, "the button is not seen");
        ensure!(!browser.sees(Role::Button, "Sign").await?, "half a name is enough");
        ensure!(browser.heading().await? == "Good", "another heading");
    }
    Ok(())
}

#[tokio::test]
async fn the_keyboard_reaches_what_is_there_and_says_when_it_does_not() -> Result<()> {
    let browser = Browser::open().await?;
    show(&browser, GOOD).await?;
    browser.tab_to("Password").await?;
    browser.tab_to("Sign in").await?;
    browser.key(Key::Enter).await?;
    ensure!(browser.tab_to("Nowhere").await.is_err(), "a button that is not there was reached");
    Ok(())
}

#[tokio::test]
async fn only_loopback_is_reached() -> Result<()> {
    let (browser, callback) = (Browser::open().await?, Callback::open()?);
    browser.go(&format!("{}?code=1", callback.url())).await?;
    browser.read(HEADING).await?;
    ensure!(callback.next(0).await?.need("code")? == "1", "another code");
    let Err(cause) = browser.go("http://example.com/").await else { anyhow::bail!("example.com was reached") };
    ensure!(format!("{cause:#}").contains("ERR_NAME_NOT_RESOLVED"), "{cause:#}");
    Ok(())
}
