//! The organization that a person chose holds to the end, at either door and by every way to a token; and what was deleted
//! and is made anew inherits nothing (cases I02, I03, I07).

use grantor_protocol::token::PresentedToken;

use super::{authorize::connected::connected, device::Device, harness::*, remote_token};

/// Of an organization, and the profile so that a token opens something.
const SCOPE: &str = "ZohoBigin.modules.contacts.READ AaaServer.profile.READ";
/// Bob, who chooses the second of his organizations.
const IN_SANDBOX: Person = Person { organization: "10002", ..BOB };
/// Everything that might be believed to name another organization.
const OTHERS: [(&str, &str); 6] = [
    ("organization", "10001"),
    ("organization_id", "10001"),
    ("org_id", "10001"),
    ("orgId", "20001"),
    ("soid", "ZohoBigin.10001"),
    ("environment", "production"),
];

/// Bob, a member of these only.
async fn bob_in(house: &House, organizations: &str) {
    let entry = "[[user]]\nemail = \"bob@zylker.example\"\nzuid = 700002\n{password}\nfirst_name = \"Bob\"\n\
                 data_center = \"us\"\n";
    house.provision(&format!("{entry}organizations = [{organizations}]\n")).await;
}

/// The organization and the person of a live token, by the store's word; none when it is dead.
async fn stands_for(house: &House, access: &str) -> Option<(String, i64)> {
    let (presented, now) = (PresentedToken::parse(access).unwrap(), house.clock().now());
    let live = house.room("us").store.read(move |tx| tx.access(&presented, now)).await.unwrap().ok()?;
    Some((live.organization_id, live.user.map_or(0, |user| user.id.0)))
}

fn sandbox() -> (String, i64) {
    ("10002".to_owned(), BOB.zuid)
}

/// What the page asks about; it is the consent page.
fn named(page: &Reply) -> &str {
    let form = Form::find(&page.body).unwrap_or_else(|| panic!("no form: {page:?}"));
    assert_eq!(form.asks, ["decision"], "{page:?}");
    if page.body.contains("Zylker Sandbox") { "Zylker Sandbox" } else { "Zylker" }
}

#[tokio::test]
async fn i02_no_parameter_form_or_name_leads_to_another_s_organization() {
    for_each_store(async |house| {
        for door in DOORS {
            let ask = door.ask(&DESK).with("scope", SCOPE);
            // Named in the request: Alice belongs to one organization, and gets no other.
            let mut named_there = ask.clone();
            named_there.parameters.extend(OTHERS.map(|(name, _)| (name.to_owned(), "10002".to_owned())));
            let access = door.tokens(house, &named_there, &DESK, &ALICE).await.access;
            assert_eq!(stands_for(house, &access).await, Some(("10001".to_owned(), ALICE.zuid)));

            // In the chooser's form and in the one after it: not one's own is refused, and what was chosen stays.
            let mut browser = Browser::default();
            let (url, chooser) = browser.walk(house, &ask.url(house), &BOB, Some("organization")).await;
            for foreign in ["20001", "30001", "99999", ""] {
                let (_, again) = browser.fill(house, &url, &chooser, "organization", foreign).await;
                assert_eq!(again.status, 422, "{foreign:?}");
            }
            let (url, consent) = browser.fill(house, &url, &chooser, "organization", "10002").await;
            assert_eq!(named(&consent), "Zylker Sandbox");
            let form = Form::find(&consent.body).unwrap();
            let mut fields = form.filled("decision", "accept");
            fields.extend(OTHERS.map(|(name, value)| (name.to_owned(), value.to_owned())));
            let reply = browser.post(&format!("{}{}", split(&url).0, form.action), &fields).await;
            let code = Callback::of(reply.header("location").unwrap_or_else(|| panic!("{reply:?}"))).code();
            let bobs = Tokens::of(&door.exchange(house, "us", &DESK, &code).await);
            assert_eq!(stands_for(house, &bobs.access).await, Some(sandbox()));

            // Bob's choice, in the address of somebody else who signs in in the same browser, is nobody's.
            let out = format!("{}/sign-out", house.url("us"));
            let question = browser.get(&out).await;
            browser.post(&out, &Form::find(&question.body).unwrap().hidden).await;
            let (_, consent) = browser.walk(house, &url, &ALICE, Some("decision")).await;
            assert!(consent.body.contains(ALICE.email) && named(&consent) == "Zylker", "{consent:?}");

            // A hint at another person: who signs in, and with them the organization, is one person's.
            for hinted in [ALICE, DORA] {
                let mut browser = Browser::default();
                browser.sign_in(house, &BOB).await;
                let ask = ask.clone().with("login_hint", hinted.email);
                let (_, end) = browser.walk(house, &ask.url(house), &IN_SANDBOX, None).await;
                let Some(location) = end.header("location") else {
                    assert!(hinted == DORA && end.status == 400, "{end:?}");
                    continue;
                };
                let code = Callback::of(location).code();
                let access = Tokens::of(&door.exchange(house, "us", &DESK, &code).await).access;
                let whose = stands_for(house, &access).await;
                assert!(whose == Some(sandbox()) || whose == Some(("10001".to_owned(), ALICE.zuid)), "{whose:?}");
            }
        }
    })
    .await;
}

