//! The pages of the device flow: a code is typed or confirmed, never taken from a link; guessing is slow; the person is
//! told who asks for what, and warned (cases G05, G06; accounts-protocol.md section 10; RFC 8628 sections 5.1, 5.4).

use super::{super::device::Device, *};

const LIMITED: Setup =
    Setup { throttles: false, guess_limits: true, predictable: false, no_sandbox: false, policy: "" };
const UNKNOWN: &str = "This code is not known here, or it has expired.";

fn door(house: &House, location: &str) -> String {
    format!("{}/oauth/v3/device", house.url(location))
}

/// Types a code at the page of a browser.
async fn typed(house: &House, browser: &mut Browser, location: &str, code: &str) -> Reply {
    let url = door(house, location);
    let page = browser.get(&url).await;
    answer(browser, &url, &page, "code", code).await
}

async fn pending(house: &House, device: &Device) -> bool {
    house.advance(5);
    device.poll(house, "us").await.body.contains("authorization_pending")
}

#[tokio::test]
async fn a_code_is_read_as_people_type_it() {
    for_each_store(async |house| {
        let device = Device::begin(house, "us").await;
        let mut browser = Browser::default();
        let (first, last) = device.user_code.split_once('-').unwrap();
        for code in [
            device.user_code.clone(),
            device.user_code.to_lowercase(),
            format!(" {first} {last} "),
            format!("{first}{last}"),
            format!("{first}–{last}"),
        ] {
            let reply = typed(house, &mut browser, "us", &code).await;
            let next = next(house.url("us"), &reply);
            assert!(next.contains(&format!("?user_code={}&", device.user_code)), "{next}");
            form(&browser.get(&next).await, "email");
        }
        for (code, says) in [("", "Enter the code"), ("  ", "Enter the code"), ("BCDF-GHJK", UNKNOWN), ("A1", UNKNOWN)]
        {
            let reply = typed(house, &mut browser, "us", code).await;
            assert_eq!(reply.status, 422, "{code}");
            form(&reply, "code");
            assert!(text_of(&reply.body).contains(says), "{code}: {reply:?}");
        }
        // What has ended is as unknown as what never was.
        device.accepted(house, &ALICE).await;
        let late = Device::begin(house, "us").await;
        house.advance(300);
        for code in [&device.user_code, &late.user_code] {
            let reply = typed(house, &mut browser, "us", code).await;
            assert_eq!((reply.status, text_of(&reply.body).contains(UNKNOWN)), (422, true));
        }
    })
    .await;
}

