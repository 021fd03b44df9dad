//! A file applied, applied again, changed, pruned; and what is refused, in words.

use super::*;

const FILE: &str = r##"
[[organization]]
id = "10001"
name = "Zylker"
data_center = "us"
[[user]]
email = "Alice@zylker.example"
password = "correct horse"
first_name = "Alice"
data_center = "us"
zuid = 700001
organizations = ["10001"]
administers = ["Zylker"]
[[client]]
id = "1000.ZYLKERDESK0000000000000000000A"
secret = "a-secret-of-some-length"
type = "server"
name = "Zylker Desk"
redirect_uris = ["http://127.0.0.1:9911/callback"]
owner = "alice@zylker.example"
[[portal]]
id = "60001"
name = "Zylker Partners"
organization = "Zylker"
accent = "#0a7d5a"
[[portal.user]]
email = "pat@partner.example"
password = "partner"
[[scope]]
name = "ZylkerDesk.tickets.READ"
description = "View your tickets"
"##;

/// [`FILE`] without its mistake.
fn fixed() -> String {
    FILE.replace("administers = [\"Zylker\"]", "administers = [\"10001\"]")
}

fn config(dir: &tempfile::TempDir) -> Config {
    let text = format!(
        "data_dir = {:?}\n[[data_center]]\nlocation='us'\nlisten='127.0.0.1:0'\n[[data_center]]\nlocation='eu'\nlisten='127.0.0.1:0'\n",
        dir.path()
    );
    Config::parse(&text).unwrap()
}

/// The plan's lines, and what was made.
type Done = (Vec<String>, Vec<(String, String)>);

fn run(dir: &tempfile::TempDir, text: &str, prune: bool) -> Result<Done, ProvisionError> {
    let config = config(dir);
    let file = read_text(text, &config)?;
    let shop = Workshop::open(config)?;
    let plan = plan(&shop, &file, prune)?;
    let lines = plan.lines().map(str::to_owned).collect();
    let made = apply(&shop, plan).map_err(|stopped| stopped.error)?;
    shop.close();
    Ok((lines, made))
}

#[test]
fn twice_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let fixed = fixed();
    let (lines, made) = run(&dir, &fixed, false).unwrap();
    assert_eq!(
        lines,
        [
            "+ scope ZylkerDesk.tickets.READ",
            "+ organization 10001 Zylker (us)",
            "+ user alice@zylker.example (us)",
            "+ portal 60001 Zylker Partners (us)",
            "+ portal user pat@partner.example (portal 60001)",
            "+ client 1000.ZYLKERDESK0000000000000000000A Zylker Desk",
        ]
    );
    assert!(made.is_empty());
    assert_eq!(run(&dir, &fixed, true).unwrap().0, Vec::<String>::new());
    let changed =
        fixed.replace("correct horse", "battery staple").replace("9911", "9912").replace("a-secret-of", "b-secret-of");
    assert_eq!(
        run(&dir, &changed, false).unwrap().0,
        [
            "~ user alice@zylker.example (us): password",
            "~ client 1000.ZYLKERDESK0000000000000000000A Zylker Desk: registration, secret",
        ]
    );
    let (lines, _) = run(&dir, "", true).unwrap();
    assert_eq!(lines.len(), 6);
    assert!(lines.iter().all(|l| l.starts_with("- ")), "{lines:?}");
    assert_eq!(run(&dir, "", true).unwrap().0, Vec::<String>::new());
}

#[test]
fn what_is_left_out_is_made_once() {
    let dir = tempfile::tempdir().unwrap();
    let file = "[[organization]]\nname='Acme'\n[[user]]\nemail='b@acme.example'\norganizations=['Acme']\n\
                [[client]]\ntype='server'\nname='Acme App'\nredirect_uris=['https://acme.example/cb']\nowner='b@acme.example'\ndata_centers=['us','eu']\nsame_secret=false\n";
    let (_, made) = run(&dir, file, false).unwrap();
    let keys: Vec<&str> = made.iter().map(|(k, _)| k.as_str()).collect();
    assert_eq!(
        keys,
        [
            "ACME_ORGANIZATION_ID",
            "B_ACME_EXAMPLE_PASSWORD",
            "ACME_APP_CLIENT_ID",
            "ACME_APP_CLIENT_SECRET_US",
            "ACME_APP_CLIENT_SECRET_EU"
        ]
    );
    assert_eq!(run(&dir, file, false).unwrap(), (vec![], vec![]));
}

#[test]
fn one_client_at_a_time_has_only_the_fields_of_its_type() {
    let dir = tempfile::tempdir().unwrap();
    let config = config(&dir);
    let text = "[[client]]\ntype='device'\nname='A'\nredirect_uris=['https://a.example/cb']";
    let file = read_text(text, &config).unwrap();
    assert_eq!(check(&file, &config).unwrap_err().to_string(), "client \"A\": a device client has no redirect_uris");
}

