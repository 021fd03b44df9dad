//! The sample application as browsers meet it, against a small accounts server.

use std::time::Duration;

use reqwest::{Method, StatusCode, header, redirect};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::{SampleConfig, SamplePortal, serve};

#[path = "../../tests/it/stub.rs"]
mod stub;

use stub::{ACCESS, CLIENT, CODE, REFRESH, SECRET, Stub};

/// One browser on the running application.
struct Browser {
    home: String,
    http: reqwest::Client,
    cookie: Option<String>,
}

struct Page {
    status: StatusCode,
    location: Option<String>,
    headers: header::HeaderMap,
    html: String,
}

impl Browser {
    async fn ask(&mut self, method: Method, path: &str, form: Option<&[(&str, &str)]>) -> Page {
        let url = if path.starts_with('/') { format!("{}{path}", self.home) } else { path.to_owned() };
        let mut request = self.http.request(method, url);
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, format!("other=1; {cookie}"));
        }
        if let Some(form) = form {
            request = request.form(form);
        }
        let response = request.send().await.unwrap();
        if let Some(set) = response.headers().get(header::SET_COOKIE) {
            let set = set.to_str().unwrap();
            assert!(
                set.starts_with("zylkerdesk_sid=") && set.contains("HttpOnly") && set.contains("SameSite=Lax"),
                "{set}"
            );
            self.cookie = Some(set.split(';').next().unwrap().to_owned());
        }
        let location = response.headers().get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned());
        let (status, headers) = (response.status(), response.headers().clone());
        Page { status, location, headers, html: response.text().await.unwrap() }
    }

    async fn home(&mut self) -> String {
        let page = self.ask(Method::GET, "/", None).await;
        assert_eq!(page.status, StatusCode::OK);
        for secret in [ACCESS, REFRESH, CODE, SECRET] {
            assert!(!page.html.contains(&secret[10..]), "a secret is on the page");
        }
        page.html
    }

    /// Presses a button: posts to `path` with the page's token, and gives where it leads.
    async fn press(&mut self, path: &str, more: &[(&str, &str)]) -> String {
        let html = self.home().await;
        let csrf = html.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let form: Vec<_> = [("csrf", csrf.as_str())].into_iter().chain(more.iter().copied()).collect();
        let page = self.ask(Method::POST, path, Some(&form)).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.html);
        page.location.unwrap()
    }

    /// The way back: the callback, then home.
    async fn come_back(&mut self, callback: &str) -> String {
        let page = self.ask(Method::GET, callback, None).await;
        assert_eq!(page.location.as_deref(), Some("/"));
        self.home().await
    }
}

/// The application, running until the sender is used or dropped.
async fn start(stub: &Stub) -> (Browser, oneshot::Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let home = format!("http://{}", listener.local_addr().unwrap());
    let config = SampleConfig {
        listen: listener.local_addr().unwrap(),
        accounts_url: stub.url.clone(),
        client_id: CLIENT.to_owned(),
        client_secret: SECRET.to_owned(),
        redirect_uri: format!("{home}/callback"),
        scopes: vec!["A.b.READ".to_owned(), "AaaServer.profile.READ".to_owned()],
        portal: Some(SamplePortal {
            id: "60001".to_owned(),
            name: "Zylker Partners".to_owned(),
            url: stub.url.clone(),
        }),
        widget: Some("1000.WIDGET".to_owned()),
    };
    let (stop, stopped) = oneshot::channel();
    tokio::spawn(async move { serve(listener, config, async { drop(stopped.await) }).await.unwrap() });
    (browser(&home), stop)
}

fn browser(home: &str) -> Browser {
    let http = reqwest::Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .timeout(Duration::from_secs(10))
        .build()
        .unwrap();
    Browser { home: home.to_owned(), http, cookie: None }
}

#[tokio::test]
async fn connect_refresh_revoke() {
    let stub = Stub::start().await;
    let (mut browser, _stop) = start(&stub).await;
    let html = browser.home().await;
    assert!(html.contains("Connect to Bigin") && html.contains("Connect through Zylker Partners"));

    let link = browser.press("/connect", &[("offline", "yes"), ("consent", "yes")]).await;
    assert!(
        link.starts_with(&format!("{}/oauth/v2/auth?", stub.url))
            && link.contains("access_type=offline")
            && link.contains("prompt=consent")
    );
    let html = browser.come_back(&stub.follow(&link)).await;
    assert!(html.contains("Alice Adams") && html.contains("bo@nordlys.example") && html.contains("Hoshi"));
    assert!(html.contains("Bo &#60;script&#62;") && !html.contains("<script"), "what strangers wrote is text");
    assert!(html.contains("What just travelled") && html.contains("The exchange") && html.contains("req-42"));
    assert_eq!(stub.asked("/oauth/v2/token")[0]["client_secret"], SECRET);

    assert_eq!(browser.press("/refresh", &[]).await, "/");
    assert!(browser.home().await.contains("There is a new access token"));
    stub.mood("no permission");
    browser.press("/contacts", &[]).await;
    assert!(browser.home().await.contains("Ask an administrator for the permission"));

    browser.press("/revoke", &[]).await;
    assert_eq!(stub.asked("/oauth/v2/token/revoke")[0]["token"], REFRESH);
    let html = browser.home().await;
    assert!(html.contains("Connect to Bigin") && !html.contains("bo@nordlys.example</td>"));
}

