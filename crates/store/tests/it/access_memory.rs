//! What a server remembers of access tokens, and when it looks again. That it never tells anything else than what is
//! written is shown by every test that looks at a token ([`crate::fixtures::World::access`]).

use std::time::{Duration, Instant};

use grantor_protocol::causes::AccessError;
use grantor_protocol::secret::{SecretKind, TokenSecret};
use grantor_protocol::token::{DataCenterByte, PresentedToken, TokenId};
use grantor_store::{DATA_CENTER, Store, StoreError};

use crate::engine_support::Place;
use crate::fixtures::at;

/// A client's own token.
fn token() -> PresentedToken {
    PresentedToken { id: TokenId::new(at(0), DataCenterByte(1), [7; 9]), secret: TokenSecret::from_bytes([8; 16]) }
}

fn add(store: &Store) {
    store
        .write_blocking(|tx| {
            tx.execute(
                "INSERT INTO grants (id, user_id, client_id, organization_id, scopes, offline, refresh_ids, granted_at)
                 VALUES ($1, 0, '1000.SELF', '', '', FALSE, $1, 0)",
                &[(&[1; 16]).into()],
            )?;
            let (id, hash) = (token().id, token().secret.hash(SecretKind::Access));
            tx.execute(
                "INSERT INTO access_tokens (id, secret_hash, grant_id, scopes, expires_at) VALUES ($1, $2, $3, '', $4)",
                &[id.as_bytes().into(), hash.as_bytes().into(), (&[1; 16]).into(), at(3600).millis().into()],
            )
        })
        .unwrap();
}

fn revoke(store: &Store) {
    let ended = store.write_blocking(|tx| {
        tx.execute(
            "UPDATE access_tokens SET revoked_at = $2 WHERE id = $1",
            &[token().id.as_bytes().into(), at(1).millis().into()],
        )
    });
    assert_eq!(ended.unwrap(), 1);
}

fn server() -> (Place, Store) {
    let mut place = Place::sqlite();
    place.options.exclusive = true;
    let store = Store::open(&place.url, &DATA_CENTER, &place.options).unwrap();
    add(&store);
    (place, store)
}

#[tokio::test]
async fn a_token_that_is_used_again_is_not_read_again() {
    let (_place, store) = server();
    let first = store.access(token(), at(1)).await.unwrap().unwrap();
    // Unless the tests are so slow that it is forgotten meanwhile.
    for left in (0..100).rev() {
        let reads = store.statistics().reads;
        assert_eq!(store.access(token(), at(2)).await.unwrap().unwrap(), first);
        if store.statistics().reads == reads {
            break;
        }
        assert!(left > 0, "it is never remembered");
    }
    // Whatever is remembered, the secret and the clock are judged.
    let guessed = PresentedToken { secret: TokenSecret::from_bytes([9; 16]), ..token() };
    assert_eq!(store.access(guessed, at(2)).await.unwrap().unwrap_err(), AccessError::Unknown);
    assert_eq!(store.access(token(), at(3600)).await.unwrap().unwrap_err(), AccessError::Expired);
    assert_eq!(store.signed_access(token().id, at(2)).await.unwrap().unwrap(), first);
    revoke(&store);
    assert_eq!(store.access(token(), at(2)).await.unwrap().unwrap_err(), AccessError::Revoked);
    store.close();
}

#[tokio::test]
async fn a_closed_store_remembers_nothing() {
    let (_place, store) = server();
    assert!(store.access(token(), at(1)).await.unwrap().is_ok());
    store.clone().close();
    let closed = store.access(token(), at(1)).await;
    assert!(matches!(closed, Err(StoreError::Unavailable(_))), "{closed:?}");
}

#[tokio::test]
async fn what_a_command_does_beside_the_server_is_seen() {
    let (mut place, store) = server();
    assert!(store.access(token(), at(1)).await.unwrap().is_ok());
    place.options.exclusive = false;
    let command = Store::open(&place.url, &DATA_CENTER, &place.options).unwrap();
    revoke(&command);
    // At once, where the two can tell each other.
    let since = Instant::now();
    while store.access(token(), at(1)).await.unwrap().is_ok() {
        assert!(cfg!(not(unix)) && since.elapsed() < Duration::from_secs(20), "it is not looked at again");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    command.close();
    store.close();
}
