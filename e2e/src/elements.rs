//! Finding things on a page as people do: by what they are and what they are called, asked of the browser's own
//! accessibility tree.

use anyhow::Result;
use fantoccini::elements::{Element, ElementRef};
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, Locator};
use http::Method;
use serde_json::{Value, json};
use url::Url;

/// What something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Field,
    Button,
    Radio,
    Checkbox,
    Link,
}

impl Role {
    fn selector(self) -> &'static str {
        match self {
            Self::Field => {
                "input:not([type=hidden],[type=radio],[type=checkbox],[type=submit],[type=button]), textarea"
            }
            Self::Button => "button, input[type=submit], [role=button]",
            Self::Radio => "input[type=radio]",
            Self::Checkbox => "input[type=checkbox]",
            Self::Link => "a[href]",
        }
    }
}

/// The first visible thing of this role whose accessible name `is_it` likes.
pub async fn look(client: &Client, role: Role, is_it: impl Fn(&str) -> bool) -> Result<Option<Element>> {
    for element in client.find_all(Locator::Css(role.selector())).await? {
        // A radio button may be drawn by its label; whether it is there for people is its name's affair.
        if role != Role::Radio && !element.is_displayed().await? {
            continue;
        }
        if is_it(&name(client, &element).await?) {
            return Ok(Some(element));
        }
    }
    Ok(None)
}

/// The accessible name of an element.
pub async fn name(client: &Client, element: &Element) -> Result<String> {
    let label = client.issue_cmd(Computed { element: element.element_id(), what: "computedlabel" }).await?;
    Ok(label.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A command of the browser's developer tools.
pub async fn developer_tools(client: &Client, command: &'static str, parameters: Value) -> Result<Value> {
    Ok(client.issue_cmd(DeveloperTools { command, parameters }).await?)
}

#[derive(Debug)]
struct Computed {
    element: ElementRef,
    what: &'static str,
}

impl WebDriverCompatibleCommand for Computed {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!("session/{}/element/{}/{}", session.unwrap_or_default(), self.element, self.what))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::GET, None)
    }
}

#[derive(Debug)]
struct DeveloperTools {
    command: &'static str,
    parameters: Value,
}

impl WebDriverCompatibleCommand for DeveloperTools {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({"cmd": self.command, "params": self.parameters}).to_string()))
    }
}
