//! An integrator's suite against the sandbox, with the client library: consent and Reject, expiry, throttle,
//! evictions, a lost answer, a data center move. One function for each; they share a server and begin with a reset.

use std::{
    error::Error,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::Instant,
};

use grantor_client::{
    BaseUrl, Callback, CallbackError, Client, Clock, MemoryStore, PendingAuthorization, Refusal, Secret, Settings,
    Tokens,
};
use serde_json::{Value, json};

/// Outside this repository: the program's name.
const GRANTOR: &str = match option_env!("CARGO_BIN_EXE_grantor") {
    Some(built) => built,
    None => "grantor",
};
const CLIENT: &str = "1000.ZYLKERDESK0000000000000000000A";
const SECRET: &str = "a-secret-for-tests-only-0000000000000001";
const CALLBACK: &str = "https://desk.zylker.example/callback";
const ALICE: &str = "alice@zylker.example";

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// `grantor serve` on free ports, in a folder of its own.
struct Sandbox {
    us: String,
    eu: String,
    http: reqwest::Client,
    process: Child,
    _folder: tempfile::TempDir,
}

impl Sandbox {
    fn start(examples: &Path) -> Outcome<Self> {
        // In memory where the system has such a folder: nothing of it is worth a disk.
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory)? } else { tempfile::tempdir()? };
        let mut process = Command::new(GRANTOR)
            .arg("serve")
            .arg("--config")
            .arg(examples.join("grantor.toml"))
            .arg("--provision")
            .arg(examples.join("people.toml"))
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        // One line `ready <accounts_url>` for each data center, in the order of the config.
        let lines = BufReader::new(process.stdout.take().ok_or("no output")?).lines();
        let ready: Vec<String> = lines
            .map_while(Result::ok)
            .filter_map(|line| line.strip_prefix("ready ").map(str::to_owned))
            .take(2)
            .collect();
        let [us, eu] = ready.try_into().map_err(|_| "the server did not start")?;
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self { us, eu, http, process, _folder: folder })
    }

    /// A word to the sandbox itself.
    async fn tell(&self, path: &str, words: Value) -> Outcome<Value> {
        let answer = self.http.post(format!("{}/_sandbox/{path}", self.us)).json(&words).send().await?;
        let status = answer.status();
        let body: Value = answer.json().await?;
        if status.is_success() { Ok(body) } else { Err(body.to_string().into()) }
    }

    /// The application under test; yours would be made here.
    fn application(&self) -> Outcome<Client<MemoryStore>> {
        let settings = Settings::new(BaseUrl::parse(&self.us)?, CLIENT).secret(Some(Secret::new(SECRET)));
        Ok(Client::new(settings, MemoryStore::default(), Clock::System))
    }

    /// Opens the application's link as that person, and says where the browser comes back to.
    async fn browse(&self, link: &str, person: &str) -> Outcome<String> {
        let answer = self.http.get(format!("{link}&sandbox_user={person}")).send().await?;
        match answer.headers().get("location") {
            Some(location) => Ok(location.to_str()?.to_owned()),
            None => Err(answer.text().await?.into()),
        }
    }

    /// The whole way of step one.
    async fn consent(&self, app: &Client<MemoryStore>, person: &str) -> Outcome<(PendingAuthorization, Callback)> {
        let scopes = ["ZohoBigin.modules.ALL", "AaaServer.profile.READ"];
        let (link, pending) = app.link(CALLBACK, scopes).offline(true).ask_consent(true).build()?;
        Ok((pending, Callback::parse(&self.browse(link.as_str(), person).await?)?))
    }

    async fn connect(&self, app: &Client<MemoryStore>, key: &str, person: &str) -> Outcome<Tokens> {
        let (pending, callback) = self.consent(app, person).await?;
        Ok(app.connect(key, &pending, callback).await?)
    }

    async fn opens(&self, tokens: &Tokens) -> Outcome<bool> {
        let url = format!("{}/oauth/user/info", tokens.accounts_server);
        let answer = self.http.get(url).bearer_auth(tokens.access_token.expose()).send().await?;
        Ok(answer.status() == 200)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Why the accounts server said no.
fn refusal(outcome: Result<Tokens, grantor_client::Error>) -> Outcome<Refusal> {
    match outcome {
        Ok(_) => Err("it was not refused".into()),
        Err(error) => error.refusal().cloned().ok_or_else(|| error.into()),
    }
}

#[tokio::test]
async fn the_integration() -> Outcome {
    let began = Instant::now();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples/sandbox");
    let sandbox = Sandbox::start(&examples)?;
    consent_and_refusal(&sandbox).await?;
    one_of_several_organizations(&sandbox).await?;
    expiry(&sandbox).await?;
    throttle_and_the_eleventh_access_token(&sandbox).await?;
    throttled_now(&sandbox).await?;
    the_twenty_first_refresh_token(&sandbox).await?;
    a_lost_answer(&sandbox).await?;
    a_user_of_another_data_center(&sandbox).await?;
    println!("the whole suite took {:.2?}, the server's start included", began.elapsed());
    Ok(())
}

async fn consent_and_refusal(sandbox: &Sandbox) -> Outcome {
    sandbox.tell("reset", json!({})).await?;
    let app = sandbox.application()?;
    let (pending, callback) = sandbox.consent(&app, ALICE).await?;
    assert_eq!(callback.location.as_deref(), Some("us"));
    assert!(sandbox.opens(&app.connect("alice", &pending, callback).await?).await?);
    let (pending, callback) = sandbox.consent(&app, &format!("{ALICE}&sandbox_deny=true")).await?;
    let denied = app.connect("denied", &pending, callback).await;
    assert!(matches!(denied, Err(grantor_client::Error::Callback(CallbackError::AccessDenied))));
    Ok(())
}

async fn one_of_several_organizations(sandbox: &Sandbox) -> Outcome {
    sandbox.tell("reset", json!({})).await?;
    let app = sandbox.application()?;
    let tokens = sandbox.connect(&app, "bob", "bob@zylker.example&sandbox_organization=10002").await?;
    assert!(sandbox.opens(&tokens).await?);
    Ok(())
}

async fn expiry(sandbox: &Sandbox) -> Outcome {
    sandbox.tell("reset", json!({})).await?;
    let app = sandbox.application()?;
    let (pending, callback) = sandbox.consent(&app, ALICE).await?;
    let tokens = sandbox.connect(&app, "alice", ALICE).await?;
    sandbox.tell("clock", json!({"advance": "61s"})).await?;
    assert!(matches!(refusal(app.connect("late", &pending, callback).await)?, Refusal::InvalidCode));
    assert!(sandbox.opens(&tokens).await?);
    sandbox.tell("clock", json!({"advance": "1h"})).await?;
    assert!(!sandbox.opens(&tokens).await?);
    assert!(sandbox.opens(&app.refresh("alice").await?).await?);
    Ok(())
}

async fn throttle_and_the_eleventh_access_token(sandbox: &Sandbox) -> Outcome {
    sandbox.tell("reset", json!({})).await?;
    let app = sandbox.application()?;
    let mut all = vec![sandbox.connect(&app, "alice", ALICE).await?];
    for _ in 0..10 {
        all.push(app.refresh("alice").await?);
    }
    for (number, tokens) in all.iter().enumerate() {
        assert_eq!(sandbox.opens(tokens).await?, number > 0, "access token {number}");
    }
    assert!(matches!(refusal(app.refresh("alice").await)?, Refusal::Throttled { .. }));
    sandbox.tell("clock", json!({"advance": "10m"})).await?;
    app.refresh("alice").await?;
    Ok(())
}

async fn throttled_now(sandbox: &Sandbox) -> Outcome {
    sandbox.tell("reset", json!({})).await?;
    let app = sandbox.application()?;
    sandbox.connect(&app, "alice", ALICE).await?;
    sandbox.tell("faults", json!({"fault": "throttle", "endpoint": "token", "client": CLIENT, "times": 1})).await?;
    assert!(matches!(refusal(app.refresh("alice").await)?, Refusal::Throttled { .. }));
    app.refresh("alice").await?;
    Ok(())
}

async fn the_twenty_first_refresh_token(sandbox: &Sandbox) -> Outcome {
    sandbox.tell("reset", json!({})).await?;
    let app = sandbox.application()?;
    for number in 0..21 {
        if number % 5 == 0 {
            sandbox.tell("clock", json!({"advance": "10m"})).await?;
        }
        sandbox.connect(&app, &number.to_string(), ALICE).await?;
    }
    assert!(matches!(refusal(app.refresh("0").await)?, Refusal::InvalidRefreshToken));
    for number in 1..21 {
        app.refresh(&number.to_string()).await?;
    }
    Ok(())
}

async fn a_lost_answer(sandbox: &Sandbox) -> Outcome {
    sandbox.tell("reset", json!({})).await?;
    let app = sandbox.application()?;
    sandbox.connect(&app, "alice", ALICE).await?;
    sandbox.tell("faults", json!({"fault": "drop-after-commit", "endpoint": "token", "times": 1})).await?;
    assert!(matches!(app.refresh("alice").await, Err(grantor_client::Error::Transport(_))));
    app.refresh("alice").await?;
    Ok(())
}

async fn a_user_of_another_data_center(sandbox: &Sandbox) -> Outcome {
    sandbox.tell("reset", json!({})).await?;
    let app = sandbox.application()?;
    let (pending, callback) = sandbox.consent(&app, "eva@zylker.example").await?;
    assert_eq!(callback.location.as_deref(), Some("eu"));
    // The classic mistake: redeemed where it began. The word is that of a wrong client; the journal knows better.
    let code = callback.code.as_ref().ok_or("no code")?.expose();
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", CLIENT),
        ("client_secret", SECRET),
        ("redirect_uri", CALLBACK),
        ("code", code),
    ];
    let answer = sandbox.http.post(format!("{}/oauth/v2/token", sandbox.us)).form(&form).send().await?;
    assert_eq!(answer.json::<Value>().await?, json!({"error": "invalid_client"}));
    let journal = sandbox.http.get(format!("{}/_sandbox/journal?error=invalid_client", sandbox.us)).send().await?;
    let journal: Value = journal.json().await?;
    assert_eq!(journal["entries"][0]["detail"], "the code was issued by eu and redeemed at us");
    // The library redeems at the accounts-server of the callback, and the code is as good as before.
    let tokens = app.connect("eva", &pending, callback).await?;
    assert_eq!((tokens.location.as_str(), tokens.accounts_server.as_str()), ("eu", sandbox.eu.as_str()));
    assert!(sandbox.opens(&tokens).await?);
    Ok(())
}
