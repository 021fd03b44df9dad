//! The device flow on the wire of the accounts dialect: beginning, polling, one answer for good (cases G01 to G04, G07;
//! accounts-protocol.md section 10, decision 24; `spec/decisions.md` 6, 9, 10).

use super::{answers::*, harness::*};

pub const CODE: &str = "/oauth/v3/device/code";
pub const POLL: &str = "/oauth/v3/device/token";

const PENDING: Answer = (200, r#"{"error":"authorization_pending"}"#);
const SLOW_DOWN: Answer = (200, r#"{"error":"slow_down"}"#);
const DENIED: Answer = (200, r#"{"error":"access_denied"}"#);
const EXPIRED: Answer = (200, r#"{"error":"expired"}"#);
const INVALID_SCOPE: Answer = (200, r#"{"error":"invalid_scope"}"#);

/// Another device client.
const TABLET: App =
    App { id: "1004.ZYLKERTABLET0000000000000000G", secret: "canary-tablet-secret-1", redirect_uri: "" };
const TABLET_ENTRY: &str = "[[client]]\nid = \"1004.ZYLKERTABLET0000000000000000G\"\nsecret = \"canary-tablet-secret-1\"\n\
                            type = \"device\"\nname = \"Tablet\"\ndata_centers = [\"us\", \"eu\"]\n";

/// A request that waits for a person.
#[derive(Debug, Clone)]
pub struct Device {
    pub user_code: String,
    pub code: String,
    /// The page with the code filled in.
    pub complete: String,
}

impl Device {
    pub fn of(reply: &Reply) -> Self {
        let device = Self {
            user_code: reply.text("user_code"),
            code: reply.text("device_code"),
            complete: reply.text("verification_uri_complete"),
        };
        assert!(reply.status == 200 && !device.user_code.is_empty(), "no device code: {reply:?}");
        device
    }

    /// The profile, offline.
    pub async fn begin(house: &House, location: &str) -> Self {
        Self::asking(house, location, "AaaServer.profile.READ", "offline").await
    }

    pub async fn asking(house: &House, location: &str, scope: &str, access_type: &str) -> Self {
        Self::of(&house.post(location, CODE, &asks(scope, access_type)).await)
    }

    pub async fn poll(&self, house: &House, location: &str) -> Reply {
        house.post(location, POLL, &polling(&SCREEN, &self.code)).await
    }

    /// Begins at that door of us, offline.
    pub async fn begun_at(house: &House, door: Door, scope: &str) -> Self {
        match door {
            Door::Accounts => Self::asking(house, "us", scope, "offline").await,
            Door::Standard => {
                let fields = [("client_id", SCREEN.id), ("client_secret", SCREEN.secret), ("access_type", "offline")];
                let fields = [&fields[..], &[("scope", scope)]].concat();
                Self::of(&house.post("us", "/oauth2/device_authorization", &fields).await)
            }
        }
    }

    /// What polls for it at that door.
    pub fn polls_at(door: Door, code: &str) -> (&'static str, Vec<(&'static str, &str)>) {
        let (path, grant, name) = match door {
            Door::Accounts => (POLL, "device_token", "code"),
            Door::Standard => (door.token(), "urn:ietf:params:oauth:grant-type:device_code", "device_code"),
        };
        let credentials = [("client_id", SCREEN.id), ("client_secret", SCREEN.secret)];
        (path, [&credentials[..], &[("grant_type", grant), (name, code)]].concat())
    }

    /// Types the code, in a browser of its own, and goes on as that person up to the consent page.
    pub async fn to_consent(&self, house: &House, person: &Person) -> (Browser, String, Reply) {
        let mut browser = Browser::default();
        let (url, page) = browser.open(house, &self.complete).await;
        let (url, _) = browser.fill(house, &url, &page, "code", &self.user_code).await;
        let (url, page) = browser.walk(house, &url, person, Some("decision")).await;
        (browser, url, page)
    }

    /// The person's answer: `accept` or `reject`. The page it ends on.
    pub async fn answered(&self, house: &House, person: &Person, decision: &str) -> Reply {
        let (mut browser, url, page) = self.to_consent(house, person).await;
        browser.fill(house, &url, &page, "decision", decision).await.1
    }

    pub async fn accepted(&self, house: &House, person: &Person) {
        let page = self.answered(house, person, "accept").await;
        assert!(page.status == 200 && page.body.contains("You can go back to your device"), "{page:?}");
    }
}

fn asks<'a>(scope: &'a str, access_type: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("grant_type", "device_request"), ("client_id", SCREEN.id), ("scope", scope), ("access_type", access_type)]
}

fn polling<'a>(app: &'a App, code: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("grant_type", "device_token"), ("client_id", app.id), ("client_secret", app.secret), ("code", code)]
}

