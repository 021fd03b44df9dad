//! Every path of both dialects with every parameter missing, empty, twice, wrong, enormous, with a NUL, in bytes that
//! are no text, and in bodies that are broken: the decided answer in its own form, and never a server error
//! (`spec/decisions.md` 3).

mod table;

use std::panic::{AssertUnwindSafe, catch_unwind};

use table::{Kind, Route};

use super::harness::*;

const FORM: &str = "application/x-www-form-urlencoded";

/// What is wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// Nothing.
    None,
    /// Missing, empty or wrong, where something good is needed.
    Needed,
    /// The same of what is not needed.
    Unneeded,
    /// Two values of a parameter, by its name.
    Twice(&'static str),
    /// Query or form cannot be read.
    Unreadable,
    /// A multipart body that is none.
    Broken,
    /// A body over the limit.
    TooLarge,
    /// A query over what is read, though HTTP would carry it.
    Long,
    /// A head over the limit.
    Huge,
}

/// Values that mean nothing anywhere.
const WRONG: [&str; 9] = [
    "wrong",
    "-1",
    "99999999999999999999",
    "' OR 1=1; --",
    "../../etc/passwd",
    "https://evil.example/\r\nset-cookie: a=b",
    "{\"a\":[]}",
    "\u{1f600}\u{202e}",
    "1000.00112233445566778899aabbccddeeff.00112233445566778899aabbccddeeff",
];

/// Text that cannot be read as parameters.
fn unreadable() -> Vec<Vec<u8>> {
    let many = "&a=1".repeat(300).into_bytes();
    let mut all: Vec<Vec<u8>> =
        ["&x=%00", "&%00=x", "&x=a%00b", "&x=%ff", "&x=%c3%28", "&x=%ed%a0%80"].map(|t| t.as_bytes().to_vec()).to_vec();
    all.push(many);
    all
}

