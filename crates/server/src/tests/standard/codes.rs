//! Redeeming codes at `/oauth2/token`: once in total, at either door, by its client, with proof (cases B02 to B04, C01 to
//! C04, C06 to C09, C12, J09; B06, C05 and C10 hold at both doors and stand beside the accounts dialect's).

use super::{super::harness::*, VERIFIER, issuer, kit::*};

#[tokio::test]
async fn c01_j09_the_happy_path() {
    for_each_store(async |house| {
        let ask = offline(&DESK).with("scope", "openid email ZohoBigin.modules.contacts.READ");
        let code = code(house, &ask, &ALICE).await;
        let fields = [redeeming(&DESK, &code), vec![("unknown", "x")]].concat();
        let reply = house.post("us", TOKEN2, &fields).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert_eq!(reply.header("content-type"), Some("application/json;charset=UTF-8"));
        let body = reply.json();
        assert_eq!(body["token_type"], "Bearer");
        assert_eq!(body["expires_in"], 3600);
        assert_eq!(body["scope"], "openid email ZohoBigin.modules.contacts.READ");
        assert!(!reply.text("refresh_token").is_empty());
        let token = jwt::Jwt::parse(&reply.text("id_token"));
        let keys = house.send("us", &Request::get("/oauth2/jwks")).await.json();
        assert!(token.is_of(&keys));
        let claims = &token.claims;
        assert_eq!(claims["iss"], issuer(house, "us"));
        assert_eq!(claims["aud"], DESK.id);
        assert_eq!(claims["sub"], ALICE.zuid.to_string());
        assert_eq!(claims["nonce"], "n-1");
        assert_eq!(claims["email"], ALICE.email);
        assert_eq!(claims["org_id"], ALICE.organization);
        assert_eq!(claims["auth_time"], START.seconds());
        assert!(claims["sid"].is_string());
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, reply.text("access_token").as_bytes());
        assert_eq!(jwt::bytes(claims["at_hash"].as_str().unwrap()), hash.as_ref()[..16]);
        // Online, and without openid: an access token and nothing else.
        let plain = super::ask(&DESK).with("scope", "AaaServer.profile.READ").with("prompt", "consent");
        let code = super::kit::code(house, &plain, &ALICE).await;
        let reply = redeem(house, "us", &DESK, &code).await;
        let keys: Vec<String> = reply.json().as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, ["access_token", "expires_in", "scope", "token_type"]);
        assert!(house.alive("us", &reply.text("access_token")).await);
    })
    .await;
}