#[tokio::test]
async fn g01_the_answer_s_fields() {
    for_each_store(async |house| {
        let fields = asks("ZohoBigin.modules.contacts.READ,AaaServer.profile.READ", "offline");
        let (kind, body) = multipart(&fields);
        let ways = [
            Request::form(CODE, &fields),
            Request::new("POST", &format!("{CODE}?{}", encoded(&fields))),
            Request::new("POST", CODE).body(&kind, body),
            // A secret is not needed, and not looked at.
            Request::form(CODE, &[&fields[..], &[("client_secret", "whatever"), ("prompt", "consent")]].concat()),
        ];
        for request in ways {
            let reply = house.send("us", &request).await;
            let device = Device::of(&reply);
            assert_eq!(reply.header("content-type"), Some("application/json;charset=UTF-8"));
            assert_eq!(reply.header("cache-control"), Some("no-store"));
            let json = reply.json();
            let names = json.as_object().unwrap().len();
            assert_eq!(names, 6, "{json}");
            assert_eq!((json["interval"].as_i64(), json["expires_in"].as_i64()), (Some(5_000), Some(300_000)));
            let page = format!("{}/oauth/v3/device", house.url("us"));
            assert_eq!(json["verification_url"], page);
            assert_eq!(json["verification_uri_complete"], format!("{page}?user_code={}", device.user_code));
            let parts: Vec<&str> = device.code.split('.').collect();
            assert_eq!((parts[0], parts[1].len(), parts[2].len(), parts.len()), ("1004", 32, 32, 3));
            assert!(device.code[5..].bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f' | b'.')));
            let letters = device.user_code.replace('-', "");
            assert_eq!((device.user_code.len(), letters.len(), &device.user_code[4..5]), (9, 8, "-"));
            assert!(letters.chars().all(|c| "BCDFGHJKLMNPQRSTVWXZ".contains(c)), "{letters}");
        }
    })
    .await;
}

#[tokio::test]
async fn g01_what_cannot_be_asked() {
    for_each_store(async |house| {
        house.provision(&format!("{TABLET_ENTRY}scopes = [\"AaaServer.profile.READ\"]\n")).await;
        let good = asks("AaaServer.profile.READ", "online");
        let with = |name: &str, value: &'static str| {
            let mut fields = good.clone();
            fields.iter_mut().filter(|(n, _)| *n == name).for_each(|(_, v)| *v = value);
            fields
        };
        let without = |name: &str| good.iter().filter(|(n, _)| *n != name).copied().collect::<Vec<_>>();
        for (fields, expected) in [
            (without("client_id"), INVALID_CLIENT),
            (with("client_id", ""), INVALID_CLIENT),
            (with("client_id", "1004.ZYLKERNOBODY0000000000000000G"), INVALID_CLIENT),
            (with("client_id", GONE.id), INVALID_CLIENT),
            // A server client has no device grant.
            (with("client_id", DESK.id), INVALID_CLIENT),
            (with("grant_type", "device_token"), INVALID_CLIENT),
            (with("grant_type", "authorization_code"), INVALID_CLIENT),
            (without("scope"), INVALID_SCOPE),
            (with("scope", ""), INVALID_SCOPE),
            (with("scope", "a, b c"), INVALID_SCOPE),
            (with("scope", "Zylker.tickets.DELETE"), INVALID_SCOPE),
            (without("grant_type"), INVALID_REQUEST),
            ([&good[..], &[("scope", "email")]].concat(), INVALID_REQUEST),
        ] {
            assert_eq!(house.post("us", CODE, &fields).await.brief(), expected, "{fields:?}");
        }
        let narrow = [("grant_type", "device_request"), ("client_id", TABLET.id), ("scope", "email")];
        assert_eq!(house.post("us", CODE, &narrow).await.brief(), INVALID_SCOPE, "not among the client's scopes");
        assert_eq!(house.post("cn", CODE, &good).await.brief(), INVALID_CLIENT, "not enabled there");
        let get = Request::get(&format!("{CODE}?{}", encoded(&good)));
        assert_eq!(house.send("us", &get).await.brief(), INVALID_REQUEST);
        let json = Request::new("POST", CODE).body("application/json", "{\"grant_type\":\"device_request\"}");
        assert_eq!(house.send("us", &json).await.brief(), INVALID_REQUEST);
        let nul = Request::new("POST", &format!("{CODE}?{}&x=%00", encoded(&good)));
        assert_eq!(house.send("us", &nul).await.brief(), INVALID_REQUEST);
    })
    .await;
}

