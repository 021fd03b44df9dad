//! A session that begins: at the sign-in, after signing up, after a change of the password, and in a sandbox.

use axum::http::HeaderValue;
use grantor_protocol::{
    people::{Realm, UserId},
    secret::SecretKind,
    token::{Prefix, PresentedToken},
};
use grantor_store::NewBrowserSession;

use super::Visit;
use crate::{failure::Failure, http::cookies::Cookie};

/// A session to be started, and the header that hands its cookie out.
pub struct Fresh {
    /// What its cookie holds.
    pub token: PresentedToken,
    /// For the step.
    pub session: NewBrowserSession,
    /// For the answer, once the step is done.
    pub cookie: Option<HeaderValue>,
}

/// Draws one for this browser.
pub fn fresh(visit: &Visit, user: UserId) -> Result<Fresh, Failure> {
    let (dc, realm) = (&visit.dc, visit.door.realm());
    let token = PresentedToken { id: dc.fresh_id(visit.now())?, secret: dc.house.entropy.secret()? };
    let session = NewBrowserSession {
        id: token.id,
        secret_hash: token.secret.hash(SecretKind::BrowserSession),
        realm: Realm::clone(realm),
        user,
        browser: visit.browser_hash(),
        seen_from: visit.seen_from(),
    };
    let age = Some(dc.house.policy.session_lifetime.as_secs());
    let cookie = visit.jar().set(Cookie::Session(realm), &token.reveal(Prefix::Usual), age);
    Ok(Fresh { token, session, cookie })
}
