//! Tokens are bound to one organization and its environment, and a resource server sees to it: the sample API with its
//! documented bodies (accounts-protocol.md sections 16 and 18; cases E08 and F10).

use serde_json::json;

use super::{answers::*, harness::*};

const CONTACTS: &str = "/bigin/v2/Contacts";
const BIGIN: &str = "ZohoBigin.modules.contacts.READ,AaaServer.profile.READ";
/// Bob, who chooses the sandbox.
const IN_SANDBOX: Person = Person { organization: "10002", ..BOB };

async fn contacts(house: &House, token: &str, organization: Option<&str>) -> Reply {
    let request = Request::get(CONTACTS).header("authorization", &format!("Zoho-oauthtoken {token}"));
    let request = match organization {
        Some(id) => request.header("orgId", id),
        None => request,
    };
    house.send("us", &request).await
}

/// Where a token's answers come from.
async fn organization(house: &House, token: &str) -> (String, String) {
    let reply = contacts(house, token, None).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let of = reply.json()["info"]["organization"].clone();
    (of["id"].as_str().unwrap().to_owned(), of["environment"].as_str().unwrap().to_owned())
}

fn no_permission(reply: &Reply) {
    assert_eq!(reply.status, 403, "{reply:?}");
    let body = reply.json();
    assert_eq!((&body["code"], &body["status"]), (&json!("NO_PERMISSION"), &json!("error")));
    assert_eq!(body["message"], "permission denied");
}

#[tokio::test]
async fn organization_binding_of_tokens_and_environments() {
    for_each_store(async |house| {
        let ask = Ask::of(&DESK).with("scope", BIGIN);
        let production = house.tokens(&ask, &DESK, &BOB).await;
        let sandbox = house.tokens(&ask, &DESK, &IN_SANDBOX).await;
        let live = ("10001".to_owned(), "production".to_owned());
        let trial = ("10002".to_owned(), "sandbox".to_owned());
        assert_eq!(organization(house, &production.access).await, live);
        assert_eq!(organization(house, &sandbox.access).await, trial);
        // A sandbox's token is useless for production, and the other way.
        for (tokens, own, other) in [(&production, "10001", "10002"), (&sandbox, "10002", "10001")] {
            assert_eq!(contacts(house, &tokens.access, Some(own)).await.status, 200);
            no_permission(&contacts(house, &tokens.access, Some(other)).await);
            no_permission(&contacts(house, &tokens.access, Some("")).await);
        }
        // A refresh token makes tokens of its own organization only, whatever comes along.
        for (tokens, expected) in [(&production, &live), (&sandbox, &trial)] {
            for extra in [("organization", "10001"), ("soid", "ZohoBigin.10002"), ("environment", "production")] {
                let mut fields = refreshing(&DESK, &tokens.refresh);
                fields.push(extra);
                let made = Tokens::of(&house.post("us", TOKEN, &fields).await);
                assert_eq!(organization(house, &made.access).await, *expected, "{extra:?}");
            }
        }
        // Introspection says so as well.
        let asked = Request::form("/oauth/v2/introspect", &[("token", &sandbox.access)]).basic(DESK.id, DESK.secret);
        let told = house.send("us", &asked).await;
        assert_eq!((told.text("org_id").as_str(), told.text("environment").as_str()), ("10002", "sandbox"));
        // Revoking one organization's leaves the other's alone.
        assert_eq!(house.revoke("us", &sandbox.refresh).await.brief(), REVOKED);
        assert_eq!(contacts(house, &sandbox.access, None).await.status, 401);
        assert_eq!(organization(house, &production.access).await, live);
    })
    .await;
}

#[tokio::test]
async fn a_token_keeps_its_environment_because_its_organization_does() {
    for_each_store(async |house| {
        let ask = Ask::of(&DESK).with("scope", BIGIN);
        let tokens = house.tokens(&ask, &DESK, &IN_SANDBOX).await;
        let trial = ("10002".to_owned(), "sandbox".to_owned());
        let entry = "[[organization]]\nid = \"10002\"\nname = \"Zylker Trial\"\ndata_center = \"us\"\n";
        for environment in ["", "environment = \"production\"\n", "environment = \"developer\"\n"] {
            let told = house.provision_refused(&format!("{entry}{environment}")).await;
            assert!(told.contains("organization 10002 is a sandbox organization and cannot become"), "{told}");
            assert_eq!(organization(house, &tokens.access).await, trial);
        }
        // Another name is no other environment.
        house.provision(&format!("{entry}environment = \"sandbox\"\n")).await;
        assert_eq!(organization(house, &tokens.access).await, trial);
        // Removed and made anew elsewhere it is another organization: the old token opens nothing of it.
        let moved = FIXTURE.replace("environment = \"sandbox\"", "environment = \"developer\"");
        let without = FIXTURE.split("[[organization]]").filter(|part| !part.contains("10002")).collect::<Vec<_>>();
        let without = without.join("[[organization]]").replace("[\"10001\", \"10002\"]", "[\"10001\"]");
        house.prune_to(&without).await;
        house.provision(&moved).await;
        assert_eq!(contacts(house, &tokens.access, None).await.status, 401);
        assert_eq!(house.refresh("us", &DESK, &tokens.refresh).await.brief(), INVALID_CODE);
        let fresh = house.tokens(&ask, &DESK, &IN_SANDBOX).await;
        assert_eq!(organization(house, &fresh.access).await, ("10002".to_owned(), "developer".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn sample_resource_server_answers_as_documented() {
    for_each_store(async |house| {
        let tokens = house.tokens(&Ask::of(&DESK).with("scope", BIGIN), &DESK, &ALICE).await;
        for scheme in ["Zoho-oauthtoken", "Bearer", "bearer", "ZOHO-OAUTHTOKEN"] {
            let request = Request::get(CONTACTS).header("authorization", &format!("{scheme} {}", tokens.access));
            assert_eq!(house.send("us", &request).await.status, 200, "{scheme}");
        }
        let refused = |code: &str, message: &str| {
            (401, format!(r#"{{"code":"{code}","details":{{}},"message":"{message}","status":"error"}}"#))
        };
        let brief = |reply: Reply| (reply.status, reply.body);
        // Only in the header: a parameter is not looked at.
        let in_query = Request::get(&format!("{CONTACTS}?access_token={}", tokens.access));
        let missing = refused("AUTHENTICATION_FAILURE", "Authentication failed");
        assert_eq!(brief(house.send("us", &in_query).await), missing);
        assert_eq!(brief(house.send("us", &Request::get(CONTACTS)).await), missing);
        let invalid = refused("INVALID_TOKEN", "invalid oauth token");
        for token in ["x", &tokens.refresh, &tokens.access[1..]] {
            assert_eq!(brief(contacts(house, token, None).await), invalid, "{token}");
        }
        let narrow = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let mismatch = refused("OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL");
        assert_eq!(brief(contacts(house, &narrow.access, None).await), mismatch);
        house.advance(3600);
        assert_eq!(brief(contacts(house, &tokens.access, None).await), invalid);
    })
    .await;
}