#[tokio::test]
async fn c02_a_second_redemption_ends_the_tokens_of_the_first() {
    for_each_store(async |house| {
        let code = code(house, &offline(&DESK), &ALICE).await;
        let tokens = Tokens::of(&redeem(house, "us", &DESK, &code).await);
        invalid_grant(&redeem(house, "us", &DESK, &code).await);
        assert!(active(house, &DESK, &tokens.access).await, "a double click does no harm");
        let newer = Tokens::of(&refresh(house, "us", &DESK, &tokens.refresh).await);
        house.advance(11);
        invalid_grant(&redeem(house, "us", &DESK, &code).await);
        for token in [&tokens.access, &newer.access] {
            assert!(!active(house, &DESK, token).await);
        }
        invalid_grant(&refresh(house, "us", &DESK, &newer.refresh).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c03_c04_fifty_at_once_at_both_doors_give_one_success() {
    for_each_store(async |house| {
        let node = house.second_node().await;
        for round in 0..rounds(16, 200) {
            // A code of either dialect.
            let code = if round % 2 == 0 {
                code(house, &offline(&DESK), &ALICE).await
            } else {
                house.code(&Ask::of(&DESK), &ALICE).await
            };
            let standard = round % 2 == 0;
            let mut held = Vec::new();
            for n in 0..50 {
                let path = if n % 2 == 0 { TOKEN2 } else { TOKEN };
                let fields = if standard { redeeming(&DESK, &code) } else { redemption(&DESK, &code) };
                let there = node.as_ref().filter(|_| n % 4 > 1).map_or(house.url("us"), |node| node.url("us"));
                held.push(hold(there, &Request::form(path, &fields)).await);
            }
            let replies = release(held).await;
            let won: Vec<&Reply> = replies.iter().filter(|r| !r.text("access_token").is_empty()).collect();
            assert_eq!(won.len(), 1, "round {round}");
            assert!(replies.iter().all(|r| r.status < 500));
            assert!(active(house, &DESK, &won[0].text("access_token")).await);
        }
        if let Some(node) = node {
            node.stop().await;
        }
    })
    .await;
}

#[tokio::test]
async fn c11_guessed_codes_never_hit_and_are_throttled() {
    let guarded = Setup { guess_limits: true, ..Setup::default() };
    for_each_store_with(guarded, async |house| {
        let code = code(house, &offline(&DESK), &ALICE).await;
        let tokens = family(house, &DESK, &ALICE).await;
        let id = |token: &str| token.split('.').nth(1).unwrap().to_owned();
        for n in 0..340_u32 {
            // Half of them know a real identifier.
            let guessed = |real: &str| match n % 2 {
                0 => format!("1000.{}.{n:032x}", id(real)),
                _ => format!("1000.{}{n:018x}.{n:032x}", &id(real)[..14]),
            };
            let reply = match n % 4 {
                0 | 1 => redeem(house, "us", &DESK, &guessed(&code)).await,
                _ => refresh(house, "us", &DESK, &guessed(&tokens.refresh)).await,
            };
            if n < 300 {
                invalid_grant(&reply);
            } else {
                refused(&reply, 429, "temporarily_unavailable");
                assert_eq!(reply.header("retry-after"), Some("60"));
            }
        }
        // Even the right one waits, at this address.
        refused(&redeem(house, "us", &DESK, &code).await, 429, "temporarily_unavailable");
        let theirs = Request::form(TOKEN2, &redeeming(&DESK, &code));
        Tokens::of(&send_from([127, 0, 0, 2], house.url("us"), &theirs).await);
        house.advance(60);
        Tokens::of(&refresh(house, "us", &DESK, &tokens.refresh).await);
    })
    .await;
}

#[tokio::test]
async fn c04_a_family_obeys_the_rules_it_began_with_at_either_door() {
    for_each_store(async |house| {
        // Of the standard dialect: it turns, wherever it is used.
        let code = code(house, &offline(&DESK), &ALICE).await;
        let first = Tokens::of(&house.post("us", TOKEN, &redeeming(&DESK, &code)).await);
        let second = Tokens::of(&house.refresh("us", &DESK, &first.refresh).await);
        assert!(!second.refresh.is_empty() && second.refresh != first.refresh);
        assert_eq!(Tokens::of(&house.refresh("us", &DESK, &first.refresh).await), second, "a retry");
        let third = Tokens::of(&refresh(house, "us", &DESK, &second.refresh).await);
        assert_eq!(Tokens::of(&refresh(house, "us", &DESK, &second.refresh).await), third);
        assert_eq!(house.refresh("us", &DESK, &first.refresh).await.text("error"), "invalid_code");
        invalid_grant(&refresh(house, "us", &DESK, &third.refresh).await);
        // Of the accounts dialect: it stays as it is.
        let code = house.code(&Ask::of(&DESK), &ALICE).await;
        let tokens = Tokens::of(&house.post("us", TOKEN2, &redemption(&DESK, &code)).await);
        for _ in 0..3 {
            let again = refresh(house, "us", &DESK, &tokens.refresh).await;
            assert_eq!((again.status, again.text("refresh_token").as_str()), (200, ""));
            assert_eq!(house.refresh("us", &DESK, &tokens.refresh).await.text("refresh_token"), "");
        }
        // Ended at one door, it is ended at the other.
        assert_eq!(house.revoke("us", &tokens.refresh).await.status, 200);
        invalid_grant(&refresh(house, "us", &DESK, &tokens.refresh).await);
    })
    .await;
}

#[tokio::test]
async fn b02_b03_b04_the_verifier_answers_the_challenge() {
    for_each_store(async |house| {
        let longer = "a".repeat(129);
        let changed = VERIFIER.replace('d', "e");
        for verifier in
            [None, Some(""), Some(super::CHALLENGE), Some(&VERIFIER[..42]), Some(&longer), Some(&changed), Some("ä b=")]
        {
            let code = code(house, &offline(&DESK), &ALICE).await;
            let fields =
                [redemption(&DESK, &code), verifier.map(|v| ("code_verifier", v)).into_iter().collect()].concat();
            invalid_grant(&house.post("us", TOKEN2, &fields).await);
            invalid_grant(&redeem(house, "us", &DESK, &code).await);
        }
        // None asked for, and one brought: somebody else's code was put in (RFC 9700 section 2.1.1).
        let code = house.code(&Ask::of(&DESK), &ALICE).await;
        invalid_grant(&redeem(house, "us", &DESK, &code).await);
    })
    .await;
}

async fn code_of(house: &House, ask: &Ask) -> String {
    code(house, ask, &ALICE).await
}

#[tokio::test]
async fn c06_c07_a_code_is_bound_to_client_and_redirect_uri() {
    for_each_store(async |house| {
        let code = code(house, &offline(&DESK), &ALICE).await;
        let other = App { redirect_uri: DESK.redirect_uri, ..OTHER };
        invalid_grant(&redeem(house, "us", &other, &code).await);
        invalid_grant(&redeem(house, "us", &OTHER, &code).await);
        Tokens::of(&redeem(house, "us", &DESK, &code).await);
        for uri in
            [Some("https://desk.zylker.example/callback"), Some(""), Some("http://127.0.0.1:9911/callback/"), None]
        {
            let code = code_of(house, &offline(&DESK)).await;
            let mut fields = redeeming(&DESK, &code);
            fields.retain(|(name, _)| *name != "redirect_uri");
            fields.extend(uri.map(|uri| ("redirect_uri", uri)));
            invalid_grant(&house.post("us", TOKEN2, &fields).await);
        }
    })
    .await;
}

#[tokio::test]
async fn c08_c09_nothing_but_a_whole_code_is_one() {
    for_each_store(async |house| {
        let code = code(house, &offline(&DESK), &ALICE).await;
        let tokens = family(house, &DESK, &ALICE).await;
        let body = redeem(house, "us", &DESK, &"1".repeat(70)).await.body;
        let halves = format!("{}.{}", &code[..37], &tokens.access[38..]);
        for wrong in [
            &code[..69],
            &code[..20],
            &format!("{code}0"),
            &code.to_uppercase(),
            &halves,
            &tokens.access,
            &tokens.refresh,
            "x",
        ] {
            let reply = redeem(house, "us", &DESK, wrong).await;
            invalid_grant(&reply);
            assert_eq!(reply.body, body, "the same words, whatever it was");
        }
        for wrong in [&code, &tokens.access] {
            invalid_grant(&refresh(house, "us", &DESK, wrong).await);
        }
        for wrong in [&code, &tokens.refresh] {
            assert!(!active(house, &DESK, wrong).await, "only access tokens are told of");
        }
        // Made elsewhere: the same words again, and it is still good there (I08).
        let elsewhere = super::kit::code(house, &offline(&DESK).at("eu"), &CARLA).await;
        assert_eq!(redeem(house, "us", &DESK, &elsewhere).await.body, body);
        Tokens::of(&redeem(house, "eu", &DESK, &elsewhere).await);
        Tokens::of(&redeem(house, "us", &DESK, &code).await);
    })
    .await;
}

#[tokio::test]
async fn c12_what_is_no_token_request() {
    for_each_store(async |house| {
        let code = code(house, &offline(&DESK), &ALICE).await;
        let right = redeeming(&DESK, &code);
        let with = |name: &str, value: Option<&'static str>| {
            let mut fields: Vec<(String, String)> =
                right.iter().filter(|(n, _)| *n != name).map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
            fields.extend(value.map(|v| (name.to_owned(), v.to_owned())));
            fields
        };
        for (fields, status, error) in [
            (with("grant_type", None), 400, "invalid_request"),
            (with("grant_type", Some("")), 400, "invalid_request"),
            (with("grant_type", Some("password")), 400, "unsupported_grant_type"),
            (with("grant_type", Some("implicit")), 400, "unsupported_grant_type"),
            (with("grant_type", Some("client_credentials")), 400, "unauthorized_client"),
            (with("code", None), 400, "invalid_request"),
            (with("code", Some("")), 400, "invalid_request"),
            (with("client_id", None), 401, "invalid_client"),
            ([with("code", Some("a")), with("code", Some("b"))].concat(), 400, "invalid_request"),
        ] {
            refused(&house.post("us", TOKEN2, &fields).await, status, error);
        }
        let only_codes = App { ..CODES_ONLY };
        refused(&refresh(house, "us", &only_codes, "x").await, 400, "unauthorized_client");
        for method in ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"] {
            let reply = house.send("us", &Request::new(method, TOKEN2)).await;
            assert_eq!((reply.status, reply.header("allow")), (405, Some("POST")), "{method}");
        }
        for (kind, body) in [
            ("application/json", r#"{"grant_type":"authorization_code"}"#),
            ("multipart/form-data; boundary=x", "--x--"),
            ("text/plain", "grant_type=authorization_code"),
        ] {
            let reply = house.send("us", &Request::new("POST", TOKEN2).body(kind, body)).await;
            refused(&reply, 415, "invalid_request");
        }
        // In the URL: refused, the same value or not; what is not known is ignored.
        let secret = format!("{TOKEN2}?client_secret={}", DESK.secret);
        refused(&house.post("us", &secret, &right).await, 400, "invalid_request");
        refused(&house.post("us", &format!("{TOKEN2}?code={code}"), &right).await, 400, "invalid_request");
        let huge = [right.clone(), [("x", "a")].repeat(30_000)].concat();
        refused(&house.post("us", TOKEN2, &huge).await, 413, "invalid_request");
        refused(&house.post("us", TOKEN2, &[("grant_type", "\0")]).await, 400, "invalid_request");
        Tokens::of(&house.post("us", &format!("{TOKEN2}?tracking=1"), &right).await);
    })
    .await;
}

#[tokio::test]
async fn a_broken_store_is_never_a_success() {
    for_each_store(async |house| {
        let code = code(house, &offline(&DESK), &ALICE).await;
        let tokens = family(house, &DESK, &ALICE).await;
        house.break_store("us");
        for reply in [
            redeem(house, "us", &DESK, &code).await,
            refresh(house, "us", &DESK, &tokens.refresh).await,
            revoke(house, "us", &DESK, &tokens.refresh).await,
            introspect(house, "us", &DESK, &tokens.access).await,
        ] {
            refused(&reply, 503, "temporarily_unavailable");
        }
    })
    .await;
}
