//! Markup in every name and value that somebody else writes is text on our pages (case H05, A09).

use super::{
    other_pages::{self, Cast},
    *,
};

/// Forty ways to say more than a name.
static PAYLOADS: [&str; 40] = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<img/src='x'/onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)//",
    "<iframe src=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<b>bold</b>",
    "<i",
    "</bdi><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</h1><h1>Other</h1>",
    "<!--",
    "-->",
    "<![CDATA[x]]>",
    "<style>*{display:none}</style>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<form action=//evil.example><button>Accept</button></form>",
    "\"><script>alert(1)</script>",
    "'><script>alert(1)</script>",
    "\" autofocus onfocus=alert(1) x=\"",
    "' onmouseover='alert(1)",
    "\"/><input name=\"decision\" value=\"accept\">",
    "`${alert(1)}`",
    "{{7*7}}",
    "${7*7}",
    "<%= 7*7 %>",
    "{% raw %}",
    "#{7*7}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;",
    "&quot;&gt;",
    "&amp;",
    "{ $application }",
    "javascript:alert(1)",
    "\u{202e}gro.live//:ptth",
    "＜script＞alert(1)＜/script＞",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
];

/// The tags of a page with the names of their attributes, in order: what a browser would make of it.
fn skeleton(html: &str) -> Vec<String> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!' || c == '?') {
            continue;
        }
        let (mut shape, mut quote, mut end) = (String::new(), None, rest.len());
        for (i, c) in rest.char_indices() {
            match (quote, c) {
                (None, '>') => {
                    end = i;
                    break;
                }
                (None, '"' | '\'') => quote = Some(c),
                (Some(q), c) if q == c => quote = None,
                (None, c) => shape.push(c),
                _ => {}
            }
        }
        tags.push(shape);
        rest = &rest[end..];
    }
    tags
}

#[test]
fn the_skeleton_shows_what_a_browser_would_run() {
    assert_eq!(skeleton("<p a=\"<b>\">x &lt;i&gt; < 3</p>"), ["p a=", "/p"]);
    assert_ne!(skeleton("<p>x</p>"), skeleton("<p><!-- x</p>"));
}

/// The page shows these words, and is otherwise the same page as with plain ones.
fn assert_inert(page: &Reply, plain: &Reply, words: &[&str]) {
    assert_eq!(skeleton(&page.body), skeleton(&plain.body), "{words:?}");
    let text = text_of(&page.body);
    for word in words {
        assert!(text.contains(word), "{word} is not shown as it is: {text}");
    }
    for value in page.body.split(" href=\"").skip(1) {
        assert!(!value.to_lowercase().starts_with("javascript:"), "{value}");
    }
}

/// Everything a provision file names, named like that.
fn world(n: usize, name: &str) -> String {
    let homepage: String = name.chars().filter(|c| !c.is_whitespace()).collect();
    let name = toml_text(name);
    let homepage = toml_text(&format!("https://desk.example/{homepage}"));
    format!(
        "[[organization]]\nid = \"5{n:04}\"\nname = {name}\ndata_center = \"us\"\n\
         [[organization]]\nid = \"6{n:04}\"\nname = {name}\ndata_center = \"us\"\n\
         [[user]]\nemail = \"m{n}@markup.example\"\nzuid = {zuid}\n{{password}}\nfirst_name = {name}\nlast_name = {name}\n\
         data_center = \"us\"\norganizations = [\"5{n:04}\", \"6{n:04}\"]\nadministers = [\"5{n:04}\"]\n\
         [[scope]]\nname = \"Markup.n{n}.READ\"\ndescription = {name}\n\
         [[scope]]\nname = \"Markup.m{n}.READ\"\ndescription = {name}\n\
         [[portal]]\nid = \"7{n:04}\"\nname = {name}\norganization = \"5{n:04}\"\n\
         [[client]]\nid = \"1000.MARKUP{n:04}\"\nsecret = \"canary-made-secret\"\ntype = \"server\"\nname = {name}\n\
         homepage_url = {homepage}\nredirect_uris = [\"http://127.0.0.1:9000/cb\"]\ndata_centers = [\"us\"]\n\
         [[client]]\nid = \"1004.MARKUP{n:04}\"\nsecret = \"canary-made-secret\"\ntype = \"device\"\nname = {name}\n\
         homepage_url = {homepage}\ndata_centers = [\"us\"]\n",
        zuid = 900_000 + n,
    )
}

/// Every page on the way of that person: sign-in, chooser, consent, front page, sign-out, the portal's.
async fn pages(house: &House, n: usize) -> Vec<Reply> {
    let scope = format!("Markup.n{n}.READ");
    let (id, email) = (format!("1000.MARKUP{n:04}"), format!("m{n}@markup.example"));
    let ask = once(&DESK).with("client_id", &id).with("redirect_uri", "http://127.0.0.1:9000/cb").with("scope", &scope);
    let mut browser = Browser::default();
    let (mut url, mut page) = browser.open(house, &ask.url(house)).await;
    let mut seen = Vec::new();
    for (field, value) in [("email", email.as_str()), ("password", PASSWORD), ("organization", &format!("5{n:04}"))] {
        seen.push(page.clone());
        form(&page, field);
        (url, page) = browser.fill(house, &url, &page, field, value).await;
    }
    seen.push(page.clone());
    // Accepted, so that the front page lists it.
    let end = answer(&mut browser, &url, &page, "decision", "accept").await;
    assert!(callback(&end).get("code").is_some());
    for path in ["/".to_owned(), "/sign-out".to_owned(), format!("/clientoauth/v2/7{n:04}")] {
        seen.push(browser.get(&format!("{}{path}", house.url("us"))).await);
    }
    let portal = Ask { portal: Some(format!("7{n:04}")), ..ask.clone() };
    seen.push(browser.get(&portal.url(house)).await);
    seen.push(browser.get(&portal.with("scope", "x").url(house)).await);
    seen
}