/// Bodies that are no multipart, whatever they say.
fn broken() -> [(&'static str, Vec<u8>); 5] {
    let part = "--X\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n";
    [
        ("multipart/form-data", b"--X\r\n\r\n--X--".to_vec()),
        ("multipart/form-data; boundary=X", b"no boundary at all".to_vec()),
        ("multipart/form-data; boundary=X", format!("{part}cut").into_bytes()),
        ("multipart/form-data; boundary=X", format!("{part}a\0b\r\n--X--\r\n").into_bytes()),
        ("multipart/form-data; boundary=X", [part.as_bytes(), b"\xff\xff\r\n--X--\r\n"].concat()),
    ]
}

/// Everything that is asked of a route, with what is wrong about it.
fn trials(route: &Route, fields: &[(&str, &str)]) -> Vec<(String, Fault, Request)> {
    let mut trials = Vec::new();
    let mut add = |what: String, fault, request: Request| trials.push((what, fault, request));
    for request in ways(route, fields) {
        add("good".to_owned(), Fault::None, request);
    }
    let huge = "a".repeat(30 * 1024);
    for param in &route.params {
        let others: Vec<(&str, &str)> = fields.iter().filter(|(name, _)| *name != param.name).copied().collect();
        let fault = if param.required { Fault::Needed } else { Fault::Unneeded };
        for request in ways(route, &others) {
            add(format!("{} missing", param.name), fault, request);
        }
        for value in ["", "wrong"] {
            for request in ways(route, &[&others[..], &[(param.name, value)]].concat()) {
                add(format!("{} = {value:?}", param.name), fault, request);
            }
        }
        for value in &WRONG[..rounds(5, WRONG.len())] {
            let request = ways(route, &[&others[..], &[(param.name, *value)]].concat()).swap_remove(0);
            add(format!("{} = {value:?}", param.name), fault, request);
        }
        if !in_query(route) {
            let request = ways(route, &[&others[..], &[(param.name, huge.as_str())]].concat()).swap_remove(0);
            add(format!("{} of 30 KiB", param.name), fault, request);
        }
        for request in ways(route, &[fields, &[(param.name, "another value")]].concat()) {
            add(format!("{} twice", param.name), Fault::Twice(param.name), request);
        }
    }
    let good = encoded(fields);
    for tail in unreadable() {
        let text = String::from_utf8_lossy(&tail).into_owned();
        let what = format!("{text:.12}");
        if !in_query(route) {
            let body = [good.as_bytes(), &tail].concat();
            add(what.clone(), Fault::Unreadable, Request::new(route.method, route.path).body(FORM, body));
        }
        // A form's query is the application's and was judged at its page.
        if in_query(route) || matches!(route.kind, Kind::Accounts | Kind::Rfc | Kind::Claims) {
            let query = if in_query(route) { format!("{good}{text}") } else { text[1..].to_owned() };
            let mut request = Request::new(route.method, &format!("{}?{query}", route.path));
            if !in_query(route) {
                request = request.body(FORM, good.clone());
            }
            add(format!("{what} in the query"), Fault::Unreadable, request);
        }
    }
    for (kind, body) in broken() {
        let request = if in_query(route) {
            Request::new(route.method, &format!("{}?{good}", route.path)).body(kind, body)
        } else {
            Request::new(route.method, route.path).body(kind, body)
        };
        add(format!("broken {kind}"), Fault::Broken, request);
    }
    let large = "a".repeat(64 * 1024 + 1);
    if !in_query(route) {
        let request = Request::new(route.method, route.path).body(FORM, format!("{good}&x={large}"));
        add("a body of 64 KiB".to_owned(), Fault::TooLarge, request);
    }
    let long = format!("{}?{good}&x={}", route.path, &large[..9_000]);
    let mut request = Request::new(route.method, &long);
    if !in_query(route) {
        request = Request::new(route.method, &format!("{}?x={}", route.path, &large[..9_000])).body(FORM, good.clone());
    }
    add("a query of 9 KiB".to_owned(), Fault::Long, request);
    let request = Request::new(route.method, &format!("{}?x={large}{large}", route.path));
    add("a query of 128 KiB".to_owned(), Fault::Huge, request);
    let request = Request::new(route.method, route.path).header("x-large", &large);
    add("a header of 64 KiB".to_owned(), Fault::Huge, request);
    for (_, _, request) in &mut trials {
        if let Some(with) = &route.authorization {
            request.headers.extend(with.headers.iter().cloned());
        }
    }
    trials
}

/// Whether the parameters stand in the query and nowhere else.
fn in_query(route: &Route) -> bool {
    route.method == "GET" || route.kind == Kind::Resource
}

/// The parameters in each way that the route reads.
fn ways(route: &Route, fields: &[(&str, &str)]) -> Vec<Request> {
    let query = format!("{}?{}", route.path, encoded(fields));
    if in_query(route) {
        return vec![Request::new(route.method, &query)];
    }
    let mut all = vec![Request::new(route.method, route.path).body(FORM, encoded(fields))];
    if let Kind::Accounts = route.kind {
        all.push(Request::new(route.method, &query));
    }
    if matches!(route.kind, Kind::Accounts | Kind::Form(_)) {
        let (kind, body) = multipart(fields);
        all.push(Request::new(route.method, route.path).body(&kind, body));
    }
    all
}

/// What JSON says is wrong; `None` when it is no refusal.
fn error_of(reply: &Reply) -> Option<String> {
    let json = reply.json();
    let text = |key: &str| json.get(key).and_then(|v| v.as_str()).map(str::to_owned);
    if text("response").as_deref() == Some("error") { text("cause") } else { text("error") }
}

fn assert_json(reply: &Reply, what: &str) {
    assert_eq!(reply.header("content-type"), Some("application/json;charset=UTF-8"), "{what}: {reply:?}");
    assert_eq!(reply.header("cache-control"), Some("no-store"), "{what}: {reply:?}");
    assert!(reply.headers_named("set-cookie").next().is_none(), "{what}: {reply:?}");
}

/// Judges an answer of an endpoint that speaks JSON.
fn judge_json(route: &Route, fault: Fault, reply: &Reply, what: &str) {
    assert_json(reply, what);
    let rfc = route.kind == Kind::Rfc;
    let statuses: &[u16] = if rfc { &[200, 400, 401, 413, 415] } else { &[200, 400, 401, 413] };
    assert!(statuses.contains(&reply.status), "{what}: {reply:?}");
    let error = error_of(reply);
    assert!(error.is_some() || reply.status == 200, "{what}: {reply:?}");
    if rfc {
        assert_eq!(error.is_some(), reply.status != 200, "{what}: {reply:?}");
        assert!(error.is_none() || !reply.text("error_description").is_empty(), "{what}: {reply:?}");
    }
    let invalid_request = |status: u16| {
        assert_eq!((reply.status, error.as_deref()), (status, Some("invalid_request")), "{what}: {reply:?}");
    };
    match (fault, route.kind) {
        (Fault::Needed, _) => assert!(error.is_some(), "{what}: {reply:?}"),
        (Fault::Twice(_) | Fault::Unreadable, _) | (Fault::Broken, Kind::Accounts) => invalid_request(400),
        (Fault::Broken, _) => invalid_request(415),
        (Fault::TooLarge, _) => invalid_request(413),
        (Fault::None, _) if route.good == [200] && !route.path.ends_with("/remote/auth") => {
            let fine = error.is_none() || matches!(error.as_deref(), Some("authorization_pending" | "slow_down"));
            assert!(reply.status == 200 && fine, "{what}: {reply:?}");
        }
        _ => {}
    }
}

/// Judges an answer of an endpoint that opens with an access token. In the header it is good, whatever else is sent.
fn judge_resource(route: &Route, fault: Fault, reply: &Reply, what: &str) {
    assert_json(reply, what);
    let challenged = || assert!(reply.header("www-authenticate").is_some(), "{what}: {reply:?}");
    match (route.kind, fault) {
        (Kind::Claims, Fault::Needed) => {
            assert!(matches!(reply.status, 400 | 401), "{what}: {reply:?}");
            challenged();
        }
        (Kind::Claims, Fault::Twice(_) | Fault::Unreadable | Fault::TooLarge | Fault::Broken) => {
            assert_eq!(reply.status, 400, "{what}: {reply:?}");
            challenged();
        }
        // The standard dialect reads the query, in which no token may stand.
        (Kind::Resource, Fault::Unreadable) if route.path.starts_with("/oauth2/") => {
            assert_eq!(reply.status, 400, "{what}: {reply:?}");
            challenged();
        }
        // A form that cannot be read may hold a second token.
        (Kind::Resource, Fault::Broken) if route.method == "POST" => {
            assert!(matches!(reply.status, 200 | 400), "{what}: {reply:?}");
        }
        _ => assert_eq!(reply.status, 200, "{what}: {reply:?}"),
    }
}

/// A page of ours, or a redirect that stays here or goes to a registered address.
fn assert_page_or_redirect(house: &House, reply: &Reply, what: &str) {
    assert_eq!(reply.header("cache-control"), Some("no-store"), "{what}: {reply:?}");
    let Some(target) = reply.header("location") else {
        assert_eq!(reply.header("content-type"), Some("text/html; charset=utf-8"), "{what}: {reply:?}");
        assert_eq!(reply.header("x-frame-options"), Some("DENY"), "{what}");
        assert!(reply.body.contains("<h1"), "{what}: {reply:?}");
        return;
    };
    assert!(matches!(reply.status, 302 | 303), "{what}: {reply:?}");
    let own = target.starts_with('/') && !target.starts_with("//") && !target.starts_with("/\\");
    let registered = [DESK.redirect_uri, PANEL.redirect_uri]
        .iter()
        .any(|uri| target.strip_prefix(uri).is_some_and(|rest| rest.is_empty() || rest.starts_with(['?', '#'])));
    assert!(own || registered || house.owns(target), "{what}: {reply:?}");
}

fn judge_page(house: &House, route: &Route, fault: Fault, reply: &Reply, what: &str) {
    assert_page_or_redirect(house, reply, what);
    let statuses: &[u16] = match (route.kind, fault) {
        (_, Fault::None) if matches!(route.kind, Kind::Form(_)) => &[200, 303, 400, 422],
        (_, Fault::None) => route.good,
        (Kind::Question, Fault::Twice(_))
        | (Kind::Question | Kind::StandardQuestion, Fault::Needed | Fault::Unreadable | Fault::Long)
        | (Kind::StandardQuestion, Fault::Twice("client_id" | "redirect_uri"))
        | (Kind::Form(_), Fault::Unreadable | Fault::Broken | Fault::TooLarge) => &[400],
        // The person first, then the application is told.
        (Kind::StandardQuestion, _) => &[200, 303],
        // The question that comes of it is judged.
        (Kind::Relay, _) => &[303],
        (Kind::Form(_), Fault::Needed | Fault::Twice("csrf")) => &[403],
        _ => &[200, 302, 303, 400, 422],
    };
    assert!(statuses.contains(&reply.status), "{what}: not one of {statuses:?}: {reply:?}");
}

fn judge(house: &House, route: &Route, fault: Fault, reply: &Reply, what: &str) {
    assert!(reply.status < 500, "{what}: {reply:?}");
    if fault == Fault::Huge {
        // HTTP itself says so, before anybody reads parameters.
        assert!(matches!(reply.status, 400 | 414 | 431), "{what}: {reply:?}");
        return;
    }
    assert!(reply.header("x-request-id").is_some_and(|id| id.len() == 16), "{what}");
    match route.kind {
        Kind::Accounts | Kind::Rfc => judge_json(route, fault, reply, what),
        Kind::Resource | Kind::Claims => judge_resource(route, fault, reply, what),
        Kind::Document => assert_eq!([reply.status], *route.good, "{what}: {reply:?}"),
        _ => judge_page(house, route, fault, reply, what),
    }
}

/// Sends what is wrong with a route, and tells which answers are not the decided ones.
async fn try_all(
    house: &House,
    route: &Route,
    browser: &Browser,
    fields: &[(&str, &str)],
    target: &str,
) -> Vec<String> {
    let mut failed = Vec::new();
    for (what, fault, request) in trials(route, fields) {
        let what = format!("{} {} {what}", route.method, route.path);
        // Queries of their own stay as they are; a form has the application's behind its path.
        let target = if request.target == route.path { target.to_owned() } else { request.target.clone() };
        let reply = browser.clone().send(&format!("{}{target}", house.url("us")), request).await;
        let judged = catch_unwind(AssertUnwindSafe(|| judge(house, route, fault, &reply, &what)));
        let mut right = judged.is_ok();
        if right && fault != Fault::Huge && route.kind == Kind::Relay {
            let target = reply.header("location").unwrap();
            let asked = house.send("us", &Request::get(target)).await;
            let relayed = catch_unwind(AssertUnwindSafe(|| {
                assert!(target.starts_with("/oauth2/") && asked.status < 500, "{what}: {asked:?}");
                assert_page_or_redirect(house, &asked, &what);
            }));
            right = relayed.is_ok();
        }
        if !right {
            failed.push(what);
        }
    }
    failed
}

/// No other method breaks anything, and none of them leads anywhere.
async fn other_methods(house: &House, route: &Route) {
    for method in ["HEAD", "PUT", "DELETE", "OPTIONS", "BREW"] {
        let target = format!("{}?{}", route.path, encoded(&route.fields()));
        let reply = house.send("us", &Request::new(method, &target)).await;
        assert!(matches!(reply.status, 200 | 303 | 400 | 401 | 404 | 405), "{method} {target}: {reply:?}");
        assert!(!reply.body.contains("access_token"), "{method} {target}: {reply:?}");
    }
}

#[tokio::test]
async fn whatever_is_wrong_an_application_gets_the_decided_answer() {
    for_each_store(async |house| {
        let mut failed = Vec::new();
        for route in table::of_applications(house).await {
            failed.extend(try_all(house, &route, &Browser::default(), &route.fields(), route.path).await);
            other_methods(house, &route).await;
        }
        assert!(failed.is_empty(), "{failed:#?}");
    })
    .await;
}

/// The fields of a form: those of its page in this browser, which somebody is signed in with.
async fn form_of(
    house: &House,
    browser: &mut Browser,
    route: &Route,
    door: &str,
    query: &str,
) -> Vec<(String, String)> {
    let url = format!("{}{door}?{query}", house.url("us"));
    let page = browser.get(&url).await;
    let found = Form::find(&page.body).map(|form| form.hidden).unwrap_or_default();
    let own = |name: &str| found.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone());
    let mut fields: Vec<(String, String)> =
        route.params.iter().map(|p| (p.name.to_owned(), own(p.name).unwrap_or_else(|| p.good.clone()))).collect();
    if fields[0].1.is_empty() {
        // A page without a form: the token is the browser's, whatever the page.
        let page = browser.get(&format!("{}/oauth/v3/device", house.url("us"))).await;
        fields[0].1 = Form::find(&page.body).unwrap().hidden("csrf").to_owned();
    }
    fields
}

