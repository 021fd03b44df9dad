//! Which error a request gets, in which order, in both vocabularies (accounts-protocol.md decisions 13 and 14;
//! `spec/decisions.md` 2 and 3; cases A01, A06 to A11, B01, B05).

use super::*;

/// The mandatory parameters, each with its own error.
const MANDATORY: [(&str, Words); 4] =
    [("response_type", RESPONSE_TYPE), ("client_id", CLIENT), ("scope", SCOPE), ("redirect_uri", REDIRECT_URI)];

/// The same request at the accounts house and at a portal.
fn doors() -> [Ask; 2] {
    [once(&DESK), once(&DESK).portal(PARTNERS)]
}

#[tokio::test]
async fn what_has_not_the_shape_of_a_client_id_is_not_shown() {
    for_each_store(async |house| {
        for (id, shown) in [("1000.NOBODY", true), (DESK.secret, false), ("alice@zylker.example", false)] {
            let reply = asked(house, &once(&DESK).with("client_id", id)).await;
            assert_refused(&once(&DESK), &reply, CLIENT);
            assert_eq!(reply.body.contains(id), shown, "{id}");
            assert_eq!(reply.body.contains("(not the shape of one)"), !shown, "{id}");
        }
        // A known client's own id always is.
        let reply = asked(house, &once(&DESK).with("scope", "Nope.x.READ")).await;
        assert!(reply.body.contains(DESK.id));
    })
    .await;
}

#[tokio::test]
async fn an_absent_parameter_is_the_response_type_s_error_and_an_empty_one_its_own() {
    for_each_store(async |house| {
        for good in doors() {
            assert_eq!(asked(house, &good).await.status, 200);
            for (name, words) in MANDATORY {
                let absent = good.clone().without(name);
                let reply = asked(house, &absent).await;
                assert_refused(&absent, &reply, RESPONSE_TYPE);
                assert!(reply.body.contains(name), "the page names what is missing: {name}");
                let empty = good.clone().with(name, "");
                assert_refused(&empty, &asked(house, &empty).await, words);
                // A name without `=` is present and empty.
                let bare = format!("{}&{name}", target(&absent));
                assert_refused(&empty, &house.send("us", &Request::get(&bare)).await, words);
            }
            let nothing = Ask { parameters: vec![], ..good.clone() };
            assert_refused(&nothing, &asked(house, &nothing).await, RESPONSE_TYPE);
            assert_refused(&nothing, &house.send("us", &Request::get(&good.path())).await, RESPONSE_TYPE);
        }
    })
    .await;
}