#[tokio::test]
async fn names_are_text_wherever_they_stand() {
    for_each_store(async |house| {
        let mut text = world(0, "Plain");
        for (n, payload) in PAYLOADS.iter().enumerate() {
            text.push_str(&world(n + 1, payload));
        }
        house.provision(&text).await;
        // The catalog is read once a second.
        let last = once(&DESK).with("scope", &format!("Markup.n{}.READ", PAYLOADS.len()));
        eventually("the new scopes", async || asked(house, &last).await.status == 200).await;
        let plain = pages(house, 0).await;
        for (n, payload) in PAYLOADS.iter().enumerate() {
            for (at, page) in pages(house, n + 1).await.iter().enumerate() {
                assert_page(page);
                assert_inert(page, &plain[at], &[payload]);
            }
        }
    })
    .await;
}

/// Names of the nth world that last as long as the test.
fn cast(n: usize, state: &'static str) -> Cast {
    let kept = |text: String| -> &'static str { text.leak() };
    let app = |id: String| App { id: kept(id), secret: "canary-made-secret", redirect_uri: "http://127.0.0.1:9000/cb" };
    Cast {
        person: Person {
            email: kept(format!("m{n}@markup.example")),
            zuid: 900_000 + i64::try_from(n).unwrap(),
            location: "us",
            organization: kept(format!("5{n:04}")),
        },
        app: app(format!("1000.MARKUP{n:04}")),
        device: app(format!("1004.MARKUP{n:04}")),
        scopes: [kept(format!("Markup.n{n}.READ")), kept(format!("Markup.m{n}.READ"))],
        state,
    }
}

#[tokio::test]
async fn h05_names_are_text_on_the_other_pages_too() {
    for_each_store(async |house| {
        let mut text = world(0, "Plain");
        for (n, payload) in PAYLOADS.iter().enumerate() {
            text.push_str(&world(n + 1, payload));
        }
        house.provision(&text).await;
        let last = once(&DESK).with("scope", &format!("Markup.n{}.READ", PAYLOADS.len()));
        eventually("the new scopes", async || asked(house, &last).await.status == 200).await;
        let plain = other_pages::all(house, &cast(0, "x")).await;
        for (n, payload) in PAYLOADS.iter().enumerate() {
            let seen = other_pages::all(house, &cast(n + 1, payload)).await;
            assert_eq!(seen.len(), plain.len());
            for (shown, plain) in seen.iter().zip(&plain) {
                println!("{payload}: {}", shown.what);
                assert_page(&shown.page);
                assert_eq!(shown.page.status, plain.page.status, "{payload}: {}", shown.what);
                let words = [*payload];
                assert_inert(&shown.page, &plain.page, if shown.named { &words } else { &[] });
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_a_request_brings_is_text_wherever_it_stands() {
    for_each_store(async |house| {
        for door in [once(&DESK), once(&DESK).portal(PARTNERS)] {
            for payload in PAYLOADS {
                for name in ["response_type", "client_id", "scope", "redirect_uri", "code_challenge_method", payload] {
                    // Compared with a value of the same error.
                    let same = if name == "scope" { "," } else { "x" };
                    let (mut bad, mut plain) = (door.clone().with(name, payload), door.clone().with(name, same));
                    if name == "code_challenge_method" {
                        (bad, plain) = (bad.with("code_challenge", "x"), plain.with("code_challenge", "x"));
                    }
                    if name == payload {
                        // Twice: the page names it.
                        bad.parameters.push((payload.to_owned(), "x".to_owned()));
                        plain = door.clone().with("x", "x");
                        plain.parameters.push(("x".to_owned(), "x".to_owned()));
                    }
                    let (bad, plain) = (asked(house, &bad).await, asked(house, &plain).await);
                    assert_eq!((bad.status, plain.status), (400, 400), "{name} {payload}");
                    assert_inert(&bad, &plain, &[]);
                }
                // Values that a good request carries through the pages.
                let hint = format!("{}@x.example", payload.chars().filter(|c| !c.is_whitespace()).collect::<String>())
                    .to_lowercase();
                for (name, value, plain) in
                    [("state", payload, "x"), ("login_hint", &hint, "x@x.example"), ("x", payload, "x")]
                {
                    // At a portal nobody is handed over, whatever the hint.
                    if name == "login_hint" && door.portal.is_none() {
                        continue;
                    }
                    let page = asked(house, &door.clone().with(name, value)).await;
                    let plain = asked(house, &door.clone().with(name, plain)).await;
                    assert_eq!((page.status, plain.status), (200, 200), "{name} {payload}");
                    assert_inert(&page, &plain, if name == "login_hint" { std::slice::from_ref(&value) } else { &[] });
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_a_person_types_is_text() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let ask = once(&DESK).portal(PARTNERS);
        let (url, page) = walk_to(house, &mut browser, &ask, &PAT, "email").await;
        let plain = answer(&mut browser, &url, &page, "email", "x").await;
        for payload in PAYLOADS {
            let typed = answer(&mut browser, &url, &page, "email", payload).await;
            assert_eq!((typed.status, plain.status), (422, 422));
            assert_inert(&typed, &plain, &[]);
            assert_eq!(value_of(&typed, "email"), payload, "what was typed is kept");
        }
    })
    .await;
}
