//! A small accounts server for tests: it knows one person, accepts at once (or rejects), and writes down what it was asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::Response;
use tokio::net::TcpListener;

pub(crate) const ACCESS: &str = "1000.0193e5f4c8b07d22a1b2c3d4e5f60718.2a3b4c5d6e7f8091a2b3c4d5e6f70819";
pub(crate) const REFRESH: &str = "1000.0193e5f4c8b17a10ffeeddccbbaa9988.77665544332211009988776655443322";
pub(crate) const CODE: &str = "1000.0193e5f4c8a97b31b5c1d2e3f4a5b6c7.9f8e7d6c5b4a39281706f5e4d3c2b1a0";
pub(crate) const SECRET: &str = "0123456789abcdef0123456789abcdef01234567";
pub(crate) const CLIENT: &str = "1000.ZYLKERDESK0000000000000000000A";

/// A form as sent.
type Form = BTreeMap<String, String>;

/// The stub; its task ends with the test's runtime.
#[derive(Clone)]
pub(crate) struct Stub {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<(String, Form)>>>,
    mood: Arc<Mutex<&'static str>>,
}

impl Stub {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let stub = Self { url, asked: Arc::default(), mood: Arc::default() };
        let router = Router::new().fallback(answer).with_state(stub.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        stub
    }

    /// From now on: `reject`, `invalid_client`, `short` (tokens end at once), `no permission`.
    pub(crate) fn mood(&self, mood: &'static str) {
        *self.mood.lock().unwrap() = mood;
    }

    fn is(&self, mood: &str) -> bool {
        *self.mood.lock().unwrap() == mood
    }

    /// The forms a path was sent.
    pub(crate) fn asked(&self, path: &str) -> Vec<Form> {
        self.asked.lock().unwrap().iter().filter(|(asked, _)| asked == path).map(|(_, form)| form.clone()).collect()
    }

    /// What the person's browser is answered when it follows the link.
    pub(crate) fn follow(&self, link: &str) -> String {
        let asked: BTreeMap<_, _> = url::Url::parse(link).unwrap().query_pairs().into_owned().collect();
        let mut back = url::Url::parse(&asked["redirect_uri"]).unwrap();
        if self.is("reject") {
            back.query_pairs_mut().append_pair("error", "access_denied");
        } else {
            back.query_pairs_mut()
                .append_pair("code", CODE)
                .append_pair("location", "us")
                .append_pair("accounts-server", &self.url);
        }
        back.query_pairs_mut().append_pair("state", &asked["state"]);
        format!("{back}&")
    }
}

async fn answer(State(stub): State<Stub>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 64 * 1024).await.unwrap();
    let form: Form = form_urlencoded::parse(&body).into_owned().collect();
    let path = parts.uri.path().to_owned();
    let refreshing = form.get("grant_type").is_some_and(|grant| grant == "refresh_token");
    stub.asked.lock().unwrap().push((path.clone(), form));
    let (status, body) = match path.as_str() {
        "/oauth/serverinfo" => (200, format!(r#"{{"result":"success","locations":{{"us":"{}"}}}}"#, stub.url)),
        "/oauth/v2/token" if stub.is("invalid_client") => (200, r#"{"error":"invalid_client"}"#.to_owned()),
        "/oauth/v2/token" => {
            let expires = if stub.is("short") && !refreshing { 1 } else { 3600 };
            let access = if refreshing { ACCESS.replace("0819", "9999") } else { ACCESS.to_owned() };
            let refresh = if refreshing { String::new() } else { format!(r#""refresh_token":"{REFRESH}","#) };
            (200, format!(r#"{{"access_token":"{access}",{refresh}"scope":"A.b.READ","api_domain":"{}","token_type":"Bearer","expires_in":{expires}}}"#, stub.url))
        }
        "/oauth/v2/token/revoke" => (200, r#"{"status":"success"}"#.to_owned()),
        "/oauth/user/info" => {
            (200, r#"{"First_Name":"Alice","Last_Name":"Adams","Display_Name":"Alice Adams","Email":"alice@zylker.example","ZUID":700001}"#.to_owned())
        }
        "/bigin/v2/Contacts" if stub.is("no permission") => {
            (403, r#"{"code":"NO_PERMISSION","details":{},"message":"permission denied","status":"error"}"#.to_owned())
        }
        "/bigin/v2/Contacts" => (
            200,
            r#"{"data":[{"id":"1","First_Name":"Bo","Last_Name":"<script>alert(1)</script>","Email":"bo@nordlys.example","Account_Name":{"name":"Nordlys & Co","id":"7"}},{"id":"2","Last_Name":"Okafor","Email":null,"Account_Name":"Hoshi"}],"info":{"count":2}}"#.to_owned(),
        ),
        _ => (404, String::new()),
    };
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "application/json")
        .header("x-request-id", "req-42")
        .body(Body::from(body))
        .unwrap()
}
