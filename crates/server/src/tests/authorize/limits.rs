//! Requests of no sense at all: enormous, with a NUL, not UTF-8, with broken escapes. Refused in place, never
//! a redirect, never a 5xx (cases A06, A09, M01, M04; `spec/decisions.md` 3).

use super::*;

/// Everything that can be asked for with GET.
const PATHS: [&str; 8] = [
    "/oauth/v2/auth",
    "/clientoauth/v2/60001/auth",
    "/",
    "/sign-in",
    "/sign-out",
    "/clientoauth/v2/60001",
    "/clientoauth/v2/60001/sign-in",
    "/clientoauth/v2/60001/sign-out",
];

fn assert_harmless(reply: &Reply, what: &str) {
    assert!(reply.status < 500, "{what}: {reply:?}");
    assert_eq!(reply.header("location"), None, "{what}");
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_on_a_page() {
    for_each_store(async |house| {
        for good in [once(&DESK), once(&DESK).portal(PARTNERS)] {
            let good_target = target(&good);
            for bad in ["%00", "a%00b", "%ff", "%c3%28", "%ed%a0%80", "%f5%80%80%80", "%c0%af"] {
                for name in ["response_type", "client_id", "scope", "redirect_uri", "state", "login_hint", "x"] {
                    let query = format!("{}&{name}={bad}", target(&good.clone().without(name)));
                    assert_some_page(&good, &house.send("us", &Request::get(&query)).await);
                }
                let name = format!("{good_target}&a{bad}=1");
                assert_some_page(&good, &house.send("us", &Request::get(&name)).await);
            }
            for name in ["response_type", "client_id", "scope", "redirect_uri", "state", "x"] {
                let ask = good.clone().with(name, &"a".repeat(8200));
                assert_some_page(&ask, &asked(house, &ask).await);
            }
            let many = format!("{good_target}{}", (0..1000).map(|n| format!("&{n}")).collect::<Vec<_>>().concat());
            assert_some_page(&good, &house.send("us", &Request::get(&many)).await);
            // Broken escapes are text like any other.
            for state in ["%", "%2", "%zz", "&&&", "=", "%25%30%30"] {
                let query = format!("{}&state={state}", target(&good.clone().without("state")));
                assert_eq!(house.send("us", &Request::get(&query)).await.status, 200, "{state}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_enormous_is_refused_at_the_door() {
    for_each_store(async |house| {
        let url = house.url("us");
        for path in PATHS {
            for size in [60_000, 100_000, 1_048_576] {
                let request = Request::get(&format!("{path}?state={}", "a".repeat(size)));
                let reply = send(url, &request).await;
                // Only the endpoints of applications read the query.
                if path.ends_with("/auth") || size > 64_000 {
                    assert!(matches!(reply.status, 400 | 414 | 431), "{path} {size}: {}", reply.status);
                }
                assert_harmless(&reply, path);
            }
            let scopes = format!("{path}?scope={}", "AaaServer.profile.READ,".repeat(10_000));
            assert!(matches!(send(url, &Request::get(&scopes)).await.status, 400 | 414 | 431));
            let header = Request::get(path).header("x-long", &"a".repeat(100_000));
            assert!(matches!(send(url, &header).await.status, 400 | 431), "{path}");
            let cookie = Request::get(path).header("cookie", &format!("grantor_us_session={}", "a".repeat(30_000)));
            assert_harmless(&send(url, &cookie).await, path);
        }
        let form = Request::form("/oauth/v2/auth/consent", &[("csrf", "a".repeat(1_048_576))]);
        let reply = send(url, &form).await;
        assert!(matches!(reply.status, 400 | 403 | 413), "{reply:?}");
    })
    .await;
}

#[tokio::test]
async fn no_bytes_at_all_make_it_break() {
    let lines: [&[u8]; 14] = [
        b"GET /oauth/v2/auth?state=\xff\xfe HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /oauth/v2/auth?state=\x00 HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /oauth/v2/auth?state=a b HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /oauth/v2/auth#x HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET //evil.example/oauth/v2/auth HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET http://evil.example/oauth/v2/auth?a HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /oauth/v2/auth HTTP/1.1\r\nhost: x\r\nhost: y\r\n\r\n",
        b"GET /oauth/v2/auth HTTP/1.1\r\nhost: \xff\r\n\r\n",
        b"GET /oauth/v2/auth HTTP/1.1\r\nhost: x\r\ncookie: \xff=\xff; grantor_us_browser=\xff\r\n\r\n",
        b"GET /oauth/v2/auth HTTP/1.1\r\nhost: x\r\naccept-language: \xff,;q=,;;;q=9e99\r\n\r\n",
        b"POST /oauth/v2/auth/sign-in HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\n\xff\x00a",
        b"POST /oauth/v2/auth/consent HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"CONNECT evil.example:443 HTTP/1.1\r\nhost: x\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n",
    ];
    for_each_store(async |house| {
        for bytes in lines {
            let mut bytes = bytes.to_vec();
            let at = bytes.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
            bytes.splice(at..at, *b"\r\nconnection: close");
            let answer = exchange_bytes(house.url("us"), &bytes).await;
            if answer.is_empty() {
                continue;
            }
            let status = String::from_utf8_lossy(&answer[9..12]).parse::<u16>().unwrap();
            assert!((200..500).contains(&status), "{:?}: {status}", String::from_utf8_lossy(&bytes));
            assert!(!String::from_utf8_lossy(&answer).contains("\r\nlocation:"), "{bytes:?}");
        }
        // And it still answers.
        assert_eq!(asked(house, &once(&DESK)).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn letters_that_nobody_escaped_travel_the_whole_way() {
    for_each_store(async |house| {
        let query = format!("{}&state=größe'", target(&Ask::of(&DESK)));
        let url = format!("{}{query}", house.url("us"));
        let mut browser = Browser::default();
        // A browser posts to an address as it encodes it: the page gives it in that form already, since its seal is
        // bound to it.
        let (there, page) = browser.open(house, &url).await;
        let action = form(&page, "email").action;
        assert!(action.contains("state=gr%C3%B6%C3%9Fe%27"), "{action}");
        let reply = answer(&mut browser, &there, &page, "email", ALICE.email).await;
        assert!(reply.header("location").unwrap().contains("state=gr%C3%B6%C3%9Fe%27"), "{reply:?}");
        let (_, end) = browser.walk(house, &url, &ALICE, None).await;
        assert_eq!(callback(&end).get("state"), Some("größe'"), "{end:?}");
        // Handed over, too.
        let mut browser = Browser::default();
        let (_, end) = browser.walk(house, &url, &CARLA, None).await;
        assert_eq!(callback(&end).get("state"), Some("größe'"), "{end:?}");
    })
    .await;
}

#[tokio::test]
async fn a_form_that_cannot_be_read_is_refused() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let ask = once(&DESK);
        for (field, person) in [("email", &ALICE), ("password", &ALICE), ("decision", &ALICE)] {
            let (url, page) = walk_to(house, &mut browser, &ask, person, field).await;
            let form = form(&page, field);
            let target = action(&url, &form);
            let good = encoded(&form.filled(field, "x"));
            for (kind, body) in [
                ("application/x-www-form-urlencoded", format!("{good}&x=%00").into_bytes()),
                ("application/x-www-form-urlencoded", format!("{good}&x=%ff").into_bytes()),
                ("application/x-www-form-urlencoded", [good.as_bytes(), b"&x=\xff"].concat()),
                ("application/x-www-form-urlencoded", format!("{good}&x={}", "a".repeat(70_000)).into_bytes()),
                ("application/x-www-form-urlencoded", format!("{good}{}", "&a=1".repeat(500)).into_bytes()),
                ("multipart/form-data", good.clone().into_bytes()),
            ] {
                let reply = browser.send(&target, Request::new("POST", "").body(kind, body)).await;
                assert_eq!(reply.status, 400, "{field}: {reply:?}");
                assert_page(&reply);
            }
            for (kind, body) in [("application/json", r#"{"csrf":"x"}"#), ("text/plain", good.as_str()), ("", "")] {
                let reply = browser.send(&target, Request::new("POST", "").body(kind, body)).await;
                assert_eq!(reply.status, 403, "without its token no form is ours: {field}: {reply:?}");
                assert_page(&reply);
            }
        }
    })
    .await;
}
