//! What a client finds out by itself (case J08; client-expectations 13), and which origins may ask (A16).

use super::*;

const DOCUMENT: &str = "/oauth2/.well-known/openid-configuration";

#[tokio::test]
async fn j08_the_metadata_is_whole_and_names_only_this_dialect() {
    for_each_store(async |house| {
        for location in ["us", "eu", "cn"] {
            let issuer = issuer(house, location);
            let reply = house.send(location, &Request::get(DOCUMENT)).await;
            assert_eq!((reply.status, reply.header("cache-control")), (200, Some("public, max-age=3600")));
            assert!(reply.header("content-type").unwrap().starts_with("application/json"));
            let document = reply.json();
            assert_eq!(document["issuer"], issuer.as_str());
            let elsewhere = house.send(location, &Request::get("/.well-known/oauth-authorization-server/oauth2")).await;
            assert_eq!(elsewhere.json(), document);
            let endpoints: Vec<(&String, &str)> = document
                .as_object()
                .unwrap()
                .iter()
                .filter_map(|(name, value)| value.as_str().map(|text| (name, text)))
                .collect();
            assert_eq!(endpoints.len(), 9, "{endpoints:?}");
            for (name, url) in endpoints {
                assert!(url == issuer || url.starts_with(&format!("{issuer}/")), "{name}: {url}");
            }
            for (name, expected) in [
                ("response_types_supported", vec!["code"]),
                ("response_modes_supported", vec!["query", "form_post"]),
                ("code_challenge_methods_supported", vec!["S256"]),
                ("subject_types_supported", vec!["public"]),
                ("id_token_signing_alg_values_supported", vec!["RS256", "ES256"]),
                ("prompt_values_supported", vec!["none", "login", "consent", "select_account"]),
            ] {
                assert_eq!(document[name], serde_json::json!(expected), "{name}");
            }
            assert_eq!(document["authorization_response_iss_parameter_supported"], true);
            assert_eq!(document["request_uri_parameter_supported"], false, "left out it would mean true");
            let keys = house.send(location, &Request::get("/oauth2/jwks")).await.json();
            assert_eq!(keys, house.send(location, &Request::get("/oauth/v2/keys")).await.json());
            assert!(keys["keys"].as_array().unwrap().iter().all(|key| key["kid"].is_string() && key["d"].is_null()));
        }
    })
    .await;
}

#[tokio::test]
async fn j08_every_endpoint_that_is_named_answers() {
    for_each_store(async |house| {
        let document = house.send("us", &Request::get(DOCUMENT)).await.json();
        for (name, value) in document.as_object().unwrap() {
            let Some(url) = value.as_str().filter(|_| name != "issuer") else { continue };
            let path = url.strip_prefix(house.url("us")).unwrap();
            let (got, posted) = (
                house.send("us", &Request::get(path)).await.status,
                house.send("us", &Request::form(path, &[("x", "1")])).await.status,
            );
            assert!(got != 404 && posted != 404, "{name} at {path}: {got} {posted}");
            assert!(got < 500 && posted < 500, "{name} at {path}: {got} {posted}");
            assert!(got != 405 || posted != 405, "{name} at {path}");
            let removed = house.send("us", &Request::new("DELETE", path)).await;
            assert_eq!(removed.status, 405, "{name} at {path}");
        }
        let head = house.send("us", &Request::new("HEAD", DOCUMENT)).await;
        assert_eq!((head.status, head.header("allow")), (405, Some("GET")));
    })
    .await;
}

