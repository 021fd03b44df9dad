//! What an operator types, from outside: each command's output, its exit code, and what a mistake is told.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

const CLIENT: &str = "1000.ZYLKERDESK0000000000000000000A";
const PEOPLE: &str = r#"
[[organization]]
id = "10001"
name = "Zylker"
data_center = "us"

[[user]]
email = "alice@zylker.example"
password = "correct horse battery staple"
first_name = "Alice"
data_center = "us"
zuid = 700001
organizations = ["10001"]

[[client]]
id = "1000.ZYLKERDESK0000000000000000000A"
type = "server"
name = "Zylker Desk"
homepage_url = "https://desk.zylker.example"
redirect_uris = ["https://desk.zylker.example/callback"]
owner = "alice@zylker.example"
data_centers = ["us"]
"#;

/// A folder with a config and a provision file, and commands that see nothing but them.
struct Desk {
    folder: tempfile::TempDir,
    admin: u16,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let admin = free.local_addr().unwrap().port();
        let config = format!(
            "data_dir = \"data\"\n\n[[data_center]]\nlocation = \"us\"\nlisten = \"127.0.0.1:0\"\n\n\
             [admin]\nlisten = \"127.0.0.1:{admin}\"\n"
        );
        fs::write(folder.path().join("grantor.toml"), config).unwrap();
        fs::write(folder.path().join("people.toml"), PEOPLE).unwrap();
        Self { folder, admin }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_grantor"));
        command
            .args(words)
            .env_clear()
            .env("GRANTOR_CONFIG", "grantor.toml")
            .env("GRANTOR_ADMIN_URL", format!("http://127.0.0.1:{}", self.admin))
            .current_dir(self.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// What a command that does what it is told prints on standard output.
    fn done(&self, words: &[&str]) -> String {
        let out = self.command(words).output().unwrap();
        assert!(out.status.success(), "{words:?}: {}", told(&out));
        text(&out.stdout)
    }

    /// The one line that says why a command could not.
    fn refused(&self, words: &[&str]) -> String {
        let out = self.command(words).output().unwrap();
        assert_eq!(out.status.code(), Some(1), "{words:?}: {}", told(&out));
        let reason = text(&out.stderr);
        assert!(reason.starts_with("grantor: ") && reason.lines().count() == 1, "{words:?}: {reason}");
        reason
    }

    /// A server that is ready, ended with the guard.
    fn serve(&self) -> Served {
        let mut process = self.command(&["serve"]).stderr(Stdio::null()).spawn().unwrap();
        let mut ready = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        assert!(ready.starts_with("ready http://127.0.0.1:"), "{ready}");
        Served(process)
    }
}

struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn told(out: &Output) -> String {
    format!("{:?}\n{}\n{}", out.status, text(&out.stdout), text(&out.stderr))
}

/// The columns of a line.
fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

#[test]
fn a_file_is_checked_planned_applied_and_then_there_is_nothing_to_change() {
    let desk = Desk::new();
    assert!(desk.done(&["check", "people.toml"]).ends_with("all good\n"));
    let config = fs::read_to_string(desk.path().join("grantor.toml")).unwrap();
    for (database, why) in [
        ("mysql://x", "begins with sqlite: or postgres://"),
        ("sqlite:directory.db", "directory.db is the store of directory already"),
        ("postgres://u:pass-word@h/d?sslmod=require", "cannot be understood"),
    ] {
        let bent = config
            .replace("listen = \"127.0.0.1:0\"\n", &format!("listen = \"127.0.0.1:0\"\ndatabase = \"{database}\"\n"));
        fs::write(desk.path().join("bent.toml"), bent).unwrap();
        let reason = desk.refused(&["check", "--config", "bent.toml"]);
        assert!(reason.contains(why) && !reason.contains("pass-word"), "{database}: {reason}");
    }
    let plan = desk.done(&["provision", "--plan", "people.toml"]);
    let added = ["+ organization 10001 Zylker (us)", "+ user alice@zylker.example (us)", &format!("+ client {CLIENT}")];
    for line in added {
        assert!(plan.contains(line), "{plan}");
    }
    assert!(!desk.path().join("data").exists(), "a plan makes nothing");
    let out = desk.command(&["provision", "people.toml"]).output().unwrap();
    let (made, lines) = (text(&out.stdout), text(&out.stderr));
    assert!(out.status.success() && lines.lines().count() == 3, "{}", told(&out));
    let secret = made.trim().strip_prefix("ZYLKER_DESK_CLIENT_SECRET=").unwrap();
    assert!(secret.len() >= 40 && !lines.contains(secret), "shown once, to whoever reads standard output");
    for file in ["us.db", "us.db.lock", "directory.db", ""] {
        let mode = fs::metadata(desk.path().join("data").join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{file}: nobody else's, not even to lock it");
    }
    assert_eq!(desk.done(&["provision", "people.toml"]), "");
    assert_eq!(desk.done(&["provision", "--plan", "people.toml"]), "nothing to change\n");
    for (from, to, why) in [
        ("", "\n[[user]]\nemail = \"bob@zylker.example\"\nzuid = 700001\n", "the zuid 700001 is given twice"),
        ("", "\n[[organization]]\nname = \"A\"\n[[organization]]\nname = \"A\"\n", "the name is given twice"),
        ("", "\n[[scope]]\nname = \"zohobigin.modules.all\"\ndescription = \"x\"\n", "built-in catalog"),
        ("\"correct horse battery staple\"", "5318008", "invalid type: integer, expected"),
    ] {
        let text = if from.is_empty() { format!("{PEOPLE}{to}") } else { PEOPLE.replace(from, to) };
        fs::write(desk.path().join("wrong.toml"), text).unwrap();
        let reason = desk.refused(&["check", "wrong.toml"]);
        assert!(reason.contains(why) && !reason.contains("5318008"), "{reason}");
    }
    fs::write(desk.path().join("wrong.toml"), PEOPLE.replace("first_name", "firstname")).unwrap();
    let reason = desk.refused(&["provision", "wrong.toml"]);
    assert!(reason.contains("firstname") && reason.contains("first_name"), "{reason}");
    assert!(desk.refused(&["provision", "nowhere.toml"]).contains("nowhere.toml"));
}

#[test]
fn a_secret_is_replaced_by_its_mark() {
    let desk = Desk::new();
    desk.done(&["provision", "people.toml"]);
    let which = ["--client-id", CLIENT];
    let listed = |words: &[&str]| desk.done(&[&["client", "secret"], words, &which].concat());
    let first = listed(&["list"]);
    assert_eq!(first.lines().count(), 2, "{first}");
    let mark = words(first.lines().nth(1).unwrap())[0].to_owned();
    assert!(listed(&["add"]).starts_with("CLIENT_SECRET="));
    assert_eq!(listed(&["list"]).lines().count(), 3);
    assert_eq!(listed(&["end", &mark]), format!("{mark} is refused within a second\n"));
    assert!(!listed(&["list"]).contains(&mark));
    let again = desk.refused(&["client", "secret", "end", &mark, "--client-id", CLIENT]);
    assert!(again.contains(&mark), "{again}");
    assert!(desk.refused(&["client", "secret", "list", "--client-id", "1000.NOBODY"]).contains("1000.NOBODY"));
}

#[test]
fn admin_tokens_are_made_listed_and_ended_by_name() {
    let desk = Desk::new();
    let token = desk.done(&["admin-token", "add", "ci", "--role", "operator", "--days", "30"]);
    let token = token.trim().strip_prefix("ADMIN_TOKEN=").unwrap().to_owned();
    let listed = desk.done(&["admin-token", "list"]);
    let row = words(listed.lines().nth(1).unwrap());
    assert_eq!((row[0], row[2]), ("operator", "ci"), "{listed}");
    assert!(!listed.contains(token.rsplit('.').next().unwrap()), "never the secret again");
    assert!(desk.refused(&["admin-token", "add", "ci"]).contains("ci"), "a name is given once");
    assert_eq!(desk.done(&["admin-token", "end", "ci"]), "ci is refused from now on\n");
    assert!(desk.refused(&["admin-token", "end", "ci"]).contains("ci"));
    assert_eq!(desk.done(&["admin-token", "list"]).lines().count(), 1);
    assert_eq!(desk.command(&["admin-token", "add"]).output().unwrap().status.code(), Some(2));
}

#[test]
fn signing_keys_turn_when_told_and_the_old_ones_stay_published() {
    let desk = Desk::new();
    desk.done(&["provision", "people.toml"]);
    assert!(desk.done(&["keys", "list"]).starts_with("no signing keys yet"));
    let first = desk.done(&["keys", "rotate"]);
    let algorithms: Vec<&str> = first.lines().skip(1).map(|line| words(line)[1]).collect();
    assert_eq!(algorithms, ["ES256", "RS256"], "{first}");
    let turned = desk.done(&["keys", "rotate"]);
    assert_eq!(turned.lines().count(), 5, "{turned}");
    for line in first.lines().skip(1) {
        assert!(turned.contains(words(line)[2]), "{turned}");
    }
    assert_eq!(desk.done(&["keys", "list"]), turned);
    assert!(desk.refused(&["keys", "rotate"]).contains("the next keys are there already"));
}

#[test]
fn a_server_is_looked_at_and_changed_from_the_command_line() {
    let desk = Desk::new();
    desk.done(&["provision", "people.toml"]);
    let token = desk.done(&["admin-token", "add", "ops", "--role", "operator"]);
    let viewer = desk.done(&["admin-token", "add", "eyes"]);
    let value = |made: &str| made.trim().strip_prefix("ADMIN_TOKEN=").unwrap().to_owned();
    let (token, viewer) = (value(&token), value(&viewer));
    assert!(desk.refused(&["admin", "stats", "--token", &token]).contains("does not answer"), "nobody serves yet");
    let _served = desk.serve();
    let admin = |words: &[&str]| desk.done(&[&["admin", "--token", &token], words].concat());
    let not = |words: &[&str]| desk.refused(&[&["admin", "--token", &token], words].concat());

    let users = admin(&["list", "users", "--data-center", "us"]);
    assert!(users.lines().count() == 2 && users.contains("alice@zylker.example"), "{users}");
    assert_eq!(admin(&["list", "users", "--data-center", "us", "--search", "nobody"]), "none\n");
    assert!(admin(&["show", "user", "us", "700001"]).contains("alice@zylker.example"));
    assert!(admin(&["show", "client", CLIENT]).contains("Zylker Desk"));
    assert!(admin(&["list", "audit", "--data-center", "us", "--limit", "1"]).contains("more: --after "));
    assert!(admin(&["stats"]).contains("users"));
    let json: serde_json::Value = serde_json::from_str(&admin(&["list", "clients", "--json"])).unwrap();
    assert_eq!(json["items"][0]["id"], CLIENT);

    let entry = r#"{"email": "bob@zylker.example", "zuid": 700002, "data_center": "us", "organizations": ["10001"]}"#;
    let made = admin(&["put", "user", "--entry", entry]);
    assert!(made.contains("+ user bob@zylker.example"), "{made}");
    assert!(admin(&["list", "users", "--data-center", "us"]).contains("bob@zylker.example"));
    admin(&["remove", "user", "us", "700002"]);
    assert!(not(&["show", "user", "us", "700002"]).contains("HTTP 404"));
    assert!(admin(&["secret", CLIENT]).contains("secret"));
    admin(&["rotate-keys"]);
    admin(&["end-sessions", "us", "700001"]);

    assert!(not(&["list", "users"]).contains("--data-center"));
    assert!(not(&["list", "notices"]).contains("--client"));
    assert!(not(&["show", "user", "700001"]).contains("us 700001"));
    assert!(not(&["put", "user", "--entry", "{"]).contains("no JSON"));
    assert!(not(&["put", "user", "--entry", r#"{"emial": "x"}"#]).contains("emial"));
    assert!(not(&["list", "users", "--data-center", "us", "--after", "x"]).contains("after"));
    let refusal = desk.refused(&["admin", "--token", &viewer, "remove", "user", "us", "700001"]);
    assert!(refusal.contains("HTTP 403"), "{refusal}");
    assert!(desk.refused(&["admin", "--token", "1000.x.y", "stats"]).contains("HTTP 401"));
    assert!(desk.refused(&["admin", "stats"]).contains("grantor admin-token add"));
    assert_eq!(desk.command(&["admin", "lsit"]).output().unwrap().status.code(), Some(2));
}

#[test]
fn a_backup_is_made_verified_and_restored_into_empty_stores_only() {
    let desk = Desk::new();
    desk.done(&["provision", "people.toml"]);
    assert!(desk.done(&["backup", "--make-key", "key"]).contains("keep a copy"));
    assert!(desk.refused(&["backup", "--make-key", "key"]).contains("there already"));
    let made = desk.done(&["backup", "all.backup", "--key", "key"]);
    assert!(made.contains("directory") && made.contains("all.backup is whole"), "{made}");
    assert!(made.contains("grantor verify all.backup --key key\n"), "a command that works: {made}");
    assert!(desk.done(&["verify", "all.backup", "--key", "key"]).ends_with("unchanged since it was made\n"));
    assert!(desk.refused(&["restore", "all.backup", "--key", "key"]).contains("empty"));
    fs::rename(desk.path().join("data"), desk.path().join("lost")).unwrap();
    assert!(desk.done(&["restore", "all.backup", "--key", "key"]).ends_with("the server can be started\n"));
    assert_eq!(desk.done(&["provision", "--plan", "people.toml"]), "nothing to change\n");

    let mut bytes = fs::read(desk.path().join("all.backup")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(desk.path().join("bent.backup"), bytes).unwrap();
    desk.refused(&["verify", "bent.backup", "--key", "key"]);
    assert!(desk.refused(&["verify", "nowhere", "--key", "key"]).contains("nowhere"));
}

#[test]
fn the_doctor_says_what_is_wrong_and_counts_it() {
    let desk = Desk::new();
    desk.done(&["provision", "people.toml"]);
    let found = desk.done(&["doctor"]);
    assert!(found.lines().all(|line| line.starts_with("ok  ") || line.starts_with("warn")), "{found}");
    fs::write(desk.path().join("data/us.db"), "not a database at all, but long enough to look at").unwrap();
    let out = desk.command(&["doctor"]).output().unwrap();
    assert_eq!(out.status.code(), Some(1), "{}", told(&out));
    assert!(text(&out.stdout).contains("BAD   database"), "{}", told(&out));
    assert!(text(&out.stderr).contains("does not work") || text(&out.stderr).contains("do not work"), "{}", told(&out));
}

/// In the wrong folder, a relative `data_dir` is another one: nothing is made there, and nothing is said to be whole.
#[test]
fn what_only_looks_or_keeps_makes_no_stores() {
    let desk = Desk::new();
    desk.done(&["backup", "--make-key", "key"]);
    for words in [
        &["backup", "b1", "--key", "key"][..],
        &["keys", "list"],
        &["keys", "rotate"],
        &["admin-token", "list"],
        &["admin-token", "end", "ci"],
        &["client", "secret", "list", "--client-id", CLIENT],
    ] {
        let reason = desk.refused(words);
        assert!(reason.contains("directory.db: there is no such file"), "{words:?}: {reason}");
    }
    assert!(!desk.path().join("data").exists() && !desk.path().join("b1").exists());
}

/// A log on a full disk, or whose reader died, costs lines and no answers.
#[test]
fn a_log_that_nobody_takes_costs_no_answer() {
    let desk = Desk::new();
    let mut process = desk.command(&["serve", "--provision", "people.toml"]).spawn().unwrap();
    drop(process.stderr.take());
    let mut served = Served(process);
    let mut out = BufReader::new(served.0.stdout.take().unwrap()).lines().map_while(Result::ok);
    let ready = out.find_map(|line| line.strip_prefix("ready http://").map(str::to_owned)).unwrap();
    for _ in 0..3 {
        let mut asked = std::net::TcpStream::connect(&ready).unwrap();
        let body = "grant_type=refresh_token&client_id=1000.NOBODY&client_secret=x&refresh_token=x";
        let head = format!(
            "POST /oauth/v2/token HTTP/1.1\r\nhost: {ready}\r\nconnection: close\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        asked.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        asked.read_to_string(&mut answer).unwrap();
        assert!(answer.contains("{\"error\":\"invalid_client\"}"), "{answer}");
    }
}

#[test]
fn a_log_for_machines_has_no_other_lines() {
    let desk = Desk::new();
    let words = ["serve", "--provision", "people.toml", "--log-format", "json"];
    let mut process = desk.command(&words).spawn().unwrap();
    let log = process.stderr.take().unwrap();
    let mut served = Served(process);
    let mut out = BufReader::new(served.0.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(out.any(|line| line.starts_with("ready ")));
    drop(served);
    let lines: Vec<String> = BufReader::new(log).lines().map_while(Result::ok).collect();
    assert!(lines.iter().any(|line| line.contains("+ user alice@zylker.example (us)")), "{lines:?}");
    for line in lines {
        assert!(serde_json::from_str::<serde_json::Value>(&line).is_ok(), "{line}");
    }
    assert_eq!(desk.command(&["serve", "--log", ""]).output().unwrap().status.code(), Some(2));
}

/// A pager that is closed early, `head`.
#[test]
fn nobody_has_to_read_to_the_end() {
    let desk = Desk::new();
    desk.done(&["provision", "people.toml"]);
    for words in
        [&["doctor"][..], &["keys", "rotate"], &["admin-token", "list"], &["provision", "--plan", "people.toml"]]
    {
        let mut child = desk.command(words).spawn().unwrap();
        drop(child.stdout.take());
        let out = child.wait_with_output().unwrap();
        assert!(out.status.success() && !text(&out.stderr).contains("panic"), "{words:?}: {}", told(&out));
    }
}
