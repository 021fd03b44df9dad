//! `GET /oauth/v2/auth/refresh` and `/oauth/v2/refresh`: another access token for a browser client without asking
//! anybody, while the browser session lives and the person granted it for that long (accounts-protocol.md section 6.2).
//! It answers with a redirect or an error page and never with a page to be framed: applications come here as they go to
//! the authorization endpoint, by navigating.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::Method,
    response::Response,
};
use grantor_protocol::{
    asked::Asked,
    authorize::{self, ReplyTo, implicit::check_refresh_form},
    causes::PageError,
    client::ClientRecord,
    people::Realm,
    scope::ScopeList,
    secret::SecretKind,
    token::PresentedToken,
};
use grantor_store::{NewToken, NotAgain, SessionRefresh};

use super::{Door, Visit, Walked, error_pages, implicit, resume, visit::HOP};
use crate::{house::DataCenter, http::reply, metrics::Endpoint, sandbox::Told};

/// The path of the manual's other version is good, too.
const PATH: &str = "/oauth/v2/auth/refresh";

/// The documented words, told in the fragment.
const CLIENT_NOT_GRANTED: &str = "client_not_granted";
const PROMPT_REQUIRED: &str = "prompt_required";

/// Another token, or why not.
pub async fn session_refresh(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    let door = Door::authorize(Realm::Accounts);
    if request.method() != Method::GET {
        return super::wrong_method(dc, door, request).await;
    }
    Visit::walk(dc, door, Endpoint::Authorize, request, walk).await
}

/// What was asked, and valid.
struct Valid {
    reply_to: ReplyTo,
    /// `None`: everything that was granted.
    scopes: Option<ScopeList>,
    needs_organization: bool,
}

async fn walk(visit: &mut Visit) -> Walked {
    let asked = match Asked::read(&visit.query) {
        Ok(asked) => asked,
        Err(cause) => return Ok(error_pages::page_error(visit, None, &cause, None)),
    };
    let record = match check_refresh_form(&asked) {
        Ok(_) if !visit.dc.house.policy.deviations.implicit => {
            let cause = PageError::ResponseTypeUnsupported;
            return Ok(error_pages::page_error(visit, None, &cause, Some(&asked)));
        }
        Ok(client_id) => visit.dc.client(client_id).await?,
        Err(cause) => return Ok(error_pages::page_error(visit, None, &cause, Some(&asked))),
    };
    let client = record.as_ref().map(|record| &record.client);
    let valid = match judge(visit, &asked, record.as_ref()) {
        Ok(valid) => valid,
        Err(cause) => return Ok(error_pages::page_error(visit, client, &cause, Some(&asked))),
    };
    let Some(client) = client else {
        return Ok(error_pages::page_error(visit, None, &PageError::ClientUnknown, Some(&asked)));
    };
    if !client.enabled_in(&visit.dc.place.location) {
        return Ok(error_pages::page_error(visit, Some(client), &PageError::ClientNotInDataCenter, Some(&asked)));
    }
    let tell = |word, cause: &'static str, detail: &str| {
        visit.asking.refuse(&visit.dc, Some(&client.id), cause, detail);
        Ok(reply::found(&valid.reply_to.with(&[("error", word)])))
    };
    let refuse = |word, detail: &str| tell(word, word, detail);
    if visit.asking.told().is_some_and(Told::throttled) {
        return Ok(error_pages::page_error(visit, Some(client), &PageError::CodesThrottled, Some(&asked)));
    }
    let known = resume::load(visit, None).await?;
    if let Some(place) = known.facts.elsewhere.as_deref().and_then(|home| visit.dc.house.place(home))
        && place.location != visit.dc.place.location
    {
        // This browser remembers where the person is at home: the same question goes on there, once.
        return Ok(reply::found(&format!("{}{PATH}?{}&{HOP}=1", place.accounts_url, visit.query)));
    }
    let Some(signed_in) = &known.signed_in else {
        return refuse(CLIENT_NOT_GRANTED, "nobody is signed in here");
    };
    let (dc, now) = (&visit.dc, visit.now());
    let token = PresentedToken { id: dc.fresh_id(now)?, secret: dc.house.entropy.secret()? };
    let wanted = SessionRefresh {
        access: NewToken { id: token.id, secret_hash: token.secret.hash(SecretKind::Access) },
        client_id: client.id.clone(),
        user: signed_in.user.id,
        session: signed_in.session,
        scopes: valid.scopes.clone(),
        needs_organization: valid.needs_organization,
    };
    let (catalog, policy) = (dc.house.catalog(), Arc::clone(&dc.house.policy));
    match dc.store.write(move |tx| tx.refresh_implicit(&wanted, &catalog, &policy, now)).await? {
        Ok(made) => {
            let target = implicit::answer(visit, client, &valid.reply_to, &known, &token, &made, None).await?;
            Ok(reply::found(&target))
        }
        Err(NotAgain::NotGranted) => refuse(CLIENT_NOT_GRANTED, "nothing was granted for this browser session"),
        Err(NotAgain::ScopeNotGranted) => refuse(PROMPT_REQUIRED, "a scope was not granted before"),
        // The application asks the person again, and they read why.
        Err(NotAgain::Barred(barred)) => {
            let cause = PageError::from(barred);
            tell(CLIENT_NOT_GRANTED, cause.name(), "the organization's administrators do not allow it")
        }
        Err(NotAgain::Page(cause)) => Ok(error_pages::page_error(visit, Some(client), &cause, Some(&asked))),
    }
}

/// Client, redirect URI, JavaScript domains, scopes; in this order.
fn judge(visit: &Visit, asked: &Asked, record: Option<&Arc<ClientRecord>>) -> Result<Valid, PageError> {
    let client = record.map(|r| &r.client).ok_or(PageError::ClientUnknown)?;
    let reply_to = authorize::locate(asked, Some(client))?;
    implicit::check_page(visit, client, &reply_to)?;
    if asked.scope.is_none() {
        return Ok(Valid { reply_to, scopes: None, needs_organization: false });
    }
    let request = authorize::check(asked, &reply_to, client, Realm::Accounts, &visit.dc.house.catalog())?;
    Ok(Valid { reply_to, scopes: Some(request.scopes), needs_organization: request.needs_organization })
}
