//! The chooser: which of the person's organizations the application is to work with.

use super::{Environment, Form, Frame, Icon, SignedIn, finish, text};

/// From how many organizations on a filter helps.
const FILTER_ABOVE: usize = 8;

/// The page with one radio button per organization.
#[derive(Debug, askama::Template)]
#[template(path = "choose_organization.html")]
pub struct ChooseOrganization<'a> {
    pub frame: Frame<'a>,
    pub form: Form<'a>,
    pub application: &'a str,
    pub user: SignedIn<'a>,
    /// In the order to be shown; the last used one is moved to the front here.
    pub choices: Vec<OrganizationChoice<'a>>,
    pub error: Option<ChooseOrganizationError>,
}

/// One organization the person may choose.
#[derive(Debug, Clone, Copy)]
pub struct OrganizationChoice<'a> {
    pub id: &'a str,
    pub name: &'a str,
    pub environment: Environment,
    /// Whether the person administers it.
    pub administrator: bool,
    pub last_used: bool,
}

/// Why the person is asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChooseOrganizationError {
    NothingChosen,
}

impl<'a> ChooseOrganization<'a> {
    pub fn render(&self) -> String {
        finish(self, &self.frame)
    }

    fn ordered(&self) -> Vec<&OrganizationChoice<'a>> {
        let mut ordered: Vec<_> = self.choices.iter().collect();
        ordered.sort_by_key(|choice| !choice.last_used);
        ordered
    }

    fn many(&self) -> bool {
        self.choices.len() > FILTER_ABOVE
    }

    fn lead(&self) -> text::Html {
        self.frame.named("choose-lead", "application", self.application)
    }
}
