//! What the capability table of `docs/accounts-dialect.md` asks for and no other file has by itself: shapes, headers, the
//! registry, and the audit.

use grantor_store::AuditRow;

use super::{answers::*, harness::*};

#[tokio::test]
async fn identifiers_have_the_documented_shapes() {
    for_each_store(async |house| {
        let code = house.code(&Ask::of(&DESK), &ALICE).await;
        let tokens = Tokens::of(&house.exchange("us", &DESK, &code).await);
        let begun = [("grant_type", "device_request"), ("client_id", SCREEN.id), ("scope", "AaaServer.profile.READ")];
        let device = house.post("us", "/oauth/v3/device/code", &begun).await.text("device_code");
        for (text, prefix) in [(&code, "1000"), (&tokens.access, "1000"), (&tokens.refresh, "1000"), (&device, "1004")]
        {
            let parts: Vec<&str> = text.split('.').collect();
            assert_eq!(parts.len(), 3, "{text}");
            assert_eq!(parts[0], prefix, "{text}");
            for half in &parts[1..] {
                let hex = half.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
                assert!(half.len() == 32 && hex, "{text}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn data_center_registry_names_each_place_of_its_own() {
    for_each_store(async |house| {
        for (person, location) in [(&ALICE, "us"), (&CARLA, "eu"), (&LIN, "cn")] {
            let ask = Ask::of(&DESK).at(location);
            let callback = Browser::default().authorize(house, &ask, person).await;
            assert_eq!(callback.get("location"), Some(location));
            assert_eq!(callback.get("accounts-server"), Some(house.url(location)));
            let reply = house.exchange(location, &DESK, &callback.code()).await;
            assert_eq!(reply.text("api_domain"), format!("https://api.{location}.zylker.example"));
        }
    })
    .await;
}

#[tokio::test]
async fn response_headers_of_json_answers() {
    for_each_store(async |house| {
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let refreshed = house.refresh("us", &DESK, &tokens.refresh).await;
        let refused = house.refresh("us", &DESK, "x").await;
        let not_posted = house.send("us", &Request::get(TOKEN)).await;
        let revoked = house.revoke("us", &tokens.refresh).await;
        let told = house.user_info("us", "x").await;
        for reply in [refreshed, refused, not_posted, revoked, told] {
            assert_eq!(reply.header("content-type"), Some("application/json;charset=UTF-8"), "{reply:?}");
            assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{reply:?}");
            assert_eq!(reply.header("x-frame-options"), Some("SAMEORIGIN"), "{reply:?}");
            assert_eq!(reply.header("cache-control"), Some("no-store"), "{reply:?}");
            assert_eq!(reply.header("pragma"), Some("no-cache"), "{reply:?}");
            assert!(reply.header("x-request-id").is_some(), "{reply:?}");
            assert_eq!(reply.header("content-length"), Some(reply.body.len().to_string().as_str()));
            assert_eq!(reply.header("set-cookie"), None);
        }
    })
    .await;
}

#[tokio::test]
async fn audit_tells_who_granted_what_to_which_client_and_when_it_was_revoked() {
    for_each_store(async |house| {
        let ask = Ask::of(&DESK).with("scope", "ZohoBigin.org.READ,AaaServer.profile.READ");
        let tokens = house.tokens(&ask, &DESK, &ALICE).await;
        house.advance(60);
        assert_eq!(house.revoke("us", &tokens.refresh).await.brief(), REVOKED);
        let rows = house.audit("us").await;
        let told =
            |event: &str| rows.iter().find(|row| row.event == event).unwrap_or_else(|| panic!("{event}: {rows:?}"));
        assert_eq!(told("signed_in").user.map(|user| user.0), Some(ALICE.zuid));
        let (consented, revoked) = (told("consented"), told("token_revoked"));
        for row in [consented, revoked] {
            assert_eq!(row.user.map(|user| user.0), Some(ALICE.zuid), "{row:?}");
            assert_eq!(row.client_id.as_deref(), Some(DESK.id));
            assert_eq!(row.organization_id.as_deref(), Some("10001"));
        }
        assert_eq!(consented.detail, "scopes ZohoBigin.org.READ AaaServer.profile.READ, offline");
        let at = |row: &AuditRow| row.id.made_at().millis() - START.millis();
        assert_eq!((at(consented), at(revoked)), (0, 60_000));
        assert!(rows.iter().all(|row| row.request_id.len() == 16), "each names its request");
    })
    .await;
}