#[tokio::test]
async fn a_wrong_value_is_its_own_error() {
    let wrong: [(&str, Words, &[&str]); 4] = [
        (
            "response_type",
            RESPONSE_TYPE,
            &["token", "code token", "code id_token", "none", "Code", "CODE", " code", "code ", "code,code", "c"],
        ),
        (
            "client_id",
            CLIENT,
            &[
                "1000.NOSUCHCLIENT000000000000000000",
                "1000.zylkerdesk0000000000000000000a",
                " 1000.ZYLKERDESK0000000000000000000A",
                "1000.ZYLKERDESK0000000000000000000A ",
                "1000.ZYLKERDESK0000000000000000000",
                "1000.ZYLKERDESK0000000000000000000A,1000.ZYLKEROTHER000000000000000000B",
                "1000.ZYLKERDESK0000000000000000000А",
                "' OR '1'='1",
                "%",
                "*",
                "../../etc/passwd",
            ],
        ),
        (
            "scope",
            SCOPE,
            &[
                "Nothing.of.READ",
                "AaaServer.profile.READ,Nothing.of.READ",
                "AaaServer.profile",
                "AaaServer.profile.READ.",
                ".AaaServer.profile.READ",
                "ZohoBigin.ALL",
                ",",
                " ",
                "AaaServer.profile.READ,",
                "AaaServer.profile.READ,,email",
                "AaaServer.profile.READ email,phone",
                "AaaServer.profile.READ;email",
                "AaaServer.profile.READ\temail",
                "AaaServer.profile.READ\nemail",
                "<script>",
            ],
        ),
        ("redirect_uri", REDIRECT_URI, &["https://evil.example/callback", "x", " "]),
    ];
    for_each_store(async |house| {
        for good in doors() {
            for (name, words, values) in wrong {
                for value in values {
                    let ask = good.clone().with(name, value);
                    assert_refused(&ask, &asked(house, &ask).await, words);
                }
            }
            // Disabled; and kinds of client that may not do this.
            let gone = Ask { parameters: once(&GONE).parameters, ..good.clone() };
            assert_refused(&gone, &asked(house, &gone).await, CLIENT);
            let panel = Ask { parameters: once(&PANEL).parameters, ..good.clone() };
            assert_refused(&panel, &asked(house, &panel).await, RESPONSE_TYPE);
            let implicit = panel.with("response_type", "token");
            assert_refused(&implicit, &asked(house, &implicit).await, RESPONSE_TYPE);
            let screen = Ask { parameters: once(&SCREEN).parameters, ..good.clone() };
            assert_some_page(&screen, &asked(house, &screen).await);
            // A scope that exists, and is not this client's.
            let narrow = Ask { parameters: once(&NARROW).parameters, ..good.clone() };
            for scope in
                ["ZohoBigin.modules.ALL", "ZohoBigin.modules.contacts.WRITE", "email", "AaaServer.profile.READ,email"]
            {
                let ask = narrow.clone().with("scope", scope);
                assert_refused(&ask, &asked(house, &ask).await, SCOPE);
            }
            let own = narrow.with("scope", "zohobigin.MODULES.contacts.read, aaaserver.profile.read");
            assert_eq!(asked(house, &own).await.status, 200);
        }
        // A client that the portal does not admit is no client there.
        let stranger = once(&OTHER).portal(SHOP);
        assert_refused(&stranger, &asked(house, &stranger).await, CLIENT);
        assert_eq!(asked(house, &once(&DESK).portal(SHOP)).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn checks_come_in_the_decided_order() {
    for_each_store(async |house| {
        for good in doors() {
            let mut ask = good
                .clone()
                .with("response_type", "device")
                .with("client_id", "1000.NOBODY")
                .with("redirect_uri", "https://evil.example/")
                .with("scope", "Nothing.of.READ");
            // An absent key counts before anything that is wrong, whichever it is.
            for (name, _) in MANDATORY {
                let absent = ask.clone().without(name);
                let reply = asked(house, &absent).await;
                assert_refused(&absent, &reply, RESPONSE_TYPE);
                assert!(text_of(&reply.body).contains(&format!("{name} is missing")), "{name}: {reply:?}");
            }
            for (name, value, words) in [
                ("response_type", "code", RESPONSE_TYPE),
                ("client_id", DESK.id, CLIENT),
                ("redirect_uri", DESK.redirect_uri, REDIRECT_URI),
                ("scope", "AaaServer.profile.READ", SCOPE),
            ] {
                assert_refused(&ask, &asked(house, &ask).await, words);
                // Empty or wrong, the place in the order is the same.
                let empty = ask.clone().with(name, "");
                assert_refused(&empty, &asked(house, &empty).await, words);
                ask = ask.with(name, value);
            }
            form(&asked(house, &ask).await, "email");
        }
        // A client the portal does not admit, with a bad redirect URI: the client comes first.
        let stranger = once(&OTHER).portal(SHOP).with("redirect_uri", "https://evil.example/");
        assert_refused(&stranger, &asked(house, &stranger).await, CLIENT);
    })
    .await;
}

#[tokio::test]
async fn a_parameter_twice_is_refused_whatever_its_values() {
    for_each_store(async |house| {
        for good in doors() {
            for name in [
                "response_type",
                "client_id",
                "scope",
                "redirect_uri",
                "state",
                "access_type",
                "prompt",
                "login_hint",
                "code_challenge",
                "code_challenge_method",
                "unheard_of",
            ] {
                let own = good.parameters.iter().find(|(n, _)| n == name).map_or("x", |(_, v)| v.as_str()).to_owned();
                for second in [own.as_str(), "", "another"] {
                    let mut ask = good.clone().with(name, &own);
                    ask.parameters.push((name.to_owned(), second.to_owned()));
                    assert_some_page(&ask, &asked(house, &ask).await);
                    ask.parameters.rotate_right(1);
                    assert_some_page(&ask, &asked(house, &ask).await);
                }
                // The same name in another spelling of the wire.
                let spelled = name.bytes().map(|b| format!("%{b:02x}")).collect::<Vec<_>>().concat();
                let twice = format!("{}&{spelled}=x", target(&good.clone().with(name, &own)));
                assert_some_page(&good, &house.send("us", &Request::get(&twice)).await);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn pkce_is_read_strictly_and_demanded_of_mobile_applications() {
    let (short, long) = ("a".repeat(42), "a".repeat(129));
    let (fits, digest) = ("a".repeat(43), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    let with_equals = format!("{digest}=");
    for_each_store(async |house| {
        for (challenge, method) in [
            (Some(short.as_str()), None),
            (Some(&long), Some("plain")),
            (Some(""), None),
            (Some(""), Some("S256")),
            (Some("not a challenge, since it has spaces and commas in it"), Some("plain")),
            (Some(&with_equals), Some("S256")),
            (Some(&short), Some("S256")),
            (Some(digest), Some("s256")),
            (Some(digest), Some("S512")),
            (Some(digest), Some("PLAIN")),
            (Some(digest), Some("")),
            (None, Some("S256")),
            (None, Some("plain")),
        ] {
            for mut ask in [once(&DESK), once(&POCKET), once(&DESK).portal(PARTNERS)] {
                for (name, value) in [("code_challenge", challenge), ("code_challenge_method", method)] {
                    ask = value.map_or(ask.clone(), |value| ask.clone().with(name, value));
                }
                let reply = asked(house, &ask).await;
                assert_some_page(&ask, &reply);
                assert!(reply.body.contains("ERROR_invalid_request"), "{challenge:?} {method:?}");
            }
        }
        for (challenge, method) in [(fits.as_str(), None), (&fits, Some("plain")), (digest, Some("S256"))] {
            for app in [&DESK, &POCKET] {
                let mut ask = once(app).with("code_challenge", challenge);
                ask = method.map_or(ask.clone(), |method| ask.clone().with("code_challenge_method", method));
                form(&asked(house, &ask).await, "email");
            }
        }
        let bare = once(&POCKET);
        assert_some_page(&bare, &asked(house, &bare).await);
        // What is wrong with the client, its URI or the scopes is told first.
        let worse = once(&POCKET).with("scope", "Nothing.of.READ").with("code_challenge", "x");
        assert_refused(&worse, &asked(house, &worse).await, SCOPE);
    })
    .await;
}

#[tokio::test]
async fn other_methods_never_act() {
    for_each_store(async |house| {
        // A browser for which a GET would answer with a code at once.
        let mut browser = Browser::default();
        for ask in doors() {
            let person = if ask.portal.is_some() { PAT } else { ALICE };
            let ask = ask.without("access_type");
            browser.authorize(house, &ask, &person).await;
            let url = ask.url(house);
            assert!(callback(&browser.get(&url).await).get("code").is_some());
            for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "PROPFIND"] {
                let reply = browser.send(&url, Request::new(method, "")).await;
                assert_eq!(reply.status, 400, "{method} {reply:?}");
                assert_page(&reply);
                assert_eq!(reply.header("set-cookie"), None);
                let mut request = Request::form("", &ask.parameters);
                method.clone_into(&mut request.method);
                let posted = browser.send(&format!("{}{}", house.url("us"), ask.path()), request).await;
                assert_eq!(posted.status, 400, "{method} with the parameters in its body");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn optional_parameters_bend_without_breaking() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        browser.authorize(house, &once(&DESK), &ALICE).await;
        // Unknown values mean the default: online, and no question (`spec/decisions.md` 8).
        for (name, value) in [
            ("access_type", "OFFLINE"),
            ("access_type", ""),
            ("access_type", "forever"),
            ("prompt", "none"),
            ("prompt", "login"),
            ("prompt", "consent login"),
            ("prompt", "Consent"),
            ("prompt", ""),
            ("unheard_of", "x"),
            ("nonce", "x"),
            ("response_mode", "form_post"),
            ("request_uri", "https://evil.example/request"),
            ("login_hint", "not an address"),
        ] {
            let ask = once(&DESK).with("access_type", "online").with(name, value);
            let sent = callback(&browser.get(&ask.url(house)).await);
            assert!(sent.url.starts_with(DESK.redirect_uri), "{name}={value}: {sent:?}");
            assert!(sent.get("code").is_some() && sent.get("error").is_none(), "{name}={value}: {sent:?}");
        }
        // `prompt=consent` always asks; `prompt=none` does not turn a page into a redirect.
        let again = once(&DESK).with("prompt", "consent");
        form(&browser.get(&again.url(house)).await, "decision");
        for ask in [once(&OTHER).with("prompt", "none"), once(&OTHER).with("prompt", "none").with("scope", BIGIN)] {
            form(&browser.get(&ask.url(house)).await, "decision");
        }
        let nobody = once(&DESK).with("prompt", "none");
        form(&asked(house, &nobody).await, "email");
        let evil = nobody.with("redirect_uri", "https://evil.example/");
        assert_refused(&evil, &asked(house, &evil).await, REDIRECT_URI);
    })
    .await;
}

#[tokio::test]
async fn a_token_in_the_wrong_parameter_was_told_to_the_log_and_to_the_owner() {
    for_each_store(async |house| {
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        for name in ["response_type", "redirect_uri", "scope", "client_id"] {
            let page = asked(house, &once(&DESK).with(name, &tokens.refresh)).await;
            assert_eq!(page.status, 400, "{name}");
            let secret = tokens.refresh.rsplit('.').next().unwrap();
            let details = page.body.split_once("<dl").map_or("", |(_, rest)| rest);
            assert!(!details.contains(secret), "{name}: {page:?}");
        }
        // As the scope of a device: told to the owner by name. The harness reads the log, at the end.
        let device = [("grant_type", "device_request"), ("client_id", SCREEN.id), ("scope", &tokens.refresh)];
        assert!(house.post("us", "/oauth/v3/device/code", &device).await.body.contains("invalid_scope"));
    })
    .await;
}

#[tokio::test]
async fn scopes_keep_the_order_and_spelling_of_the_request() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        for (scope, shown) in [
            ("email,openid", "email openid"),
            ("email openid", "email openid"),
            ("email, openid", "email openid"),
            ("email  openid", "email openid"),
            ("OpenID,EMAIL,openid", "OpenID EMAIL"),
            ("zohobigin.MODULES.contacts.Write", "zohobigin.MODULES.contacts.Write"),
            ("ZohoCRM.modules.contacts.UPDATE", "ZohoCRM.modules.contacts.UPDATE"),
        ] {
            let ask = Ask::of(&DESK).with("scope", scope);
            let (_, page) = walk_to(house, &mut browser, &ask, &ALICE, "decision").await;
            let raw = page.body.split_once("<ul class=\"raw\">").unwrap().1.split_once("</ul>").unwrap().0;
            let raw: Vec<String> = raw.split("<li>").skip(1).map(|line| text_of(line).trim().to_owned()).collect();
            let mut wanted: Vec<&str> = shown.split(' ').collect();
            // They are shown by service; within one, in the order of the request.
            wanted.sort_by_key(|s| s.split('.').next().unwrap_or_default().to_owned());
            let mut raw: Vec<&str> = raw.iter().map(String::as_str).collect();
            raw.sort_by_key(|s| s.split('.').next().unwrap_or_default().to_owned());
            assert_eq!(raw, wanted, "{scope}");
            // The token's answer says it in the order of the request, as well: nothing added, and of two spellings of
            // one scope the first.
            let code = browser.authorize(house, &ask, &ALICE).await.code();
            assert_eq!(house.exchange("us", &DESK, &code).await.text("scope"), shown, "{scope}");
        }
    })
    .await;
}

#[tokio::test]
async fn state_comes_back_byte_for_byte() {
    let long = "&=#\"<script>alert(1)</script>\r\n\t ü漢字🦀%41+/?;'\\".repeat(30);
    assert!((1500..4096).contains(&long.len()));
    for_each_store(async |house| {
        let mut browser = Browser::default();
        for state in ["s", " ", "a b+c%20d", "code=1000.a.b&location=cn", long.as_str()] {
            let ask = Ask::of(&DESK).with("state", state);
            let accepted = browser.authorize(house, &ask, &ALICE).await;
            assert_eq!(accepted.get("state"), Some(state));
            let names: Vec<&str> = accepted.parameters.iter().map(|(n, _)| n.as_str()).collect();
            assert_eq!(names, ["code", "location", "accounts-server", "state"], "and nothing of it escaped");
            assert!(!accepted.url.ends_with('&'));
            let (url, page) = walk_to(house, &mut browser, &ask, &ALICE, "decision").await;
            assert!(!page.body.contains("<script>alert"), "{page:?}");
            let rejected = callback(&answer(&mut browser, &url, &page, "decision", "reject").await);
            assert_eq!(rejected.parameters, [("error".into(), "access_denied".into()), ("state".into(), state.into())]);
        }
        // Sent empty it comes back empty; not sent it does not come back.
        let empty = browser.authorize(house, &Ask::of(&DESK).with("state", ""), &ALICE).await;
        assert_eq!(empty.get("state"), Some(""));
        let absent = browser.authorize(house, &Ask::of(&DESK), &ALICE).await;
        assert_eq!(absent.get("state"), None);
        // A registered query stays, and ours is appended to it.
        let odd = browser.authorize(house, &Ask::of(&ODD).with("state", "x"), &ALICE).await;
        assert!(odd.url.starts_with("http://127.0.0.1:9910/callback?here=1&code=1000."), "{odd:?}");
        // Over 4 KiB it is refused.
        let much = once(&DESK).with("state", &"a".repeat(4097));
        assert_some_page(&much, &asked(house, &much).await);
        let most = once(&DESK).with("state", &"a".repeat(4096));
        form(&asked(house, &most).await, "email");
    })
    .await;
}
