//! Why did it fail: the list of notices, and one of them.

use super::ClientName;
use crate::pages::{Choice, Shell, finish};

/// What the list is narrowed to.
#[derive(Debug, Clone, Copy, Default)]
pub struct WantedNotices<'a> {
    pub text: &'a str,
    pub any: bool,
}

/// One line of the list.
#[derive(Debug, Clone)]
pub struct NoticeRow {
    /// The notice's own page.
    pub href: String,
    pub when: String,
    pub kind: &'static str,
    /// Whether it is a refusal.
    pub bad: bool,
    pub title: String,
    pub detail: String,
    pub place: String,
    pub request_id: String,
}

/// The list.
#[derive(Debug, askama::Template)]
#[template(path = "console_tools/notices.html")]
pub struct NoticesPage<'a> {
    pub shell: Shell<'a>,
    pub client: ClientName<'a>,
    pub wanted: WantedNotices<'a>,
    pub kinds: Vec<Choice>,
    pub causes: Vec<Choice>,
    pub places: Vec<Choice>,
    pub rows: Vec<NoticeRow>,
    /// Where the older ones are.
    pub older: Option<String>,
    /// Where the newest are, when this is not the first page.
    pub newest: Option<String>,
}

impl NoticesPage<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }
}

/// One notice.
#[derive(Debug, askama::Template)]
#[template(path = "console_tools/notice.html")]
pub struct NoticePage<'a> {
    pub shell: Shell<'a>,
    pub client: ClientName<'a>,
    pub title: &'a str,
    pub why: &'a str,
    pub remedy: &'a str,
    pub detail: &'a str,
    pub kind: &'static str,
    pub bad: bool,
    pub when: &'a str,
    pub place: &'a str,
    pub endpoint: &'a str,
    pub cause: &'a str,
    pub request_id: &'a str,
}

impl NoticePage<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }
}
