//! Accepting and rejecting, being asked again or not, pressing twice, going back.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use fantoccini::Locator;
use fantoccini::actions::{InputSource as _, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use grantor_e2e::browser::Browser;
use grantor_e2e::callback::HEADING;
use grantor_e2e::elements::Role;
use grantor_e2e::scene::{ALICE, PASSWORD, Scene};
use grantor_e2e::wire;

use super::{check_success, sign_in_and_accept};

#[tokio::test]
async fn rejecting_tells_the_application_with_its_state() -> Result<()> {
    let (scene, browser) = (Scene::open()?, Browser::open().await?);
    browser.go(&scene.link(&scene.us, &[("state", "s-7")])?).await?;
    browser.sign_in(ALICE, PASSWORD).await?;
    browser.press("Reject").await?;
    let arrival = scene.callback.next(0).await?;
    ensure!(arrival.need("error")? == "access_denied", "another error: {arrival:?}");
    ensure!(arrival.need("state")? == "s-7", "another state: {arrival:?}");
    ensure!(arrival.get("code")?.is_none(), "a code after all: {arrival:?}");
    Ok(())
}

#[tokio::test]
async fn who_has_consented_is_asked_nothing() -> Result<()> {
    let (scene, browser) = (Scene::open()?, Browser::open().await?);
    let first = sign_in_and_accept(&scene, &browser, ALICE).await?;
    browser.go(&scene.link(&scene.us, &[("state", "again")])?).await?;
    let (second, tokens) = scene.tokens(1).await?;
    check_success(&second, "us", &scene.us, Some("again"))?;
    ensure!(first.need("code")? != second.need("code")?, "the same code for two requests");
    ensure!(scene.whose(&scene.us, &tokens)? == ALICE, "another person's token");
    Ok(())
}

#[tokio::test]
async fn prompt_consent_asks_again() -> Result<()> {
    let (scene, browser) = (Scene::open()?, Browser::open().await?);
    sign_in_and_accept(&scene, &browser, ALICE).await?;
    browser.go(&scene.link(&scene.us, &[("prompt", "consent")])?).await?;
    browser.find(Role::Button, "Accept").await?;
    ensure!(!browser.sees(Role::Field, "Password").await?, "the password is asked again too");
    ensure!(scene.callback.seen().len() == 1, "a code before the answer");
    browser.press("Accept").await?;
    check_success(&scene.callback.next(1).await?, "us", &scene.us, None)
}

#[tokio::test]
async fn pressing_accept_twice_gives_one_code() -> Result<()> {
    let (scene, browser) = (Scene::open()?, Browser::open().await?);
    browser.go(&scene.link(&scene.us, &[("state", "twice")])?).await?;
    browser.sign_in(ALICE, PASSWORD).await?;
    let accept = browser.find(Role::Button, "Accept").await?;

    // The same form sent twice behind the browser's back, as two quick presses do at worst.
    let form = "const button = arguments[0], form = button.form; \
                return [button.hasAttribute('formaction') ? button.formAction : form.action, ...new FormData(form, button)].map(String)";
    let sent = browser.client().execute(form, vec![serde_json::to_value(&accept)?]).await?;
    let sent: Vec<String> = serde_json::from_value(sent)?;
    let (action, pairs) = sent.split_first().context("the form has no address")?;
    let pairs: Vec<(&str, &str)> = pairs.iter().filter_map(|pair| pair.split_once(',')).collect();
    let cookies = browser.client().get_all_cookies().await?;
    let cookies: Vec<String> = cookies.iter().map(|cookie| format!("{}={}", cookie.name(), cookie.value())).collect();
    let origin = scene.us.clone();
    let headers = [("Cookie", cookies.join("; ")), ("Origin", origin)];
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut places = Vec::new();
    for _ in 0..2 {
        let response = wire::send("POST", action, &headers, Some(&pairs))?;
        ensure!(response.status == 303 || response.status == 302, "{} {}", response.status, response.body);
        places.push(response.header("location").context("no redirect")?.to_owned());
    }
    ensure!(places.first() == places.last(), "two presses, two answers: {places:?}");

    // And a real double click in the browser, which is still on the same page.
    browser.client().execute("arguments[0].scrollIntoView()", vec![serde_json::to_value(&accept)?]).await?;
    let down = PointerAction::Down { button: MOUSE_BUTTON_LEFT };
    let up = PointerAction::Up { button: MOUSE_BUTTON_LEFT };
    let twice = MouseActions::new("mouse".into())
        .then(PointerAction::MoveToElement { element: accept, duration: None, x: 0.0, y: 0.0 })
        .then(down.clone())
        .then(up.clone())
        .then(down)
        .then(up);
    browser.client().perform_actions(twice).await?;
    let (arrival, tokens) = scene.tokens(0).await?;
    check_success(&arrival, "us", &scene.us, Some("twice"))?;
    ensure!(
        places.first().is_some_and(|place| place.contains(&arrival.need("code").unwrap_or_default())),
        "another code"
    );
    ensure!(scene.callback.seen().iter().all(|url| Some(url) == scene.callback.seen().first()), "two codes");
    ensure!(scene.whose(&scene.us, &tokens)? == ALICE, "another person's token");
    Ok(())
}

#[tokio::test]
async fn going_back_and_on_again_still_ends_well() -> Result<()> {
    let (scene, browser) = (Scene::open()?, Browser::open().await?);
    browser.go(&scene.link(&scene.us, &[("state", "back")])?).await?;
    browser.sign_in(ALICE, PASSWORD).await?;
    browser.find(Role::Button, "Accept").await?;
    browser.client().back().await?;
    browser.client().forward().await?;
    browser.press("Accept").await?;
    check_success(&scene.callback.next(0).await?, "us", &scene.us, Some("back"))?;
    browser.read(HEADING).await?;

    // Back from the application: the page either goes on by itself or asks once more; an error page helps nobody.
    let known = scene.callback.seen().len();
    browser.client().execute("window.left = true", Vec::new()).await?;
    browser.client().back().await?;
    if asks_again(&scene, &browser, known).await? {
        browser.press("Accept").await?;
        scene.callback.next(known).await?;
    }
    let last = scene.callback.seen().len() - 1;
    let (arrival, tokens) = scene.tokens(last).await?;
    check_success(&arrival, "us", &scene.us, Some("back"))?;
    ensure!(scene.whose(&scene.us, &tokens)? == ALICE, "another person's token");
    Ok(())
}

/// Waits for what comes of going back from the application's page, which is marked: whether it is a question once more.
async fn asks_again(scene: &Scene, browser: &Browser, known: usize) -> Result<bool> {
    let began = Instant::now();
    loop {
        // The application is asked anew, or its answer is still known to the browser.
        let left = browser.client().execute("return window.left !== true", Vec::new()).await;
        let arrived = left.is_ok_and(|left| left == true) && browser.heading().await? == HEADING;
        if arrived || scene.callback.seen().len() > known {
            return Ok(false);
        }
        // A page that is being replaced answers with errors; then it is looked at again.
        if browser.sees(Role::Button, "Accept").await.unwrap_or(false) {
            return Ok(true);
        }
        let errors = browser.client().find_all(Locator::Css("[role=alert]")).await?;
        ensure!(errors.is_empty(), "an error after going back:\n{}", browser.text().await?);
        ensure!(began.elapsed() < Duration::from_secs(20), "nothing came of going back:\n{}", browser.text().await?);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
