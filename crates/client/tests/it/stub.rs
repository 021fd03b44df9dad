//! A small accounts server: it answers from a script and writes down what it was asked.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use grantor_client::{BaseUrl, Client, Clock, MemoryStore, Secret, Settings, TokenStore};
use tokio::net::TcpListener;

pub(crate) const START: u64 = 1_790_000_000;
pub(crate) const REDIRECT: &str = "http://127.0.0.1:9911/callback";
const MOST_BODY: usize = 64 * 1024;

/// What the stub was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) form: BTreeMap<String, String>,
    pub(crate) headers: HeaderMap,
}

/// Answers by path.
type Answers = BTreeMap<String, VecDeque<(u16, String)>>;

#[derive(Clone, Default)]
struct Script {
    asked: Arc<Mutex<Vec<Asked>>>,
    answers: Arc<Mutex<Answers>>,
    slow: Arc<Mutex<Duration>>,
}

/// A running stub; its task ends with the test's runtime.
pub(crate) struct Stub {
    pub(crate) url: String,
    script: Script,
}

impl Stub {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let script = Script::default();
        let router = Router::new().fallback(answer).with_state(script.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let stub = Self { url, script };
        stub.data_centers(&[("us", &stub.url)], &[]);
        stub
    }

    /// The table of `/oauth/serverinfo`.
    pub(crate) fn data_centers(&self, locations: &[(&str, &str)], portals: &[(&str, &str)]) {
        let table = |rows: &[(&str, &str)]| {
            rows.iter().map(|(at, url)| format!("{at:?}:{url:?}")).collect::<Vec<_>>().join(",")
        };
        let body = format!(
            r#"{{"result":"success","locations":{{{}}},"portal_locations":{{{}}}}}"#,
            table(locations),
            table(portals)
        );
        self.answers("/oauth/serverinfo", &[(200, &body)]);
    }

    /// The answers of a path, in order; the last one stays.
    pub(crate) fn answers(&self, path: &str, answers: &[(u16, &str)]) {
        let answers = answers.iter().map(|(status, body)| (*status, (*body).to_owned())).collect();
        self.script.answers.lock().unwrap().insert(path.to_owned(), answers);
    }

    /// Every answer takes this long.
    pub(crate) fn slow(&self, by: Duration) {
        *self.script.slow.lock().unwrap() = by;
    }

    /// What was asked of a path.
    pub(crate) fn asked(&self, path: &str) -> Vec<Asked> {
        self.script.asked.lock().unwrap().iter().filter(|asked| asked.line.ends_with(path)).cloned().collect()
    }

    pub(crate) fn base(&self) -> BaseUrl {
        BaseUrl::parse(&self.url).unwrap()
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings::new(self.base(), "1000.CLIENT").secret(Some(Secret::new("the-client-secret")))
    }

    /// A client with a memory store and a clock standing at `START`.
    pub(crate) fn client(&self) -> Client<MemoryStore> {
        self.client_with(MemoryStore::new())
    }

    pub(crate) fn client_with<S: TokenStore>(&self, store: S) -> Client<S> {
        Client::new(self.settings(), store, Clock::fixed(START))
    }

    /// A good callback for `state` from this stub at `location`.
    pub(crate) fn callback(&self, location: &str, state: &Secret) -> String {
        let server = self.url.replace(':', "%3A").replace('/', "%2F");
        format!(
            "{REDIRECT}?code=1000.code.secret&location={location}&accounts-server={server}&state={}&",
            state.expose()
        )
    }
}

async fn answer(State(script): State<Script>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, MOST_BODY).await.unwrap();
    let form = url::form_urlencoded::parse(&body).into_owned().collect();
    let line = format!("{} {}", parts.method, parts.uri);
    script.asked.lock().unwrap().push(Asked { line, form, headers: parts.headers });
    let slow = *script.slow.lock().unwrap();
    tokio::time::sleep(slow).await;
    let (status, body) = {
        let mut answers = script.answers.lock().unwrap();
        match answers.get_mut(parts.uri.path()) {
            None => (404, String::new()),
            Some(queue) if queue.len() > 1 => queue.pop_front().unwrap(),
            Some(queue) => queue.front().cloned().unwrap(),
        }
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, "application/json;charset=UTF-8".parse().unwrap());
    headers.insert("x-request-id", "req-42".parse().unwrap());
    if (300..400).contains(&status) {
        headers.insert(header::LOCATION, "/elsewhere".parse().unwrap());
    }
    response
}

/// A token answer of the accounts dialect.
pub(crate) fn tokens(access: &str, refresh: Option<&str>) -> String {
    let refresh = refresh.map(|token| format!(r#""refresh_token":"{token}","#)).unwrap_or_default();
    format!(
        r#"{{"access_token":"{access}",{refresh}"scope":"ZohoBigin.modules.ALL AaaServer.profile.READ","api_domain":"http://127.0.0.1:1","token_type":"Bearer","expires_in":3600}}"#
    )
}
