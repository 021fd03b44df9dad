//! Which client speaks, and how it proves it (cases D01, D02, D03, D05, D06).

use data_encoding::BASE64;

use super::{answers::*, harness::*};
use crate::provision::secrets;

/// Asks with a refresh token and these credentials.
async fn ask(house: &House, refresh: &str, credentials: &[(&str, &str)]) -> Reply {
    let mut fields = vec![("grant_type", "refresh_token"), ("refresh_token", refresh)];
    fields.extend_from_slice(credentials);
    house.post("us", TOKEN, &fields).await
}

/// Asks with an `Authorization` header and perhaps parameters.
async fn ask_basic(house: &House, refresh: &str, headers: &[&str], credentials: &[(&str, &str)]) -> Reply {
    let mut fields = vec![("grant_type", "refresh_token"), ("refresh_token", refresh)];
    fields.extend_from_slice(credentials);
    let mut request = Request::form(TOKEN, &fields);
    for header in headers {
        request = request.header("authorization", header);
    }
    house.send("us", &request).await
}

fn basic(text: &str) -> String {
    format!("Basic {}", BASE64.encode(text.as_bytes()))
}

fn is_token(reply: &Reply) -> bool {
    reply.status == 200 && !reply.text("access_token").is_empty()
}

#[tokio::test]
async fn d01_d02_a_confidential_client_needs_its_own_secret() {
    for_each_store(async |house| {
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let (right, id) = (DESK.secret, DESK.id);
        let upper = right.to_uppercase();
        let longer = format!("{right}x");
        for secret in
            [Some("wrong"), Some(""), None, Some(OTHER.secret), Some(POCKET.secret), Some(&upper), Some(&longer)]
        {
            for wrong in [&right[1..], &right[..right.len() - 1]] {
                assert_eq!(
                    ask(house, &tokens.refresh, &[("client_id", id), ("client_secret", wrong)]).await.brief(),
                    INVALID_SECRET
                );
            }
            let mut credentials = vec![("client_id", id)];
            credentials.extend(secret.map(|s| ("client_secret", s)));
            assert_eq!(ask(house, &tokens.refresh, &credentials).await.brief(), INVALID_SECRET, "{secret:?}");
            let header = basic(&format!("{id}:{}", secret.unwrap_or_default()));
            let reply = ask_basic(house, &tokens.refresh, &[&header], &[]).await;
            assert_eq!(reply.brief(), INVALID_SECRET, "{secret:?} by Basic");
            assert_eq!(reply.header("www-authenticate"), None, "status 200 in this dialect");
            assert_eq!(reply.header("cache-control"), Some("no-store"));
        }
        // Unknown, empty, absent, disabled: the client (decision 6).
        for unknown in [Some("1000.NOBODY"), Some(""), None, Some(GONE.id), Some("1000.zylkerdesk0000000000000000000a")]
        {
            let mut credentials: Vec<(&str, &str)> = unknown.map(|id| ("client_id", id)).into_iter().collect();
            credentials.push(("client_secret", GONE.secret));
            assert_eq!(ask(house, &tokens.refresh, &credentials).await.brief(), INVALID_CLIENT, "{unknown:?}");
        }
        // The id alone never falls back to "public", on either grant, for any type that has a secret.
        for app in [DESK, OTHER, SPLIT, NARROW, SCREEN, ODD] {
            for grant in ["authorization_code", "refresh_token"] {
                let fields = [("grant_type", grant), ("client_id", app.id), ("code", "x"), ("refresh_token", "x")];
                let reply = house.post("us", TOKEN, &fields).await;
                assert_eq!(reply.brief(), INVALID_SECRET, "{} {grant}", app.id);
            }
        }
        // A mobile client may leave its secret out, but not send a wrong one.
        let fields = [("client_id", POCKET.id), ("client_secret", DESK.secret)];
        assert_eq!(ask(house, &tokens.refresh, &fields).await.brief(), INVALID_SECRET);
        assert_eq!(ask(house, &tokens.refresh, &fields[..1]).await.brief(), INVALID_CODE, "not its token");
        assert!(is_token(&house.refresh("us", &DESK, &tokens.refresh).await), "nothing was spent");
    })
    .await;
}

