//! `grantor link`, `login` and `token`, from outside.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use crate::stub::{ACCESS, CLIENT, REFRESH, SECRET, Stub};

/// A command that sees nothing of this machine's own settings.
fn grantor(home: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_grantor"));
    command
        .args(words)
        .env_clear()
        .env("HOME", home)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// The output of a command that ends by itself, without holding up the stub.
async fn run(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Starts a login on a free port and reads the link it prints.
async fn login(stub: &Stub, home: &Path, more: &[&str]) -> (Child, BufReader<std::process::ChildStdout>, String) {
    let mut words = vec![
        "login",
        "--accounts-url",
        &stub.url,
        "--client-id",
        CLIENT,
        "--scope",
        "A.b.READ,A.c.READ",
        "--no-browser",
        "--redirect-uri",
        "http://127.0.0.1:0/callback",
    ];
    words.extend(more);
    let mut command = grantor(home, &words);
    tokio::task::spawn_blocking(move || {
        let mut child = command.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.starts_with("http") {
            line.clear();
            assert_ne!(out.read_line(&mut line).unwrap(), 0, "it ended before it printed a link");
        }
        (child, out, line.trim().to_owned())
    })
    .await
    .unwrap()
}

/// The rest of what a login says, and its exit code.
async fn ended(child: Child, mut out: BufReader<std::process::ChildStdout>) -> (Option<i32>, String, String) {
    tokio::task::spawn_blocking(move || {
        let mut rest = String::new();
        out.read_to_string(&mut rest).unwrap();
        let output = child.wait_with_output().unwrap();
        (output.status.code(), rest, text(&output.stderr))
    })
    .await
    .unwrap()
}

/// The browser goes where it is sent.
async fn visit(url: &str) -> (u16, String) {
    let browser = reqwest::Client::builder().no_proxy().build().unwrap();
    let page = browser.get(url).send().await.unwrap();
    (page.status().as_u16(), page.text().await.unwrap())
}

#[tokio::test]
async fn link_prints_the_link_only() {
    let home = tempfile::tempdir().unwrap();
    let words = [
        "link",
        "--accounts-url",
        "http://127.0.0.1:9000/",
        "--client-id",
        CLIENT,
        "--scope",
        "A.b.READ,A.c.READ",
        "--redirect-uri",
        "http://127.0.0.1:9911/callback",
    ];
    let out =
        run(grantor(home.path(), &[&words[..], &["--offline", "--state", "s1", "--prompt-consent"]].concat())).await;
    assert_eq!(out.status.code(), Some(0));
    assert_eq!(
        text(&out.stdout),
        format!(
            "http://127.0.0.1:9000/oauth/v2/auth?scope=A.b.READ%2CA.c.READ&client_id={CLIENT}&response_type=code&redirect_uri=http%3A%2F%2F127.0.0.1%3A9911%2Fcallback&access_type=offline&prompt=consent&state=s1\n"
        )
    );
    let out = run(grantor(home.path(), &[&words[..], &["--portal", "60001"]].concat())).await;
    assert!(text(&out.stdout).starts_with("http://127.0.0.1:9000/clientoauth/v2/60001/auth?"));
    let out = run(grantor(home.path(), &["link", "--client-id", CLIENT])).await;
    assert_eq!(out.status.code(), Some(2));
    let out =
        run(grantor(home.path(), &[&["link", "--accounts-url", "http://accounts.example.com"], &words[3..]].concat()))
            .await;
    assert_eq!(out.status.code(), Some(2), "plain http elsewhere is wrong usage");
}

#[tokio::test]
async fn login_then_token() {
    let stub = Stub::start().await;
    let home = tempfile::tempdir().unwrap();
    let tokens = home.path().join(".config/grantor/tokens.json");
    stub.mood("short");
    let (child, out, link) = login(&stub, home.path(), &["--client-secret", SECRET]).await;
    assert!(link.contains("access_type=offline") && link.contains("prompt=consent") && link.contains("&state="));
    let callback = stub.follow(&link);
    let origin = callback.split("/callback").next().unwrap();
    assert_eq!(visit(&format!("{origin}/favicon.ico")).await.0, 404);
    assert_eq!(visit(&format!("{origin}/callback")).await.0, 400, "an empty callback does not end the wait");
    let (status, page) = visit(&callback).await;
    assert!(status == 200 && page.contains("You are connected") && !page.contains(ACCESS));
    let (code, said, complaint) = ended(child, out).await;
    assert_eq!((code, complaint.as_str()), (Some(0), ""));
    assert!(said.contains("1000.019…") && said.contains(tokens.to_str().unwrap()));
    for secret in [ACCESS, REFRESH, SECRET] {
        assert!(!said.contains(secret));
    }
    for file in ["tokens.json", "tokens.client.json", "tokens.json.lock"] {
        let mode = std::fs::metadata(tokens.with_file_name(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }

    // The first token ended at once: many processes ask, one refreshes.
    let asking: Vec<_> = (0..6).map(|_| tokio::spawn(run(grantor(home.path(), &["token"])))).collect();
    for out in asking {
        let out = out.await.unwrap();
        assert_eq!(text(&out.stdout), format!("{}\n", ACCESS.replace("0819", "9999")), "{}", text(&out.stderr));
    }
    let exchanges = stub.asked("/oauth/v2/token");
    assert_eq!(exchanges.len(), 2, "one exchange, one refresh");
    assert_eq!((exchanges[1]["refresh_token"].as_str(), exchanges[1]["client_secret"].as_str()), (REFRESH, SECRET));
}

#[tokio::test]
async fn login_refuses_what_is_not_its_own() {
    let stub = Stub::start().await;
    let stranger = Stub::start().await;
    let home = tempfile::tempdir().unwrap();
    for (callback, reason) in [
        ((|stub, _, link| stub.follow(link).replace("state=", "state=x")) as fn(&Stub, &Stub, &str) -> String, "state"),
        (|_, stranger, link| stranger.follow(link), "/oauth/serverinfo"),
        (
            |stub, _, link| {
                stub.mood("reject");
                stub.follow(link)
            },
            "Reject",
        ),
    ] {
        let (child, out, link) = login(&stub, home.path(), &[]).await;
        assert!(link.contains("code_challenge="), "without a secret there is PKCE");
        let (status, page) = visit(&callback(&stub, &stranger, &link)).await;
        assert!(status == 400 && page.contains("Not connected"), "{page}");
        let (code, _, complaint) = ended(child, out).await;
        assert_eq!(code, Some(1));
        assert!(
            complaint.starts_with("grantor: ")
                && complaint.contains(reason)
                && complaint.trim_end().lines().count() == 1,
            "{complaint}"
        );
    }
    assert!(stub.asked("/oauth/v2/token").is_empty() && stranger.asked("/oauth/v2/token").is_empty());

    let out = run(grantor(home.path(), &["token"])).await;
    assert_eq!(out.status.code(), Some(1));
    assert!(text(&out.stderr).contains("Run grantor login first") && out.stdout.is_empty());
}

#[tokio::test]
async fn wrong_usage_is_told_apart() {
    let home = tempfile::tempdir().unwrap();
    let words = ["login", "--accounts-url", "http://127.0.0.1:1", "--client-id", "c", "--scope", "s"];
    let out = run(grantor(home.path(), &[&words[..], &["--redirect-uri", "https://desk.example/cb"]].concat())).await;
    assert_eq!(out.status.code(), Some(2));
    let out = run(grantor(home.path(), &words)).await;
    assert_eq!(out.status.code(), Some(1), "nobody is at that address");
    assert!(text(&out.stderr).contains("no connection"), "{}", text(&out.stderr));
}
