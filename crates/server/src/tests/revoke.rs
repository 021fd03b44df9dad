//! Revocation: both documented forms, the portal's two spellings, and what goes with a token (cases F07 to
//! F10).

use super::{answers::*, harness::*};

const OPEN: &str = "/oauth/v2/token/revoke";
const AUTHENTICATED: &str = "/oauth/v2/revoke/token";

#[tokio::test]
async fn f08_a_refresh_token_takes_its_access_tokens_along_and_an_access_token_goes_alone() {
    for_each_store(async |house| {
        let first = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let second = Tokens::of(&house.refresh("us", &DESK, &first.refresh).await);
        let bystander = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;

        assert_eq!(house.revoke("us", &second.access).await.brief(), REVOKED);
        assert!(!house.alive("us", &second.access).await);
        assert!(house.alive("us", &first.access).await);
        let third = Tokens::of(&house.refresh("us", &DESK, &first.refresh).await);

        assert_eq!(house.revoke("us", &first.refresh).await.brief(), REVOKED);
        assert!(!house.alive("us", &first.access).await && !house.alive("us", &third.access).await);
        assert_eq!(house.refresh("us", &DESK, &first.refresh).await.brief(), INVALID_CODE);

        // Again, by its owner: success (decision 1). Even after what would have been its end.
        for token in [&second.access, &first.refresh, &third.access] {
            assert_eq!(house.revoke("us", token).await.brief(), REVOKED);
        }
        // An expired access token can still be revoked or is unknown, but nothing breaks.
        assert!(house.alive("us", &bystander.access).await);
        Tokens::of(&house.refresh("us", &DESK, &bystander.refresh).await);
        // Online: an access token without a family.
        let online = house.tokens(&Ask::of(&DESK).without("access_type"), &DESK, &ALICE).await;
        assert_eq!(house.revoke("us", &online.access).await.brief(), REVOKED);
        assert!(!house.alive("us", &online.access).await);
    })
    .await;
}

#[tokio::test]
async fn f08_what_is_no_live_token_of_this_place_is_invalid() {
    for_each_store(async |house| {
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let half = |token: &str, n: usize| token.split('.').nth(n).unwrap().to_owned();
        let crossed = format!("1000.{}.{}", half(&tokens.refresh, 1), half(&tokens.access, 2));
        let eu = house.tokens(&Ask::of(&DESK), &DESK, &CARLA).await;
        let (cut, grown) = (&tokens.refresh[..68], format!("{}0", tokens.refresh));
        for token in
            ["", "x", "1000.00.00", cut, &grown, &crossed, &eu.refresh, &eu.access, &tokens.refresh.to_uppercase()]
        {
            for path in [OPEN, AUTHENTICATED] {
                let request = Request::form(path, &[("token", token)]).basic(DESK.id, DESK.secret);
                assert_eq!(house.send("us", &request).await.brief(), INVALID_TOKEN, "{path} {token:?}");
            }
        }
        let nothing: [(&str, &str); 0] = [];
        assert_eq!(house.post("us", OPEN, &nothing).await.brief(), INVALID_TOKEN);
        assert!(house.alive("us", &tokens.access).await && house.alive("eu", &eu.access).await);
        Tokens::of(&house.refresh("us", &DESK, &tokens.refresh).await);
        Tokens::of(&house.refresh("eu", &DESK, &eu.refresh).await);
    })
    .await;
}

#[tokio::test]
async fn f08_the_open_form_takes_query_form_multipart_and_hints() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let mut fresh = async || {
            let code = browser.authorize(house, &Ask::of(&DESK), &ALICE).await.code();
            Tokens::of(&house.exchange("us", &DESK, &code).await)
        };
        for way in 0..6 {
            let tokens = fresh().await;
            let token = ("token", tokens.refresh.as_str());
            let (kind, parts) = multipart(&[token]);
            let request = match way {
                0 => Request::new("POST", &format!("{OPEN}?token={}", tokens.refresh)),
                1 => Request::form(OPEN, &[token]),
                2 => Request::new("POST", OPEN).body(&kind, parts),
                // RFC 7009's parameter is unknown here, and a wrong one harmless.
                3 => Request::form(OPEN, &[token, ("token_type_hint", "access_token"), ("token_type", "x")]),
                4 => Request::form(OPEN, &[token]).basic(DESK.id, DESK.secret),
                _ => Request::form(&format!("{OPEN}?token={}", tokens.refresh), &[token]),
            };
            assert_eq!(house.send("us", &request).await.brief(), REVOKED, "way {way}");
            assert!(!house.alive("us", &tokens.access).await, "way {way}");
        }
    })
    .await;
}