#[tokio::test]
async fn d03_basic_in_both_readings_and_beside_parameters() {
    for_each_store(async |house| {
        let refresh = house.tokens(&Ask::of(&ODD), &ODD, &ALICE).await.refresh;
        let (id, secret) = (ODD.id, ODD.secret);
        let form: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        let percent = form.replace('+', "%20");
        let (raw, encoded, spaced) =
            (basic(&format!("{id}:{secret}")), basic(&format!("{id}:{form}")), basic(&format!("{id}:{percent}")));
        let dotted = basic(&format!("{}:{form}", id.replace('.', "%2E")));
        for header in [&raw, &encoded, &spaced, &dotted] {
            assert!(is_token(&ask_basic(house, &refresh, &[header], &[]).await), "{header}");
        }
        for scheme in ["basic ", "BASIC ", "bAsIc  "] {
            let header = raw.replace("Basic ", scheme);
            assert!(is_token(&ask_basic(house, &refresh, &[&header], &[]).await), "{header}");
        }
        // Equal credentials in both places pass (decision 12), different ones conflict (decision 19).
        let both = [("client_id", id), ("client_secret", secret)];
        for credentials in [&both[..], &both[..1], &both[1..]] {
            assert!(is_token(&ask_basic(house, &refresh, &[&raw], credentials).await));
            assert!(is_token(&ask_basic(house, &refresh, &[&encoded], credentials).await));
        }
        for credentials in
            [[("client_id", DESK.id), ("client_secret", secret)], [("client_id", id), ("client_secret", DESK.secret)]]
        {
            for header in [&raw, &encoded] {
                assert_eq!(ask_basic(house, &refresh, &[header], &credentials).await.brief(), INVALID_REQUEST);
            }
        }
        // Broken headers are the client's fault, whatever stands in the parameters.
        let no_colon = basic("no-colon-here");
        let not_utf8 = format!("Basic {}", BASE64.encode(b"1000.A:\xff\xfe"));
        let nul = basic(&format!("{id}:\0"));
        for header in ["Basic !!!", "Basic", "basic ", "Basic a", &no_colon, &not_utf8, &nul, "Basic MTAwMC5BOmI"] {
            for credentials in [&both[..], &[]] {
                let reply = ask_basic(house, &refresh, &[header], credentials).await;
                assert_eq!(reply.brief(), INVALID_CLIENT, "{header}");
            }
        }
        assert_eq!(ask_basic(house, &refresh, &[&raw, &raw], &both).await.brief(), INVALID_CLIENT, "two headers");
        assert_eq!(ask_basic(house, &refresh, &[&basic(":x")], &[]).await.brief(), INVALID_CLIENT, "no id");
        // Other schemes are none of its business.
        for header in ["Bearer x", "Zoho-oauthtoken x", "Digest username=\"x\"", "BasicX y", "x"] {
            assert!(is_token(&ask_basic(house, &refresh, &[header], &both).await), "{header}");
            assert_eq!(ask_basic(house, &refresh, &[header], &[]).await.brief(), INVALID_CLIENT, "{header}");
        }
    })
    .await;
}

#[tokio::test]
async fn d05_a_replaced_secret_dies_everywhere_within_a_second() {
    for_each_store(async |house| {
        let refresh = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await.refresh;
        let at_eu = house.tokens(&Ask::of(&DESK), &DESK, &CARLA).await.refresh;
        house.provision(&FIXTURE.replace(DESK.secret, "canary-desk-secret-0002")).await;
        let new = App { secret: "canary-desk-secret-0002", ..DESK };
        for (location, refresh) in [("us", &refresh), ("eu", &at_eu)] {
            eventually("the old secret's end", async || {
                house.refresh(location, &DESK, refresh).await.brief() == INVALID_SECRET
            })
            .await;
            assert!(is_token(&house.refresh(location, &new, refresh).await), "{location}");
        }
        assert_eq!(house.refresh("us", &DESK, &refresh).await.brief(), INVALID_SECRET, "for good");
    })
    .await;
}

