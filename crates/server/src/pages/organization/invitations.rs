//! Asking people into an organization, and their answer.

use crate::pages::{Frame, Icon, Shell, finish};

/// The open invitations, and the form for another.
#[derive(Debug, askama::Template)]
#[template(path = "organization/invitations.html")]
pub struct Invitations<'a> {
    pub shell: Shell<'a>,
    pub path: &'a str,
    pub lines: &'a [InvitationLine],
    pub email: &'a str,
    pub administrator: bool,
    pub error: Option<&'static str>,
    pub told: Option<&'static str>,
    /// Shown once, where no letter can be sent.
    pub link: Option<&'a str>,
}

/// One that is open.
#[derive(Debug, Clone)]
pub struct InvitationLine {
    pub id: String,
    pub email: String,
    pub administrator: bool,
    pub until: String,
}

/// Where a letter's link leads.
#[derive(Debug, askama::Template)]
#[template(path = "organization/invitation.html")]
pub struct InvitationPage<'a> {
    pub frame: Frame<'a>,
    pub path: &'a str,
    pub csrf: &'a str,
    /// Whoever is signed in.
    pub email: &'a str,
    pub state: &'a InvitationState<'a>,
}

/// What became of an invitation.
#[derive(Debug, Clone, Copy)]
pub enum InvitationState<'a> {
    /// It waits for this person's answer.
    Good { organization: &'a str, administrator: bool },
    /// They said yes.
    Accepted { organization: &'a str },
    /// It is somebody else's.
    OfAnother { organization: &'a str },
    /// It is another data center's.
    Elsewhere { place: &'a str },
    /// It is over, or never was.
    Gone,
}

impl Invitations<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }
}

impl InvitationPage<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.frame)
    }
}
