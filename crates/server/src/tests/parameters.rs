//! Every token-like endpoint with everything that can be wrong about a request: the decided answer, and never
//! a server error (case C12; decisions 5 and 19; `spec/decisions.md` 3).

use super::{answers::*, harness::*};

const FORM: &str = "application/x-www-form-urlencoded";

/// The endpoints that are posted to.
const POSTED: [&str; 6] = [
    "/oauth/v2/token",
    "/clientoauth/v2/60001/token",
    "/oauth/v2/token/revoke",
    "/oauth/v2/revoke/token",
    "/clientoauth/v2/60001/token/revoke",
    "/clientoauth/v2/60001/auth/token/revoke",
];

fn is_token(path: &str) -> bool {
    path.ends_with("/token") && path != "/oauth/v2/revoke/token"
}

/// JSON, unstored, and an answer that was decided on.
fn assert_decent(reply: &Reply, what: &str) {
    assert!(matches!(reply.status, 200 | 400 | 401 | 413), "{what}: {reply:?}");
    assert_eq!(reply.header("content-type"), Some("application/json;charset=UTF-8"), "{what}");
    assert_eq!(reply.header("cache-control"), Some("no-store"), "{what}");
    assert_eq!(reply.header("access-control-allow-origin"), None, "{what}");
    assert!(reply.headers_named("set-cookie").next().is_none(), "{what}");
    assert!(reply.header("x-request-id").is_some_and(|id| id.len() == 16), "{what}");
}

#[tokio::test]
async fn no_other_method_acts() {
    for_each_store(async |house| {
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let mut fields = refreshing(&DESK, &tokens.refresh);
        fields.push(("token", &tokens.refresh));
        for path in POSTED {
            for method in ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "BREW"] {
                let target = format!("{path}?{}", encoded(&fields));
                let in_query = Request::new(method, &target).basic(DESK.id, DESK.secret);
                let in_body = Request::new(method, path).body(FORM, encoded(&fields)).basic(DESK.id, DESK.secret);
                for request in [in_query, in_body] {
                    let reply = house.send("us", &request).await;
                    let expected = if method == "HEAD" { (400, "") } else { INVALID_REQUEST };
                    assert_eq!(reply.brief(), expected, "{method} {path}");
                    assert_decent(&reply, method);
                }
            }
        }
        for path in ["/oauth/user/info", "/oauth/serverinfo"] {
            for method in ["HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"] {
                let reply = house.send("us", &Request::new(method, path).bearer(&tokens.access)).await;
                let expected = if method == "HEAD" { (400, "") } else { INVALID_REQUEST };
                assert_eq!(reply.brief(), expected, "{method} {path}");
            }
        }
        // Each of them was told to the operator, endpoint and cause.
        for endpoint in ["token", "revoke", "user_info"] {
            let line = format!("endpoint=\"{endpoint}\",cause=\"wrong_method\"");
            assert!(house.metrics().contains(&line), "{line} is missing: {}", house.metrics());
        }
        // A header that asks for another method is not heard.
        let overridden =
            Request::get(&format!("{TOKEN}?{}", encoded(&fields))).header("x-http-method-override", "POST");
        assert_eq!(house.send("us", &overridden).await.brief(), INVALID_REQUEST);
        assert!(house.alive("us", &tokens.access).await);
        Tokens::of(&house.refresh("us", &DESK, &tokens.refresh).await);
    })
    .await;
}

