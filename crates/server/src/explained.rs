//! Why a code or token was refused, in the words of its client's owner: what became of it is read after the refusal, from
//! its rows. Nothing secret, no whole token, and nothing of another client stands in these words.

use grantor_protocol::{
    causes::{AccessError, TokenError},
    client::ClientRecord,
    issue::Window,
    policy::Rate,
    redirect_uri::difference,
    scope::ScopeList,
    secret::{SecretHash, SecretKind},
    time::Timestamp,
    token::TokenId,
};
use grantor_store::{AccessStory, CodeStory, RefreshStory};

use crate::{
    failure::Failure,
    house::DataCenter,
    moment::{between, shown, span},
    refusals::Asking,
};

/// Notes what became of a refused code. `redirect_uri`: as it was sent; `verifier`: whether one was.
///
/// # Errors
/// When the store cannot be read.
pub async fn code(
    dc: &DataCenter,
    cause: &TokenError,
    id: TokenId,
    (redirect_uri, verifier): (Option<&str>, bool),
    asking: &Asking,
) -> Result<(), Failure> {
    match cause {
        TokenError::WrongDataCenter(byte) => {
            let (there, here) = (dc.house.location_of(*byte), &dc.place.location);
            asking.note(format!("the code was issued by {there} and redeemed at {here}"));
        }
        TokenError::CodeExpired
        | TokenError::CodeReplayed
        | TokenError::CodeUsedJustNow
        | TokenError::RedirectUriMismatch
        | TokenError::VerifierMissing
        | TokenError::GrantRevoked
        | TokenError::RefreshTokensThrottled => {
            if let Some(story) = dc.store.read(move |tx| tx.code_story(id)).await? {
                asking.note(of_code(cause, &story, redirect_uri, dc.house.policy.refresh_token_rate, asking.now));
            }
        }
        TokenError::VerifierWrong if verifier => {
            asking
                .note("the code_verifier that was sent does not hash to the code_challenge of the request".to_owned());
        }
        _ => {}
    }
    Ok(())
}

fn of_code(cause: &TokenError, story: &CodeStory, sent: Option<&str>, rate: Rate, now: Timestamp) -> String {
    let ago = |at: Timestamp| span(between(at, now));
    match cause {
        TokenError::CodeExpired => format!("the code expired {} before", ago(story.expires_at)),
        TokenError::CodeReplayed => match story.used_at {
            Some(at) => format!(
                "the code was redeemed before, on {} ({} earlier); the tokens made from it were revoked",
                shown(at),
                ago(at)
            ),
            None => String::new(),
        },
        TokenError::CodeUsedJustNow => {
            story.used_at.map(|at| format!("the code was redeemed {} before", ago(at))).unwrap_or_default()
        }
        TokenError::RedirectUriMismatch => match sent.filter(|uri| !uri.is_empty()) {
            None => "redirect_uri is absent; send the very one of the authorization request".to_owned(),
            Some(sent) => difference(&story.redirect_uri, sent)
                .map(|found| format!("redirect_uri differs from the one of the authorization request {found}"))
                .unwrap_or_default(),
        },
        TokenError::VerifierMissing if story.challenged => {
            "the authorization request carried a code_challenge, and no code_verifier came with the code".to_owned()
        }
        TokenError::VerifierMissing => {
            "the client authenticated by nothing, and the authorization request carried no code_challenge".to_owned()
        }
        TokenError::GrantRevoked => withdrawn(story.withdrawn_at),
        TokenError::RefreshTokensThrottled => {
            throttled(story.recent_refresh.window(now, rate), rate, "refresh tokens for one user and client")
        }
        _ => String::new(),
    }
}

