//! Connects to an accounts server from a terminal: prints the link, reads the address the browser was sent to, exchanges
//! the code, says who connected, and leaves the tokens in `tokens.json`.
//!
//! `cargo run -p grantor-client --example connect -- http://127.0.0.1:9000 CLIENT_ID CLIENT_SECRET REDIRECT_URI`

use std::error::Error;
use std::io::{Write, stdin, stdout};

use grantor_client::{BaseUrl, Callback, Client, Clock, FileStore, Secret, Settings};

/// Under this key the tokens are kept; an application with many users would take its own user's id.
const KEY: &str = "me";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [accounts_url, client_id, client_secret, redirect_uri] = given.as_slice() else {
        return Err("give: ACCOUNTS_URL CLIENT_ID CLIENT_SECRET REDIRECT_URI".into());
    };
    let settings = Settings::new(BaseUrl::parse(accounts_url)?, client_id).secret(Some(Secret::new(client_secret)));
    let client = Client::new(settings, FileStore::new("tokens.json"), Clock::System);

    // Step one. A web application keeps `pending` in the browser session and redirects to the link.
    let scopes = ["ZohoBigin.modules.READ", "AaaServer.profile.READ"];
    let (link, pending) = client.link(redirect_uri, scopes).offline(true).ask_consent(true).build()?;
    print!("Open this link:\n\n{link}\n\nThen paste the address the browser was sent to: ");
    stdout().flush()?;
    let mut address = String::new();
    stdin().read_line(&mut address)?;

    // Step two. The checks of `state` and `accounts-server` are inside.
    let tokens = client.connect(KEY, &pending, Callback::parse(&address)?).await?;
    println!("Connected at {} ({}).", tokens.accounts_server, tokens.location);

    // From now on: a valid token whenever one is needed.
    let token = client.access_token(KEY).await?;
    println!("The access token begins with {}", token.masked());
    println!("It belongs to {}.", client.user_info(KEY).await?.email);
    Ok(())
}