#[tokio::test]
async fn each_parameter_missing_empty_and_wrong() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let refresh = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await.refresh;
        let code = browser.authorize(house, &Ask::of(&DESK), &ALICE).await.code();
        // Name, then the answer when it is missing, empty, wrong. The code comes before the redirect URI, which
        // would spend it.
        let cases: [(&str, [Answer; 3]); 4] = [
            ("grant_type", [INVALID_REQUEST, INVALID_REQUEST, INVALID_CLIENT]),
            ("client_id", [INVALID_CLIENT; 3]),
            ("client_secret", [INVALID_SECRET; 3]),
            ("code", [INVALID_CODE; 3]),
        ];
        let check = async |all: &[(&str, &str)], name: &str, answers: [Answer; 3]| {
            let others: Vec<(&str, &str)> = all.iter().filter(|(n, _)| *n != name).copied().collect();
            for (value, expected) in [None, Some(""), Some("wrong")].into_iter().zip(answers) {
                let mut fields = others.clone();
                fields.extend(value.map(|v| (name, v)));
                let (kind, parts) = multipart(&fields);
                for request in [
                    Request::form(TOKEN, &fields),
                    Request::new("POST", &format!("{TOKEN}?{}", encoded(&fields))),
                    Request::new("POST", TOKEN).body(&kind, parts),
                ] {
                    let reply = house.send("us", &request).await;
                    assert_eq!(reply.brief(), expected, "{name} = {value:?}");
                    assert_decent(&reply, name);
                }
            }
        };
        for (name, answers) in cases {
            check(&redemption(&DESK, &code), name, answers).await;
            let name = if name == "code" { "refresh_token" } else { name };
            check(&refreshing(&DESK, &refresh), name, answers).await;
        }
        Tokens::of(&house.exchange("us", &DESK, &code).await);
        let code = browser.authorize(house, &Ask::of(&DESK), &ALICE).await.code();
        // Only the first of these finds the code unspent.
        check(&redemption(&DESK, &code)[..3], "redirect_uri", [INVALID_CODE; 3]).await;
        let fields = redemption(&DESK, &code);
        let fields: Vec<(&str, &str)> = fields.into_iter().filter(|(n, _)| *n != "redirect_uri").collect();
        assert_eq!(house.post("us", TOKEN, &fields).await.brief(), INVALID_REDIRECT_URI);
        check(&redemption(&DESK, &code), "redirect_uri", [INVALID_CODE; 3]).await;
        Tokens::of(&house.refresh("us", &DESK, &refresh).await);
    })
    .await;
}