/// Notes what became of a refused refresh token.
///
/// # Errors
/// When the store cannot be read.
pub async fn refresh(dc: &DataCenter, cause: &TokenError, id: TokenId, asking: &Asking) -> Result<(), Failure> {
    match cause {
        TokenError::WrongDataCenter(byte) => {
            let (there, here) = (dc.house.location_of(*byte), &dc.place.location);
            asking.note(format!("the refresh token was issued by {there} and used at {here}"));
        }
        TokenError::RefreshTokenRevoked
        | TokenError::RefreshTokenReused
        | TokenError::RefreshTokenExpired
        | TokenError::GrantRevoked
        | TokenError::AccessTokensThrottled => {
            if let Some(story) = dc.store.read(move |tx| tx.refresh_story(id)).await? {
                asking.note(of_refresh(dc, cause, &story, asking.now));
            }
        }
        _ => {}
    }
    Ok(())
}

fn of_refresh(dc: &DataCenter, cause: &TokenError, story: &RefreshStory, now: Timestamp) -> String {
    let policy = &dc.house.policy;
    match cause {
        TokenError::RefreshTokenRevoked => match story.revoked_at {
            Some(at) => ended(at, &story.because, policy.refresh_tokens_per_user_and_client),
            None => String::new(),
        },
        TokenError::RefreshTokenReused => match story.rotated_at {
            Some(at) => format!(
                "it was exchanged for its successor on {} ({} earlier), and came again; the whole family was ended",
                shown(at),
                span(between(at, now))
            ),
            None => String::new(),
        },
        TokenError::RefreshTokenExpired => match story.expires_at {
            Some(end) if end <= now => format!("the life of its family ended on {}", shown(end)),
            _ => format!("it lay unused since {}", shown(story.used_at)),
        },
        TokenError::GrantRevoked => withdrawn(story.withdrawn_at),
        TokenError::AccessTokensThrottled => {
            let rate = policy.access_token_rate;
            throttled(story.recent.window(now, rate), rate, "access tokens from one refresh token")
        }
        _ => String::new(),
    }
}

/// What ended a refresh token, as its row says.
fn ended(at: Timestamp, because: &str, cap: usize) -> String {
    let at = shown(at);
    match because {
        "revoked" => format!("it was revoked on {at}, by a request to the revocation endpoint"),
        "code replayed" => format!("the code it was made from was presented a second time on {at}, so it was ended"),
        "reused" => format!("an old refresh token of its family came again on {at}, so the family was ended"),
        "expired" => format!("its family's life was over on {at}"),
        "grant withdrawn" => format!("the consent behind it was withdrawn on {at}"),
        because => match because.strip_prefix("evicted by ") {
            Some(mark) => format!(
                "refresh token {} replaced this one on {at} (its mark is {mark}): {cap} live for one user, client and \
                 organization, and the oldest goes",
                cap + 1
            ),
            None => format!("it was ended on {at}: {because}"),
        },
    }
}

fn withdrawn(at: Option<Timestamp>) -> String {
    match at {
        Some(at) => format!("the consent was withdrawn on {}", shown(at)),
        None => "the consent behind it is gone".to_owned(),
    }
}

fn throttled(window: Window, rate: Rate, what: &str) -> String {
    let next = window.frees_at.map(|at| format!("; the next one is possible on {}", shown(at))).unwrap_or_default();
    format!("{} {what} were made within {}{next}", window.used, span(rate.window))
}

/// Notes what became of a refused access token whose secret was right. Answers whose it is.
///
/// # Errors
/// When the store cannot be read.
pub async fn access(
    dc: &DataCenter,
    cause: AccessError,
    id: TokenId,
    asking: &Asking,
) -> Result<Option<String>, Failure> {
    // Whoever has the secret was told so; a stranger who knows an identifier fills nobody's list.
    if !matches!(
        cause,
        AccessError::Expired | AccessError::Revoked | AccessError::UserDisabled | AccessError::MembershipEnded
    ) {
        return Ok(None);
    }
    let Some(story) = dc.store.read(move |tx| tx.access_story(id)).await? else { return Ok(None) };
    let cap = dc.house.policy.refresh_tokens_per_user_and_client;
    asking.note(of_access(cause, &story, cap, asking.now));
    Ok(Some(story.client_id))
}