#[tokio::test]
async fn the_person_may_say_no() {
    let stub = Stub::start().await;
    let (mut browser, _stop) = start(&stub).await;
    stub.mood("reject");
    let link = browser.press("/connect", &[]).await;
    let html = browser.come_back(&stub.follow(&link)).await;
    assert!(html.contains("and that is fine") && html.contains("Connect to Bigin"));
    assert!(stub.asked("/oauth/v2/token").is_empty());
    stub.mood("invalid_client");
    let link = browser.press("/connect", &[]).await;
    let html = browser.come_back(&stub.follow(&link)).await;
    assert!(html.contains("belongs to another data center") && html.contains("req-42"));
}

#[tokio::test]
async fn answers_and_forms_of_others_do_nothing() {
    let stub = Stub::start().await;
    let (mut alice, _stop) = start(&stub).await;
    let mut mallory = browser(&alice.home);
    let link = mallory.press("/connect", &[]).await;
    alice.home().await;
    let html = alice.come_back(&stub.follow(&link)).await;
    assert!(html.contains("That answer does not belong here"));
    assert!(stub.asked("/oauth/v2/token").is_empty());

    for form in [&[][..], &[("csrf", "guessed")]] {
        let page = alice.ask(Method::POST, "/connect", Some(form)).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
    }
    // A cookie of somebody's own making is not taken over.
    let mut fixed = browser(&alice.home);
    fixed.cookie = Some("zylkerdesk_sid=chosen".to_owned());
    fixed.home().await;
    assert_ne!(fixed.cookie.as_deref(), Some("zylkerdesk_sid=chosen"));
    // A hostile accounts-server gets no code.
    let link = alice.press("/connect", &[]).await;
    let stranger = Stub::start().await;
    let html = alice.come_back(&stranger.follow(&link)).await;
    assert!(html.contains("not in /oauth/serverinfo") && stranger.asked("/oauth/v2/token").is_empty());
}

#[tokio::test]
async fn several_tabs_and_the_portal() {
    let stub = Stub::start().await;
    let (mut browser, _stop) = start(&stub).await;
    let first = browser.press("/connect", &[("offline", "yes")]).await;
    let portal = browser.press("/connect", &[("through", "portal")]).await;
    assert!(portal.starts_with(&format!("{}/clientoauth/v2/60001/auth?", stub.url)));
    let html = browser.come_back(&stub.follow(&first)).await;
    assert!(html.contains("Alice Adams"));
    let again = browser.come_back(&stub.follow(&first)).await;
    assert!(again.contains("does not belong here") && again.contains("Alice Adams"), "a callback works once");
    browser.press("/disconnect", &[]).await;
    assert!(browser.home().await.contains("forgotten here") && stub.asked("/oauth/v2/token/revoke").is_empty());
}

#[tokio::test]
async fn the_page_without_a_server_asks_for_a_token_in_the_fragment() {
    let stub = Stub::start().await;
    let (mut browser, _stop) = start(&stub).await;
    let page = browser.ask(Method::GET, "/widget", None).await;
    assert_eq!(page.status, StatusCode::OK);
    for path in ["/oauth/v2/auth", "/oauth/v2/auth/refresh"] {
        let link = format!("{}{path}?response_type=token&#38;client_id=1000.WIDGET&#38;scope=", stub.url);
        assert!(page.html.contains(&link), "{link} is not in {}", page.html);
    }
    assert!(page.html.contains("%2Fwidget\"") && !page.html.contains(&SECRET[10..]));
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(page.headers["referrer-policy"], "strict-origin");
    let script = browser.ask(Method::GET, "/widget.js", None).await;
    assert!(script.headers["content-type"].to_str().unwrap().starts_with("text/javascript"));
    assert!(!script.html.contains("innerHTML"), "what comes back is text");
}

#[tokio::test]
async fn headers_files_and_the_end() {
    let stub = Stub::start().await;
    let (mut browser, stop) = start(&stub).await;
    for (path, status, kind) in [
        ("/", 200, "text/html"),
        ("/desk.css", 200, "text/css"),
        ("/desk.svg", 200, "image/svg+xml"),
        ("/x", 404, "text/html"),
    ] {
        let page = browser.ask(Method::GET, path, None).await;
        assert_eq!(page.status.as_u16(), status, "{path}");
        assert!(page.headers["content-type"].to_str().unwrap().starts_with(kind));
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"));
        assert!(!page.html.contains(" style=") && !page.html.contains("<script"));
    }
    stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(5), async {
        while tokio::net::TcpStream::connect(browser.home.trim_start_matches("http://")).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await
    .unwrap();
}