#[tokio::test]
async fn each_parameter_twice() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let refresh = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await.refresh;
        let code = browser.authorize(house, &Ask::of(&DESK), &ALICE).await.code();
        for all in [redemption(&DESK, &code), refreshing(&DESK, &refresh)] {
            for (name, value) in &all {
                for other in ["other", ""] {
                    let mut twice = all.clone();
                    twice.push((name, other));
                    let mut reversed = twice.clone();
                    reversed.reverse();
                    let (kind, parts) = multipart(&twice);
                    let one_in_query = format!("{TOKEN}?{}", encoded(&[(name, other)]));
                    let other_in_query = format!("{TOKEN}?{}", encoded(&twice[..all.len()]));
                    for request in [
                        Request::form(TOKEN, &twice),
                        Request::form(TOKEN, &reversed),
                        Request::form(&one_in_query, &all),
                        Request::form(&other_in_query, &[(name, other)]),
                        Request::new("POST", &format!("{TOKEN}?{}", encoded(&twice))),
                        Request::new("POST", TOKEN).body(&kind, parts),
                    ] {
                        let reply = house.send("us", &request).await;
                        assert_eq!(reply.brief(), INVALID_REQUEST, "{name}: {value:?} and {other:?}");
                        assert_decent(&reply, name);
                    }
                }
            }
        }
        // Even one that this grant does not need, and one of the other grant.
        for name in ["code_verifier", "code", "redirect_uri"] {
            let mut fields = refreshing(&DESK, &refresh);
            fields.extend([(name, "a"), (name, "b")]);
            assert_eq!(house.post("us", TOKEN, &fields).await.brief(), INVALID_REQUEST, "{name}");
        }
        // Unknown ones may do as they like; the same value twice is one value.
        let mut fields = refreshing(&DESK, &refresh);
        fields.extend([("unknown", "a"), ("unknown", "b")]);
        let twice: Vec<(&str, &str)> = fields.iter().chain(&fields).copied().collect();
        Tokens::of(&house.post("us", TOKEN, &twice).await);
        let twice = [redemption(&DESK, &code), redemption(&DESK, &code)].concat();
        Tokens::of(&house.post("us", TOKEN, &twice).await);

        for path in &POSTED[2..4] {
            for name in ["token", "token_type", "client_id", "client_secret"] {
                let fields = [("token", refresh.as_str()), (name, "other"), (name, "different")];
                let request = Request::form(path, &fields).basic(DESK.id, DESK.secret);
                assert_eq!(house.send("us", &request).await.brief(), INVALID_REQUEST, "{path} {name}");
                let split = Request::form(&format!("{path}?{name}=other"), &[fields[0], fields[2]]);
                let reply = house.send("us", &split.basic(DESK.id, DESK.secret)).await;
                assert_eq!(reply.brief(), INVALID_REQUEST, "{path} {name}");
            }
        }
        Tokens::of(&house.refresh("us", &DESK, &refresh).await);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_read_is_refused() {
    for_each_store(async |house| {
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let mut fields = refreshing(&DESK, &tokens.refresh);
        fields.push(("token", &tokens.refresh));
        let good = encoded(&fields);
        let raw = |tail: &[u8]| [good.as_bytes(), tail].concat();
        let many = "&a=1".repeat(300);
        let bodies: [(&str, Vec<u8>); 16] = [
            (FORM, raw(b"&x=%00")),
            (FORM, raw(b"&%00=x")),
            (FORM, raw(b"&state=a%00b")),
            (FORM, raw(b"&x=\0")),
            (FORM, raw(b"&x=%ff")),
            (FORM, raw(b"&x=\xff\xfe")),
            (FORM, raw(b"&x=%c3%28")),
            (FORM, raw(b"&x=%ed%a0%80")),
            (FORM, raw(many.as_bytes())),
            ("multipart/form-data", b"--X\r\n\r\n--X--".to_vec()),
            ("multipart/form-data; boundary=", b"--\r\n\r\n----".to_vec()),
            ("multipart/form-data; boundary=X", b"no boundary at all".to_vec()),
            (
                "multipart/form-data; boundary=X",
                b"--X\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\ncut".to_vec(),
            ),
            (
                "multipart/form-data; boundary=X",
                b"--X\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n\xff\xff\r\n--X--\r\n".to_vec(),
            ),
            (
                "multipart/form-data; boundary=X",
                b"--X\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\na\0b\r\n--X--\r\n".to_vec(),
            ),
            (
                "multipart/form-data; boundary=X",
                b"--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n".repeat(300),
            ),
        ];
        for path in POSTED {
            for (kind, body) in &bodies {
                let request = Request::new("POST", path).body(kind, body.clone()).basic(DESK.id, DESK.secret);
                let reply = house.send("us", &request).await;
                let what =
                    format!("{path} {kind} {}", String::from_utf8_lossy(body).chars().take(80).collect::<String>());
                assert_eq!(reply.brief(), INVALID_REQUEST, "{what}");
                assert_decent(&reply, &what);
            }
            for tail in ["&x=%00", "&%00=1", "&x=%ff", &many] {
                let request = Request::form(&format!("{path}?{}", &tail[1..]), &fields).basic(DESK.id, DESK.secret);
                let reply = house.send("us", &request).await;
                assert_eq!(reply.brief(), INVALID_REQUEST, "{path} {}", &tail[..6]);
            }
            // Bodies of other types are ignored: nothing was sent.
            let expected = if is_token(path) { INVALID_REQUEST } else { INVALID_TOKEN };
            let json = format!("{{\"grant_type\":\"refresh_token\",\"token\":\"{}\"}}", tokens.refresh);
            for kind in
                ["application/json", "text/plain", "application/x-www-form-urlencodedx", "", "\"", "multipart/mixed"]
            {
                let body = if kind == "application/json" { json.clone() } else { good.clone() };
                let request = Request::new("POST", path).body(kind, body).basic(DESK.id, DESK.secret);
                let reply = house.send("us", &request).await;
                assert_eq!(reply.brief(), expected, "{path} {kind:?}");
                assert_decent(&reply, kind);
            }
        }
        assert!(house.alive("us", &tokens.access).await, "nothing was done");
        Tokens::of(&house.refresh("us", &DESK, &tokens.refresh).await);
    })
    .await;
}