/// What a list of the metadata says.
fn list(document: &serde_json::Value, name: &str) -> Vec<String> {
    let all = document[name].as_array().unwrap_or_else(|| panic!("no {name}"));
    all.iter().map(|value| value.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn j08_what_is_advertised_is_what_is_accepted() {
    for_each_store(async |house| {
        let document = house.send("us", &Request::get(DOCUMENT)).await.json();
        let mut browser = browser_of(house, &ALICE).await;
        // At the authorization endpoint: everything, advertised or not, with the error a stranger to the list gets.
        for (list_name, parameter, others, error) in [
            (
                "response_types_supported",
                "response_type",
                &["token", "id_token", "code token", "none"][..],
                "unsupported_response_type",
            ),
            ("response_modes_supported", "response_mode", &["fragment", "jwt", "web_message"], "invalid_request"),
            (
                "code_challenge_methods_supported",
                "code_challenge_method",
                &["plain", "S512", "s256"],
                "invalid_request",
            ),
            ("prompt_values_supported", "prompt", &["create", "internal"], "invalid_request"),
        ] {
            for value in list(&document, list_name) {
                let reply = sent(house, &mut browser, &ask(&DESK).with(parameter, &value)).await;
                let refused = reply.header("location").is_some_and(|l| l.contains(&format!("error={error}&")));
                assert!(!refused, "{parameter}={value}: {reply:?}");
            }
            for value in others {
                let end = callback(&sent(house, &mut browser, &ask(&DESK).with(parameter, value)).await);
                assert_eq!(end.get("error"), Some(error), "{parameter}={value}");
            }
        }
        for scope in list(&document, "scopes_supported") {
            let reply = sent(house, &mut browser, &ask(&DESK).with("scope", &scope)).await;
            assert_eq!(reply.status, 200, "{scope}: {reply:?}");
        }
        // At the token endpoint: what is not advertised is not known, what is may still be refused.
        let grants = list(&document, "grant_types_supported");
        let others = ["password", "implicit", "urn:ietf:params:oauth:grant-type:token-exchange", "device_token"];
        for grant in grants.iter().map(String::as_str).chain(others) {
            let fields = [("grant_type", grant), ("client_id", DESK.id), ("client_secret", DESK.secret)];
            let error = house.post("us", "/oauth2/token", &fields).await.text("error");
            assert_eq!(error == "unsupported_grant_type", !grants.iter().any(|g| g == grant), "{grant}: {error}");
        }
        // Ways to authenticate. Introspection is for who can.
        let refreshing = [("grant_type", "refresh_token"), ("refresh_token", "x")];
        let methods = list(&document, "token_endpoint_auth_methods_supported");
        assert_eq!(methods, ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"]);
        assert_eq!(list(&document, "introspection_endpoint_auth_methods_supported"), methods[..3]);
        for (path, fields) in [("/oauth2/token", &refreshing[..]), ("/oauth2/introspect", &[("token", "x")])] {
            let by_basic = house.send("us", &Request::form(path, fields).basic(DESK.id, DESK.secret)).await;
            let post = [fields, &[("client_id", DESK.id), ("client_secret", DESK.secret)]].concat();
            let by_post = house.post("us", path, &post).await;
            let by_none = house.post("us", path, &[fields, &[("client_id", POCKET.id)]].concat()).await;
            for (reply, good) in [(by_basic, true), (by_post, true), (by_none, path == "/oauth2/token")] {
                assert_eq!(reply.status != 401, good, "{path}: {reply:?}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a16_only_registered_origins_may_read_and_never_with_cookies() {
    for_each_store(async |house| {
        let own = "https://panel.zylker.example";
        let entry = format!(
            "[[client]]\nid = \"1000.ZYLKERSPA0000000000000000000S\"\nsecret = \"canary-made-secret\"\ntype = \"browser\"\n\
             name = \"Spa\"\nredirect_uris = [\"{own}/callback\"]\njavascript_domains = [\"{own}\"]\n\
             cors_origins = [\"{own}\"]\ndata_centers = [\"us\"]\n"
        );
        let allowed = |reply: &Reply| reply.header("access-control-allow-origin").map(str::to_owned);
        let from = |path: &str, origin: &str| Request::get(path).header("origin", origin);
        assert_eq!(allowed(&house.send("us", &from(DOCUMENT, own)).await), None, "not registered yet");
        house.provision(&entry).await;
        eventually("the origin is known", async || {
            allowed(&house.send("us", &from(DOCUMENT, own)).await).as_deref() == Some(own)
        })
        .await;
        for path in [DOCUMENT, "/oauth2/jwks", "/oauth2/userinfo"] {
            let reply = house.send("us", &from(path, own)).await;
            assert_eq!(allowed(&reply).as_deref(), Some(own), "{path}");
            assert_eq!(reply.header("access-control-allow-credentials"), None);
            assert!(reply.headers_named("vary").any(|v| v.contains("origin")), "{path}: {reply:?}");
            for other in ["https://evil.example", "null", "https://panel.zylker.example.evil.example", "*"] {
                assert_eq!(allowed(&house.send("us", &from(path, other)).await), None, "{path} from {other}");
            }
            let preflight = |origin: &str| {
                Request::new("OPTIONS", path)
                    .header("origin", origin)
                    .header("access-control-request-method", "GET")
                    .header("access-control-request-headers", "authorization")
            };
            let reply = house.send("us", &preflight(own)).await;
            assert_eq!((reply.status, allowed(&reply).as_deref()), (204, Some(own)));
            assert_eq!(reply.header("access-control-allow-headers"), Some("authorization, content-type"));
            let reply = house.send("us", &preflight("https://evil.example")).await;
            assert_eq!((reply.status, allowed(&reply)), (405, None));
        }
        // Where people sign in, no page of another origin reads anything.
        for path in ["/oauth2/authorize", "/oauth2/logout", "/oauth2/authorize/consent"] {
            let reply = house.send("us", &from(path, own)).await;
            assert!(reply.headers.iter().all(|(name, _)| !name.starts_with("access-control-")), "{path}: {reply:?}");
        }
    })
    .await;
}