#[tokio::test]
async fn g02_polling_has_its_pace_and_its_end() {
    // Throttles are off, as everywhere in these tests: the interval is not one of them.
    for_each_store(async |house| {
        let device = Device::begin(house, "us").await;
        assert_eq!(device.poll(house, "us").await.brief(), PENDING);
        assert_eq!(device.poll(house, "us").await.brief(), SLOW_DOWN);
        // Good at every data center, and the pace is one.
        assert_eq!(device.poll(house, "eu").await.brief(), SLOW_DOWN);
        house.advance_millis(4_999);
        assert_eq!(device.poll(house, "us").await.brief(), SLOW_DOWN);
        house.advance_millis(1);
        assert_eq!(device.poll(house, "eu").await.brief(), PENDING, "the interval stays as it was");
        // Late: nobody answers, nobody can.
        let (mut browser, url, page) = device.to_consent(house, &ALICE).await;
        house.advance_millis(294_999);
        assert_eq!(device.poll(house, "us").await.brief(), PENDING);
        house.advance_millis(1);
        assert_eq!(device.poll(house, "us").await.brief(), EXPIRED);
        let (_, page) = browser.fill(house, &url, &page, "decision", "accept").await;
        assert!(page.body.contains("This code is not known here, or it has expired"), "{page:?}");
        assert_eq!(device.poll(house, "us").await.brief(), EXPIRED);

        let device = Device::begin(house, "us").await;
        let page = device.answered(house, &ALICE, "reject").await;
        assert!(page.body.contains("Access was denied"), "{page:?}");
        assert_eq!(device.poll(house, "us").await.brief(), DENIED);
        assert_eq!(device.poll(house, "eu").await.brief(), DENIED);
    })
    .await;
}

#[tokio::test]
async fn g02_the_manual_s_interval() {
    let manual = Setup { policy: "preset = \"accounts\"", ..Setup::default() };
    for_each_store_with(manual, async |house| {
        let reply = house.post("us", CODE, &asks("email", "online")).await;
        assert_eq!(reply.json()["interval"].as_i64(), Some(30_000));
        let device = Device::of(&reply);
        assert_eq!(device.poll(house, "us").await.brief(), PENDING);
        house.advance(29);
        assert_eq!(device.poll(house, "us").await.brief(), SLOW_DOWN);
        house.advance(1);
        assert_eq!(device.poll(house, "us").await.brief(), PENDING);
    })
    .await;
}

