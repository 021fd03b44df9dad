//! A client's webhook, and the log of its deliveries.

use super::ClientName;
use crate::pages::{Shell, finish};

/// One delivery.
#[derive(Debug, Clone)]
pub struct DeliveryRow {
    /// For the form that sends it again.
    pub id: String,
    pub when: String,
    pub event: String,
    /// What was posted.
    pub body: String,
    pub state: &'static str,
    pub good: bool,
    pub bad: bool,
    /// Attempts, the last status or error, the next try.
    pub story: String,
    /// Whether it may be sent again.
    pub again: bool,
}

/// The page.
#[derive(Debug, askama::Template)]
#[template(path = "console_tools/webhook.html")]
pub struct WebhookPage<'a> {
    pub shell: Shell<'a>,
    pub client: ClientName<'a>,
    pub url: &'a str,
    pub on: bool,
    pub url_error: Option<&'a str>,
    pub done: Option<&'static str>,
    /// The signing secret, once.
    pub secret: Option<&'a str>,
    pub rows: Vec<DeliveryRow>,
    pub older: Option<String>,
    pub newest: Option<String>,
}

impl WebhookPage<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }
}
