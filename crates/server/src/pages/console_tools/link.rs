//! The builder of authorization links: a form whose URL is its state, the link, its QR code, and code to copy.

use super::{ClientName, Picker};
use crate::pages::{Shell, finish};

/// One option of a select.
#[derive(Debug, Clone)]
pub struct Choice {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

impl Choice {
    /// An option, chosen when its value is the one that is.
    pub fn of(value: impl Into<String>, label: impl Into<String>, chosen: &str) -> Self {
        let value = value.into();
        Self { chosen: value == chosen, value, label: label.into() }
    }
}

/// A QR code as one path on a square grid.
#[derive(Debug, Clone)]
pub struct Qr {
    /// Modules from edge to edge, with the quiet zone.
    pub size: usize,
    pub path: String,
}

/// Code to copy.
#[derive(Debug, Clone)]
pub struct Snippet {
    /// For ids in the page.
    pub id: &'static str,
    pub title: &'static str,
    pub text: String,
}

/// The finished link.
#[derive(Debug, Clone)]
pub struct BuiltLink {
    pub url: String,
    /// None when the link is too long for one.
    pub qr: Option<Qr>,
    pub snippets: Vec<Snippet>,
    /// What the developer should know about this link.
    pub notes: Vec<&'static str>,
}

/// The page.
#[derive(Debug, askama::Template)]
#[template(path = "console_tools/link.html")]
pub struct LinkPage<'a> {
    pub shell: Shell<'a>,
    pub client: ClientName<'a>,
    pub picker: Picker,
    pub dialects: Vec<Choice>,
    pub places: Vec<Choice>,
    pub redirect_uris: Vec<Choice>,
    pub access_types: Vec<Choice>,
    pub prompts: Vec<Choice>,
    pub state: &'a str,
    pub challenge: &'a str,
    /// Whether the client has to use PKCE.
    pub public: bool,
    pub built: Option<BuiltLink>,
}

impl LinkPage<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }
}