#[tokio::test]
async fn enormous_values_are_refused_cheaply() {
    for_each_store(async |house| {
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let all = refreshing(&DESK, &tokens.refresh);
        let (big, huge) = ("a".repeat(64 * 1024), "a".repeat(1024 * 1024));
        let instead = |name: &str, value: &str| {
            let others: Vec<(&str, &str)> = all.iter().filter(|(n, _)| *n != name).copied().collect();
            format!("{}&{name}={value}", encoded(&others))
        };
        for path in POSTED {
            for value in [&big, &huge] {
                // A mebibyte is a mebibyte, whatever its name.
                let all_names = ["grant_type", "client_id", "client_secret", "code", "refresh_token", "token", "x"];
                for name in if *value == huge { &all_names[5..] } else { &all_names[..] } {
                    let reply = house.send("us", &Request::new("POST", path).body(FORM, instead(name, value))).await;
                    assert_eq!(reply.brief(), TOO_LARGE, "{path} {name} of {} bytes", value.len());
                    assert_decent(&reply, name);
                }
                let (kind, parts) = multipart(&[("token", value)]);
                let reply = house.send("us", &Request::new("POST", path).body(&kind, parts)).await;
                assert!(matches!(reply.status, 400 | 413), "{path} multipart: {reply:?}");
                // In the query or a header: what HTTP says of a head that is too large.
                let reply = house.send("us", &Request::new("POST", &format!("{path}?x={value}"))).await;
                assert!(matches!(reply.status, 400 | 414 | 431), "{path} query: {}", reply.status);
                let basic = Request::form(path, &all).basic(DESK.id, value);
                let reply = house.send("us", &basic).await;
                assert!(matches!(reply.status, 400 | 431), "{path} header: {}", reply.status);
            }
            // Half of that is read, and wrong.
            let half = "a".repeat(30 * 1024);
            for name in ["grant_type", "client_id", "client_secret", "refresh_token", "token"] {
                assert_decent(
                    &house.send("us", &Request::new("POST", path).body(FORM, instead(name, &half))).await,
                    name,
                );
            }
        }
        for path in ["/oauth/user/info", "/oauth/serverinfo"] {
            let reply = house.send("us", &Request::get(path).bearer(&huge)).await;
            assert!(matches!(reply.status, 400 | 431), "{path}: {}", reply.status);
        }
        assert_eq!(house.user_info("us", &"a".repeat(16 * 1024)).await.brief(), NO_ACCESS);
        Tokens::of(&house.refresh("us", &DESK, &tokens.refresh).await);
    })
    .await;
}

#[tokio::test]
async fn bodies_in_pieces_and_broken_heads() {
    for_each_store(async |house| {
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let body = encoded(&refreshing(&DESK, &tokens.refresh));
        let url = house.url("us");
        let (first, rest) = body.split_at(20);
        let head = format!("POST {TOKEN} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: {FORM}\r\n");
        let chunked = format!(
            "{head}transfer-encoding: chunked\r\n\r\n{:x}\r\n{first}\r\n{:x}\r\n{rest}\r\n0\r\n\r\n",
            first.len(),
            rest.len()
        );
        Tokens::of(&send_bytes(url, chunked.as_bytes()).await);
        // A body that ends early, or says two things about its length: never a token, never a crash.
        let short = format!("{head}content-length: {}\r\n\r\n{body}", body.len() - 4);
        assert_eq!(send_bytes(url, short.as_bytes()).await.brief(), INVALID_CODE);
        for head_end in [
            format!("content-length: 3\r\ncontent-length: {}\r\n\r\n{body}", body.len()),
            "transfer-encoding: chunked\r\n\r\nzz\r\nnot chunks".to_owned(),
            "content-length: -1\r\n\r\n".to_owned(),
            "content-length: 99999999999999999999\r\n\r\n".to_owned(),
            " folded: header\r\n\r\n".to_owned(),
            "na me: x\r\n\r\n".to_owned(),
            "x: a\0b\r\n\r\n".to_owned(),
        ] {
            let answer = exchange_bytes(url, format!("{head}{head_end}").as_bytes()).await;
            let answer = String::from_utf8_lossy(&answer);
            assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{head_end:?}: {answer}");
            assert!(!answer.contains("access_token"), "{head_end:?}");
        }
        Tokens::of(&house.refresh("us", &DESK, &tokens.refresh).await);
    })
    .await;
}
