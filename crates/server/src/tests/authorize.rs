//! The authorization side: the endpoints and the pages, asked over the wire like a browser without a window
//! would, and now and then like nobody should.

mod checks;
pub mod connected;
mod consent;
mod data_centers;
mod device;
mod hosts;
mod implicit;
mod languages;
mod limits;
mod markup;
mod more_scopes;
mod open_redirect;
mod organizations;
mod other_pages;
mod pages;
mod pages_inside;
mod portals;
pub mod redirect_uris;
mod session_refresh;
mod sign_in;
mod slow_down;
mod tabs;
mod whole_organization;

use super::harness::*;

/// A page's title at the accounts house, and the word it carries everywhere; at a portal the word is the title
/// (accounts-protocol.md decision 13).
type Words = (&'static str, &'static str);

const RESPONSE_TYPE: Words = ("Invalid Response Type", "ERROR_invalid_response_type");
const CLIENT: Words = ("Invalid Client", "ERROR_invalid_client");
const REDIRECT_URI: Words = ("Invalid Redirect Uri", "ERROR_invalid_redirect_uri");
const SCOPE: Words = ("Invalid OAuth Scope", "ERROR_invalid_scope");

/// A scope that belongs to an organization, and the profile so that a token can be asked whose it is.
const BIGIN: &str = "ZohoBigin.modules.contacts.READ,AaaServer.profile.READ";

/// A good request, asked once only.
fn once(app: &App) -> Ask {
    Ask::of(app).without("prompt").with("state", "s-1")
}

fn target(ask: &Ask) -> String {
    format!("{}?{}", ask.path(), encoded(&ask.parameters))
}

/// The request of a browser that was never here.
async fn asked(house: &House, ask: &Ask) -> Reply {
    house.send(&ask.location, &Request::get(&target(ask))).await
}

/// What stands in the page's heading, as a person reads it.
fn heading(reply: &Reply) -> String {
    let html = reply.body.split_once("<h1>").and_then(|(_, rest)| rest.split_once("</h1>"));
    text_of(html.unwrap_or_else(|| panic!("no heading: {reply:?}")).0)
}

/// The text of some HTML.
fn text_of(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => inside = false,
            c if !inside => text.push(c),
            _ => {}
        }
    }
    decoded(&text)
}

/// HTML text with its references read, each once.
fn decoded(html: &str) -> String {
    let known = [("&lt;", '<'), ("&gt;", '>'), ("&amp;", '&'), ("&quot;", '"'), ("&#x27;", '\''), ("&#38;", '&')];
    let known: Vec<(&str, char)> =
        known.into_iter().chain([("&#60;", '<'), ("&#62;", '>'), ("&#34;", '"'), ("&#39;", '\'')]).collect();
    let (mut text, mut rest) = (String::new(), html);
    while let Some(first) = rest.chars().next() {
        let (reference, c) =
            known.iter().find(|(r, _)| rest.starts_with(r)).map_or((first.len_utf8(), first), |(r, c)| (r.len(), *c));
        text.push(c);
        rest = &rest[reference..];
    }
    text
}

/// The value of the first field of that name, as a person sees it.
fn value_of(reply: &Reply, field: &str) -> String {
    let input = reply.body.split('<').find(|t| t.contains(&format!(" name=\"{field}\""))).unwrap_or_default();
    let value = input.split_once(" value=\"").and_then(|(_, rest)| rest.split_once('"'));
    decoded(value.unwrap_or_else(|| panic!("no {field}: {reply:?}")).0)
}

/// Every page: HTML that is not stored, not framed, not sniffed, and loads nothing from elsewhere
/// (`spec/decisions.md` 18).
fn assert_page(reply: &Reply) {
    assert_eq!(reply.header("content-type"), Some("text/html; charset=utf-8"), "{reply:?}");
    assert_eq!(reply.header("cache-control"), Some("no-store"), "{reply:?}");
    assert_eq!(reply.header("x-frame-options"), Some("DENY"), "{reply:?}");
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{reply:?}");
    assert_eq!(reply.header("referrer-policy"), Some("same-origin"), "{reply:?}");
    let policy = reply.header("content-security-policy").unwrap_or_default();
    let parts: Vec<&str> = policy.split(';').map(str::trim).collect();
    for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "script-src 'self'"] {
        assert!(parts.contains(&part), "{part} is not in {policy}");
    }
    for never in ["unsafe", "http:", "https:", "*", "form-action 'self'"] {
        assert!(!policy.contains(never), "{never} is in {policy}");
    }
    assert_eq!(reply.header("access-control-allow-origin"), None);
    assert_eq!(reply.header("location"), None, "a page sends nobody anywhere");
}

