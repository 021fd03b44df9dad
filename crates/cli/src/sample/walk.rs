//! The walk of a visitor: home, to the accounts server and back, and what can be done once connected.

use std::borrow::Cow;

use axum::extract::{RawForm, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use grantor_client::{Callback, CallbackError, Client, Error, MemoryStore};
use url::Url;

use super::desk::{Desk, Through};
use super::page::{Connection, Home, message, shown};
use super::travelled::Step;
use super::view::{Contact, Facts, Who};
use super::visitor::{COOKIE, Notice, Visitor};

const CONTACTS: &str = "/bigin/v2/Contacts?fields=First_Name,Last_Name,Email,Account_Name";

/// What a handler ends with when it cannot go on: a page that is ready to be shown.
type Walk = Result<Response, Response>;

/// `GET /`
pub(crate) async fn home(State(desk): State<Desk>, headers: HeaderMap) -> Walk {
    let sid = visit(&desk, &headers).await?;
    let client = desk.client(Through::Accounts);
    let tokens = client.tokens(&sid.word).await.map_err(|error| broken(&error))?;
    let now = client.clock().now();
    let seen = desk.visitors().change(&sid.word, |visitor| {
        let connection = tokens.map(|tokens| Connection {
            who: Who::of(visitor.user.as_ref()),
            facts: Facts::of(&tokens, now),
            contacts: visitor.contacts.clone(),
        });
        let config = desk.config();
        Home {
            csrf: visitor.csrf.expose().to_owned(),
            notice: visitor.notice.take(),
            connection,
            accounts_url: config.accounts_url.clone(),
            client_id: config.client_id.clone(),
            redirect_uri: config.redirect_uri.clone(),
            scopes: config.scopes.clone(),
            portal: desk.portal().map(|portal| portal.name.clone()),
            steps: visitor.steps.iter().cloned().collect(),
        }
    });
    Ok(sid.with_cookie(seen.map_or_else(gone, |page| shown(&page))))
}

/// `POST /connect`: makes the link, remembers its state, and sends the browser there.
pub(crate) async fn connect(State(desk): State<Desk>, headers: HeaderMap, RawForm(form): RawForm) -> Walk {
    let sid = posted(&desk, &headers, &form).await?;
    let through =
        if field(&form, "through").as_deref() == Some("portal") { Through::Portal } else { Through::Accounts };
    let config = desk.config();
    let link = desk
        .client(through)
        .link(config.redirect_uri.as_str(), config.scopes.iter().map(String::as_str))
        .offline(field(&form, "offline").is_some())
        .ask_consent(field(&form, "consent").is_some());
    let (link, pending) = link.build().map_err(|error| broken(&error))?;
    desk.visitors().change(&sid.word, |visitor| {
        visitor.steps.clear();
        visitor.travelled(Step::link(&link));
        visitor.wait_for(pending, through);
    });
    Ok(Redirect::to(link.as_str()).into_response())
}

/// `GET /callback`: the browser is back.
pub(crate) async fn callback(State(desk): State<Desk>, headers: HeaderMap, RawQuery(query): RawQuery) -> Walk {
    let sid = visit(&desk, &headers).await?;
    let query = query.unwrap_or_default();
    if let Ok(mut url) = Url::parse(&desk.config().redirect_uri) {
        url.set_query(Some(&query));
        desk.visitors().change(&sid.word, |visitor| visitor.travelled(Step::callback(&url)));
    }
    let notice = match finish(&desk, &sid.word, &query).await {
        Ok(notice) => notice,
        Err(error) => explained(&error),
    };
    desk.visitors().change(&sid.word, |visitor| visitor.notice = Some(notice));
    Ok(sid.with_cookie(Redirect::to("/").into_response()))
}

/// Finds the link this callback belongs to, exchanges the code, and fetches what the page shows.
async fn finish(desk: &Desk, sid: &str, query: &str) -> Result<Notice, Error> {
    let callback = Callback::parse(&format!("?{query}"))?;
    let waiting = callback
        .state
        .as_ref()
        .and_then(|state| desk.visitors().change(sid, |visitor| visitor.take_pending(state)).flatten());
    let Some((pending, through)) = waiting else {
        return Err(if callback.error.as_deref() == Some("access_denied") {
            CallbackError::AccessDenied
        } else {
            CallbackError::StateMismatch
        }
        .into());
    };
    let client = desk.client_of(sid, through);
    let tokens = client.connect(sid, &pending, callback).await?;
    desk.visitors().change(sid, Visitor::disconnected);
    let user = client.user_info(sid).await;
    fetch_contacts(desk, &client, sid).await;
    let refresh = if tokens.refresh_token.is_some() {
        "It keeps access while you are away, until you revoke it."
    } else {
        "No refresh token came: either access was asked for online only, or no consent was shown this time. Access ends with the access token."
    };
    match user {
        Ok(user) => {
            desk.visitors().change(sid, |visitor| visitor.user = Some(user));
            Ok(Notice::good("Connected", format!("Zylker Desk may now read your Bigin contacts. {refresh}")))
        }
        Err(error) => Ok(Notice::problem("Connected, but who are you?", capitalized(&error))),
    }
}

/// `POST /contacts`
pub(crate) async fn contacts(State(desk): State<Desk>, headers: HeaderMap, RawForm(form): RawForm) -> Walk {
    let sid = posted(&desk, &headers, &form).await?;
    fetch_contacts(&desk, &desk.client_of(&sid.word, Through::Accounts), &sid.word).await;
    Ok(Redirect::to("/").into_response())
}

async fn fetch_contacts(desk: &Desk, client: &Client<MemoryStore>, sid: &str) {
    let contacts = client
        .api_get(sid, CONTACTS)
        .await
        .map(|answer| Contact::rows(&answer.body))
        .map_err(|error| capitalized(&error));
    desk.visitors().change(sid, |visitor| visitor.contacts = Some(contacts));
}

/// `POST /refresh`
pub(crate) async fn refresh(State(desk): State<Desk>, headers: HeaderMap, RawForm(form): RawForm) -> Walk {
    let sid = posted(&desk, &headers, &form).await?;
    let notice = match desk.client_of(&sid.word, Through::Accounts).refresh(&sid.word).await {
        Ok(_) => Notice::good(
            "Refreshed",
            "There is a new access token. Earlier ones stay good until they end, at most ten at a time.",
        ),
        Err(error) => explained(&error),
    };
    Ok(back_with(&desk, &sid, notice))
}

/// `POST /revoke`
pub(crate) async fn revoke(State(desk): State<Desk>, headers: HeaderMap, RawForm(form): RawForm) -> Walk {
    let sid = posted(&desk, &headers, &form).await?;
    let notice = match desk.client_of(&sid.word, Through::Accounts).revoke(&sid.word).await {
        Ok(()) => {
            desk.visitors().change(&sid.word, Visitor::disconnected);
            Notice::good(
                "Revoked",
                "The tokens are cancelled at the accounts server and forgotten here. Nobody can use them any more.",
            )
        }
        Err(error) => explained(&error),
    };
    Ok(back_with(&desk, &sid, notice))
}

/// `POST /disconnect`
pub(crate) async fn disconnect(State(desk): State<Desk>, headers: HeaderMap, RawForm(form): RawForm) -> Walk {
    let sid = posted(&desk, &headers, &form).await?;
    desk.client(Through::Accounts).forget(&sid.word).await.map_err(|error| broken(&error))?;
    desk.visitors().change(&sid.word, Visitor::disconnected);
    let text = "The tokens are forgotten here. At the accounts server they stay good until they end: Revoke would have cancelled them.";
    Ok(back_with(&desk, &sid, Notice::good("Disconnected", text)))
}

/// The visitor of this request.
struct Sid {
    word: String,
    is_new: bool,
}

impl Sid {
    fn with_cookie(&self, mut response: Response) -> Response {
        if self.is_new
            && let Ok(cookie) =
                HeaderValue::from_str(&format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Lax", self.word))
        {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }
}

async fn visit(desk: &Desk, headers: &HeaderMap) -> Result<Sid, Response> {
    let visit = desk.visitors().visit(headers).map_err(|error| broken(&error))?;
    if let Some(forgotten) = visit.forgotten {
        desk.client(Through::Accounts).forget(&forgotten).await.map_err(|error| broken(&error))?;
    }
    Ok(Sid { word: visit.sid, is_new: visit.is_new })
}

/// The visitor of a form, if the form is one of ours.
async fn posted(desk: &Desk, headers: &HeaderMap, form: &[u8]) -> Result<Sid, Response> {
    let sid = visit(desk, headers).await?;
    let given = field(form, "csrf").unwrap_or_default();
    if desk.visitors().change(&sid.word, |visitor| visitor.csrf.matches(&given)) == Some(true) {
        return Ok(sid);
    }
    let text = "It came from another page, or Zylker Desk was started anew since. Go back to the first page and press the button again.";
    Err(sid.with_cookie(message(StatusCode::FORBIDDEN, "That form is not valid any more", text)))
}

fn field<'a>(form: &'a [u8], name: &str) -> Option<Cow<'a, str>> {
    form_urlencoded::parse(form).find(|(key, _)| key == name).map(|(_, value)| value)
}

fn back_with(desk: &Desk, sid: &Sid, notice: Notice) -> Response {
    desk.visitors().change(&sid.word, |visitor| visitor.notice = Some(notice));
    Redirect::to("/").into_response()
}

/// An error as a person should read it.
fn explained(error: &Error) -> Notice {
    match error {
        Error::Callback(CallbackError::AccessDenied) => Notice::good(
            "Not connected, and that is fine",
            "You chose Reject, so nothing was shared and nothing is kept. If you change your mind, connect whenever you like.",
        ),
        Error::Callback(CallbackError::StateMismatch) => Notice::problem(
            "That answer does not belong here",
            "Its state is not one this browser is waiting for. Perhaps the page was loaded twice, or the link was started in another browser. Connect again.",
        ),
        Error::NotConnected => Notice::problem("Not connected", "There are no tokens for this browser. Connect first."),
        error => Notice::problem("That did not work", capitalized(error)),
    }
}

/// The client's sentences begin small, to stand after a program's name.
fn capitalized(error: &Error) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn broken(error: &dyn std::error::Error) -> Response {
    message(StatusCode::INTERNAL_SERVER_ERROR, "Zylker Desk could not do that", &error.to_string())
}

fn gone() -> Response {
    message(
        StatusCode::SERVICE_UNAVAILABLE,
        "Too many visitors",
        "Zylker Desk forgot this browser to make room for others. Load the page again.",
    )
}