#[tokio::test]
async fn whatever_is_wrong_a_browser_gets_a_page_of_ours() {
    for_each_store(async |house| {
        let mut failed = Vec::new();
        // Registered for tokens without a code as well.
        let panel = "name = \"Panel\"";
        house.provision(&FIXTURE.replace(panel, &format!("{panel}\ngrant_types = [\"implicit\"]"))).await;
        let tokens = house.tokens(&Ask::of(&DESK).with("scope", table::CONTACTS), &DESK, &ALICE).await;
        let fields = [&refreshing(&DESK, &tokens.refresh)[1..], &[("grant_type", "update_scopes_token")]].concat();
        let enhancement = house.post("us", "/oauth/v2/token/scopeenhance", &fields).await.text("access_token");
        let routes = table::of_browsers(&enhancement);
        for route in &routes {
            let mut browser = Browser::default();
            let (mut target, mut fields) =
                (route.path.to_owned(), route.fields().iter().map(owned).collect::<Vec<_>>());
            if let Kind::Form(door) = route.kind {
                let at_portal = route.path.starts_with("/clientoauth/");
                let person = if at_portal { &PAT } else { &ALICE };
                let start = if at_portal { "/clientoauth/v2/60001/sign-in" } else { "/sign-in" };
                browser.walk(house, &format!("{}{start}", house.url("us")), person, None).await;
                let asked = routes.iter().find(|r| r.path == door && r.method == "GET");
                let query = asked.map(|r| encoded(&r.fields())).unwrap_or_default();
                fields = form_of(house, &mut browser, route, door, &query).await;
                target = format!("{}?{query}", route.path);
            }
            let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            failed.extend(try_all(house, route, &browser, &fields, &target).await);
            other_methods(house, route).await;
            // Cookies of somebody else's making.
            for garbage in ["", "x", "1000.x.y", "\"", "%00", "a; a=b; ;;=", &"a".repeat(8_000)] {
                let cookies =
                    format!("grantor_us_session={garbage}; grantor_us_browser={garbage}; grantor_us_home={garbage}");
                let request = ways(route, &fields).swap_remove(0).header("cookie", &cookies);
                let reply = house.send("us", &request).await;
                assert!(reply.status < 500, "{} with {cookies}: {reply:?}", route.path);
                assert_page_or_redirect(house, &reply, route.path);
            }
        }
        assert!(failed.is_empty(), "{failed:#?}");
    })
    .await;
}

fn owned(pair: &(&str, &str)) -> (String, String) {
    (pair.0.to_owned(), pair.1.to_owned())
}

/// The paths that a source file routes, with `{portal}` for a portal's id.
fn routed(source: &str) -> Vec<String> {
    let joined: String = source.lines().map(str::trim).collect();
    joined.split(".route(\"").skip(1).filter_map(|rest| rest.split('"').next().map(str::to_owned)).collect()
}

#[tokio::test]
async fn no_path_is_left_out() {
    for_one_store(async |house| {
        let mut named: Vec<String> = table::of_applications(house).await.iter().map(|r| r.path.to_owned()).collect();
        named.extend(table::of_browsers("").iter().map(|r| r.path.to_owned()));
        for path in &mut named {
            *path = path.replace("60001", "{portal}");
        }
        let sources = [include_str!("../accounts.rs"), include_str!("../standard.rs"), include_str!("../walk.rs")];
        let all: Vec<String> = sources.into_iter().flat_map(routed).collect();
        assert!(all.len() > 55, "{}", all.len());
        for path in &all {
            assert!(named.contains(path), "{path} is in no row of the table");
        }
    })
    .await;
}
