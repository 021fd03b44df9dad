//! `GET` and `POST /oauth2/authorize`: the standard dialect's reading of an authorization request. The walk behind it
//! is the one walk (RFC 6749 section 4.1.1; OpenID Connect Core section 3.1.2.1).

use std::{fmt::Write as _, sync::Arc};

use axum::{
    extract::{Request, State},
    http::header,
    response::Response,
};
use data_encoding::BASE64URL_NOPAD;
use grantor_protocol::{
    asked::Asked,
    authorize::{ReplyTo, standard},
    causes::{PageError, Refusal},
    client::ClientRecord,
    people::UserId,
};
use http_body_util::{BodyExt, Limited};
use serde_json::Value;

use super::response;
use crate::{
    failure::Failure,
    house::{DataCenter, Place},
    http::reply,
    signing,
    walk::{self, Begun, Door, NotBegun, Reply, Valid, Visit},
};

/// `GET /oauth2/authorize`.
pub async fn get(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    walk::authorize(dc, Door::standard(), request).await
}

/// `POST /oauth2/authorize`: the parameters of the form become a query, so that the walk has one shape. The redirect
/// also brings the cookies along, which a browser leaves out of a form that comes from elsewhere.
pub async fn post(request: Request) -> Response {
    let path = Door::standard().path();
    match form_as_query(request).await {
        Ok(query) => reply::see_other(&format!("{path}?{query}")),
        // The page about what is missing.
        Err(NotAForm) => reply::see_other(&path),
    }
}

/// The body is too large, or not form-urlencoded.
#[derive(Debug)]
pub struct NotAForm;

/// The query of a request with its form behind it, percent-encoded as a browser would write it into a URL.
///
/// # Errors
/// When there is no form.
pub async fn form_as_query(request: Request) -> Result<String, NotAForm> {
    let (parts, body) = request.into_parts();
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(NotAForm);
    }
    let body = Limited::new(body, Asked::MOST_BYTES * 2).collect().await.map_err(|_| NotAForm)?.to_bytes();
    let query = parts.uri.query().unwrap_or_default();
    let joint = if query.is_empty() { "" } else { "&" };
    let mut whole = format!("{query}{joint}");
    for byte in &body {
        match byte {
            0..=0x20 | 0x7f..=0xff | b'"' | b'#' | b'<' | b'>' | b'\'' => {
                let _ = write!(whole, "%{byte:02X}");
            }
            _ => whole.push(char::from(*byte)),
        }
    }
    Ok(whole)
}

/// Judges the query. What is wrong before it is known where the answer may go ends on a page; the client is told of
/// the rest.
///
/// # Errors
/// The outer error is a breakage; the inner one the page's cause, with the client when there is one.
pub async fn begin(visit: &Visit) -> Result<Result<Begun, Box<NotBegun>>, Failure> {
    let asked = match Asked::read_as_sent(&visit.query) {
        Ok(asked) => asked,
        Err(cause) => return Ok(Err(ends(cause, None, None))),
    };
    let record = match standard::client_id(&asked) {
        Ok(client_id) => visit.dc.client(client_id).await?,
        Err(cause) => return Ok(Err(ends(cause, None, Some(asked)))),
    };
    let issuer = super::issuer(&visit.dc.place);
    let located = standard::locate(&asked, record.as_ref().map(|r| &r.client), &issuer);
    let (reply_to, record) = match (located, record) {
        (Ok(reply_to), Some(record)) => (reply_to, record),
        (Ok(_), None) => {
            return Ok(Err(ends(PageError::ClientUnknown, None, Some(asked))));
        }
        (Err(cause), record) => return Ok(Err(ends(cause, record, Some(asked)))),
    };
    let known = |audience: &str| visit.dc.house.resources.find(audience).is_some();
    let checked = standard::check(&asked, &reply_to, &record.client, &visit.dc.house.catalog(), known);
    let mut request = match checked {
        Ok(request) => request,
        Err(cause) => return Ok(Ok(refused(&asked, record, reply_to, cause))),
    };
    if let Some(hint) = asked.id_token_hint.as_deref().filter(|hint| !hint.is_empty()) {
        match meant(visit, hint).await? {
            Meant::User(user) => request.prompting.account = Some(user),
            // Only the other data center can tell who that is: nobody here.
            Meant::SomebodyElsewhere if request.prompting.silent => request.prompting.account = Some(UserId::NOBODY),
            Meant::SomebodyElsewhere => {}
            Meant::Nobody => {
                let cause = PageError::ParameterMalformed("id_token_hint");
                return Ok(Ok(refused(&asked, record, reply_to, cause)));
            }
        }
    }
    Ok(Ok(Begun::Valid(Box::new(Valid { asked, record, reply: Reply::To(reply_to), request }))))
}

fn ends(cause: PageError, record: Option<Arc<ClientRecord>>, asked: Option<Asked>) -> Box<NotBegun> {
    Box::new(NotBegun { cause, record, asked })
}

fn refused(asked: &Asked, record: Arc<ClientRecord>, reply_to: ReplyTo, cause: PageError) -> Begun {
    Begun::Refused { silent: standard::is_silent(asked), record, reply_to, cause }
}

/// Tells the client of a request that is wrong.
pub fn refuse(visit: &Visit, record: &ClientRecord, reply_to: &ReplyTo, cause: PageError) -> Response {
    response::refuse(visit, &record.client.id, reply_to, &Refusal::Request(cause))
}

/// Whom an ID token names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meant {
    User(UserId),
    /// It says it is of this house, but it was signed elsewhere, or with a key that is gone.
    SomebodyElsewhere,
    /// It is none.
    Nobody,
}

/// Whom an `id_token_hint` means. One that has expired is as good as any (OpenID Connect Core section 3.1.2.1).
async fn meant(visit: &Visit, hint: &str) -> Result<Meant, Failure> {
    if let Some(claims) = signing::open(&visit.dc, hint, "JWT", visit.now()).await? {
        let user = claims.get("sub").and_then(Value::as_str).and_then(|sub| sub.parse().ok()).map(UserId);
        return Ok(user.map_or(Meant::Nobody, Meant::User));
    }
    // A JWT access token says whose it is, too, and is no hint.
    let typ = jsonwebtoken::decode_header(hint).ok().and_then(|header| header.typ);
    if !typ.is_some_and(|typ| typ.eq_ignore_ascii_case("JWT")) {
        return Ok(Meant::Nobody);
    }
    let claims = hint.split('.').nth(1).and_then(|part| BASE64URL_NOPAD.decode(part.as_bytes()).ok());
    let claims: Option<Value> = claims.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let issuer = claims.as_ref().and_then(|claims| claims.get("iss")).and_then(Value::as_str).unwrap_or_default();
    let ours = |place: &Place| issuer == place.accounts_url || issuer == super::issuer(place);
    Ok(if visit.dc.house.places.iter().any(ours) { Meant::SomebodyElsewhere } else { Meant::Nobody })
}
