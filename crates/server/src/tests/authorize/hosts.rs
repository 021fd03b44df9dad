//! Which data center answers to a Host header, and what https changes (`spec/decisions.md` 15 and 27; cases
//! A13, H12). Each test starts a server of its own shape.

use super::*;
use crate::{Config, Running, ServeOptions, provision, start};

/// A server with this config, which names no address twice by chance: `PORT` is a free one.
async fn started(text: &str, fixture: &str) -> (Running, u16, tempfile::TempDir) {
    for _ in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let text = text.replace("PORT", &port.to_string());
        let config = Config::parse(&format!("data_dir = \"{}\"\n{text}", folder.path().display())).unwrap();
        let (for_shop, fixture) = (config.clone(), with_passwords(fixture));
        tokio::task::spawn_blocking(move || {
            let file = provision::read_text(&fixture, &for_shop).unwrap();
            let shop = provision::Workshop::open(for_shop).unwrap();
            let plan = provision::plan(&shop, &file, false).unwrap();
            provision::apply(&shop, plan).unwrap();
            shop.close();
        })
        .await
        .unwrap();
        // Somebody else may have taken the port meanwhile.
        if let Ok(running) = start(config, ServeOptions::default()).await {
            return (running, port, folder);
        }
    }
    panic!("no free port");
}

/// People of these data centers, a client for both, and a portal at us.
fn people(places: &[(Person, &str)]) -> String {
    let mut text = client_entry(DESK.id, "Zylker Desk", &[DESK.redirect_uri]);
    for (person, organization) in places {
        let Person { email, zuid, location, .. } = person;
        let entry = format!(
            "[[organization]]\nid = {organization:?}\nname = \"Zylker\"\ndata_center = {location:?}\n\
             [[user]]\nemail = {email:?}\nzuid = {zuid}\n{{password}}\ndata_center = {location:?}\n\
             organizations = [{organization:?}]\n"
        );
        text.push_str(&entry);
    }
    text.push_str("[[portal]]\nid = \"60001\"\nname = \"Zylker Partners\"\norganization = \"10001\"\n");
    text
}

/// What a person answers on that page.
fn given(page: &Reply, person: &Person) -> Vec<(String, String)> {
    let form = Form::find(&page.body).unwrap_or_else(|| panic!("{page:?}"));
    let answers = [("email", person.email), ("password", PASSWORD), ("decision", "accept")];
    let (name, value) = answers.into_iter().find(|(n, _)| form.asks.iter().any(|a| a == n)).unwrap();
    form.filled(name, value)
}

/// Walks to the end with a browser whose names for the server are its own; answers the last reply and every
/// cookie that was set.
async fn walk(port: u16, browser: &mut Browser, ask: &Ask, person: &Person) -> (Callback, Vec<String>) {
    let (mut url, mut set) = (format!("http://127.0.0.1:{port}{}", target(ask)), Vec::new());
    let mut reply = browser.get(&url).await;
    for _ in 0..12 {
        set.extend(reply.headers_named("set-cookie").map(str::to_owned));
        if let Some(location) = reply.header("location") {
            if location.starts_with(DESK.redirect_uri) {
                return (callback(&reply), set);
            }
            url = next(&url, &reply);
            reply = browser.get(&url).await;
            continue;
        }
        url = action(&url, &Form::find(&reply.body).unwrap_or_else(|| panic!("{reply:?}")));
        reply = browser.post(&url, &given(&reply, person)).await;
    }
    panic!("without end: {url}");
}

async fn asked_as(port: u16, host: &str, target: &str) -> Reply {
    send(&format!("http://127.0.0.1:{port}"), &Request::get(target).header("host", host)).await
}

const SHARED: &str = r#"
[[data_center]]
location = "us"
listen = "127.0.0.1:PORT"
accounts_url = "http://us.zylker.example:PORT"
portal_url = "http://portal.us.zylker.example"
[[data_center]]
location = "eu"
listen = "127.0.0.1:PORT"
accounts_url = "http://eu.zylker.example:PORT"
"#;

