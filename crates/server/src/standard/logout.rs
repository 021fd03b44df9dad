//! `/oauth2/logout`: an application sends the person here to sign out (OpenID Connect RP-Initiated Logout 1.0). The
//! person is asked first, unless an ID token proves that the application was signed in to by this very session; and
//! is sent on only to an address that the application registered, letter for letter.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::Response,
};
use grantor_protocol::{
    params::{Found, Params},
    people::Realm,
};
use serde_json::Value;

use super::authorize::{NotAForm, form_as_query};
use crate::{
    failure::Failure,
    house::DataCenter,
    http::reply,
    metrics::Endpoint,
    signing,
    walk::{Door, Visit, Walked, error_pages, home, resume, sign_in},
};

/// Where it is.
const PATH: &str = "/oauth2/logout";

/// `GET /oauth2/logout`.
pub async fn get(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    Visit::walk(dc, Door::home(Realm::Accounts), Endpoint::Page, request, leave_or_ask).await
}

/// `POST /oauth2/logout`, from the application's page.
pub async fn post(request: Request) -> Response {
    match form_as_query(request).await {
        Ok(query) => reply::see_other(&format!("{PATH}?{query}")),
        Err(NotAForm) => reply::see_other(PATH),
    }
}

/// `POST /oauth2/logout/confirm`, from our own page.
pub async fn confirm(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    Visit::walk(dc, Door::home(Realm::Accounts), Endpoint::Page, request, confirmed).await
}

/// What an application says when it sends somebody here.
#[derive(Debug, Default)]
struct Leaving {
    /// The claims of an ID token that we made for this application.
    hint: Option<Value>,
    /// The registered address to go to afterwards, with `state`.
    back: Option<String>,
}

async fn leave_or_ask(visit: &mut Visit) -> Walked {
    let Ok(params) = Params::read(visit.query.as_bytes()) else { return Ok(error_pages::unreadable(visit)) };
    let leaving = read(visit, &params).await?;
    let known = resume::load(visit, None).await?;
    let Some(signed_in) = &known.signed_in else { return Ok(gone(visit, &leaving)) };
    let of_this_session = leaving
        .hint
        .as_ref()
        .is_some_and(|hint| hint.get("sid").and_then(Value::as_str) == Some(signing::sid(signed_in.session).as_str()));
    if of_this_session {
        let cookie = home::end_session(visit, &known).await?;
        return Ok(reply::with_cookies(gone(visit, &leaving), [cookie]));
    }
    home::ask_to_leave(visit, &known, &visit.action(&format!("{PATH}/confirm")))
}

async fn confirmed(visit: &mut Visit) -> Walked {
    if let Err(response) = sign_in::read_form(visit).await {
        return Ok(response);
    }
    let Ok(params) = Params::read(visit.query.as_bytes()) else { return Ok(error_pages::unreadable(visit)) };
    let leaving = read(visit, &params).await?;
    let known = resume::load(visit, None).await?;
    let cookie = home::end_session(visit, &known).await?;
    Ok(reply::with_cookies(gone(visit, &leaving), [cookie]))
}

/// Nobody is signed in any more.
fn gone(visit: &Visit, leaving: &Leaving) -> Response {
    match &leaving.back {
        Some(back) => reply::see_other(back),
        None => visit.page(home::signed_out_page(visit)),
    }
}

async fn read(visit: &Visit, params: &Params) -> Result<Leaving, Failure> {
    let sent = |name: &str| match params.find(name) {
        Found::Once(value) if !value.is_empty() => Some(value),
        _ => None,
    };
    let mut leaving = Leaving::default();
    if let Some(hint) = sent("id_token_hint") {
        // An ID token that has expired still says who was signed in where.
        leaving.hint = signing::open(&visit.dc, hint, "JWT", visit.now()).await?;
    }
    let audience = leaving.hint.as_ref().and_then(|hint| hint.get("aud")).and_then(Value::as_str);
    let client_id = match (sent("client_id"), audience) {
        // Another application's ID token proves nothing for this one.
        (Some(named), Some(audience)) if named != audience => {
            leaving.hint = None;
            return Ok(leaving);
        }
        (Some(named), _) => Some(named.to_owned()),
        (None, audience) => audience.map(str::to_owned),
    };
    let Some(client_id) = client_id else { return Ok(leaving) };
    let Some(record) = visit.dc.client(&client_id).await?.filter(|record| !record.client.disabled) else {
        return Ok(leaving);
    };
    let registered = &record.client.settings.post_logout_redirect_uris;
    leaving.back = sent("post_logout_redirect_uri")
        .filter(|uri| registered.iter().any(|own| own == uri))
        .map(|uri| with_state(uri, sent("state")));
    Ok(leaving)
}

fn with_state(uri: &str, state: Option<&str>) -> String {
    let Some(state) = state else { return uri.to_owned() };
    let joint = if uri.contains('?') { "&" } else { "?" };
    let state = form_urlencoded::Serializer::new(String::new()).append_pair("state", state).finish();
    format!("{uri}{joint}{}", state.replace('+', "%20"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_comes_along() {
        assert_eq!(with_state("https://a.example/", None), "https://a.example/");
        assert_eq!(with_state("https://a.example/", Some("a b&c")), "https://a.example/?state=a%20b%26c");
        assert_eq!(with_state("https://a.example/?x=1", Some("s")), "https://a.example/?x=1&state=s");
    }
}
