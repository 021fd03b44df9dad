//! From nothing to a refresh token: somebody who reads only what is on the pages, clicks, copies and pastes.

use std::collections::{BTreeSet, VecDeque};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use fantoccini::Locator;
use grantor_e2e::browser::Browser;
use grantor_e2e::scene::Scene;
use serde_json::Value;
use url::Url;

use super::{sign_up, value_of};

/// What is promised.
const MOST: Duration = Duration::from_mins(3);
/// More kinds of pages than there are.
const PAGES: usize = 80;

/// Runs what was copied from the page, in a shell.
fn paste(lines: &str, values: &[(&str, &str)]) -> Result<Value> {
    let mut shell = Command::new("sh");
    let done = shell.args(["-euc", lines]).envs(values.iter().copied()).output().context("a shell")?;
    ensure!(done.status.success(), "{lines}\n{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).with_context(|| String::from_utf8_lossy(&done.stdout).into_owned())
}

fn text<'a>(answer: &'a Value, name: &str) -> Result<&'a str> {
    answer.get(name).and_then(Value::as_str).with_context(|| format!("no {name}: {answer}"))
}

/// Registers an application; answers its secret.
async fn register(scene: &Scene, browser: &Browser) -> Result<String> {
    browser.follow("Register an application").await?;
    browser.follow("Server-based").await?;
    browser.fill("Client name", "Startup Sync").await?;
    browser.fill("Homepage URL", "https://startup.example").await?;
    browser.fill("Redirect URIs", &scene.callback.url()).await?;
    browser.press("Register").await?;
    ensure!(!value_of(browser, "Client id").await?.is_empty(), "a client id");
    value_of(browser, "Client secret: United States").await
}

/// Everything from the front page to the second access token; answers the path of the newcomer's organization.
async fn connect(scene: &Scene, browser: &Browser) -> Result<String> {
    sign_up(scene, browser, "nova@startup.example", "Nova", "Startup").await?;
    let secret = register(scene, browser).await?;
    browser.follow("Build an authorization link").await?;
    browser.fill("Search", "modules.ALL").await?;
    browser.press("Search").await?;
    browser.tick("ZohoBigin.modules.ALL").await?;
    browser.press("Build the link").await?;
    let snippet = browser.client().wait().for_element(Locator::Id("snippet-curl")).await?.text().await?;
    browser.check().await?;
    let part = |number: usize| {
        snippet.split("\n\n").find(|part| part.starts_with(&format!("# {number}."))).context(snippet.clone())
    };
    let link = part(1)?.lines().find_map(|line| line.strip_prefix("echo '")?.strip_suffix('\'')).context("a link")?;
    browser.go(link).await?;
    browser.press("Accept").await?;
    let arrival = scene.callback.next(0).await?;
    let code = arrival.need("code")?;
    let tokens = paste(part(2)?, &[("CLIENT_SECRET", &secret), ("CODE", &code)])?;
    let refresh = [("CLIENT_SECRET", secret.as_str()), ("REFRESH_TOKEN", text(&tokens, "refresh_token")?)];
    let fresh = paste(part(3)?, &refresh)?;
    ensure!(text(&fresh, "access_token")? != text(&tokens, "access_token")?, "another access token");
    ensure!(scene.whose(&scene.us, &fresh).is_err(), "a token for modules does not tell who the person is");
    browser.go(&scene.us).await?;
    browser.follow("Startup").await?;
    Ok(browser.arrive(&format!("{}/organization/", scene.us)).await?.path().to_owned())
}

#[tokio::test]
async fn a_newcomer_gets_from_sign_up_to_a_refresh_token_in_three_minutes() -> Result<()> {
    let (scene, browser) = (Scene::open_to_strangers()?, Browser::open().await?);
    let began = Instant::now();
    connect(&scene, &browser).await?;
    ensure!(began.elapsed() < MOST, "{:?}", began.elapsed());
    Ok(())
}

