//! Pages of other sites do not drive a developer's sandbox; scripts and our own pages do.

use super::*;

async fn clock_as(house: &House, headers: &[(&str, &str)]) -> Reply {
    let request = Request::new("POST", "/_sandbox/clock").body("text/plain", r#"{"advance":"1s"}"#);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
    house.send("us", &request).await
}

#[tokio::test]
async fn a_page_of_another_site_does_not_drive_the_sandbox() {
    for_one_store(async |house| {
        let own = house.url("us").to_owned();
        let (eu, host) = (house.url("eu").to_owned(), own.strip_prefix("http://").unwrap().to_owned());
        let port = host.rsplit_once(':').unwrap().1;
        let local = format!("localhost:{port}");
        let before = get(house, "clock").await;
        for headers in [
            &[("origin", "https://elsewhere.example")][..],
            &[("origin", "null")],
            &[("origin", "http://127.0.0.1:1")],
            &[("origin", &own), ("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "cross-site")],
        ] {
            let reply = clock_as(house, headers).await;
            assert_eq!(reply.status, 403, "{headers:?}: {reply:?}");
            assert!(reply.text("message").contains("pages of other sites"), "{reply:?}");
        }
        let rebound = format!("elsewhere.example:{port}");
        for name in [&rebound, "localhost.elsewhere.example", "grantor", "", "a b"] {
            let reply = clock_as(house, &[("host", name)]).await;
            assert!(matches!(reply.status, 400 | 421), "{name}: {reply:?}");
        }
        let same_origin = format!("http://{rebound}");
        assert_eq!(clock_as(house, &[("host", &rebound), ("origin", &same_origin)]).await.status, 421);
        assert_eq!(get(house, "clock").await, before, "nothing was done");
        for headers in [
            &[][..],
            &[("origin", own.as_str()), ("sec-fetch-site", "same-origin")],
            &[("origin", &eu), ("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[("host", &local)],
            &[("host", &local), ("origin", &format!("http://{local}"))],
            &[("host", "us.localhost")],
            &[("host", "[::1]:80")],
            &[("host", &host.to_uppercase())],
        ] {
            let reply = clock_as(house, headers).await;
            assert_eq!(reply.status, 200, "{headers:?}: {reply:?}");
        }
    })
    .await;
}