#[tokio::test]
async fn g03_approved_once_redeemed_once() {
    for_each_store(async |house| {
        let device = Device::begin(house, "us").await;
        assert_eq!(device.poll(house, "us").await.brief(), PENDING);
        device.accepted(house, &ALICE).await;
        // The person was quick: the device need not wait for its interval.
        let reply = device.poll(house, "us").await;
        let tokens = Tokens::of(&reply);
        assert!(tokens.access.starts_with("1004.") && tokens.refresh.starts_with("1004."), "{reply:?}");
        let json = reply.json();
        assert_eq!(json["api_domain"], "https://api.us.zylker.example");
        assert_eq!((json["token_type"].as_str(), json["expires_in"].as_i64()), (Some("Bearer"), Some(3600)));
        assert_eq!(json["scope"], "AaaServer.profile.READ");
        assert_eq!(house.user_info("us", &tokens.access).await.text("Email"), ALICE.email);
        assert_eq!(device.poll(house, "us").await.brief(), INVALID_CODE);
        // At the token endpoint it is no authorization code; the refresh token is one like any other.
        let code = house.exchange("us", &SCREEN, &device.code).await;
        assert_eq!(code.brief(), INVALID_CLIENT, "a device client has no code grant");
        Tokens::of(&house.refresh("us", &SCREEN, &tokens.refresh).await);
        assert!(house.alive("us", &tokens.access).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g03_twenty_polls_at_once_give_one_success() {
    for_each_store(async |house| {
        let node = house.second_node().await;
        for round in 0..rounds(20, 200) {
            let device = Device::asking(house, "us", "AaaServer.profile.READ", "online").await;
            device.accepted(house, &ALICE).await;
            let mut held = Vec::new();
            for n in 0..20 {
                let request = Request::form(POLL, &polling(&SCREEN, &device.code));
                let there = node.as_ref().filter(|_| n % 2 == 0).map_or(house.url("us"), |node| node.url("us"));
                held.push(hold(there, &request).await);
            }
            let replies = release(held).await;
            let (won, lost): (Vec<_>, Vec<_>) = replies.iter().partition(|r| r.body.contains("access_token"));
            assert_eq!((won.len(), lost.len()), (1, 19), "round {round}: {replies:?}");
            assert!(lost.iter().all(|reply| reply.brief() == INVALID_CODE), "round {round}: {replies:?}");
            assert_eq!(Tokens::of(won[0]).refresh, "", "online: no refresh token");
            assert_eq!(device.poll(house, "us").await.brief(), INVALID_CODE, "round {round}");
        }
        if let Some(node) = node {
            node.stop().await;
        }
    })
    .await;
}

#[tokio::test]
async fn g03_polled_again_much_later_its_tokens_end() {
    for_each_store(async |house| {
        let device = Device::begin(house, "us").await;
        device.accepted(house, &ALICE).await;
        let tokens = Tokens::of(&device.poll(house, "us").await);
        house.advance(9);
        assert_eq!(device.poll(house, "us").await.brief(), INVALID_CODE);
        assert!(house.alive("us", &tokens.access).await, "a retry");
        house.advance(2);
        assert_eq!(device.poll(house, "us").await.brief(), INVALID_CODE);
        assert!(!house.alive("us", &tokens.access).await, "a replay (decision 11)");
        assert_eq!(house.refresh("us", &SCREEN, &tokens.refresh).await.brief(), INVALID_CODE);
    })
    .await;
}

#[tokio::test]
async fn g04_a_device_code_is_its_clients_alone() {
    for_each_store(async |house| {
        house.provision(TABLET_ENTRY).await;
        let device = Device::begin(house, "us").await;
        for answered in [false, true] {
            if answered {
                device.accepted(house, &ALICE).await;
            }
            let foreign = house.post("us", POLL, &polling(&TABLET, &device.code)).await;
            assert_eq!(foreign.brief(), INVALID_CODE);
            let server = house.post("us", POLL, &polling(&DESK, &device.code)).await;
            assert_eq!(server.brief(), INVALID_CLIENT);
            let wrong = App { secret: "canary-wrong-secret", ..SCREEN };
            assert_eq!(house.post("us", POLL, &polling(&wrong, &device.code)).await.brief(), INVALID_SECRET);
            let none = &polling(&SCREEN, &device.code);
            let none: Vec<_> = none.iter().filter(|(name, _)| *name != "client_secret").collect();
            let none: Vec<(&str, &str)> = none.into_iter().copied().collect();
            assert_eq!(house.post("us", POLL, &none).await.brief(), INVALID_SECRET);
            let (head, tail) = device.code.split_at(device.code.len() - 1);
            let swapped = format!("{head}{}", if tail == "0" { "1" } else { "0" });
            for code in ["", "x", swapped.as_str(), &device.code[5..], &device.user_code] {
                let reply = house.post("us", POLL, &polling(&SCREEN, code)).await;
                assert_eq!(reply.brief(), INVALID_CODE, "{code}");
            }
            let mut fields = polling(&SCREEN, &device.code);
            fields[0].1 = "device_request";
            assert_eq!(house.post("us", POLL, &fields).await.brief(), INVALID_CLIENT);
            assert_eq!(house.post("us", POLL, &fields[1..]).await.brief(), INVALID_REQUEST);
        }
        // None of it was counted or spent; Basic does as well as parameters, and so does the query.
        let basic = Request::new("POST", &format!("{POLL}?grant_type=device_token&code={}", device.code));
        Tokens::of(&house.send("us", &basic.basic(SCREEN.id, SCREEN.secret)).await);
    })
    .await;
}

#[tokio::test]
async fn other_dc_the_same_code_at_the_person_s_home() {
    for_each_store(async |house| {
        for (start, person, home) in [("us", &CARLA, "eu"), ("eu", &ALICE, "us")] {
            let device = Device::begin(house, start).await;
            assert_eq!(device.poll(house, start).await.brief(), PENDING);
            device.accepted(house, person).await;
            let elsewhere = format!("{{\"user_location\":\"{home}\",\"error\":\"other_dc\"}}");
            for _ in 0..2 {
                assert_eq!(device.poll(house, start).await.brief(), (200, elsewhere.as_str()));
            }
            let reply = device.poll(house, home).await;
            let tokens = Tokens::of(&reply);
            assert_eq!(reply.json()["api_domain"], format!("https://api.{home}.zylker.example"));
            assert_eq!(house.user_info(home, &tokens.access).await.text("Email"), person.email);
            Tokens::of(&house.refresh(home, &SCREEN, &tokens.refresh).await);
            assert_eq!(device.poll(house, home).await.brief(), INVALID_CODE);
            assert_eq!(device.poll(house, start).await.brief(), (200, elsewhere.as_str()));
        }
    })
    .await;
}

const USER: &str = "[[user]]\nemail = \"alice@zylker.example\"\nzuid = 700001\n{password}\nfirst_name = \"Alice\"\n\
                    last_name = \"Adams\"\ndata_center = \"us\"\n";

#[tokio::test]
async fn g07_what_ended_between_approval_and_redemption() {
    for_each_store(async |house| {
        let scope = "Zylker.tickets.READ";
        let approved = async || {
            let device = Device::asking(house, "us", scope, "offline").await;
            device.accepted(house, &ALICE).await;
            device
        };
        let member = format!("{USER}organizations = [\"10001\"]\nadministers = [\"10001\"]\n");
        for (change, what) in
            [(USER.to_owned(), "no longer a member"), (format!("{member}disabled = true"), "disabled")]
        {
            let device = approved().await;
            house.provision(&change).await;
            assert_eq!(device.poll(house, "us").await.brief(), INVALID_CODE, "{what}");
            house.provision(FIXTURE).await;
        }
        // The client disabled, or no longer for this data center's users.
        let entry = "name = \"Screen\"\ndata_centers = [\"us\", \"eu\"]";
        for change in ["name = \"Screen\"\ndisabled = true", "name = \"Screen\"\ndata_centers = [\"eu\"]"] {
            let device = approved().await;
            house.provision(&FIXTURE.replace(entry, change)).await;
            eventually("the client's change", async || {
                house.post("us", POLL, &polling(&SCREEN, "x")).await.brief() == INVALID_CLIENT
            })
            .await;
            assert_eq!(device.poll(house, "us").await.brief(), INVALID_CLIENT);
            house.provision(FIXTURE).await;
            eventually("the client's return", async || {
                house.post("us", POLL, &polling(&SCREEN, "x")).await.brief() == INVALID_CODE
            })
            .await;
        }
        // Not fetched in time.
        let device = approved().await;
        house.advance(300);
        assert_eq!(device.poll(house, "us").await.brief(), EXPIRED);
        // A scope that left the catalog.
        let device = approved().await;
        let without = FIXTURE.split_once("[[organization]]").unwrap().1;
        house.prune_to(&format!("[[organization]]{without}")).await;
        eventually("the catalog's change", async || {
            house.post("us", CODE, &asks(scope, "online")).await.brief() == INVALID_SCOPE
        })
        .await;
        assert_eq!(device.poll(house, "us").await.brief(), INVALID_CODE, "scope retired");
    })
    .await;
}

#[tokio::test]
async fn m03_devices_that_begin_are_limited_by_client_and_address() {
    for_each_store_with(Setup { guess_limits: true, ..Setup::default() }, async |house| {
        house.provision(&format!("{TABLET_ENTRY}scopes = [\"AaaServer.profile.READ\"]\n")).await;
        let asked = asks("AaaServer.profile.READ", "online");
        for _ in 0..59 {
            Device::begin(house, "us").await;
        }
        // What is refused leaves nothing, and counts nothing.
        assert_eq!(house.post("us", CODE, &asks("email.nothing", "online")).await.brief(), INVALID_SCOPE);
        Device::begun_at(house, Door::Standard, "AaaServer.profile.READ").await;
        assert_eq!(house.post("us", CODE, &asked).await.brief(), THROTTLED);
        let fields = [("client_id", SCREEN.id), ("client_secret", SCREEN.secret), ("scope", "AaaServer.profile.READ")];
        let standard = house.post("us", "/oauth2/device_authorization", &fields).await;
        assert_eq!((standard.status, standard.header("retry-after")), (429, Some("60")));
        assert_eq!(standard.text("error"), "temporarily_unavailable");
        let tablet = [("grant_type", "device_request"), ("client_id", TABLET.id), ("scope", "AaaServer.profile.READ")];
        Device::of(&house.post("us", CODE, &tablet).await);
        Device::of(&send_from([127, 0, 0, 2], house.url("us"), &Request::form(CODE, &asked)).await);
        house.advance(60);
        Device::begin(house, "us").await;
    })
    .await;
}
