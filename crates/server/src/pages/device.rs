//! Connecting a device: the code that it shows, typed here; and the page that sends the person back to it.

use super::text::{self, Html, Value};
use super::{Form, Frame, Icon, finish};

/// The page that asks for the code.
#[derive(Debug, Clone, Copy, askama::Template)]
#[template(path = "device.html")]
pub struct DevicePage<'a> {
    pub frame: Frame<'a>,
    pub form: Form<'a>,
    /// What stands in the field already.
    pub code: &'a str,
    pub error: Option<DeviceCodeError>,
}

/// Why the code is asked for again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceCodeError {
    Missing,
    /// Mistyped, expired or used: nobody is told which.
    Unknown,
    /// Too many wrong codes; how long to wait.
    Wait {
        minutes: u64,
    },
}

impl DeviceCodeError {
    fn sentence(self, frame: &Frame<'_>) -> Html {
        let (key, minutes) = match self {
            Self::Missing => ("device-error-missing", 0),
            Self::Unknown => ("device-error-unknown", 0),
            Self::Wait { minutes } => ("device-error-wait", minutes),
        };
        text::html(frame.locale, key, &[("minutes", Value::Count(minutes))])
    }
}

impl DevicePage<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.frame)
    }

    /// With the code already there, the next thing to do is to compare it: the keyboard of a phone stays away.
    fn autofocus(&self) -> bool {
        self.code.is_empty() || self.error.is_some()
    }
}

/// The page after either answer.
#[derive(Debug, Clone, Copy, askama::Template)]
#[template(path = "device_done.html")]
pub struct DeviceDone<'a> {
    pub frame: Frame<'a>,
    /// The application on the device.
    pub application: &'a str,
    pub approved: bool,
}

impl DeviceDone<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.frame)
    }

    fn title(&self) -> &'static str {
        if self.approved { "device-approved-title" } else { "device-denied-title" }
    }

    fn lead(&self) -> Html {
        let key = if self.approved { "device-approved-lead" } else { "device-denied-lead" };
        self.frame.named(key, "application", self.application)
    }
}
