//! No secret opens the door of another kind: each kind there is, made at either door, in the place of each other kind, at
//! either door (case C09).

use super::{answers::*, device::Device, harness::*, standard::resources};

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const ENHANCE: &str = "/oauth/v2/token/scopeenhance";
const NOTHING: (u16, &str) = (200, r#"{"active":false}"#);

/// One of each kind, all of them good.
struct Secrets {
    made_at: Door,
    browser: Browser,
    code: String,
    tokens: Tokens,
    device: Device,
    /// A name and a secret; the names are those of the places, too.
    all: Vec<(&'static str, String)>,
}

impl Secrets {
    async fn make(house: &House, door: Door) -> Self {
        let mut browser = Browser::default();
        let ask = door.ask(&DESK).with("scope", "openid AaaServer.profile.READ");
        let code = browser.authorize(house, &ask, &ALICE).await.code();
        let reply = door.exchange(house, "us", &DESK, &code).await;
        let (tokens, id_token) = (Tokens::of(&reply), reply.text("id_token"));
        let code = browser.authorize(house, &ask, &ALICE).await.code();
        // Approved already: whoever presents it at the right place gets tokens.
        let device = Device::begun_at(house, door, "AaaServer.profile.READ").await;
        device.accepted(house, &ALICE).await;
        let session = browser.cookies["grantor_us_session"].clone();
        let mut all = vec![
            ("code", code.clone()),
            ("access", tokens.access.clone()),
            ("refresh", tokens.refresh.clone()),
            ("device", device.code.clone()),
            ("session", session),
            ("client", DESK.secret.to_owned()),
            ("id_token", id_token),
        ];
        match door {
            Door::Accounts => {
                let mut fields = refreshing(&DESK, &tokens.refresh);
                fields[0].1 = "update_scopes_token";
                all.push(("enhancement", house.post("us", ENHANCE, &fields).await.text("access_token")));
            }
            Door::Standard => {
                let code = browser.authorize(house, &resources::aimed(&[resources::API]), &ALICE).await.code();
                let jwt = Tokens::of(&door.exchange(house, "us", &DESK, &code).await).access;
                assert_eq!(jwt.split('.').count(), 3);
                all.push(("jwt", jwt));
            }
        }
        assert!(all.iter().all(|(_, secret)| !secret.is_empty()), "one of each");
        Self { made_at: door, browser, code, tokens, device, all }
    }

    /// Each is as good as before.
    async fn still_work(mut self, house: &House) {
        let door = self.made_at;
        for (kind, secret) in &self.all {
            if matches!(*kind, "access" | "jwt") {
                assert_eq!(door.introspect(house, "us", &DESK, secret).await.json()["active"], true, "{kind}");
            }
            if *kind == "enhancement" {
                let (_, page) = self.browser.open(house, &enhancing(house, secret)).await;
                assert!(Form::find(&page.body).is_some_and(|form| form.asks == ["decision"]), "{page:?}");
            }
        }
        assert!(house.alive("us", &self.tokens.access).await);
        assert!(self.browser.get(&format!("{}/", house.url("us"))).await.body.contains("sign-out"));
        Tokens::of(&door.exchange(house, "us", &DESK, &self.code).await);
        door.renewed(house, "us", &DESK, &self.tokens.refresh).await;
        Tokens::of(&self.device.poll(house, "us").await);
    }
}

/// The page where a person accepts more scopes.
fn enhancing(house: &House, token: &str) -> String {
    let fields = [
        ("client_id", DESK.id),
        ("response_type", "update_scopes"),
        ("redirect_uri", DESK.redirect_uri),
        ("scope", "email"),
        ("enhance_token", token),
        ("logout", "false"),
    ];
    format!("{}/oauth/v2/token/addextrascope?{}", house.url("us"), encoded(&fields))
}

/// Puts a secret into every place at a door that is not its own.
async fn refused_everywhere(house: &House, door: Door, own: &Secrets, kind: &str, secret: &str) {
    let what = |place: &str| format!("{kind} of {:?} as {place} at {door:?}", own.made_at);
    let wrong_client = |reply: &Reply, accounts: Answer, place: &str| match door {
        Door::Accounts => assert_eq!(reply.brief(), accounts, "{}", what(place)),
        Door::Standard => assert!(door.is_client_refusal(reply), "{}: {reply:?}", what(place)),
    };
    if kind != "code" {
        door.refused(&door.exchange(house, "us", &DESK, secret).await, &what("a code"));
    }
    if kind != "refresh" {
        door.refused(&door.refresh(house, "us", &DESK, secret).await, &what("a refresh token"));
    }
    if kind != "device" {
        let (path, fields) = Device::polls_at(door, secret);
        door.refused(&house.post("us", path, &fields).await, &what("a device code"));
    }
    if kind != "access" {
        let path = if door == Door::Accounts { "/oauth/user/info" } else { "/oauth2/userinfo" };
        let reply = house.send("us", &Request::get(path).bearer(secret)).await;
        assert_eq!(reply.status, 401, "{}: {reply:?}", what("an access token"));
        if door == Door::Accounts {
            assert_eq!(reply.brief(), NO_ACCESS, "{}", what("an access token"));
        }
    }
    if !matches!(kind, "access" | "refresh" | "jwt") {
        let field = [("token", secret)];
        let paths: &[&str] = match door {
            Door::Accounts => &["/oauth/v2/token/revoke", "/oauth/v2/revoke/token"],
            Door::Standard => &["/oauth2/revoke"],
        };
        for path in paths {
            let reply = house.send("us", &Request::form(path, &field).basic(DESK.id, DESK.secret)).await;
            match door {
                Door::Accounts => assert_eq!(reply.brief(), INVALID_TOKEN, "{}", what("a token to revoke")),
                // RFC 7009 section 2.2; that nothing happened is seen in the end.
                Door::Standard => assert_eq!(reply.status, 200, "{}", what("a token to revoke")),
            }
        }
    }
    if !matches!(kind, "access" | "jwt") {
        assert_eq!(
            door.introspect(house, "us", &DESK, secret).await.brief(),
            NOTHING,
            "{}",
            what("a token to tell of")
        );
    }
    if kind != "client" {
        let mut fields = refreshing(&DESK, &own.tokens.refresh);
        fields[2].1 = secret;
        wrong_client(&house.post("us", door.token(), &fields).await, INVALID_SECRET, "a client secret");
    }
    // A slip of a developer's: the secret where the id belongs. It must not reach the log either.
    let mut fields = refreshing(&DESK, &own.tokens.refresh);
    fields[1].1 = secret;
    wrong_client(&house.post("us", door.token(), &fields).await, INVALID_CLIENT, "a client id");
    if kind != "session" {
        let mut thief = Browser::default();
        thief.cookies.insert("grantor_us_session".to_owned(), secret.to_owned());
        let (url, page) = thief.open(house, &door.ask(&DESK).url(house)).await;
        let form = Form::find(&page.body).unwrap_or_else(|| panic!("{}: {url} {page:?}", what("a session")));
        assert_eq!(form.asks, ["email"], "{}", what("a session"));
    }
    match door {
        Door::Accounts if kind != "enhancement" => {
            let (_, page) = own.browser.clone().open(house, &enhancing(house, secret)).await;
            assert_eq!((page.status, page.header("location")), (400, None), "{}", what("an enhancement token"));
            assert!(page.body.contains("ERROR_invalid_code"), "{}: {page:?}", what("an enhancement token"));
        }
        Door::Accounts => {}
        Door::Standard => {
            if kind != "id_token" {
                let ask = door.ask(&DESK).with("id_token_hint", secret);
                let reply = own.browser.clone().get(&ask.url(house)).await;
                let error = Callback::of(reply.header("location").unwrap_or_default());
                assert_eq!(error.get("error"), Some("invalid_request"), "{}", what("an ID token"));
            }
            let fields = [
                ("grant_type", "refresh_token"),
                ("refresh_token", own.tokens.refresh.as_str()),
                ("client_id", DESK.id),
                ("client_assertion_type", TYPE),
                ("client_assertion", secret),
            ];
            wrong_client(&house.post("us", door.token(), &fields).await, INVALID_CLIENT, "an assertion");
        }
    }
}

#[tokio::test]
async fn c09_no_secret_opens_the_door_of_another_kind() {
    for_each_store_with(resources::SETUP, async |house| {
        for made_at in DOORS {
            let secrets = Secrets::make(house, made_at).await;
            for door in DOORS {
                for (kind, secret) in &secrets.all {
                    refused_everywhere(house, door, &secrets, kind, secret).await;
                }
            }
            // Nothing was lost by it.
            secrets.still_work(house).await;
        }
    })
    .await;
}