#[tokio::test]
async fn f08_the_authenticated_form_demands_basic_and_believes_token_type() {
    for_each_store(async |house| {
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let ask = |token: &str, kind: Option<&str>| {
            let mut fields = vec![("token", token)];
            fields.extend(kind.map(|k| ("token_type", k)));
            Request::form(AUTHENTICATED, &fields)
        };
        // Without Basic, with a wrong one, or with the credentials as parameters only.
        let unauthenticated = ask(&tokens.refresh, None);
        let by_parameters = Request::form(
            AUTHENTICATED,
            &[("token", tokens.refresh.as_str()), ("client_id", DESK.id), ("client_secret", DESK.secret)],
        );
        let wrong = ask(&tokens.refresh, None).basic(DESK.id, "wrong");
        let alone = ask(&tokens.refresh, None).basic(DESK.id, "");
        let nobody = ask(&tokens.refresh, None).basic("1000.NOBODY", DESK.secret);
        let broken = ask(&tokens.refresh, None).header("authorization", "Basic !!!");
        for request in [unauthenticated, by_parameters, wrong, alone, nobody, broken] {
            assert_eq!(house.send("us", &request).await.brief(), REVOKE_REFUSED, "{request:?}");
        }
        for (token, kind) in [
            // An access token must be named as such (section 12.2).
            (&tokens.access, None),
            (&tokens.access, Some("refresh_token")),
            (&tokens.refresh, Some("access_token")),
            (&tokens.refresh, Some("id_token")),
            (&tokens.refresh, Some("REFRESH_TOKEN")),
        ] {
            let reply = house.send("us", &ask(token, kind).basic(DESK.id, DESK.secret)).await;
            assert_eq!(reply.brief(), INVALID_TOKEN, "{kind:?}");
        }
        assert!(house.alive("us", &tokens.access).await);
        let reply = house.send("us", &ask(&tokens.access, Some("access_token")).basic(DESK.id, DESK.secret)).await;
        assert_eq!(reply.brief(), REVOKED);
        assert!(!house.alive("us", &tokens.access).await);
        let next = Tokens::of(&house.refresh("us", &DESK, &tokens.refresh).await);
        let reply = house.send("us", &ask(&tokens.refresh, None).basic(DESK.id, DESK.secret)).await;
        assert_eq!(reply.brief(), REVOKED);
        assert!(!house.alive("us", &next.access).await);
    })
    .await;
}

#[tokio::test]
async fn f07_another_clients_credentials_revoke_nothing() {
    for_each_store(async |house| {
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        for token in [&tokens.refresh, &tokens.access] {
            let field = [("token", token.as_str())];
            let named = [("token", token.as_str()), ("client_id", OTHER.id), ("client_secret", OTHER.secret)];
            for (request, expected) in [
                (Request::form(OPEN, &field).basic(OTHER.id, OTHER.secret), INVALID_TOKEN),
                (Request::form(OPEN, &named), INVALID_TOKEN),
                (Request::form(OPEN, &named[..2]), INVALID_TOKEN),
                (Request::form(AUTHENTICATED, &field).basic(OTHER.id, OTHER.secret), INVALID_TOKEN),
                (
                    Request::form(AUTHENTICATED, &[field[0], ("token_type", "access_token")])
                        .basic(OTHER.id, OTHER.secret),
                    INVALID_TOKEN,
                ),
                (Request::form(OPEN, &field).basic(DESK.id, "wrong"), REVOKE_REFUSED),
                (Request::form(OPEN, &field).basic(GONE.id, GONE.secret), REVOKE_REFUSED),
                (Request::form(OPEN, &field).basic("1000.NOBODY", "x"), REVOKE_REFUSED),
            ] {
                assert_eq!(house.send("us", &request).await.brief(), expected, "{request:?}");
                assert!(house.alive("us", &tokens.access).await, "{request:?}");
            }
        }
        Tokens::of(&house.refresh("us", &DESK, &tokens.refresh).await);
        // Its own, by either place.
        let field = [("token", tokens.access.as_str()), ("client_id", DESK.id), ("client_secret", DESK.secret)];
        assert_eq!(house.post("us", OPEN, &field).await.brief(), REVOKED);
        assert!(!house.alive("us", &tokens.access).await);
    })
    .await;
}

