//! Applications that members want to connect.

use grantor_protocol::organization_policy::ReviewState;

use crate::pages::{Frame, Icon, Shell, finish};

/// The list.
#[derive(Debug, askama::Template)]
#[template(path = "organization/reviews.html")]
pub struct Reviews<'a> {
    pub shell: Shell<'a>,
    pub path: &'a str,
    pub lines: &'a [ReviewLine],
    /// Whether the policy asks for reviews at all.
    pub required: bool,
    pub told: Option<&'static str>,
}

/// One review.
#[derive(Debug, Clone)]
pub struct ReviewLine {
    pub client_id: String,
    pub name: String,
    pub homepage: String,
    pub state: ReviewState,
    pub asked_by: String,
    pub asked: String,
}

impl ReviewLine {
    fn approved(&self) -> bool {
        self.state == ReviewState::Approved
    }

    fn refused(&self) -> bool {
        self.state == ReviewState::Refused
    }
}

/// What a member reads who asked for one.
#[derive(Debug, askama::Template)]
#[template(path = "organization/review_asked.html")]
pub struct ReviewAsked<'a> {
    pub frame: Frame<'a>,
    pub application: &'a str,
    pub organization: &'a str,
}

impl Reviews<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }
}

impl ReviewAsked<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.frame)
    }
}