/// How many scopes can be seen.
async fn scopes(browser: &Browser) -> Result<usize> {
    let seen = "return [...document.querySelectorAll('fieldset.scopes .tick')].filter(t => t.checkVisibility()).length";
    let count = browser.client().execute(seen, Vec::new()).await?;
    Ok(usize::try_from(count.as_u64().context("a number")?)?)
}

#[tokio::test]
async fn scopes_are_searched_while_typing_and_a_chosen_one_stays() -> Result<()> {
    let (scene, browser) = (Scene::open_to_strangers()?, Browser::open().await?);
    sign_up(&scene, &browser, "nova@startup.example", "Nova", "Startup").await?;
    register(&scene, &browser).await?;
    browser.follow("Build an authorization link").await?;
    let found =
        async || -> Result<String> { Ok(browser.client().find(Locator::Css("[data-found]")).await?.text().await?) };
    browser.fill("Search", "contacts read").await?;
    let few = scopes(&browser).await?;
    ensure!((1..6).contains(&few), "{few} scopes");
    ensure!(found().await?.ends_with("fit.") || found().await? == "1 scope fits.", "{}", found().await?);
    browser.tick("ZohoBigin.modules.contacts.READ").await?;
    browser.fill("Search", "no such scope").await?;
    ensure!(scopes(&browser).await? == 1, "what is chosen stays");
    ensure!(found().await?.starts_with("No scope fits"), "{}", found().await?);
    browser.fill("Search", "bigin").await?;
    ensure!(scopes(&browser).await? > few, "more fit again");
    browser.check().await
}

/// Pages that differ by an id are of one kind.
fn kind(at: &Url) -> String {
    let plain = |part: &str| if part.chars().any(|c| c.is_ascii_digit()) { "…".to_owned() } else { part.to_owned() };
    let path: Vec<String> = at.path().split('/').map(plain).collect();
    let query: BTreeSet<String> = at.query_pairs().map(|(name, value)| format!("{name}={}", plain(&value))).collect();
    format!("{}?{}", path.join("/"), query.into_iter().collect::<Vec<_>>().join("&"))
}

#[tokio::test]
async fn every_page_behind_the_sign_in_owes_nobody_anything() -> Result<()> {
    let (scene, browser) = (Scene::open_to_strangers()?, Browser::open().await?);
    let organization = connect(&scene, &browser).await?;
    let mut ahead: VecDeque<Url> = ["/", "/account", "/console", "/console/new", &organization]
        .into_iter()
        .map(|path| Url::parse(&format!("{}{path}", scene.us)))
        .collect::<Result<_, _>>()?;
    for kind in ["browser", "mobile", "device", "self"] {
        ahead.push_back(Url::parse(&format!("{}/console/new?type={kind}", scene.us))?);
    }
    let (mut known, mut seen, mut faults) = (BTreeSet::new(), Vec::new(), Vec::new());
    while let Some(at) = ahead.pop_front() {
        if !known.insert(kind(&at)) || at.path().contains("sign-out") {
            continue;
        }
        ensure!(seen.len() < PAGES, "more pages than there are: {seen:?}");
        browser.go(at.as_str()).await?;
        if let Err(fault) = browser.check().await {
            faults.push(fault.to_string());
        }
        ensure!(!browser.heading().await?.is_empty(), "{at}: {}", browser.text().await?);
        seen.push(kind(&at));
        for link in browser.client().find_all(Locator::Css("a[href]")).await? {
            let Some(href) = link.attr("href").await? else { continue };
            if let Ok(next) = at.join(&href)
                && next.origin() == at.origin()
                && link.attr("download").await?.is_none()
            {
                ahead.push_back(next);
            }
        }
    }
    ensure!(faults.is_empty(), "{}", faults.join("\n"));
    for wanted in [
        "/console/new?type=self",
        "/console/new?type=device",
        "/account/security",
        "/console/…/notices",
        "/console/…/quotas",
        "/organization/…/audit",
    ] {
        ensure!(seen.iter().any(|page| page.starts_with(wanted)), "{wanted} was not reached: {seen:#?}");
    }
    ensure!(seen.len() > 30, "{seen:#?}");
    Ok(())
}
