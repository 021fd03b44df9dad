//! The least an HTTP server can do with a token request: it reads the form and answers JSON of the same size, and keeps
//! nothing. `cargo xtask bench` compares every other figure with it.
//!
//! `bare_http ADDRESS` says `ready` once it accepts connections, and runs until it is ended.

use std::net::SocketAddr;

use axum::{Router, body::Bytes, http::header, response::IntoResponse, routing::post};

type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Outcome {
    let address: SocketAddr = std::env::args().nth(1).ok_or("name an address")?.parse()?;
    if !address.ip().is_loopback() {
        return Err("loopback only".into());
    }
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("ready http://{address}");
    axum::serve(listener, Router::new().route("/token", post(token))).await?;
    Ok(())
}

async fn token(body: Bytes) -> impl IntoResponse {
    let (mut grant_type, mut client, mut secret, mut token) = (None, None, None, None);
    for (name, value) in form_urlencoded::parse(&body) {
        match &*name {
            "grant_type" => grant_type = Some(value),
            "client_id" => client = Some(value),
            "client_secret" => secret = Some(value),
            "refresh_token" => token = Some(value),
            _ => {}
        }
    }
    let read = [&grant_type, &client, &secret].into_iter().flatten().map(|value| value.len()).sum::<usize>();
    let answer = format!(
        "{{\"access_token\":\"{}\",\"scope\":\"ZohoBigin.modules.ALL AaaServer.profile.READ\",\
         \"api_domain\":\"http://127.0.0.1:9000\",\"token_type\":\"Bearer\",\"expires_in\":{read}}}",
        token.as_deref().unwrap_or_default()
    );
    ([(header::CONTENT_TYPE, "application/json;charset=UTF-8"), (header::CACHE_CONTROL, "no-store")], answer)
}
