//! The language a browser asks for, on every page; documented words stay as documented (`design/pages.md`).

use super::*;

fn in_language(header: &str) -> Browser {
    Browser { headers: vec![("accept-language".to_owned(), header.to_owned())], ..Browser::default() }
}

#[tokio::test]
async fn pages_speak_the_browser_s_language() {
    let spoken = [
        ("de", "<html lang=\"de\" dir=\"ltr\">"),
        ("ar", "<html lang=\"ar\" dir=\"rtl\">"),
        ("xx", "<html lang=\"en\" dir=\"ltr\">"),
    ];
    for_one_store(async |house| {
        let mut headings = Vec::new();
        for (header, html) in spoken {
            let mut browser = in_language(header);
            let ask = once(&DESK).with("scope", BIGIN);
            let mut own = Vec::new();
            for field in ["email", "password", "organization", "decision"] {
                let (_, page) = walk_to(house, &mut browser, &ask, &BOB, field).await;
                assert!(page.body.contains(html), "{header}: {page:?}");
                own.push(heading(&page));
            }
            for path in ["/", "/sign-out", "/nothing", "/clientoauth/v2/60001/sign-in", "/clientoauth/v2/1/auth"] {
                let page = browser.get(&format!("{}{path}", house.url("us"))).await;
                assert!(page.body.contains(html), "{header} {path}: {page:?}");
                own.push(heading(&page));
            }
            // Titles of errors are documented words in every language; what they mean is said in one's own.
            let wrong = browser.get(&ask.with("client_id", "x").url(house)).await;
            assert!(wrong.body.contains(html) && wrong.body.contains("ERROR_invalid_client"));
            assert_eq!(heading(&wrong), "Invalid Client");
            assert_eq!(wrong.body.contains("What you can do"), header == "xx");
            assert_eq!(wrong.header("vary"), Some("accept-language, cookie"));
            headings.push(own);
        }
        let english: Vec<String> = headings.pop().unwrap();
        assert_eq!(
            english[..5],
            [
                "Sign in",
                "Enter your password",
                "Choose an organization",
                "Zylker Desk wants to access Zylker",
                "Your account"
            ]
        );
        for other in headings {
            for (theirs, ours) in other.iter().zip(&english) {
                assert!(theirs != ours || ours.starts_with("ERROR_"), "{ours} is not translated");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_header_is_read_as_it_is_meant() {
    for_one_store(async |house| {
        for (header, lang) in [
            ("", "en"),
            ("*", "en"),
            ("de", "de"),
            ("DE", "de"),
            ("de-AT", "de"),
            ("ar-EG,en;q=0.5", "ar"),
            ("fr,de;q=0.3", "de"),
            ("en,de", "en"),
            ("de;q=0.5,en;q=0.9", "en"),
            ("en;q=0,de;q=0.1", "de"),
            ("de;q=0", "en"),
            ("xx,yy,zz", "en"),
            ("deutsch", "en"),
            ("de;q=NaN", "en"),
            ("de;q=-1", "en"),
            (";;;,,,", "en"),
            ("de; q=0.8", "de"),
            ("de;q=1e9,ar", "de"),
            ("\"><script>alert(1)</script>", "en"),
        ] {
            let page = in_language(header).get(&once(&DESK).url(house)).await;
            assert!(page.body.contains(&format!("<html lang=\"{lang}\"")), "{header}: {page:?}");
        }
        let long = "de-".repeat(10_000);
        assert!(in_language(&long).get(&once(&DESK).url(house)).await.status < 500);
    })
    .await;
}