/// All that leads to a token bound to the second of Bob's organizations, none of it used.
struct Ways {
    browser: Browser,
    ask: Ask,
    code: String,
    refresh: String,
    device: Device,
}

impl Ways {
    async fn prepare(house: &House, door: Door) -> Self {
        let mut browser = Browser::default();
        let ask = door.ask(&DESK).with("scope", SCOPE);
        let code = browser.authorize(house, &ask, &IN_SANDBOX).await.code();
        let refresh = Tokens::of(&door.exchange(house, "us", &DESK, &code).await).refresh;
        let code = browser.authorize(house, &ask, &IN_SANDBOX).await.code();
        let device = Device::begun_at(house, door, SCOPE).await;
        device.accepted(house, &IN_SANDBOX).await;
        Self { browser, ask: ask.without("prompt"), code, refresh, device }
    }

    /// The answers to code, refresh token and device code, each asked with these fields more.
    async fn asked(&self, house: &House, door: Door, more: &[(&str, &str)]) -> [(&'static str, Reply); 3] {
        let code = [&door.redemption(&DESK, &self.code)[..], more].concat();
        let refresh = [&refreshing(&DESK, &self.refresh)[..], more].concat();
        let (poll, device) = Device::polls_at(door, &self.device.code);
        [
            ("code", house.post("us", door.token(), &code).await),
            ("refresh", house.post("us", door.token(), &refresh).await),
            ("device", house.post("us", poll, &[&device[..], more].concat()).await),
        ]
    }
}

#[tokio::test]
async fn i03_the_organization_holds_by_every_way_to_a_token() {
    for_each_store(async |house| {
        for door in DOORS {
            let mut ways = Ways::prepare(house, door).await;
            for (way, reply) in ways.asked(house, door, &OTHERS).await {
                let access = Tokens::of(&reply).access;
                assert_eq!(stands_for(house, &access).await, Some(sandbox()), "{door:?} {way}");
            }
            // Asked again, what was remembered is that organization's only, and is given without a question.
            let mut again = ways.ask.clone();
            again.parameters.extend(OTHERS.map(|(name, value)| (name.to_owned(), value.to_owned())));
            let (url, chooser) = ways.browser.open(house, &again.url(house)).await;
            let (_, other) = ways.browser.fill(house, &url, &chooser, "organization", "10001").await;
            assert_eq!(named(&other), "Zylker", "{door:?}: not granted there");
            let (_, end) = ways.browser.fill(house, &url, &chooser, "organization", "10002").await;
            let code = Callback::of(end.header("location").unwrap_or_else(|| panic!("{end:?}"))).code();
            let access = Tokens::of(&door.exchange(house, "us", &DESK, &code).await).access;
            assert_eq!(stands_for(house, &access).await, Some(sandbox()), "{door:?} remembered");

            // The membership ended: by no way is there a token of that organization, nor of the one that is left.
            let mut ways = Ways::prepare(house, door).await;
            bob_in(house, "\"10001\"").await;
            for (way, reply) in ways.asked(house, door, &[]).await {
                door.refused(&reply, way);
            }
            assert_eq!(stands_for(house, &access).await, None);
            let (_, page) = ways.browser.open(house, &ways.ask.url(house)).await;
            assert_eq!(named(&page), "Zylker", "{door:?}: asked, and about the other one");
            if door == Door::Standard {
                let silent = ways.ask.clone().with("prompt", "none").without("access_type");
                let reply = ways.browser.get(&silent.url(house)).await;
                let end = Callback::of(reply.header("location").unwrap_or_else(|| panic!("{reply:?}")));
                assert_eq!((end.get("code"), end.get("error")), (None, Some("consent_required")), "{end:?}");
            }
            bob_in(house, "\"10001\", \"10002\"").await;
        }
    })
    .await;
}

#[tokio::test]
async fn i03_a_remote_token_is_of_the_portal_s_organization() {
    for_each_store(async |house| {
        let signer = remote_token::Signer::new();
        let asked = async |jti: &str| {
            let assertion = signer.sign(&remote_token::header(), &remote_token::claims(house, jti));
            let mut request = remote_token::request(remote_token::PATH, &assertion);
            request.target = format!("{}&{}", request.target, encoded(&OTHERS));
            Tokens::of(&house.send("us", &request.header("origin", remote_token::ORIGIN)).await).access
        };
        remote_token::portal_of(house, &signer, "10002").await;
        let first = asked("1").await;
        assert_eq!(stands_for(house, &first).await, Some(("10002".to_owned(), PAT.zuid)));
        // The portal is another organization's from now on.
        remote_token::portal_of(house, &signer, "10001").await;
        assert_eq!(stands_for(house, &first).await, None);
        assert_eq!(stands_for(house, &asked("2").await).await, Some(("10001".to_owned(), PAT.zuid)));
    })
    .await;
}

/// The fixture without what stands in the table that holds this.
fn without(table: &str, holds: &str) -> String {
    let parts: Vec<&str> = FIXTURE.split(table).filter(|part| !part.contains(holds)).collect();
    parts.join(table)
}

#[tokio::test]
async fn i07_a_user_made_anew_inherits_nothing() {
    for_each_store(async |house| {
        for door in DOORS {
            let ask = door.ask(&DESK).with("scope", SCOPE);
            let mut browser = Browser::default();
            let code = browser.authorize(house, &ask, &ALICE).await.code();
            let old = Tokens::of(&door.exchange(house, "us", &DESK, &code).await);
            let waiting = browser.authorize(house, &ask, &ALICE).await.code();
            let device = Device::begun_at(house, door, SCOPE).await;
            device.accepted(house, &ALICE).await;
            let nothing_works = async |when: &str| {
                assert!(!house.alive("us", &old.access).await, "{door:?} {when}");
                door.refused(&door.refresh(house, "us", &DESK, &old.refresh).await, when);
                door.refused(&door.exchange(house, "us", &DESK, &waiting).await, when);
                let (poll, fields) = Device::polls_at(door, &device.code);
                door.refused(&house.post("us", poll, &fields).await, when);
            };
            house.prune_to(&without("[[user]]", "email = \"alice@")).await;
            nothing_works("gone").await;
            // The same address and the same number.
            house.provision(FIXTURE).await;
            nothing_works("made anew").await;
            let quiet = ask.clone().without("prompt");
            let (_, page) = browser.open(house, &quiet.url(house)).await;
            assert_eq!(Form::find(&page.body).unwrap().asks, ["email"], "the session ended");
            let (url, page) = browser.walk(house, &quiet.url(house), &ALICE, Some("decision")).await;
            assert_eq!(named(&page), "Zylker", "asked again");
            assert_eq!(connected(house, &mut browser, "/").await, []);
            let (_, end) = browser.fill(house, &url, &page, "decision", "accept").await;
            let code = Callback::of(end.header("location").unwrap_or_else(|| panic!("{end:?}"))).code();
            let fresh = Tokens::of(&door.exchange(house, "us", &DESK, &code).await);
            assert!(house.alive("us", &fresh.access).await);
            nothing_works("used anew").await;
        }
    })
    .await;
}

#[tokio::test]
async fn i07_an_organization_made_anew_inherits_nothing() {
    for_each_store(async |house| {
        for door in DOORS {
            let ways = Ways::prepare(house, door).await;
            let ask = door.ask(&DESK).with("scope", SCOPE);
            let old = door.tokens(house, &ask, &DESK, &IN_SANDBOX).await;
            let elsewhere = door.tokens(house, &ask, &DESK, &BOB).await;
            let gone = without("[[organization]]", "id = \"10002\"").replace("\"10001\", \"10002\"", "\"10001\"");
            house.prune_to(&gone).await;
            let nothing_works = async |when: &str| {
                assert!(!house.alive("us", &old.access).await, "{door:?} {when}");
                door.refused(&door.refresh(house, "us", &DESK, &old.refresh).await, when);
                for (way, reply) in ways.asked(house, door, &[]).await {
                    door.refused(&reply, &format!("{way} {when}"));
                }
            };
            nothing_works("gone").await;
            // The same name and the same number, and Bob belongs to it again.
            house.provision(FIXTURE).await;
            nothing_works("made anew").await;
            let mut browser = ways.browser.clone();
            let (url, chooser) = browser.open(house, &ways.ask.url(house)).await;
            let (_, page) = browser.fill(house, &url, &chooser, "organization", "10002").await;
            assert_eq!(named(&page), "Zylker Sandbox", "asked again");
            // What was granted in the other organization is as it was.
            assert!(house.alive("us", &elsewhere.access).await);
            door.renewed(house, "us", &DESK, &elsewhere.refresh).await;
        }
    })
    .await;
}
