//! One request of a browser on the walk: who asks, in which realm, with which query, seal and cookies; and
//! how its pages are framed.

use std::{fmt::Write as _, sync::Arc};

use aws_lc_rs::digest;
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderValue, Uri, header},
    response::Response,
};
use data_encoding::HEXLOWER;
use grantor_protocol::{
    people::Realm,
    secret::{SecretHash, SecretKind},
    time::Timestamp,
    token::PresentedToken,
};
use grantor_store::{Portal, SeenFrom};

use super::{Door, Walked, error_pages, simulated::Simulated};
use crate::{
    failure::Failure,
    house::{DataCenter, Place},
    http::{
        cookies::{Cookie, Jar},
        reply,
        whole::{self, Gone},
    },
    metrics::Endpoint,
    pages::{Brand, Frame, Locale},
    refusals::Asking,
    seal::Sealed,
    sitting,
};

/// Parameters of our own in a URL: never part of what the application asked.
const OURS: &str = "_grantor";
/// The seal.
const SEAL: &str = "_grantor";
/// Says that a data center handed this request over, so that it stays.
pub(super) const HOP: &str = "_grantor_hop";
/// A browser keeps its id for two years.
const BROWSER_AGE: u64 = 2 * 365 * 86_400;

/// So much is kept of what a browser calls itself.
const MOST_AGENT: usize = 300;

/// What is known about the request before anything is judged.
#[derive(Debug)]
pub struct Visit {
    pub dc: Arc<DataCenter>,
    pub door: Door,
    pub asking: Asking,
    pub headers: HeaderMap,
    /// The query as the application wrote it.
    pub query: String,
    /// What this interaction answered so far.
    pub sealed: Sealed,
    /// Whether a seal came along and held.
    pub resumed: bool,
    /// Whether another data center sent the browser here.
    pub hopped: bool,
    /// The portal, at a portal's door.
    pub portal: Option<Portal>,
    pub locale: Locale,
    /// In a sandbox: who answers instead of a person.
    pub simulated: Option<Simulated>,
    browser: [u8; 16],
    fresh_browser: bool,
    uri: Uri,
    body: std::sync::Mutex<Option<Body>>,
}

impl Visit {
    /// Opens the visit, walks, and turns a breakage into a page that says to come back.
    pub async fn walk(
        dc: Arc<DataCenter>,
        door: Door,
        endpoint: Endpoint,
        request: Request,
        walk: impl AsyncFnOnce(&mut Self) -> Walked,
    ) -> Response {
        match Self::open(dc, door, endpoint, request).await {
            Ok(mut visit) => {
                let walked = walk(&mut visit).await;
                visit.settle(walked)
            }
            Err(response) => response,
        }
    }

    /// Reads the surroundings. At a portal's door the portal is looked up, and a request for one that lives
    /// elsewhere is handed over.
    ///
    /// # Errors
    /// The answer, when the visit ends here.
    pub async fn open(dc: Arc<DataCenter>, door: Door, endpoint: Endpoint, request: Request) -> Result<Self, Response> {
        let asking = Asking::of(&dc, endpoint, &request);
        let (parts, body) = request.into_parts();
        let jar = Jar { location: &dc.place.location, secure: dc.secure() };
        let known = jar.get(&parts.headers, Cookie::Browser).and_then(browser_id);
        let accept_language = parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
        let locale = Locale::from_accept_language(accept_language);
        let (query, seal, hopped) = split_query(parts.uri.query().unwrap_or_default());
        let began = |asking: &Asking| -> Result<(Sealed, [u8; 16]), Failure> {
            let sealed = Sealed::begin(dc.fresh_id(asking.now)?, asking.now);
            Ok((sealed, known.map_or_else(|| dc.house.entropy.bytes(), Ok)?))
        };
        let (sealed, browser) = match began(&asking) {
            Ok(both) => both,
            Err(failure) => {
                asking.broke(&failure);
                return Err(crate::http::reply::text(axum::http::StatusCode::SERVICE_UNAVAILABLE, "try again\n"));
            }
        };
        let mut visit = Self {
            dc,
            door,
            asking,
            headers: parts.headers,
            query,
            sealed,
            resumed: false,
            hopped,
            portal: None,
            locale,
            simulated: None,
            browser,
            fresh_browser: known.is_none(),
            uri: parts.uri,
            body: std::sync::Mutex::new(Some(body)),
        };
        if let Some(seal) = seal {
            visit.take_seal(&seal);
        }
        match visit.find_portal().await {
            Ok(None) => Ok(visit),
            Ok(Some(response)) => Err(visit.settle(Ok(response))),
            Err(failure) => Err(visit.settle(Err(failure))),
        }
    }

