//! Consent: who asks, for whom, what it will be able to do in plain sentences, and what follows from either button.

use super::text::{self, Html, Value};
use super::{Environment, Form, Frame, Icon, Kind, SignedIn, finish};

/// The page with `Accept` and `Reject`.
#[derive(Debug, askama::Template)]
#[template(path = "consent.html")]
pub struct Consent<'a> {
    pub frame: Frame<'a>,
    pub form: Form<'a>,
    pub application: Application<'a>,
    /// The organization's name; none when only the account itself is asked for.
    pub organization: Option<&'a str>,
    pub environment: Environment,
    pub user: SignedIn<'a>,
    pub groups: Vec<ScopeGroup>,
    /// Whether the application keeps its access while the person is away.
    pub offline: bool,
    /// Whether an administrator decides for the whole organization.
    pub whole_organization: bool,
    /// Whether the person may allow more for as long as they are signed in here.
    pub session_choice: bool,
    pub next: ConsentNext<'a>,
}

/// What follows either button.
#[derive(Debug, Clone, Copy)]
pub enum ConsentNext<'a> {
    /// The browser goes to this host.
    Host(&'a str),
    /// The person goes back to a device, which shows this code.
    Device { user_code: &'a str },
}

/// The application that asks.
#[derive(Debug, Clone, Copy)]
pub struct Application<'a> {
    pub name: &'a str,
    pub logo_url: Option<&'a str>,
    /// A line of its publisher's about it; may be empty.
    pub description: &'a str,
    /// Made a link only when it is http or https.
    pub homepage_url: &'a str,
    /// What is shown of it.
    pub homepage_host: &'a str,
}

/// The scopes of one service.
#[derive(Debug, Clone)]
pub struct ScopeGroup {
    /// The service's name as people know it, of [`super::scopes::service_title`].
    pub service: String,
    pub lines: Vec<ScopeLine>,
}

/// One scope in words.
#[derive(Debug, Clone)]
pub struct ScopeLine {
    pub kind: Kind,
    pub sentence: String,
    /// The scope as it was requested.
    pub raw: String,
}

impl Application<'_> {
    fn link(&self) -> Option<&str> {
        let scheme = self.homepage_url.split_once("://").map(|(scheme, _)| scheme)?;
        (scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")).then_some(self.homepage_url)
    }
}

impl ScopeLine {
    pub(super) fn icon(&self) -> Icon {
        match self.kind {
            Kind::Read => Icon::Read,
            Kind::Change => Icon::Change,
            Kind::Delete => Icon::Delete,
            Kind::Everything => Icon::Everything,
        }
    }
}

impl Consent<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.frame)
    }

    fn next_sentence(&self) -> Html {
        match self.next {
            ConsentNext::Host(host) => self.frame.named("consent-next", "host", host),
            ConsentNext::Device { .. } => text::html(self.frame.locale, "consent-next-device", &[]),
        }
    }

    /// What the device must show; a warning stands beside it.
    fn user_code(&self) -> Option<&str> {
        match self.next {
            ConsentNext::Host(_) => None,
            ConsentNext::Device { user_code } => Some(user_code),
        }
    }

    fn heading(&self) -> Html {
        let application = ("application", Value::Name(self.application.name));
        match self.organization {
            Some(name) => text::html(
                self.frame.locale,
                "consent-heading-organization",
                &[application, ("organization", Value::Name(name))],
            ),
            None => text::html(self.frame.locale, "consent-heading-account", &[application]),
        }
    }
}
