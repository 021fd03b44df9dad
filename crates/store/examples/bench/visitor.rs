//! A person whose browser is signed in and who has consented, so that an authorization request is answered at once.

use grantor_protocol::{
    people::{Realm, UserId},
    secret::{SecretKind, TokenSecret},
    token::{Prefix, PresentedToken},
};
use grantor_store::{NewBrowserSession, SeenFrom};

use super::{Fallible, Place, id, now, statements};

/// Prints the value of the session's cookie.
pub(crate) fn run(place: &Place, user: i64, organization: &str) -> Fallible<()> {
    let (now, byte) = (now(), place.byte);
    let cookie =
        PresentedToken { id: id(now, byte, b's', 0), secret: TokenSecret::derive(b"bench", b"browser session") };
    let session = NewBrowserSession {
        id: cookie.id,
        secret_hash: cookie.secret.hash(SecretKind::BrowserSession),
        realm: Realm::Accounts,
        user: UserId(user),
        browser: [7; 32],
        seen_from: SeenFrom::default(),
    };
    let (client, scopes, organization) = (place.client.clone(), place.scopes.to_string(), organization.to_owned());
    place.store.write_blocking(move |tx| {
        tx.start_session(&session, None, now)?;
        tx.execute(
            statements::ADD_GRANT,
            &[
                id(now, byte, b'v', 0).as_bytes().into(),
                user.into(),
                client.as_str().into(),
                organization.as_str().into(),
                scopes.as_str().into(),
                false.into(),
                (&[] as &[u8]).into(),
                now.millis().into(),
            ],
        )?;
        Ok(())
    })?;
    println!("{}", cookie.reveal(Prefix::Usual));
    Ok(())
}