#[tokio::test]
async fn d06_secrets_and_permission_per_data_center() {
    for_each_store(async |house| {
        let at_eu = App { secret: SPLIT_EU_SECRET, ..SPLIT };
        let us = house.tokens(&Ask::of(&SPLIT), &SPLIT, &ALICE).await;
        let eu = house.tokens(&Ask::of(&at_eu), &at_eu, &CARLA).await;
        assert!(is_token(&house.refresh("us", &SPLIT, &us.refresh).await));
        assert!(is_token(&house.refresh("eu", &at_eu, &eu.refresh).await));
        assert_eq!(house.refresh("us", &at_eu, &us.refresh).await.brief(), INVALID_SECRET);
        assert_eq!(house.refresh("eu", &SPLIT, &eu.refresh).await.brief(), INVALID_SECRET);
        // One secret for all.
        assert!(is_token(
            &house.refresh("eu", &DESK, &house.tokens(&Ask::of(&DESK), &DESK, &CARLA).await.refresh).await
        ));
        // Not enabled there: no page leads to a code, and the token endpoint knows no such client.
        let ask = Ask::of(&US_ONLY);
        let (_, page) = Browser::default().walk(house, &ask.url(house), &CARLA, None).await;
        assert_eq!((page.status, page.header("location")), (400, None));
        assert!(page.body.contains("ERROR_invalid_client"));
        assert_eq!(house.refresh("eu", &US_ONLY, &eu.refresh).await.brief(), INVALID_CLIENT);
        let wrong = App { secret: "wrong-secret", ..US_ONLY };
        assert_eq!(house.refresh("eu", &wrong, &eu.refresh).await.brief(), INVALID_CLIENT, "told before the secret");
        house.tokens(&ask, &US_ONLY, &ALICE).await;
    })
    .await;
}

#[tokio::test]
async fn d05_two_secrets_live_during_a_rotation() {
    for_each_store(async |house| {
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let with = |secret: String| ask_with(house, tokens.refresh.clone(), secret);
        let first = house.beside(|shop| secrets::list(shop, DESK.id)).await.unwrap();
        assert_eq!(first.len(), 1);
        let added = house.beside(|shop| secrets::add(shop, DESK.id, None, "command line")).await.unwrap();
        eventually("the new secret works", async || with(added.clone()).await).await;
        assert!(with(DESK.secret.to_owned()).await, "the old one still does");
        eventually("its use is shown", async || {
            house.beside(|shop| secrets::list(shop, DESK.id)).await.unwrap()[1].used.is_some()
        })
        .await;

        let third = house.beside(|shop| secrets::add(shop, DESK.id, None, "command line")).await.unwrap_err();
        assert_eq!(third.to_string(), "2 secrets are live there already: end one first");
        // The same provision file does not undo a rotation.
        house.provision(FIXTURE).await;
        assert!(with(added.clone()).await);

        let mark = first[0].mark.clone();
        house.beside(move |shop| secrets::end(shop, DESK.id, &mark, "command line")).await.unwrap();
        eventually("the old secret is refused", async || !with(DESK.secret.to_owned()).await).await;
        assert!(with(added.clone()).await);
        let last = house.beside(|shop| secrets::list(shop, DESK.id)).await.unwrap();
        let mark = last[0].mark.clone();
        let refused = house.beside(move |shop| secrets::end(shop, DESK.id, &mark, "command line")).await.unwrap_err();
        assert_eq!(refused.to_string(), "this is the last one: add another first");
        let unknown = house.beside(|shop| secrets::list(shop, "1000.NOBODY")).await.unwrap_err();
        assert_eq!(unknown.to_string(), "no client has the id \"1000.NOBODY\"");
    })
    .await;
}

async fn ask_with(house: &House, refresh: String, secret: String) -> bool {
    is_token(&ask(house, &refresh, &[("client_id", DESK.id), ("client_secret", &secret)]).await)
}