fn of_access(cause: AccessError, story: &AccessStory, cap: usize, now: Timestamp) -> String {
    if cause == AccessError::Expired {
        return format!("the access token expired {} before", span(between(story.expires_at, now)));
    }
    if cause != AccessError::Revoked {
        return String::new();
    }
    match (&story.family, story.revoked_at, story.withdrawn_at) {
        (_, _, Some(at)) => withdrawn(Some(at)),
        (Some((at, because)), _, _) => format!("its refresh token is dead: {}", ended(*at, because, cap)),
        (None, Some(at), _) => format!("it was revoked on {}", shown(at)),
        (None, None, None) if story.evicted => {
            "newer access tokens of its refresh token took its place: only the newest live".to_owned()
        }
        _ => String::new(),
    }
}

/// What a token carries, and what was asked of it.
pub fn scopes(carries: &ScopeList, wanted: &str) -> String {
    let carries: String = carries.to_string().chars().take(300).collect();
    format!("the token carries {carries}; what was opened asks for {wanted}")
}

/// What is wrong with a client secret, as far as it can be told without showing it.
pub fn secret(record: &ClientRecord, presented: &[&str], here: &str) -> String {
    let is = |text: &str, hash: &SecretHash| hash.matches(&SecretHash::of(SecretKind::Client, text.as_bytes()));
    let elsewhere = record.secrets.iter().find(|live| presented.iter().any(|text| is(text, &live.hash)));
    if let Some(location) = elsewhere.and_then(|live| live.location.as_deref()) {
        return format!("it is the secret of {location}, presented at {here}: each data center has one of its own");
    }
    if presented.iter().any(|text| record.secrets.iter().any(|live| is(text.trim(), &live.hash))) {
        return "there is white space around the secret".to_owned();
    }
    if presented.iter().any(|text| *text == record.client.id) {
        return "the client id was sent in the place of the secret".to_owned();
    }
    "it is no live secret of this client; it may have been replaced".to_owned()
}

#[cfg(test)]
mod tests {
    use grantor_protocol::client::{Client, ClientSecret, ClientSettings, ClientType};

    use super::*;

    #[test]
    fn a_wrong_secret_is_explained_without_showing_it() {
        let hash = |text: &str| SecretHash::of(SecretKind::Client, text.as_bytes());
        let record = ClientRecord {
            client: Client {
                id: "1000.A".into(),
                client_type: ClientType::Server,
                name: "A".into(),
                homepage_url: String::new(),
                redirect_uris: vec![],
                data_centers: vec![],
                scopes: vec![],
                grant_types: vec![],
                disabled: false,
                settings: ClientSettings::default(),
            },
            secrets: vec![
                ClientSecret { location: Some("us".into()), hash: hash("for-us") },
                ClientSecret { location: Some("eu".into()), hash: hash("for-eu") },
            ],
        };
        for (presented, said) in [
            ("for-eu", "it is the secret of eu, presented at us"),
            (" for-us\n", "white space"),
            ("1000.A", "the client id was sent"),
            ("nonsense", "no live secret"),
        ] {
            let told = secret(&record, &[presented], "us");
            assert!(told.contains(said) && (!told.contains(presented.trim()) || presented == "1000.A"), "{told}");
        }
    }

    #[test]
    fn what_ended_a_refresh_token_is_told_in_full() {
        let at = Timestamp::from_millis(1_795_341_605_000);
        let told = ended(at, "evicted by 0badcafe", 20);
        assert!(told.starts_with("refresh token 21 replaced this one on 2026-11-22 10:00:05 UTC"), "{told}");
        for because in ["revoked", "code replayed", "reused", "expired", "grant withdrawn", "a policy"] {
            assert!(ended(at, because, 20).contains("2026-11-22 10:00:05 UTC"));
        }
    }
}
