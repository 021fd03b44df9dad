//! The console's side navigation: the pages of all, or those of one client. The console speaks English only, like the
//! wire it explains (docs/decisions).

use std::borrow::Cow;

use grantor_protocol::client::{Client, ClientType, GrantType};
use grantor_protocol::dialect::Dialect;

use crate::pages::NavLink;

/// A page of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// `/console`: every client of the person.
    Clients,
    /// `/console/new`.
    Register,
    /// `/console/{id}`: the registration.
    Client,
    /// `/console/{id}/secrets`.
    Secrets,
    /// `/console/{id}/link`: the builder of authorization links.
    Link,
    /// `/console/{id}/code`: a self client's code.
    Code,
    /// `/console/{id}/notices`: why did it fail.
    Notices,
    /// `/console/{id}/quotas`.
    Quotas,
    /// `/console/{id}/webhook`.
    Webhook,
    /// `/console/{id}/sandbox`: test users and the sandbox clone.
    Sandbox,
}

impl Page {
    fn path(self) -> &'static str {
        match self {
            Self::Clients | Self::Client => "",
            Self::Register => "/new",
            Self::Secrets => "/secrets",
            Self::Link => "/link",
            Self::Code => "/code",
            Self::Notices => "/notices",
            Self::Quotas => "/quotas",
            Self::Webhook => "/webhook",
            Self::Sandbox => "/sandbox",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Clients => "Applications",
            Self::Register => "Register an application",
            Self::Client => "Registration",
            Self::Secrets => "Client secret",
            Self::Link => "Authorization link",
            Self::Code => "Generate code",
            Self::Notices => "Why did it fail",
            Self::Quotas => "Quotas",
            Self::Webhook => "Webhook",
            Self::Sandbox => "Sandbox",
        }
    }
}

/// The navigation outside of any client.
pub fn links(current: Page) -> Vec<NavLink> {
    [Page::Clients, Page::Register]
        .into_iter()
        .map(|page| NavLink {
            href: format!("/console{}", page.path()),
            label: Cow::Borrowed(page.label()),
            current: page == current,
        })
        .collect()
}

/// The navigation of one client: only the pages that its type has.
pub fn client_links(client: &Client, sandbox: bool, current: Page) -> Vec<NavLink> {
    let self_client = client.client_type == ClientType::SelfClient;
    let by_redirect = [Dialect::Accounts, Dialect::Standard].into_iter().any(|dialect| {
        client.may_use(GrantType::AuthorizationCode, dialect) || client.may_use(GrantType::Implicit, dialect)
    }) && !self_client
        && !client.redirect_uris.is_empty();
    let pages = [
        (Page::Client, true),
        (Page::Secrets, true),
        (Page::Code, self_client),
        (Page::Link, by_redirect),
        (Page::Notices, true),
        (Page::Quotas, true),
        (Page::Webhook, true),
        (Page::Sandbox, sandbox),
    ];
    let all = NavLink { href: "/console".to_owned(), label: Cow::Borrowed("← Applications"), current: false };
    let own = pages.into_iter().filter(|(_, shown)| *shown).map(|(page, _)| NavLink {
        href: format!("/console/{}{}", client.id, page.path()),
        label: Cow::Borrowed(page.label()),
        current: page == current,
    });
    std::iter::once(all).chain(own).collect()
}