/// Refused in place with that title and word, with the request's id and something to do about it.
fn assert_refused(ask: &Ask, reply: &Reply, words: Words) {
    let (title, word) = words;
    assert_eq!(reply.status, 400, "{:?} {reply:?}", ask.parameters);
    assert_page(reply);
    assert_eq!(heading(reply), if ask.portal.is_some() { word } else { title }, "{:?}", ask.parameters);
    assert!(reply.body.contains(word), "{word} is missing: {reply:?}");
    assert!(reply.body.contains(reply.header("x-request-id").unwrap()), "the request's id is missing");
    assert!(reply.body.contains("What you can do"), "the advice is missing");
    assert!(Form::find(&reply.body).is_none(), "an error page asks nothing");
    assert_eq!(reply.header("set-cookie"), None);
}

/// Refused in place by an error page of any title.
fn assert_some_page(ask: &Ask, reply: &Reply) {
    assert_eq!(reply.status, 400, "{:?} {reply:?}", ask.parameters);
    assert_page(reply);
    assert!(reply.body.contains("ERROR_"), "{reply:?}");
}

/// The page's form, which asks for that field.
fn form(reply: &Reply, field: &str) -> Form {
    assert_page(reply);
    let form = Form::find(&reply.body).unwrap_or_else(|| panic!("no form: {reply:?}"));
    assert!(form.asks.iter().any(|a| a == field), "{field} is not asked: {reply:?}");
    form
}

/// Where a page's form goes.
fn action(url: &str, form: &Form) -> String {
    format!("{}{}", split(url).0, form.action)
}

/// Posts a page's form with one field filled in, and follows nothing.
async fn answer(browser: &mut Browser, url: &str, page: &Reply, field: &str, value: &str) -> Reply {
    let form = form(page, field);
    browser.post(&action(url, &form), &form.filled(field, value)).await
}

/// Walks as that person to the page that asks for `field`.
async fn walk_to(house: &House, browser: &mut Browser, ask: &Ask, person: &Person, field: &str) -> (String, Reply) {
    let (url, page) = browser.walk(house, &ask.url(house), person, Some(field)).await;
    form(&page, field);
    (url, page)
}

/// The `Location` of an answer that sends the browser to the application.
fn callback(reply: &Reply) -> Callback {
    assert!(matches!(reply.status, 302 | 303), "{reply:?}");
    let url = reply.header("location").unwrap();
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let parameters = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    Callback { url: url.to_owned(), parameters }
}

/// Where an answer sends the browser inside the house; the URL it came from tells which data center.
fn next(url: &str, reply: &Reply) -> String {
    let location = reply.header("location").unwrap_or_else(|| panic!("no redirect: {reply:?}"));
    if location.starts_with('/') { format!("{}{location}", split(url).0) } else { location.to_owned() }
}

/// Where "Use another account" leads.
fn switch_url(url: &str, page: &Reply) -> String {
    let link = page.body.split("<a ").find(|a| a.starts_with("class=\"row-link\""));
    let target = attribute(link.unwrap_or_else(|| panic!("no other account: {page:?}")), "href");
    format!("{}{}", split(url).0, target.unwrap())
}

/// Whose code it is: redeemed at that data center, the e-mail address that user info tells.
async fn whose(house: &House, location: &str, app: &App, code: &str) -> String {
    let tokens = Tokens::of(&house.exchange(location, app, code).await);
    house.user_info(location, &tokens.access).await.text("Email")
}

/// Whether a browser is signed in at a realm: its front page says so.
async fn signed_in(house: &House, browser: &mut Browser, location: &str, front: &str) -> bool {
    let reply = browser.get(&format!("{}{front}", house.url(location))).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_page(&reply);
    reply.body.contains("sign-out")
}

/// A provision entry of a server client at us and eu.
fn client_entry(id: &str, name: &str, redirect_uris: &[&str]) -> String {
    format!(
        "[[client]]\nid = {id:?}\nsecret = \"canary-made-secret\"\ntype = \"server\"\nname = {}\n\
         redirect_uris = {redirect_uris:?}\ndata_centers = [\"us\", \"eu\"]\n",
        toml_text(name)
    )
}

/// A TOML string of any text.
fn toml_text(text: &str) -> String {
    let escaped: Vec<String> =
        text.chars()
            .map(|c| {
                if c.is_control() || matches!(c, '"' | '\\') {
                    format!("\\U{:08X}", u32::from(c))
                } else {
                    c.to_string()
                }
            })
            .collect();
    format!("\"{}\"", escaped.concat())
}
