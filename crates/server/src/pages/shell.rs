//! What surrounds the pages of somebody at home here: the account, the console and an organization. A side navigation
//! that folds away on a phone, and the way from each to the others.

use std::borrow::Cow;

use super::{Frame, initial};

/// Which of a person's three houses a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// `/account`.
    Account,
    /// `/console`.
    Console,
    /// `/organization/{id}`.
    Organization,
}

/// One line of the side navigation.
#[derive(Debug, Clone)]
pub struct NavLink {
    /// Where it leads: a path of ours.
    pub href: String,
    /// What it says.
    pub label: Cow<'static, str>,
    /// Whether this is the page.
    pub current: bool,
}

/// Who is signed in.
#[derive(Debug, Clone, Copy)]
pub struct ShellPerson<'a> {
    pub display: &'a str,
    pub email: &'a str,
}

/// The frame of such a page. Templates extend `shell.html` and name this `shell`.
#[derive(Debug, Clone, Copy)]
pub struct Shell<'a> {
    pub frame: Frame<'a>,
    pub area: Area,
    /// The pages of this area.
    pub links: &'a [NavLink],
    pub person: ShellPerson<'a>,
    /// Id and name of each organization the person administers.
    pub administers: &'a [(&'a str, &'a str)],
    /// For every form.
    pub csrf: &'a str,
}

impl Shell<'_> {
    pub(super) fn is(&self, area: &str) -> bool {
        area == match self.area {
            Area::Account => "account",
            Area::Console => "console",
            Area::Organization => "organization",
        }
    }

    pub(super) fn initial(&self) -> String {
        initial(self.person.display)
    }

    /// The page of the navigation that is open, for the folded navigation of a phone.
    pub(super) fn open(&self) -> &str {
        self.links.iter().find(|link| link.current).map_or("", |link| &link.label)
    }
}