#[test]
fn an_organization_keeps_its_environment() {
    let dir = tempfile::tempdir().unwrap();
    let file = "[[organization]]\nid='1'\nname='Acme'\nenvironment='sandbox'\n";
    run(&dir, file, false).unwrap();
    for (environment, named) in [("developer", "developer"), ("production", "production"), ("", "production")] {
        let line = if environment.is_empty() { String::new() } else { format!("environment='{environment}'\n") };
        let changed = file.replace("environment='sandbox'\n", &line);
        let expected = format!(
            "organization 1 is a sandbox organization and cannot become a {named} one: its tokens are bound to that; \
             make another, or remove it first"
        );
        assert_eq!(run(&dir, &changed, false).unwrap_err().to_string(), expected);
    }
    assert_eq!(run(&dir, &file.replace("Acme", "Acme Inc"), false).unwrap().0, ["~ organization 1 Acme Inc"]);
    // Two entries that mean one organization, which is not there yet.
    let twice = "[[organization]]\nname='B'\n[[organization]]\nname='B'\nenvironment='developer'\n";
    assert!(run(&dir, twice, false).unwrap_err().to_string().contains("the name is given twice without an id"));
    run(&dir, "", true).unwrap();
    run(&dir, &file.replace("sandbox", "developer"), false).unwrap();
}

#[test]
fn who_moves_leaves_the_old_home_first() {
    let dir = tempfile::tempdir().unwrap();
    let entry = "[[user]]\nemail='B@acme.example'\npassword='p'\n";
    let (us, eu) = (format!("{entry}data_center='us'\n"), format!("{entry}data_center='eu'\n"));
    run(&dir, &format!("{us}zuid=5\n"), false).unwrap();
    // By the number it is the same person.
    assert_eq!(
        run(&dir, &format!("{eu}zuid=5\n"), true).unwrap().0,
        ["- user b@acme.example (us): moves to eu", "+ user b@acme.example (eu)"]
    );
    // Without one it is another person of the same address; the old one goes when all goes that is not in the file.
    assert_eq!(run(&dir, &us, false).unwrap().0, ["+ user b@acme.example (us)"]);
    assert_eq!(run(&dir, &us, true).unwrap().0, ["- user b@acme.example (eu)"]);
    assert_eq!(run(&dir, &eu, true).unwrap().0, ["- user b@acme.example (us)", "+ user b@acme.example (eu)"]);
    let both = format!("{us}zuid=5\n{eu}zuid=5\n");
    let told = run(&dir, &both, false).unwrap_err().to_string();
    assert_eq!(told, "user \"B@acme.example\": the zuid 5 is given twice; it is one person's, who has one home");
}

