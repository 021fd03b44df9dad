//! The front page of a data center's accounts address.

use super::text::{self, Html, Value};
use super::{Form, Frame, Icon, SignedIn, finish};

/// Says who is signed in, or offers to sign in.
#[derive(Debug, askama::Template)]
#[template(path = "home.html")]
pub struct Home<'a> {
    pub frame: Frame<'a>,
    pub user: Option<SignedIn<'a>>,
    pub sign_in_url: &'a str,
    pub sign_out_url: &'a str,
    /// One's own pages: account, console, organizations.
    pub links: &'a [HomeLink<'a>],
    /// The form of the list below; its buttons are named `grant`.
    pub form: Form<'a>,
    /// What has access now, newest first.
    pub connected: Vec<ConnectedApplication<'a>>,
    /// Whether access was removed a moment ago.
    pub removed: bool,
}

/// A way to one's own pages.
#[derive(Debug, Clone, Copy)]
pub struct HomeLink<'a> {
    pub href: &'a str,
    /// The key of what it says, or a name.
    pub label: Result<&'static str, &'a str>,
}

/// An application that has access.
#[derive(Debug, Clone, Copy)]
pub struct ConnectedApplication<'a> {
    /// What its button sends.
    pub grant: &'a str,
    pub name: &'a str,
    /// The organization it works with; none when it only knows the account.
    pub organization: Option<&'a str>,
    /// The day access was granted, as `2026-11-22`.
    pub since: &'a str,
    /// Whether it keeps access while the person is away.
    pub offline: bool,
}

impl Home<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.frame)
    }

    fn since(&self, application: &ConnectedApplication<'_>) -> Html {
        let key = if application.offline { "home-since-offline" } else { "home-since" };
        text::html(self.frame.locale, key, &[("date", Value::Name(application.since))])
    }
}