#[tokio::test]
async fn f08_portals_revoke_their_own_at_both_spellings() {
    for_each_store(async |house| {
        let (ask, mut browser) = (Ask::of(&DESK).portal(PARTNERS), Browser::default());
        let accounts = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        for spelling in ["token/revoke", "auth/token/revoke"] {
            let code = browser.authorize(house, &ask, &PAT).await.code();
            let tokens = Tokens::of(&house.post("us", &portal_token(PARTNERS), &redemption(&DESK, &code)).await);
            let path = |id: &str| format!("/clientoauth/v2/{id}/{spelling}");
            let field = [("token", tokens.refresh.as_str())];
            for id in [SHOP, BERLIN, "99999"] {
                assert_eq!(house.post("us", &path(id), &field).await.brief(), INVALID_TOKEN, "{id}");
            }
            assert_eq!(house.post("us", OPEN, &field).await.brief(), INVALID_TOKEN, "at the accounts house");
            let foreign = [("token", accounts.refresh.as_str())];
            assert_eq!(house.post("us", &path(PARTNERS), &foreign).await.brief(), INVALID_TOKEN);
            assert!(house.alive("us", &tokens.access).await);
            assert_eq!(house.post("us", &path(PARTNERS), &field).await.brief(), REVOKED);
            assert!(!house.alive("us", &tokens.access).await);
        }
        Tokens::of(&house.refresh("us", &DESK, &accounts.refresh).await);
    })
    .await;
}

#[tokio::test]
async fn f09_a_broken_store_never_answers_success() {
    for_each_store(async |house| {
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let code = house.code(&Ask::of(&DESK), &ALICE).await;
        house.break_store("us");
        assert_eq!(house.revoke("us", &tokens.refresh).await.brief(), BROKEN);
        let request = Request::form(AUTHENTICATED, &[("token", &tokens.refresh)]).basic(DESK.id, DESK.secret);
        assert_eq!(house.send("us", &request).await.brief(), BROKEN);
        assert_eq!(house.exchange("us", &DESK, &code).await.brief(), BROKEN);
        assert_eq!(house.refresh("us", &DESK, &tokens.refresh).await.brief(), BROKEN);
        // What can be told without the store is still told.
        assert_eq!(house.refresh("us", &DESK, "x").await.brief(), INVALID_CODE);
        assert_eq!(house.user_info("us", &tokens.access).await.brief(), BROKEN);
    })
    .await;
}

#[tokio::test]
async fn f10_each_organizations_grant_is_revoked_alone() {
    for_each_store(async |house| {
        for door in DOORS {
            let ask = door.ask(&DESK).with("scope", "ZohoBigin.org.ALL AaaServer.profile.READ");
            let one = door.tokens(house, &ask, &DESK, &BOB).await;
            let two = door.tokens(house, &ask, &DESK, &Person { organization: "10002", ..BOB }).await;
            door.revoke(house, "us", &DESK, &one.refresh).await;
            assert!(!house.alive("us", &one.access).await, "{door:?}");
            door.refused(&door.refresh(house, "us", &DESK, &one.refresh).await, "revoked");
            assert!(house.alive("us", &two.access).await, "{door:?}");
            door.renewed(house, "us", &DESK, &two.refresh).await;
        }
    })
    .await;
}