#[test]
fn mistakes_get_a_sentence() {
    let dir = tempfile::tempdir().unwrap();
    for (text, expected) in [
        ("[[user]]\nemial='x@y'", "line 2: unknown key `emial`; did you mean `email`?"),
        (FILE, "user \"Alice@zylker.example\": administers \"Zylker\" without being in that organization"),
        ("[[user]]\nemail='x'", "user \"x\": this is no e-mail address"),
        ("[[user]]\nemail='x@y'\ndata_center='mars'", "user \"x@y\": no data center \"mars\" is served here"),
        (
            "[[organization]]\nid='1'\nname='A'\ndata_center='eu'\n[[user]]\nemail='x@y'\npassword='p'\ndata_center='us'\norganizations=['1']",
            "user x@y (us): organization \"1\" is in data center eu; memberships do not cross data centers",
        ),
        (
            "[[client]]\ntype='server'\nname='A'\nredirect_uris=['http://app.example/cb']",
            "client \"A\": redirect URI \"http://app.example/cb\" cannot be registered: plain http is only allowed on loopback (127.0.0.1, [::1], localhost)",
        ),
        (
            "[[client]]\ntype='server'\nname='A'\nredirect_uris=['https://a.example/cb']\nscopes=['Nope.x.READ']",
            "client \"A\": the catalog has no scope \"Nope.x.READ\"",
        ),
        (
            "[[client]]\ntype='browser'\nname='A'\nredirect_uris=['https://a.example/cb']\njavascript_domains=['a.example']",
            "client \"A\": JavaScript domain \"a.example\" cannot be registered: it does not begin http:// or https://",
        ),
        (
            "[[client]]\ntype='browser'\nname='A'\nredirect_uris=['https://a.example/cb']\ngrant_types=['implicit']",
            "client \"A\": grant type implicit needs javascript_domains",
        ),
        (
            "[[client]]\ntype='server'\nname='A'\nredirect_uris=['https://a.example/cb']\ngrant_types=['implicit']",
            "client \"A\": grant type implicit is for browser clients only",
        ),
        (
            "[[client]]\ntype='server'\nname='A'\nredirect_uris=['https://a.example/cb']\ngrant_types=['code']",
            "client \"A\": grant type \"code\" is not known (authorization_code, refresh_token, client_credentials, urn:ietf:params:oauth:grant-type:device_code, implicit)",
        ),
        (
            "[[client]]\ntype='server'\nname='A'\nredirect_uris=['https://a.example/cb']\nid_token_signing_alg='HS256'",
            "client \"A\": id_token_signing_alg \"HS256\" is neither RS256 nor ES256",
        ),
        (
            "[[client]]\ntype='server'\nname='A'\nredirect_uris=['https://a.example/cb']\ntoken_endpoint_auth_method='private_key_jwt'",
            "client \"A\": token_endpoint_auth_method private_key_jwt needs jwks or jwks_uri",
        ),
        (
            "[[client]]\ntype='server'\nname='A'\nredirect_uris=['https://a.example/cb']\njwks='{\"keys\":[]}'",
            "client \"A\": jwks has no keys",
        ),
        (
            "[[client]]\ntype='server'\nname='A'\nredirect_uris=['https://a.example/cb']\njwks='{\"keys\":[{\"kty\":\"EC\",\"d\":\"x\"}]}'",
            "client \"A\": jwks has a private key: leave only the public half",
        ),
        (
            "[[client]]\ntype='server'\nname='A'\nredirect_uris=['https://a.example/cb']\njwks_uri='http://a.example/jwks'",
            "client \"A\": jwks_uri \"http://a.example/jwks\" is not an https URL",
        ),
        (
            "[[client]]\ntype='server'\nname='A'\nredirect_uris=['https://a.example/cb']\ncors_origins=['*']",
            "client \"A\": CORS origin \"*\" cannot be registered: it contains a wildcard",
        ),
        (
            "[[client]]\ntype='server'\nname='A'\nredirect_uris=['https://a.example/cb']\npost_logout_redirect_uris=['javascript:x']",
            "client \"A\": post logout redirect URI \"javascript:x\" cannot be registered: this scheme is not allowed",
        ),
        ("[[portal]]\nname='P'\norganization='9'", "portal \"P\": there is no organization \"9\""),
    ] {
        assert_eq!(run(&dir, text, false).unwrap_err().to_string(), expected);
    }
}

/// What a plan alone tells.
fn planned(dir: &tempfile::TempDir, text: &str) -> Vec<String> {
    let config = config(dir);
    let file = read_text(text, &config).unwrap();
    let (_folder, shop) = Workshop::look(config).unwrap();
    let told = plan(&shop, &file, false).unwrap().differences.iter().map(Difference::preview).collect();
    shop.close();
    told
}

#[test]
fn a_plan_alone_makes_no_files_and_sees_what_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let text = fixed();
    assert!(planned(&dir, &text).contains(&"+ organization 10001 Zylker (us)".to_owned()));
    assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 0, "nothing was made");
    run(&dir, &text, false).unwrap();
    assert_eq!(planned(&dir, &text), [""; 0]);
    // A store that is missing beside others is empty, and stays missing.
    let files = |ending: &str| {
        std::fs::read_dir(&dir)
            .unwrap()
            .filter(|file| file.as_ref().unwrap().file_name().to_string_lossy().ends_with(ending))
            .count()
    };
    for file in std::fs::read_dir(&dir).unwrap().map(Result::unwrap) {
        if file.file_name().to_string_lossy().starts_with("eu.db") {
            std::fs::remove_file(file.path()).unwrap();
        }
    }
    assert_eq!((planned(&dir, &text), files("eu.db")), (Vec::new(), 0));
}

#[test]
fn what_would_be_drawn_has_its_name_in_a_plan() {
    let dir = tempfile::tempdir().unwrap();
    let text = "[[organization]]\nname='Zylker'\n[[user]]\nemail='a@b.example'\nfirst_name='A'\norganizations=['Zylker']\n\
                [[client]]\ntype='self'\nname='My Script'\nowner='a@b.example'\n";
    assert_eq!(
        planned(&dir, text),
        [
            "+ organization <ZYLKER_ORGANIZATION_ID> Zylker (us)",
            "+ user a@b.example (us) (with A_B_EXAMPLE_PASSWORD)",
            "+ client <MY_SCRIPT_CLIENT_ID> My Script (with MY_SCRIPT_CLIENT_SECRET)",
        ]
    );
}
