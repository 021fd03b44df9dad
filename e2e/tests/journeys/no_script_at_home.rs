//! A person's own pages do their work in a browser that runs no script: the console, the account, an organization.

use std::path::Path;

use anyhow::{Result, bail, ensure};
use fantoccini::Locator;
use grantor_e2e::browser::Browser;
use grantor_e2e::elements::{Role, developer_tools};
use grantor_e2e::scene::{ALICE, BOB, CLIENT, CLIENT_NAME, PASSWORD, Scene};
use grantor_e2e::wire;
use serde_json::{Value, json};

use super::{MOMENT, open_when_there, sign_up, value_of, without_script};

/// A scope that is chosen in the console, and blocked by an organization.
const CONTACTS: &str = "ZohoBigin.modules.contacts.READ";
const PROFILE: &str = "AaaServer.profile.READ";
/// Whom an organization invites.
const GUEST: &str = "guest@plain.example";

/// Chooses from a list by the id of its field and what the choice sends.
async fn select(browser: &Browser, id: &str, value: &str) -> Result<()> {
    let list = browser.client().wait().for_element(Locator::Id(id)).await?;
    list.select_by_value(value).await?;
    ensure!(list.prop("value").await?.as_deref() == Some(value), "{value} does not stay chosen");
    Ok(())
}

/// What stands in the cells of a table.
async fn cells(browser: &Browser, css: &str) -> Result<Vec<String>> {
    let mut all = Vec::new();
    for cell in browser.client().find_all(Locator::Css(css)).await? {
        all.push(cell.text().await?);
    }
    Ok(all)
}

/// Looks for a scope among all of them and ticks it.
async fn pick(browser: &Browser, words: &str, scope: &str) -> Result<()> {
    browser.fill("Search", words).await?;
    browser.press("Search").await?;
    browser.tick(scope).await
}

/// Registers a server client, with a form that is wrong at first; answers its id and secret.
async fn register(scene: &Scene, browser: &Browser) -> Result<(String, String)> {
    browser.follow("Register an application").await?;
    browser.follow("Server-based").await?;
    browser.fill("Client name", "Plain Sync").await?;
    browser.press("Register").await?;
    browser.read("Enter a valid homepage URL").await?;
    ensure!(value_of(browser, "Client name").await? == "Plain Sync", "what was typed is gone");
    browser.fill("Homepage URL", "https://plain.example").await?;
    browser.fill("Redirect URIs", &scene.callback.url()).await?;
    browser.press("Register").await?;
    browser.read("Plain Sync is registered").await?;
    let (id, secret) =
        (value_of(browser, "Client id").await?, value_of(browser, "Client secret: United States").await?);
    ensure!(!id.is_empty() && !secret.is_empty(), "an empty client id or secret");

    browser.follow("Client secret").await?;
    browser.read("Two secrets may be live at a time").await?;
    ensure!(!browser.client().source().await?.contains(&secret), "the secret is shown a second time");
    Ok((id, secret))
}

/// Builds a link with two scopes, each found by a search of its own.
async fn build_link(browser: &Browser) -> Result<String> {
    browser.follow("Authorization link").await?;
    pick(browser, "contacts read", CONTACTS).await?;
    pick(browser, "profile read", PROFILE).await?;
    browser.fill("State", "at-home").await?;
    browser.press("Build the link").await?;
    browser.read("state=at-home").await?;
    Ok(browser.client().find(Locator::Id("link-text")).await?.text().await?.trim().to_owned())
}

