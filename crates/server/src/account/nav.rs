//! The side navigation of a person's own pages.

use crate::pages::{Locale, NavLink, label};

/// A page of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// `/account`: who one is.
    Overview,
    /// `/account/security`: password, second factors, recovery codes.
    Security,
    /// `/account/sessions`: where one is signed in.
    Sessions,
    /// `/account/apps`: connected applications, by organization.
    Apps,
    /// `/account/data`: everything that is kept, to take along.
    Data,
}

const PAGES: [(Page, &str, &str); 5] = [
    (Page::Overview, "/account", "account-overview"),
    (Page::Security, "/account/security", "account-security"),
    (Page::Sessions, "/account/sessions", "account-sessions"),
    (Page::Apps, "/account/apps", "account-apps"),
    (Page::Data, "/account/data", "account-data"),
];

/// The navigation.
pub fn links(locale: Locale, current: Page) -> Vec<NavLink> {
    PAGES
        .into_iter()
        .map(|(page, href, key)| NavLink { href: href.to_owned(), label: label(locale, key), current: page == current })
        .collect()
}
