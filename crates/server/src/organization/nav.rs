//! The side navigation of an organization's pages.

use crate::pages::{Locale, NavLink, label};

/// A page of an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// `/organization/{id}`.
    Overview,
    /// Who belongs to it.
    Members,
    /// Who is asked to.
    Invitations,
    /// What they connected.
    Apps,
    /// What they want to connect.
    Reviews,
    /// What may be connected.
    Policy,
    /// Its portals.
    Portals,
    /// What happened.
    Audit,
}

const PAGES: [(Page, &str, &str); 8] = [
    (Page::Overview, "", "org-nav-overview"),
    (Page::Members, "/members", "org-nav-members"),
    (Page::Invitations, "/invitations", "org-nav-invitations"),
    (Page::Apps, "/apps", "org-nav-apps"),
    (Page::Reviews, "/reviews", "org-nav-reviews"),
    (Page::Policy, "/policy", "org-nav-policy"),
    (Page::Portals, "/portals", "org-nav-portals"),
    (Page::Audit, "/audit", "org-nav-audit"),
];

/// The navigation.
pub fn links(locale: Locale, organization_id: &str, current: Page) -> Vec<NavLink> {
    PAGES
        .into_iter()
        .map(|(page, tail, key)| NavLink {
            href: format!("/organization/{organization_id}{tail}"),
            label: label(locale, key),
            current: page == current,
        })
        .collect()
}