#[tokio::test]
async fn an_application_is_registered_connected_and_looked_after_without_a_script() -> Result<()> {
    let (scene, browser) = (Scene::open()?, without_script().await?);
    browser.go(&format!("{}/console", scene.us)).await?;
    browser.sign_in(BOB, PASSWORD).await?;
    browser.read("Register your first application").await?;
    let (id, secret) = register(&scene, &browser).await?;
    let link = build_link(&browser).await?;
    ensure!(link.contains(CONTACTS) && link.contains(PROFILE), "a scope is missing: {link}");

    browser.go(&link).await?;
    browser.choose("Zylker Labs").await?;
    browser.press("Submit").await?;
    browser.press("Accept").await?;
    let arrival = scene.callback.next(0).await?;
    ensure!(arrival.need("state")? == "at-home", "another state: {arrival:?}");
    let (token_url, code) = (format!("{}/oauth/v2/token", scene.us), arrival.need("code")?);
    let tokens = wire::exchange(&token_url, (&id, &secret), &scene.callback.url(), &code)?;
    ensure!(tokens.get("refresh_token").is_some(), "no refresh token: {tokens}");
    ensure!(scene.whose(&scene.us, &tokens)? == BOB, "another person's token");

    // The same link with a mistake in it, and what the console says about it.
    let broken = link.replace("%2Fcallback", "%2Felsewhere");
    ensure!(broken != link, "nothing to break: {link}");
    browser.go(&broken).await?;
    let at = browser.at().await?;
    ensure!(at.as_str().starts_with(&scene.us), "an answer to a stranger's place: {at}");
    browser.go(&format!("{}/console", scene.us)).await?;
    browser.follow("Plain Sync").await?;
    browser.follow("Why did it fail").await?;
    browser.fill("Search", "no such words").await?;
    browser.press("Show").await?;
    browser.read("Nothing matches").await?;
    browser.follow("Show all of them").await?;
    select(&browser, "kind", "refusal").await?;
    browser.press("Show").await?;
    browser.arrive(&format!("{}/console/{id}/notices?q=&kind=refusal", scene.us)).await?;
    open_when_there(&browser, "td.what a").await?;
    browser.read("Compare at the character that the detail names.").await?;
    ensure!(browser.heading().await? == "redirect_uri is not the one it should be", "{}", browser.heading().await?);

    browser.follow("Quotas").await?;
    browser.read("Zylker Labs (10002)").await?;
    browser.fill("User or organization", "10001").await?;
    browser.press("Show").await?;
    browser.read("Nobody of that id").await?;
    browser.fill("User or organization", "10002").await?;
    browser.press("Show").await?;
    browser.follow("User ").await?;
    browser.read("Caps and throttles").await?;
    ensure!(browser.heading().await?.starts_with("User "), "{}", browser.heading().await?);
    Ok(())
}

#[tokio::test]
async fn a_self_client_gets_its_code_without_a_script() -> Result<()> {
    let (scene, browser) = (Scene::open()?, without_script().await?);
    browser.go(&format!("{}/console/new", scene.us)).await?;
    browser.sign_in(BOB, PASSWORD).await?;
    browser.follow("Self client").await?;
    browser.fill("Client name", "Plain Script").await?;
    browser.press("Register").await?;
    browser.read("Plain Script is registered").await?;
    let (id, secret) = (value_of(&browser, "Client id").await?, value_of(&browser, "Client secret").await?);

    browser.follow("Generate a code").await?;
    pick(&browser, "contacts read", CONTACTS).await?;
    browser.press("Generate").await?;
    browser.read("Choose the organization that the code is for.").await?;
    // What was ticked is still ticked.
    select(&browser, "organization", "10002").await?;
    browser.press("Generate").await?;
    let code = value_of(&browser, "Your code").await?;
    let form = [("grant_type", "authorization_code"), ("client_id", &id), ("client_secret", &secret), ("code", &code)];
    let tokens = wire::send("POST", &format!("{}/oauth/v2/token", scene.us), &[], Some(&form))?.json()?;
    ensure!(tokens.get("refresh_token").is_some(), "no refresh token: {tokens}");
    Ok(())
}

/// Waits for the file that the browser was handed.
async fn downloaded(folder: &Path) -> Result<Value> {
    for _ in 0..200 {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            // One that is not whole yet is looked at again.
            if path.extension().is_some_and(|kind| kind == "json")
                && let Ok(whole) = serde_json::from_slice(&std::fs::read(&path)?)
            {
                return Ok(whole);
            }
        }
        tokio::time::sleep(MOMENT).await;
    }
    bail!("no file came")
}

/// How many browsers the page lists.
async fn sessions(browser: &Browser) -> Result<usize> {
    Ok(browser.client().find_all(Locator::Css(".sessions li")).await?.len())
}