    /// Looks the portal up; an answer when it is not here.
    async fn find_portal(&mut self) -> Result<Option<Response>, Failure> {
        let Realm::Portal(id) = self.door.realm().clone() else { return Ok(None) };
        let wanted = id.clone();
        self.portal = self.dc.store.read(move |tx| tx.portal(&wanted)).await?;
        if self.portal.is_some() {
            return Ok(None);
        }
        let location = self.dc.house.directory.read(move |tx| tx.portal_location(&id)).await?;
        // A data center that is no entry neither hands anybody over nor is anybody handed over to it.
        let together = |place: &&Place| place.entry && self.dc.place.entry && place.location != self.dc.place.location;
        Ok(Some(match location.as_deref().and_then(|l| self.dc.house.place(l)).filter(together) {
            Some(place) if !self.hopped => super::hand_over::to(self, place, None).await,
            _ => error_pages::portal_unknown(self),
        }))
    }

    /// Opens a seal and continues its interaction. One that does not hold is as good as none.
    pub fn take_seal(&mut self, seal: &str) {
        if let Some(sealed) = self.dc.sealer.open(seal, &self.binding(), self.asking.now) {
            self.sealed = sealed;
            self.resumed = true;
        }
    }

    /// What seals of this visit are bound to: the browser, and the request as the application wrote it.
    fn binding(&self) -> Vec<u8> {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(self.door.path().as_bytes());
        context.update(b"?");
        context.update(self.query.as_bytes());
        let mut binding = self.browser.to_vec();
        binding.extend_from_slice(context.finish().as_ref());
        binding
    }

    /// Seals these answers.
    pub fn seal(&self, sealed: &Sealed) -> Result<String, Failure> {
        Ok(self.dc.sealer.seal(sealed, &self.binding(), &self.dc.house.entropy)?)
    }

    /// The door's URL with these answers: where the walk goes on.
    pub fn url_with(&self, sealed: &Sealed) -> Result<String, Failure> {
        let joint = if self.query.is_empty() { "" } else { "&" };
        Ok(format!("{}?{}{joint}{SEAL}={}", self.door.path(), self.query, self.seal(sealed)?))
    }

    /// Where a person goes who came only to sign in: the page of theirs that sent them, or the front page.
    pub fn onward(&self) -> String {
        let wanted = (*self.door.realm() == Realm::Accounts).then(|| sitting::continue_to(&self.query)).flatten();
        wanted.unwrap_or_else(|| self.door.front_path())
    }

    /// A form's path, with the application's query.
    pub fn action(&self, path: &str) -> String {
        if self.query.is_empty() { path.to_owned() } else { format!("{path}?{}", self.query) }
    }

    /// The URL that asks for another account within this interaction.
    pub fn switch_url(&self) -> Result<String, Failure> {
        let mut sealed = self.sealed.clone();
        sealed.switch_account = true;
        sealed.email = None;
        sealed.organization = None;
        (sealed.password_ok, sealed.challenge) = (None, None);
        sealed.consent = None;
        self.url_with(&sealed)
    }

    /// The token that this browser's forms carry.
    pub fn form_token(&self) -> String {
        self.dc.sealer.form_token(&self.browser)
    }

    /// Whether a form came from our own page in this browser. The token decides; what the browser says of
    /// the request's origin can only add a no.
    pub fn form_is_ours(&self, token: Option<&str>) -> bool {
        let foreign = self.headers.get("sec-fetch-site").is_some_and(|v| v == "cross-site" || v == "same-site");
        let origin = self.headers.get(header::ORIGIN).and_then(|v| v.to_str().ok());
        let named = self.headers.get(header::HOST).and_then(|v| v.to_str().ok());
        let host = named.or_else(|| self.uri.authority().map(|a| a.as_str())).unwrap_or_default();
        let place = &self.dc.place;
        // A person may have opened us by another of our names (localhost): what counts is that the form's
        // page and its target are one origin. A proxy may have changed Host: then our own names count.
        let other = origin.is_some_and(|origin| {
            origin != "null"
                && !origin.split_once("://").is_some_and(|(_, name)| name.eq_ignore_ascii_case(host))
                && !origin.eq_ignore_ascii_case(&place.accounts_url)
                && !origin.eq_ignore_ascii_case(&place.portal_url)
        });
        !self.fresh_browser
            && !foreign
            && !other
            && token.is_some_and(|token| self.dc.sealer.form_token_is(token, &self.browser))
    }

    /// Whether a page is one of ours: of the address this browser used, or of a data center.
    pub fn is_ours(&self, page: &str) -> bool {
        let Some((scheme, rest)) = page.split_once("://") else { return false };
        let name = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let used = self.headers.get(header::HOST).and_then(|v| v.to_str().ok());
        let used = used.or_else(|| self.uri.authority().map(|a| a.as_str()));
        let origin = format!("{scheme}://{name}");
        used.is_some_and(|used| used.eq_ignore_ascii_case(name))
            || self.dc.house.places.iter().any(|place| place.accounts_url.eq_ignore_ascii_case(&origin))
    }

    /// Whether the browser sent our cookie back at all.
    pub fn has_cookies(&self) -> bool {
        !self.fresh_browser
    }

