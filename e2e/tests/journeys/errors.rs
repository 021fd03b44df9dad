//! A wrong request ends on a page that says the documented word and what to do, and never leaves this server.

use anyhow::{Result, ensure};
use grantor_e2e::browser::Browser;
use grantor_e2e::scene::Scene;

#[tokio::test]
async fn a_wrong_request_is_explained_and_never_redirected() -> Result<()> {
    let (scene, browser) = (Scene::open()?, Browser::open().await?);
    let link = scene.link(&scene.us, &[("state", "<script>alert(1)</script>")])?;
    let evil = "http%3A%2F%2F127.0.0.1%3A1%2Fevil%3F%3Cscript%3E";
    let cases = [
        (link.replace("client_id=1000.", "client_id=1000.X"), "Invalid Client", "ERROR_invalid_client"),
        (replaced(&link, "redirect_uri", evil), "Invalid Redirect Uri", "ERROR_invalid_redirect_uri"),
        (replaced(&link, "scope", "ZohoBigin.nothing.READ"), "Invalid OAuth Scope", "ERROR_invalid_scope"),
        (replaced(&link, "response_type", "cod"), "Invalid Response Type", "ERROR_invalid_response_type"),
    ];
    for (wrong, title, word) in cases {
        browser.go(&wrong).await?;
        browser.arrive(&scene.us).await?;
        browser.read(title).await?;
        let page = browser.client().source().await?;
        ensure!(page.contains(word), "{word} is not on the page");
        ensure!(!page.contains("<script>alert"), "a stranger's text is markup on the page");
        browser.check().await?;
    }
    ensure!(scene.callback.seen().is_empty(), "the application was told something");
    Ok(())
}

/// The link with another value for one parameter.
fn replaced(link: &str, name: &str, value: &str) -> String {
    let is_it = |pair: &str| pair.split('=').next() == Some(name);
    let (door, query) = link.split_once('?').unwrap_or((link, ""));
    let pairs = query.split('&').map(|pair| if is_it(pair) { format!("{name}={value}") } else { pair.to_owned() });
    format!("{door}?{}", pairs.collect::<Vec<_>>().join("&"))
}
