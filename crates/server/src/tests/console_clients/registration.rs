//! A registration looked at, changed, disabled, enabled and deleted.

use super::kit::*;
use crate::tests::harness::*;

/// The form of a server-based application as its page has it.
const FORM: [(&str, &str); 6] = [
    ("name", "Changed"),
    ("description", "Keeps the desk tidy"),
    ("homepage_url", "https://changed.example/"),
    ("redirect_uris", "http://127.0.0.1:9901/callback\nhttp://127.0.0.1:9902/other"),
    ("data_center", "us"),
    ("standard", "yes"),
];

#[tokio::test]
async fn a_change_holds_within_a_second() {
    for_each_store(async |house| {
        let mut alice = developer(house, &ALICE).await;
        let made = alice.server("Before").await;
        let app = made.app("http://127.0.0.1:9902/other");
        let ask = Ask::of(&app);
        let refused = house.send("us", &Request::get(&format!("{}?{}", ask.path(), encoded(&ask.parameters)))).await;
        assert_eq!(refused.status, 400);
        let reply = alice.post(&made.path(""), &FORM).await;
        assert_eq!(
            (reply.status, reply.header("location")),
            (303, Some(made.path("?done=saved").as_str())),
            "{reply:?}"
        );
        let page = alice.page(&made.path("?done=saved")).await;
        assert!(page.contains("role=\"status\"") && page.contains("Saved."));
        assert_eq!(value(&page, "name").as_deref(), Some("Changed"));
        eventually("the new redirect URI", async || {
            let path = format!("{}?{}", ask.path(), encoded(&ask.parameters));
            house.send("us", &Request::get(&path)).await.status == 200
        })
        .await;
        assert!(house.alive("us", &house.tokens(&ask, &app, &ALICE).await.access).await);
        // Users of eu may not use it any more.
        let url = Ask::of(&app).at("eu").url(house);
        let (_, page) = Browser::default().walk(house, &url, &CARLA, None).await;
        assert!(page.header("location").is_none() && page.status == 400, "{page:?}");
        let row = house.audit("us").await.into_iter().find(|row| row.event == "client_changed").unwrap();
        let fields: Vec<&str> = row.detail.split("; ").filter_map(|field| Some(field.split_once(": ")?.0)).collect();
        assert_eq!(fields, ["name", "description", "homepage_url", "redirect_uris", "data_centers"]);
        assert!(row.detail.starts_with("name: \"Before\" -> \"Changed\"; "), "{}", row.detail);
        assert!(
            row.detail.contains(" -> http://127.0.0.1:9901/callback http://127.0.0.1:9902/other; "),
            "{}",
            row.detail
        );
        // Saving the same once more changes nothing and says so nowhere.
        alice.post(&made.path(""), &FORM).await;
        let rows = house.audit("us").await;
        assert_eq!(rows.iter().filter(|row| row.event == "client_changed").count(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_description_and_homepage_are_shown_to_those_who_are_asked() {
    for_one_store(async |house| {
        let mut alice = developer(house, &ALICE).await;
        let made = alice.server("Asking").await;
        alice.post(&made.path(""), &with(&FORM, "description", "<b>bold</b> & \"quoted\"")).await;
        let app = made.app(CALLBACK);
        let url = Ask::of(&app).url(house);
        let (_, page) = Browser::default().walk(house, &url, &ALICE, Some("decision")).await;
        assert!(page.body.contains("&#60;b&#62;bold&#60;/b&#62;") && !page.body.contains("<b>bold"), "{page:?}");
    })
    .await;
}

#[tokio::test]
async fn settings_of_the_standard_dialect_are_checked() {
    for_one_store(async |house| {
        let mut alice = developer(house, &ALICE).await;
        let made = alice.server("Standard").await;
        for (name, bad, field) in [
            ("jwks_uri", "http://elsewhere.example/jwks", "jwks_uri"),
            ("jwks", "{\"keys\": 1}", "jwks"),
            ("id_token_signing_alg", "none", "id_token_signing_alg"),
            ("token_endpoint_auth_method", "tls", "token_endpoint_auth_method"),
            ("token_endpoint_auth_method", "private_key_jwt", "jwks_uri"),
            ("post_logout_redirect_uris", "javascript:alert(1)", "post_logout_redirect_uris"),
            ("cors_origins", "https://a.example/page", "cors_origins"),
        ] {
            let reply = alice.post(&made.path(""), &with(&FORM, name, bad)).await;
            assert!(reply.status == 422 && fault(&reply.body, field).is_some(), "{name}={bad}: {reply:?}");
            assert!(reply.body.contains("<details class=\"more\" open>"), "what is wrong is in sight");
        }
        let mut fields = FORM.to_vec();
        fields.extend([
            ("jwks", "{\n \"keys\": []\n}"),
            ("token_endpoint_auth_method", "private_key_jwt"),
            ("id_token_signing_alg", "ES256"),
            ("post_logout_redirect_uris", "https://changed.example/bye"),
            ("cors_origins", "https://changed.example"),
        ]);
        assert_eq!(alice.post(&made.path(""), &fields).await.status, 303);
        let page = alice.page(&made.path("")).await;
        assert!(page.contains("<option value=\"ES256\" selected>") && page.contains("https://changed.example/bye"));
    })
    .await;
}

#[tokio::test]
async fn a_disabled_application_is_refused_until_it_is_enabled() {
    for_each_store(async |house| {
        let mut alice = developer(house, &ALICE).await;
        let made = alice.server("Sleeper").await;
        let app = made.app(CALLBACK);
        let tokens = house.tokens(&Ask::of(&app), &app, &ALICE).await;
        let reply = alice.post(&made.path("/state"), &[("do", "disable")]).await;
        assert_eq!(reply.header("location"), Some(made.path("?done=disabled").as_str()));
        eventually("disabled", async || {
            house.refresh("us", &app, &tokens.refresh).await.text("error") == "invalid_client"
        })
        .await;
        assert!(alice.page("/console").await.contains("disabled"));
        assert!(alice.page(&made.path("")).await.contains("value=\"enable\""));
        alice.post(&made.path("/state"), &[("do", "enable")]).await;
        eventually("enabled", async || house.refresh("us", &app, &tokens.refresh).await.text("error").is_empty()).await;
        assert_eq!(alice.post(&made.path("/state"), &[("do", "explode")]).await.status, 303);
        // The clock stands still: rows of one moment are in no order.
        let mut details: Vec<String> =
            house.audit("us").await.into_iter().filter(|r| r.event == "client_changed").map(|r| r.detail).collect();
        details.sort();
        assert_eq!(details, ["disabled", "enabled"]);
    })
    .await;
}

#[tokio::test]
async fn deleting_asks_for_the_name_and_ends_everything() {
    for_each_store(async |house| {
        let mut alice = developer(house, &ALICE).await;
        let made = alice.server("Short Lived").await;
        let app = made.app(CALLBACK);
        let tokens = house.tokens(&Ask::of(&app), &app, &ALICE).await;
        for wrong in ["", "short lived", "Short Lived 2"] {
            let reply = alice.post(&made.path("/delete"), &[("confirm", wrong)]).await;
            let told = fault(&reply.body, "confirm").unwrap();
            assert!(reply.status == 422 && told.starts_with("Type the name exactly"), "{told}");
        }
        assert!(house.alive("us", &tokens.access).await);
        let reply = alice.post(&made.path("/delete"), &[("confirm", "Short Lived")]).await;
        assert_eq!((reply.status, reply.header("location")), (303, Some("/console?done=removed")));
        assert!(alice.page("/console?done=removed").await.contains("The application was deleted"));
        assert!(!alice.page("/console").await.contains("Short Lived"));
        assert_eq!(alice.get(&made.path("")).await.status, 404);
        eventually("gone", async || house.refresh("us", &app, &tokens.refresh).await.text("error") == "invalid_client")
            .await;
        eventually("its token is dead", async || !house.alive("us", &tokens.access).await).await;
        let row = house.audit("us").await.into_iter().find(|row| row.event == "client_removed").unwrap();
        assert_eq!((row.client_id.as_deref(), row.detail.as_str()), (Some(made.id.as_str()), "Short Lived"));
        // The account page shows no trace of it.
        assert!(!alice.page("/").await.contains(&made.id));
    })
    .await;
}

#[tokio::test]
async fn what_an_operator_gave_by_name_stays() {
    for_one_store(async |house| {
        house
            .provision(
                "[[client]]\nid = \"1000.ZYLKERGIVEN00000000000000000001\"\nsecret = \"canary-given-secret-1\"\n\
                 type = \"server\"\nname = \"Given\"\nowner = \"alice@zylker.example\"\n\
                 redirect_uris = [\"https://given.example/cb\"]\ngrant_types = [\"authorization_code\"]\n\
                 scopes = [\"AaaServer.profile.READ\"]\nlegacy_token_body = true\ndata_centers = [\"us\", \"eu\"]\n",
            )
            .await;
        let mut alice = developer(house, &ALICE).await;
        let path = "/console/1000.ZYLKERGIVEN00000000000000000001";
        let page = alice.page(path).await;
        assert!(page.contains("Scopes it may ask for") && page.contains("Grants it may use"));
        assert_eq!(alice.post(path, &FORM).await.status, 303);
        let id = "1000.ZYLKERGIVEN00000000000000000001";
        let directory = &house.room("us").house.directory;
        let there = directory.read(move |tx| tx.registration(id)).await.unwrap().unwrap();
        assert_eq!(there.client.grant_types, ["authorization_code"]);
        assert_eq!(there.client.scopes, ["AaaServer.profile.READ"]);
        assert!(there.client.settings.legacy_token_body);
        assert_eq!((there.client.name.as_str(), there.description.as_str()), ("Changed", "Keeps the desk tidy"));
    })
    .await;
}
