//! A browser without a window: a cookie jar, forms found by simple search, and the walk from an authorization
//! request to its callback.

use std::collections::BTreeMap;

use super::{
    App, House, PASSWORD, Person, Reply,
    wire::{self, Request},
};

/// An authorization request to be.
#[derive(Debug, Clone)]
pub struct Ask {
    pub location: String,
    pub portal: Option<String>,
    /// At the standard dialect's door.
    pub standard: bool,
    pub parameters: Vec<(String, String)>,
}

impl Ask {
    /// Offline access to the profile, asked every time, at us.
    pub fn of(app: &App) -> Self {
        let parameters = [
            ("response_type", "code"),
            ("client_id", app.id),
            ("scope", "AaaServer.profile.READ"),
            ("redirect_uri", app.redirect_uri),
            ("access_type", "offline"),
            ("prompt", "consent"),
        ];
        Self {
            location: "us".to_owned(),
            portal: None,
            standard: false,
            parameters: parameters.map(|(k, v)| (k.to_owned(), v.to_owned())).to_vec(),
        }
    }

    pub fn at(mut self, location: &str) -> Self {
        self.location = location.to_owned();
        self
    }

    pub fn portal(mut self, id: &str) -> Self {
        self.portal = Some(id.to_owned());
        self
    }

    /// Sets a parameter, instead of what it was.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.parameters.retain(|(n, _)| n != name);
        self.parameters.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.parameters.retain(|(n, _)| n != name);
        self
    }

    pub fn path(&self) -> String {
        match &self.portal {
            None if self.standard => "/oauth2/authorize".to_owned(),
            None => "/oauth/v2/auth".to_owned(),
            Some(id) => format!("/clientoauth/v2/{id}/auth"),
        }
    }

    pub fn url(&self, house: &House) -> String {
        format!("{}{}?{}", house.url(&self.location), self.path(), wire::encoded(&self.parameters))
    }
}

/// Where the browser was sent in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback {
    pub url: String,
    /// In order.
    pub parameters: Vec<(String, String)>,
}

impl Callback {
    pub fn of(url: &str) -> Self {
        let query = url.split_once('?').map_or("", |(_, query)| query);
        let parameters = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Self { url: url.to_owned(), parameters }
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub fn code(&self) -> String {
        self.get("code").unwrap_or_else(|| panic!("no code: {self:?}")).to_owned()
    }
}

/// A form of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    pub action: String,
    /// Hidden inputs.
    pub hidden: Vec<(String, String)>,
    /// What a person fills in or presses: `email`, `password`, `organization`, `decision`.
    pub asks: Vec<String>,
    /// Values of the radio buttons.
    pub choices: Vec<String>,
}

impl Form {
    /// The first form of a page.
    pub fn find(html: &str) -> Option<Self> {
        let form = html.split_once("<form ")?.1.split_once("</form>")?.0;
        let mut found = Self { action: attribute(form, "action")?, hidden: vec![], asks: vec![], choices: vec![] };
        for tag in form.split('<').filter(|t| t.starts_with("input ") || t.starts_with("button ")) {
            let tag = tag.split('>').next().unwrap_or_default();
            let (Some(name), kind) = (attribute(tag, "name"), attribute(tag, "type").unwrap_or_default()) else {
                continue;
            };
            let value = attribute(tag, "value").unwrap_or_default();
            if kind == "hidden" {
                found.hidden.push((name, value));
                continue;
            }
            if kind == "radio" {
                found.choices.push(value);
            }
            if !found.asks.contains(&name) {
                found.asks.push(name);
            }
        }
        Some(found)
    }

    /// A hidden input's value.
    pub fn hidden(&self, name: &str) -> &str {
        self.hidden.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str()).unwrap_or_default()
    }

    /// What is posted when this is filled in.
    pub fn filled(&self, name: &str, value: &str) -> Vec<(String, String)> {
        let mut fields = self.hidden.clone();
        fields.push((name.to_owned(), value.to_owned()));
        fields
    }
}

/// The value of the first such attribute, unescaped.
pub fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split_once(&format!(" {name}=\"")).or_else(|| {
        let rest = tag.strip_prefix(name)?.strip_prefix("=\"")?;
        Some(("", rest))
    })?;
    Some(unescaped(value.1.split_once('"')?.0))
}

/// HTML text as a person reads it.
pub fn unescaped(html: &str) -> String {
    let mut text = html.to_owned();
    for (from, to) in [
        ("&#38;", "&"),
        ("&amp;", "&"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&quot;", "\""),
        ("&#39;", "'"),
    ] {
        text = text.replace(from, to);
    }
    text
}