#[tokio::test]
async fn several_data_centers_on_one_listener_go_by_host() {
    let (running, port, _folder) = started(SHARED, &people(&[(ALICE, "10001"), (CARLA, "20001")])).await;
    let request = target(&once(&DESK));
    for (host, place) in [
        (format!("us.zylker.example:{port}"), "US"),
        (format!("US.Zylker.Example:{port}"), "US"),
        (format!("eu.zylker.example:{port}"), "EU"),
        ("portal.us.zylker.example".to_owned(), "US"),
    ] {
        let reply = asked_as(port, &host, &request).await;
        assert_eq!(reply.status, 200, "{host}");
        assert!(text_of(&reply.body).contains(&format!("Data center: {place}")), "{host}: {reply:?}");
    }
    for host in [
        "us.zylker.example",
        "us.zylker.example:1",
        "evil.example",
        "",
        "127.0.0.1",
        "localhost",
        "us.zylker.example.evil.example",
        "us.zylker.example, eu.zylker.example",
        "x@us.zylker.example",
        "eu.zylker.example/",
    ] {
        for path in [request.as_str(), "/", "/oauth/serverinfo", "/no/such/page"] {
            let reply = asked_as(port, host, path).await;
            assert!(matches!(reply.status, 421 | 400), "{host} {path}: {reply:?}");
            assert_eq!(reply.header("location"), None);
        }
    }
    // Without a Host, and with it in the request line.
    let url = format!("http://127.0.0.1:{port}");
    let none = send_bytes(&url, b"GET / HTTP/1.0\r\n\r\n").await;
    assert_eq!(none.status, 421, "{none:?}");
    let line = format!(
        "GET http://eu.zylker.example:{port}/ HTTP/1.1\r\nhost: eu.zylker.example:{port}\r\nconnection: close\r\n\r\n"
    );
    assert!(send_bytes(&url, line.as_bytes()).await.body.contains("EU"));
    running.stop().await;
}

#[tokio::test]
async fn handing_over_goes_by_name_and_a_portal_s_codes_name_its_own_url() {
    let (running, port, _folder) = started(SHARED, &people(&[(ALICE, "10001"), (CARLA, "20001")])).await;
    let (us, eu) = (format!("us.zylker.example:{port}"), format!("eu.zylker.example:{port}"));
    let hinted = once(&DESK).with("login_hint", CARLA.email);
    let reply = asked_as(port, &us, &target(&hinted)).await;
    let there = format!("http://{eu}/oauth/v2/auth?");
    assert!(reply.header("location").is_some_and(|l| l.starts_with(&there)), "{reply:?}");
    // The portal, asked for at eu, is where portals of us are.
    let reply = asked_as(port, &eu, &target(&once(&DESK).portal("60001"))).await;
    let there = "http://portal.us.zylker.example/clientoauth/v2/60001/auth?";
    assert!(reply.header("location").is_some_and(|l| l.starts_with(there)), "{reply:?}");
    // Alice's way to the end, with her Host and, as a browser would send it, her Origin on every request.
    let headers = [("host", us.clone()), ("origin", format!("http://{us}"))].map(|(n, v)| (n.to_owned(), v)).to_vec();
    let mut browser = Browser { headers, ..Browser::default() };
    let (end, _) = walk(port, &mut browser, &once(&DESK), &ALICE).await;
    assert_eq!(end.get("accounts-server"), Some(format!("http://{us}").as_str()));
    running.stop().await;
}

#[tokio::test]
async fn one_data_center_ignores_host_and_https_hardens_its_cookies() {
    let text = r#"
[[data_center]]
location = "us"
listen = "127.0.0.1:PORT"
accounts_url = "https://accounts.zylker.example"
[[data_center]]
location = "eu"
accounts_url = "https://accounts.zylker.example.eu"
"#;
    let (running, port, _folder) = started(text, &people(&[(ALICE, "10001")])).await;
    for host in ["accounts.zylker.example", "evil.example", "", "127.0.0.1", "x:y:z"] {
        let reply = asked_as(port, host, &target(&once(&DESK))).await;
        assert!(matches!(reply.status, 200 | 400), "{host}: {reply:?}");
        assert_eq!(reply.header("strict-transport-security"), Some("max-age=63072000"));
    }
    // Behind a proxy that speaks https: every cookie is for this host over https only. The origin is the name
    // outside, whatever Host the proxy sends.
    for ask in [once(&DESK), once(&DESK).with("login_hint", ALICE.email)] {
        let headers = vec![("origin".to_owned(), "https://accounts.zylker.example".to_owned())];
        let mut browser = Browser { headers, ..Browser::default() };
        let (end, set) = walk(port, &mut browser, &ask, &ALICE).await;
        assert_eq!(end.get("accounts-server"), Some("https://accounts.zylker.example"));
        assert!(set.iter().any(|c| c.contains("_session=1000.")), "{set:?}");
        for cookie in set {
            assert!(cookie.starts_with("__Host-grantor_us_"), "{cookie}");
            assert!(
                cookie.contains("; Path=/") && cookie.contains("; Secure") && cookie.contains("; HttpOnly"),
                "{cookie}"
            );
            assert!(!cookie.contains("Domain"), "{cookie}");
        }
    }
    running.stop().await;
}

#[tokio::test]
async fn p04_two_hosts_are_none() {
    for_one_store(async |house| {
        let host = house.url("us").strip_prefix("http://").unwrap();
        let request = Request::get("/sign-in").header("host", host);
        assert_eq!(house.send("us", &request).await.status, 200);
        let reply = house.send("us", &request.header("host", "elsewhere.example")).await;
        assert!(reply.status == 400 && reply.body.contains("more than one Host"), "{reply:?}");
    })
    .await;
}
