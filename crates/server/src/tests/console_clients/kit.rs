//! What the cases of the console share: filling in its forms, and reading what it shows.

use crate::tests::harness::*;

/// A developer at their console.
#[derive(Debug)]
pub struct Developer<'h> {
    pub house: &'h House,
    pub browser: Browser,
    pub location: &'static str,
}

/// Signs that person in.
pub async fn developer<'h>(house: &'h House, person: &Person) -> Developer<'h> {
    let mut browser = Browser::default();
    browser.sign_in(house, person).await;
    Developer { house, browser, location: person.location }
}

impl Developer<'_> {
    pub async fn get(&mut self, path: &str) -> Reply {
        self.browser.get(&format!("{}{path}", self.house.url(self.location))).await
    }

    /// A page that is there.
    pub async fn page(&mut self, path: &str) -> String {
        let reply = self.get(path).await;
        assert_eq!(reply.status, 200, "{path}: {reply:?}");
        reply.body
    }

    pub async fn send(&mut self, path: &str, request: Request) -> Reply {
        self.browser.send(&format!("{}{path}", self.house.url(self.location)), request).await
    }

    /// The token that this browser's forms carry.
    pub async fn csrf(&mut self) -> String {
        let page = self.page("/console/new?type=server").await;
        Form::find(&page).unwrap().hidden("csrf").to_owned()
    }

    /// Posts a form of ours.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let csrf = self.csrf().await;
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        self.send(path, Request::form("", &all)).await
    }

    /// Registers.
    pub async fn register(&mut self, fields: &[(&str, &str)]) -> Made {
        let reply = self.post("/console/new", fields).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        Made::of(&reply)
    }

    /// Registers a server-based application for users of us and eu, with one secret.
    pub async fn server(&mut self, name: &str) -> Made {
        let fields = [&SERVER[..], &[("name", name), ("data_center", "eu"), ("same_secret", "yes")]].concat();
        self.register(&fields).await
    }
}

/// A server-based application but for its name.
pub const SERVER: [(&str, &str); 4] = [
    ("type", "server"),
    ("homepage_url", "https://made.example/"),
    ("redirect_uris", "http://127.0.0.1:9901/callback\r\nhttps://made.example/callback\r\n"),
    ("data_center", "us"),
];

/// What a page shows of fresh credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub id: String,
    /// In the page's order.
    pub secrets: Vec<String>,
    pub page: String,
}

impl Made {
    pub fn of(reply: &Reply) -> Self {
        let page = reply.body.clone();
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        let id = value(&page, "shown-id").unwrap_or_else(|| panic!("no client id: {page}"));
        let secrets = (1..).map_while(|n| value(&page, &format!("shown-secret-{n}"))).collect();
        Self { id, secrets, page }
    }

    /// As an application of the harness, with its first secret.
    pub fn app(&self, redirect_uri: &'static str) -> App {
        self.app_with(self.secrets.first().map_or("", String::as_str), redirect_uri)
    }

    pub fn app_with(&self, secret: &str, redirect_uri: &'static str) -> App {
        let leaked = |text: &str| &*Box::leak(text.to_owned().into_boxed_str());
        App { id: leaked(&self.id), secret: leaked(secret), redirect_uri }
    }

    pub fn path(&self, rest: &str) -> String {
        format!("/console/{}{rest}", self.id)
    }
}

/// The value of the input of that id.
pub fn value(page: &str, id: &str) -> Option<String> {
    let (before, rest) = page.split_once(&format!(" id=\"{id}\""))?;
    let tag = format!("{}{}", before.rsplit('<').next()?, rest.split('>').next()?);
    attribute(&tag, "value")
}

/// What stands at a field: its message and the reason, as a person reads them.
pub fn fault(page: &str, field: &str) -> Option<String> {
    let text = page.split_once(&format!("id=\"{field}-error\""))?.1.split_once("</p>")?.0;
    let text = text.split_once("<strong>")?.1.replace("</strong>", "").replace("<bdi>", "").replace("</bdi>", "");
    Some(unescaped(text.trim_end_matches("</span>")))
}

fn unescaped(text: &str) -> String {
    [("&#34;", "\""), ("&#60;", "<"), ("&#62;", ">"), ("&#39;", "'"), ("&#38;", "&")]
        .into_iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// Fields of which one is something else.
pub fn with<'a>(fields: &[(&'a str, &'a str)], name: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut all: Vec<_> = fields.iter().copied().filter(|(n, _)| *n != name).collect();
    all.push((name, value));
    all
}

pub const CALLBACK: &str = "http://127.0.0.1:9901/callback";
