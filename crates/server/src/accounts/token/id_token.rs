//! The ID token of an answer with tokens: only when a scope that signs a person in was granted (accounts-protocol.md
//! section 9.2, decision 18).

use grantor_protocol::{
    client::Client,
    people::{User, UserId},
    time::Timestamp,
};

use crate::{
    claims,
    failure::Failure,
    house::DataCenter,
    signing::{self, Algorithm, IdToken},
    tokens::Handed,
};

/// The ID token that comes with these tokens, if one does.
///
/// # Errors
/// When the user cannot be read or nothing can be signed.
pub async fn with(
    dc: &DataCenter,
    client: &Client,
    handed: &Handed,
    now: Timestamp,
) -> Result<Option<String>, Failure> {
    if handed.user == UserId::NOBODY || !claims::signs_in(&handed.granted) {
        return Ok(None);
    }
    let id = handed.user;
    let Some(user): Option<User> = dc.store.read(move |tx| tx.user(id)).await? else { return Ok(None) };
    let token = IdToken {
        issuer: &dc.place.accounts_url,
        audience: &client.id,
        user: &user,
        scopes: &handed.granted,
        nonce: handed.origin.nonce.as_deref(),
        signed_in_at: handed.origin.signed_in_at,
        access_token: Some(&handed.access),
        session: handed.origin.session,
        // Nothing in an answer of this dialect names the organization (section 16).
        organization_id: "",
    };
    signing::id_token(dc, token, Algorithm::of_client(client), now).await.map(Some)
}
