//! `/account/sessions`: where one is signed in.

use super::browser;
use crate::pages::{
    Icon, Shell, finish,
    text::{self, Html, Value},
};

/// The sessions, the newest first.
#[derive(Debug, askama::Template)]
#[template(path = "account/sessions.html")]
pub struct Sessions<'a> {
    pub shell: Shell<'a>,
    pub sessions: &'a [SessionLine],
    /// Where older ones are listed.
    pub older: Option<&'a str>,
    pub told: Option<&'static str>,
}

/// One of them.
#[derive(Debug, Clone)]
pub struct SessionLine {
    /// What its button sends.
    pub id: String,
    pub address: String,
    /// What the browser calls itself.
    pub agent: String,
    pub started: String,
    pub seen: String,
    /// Whether it is the one that asks.
    pub this: bool,
}

impl Sessions<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }

    fn browser(&self, line: &SessionLine) -> Html {
        let locale = self.shell.frame.locale;
        match browser(&line.agent) {
            (Some(name), Some(system)) => {
                let values = [("browser", Value::Name(&name)), ("system", Value::Name(system))];
                text::html(locale, "sessions-browser-on", &values)
            }
            (Some(name), None) => text::html(locale, "sessions-browser", &[("browser", Value::Name(&name))]),
            (None, _) => text::html(locale, "sessions-browser-unknown", &[]),
        }
    }

    /// Whether there is anything for the button that ends all others.
    fn others(&self) -> bool {
        self.older.is_some() || self.sessions.iter().any(|line| !line.this)
    }
}
