//! Second factors: nothing is given at any door before they are proven (case K05), each code works once and guesses wait
//! on every route alike (K04), the session's id changes (H02); and what a person does with them.

mod account;
mod passkeys;
mod sign_in;

use totp_rs::{Builder, Secret};

use super::harness::*;

pub const PATH: &str = "/account/security/factors";

/// An authenticator app.
pub struct App(Secret);

impl App {
    /// From the letters on the page.
    pub fn of(page: &Reply) -> Self {
        let field = page.body.split("id=\"secret\"").nth(1).unwrap_or_else(|| panic!("no secret: {page:?}"));
        let shown = attribute(field.split('>').next().unwrap(), "value").unwrap();
        Self(Secret::try_from_base32(shown.replace('-', "")).unwrap())
    }

    /// What it shows now.
    pub fn code(&self, house: &House) -> String {
        let seconds = u64::try_from(house.clock().now().seconds()).unwrap();
        Builder::new().with_secret(self.0.clone()).build().unwrap().generate(seconds).to_string()
    }

    /// What it shows next, once it does.
    pub fn next(&self, house: &House) -> String {
        house.advance(30);
        self.code(house)
    }
}

/// A code that is wrong now.
pub fn wrong(app: &App, house: &House) -> String {
    if app.code(house) == "000000" { "000001".to_owned() } else { "000000".to_owned() }
}

/// The recovery codes on the page.
pub fn codes(page: &Reply) -> Vec<String> {
    let list = page.body.split("<pre id=\"all-codes\">").nth(1).unwrap_or_else(|| panic!("no codes: {page:?}"));
    list.split("</pre>").next().unwrap().lines().map(str::to_owned).filter(|line| !line.is_empty()).collect()
}

/// A form of the page by where it goes, filled in and sent.
pub async fn submit(
    browser: &mut Browser,
    house: &House,
    page: &Reply,
    action: &str,
    fields: &[(&str, &str)],
) -> Reply {
    let mut rest = page.body.as_str();
    loop {
        let at = rest.find("<form ").unwrap_or_else(|| panic!("no form to {action}: {page:?}"));
        rest = &rest[at..];
        let form = Form::find(rest).unwrap();
        if form.action == action {
            let mut filled = form.hidden.clone();
            filled.retain(|(name, _)| !fields.iter().any(|(field, _)| field == name));
            filled.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
            return browser.post(&format!("{}{action}", house.url("us")), &filled).await;
        }
        rest = &rest[6..];
    }
}

/// The page where factors are looked after.
pub async fn factors(browser: &mut Browser, house: &House) -> Reply {
    let page = browser.get(&format!("{}{PATH}", house.url("us"))).await;
    assert_eq!(page.status, 200, "{page:?}");
    page
}

/// Sets an authenticator app up. Answers it, and the recovery codes.
pub async fn enrolled(browser: &mut Browser, house: &House) -> (App, Vec<String>) {
    let page = factors(browser, house).await;
    let begun = submit(browser, house, &page, &format!("{PATH}/authenticator"), &[("password", PASSWORD)]).await;
    assert_eq!(begun.status, 200, "{begun:?}");
    let app = App::of(&begun);
    let code = app.code(house);
    let done = submit(browser, house, &begun, &format!("{PATH}/authenticator/confirm"), &[("code", &code)]).await;
    assert_eq!(done.status, 200, "{done:?}");
    let codes = codes(&done);
    assert_eq!(codes.len(), 10);
    (app, codes)
}

/// Alice with an authenticator app: it, her recovery codes, and the browser she set it up in.
pub async fn alice(house: &House) -> (Browser, App, Vec<String>) {
    let mut browser = Browser::default();
    browser.sign_in(house, &ALICE).await;
    let (app, codes) = enrolled(&mut browser, house).await;
    (browser, app, codes)
}

/// Whether the browser is signed in at the accounts house.
pub async fn is_signed_in(browser: &mut Browser, house: &House) -> bool {
    browser.get(&format!("{}/account/security/factors", house.url("us"))).await.status == 200
}