/// A browser.
#[derive(Debug, Clone, Default)]
pub struct Browser {
    /// By host name only, as browsers do: loopback shares cookies between ports.
    pub cookies: BTreeMap<String, String>,
    /// Sent with every request.
    pub headers: Vec<(String, String)>,
}

impl Browser {
    /// Sends a request with the jar's cookies, and keeps those it gets.
    pub async fn send(&mut self, url: &str, mut request: Request) -> Reply {
        let (base, target) = split(url);
        request.target = target.to_owned();
        request.headers.extend(self.headers.iter().cloned());
        if !self.cookies.is_empty() {
            let all: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", &all.join("; "));
        }
        let reply = wire::send(base, &request).await;
        for cookie in reply.headers_named("set-cookie") {
            let pair = cookie.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() || cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        reply
    }

    pub async fn get(&mut self, url: &str) -> Reply {
        self.send(url, Request::get("")).await
    }

    pub async fn post(&mut self, url: &str, fields: &[(String, String)]) -> Reply {
        self.send(url, Request::form("", fields)).await
    }

    /// Follows redirects inside the house. Answers where it ended and what was there; a redirect that leaves
    /// the house is not followed.
    pub async fn follow(&mut self, house: &House, url: &str, reply: Reply) -> (String, Reply) {
        let (mut url, mut reply) = (url.to_owned(), reply);
        for _ in 0..10 {
            let Some(location) = reply.header("location") else { return (url, reply) };
            let next =
                if location.starts_with('/') { format!("{}{location}", split(&url).0) } else { location.to_owned() };
            if !house.owns(&next) {
                return (url, reply);
            }
            reply = self.get(&next).await;
            url = next;
        }
        panic!("redirects without end: {url}");
    }

    /// Opens a URL and follows redirects inside the house.
    pub async fn open(&mut self, house: &House, url: &str) -> (String, Reply) {
        let reply = self.get(url).await;
        self.follow(house, url, reply).await
    }

    /// Posts the page's form with one field filled in, and follows redirects inside the house.
    pub async fn fill(&mut self, house: &House, url: &str, page: &Reply, name: &str, value: &str) -> (String, Reply) {
        let form = Form::find(&page.body).unwrap_or_else(|| panic!("no form at {url}: {page:?}"));
        let target = format!("{}{}", split(url).0, form.action);
        let reply = self.post(&target, &form.filled(name, value)).await;
        self.follow(house, &target, reply).await
    }

    /// Goes through the pages as that person would, up to a page that asks for none of the `until` fields,
    /// or to a redirect out of the house.
    pub async fn walk(&mut self, house: &House, url: &str, person: &Person, until: Option<&str>) -> (String, Reply) {
        let (mut url, mut page) = self.open(house, url).await;
        for _ in 0..8 {
            let Some(form) = Form::find(&page.body).filter(|_| page.header("location").is_none()) else {
                return (url, page);
            };
            if until.is_some_and(|name| form.asks.iter().any(|a| a == name)) {
                return (url, page);
            }
            let answers = [
                ("email", person.email),
                ("password", PASSWORD),
                ("organization", person.organization),
                ("decision", "accept"),
            ];
            let Some((name, value)) = answers.into_iter().find(|(name, _)| form.asks.iter().any(|a| a == name)) else {
                return (url, page);
            };
            (url, page) = self.fill(house, &url, &page, name, value).await;
        }
        panic!("a walk without end: {url} {page:?}");
    }

    /// Signs in without an application.
    pub async fn sign_in(&mut self, house: &House, person: &Person) {
        let url = format!("{}/sign-in", house.url(person.location));
        let (url, page) = self.walk(house, &url, person, None).await;
        assert_eq!((page.status, split(&url).1), (200, "/"), "{page:?}");
    }

    /// Answers an authorization request with yes. Panics when the browser is not sent back to the client.
    pub async fn authorize(&mut self, house: &House, ask: &Ask, person: &Person) -> Callback {
        let (url, page) = self.walk(house, &ask.url(house), person, None).await;
        let Some(location) = page.header("location") else { panic!("no callback from {url}: {page:?}") };
        Callback::of(location)
    }
}

/// Base and target of a URL.
pub fn split(url: &str) -> (&str, &str) {
    let host = url.find("://").map_or(0, |at| at + 3);
    url[host..].find('/').map_or((url, "/"), |at| url.split_at(host + at))
}