#[tokio::test]
async fn no_other_method_acts_at_the_device_s_page() {
    for_one_store(async |house| {
        for method in ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"] {
            let reply = house.send("us", &Request::new(method, "/oauth/v3/device?user_code=BCDF-GHJK")).await;
            assert_eq!(reply.status, 400, "{method}: {reply:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn g05_guessing_is_slow_in_a_browser_and_from_an_address() {
    for_each_store_with(LIMITED, async |house| {
        let device = Device::begin(house, "us").await;
        let mut browser = Browser::default();
        for _ in 0..10 {
            assert_eq!(typed(house, &mut browser, "us", "BCDF-GHJK").await.status, 422);
        }
        // Even the right one waits.
        let reply = typed(house, &mut browser, "us", &device.user_code).await;
        assert_eq!((reply.status, text_of(&reply.body).contains("Wait 10 minutes")), (429, true), "{reply:?}");
        // Another browser: the right one opens, as often as one likes.
        let mut second = Browser::default();
        for _ in 0..30 {
            assert_eq!(typed(house, &mut second, "us", &device.user_code).await.status, 303);
        }
        for _ in 0..10 {
            assert_eq!(typed(house, &mut second, "us", "BCDF-GHJK").await.status, 422);
        }
        // Twenty from this address: whatever the browser, also one that says it was handed over.
        let mut third = Browser::default();
        assert_eq!(typed(house, &mut third, "us", &device.user_code).await.status, 429);
        let hop = format!("{}&login_hint=alice%40zylker.example&_grantor_hop=1", device.complete);
        assert_eq!(Browser::default().get(&hop).await.status, 429);
        house.advance(600);
        let device = Device::begin(house, "us").await;
        assert_eq!(typed(house, &mut browser, "us", &device.user_code).await.status, 303);
    })
    .await;
}

#[tokio::test]
async fn g05_five_thousand_guesses_hit_nothing() {
    for_each_store_with(LIMITED, async |house| {
        let device = Device::begin(house, "us").await;
        let url = door(house, "us");
        let (mut wrong, mut slowed) = (0, 0);
        for session in 0..100 {
            let mut browser = Browser::default();
            let page = browser.get(&url).await;
            let form = form(&page, "code");
            for n in 0..50 {
                // The very code among the guesses, but not among the first twenty.
                let code = if session > 0 && n == 20 { device.user_code.as_str() } else { "BCDF-GHJK" };
                match browser.post(&action(&url, &form), &form.filled("code", code)).await.status {
                    422 => wrong += 1,
                    429 => slowed += 1,
                    status => panic!("a hit: {status}"),
                }
            }
        }
        assert_eq!((wrong, slowed), (20, 4_980), "ten in a browser, twenty from the address");
        assert!(pending(house, &device).await);
    })
    .await;
}

#[tokio::test]
async fn g06_a_link_fills_in_and_no_more() {
    for_each_store(async |house| {
        let device = Device::begin(house, "us").await;
        let mut browser = Browser::default();
        browser.sign_in(house, &ALICE).await;
        // Signed in, and still only a filled-in code; so also when the link says that it was handed over.
        for url in [
            device.complete.clone(),
            format!("{}&_grantor_hop=1", device.complete),
            format!("{}&login_hint=alice%40zylker.example&_grantor_hop=1", device.complete),
        ] {
            let page = browser.get(&url).await;
            assert_eq!(page.status, 200);
            let form = form(&page, "code");
            assert_eq!(value_of(&page, "code"), device.user_code);
            assert!(form.asks == ["code"] && page.body.contains(">Verify</button>"), "{page:?}");
            let text = text_of(&page.body);
            assert!(text.contains("Only go on if you started this yourself, on a device in front of you"), "{text}");
            assert!(!text.contains("Screen"), "who asks is not told before");
            assert!(!page.body.contains("http-equiv") && !page.body.contains("autosubmit"));
        }
        // The form is this browser's: no token, another browser's, from another site.
        let url = device.complete.clone();
        let page = browser.get(&url).await;
        let own = form(&page, "code");
        let stranger = form(&Browser::default().get(&url).await, "code");
        let without: Vec<_> = own.filled("code", &device.user_code).into_iter().filter(|(n, _)| n != "csrf").collect();
        for fields in [without, stranger.filled("code", &device.user_code)] {
            assert_eq!(browser.post(&action(&url, &own), &fields).await.status, 403);
        }
        let mut crossing = browser.clone();
        crossing.headers.push(("sec-fetch-site".into(), "cross-site".into()));
        assert_eq!(crossing.post(&action(&url, &own), &own.filled("code", &device.user_code)).await.status, 403);
        // Confirmed: who asks, in whose name, for which organization, for what, and the warning.
        let (at, page) = browser.fill(house, &url, &page, "code", &device.user_code).await;
        form(&page, "decision");
        assert!(pending(house, &device).await, "a look approves nothing");
        // What was confirmed here was not confirmed in another browser, nor for another code.
        let mut other = Browser::default();
        other.sign_in(house, &ALICE).await;
        form(&other.open(house, &at).await.1, "code");
        let second = Device::begin(house, "us").await;
        let swapped = at.replace(&device.user_code, &second.user_code);
        form(&browser.open(house, &swapped).await.1, "code");
        // The answer is a form of ours as well.
        let decision = form(&page, "decision");
        let without: Vec<_> = decision.filled("decision", "accept").into_iter().filter(|(n, _)| n != "csrf").collect();
        assert_eq!(browser.post(&action(&at, &decision), &without).await.status, 403);
        let unsealed: Vec<_> = decision.filled("decision", "accept").into_iter().filter(|(n, _)| n != "seal").collect();
        let reply = browser.post(&action(&at, &decision), &unsealed).await;
        form(&browser.follow(house, &at, reply).await.1, "code");
        let swapped = action(&at, &decision).replace(&device.user_code, &second.user_code);
        let reply = browser.post(&swapped, &decision.filled("decision", "accept")).await;
        form(&browser.follow(house, &at, reply).await.1, "code");
        assert!(pending(house, &device).await && pending(house, &second).await);
    })
    .await;
}

#[tokio::test]
async fn g06_the_person_is_told_who_asks_and_is_warned() {
    for_each_store(async |house| {
        house
            .provision(
                &FIXTURE.replace("name = \"Screen\"", "name = \"Screen\"\nhomepage_url = \"https://screen.example\""),
            )
            .await;
        eventually("the publisher's page", async || {
            let device = Device::asking(house, "us", BIGIN, "offline").await;
            let (_, _, page) = device.to_consent(house, &BOB).await;
            text_of(&page.body).contains("screen.example")
        })
        .await;
        let device = Device::asking(house, "us", BIGIN, "offline").await;
        let (mut browser, url, page) = device.to_consent(house, &BOB).await;
        assert_page(&page);
        let text = text_of(&page.body);
        for says in [
            "Screen wants to access Zylker",
            "screen.example",
            "View your contacts",
            "ZohoBigin.modules.contacts.READ",
            "while you are away",
            "Only accept if you started this yourself, on a device in front of you",
            "you then go back to your device",
            device.user_code.as_str(),
            BOB.email,
        ] {
            assert!(text.contains(says), "{says}: {text}");
        }
        assert!(!text.contains("your browser then goes"), "{text}");
        let (done, page) = browser.fill(house, &url, &page, "decision", "accept").await;
        assert_eq!(heading(&page), "Your device is connected");
        assert!(Form::find(&page.body).is_none() && text_of(&page.body).contains("Screen will go on there"));
        // Looking again is no second answer, and the last page is nobody else's.
        assert_eq!(heading(&browser.get(&done).await), "Your device is connected");
        form(&Browser::default().open(house, &done).await.1, "code");
        assert!(device.poll(house, "us").await.body.contains("access_token"));
        assert_eq!(heading(&browser.get(&done).await), "Your device is connected");
        // Asked every time, whatever was granted before.
        let again = Device::asking(house, "us", BIGIN, "offline").await;
        let (url, page) = browser.open(house, &again.complete).await;
        let (url, page) = browser.fill(house, &url, &page, "code", &again.user_code).await;
        let (url, page) = browser.fill(house, &url, &page, "organization", "10002").await;
        assert_eq!(heading(&page), "Screen wants to access Zylker Sandbox");
        let (_, page) = browser.fill(house, &url, &page, "decision", "reject").await;
        assert_eq!(heading(&page), "Access was denied");
    })
    .await;
}

#[tokio::test]
async fn one_answer_and_the_first() {
    for_each_store(async |house| {
        let device = Device::begin(house, "us").await;
        let (mut alice, alice_url, alice_page) = device.to_consent(house, &ALICE).await;
        let (mut bob, bob_url, bob_page) = device.to_consent(house, &BOB).await;
        let (mut carla, carla_url, carla_page) = device.to_consent(house, &CARLA).await;
        for _ in 0..2 {
            let (_, page) = alice.fill(house, &alice_url, &alice_page, "decision", "accept").await;
            assert_eq!(heading(&page), "Your device is connected", "pressed twice");
        }
        for decision in ["accept", "reject"] {
            let (_, page) = bob.fill(house, &bob_url, &bob_page, "decision", decision).await;
            assert!(text_of(&page.body).contains(UNKNOWN), "{page:?}");
            let (_, page) = carla.fill(house, &carla_url, &carla_page, "decision", decision).await;
            assert!(text_of(&page.body).contains(UNKNOWN), "{page:?}");
        }
        let tokens = Tokens::of(&device.poll(house, "us").await);
        assert_eq!(house.user_info("us", &tokens.access).await.text("Email"), ALICE.email);
        let (_, page) = alice.fill(house, &alice_url, &alice_page, "decision", "reject").await;
        assert_eq!(heading(&page), "Your device is connected", "too late for a no");
    })
    .await;
}

#[tokio::test]
async fn the_browser_goes_home_with_the_code() {
    for_each_store(async |house| {
        let device = Device::asking(house, "us", BIGIN, "offline").await;
        let mut browser = Browser::default();
        let (url, page) = browser.open(house, &device.complete).await;
        let (url, page) = browser.fill(house, &url, &page, "code", &device.user_code).await;
        let reply = answer(&mut browser, &url, &page, "email", CARLA.email).await;
        let there = format!(
            "{}?user_code={}&login_hint=carla%40zylker.example&_grantor_hop=1",
            door(house, "eu"),
            device.user_code
        );
        assert_eq!((reply.status, reply.header("location")), (303, Some(there.as_str())), "no seal crosses hosts");
        // The code is not asked for again: the password is.
        let (url, page) = browser.follow(house, &url, reply).await;
        assert!(url.starts_with(&door(house, "eu")), "{url}");
        let (url, page) = browser.fill(house, &url, &page, "password", PASSWORD).await;
        assert_eq!(heading(&page), "Screen wants to access Zylker Europe");
        let (_, page) = browser.fill(house, &url, &page, "decision", "accept").await;
        assert_eq!(heading(&page), "Your device is connected");
        assert!(device.poll(house, "eu").await.body.contains("access_token"));

        // Next time the browser remembers: the page of home, where she is signed in, and one click.
        let again = Device::asking(house, "us", BIGIN, "offline").await;
        let (url, page) = browser.open(house, &again.complete).await;
        assert!(url.starts_with(&door(house, "eu")), "{url}");
        assert_eq!(value_of(&page, "code"), again.user_code);
        let (_, page) = browser.fill(house, &url, &page, "code", &again.user_code).await;
        assert_eq!(heading(&page), "Screen wants to access Zylker Europe");
        // Not for the users of a data center that the application is not for, nor without an organization.
        let (_, page) = Browser::default().open(house, &door(house, "cn")).await;
        form(&page, "code");
        let other = Device::asking(house, "us", BIGIN, "offline").await;
        let mut lin = Browser::default();
        lin.sign_in(house, &LIN).await;
        let page = typed(house, &mut lin, "cn", &other.user_code).await;
        let (_, page) = lin.follow(house, house.url("cn"), page).await;
        assert_eq!(heading(&page), "Invalid Client");
        let mut dora = Browser::default();
        dora.sign_in(house, &DORA).await;
        let page = typed(house, &mut dora, "us", &other.user_code).await;
        let (_, page) = dora.follow(house, house.url("us"), page).await;
        assert_eq!(heading(&page), "No organization to choose");
    })
    .await;
}

#[tokio::test]
async fn another_account_and_a_walk_that_was_left() {
    for_each_store(async |house| {
        let device = Device::begin(house, "us").await;
        let (mut browser, url, page) = device.to_consent(house, &ALICE).await;
        let (url, _) = browser.open(house, &switch_url(&url, &page)).await;
        let (_, page) = browser.walk(house, &url, &BOB, Some("decision")).await;
        assert!(page.status == 200 && text_of(&page.body).contains(BOB.email), "{page:?}");
        // Addresses of forms, opened as pages, begin at the code again.
        for path in ["sign-in", "organization", "consent"] {
            let url = format!("{}/{path}?user_code={}", door(house, "us"), device.user_code);
            let (at, page) = browser.open(house, &url).await;
            assert_eq!(at, device.complete);
            form(&page, "code");
        }
        // A seal that is too old: the code is asked for again.
        let (mut browser, url, page) = Device::begin(house, "us").await.to_consent(house, &BOB).await;
        house.advance(1800);
        let (_, page) = browser.fill(house, &url, &page, "decision", "accept").await;
        form(&page, "code");
    })
    .await;
}