    /// The cookie jar of this data center.
    pub fn jar(&self) -> Jar<'_> {
        Jar { location: &self.dc.place.location, secure: self.dc.secure() }
    }

    /// The session cookie of this realm, taken apart.
    pub fn session(&self) -> Option<PresentedToken> {
        if let Some(simulated) = &self.simulated {
            return Some(simulated.session.clone());
        }
        self.jar().get(&self.headers, Cookie::Session(self.door.realm())).and_then(PresentedToken::parse)
    }

    /// The browser as sessions remember it: hashed.
    pub fn browser_hash(&self) -> [u8; 32] {
        *SecretHash::of(SecretKind::BrowserSession, &self.browser).as_bytes()
    }

    /// Where this browser is, for its owner to recognize a session by.
    pub fn seen_from(&self) -> SeenFrom {
        let agent = self.headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
        SeenFrom { address: self.asking.address.to_string(), agent: agent.chars().take(MOST_AGENT).collect() }
    }

    /// Takes the body in, however slowly it comes: whoever takes it afterwards waits for nobody.
    pub async fn await_body(&self) -> Result<(), Gone> {
        let bytes = whole::take_in(self.take_body(), self.uri.path()).await?;
        if let Ok(mut body) = self.body.lock() {
            *body = Some(Body::from(bytes));
        }
        Ok(())
    }

    /// The body, once.
    pub fn take_body(&self) -> Body {
        self.body.lock().ok().and_then(|mut body| body.take()).unwrap_or_default()
    }

    /// When.
    pub fn now(&self) -> Timestamp {
        self.asking.now
    }

    /// What surrounds the pages of this visit.
    pub fn framed<T>(&self, render: impl FnOnce(Frame<'_>) -> T) -> T {
        let urls = self.portal.as_ref().map(|portal| {
            let base = format!("/clientoauth/v2/{}", portal.id);
            (format!("{base}/logo"), format!("{base}/style.css"))
        });
        let brand = match (&self.portal, &urls) {
            (Some(portal), Some((_, style))) => Brand {
                name: &portal.name,
                logo_url: urls.as_ref().filter(|_| portal.has_logo).map(|(logo, _)| logo.as_str()),
                stylesheet_url: (!portal.accent.is_empty()).then_some(style.as_str()),
            },
            _ => Brand::grantor(),
        };
        // A portal is its organization's place; which data center it is in is nobody's business there.
        let place = self.portal.is_none().then_some(self.dc.place.name.as_str());
        render(Frame { locale: self.locale, brand, place, request_id: self.asking.request_id.as_str() })
    }

    /// The browser cookie, for every page that carries a form.
    pub fn browser_cookie(&self) -> Option<HeaderValue> {
        self.fresh_browser
            .then(|| self.jar().set(Cookie::Browser, &HEXLOWER.encode(&self.browser), Some(BROWSER_AGE)))
            .flatten()
    }

    /// A page with a form.
    pub fn page(&self, html: String) -> Response {
        self.page_with(axum::http::StatusCode::OK, html)
    }

    /// A page with a form and a status.
    pub fn page_with(&self, status: axum::http::StatusCode, html: String) -> Response {
        reply::with_cookies(reply::page(status, html), [self.browser_cookie()])
    }

    /// Turns a breakage into a page that says to come back.
    pub fn settle(&self, walked: Walked) -> Response {
        walked.unwrap_or_else(|failure| {
            self.asking.broke(&failure);
            error_pages::broken(self, &failure)
        })
    }
}

/// The application's query, our seal, and whether the browser was handed over. Bytes that some clients leave
/// as they are get percent-encoded, as browsers do with the addresses and forms of our pages: a seal is bound
/// to the query, and a `Location` takes nothing else.
pub(crate) fn split_query(query: &str) -> (String, Option<String>, bool) {
    let query = encoded(query);
    let (mut seal, mut hopped) = (None, false);
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match name {
                SEAL => seal = Some(value.to_owned()),
                HOP => hopped = true,
                _ => return !name.starts_with(OURS),
            }
            false
        })
        .collect();
    (kept.join("&"), seal, hopped)
}

/// Percent-encodes what browsers encode in a query (WHATWG URL, the special-query set).
fn encoded(query: &str) -> String {
    let mut out = String::with_capacity(query.len());
    for byte in query.bytes() {
        match byte {
            0..=0x20 | 0x7f..=0xff | b'"' | b'#' | b'<' | b'>' | b'\'' => {
                let _ = write!(out, "%{byte:02X}");
            }
            _ => out.push(char::from(byte)),
        }
    }
    out
}

fn browser_id(hex: &str) -> Option<[u8; 16]> {
    HEXLOWER.decode(hex.as_bytes()).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_parameters_are_not_the_application_s() {
        assert_eq!(split_query("a=1&_grantor=S&b=2"), ("a=1&b=2".into(), Some("S".into()), false));
        assert_eq!(split_query("a=1&_grantor_hop=1"), ("a=1".into(), None, true));
        assert_eq!(split_query("_grantor_x=1"), (String::new(), None, false));
        assert_eq!(split_query("a=_grantor"), ("a=_grantor".into(), None, false));
    }

    #[test]
    fn a_query_reads_as_a_browser_would_send_it_back() {
        assert_eq!(split_query("a=ü'\"&b=%c3%bc+x").0, "a=%C3%BC%27%22&b=%c3%bc+x");
    }
}