#[tokio::test]
async fn a_name_other_browsers_and_the_own_data_are_seen_to_without_a_script() -> Result<()> {
    let (scene, away, home) = (Scene::open()?, without_script().await?, without_script().await?);
    for browser in [&away, &home] {
        browser.go(&format!("{}/account", scene.us)).await?;
        browser.sign_in(ALICE, PASSWORD).await?;
        browser.find(Role::Field, "First name").await?;
    }
    home.fill("First name", "Alicia").await?;
    home.press("Save").await?;
    home.read("Your name was saved.").await?;
    ensure!(value_of(&home, "First name").await? == "Alicia", "another name");
    ensure!(value_of(&home, "Last name").await? == "Tester", "the last name did not stay");

    home.follow("Where you are signed in").await?;
    home.find(Role::Button, "End all others").await?;
    ensure!(sessions(&home).await? == 2, "not two browsers:\n{}", home.text().await?);
    home.press("End all others").await?;
    home.read("You are signed out everywhere but here.").await?;
    ensure!(sessions(&home).await? == 1, "not one browser:\n{}", home.text().await?);
    ensure!(!home.sees(Role::Button, "End all others").await?, "there are no others");
    away.go(&format!("{}/account", scene.us)).await?;
    away.find(Role::Field, "Email").await?;

    let folder = tempfile::Builder::new().prefix("grantor-downloads-").tempdir()?;
    let into = json!({"behavior": "allow", "downloadPath": folder.path().display().to_string()});
    developer_tools(home.client(), "Browser.setDownloadBehavior", into).await?;
    home.follow("Your data").await?;
    home.press("Download the file").await?;
    let file = downloaded(folder.path()).await?.to_string();
    ensure!(file.contains(ALICE) && file.contains("Alicia"), "another person's file: {file}");
    // A download leaves the page where it is.
    home.follow("Your profile").await?;
    ensure!(value_of(&home, "First name").await? == "Alicia", "another name after a while");
    Ok(())
}

/// Blocks a scope, lists an application; what the policy says is what the page shows.
async fn set_policy(browser: &Browser) -> Result<()> {
    browser.follow("Application policy").await?;
    browser.tick("Only listed applications may be connected").await?;
    browser.fill("Blocked scopes", "No.such.scope").await?;
    browser.press("Save").await?;
    browser.read("There is no such scope").await?;
    browser.fill("Blocked scopes", CONTACTS).await?;
    browser.press("Save").await?;
    browser.read("The policy was changed.").await?;
    let listed = browser.find(Role::Checkbox, "Only listed applications may be connected").await?;
    ensure!(listed.is_selected().await?, "what was ticked is not saved");
    ensure!(value_of(browser, "Blocked scopes").await? == CONTACTS, "another scope is blocked");
    browser.fill("Client ID", CLIENT.0).await?;
    browser.press("Add to the list").await?;
    browser.find(Role::Button, &format!("Remove {CLIENT_NAME}")).await?;
    Ok(())
}

#[tokio::test]
async fn an_organization_is_administered_without_a_script() -> Result<()> {
    let (scene, browser) = (Scene::open_to_strangers()?, without_script().await?);
    sign_up(&scene, &browser, "nora@plain.example", "Nora", "Plain Works").await?;
    browser.follow("Plain Works").await?;
    let home = browser.arrive(&format!("{}/organization/", scene.us)).await?;

    browser.follow("Invitations").await?;
    browser.fill("E-mail address", GUEST).await?;
    browser.press("Invite").await?;
    browser.read("The invitation is on its way.").await?;
    browser.find(Role::Button, &format!("Withdraw {GUEST}")).await?;

    set_policy(&browser).await?;
    // It holds: the application is listed, and asks for what covers the blocked scope.
    browser.go(&scene.link(&scene.us, &[])?).await?;
    browser.read("administrators allow to nobody").await?;
    ensure!(scene.callback.seen().is_empty(), "the application was told something");

    browser.go(home.as_str()).await?;
    browser.follow("Audit log").await?;
    select(&browser, "event", "policy_changed").await?;
    browser.press("Filter").await?;
    browser.arrive(&format!("{home}/audit?event=policy_changed")).await?;
    browser.find(Role::Button, "Filter").await?;
    ensure!(cells(&browser, "td.main").await? == ["Policy changed"; 2], "{}", browser.text().await?);
    select(&browser, "event", "invited").await?;
    browser.press("Filter").await?;
    browser.arrive(&format!("{home}/audit?event=invited")).await?;
    browser.read(GUEST).await?;
    ensure!(cells(&browser, "td.main").await? == ["Person invited"], "{}", browser.text().await?);
    // The guest has done nothing yet.
    browser.fill("E-mail address or number", GUEST).await?;
    browser.press("Filter").await?;
    browser.read("Nothing was found.").await
}
