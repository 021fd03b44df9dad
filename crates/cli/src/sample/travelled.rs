//! What just travelled: each step between the browser, this application and the accounts server, in words, secrets masked.

use grantor_client::{Secret, WireRecord};
use url::Url;

/// Query parameters whose values are masked on the page.
const SECRET_NAMES: [&str; 2] = ["code", "state"];

/// One step.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// Who spoke to whom.
    pub(crate) between: &'static str,
    pub(crate) title: &'static str,
    pub(crate) why: &'static str,
    pub(crate) method: &'static str,
    /// Without its query.
    pub(crate) url: String,
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) authorization: Option<String>,
    /// `200`, or `no answer`; `None` for a redirect, whose answer is the next step.
    pub(crate) status: Option<String>,
    pub(crate) good: bool,
    pub(crate) answer: Option<String>,
    pub(crate) request_id: Option<String>,
}

impl Step {
    /// The browser leaves with the link.
    pub(crate) fn link(link: &Url) -> Self {
        let why = "Zylker Desk sent the browser to the accounts server. Everything it asks for is in the link.";
        Self::of_browser("browser → accounts server", "The link", why, link)
    }

    /// The browser comes back.
    pub(crate) fn callback(callback: &Url) -> Self {
        let why = "The accounts server sent the browser back. The code is worth nothing without the client secret, and works once.";
        Self::of_browser("accounts server → browser → Zylker Desk", "The redirect", why, callback)
    }

    fn of_browser(between: &'static str, title: &'static str, why: &'static str, url: &Url) -> Self {
        let shown = |name: &str, value: &str| {
            if SECRET_NAMES.contains(&name) { Secret::from(value).masked() } else { value.to_owned() }
        };
        let parameters = url.query_pairs().map(|(name, value)| (name.to_string(), shown(&name, &value))).collect();
        Self {
            between,
            title,
            why,
            method: "GET",
            url: without_query(url),
            parameters,
            authorization: None,
            status: None,
            good: true,
            answer: None,
            request_id: None,
        }
    }
}

impl From<WireRecord> for Step {
    fn from(record: WireRecord) -> Self {
        let grant = record.form.iter().find(|(name, _)| name == "grant_type").map(|(_, value)| value.as_str());
        let path = record.url.split_once('?').map_or(record.url.as_str(), |(before, _)| before);
        let (between, title, why) = if path.ends_with("/oauth/serverinfo") {
            (ACCOUNTS, "The data centers", "Which accounts servers are real? A code is taken only to one of these.")
        } else if path.ends_with("/token/revoke") {
            (ACCOUNTS, "Revocation", "The refresh token is cancelled, and every access token made from it.")
        } else if path.ends_with("/oauth/user/info") {
            (ACCOUNTS, "Who connected", "The access token tells whose it is.")
        } else if grant == Some("refresh_token") {
            (ACCOUNTS, "Refresh", "A new access token for the refresh token. The refresh token stays the same.")
        } else if grant.is_some() {
            (
                ACCOUNTS,
                "The exchange",
                "The code and the client secret for tokens, at the accounts-server the redirect named.",
            )
        } else {
            ("Zylker Desk → Bigin", "The contacts", "The API at api_domain, with the access token in a header.")
        };
        let mut parameters = record.form;
        let mut url = record.url;
        if let Ok(parsed) = Url::parse(&url) {
            parameters.extend(parsed.query_pairs().into_owned());
            url = without_query(&parsed);
        }
        Self {
            between,
            title,
            why,
            method: record.method,
            url,
            parameters,
            authorization: record.authorization,
            good: record.status.is_some_and(|status| status < 400) && !record.answer.contains("\"error\""),
            status: Some(record.status.map_or("no answer".to_owned(), |status| status.to_string())),
            answer: Some(record.answer),
            request_id: record.request_id,
        }
    }
}

const ACCOUNTS: &str = "Zylker Desk → accounts server";

fn without_query(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}
