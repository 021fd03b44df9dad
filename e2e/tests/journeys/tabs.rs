//! Several tabs at once never meet: each ends with its own state, in whatever order they are finished.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, ensure};
use fantoccini::wd::WindowHandle;
use grantor_e2e::browser::Browser;
use grantor_e2e::elements::Role;
use grantor_e2e::scene::{ALICE, PASSWORD, Scene};

#[tokio::test]
async fn five_tabs_end_in_any_order() -> Result<()> {
    let (scene, browser) = (Scene::open()?, Browser::open().await?);
    let mut tabs: Vec<WindowHandle> = vec![browser.client().window().await?];
    for _ in 1..5 {
        tabs.push(browser.client().new_window(true).await?.handle);
    }
    for (number, tab) in tabs.iter().enumerate() {
        browser.client().switch_to_window(tab.clone()).await?;
        browser.go(&scene.link(&scene.us, &[("state", &format!("tab{number}")), ("prompt", "consent")])?).await?;
        browser.find(Role::Field, "Email").await?;
    }
    let mut codes = BTreeSet::new();
    for (known, number) in [3, 0, 4, 1, 2].into_iter().enumerate() {
        let tab = tabs.get(number).context("five tabs")?;
        browser.client().switch_to_window(tab.clone()).await?;
        // The sign-in form of a later tab is older than the session that another tab has begun meanwhile.
        browser.fill("Email", ALICE).await?;
        browser.press("Next").await?;
        if known == 0 {
            browser.fill("Password", PASSWORD).await?;
            browser.press("Sign in").await?;
        }
        browser.press("Accept").await?;
        let (arrival, tokens) = scene.tokens(known).await?;
        ensure!(arrival.need("state")? == format!("tab{number}"), "tab {number} ended with {arrival:?}");
        ensure!(codes.insert(arrival.need("code")?), "a code came twice");
        ensure!(scene.whose(&scene.us, &tokens)? == ALICE, "another person's token");
    }
    Ok(())
}
