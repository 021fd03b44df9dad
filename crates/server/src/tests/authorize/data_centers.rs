//! Several data centers: the browser goes home, and nobody can tell from it who is known where (cases I08, I09, I11,
//! A14; accounts-protocol.md section 15, decisions 12, 22, 23; `spec/decisions.md` 15, 19).

use super::*;

/// What the first step of signing in at that data center answers to an address.
async fn typed(house: &House, location: &str, email: &str) -> Reply {
    let mut browser = Browser::default();
    let url = once(&DESK).at(location).url(house);
    let (url, page) = browser.open(house, &url).await;
    answer(&mut browser, &url, &page, "email", email).await
}

/// Which data center that answer leads to.
fn led_to(house: &House, from: &str, reply: &Reply) -> String {
    assert_eq!(reply.status, 303, "{reply:?}");
    let to = next(house.url(from), reply);
    let base = split(&to).0;
    ["us", "eu", "cn"].into_iter().find(|l| house.url(l) == base).unwrap_or_else(|| panic!("{to}")).to_owned()
}

#[tokio::test]
async fn the_browser_goes_home_with_the_request_as_it_was() {
    for_each_store(async |house| {
        let ask = once(&DESK).with("state", "a&b=c d+e%").with("scope", BIGIN).with("login_hint", "bob@zylker.example");
        let mut browser = Browser::default();
        let (url, _) = browser.open(house, &ask.url(house)).await;
        let page = browser.get(&url).await;
        let (url, page) = browser.open(house, &switch_url(&url, &page)).await;
        let reply = answer(&mut browser, &url, &page, "email", "Carla@Zylker.Example").await;
        assert_eq!(reply.status, 303);
        let (there, query) = reply.header("location").unwrap().split_once('?').unwrap();
        assert_eq!(there, format!("{}/oauth/v2/auth", house.url("eu")));
        let sent: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let mut wanted = ask.parameters.clone();
        wanted.retain(|(name, _)| name != "login_hint");
        wanted.push(("login_hint".into(), "carla@zylker.example".into()));
        wanted.push(("_grantor_hop".into(), "1".into()));
        assert_eq!(sent, wanted, "the hint is replaced, and no seal crosses hosts");
        // There her password is asked at once; the end names her home.
        let (url, page) = browser.follow(house, &url, reply).await;
        form(&page, "password");
        assert!(text_of(&page.body).contains(CARLA.email));
        let (url, page) = browser.fill(house, &url, &page, "password", PASSWORD).await;
        assert_eq!(heading(&page), "Zylker Desk wants to access Zylker Europe");
        let end = callback(&answer(&mut browser, &url, &page, "decision", "accept").await);
        let names: Vec<&str> = end.parameters.iter().map(|(n, _)| n.as_str()).collect();
        assert_eq!(names, ["code", "location", "accounts-server", "state"]);
        assert_eq!((end.get("location"), end.get("accounts-server")), (Some("eu"), Some(house.url("eu"))));
        assert_eq!(end.get("state"), Some("a&b=c d+e%"));
        // At the wrong door the code is refused like a client nobody knows, and is not spent.
        let wrong = house.exchange("us", &DESK, &end.code()).await;
        assert_eq!(wrong.brief(), (200, r#"{"error":"invalid_client"}"#));
        assert_eq!(whose(house, "eu", &DESK, &end.code()).await, CARLA.email);
    })
    .await;
}

#[tokio::test]
async fn the_remembered_home_saves_the_question_next_time() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        browser.authorize(house, &once(&DESK), &CARLA).await;
        // Starting at us again: two redirects, no page.
        let reply = browser.get(&once(&DESK).url(house)).await;
        assert_eq!(led_to(house, "us", &reply), "eu");
        let code = callback(&browser.get(&next(house.url("us"), &reply)).await).code();
        assert_eq!(whose(house, "eu", &DESK, &code).await, CARLA.email);
        // Another account, at home elsewhere: the browser remembers that one from now on.
        let (url, page) = walk_to(house, &mut browser, &once(&OTHER), &CARLA, "decision").await;
        let (url, page) = browser.open(house, &switch_url(&url, &page)).await;
        let (url, page) = browser.fill(house, &url, &page, "email", ALICE.email).await;
        assert!(url.starts_with(house.url("us")));
        let (url, page) = browser.fill(house, &url, &page, "password", PASSWORD).await;
        assert!(page.body.contains(ALICE.email));
        answer(&mut browser, &url, &page, "decision", "accept").await;
        assert!(!browser.cookies.contains_key("grantor_us_home"), "{:?}", browser.cookies);
        let out = format!("{}/sign-out", house.url("us"));
        let question = browser.get(&out).await;
        browser.post(&out, &Form::find(&question.body).unwrap().hidden).await;
        form(&browser.get(&once(&DESK).url(house)).await, "email");
    })
    .await;
}

#[tokio::test]
async fn a_hint_leads_home_and_a_hop_never_further() {
    for_each_store(async |house| {
        for (from, person) in [("us", CARLA), ("eu", ALICE)] {
            let ask = once(&DESK).at(from).with("login_hint", person.email);
            let mut browser = Browser::default();
            let reply = browser.get(&ask.url(house)).await;
            assert_eq!(led_to(house, from, &reply), person.location);
            let (url, page) = browser.follow(house, &ask.url(house), reply).await;
            form(&page, "password");
            assert!(url.starts_with(house.url(person.location)));
            // Whoever writes the hop into the address only keeps the browser where it is.
            let stays = browser.get(&format!("{}&_grantor_hop=1", ask.url(house))).await;
            form(&stays, "password");
        }
        // The hint does not replace who is signed in where the request starts.
        let mut browser = Browser::default();
        browser.sign_in(house, &ALICE).await;
        let page = browser.get(&once(&DESK).with("login_hint", CARLA.email).url(house)).await;
        form(&page, "decision");
        // But who was handed over as somebody else is asked for that password.
        browser.sign_in(house, &CARLA).await;
        let (_, page) = browser
            .open(
                house,
                &format!(
                    "{}&_grantor_hop=1",
                    once(&DESK).at("eu").with("login_hint", "carl@zylker.example").url(house)
                ),
            )
            .await;
        form(&page, "password");
        assert!(text_of(&page.body).contains("carl@zylker.example"));
    })
    .await;
}

#[tokio::test]
async fn no_cookie_makes_it_go_round_in_circles() {
    for_each_store(async |house| {
        let homes = [
            None,
            Some("us"),
            Some("eu"),
            Some("cn"),
            Some("xx"),
            Some(""),
            Some("../eu"),
            Some("http://evil.example"),
        ];
        for us in homes {
            for eu in &homes[..4] {
                let eu = *eu;
                let mut browser = Browser::default();
                for (name, value) in [("grantor_us_home", us), ("grantor_eu_home", eu), ("grantor_cn_home", eu)] {
                    if let Some(value) = value {
                        browser.cookies.insert(name.to_owned(), value.to_owned());
                    }
                }
                for start in ["us", "eu", "cn"] {
                    for ask in [once(&DESK).at(start), once(&DESK).at(start).with("login_hint", CARLA.email)] {
                        let mut browser = browser.clone();
                        let mut url = ask.url(house);
                        let mut reply = browser.get(&url).await;
                        let mut hops = 0;
                        while reply.header("location").is_some() {
                            url = next(&url, &reply);
                            assert!(house.owns(&url), "{url}");
                            assert!(!url.starts_with(house.url("cn")) || start == "cn", "nobody is sent to cn");
                            reply = browser.get(&url).await;
                            hops += 1;
                            assert!(hops <= 1, "{us:?} {eu:?} {start}: {url}");
                        }
                        let asks = &Form::find(&reply.body).unwrap_or_else(|| panic!("{reply:?}")).asks;
                        assert!(asks.iter().any(|a| a == "email" || a == "password"));
                        assert!(start != "cn" || hops == 0, "cn hands nobody over");
                    }
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn where_an_address_leads_tells_nothing() {
    for_each_store(async |house| {
        let mut seen = std::collections::BTreeSet::new();
        for n in 0..24 {
            // As long as Carla's: unknown, yet at home somewhere, always in the same place.
            let email = format!("nob{n:02}@zylker.example");
            let home = led_to(house, "us", &typed(house, "us", &email).await);
            for (from, spelling) in [("us", email.clone()), ("us", email.to_uppercase()), ("eu", email.clone())] {
                assert_eq!(led_to(house, from, &typed(house, from, &spelling).await), home, "{spelling} from {from}");
            }
            seen.insert(home);
        }
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["eu", "us"], "every entry, and only entries");
        // Handed over, known and unknown look the same: here, and after it.
        let mut unknown = None;
        for n in 0..64 {
            let email = format!("car{n:02}@zylker.example");
            if led_to(house, "us", &typed(house, "us", &email).await) == "eu" {
                unknown = Some(email);
                break;
            }
        }
        let unknown = unknown.unwrap();
        let mut looks = Vec::new();
        for email in [CARLA.email, &unknown] {
            let reply = typed(house, "us", email).await;
            let location = reply.header("location").unwrap().to_owned();
            let encoded: String = form_urlencoded::byte_serialize(email.as_bytes()).collect();
            let names: Vec<String> = reply.headers.iter().map(|(n, _)| n.clone()).collect();
            let mut browser = Browser::default();
            let page = browser.get(&location).await;
            form(&page, "password");
            let wrong = answer(&mut browser, &location, &page, "password", "wrong").await;
            looks.push((
                location.replace(&encoded, "…"),
                names,
                page.status,
                wrong.status,
                text_of(&wrong.body).contains(email),
            ));
        }
        // Neither is as long as the other; apart from that all is equal.
        assert_eq!(looks[0], looks[1]);
        // From the portals' and the standing-apart one's people nothing is known outside.
        for email in [LIN.email, PAT.email, BEA.email] {
            let homes = [
                led_to(house, "us", &typed(house, "us", email).await),
                led_to(house, "eu", &typed(house, "eu", email).await),
            ];
            assert_eq!(homes[0], homes[1]);
            assert_ne!(homes[0], "cn");
        }
    })
    .await;
}

#[tokio::test]
async fn a_data_center_that_stands_apart_serves_its_own() {
    for_each_store(async |house| {
        let ask = once(&DESK).at("cn").with("scope", BIGIN);
        let end = Browser::default().authorize(house, &ask, &LIN).await;
        assert_eq!((end.get("location"), end.get("accounts-server")), (Some("cn"), Some(house.url("cn"))));
        assert_eq!(whose(house, "cn", &DESK, &end.code()).await, LIN.email);
        // Others' people get no further there than a wrong password, typed or hinted.
        for email in [ALICE.email, CARLA.email, "nobody@zylker.example"] {
            let mut browser = Browser::default();
            let (url, page) = browser.open(house, &ask.url(house)).await;
            let reply = answer(&mut browser, &url, &page, "email", email).await;
            assert_eq!(led_to(house, "cn", &reply), "cn", "{email}");
            let (url, page) = browser.follow(house, &url, reply).await;
            assert_eq!(answer(&mut browser, &url, &page, "password", PASSWORD).await.status, 422);
            let (_, page) = Browser::default().open(house, &ask.clone().with("login_hint", email).url(house)).await;
            form(&page, "password");
            assert!(text_of(&page.body).contains("CN"), "it stays at cn");
        }
        // And its people cannot start elsewhere.
        for start in ["us", "eu"] {
            let mut browser = Browser::default();
            let (url, page) = browser.open(house, &once(&DESK).at(start).url(house)).await;
            let (url, page) = browser.fill(house, &url, &page, "email", LIN.email).await;
            assert!(!url.starts_with(house.url("cn")));
            assert_eq!(answer(&mut browser, &url, &page, "password", PASSWORD).await.status, 422);
        }
    })
    .await;
}

#[tokio::test]
async fn a_client_that_is_not_enabled_at_home_ends_on_a_page_there() {
    for_each_store(async |house| {
        for (ask, person) in [(once(&US_ONLY), CARLA), (once(&US_ONLY).at("eu"), CARLA), (once(&OTHER).at("cn"), LIN)] {
            let mut browser = Browser::default();
            let (url, page) = browser.walk(house, &ask.url(house), &person, None).await;
            assert!(url.starts_with(house.url(person.location)), "{url}");
            assert_eq!((page.status, heading(&page).as_str()), (400, "Invalid Client"));
            assert_page(&page);
            let text = text_of(&page.body);
            assert!(text.contains("ERROR_invalid_client") && text.contains("is not set up to work there"), "{text}");
            assert!(text.contains(&person.location.to_uppercase()), "it names the data center: {text}");
        }
        // Where the request starts does not matter: Alice may use it from eu.
        let end = Browser::default().authorize(house, &once(&US_ONLY).at("eu"), &ALICE).await;
        assert_eq!(end.get("location"), Some("us"));
        // At a portal of a data center where it is not enabled: the same, in the portal's words.
        let (_, page) = Browser::default().walk(house, &once(&US_ONLY).portal(BERLIN).url(house), &BEA, None).await;
        assert_eq!((page.status, heading(&page).as_str()), (400, "ERROR_invalid_client"));
    })
    .await;
}

#[tokio::test]
async fn one_address_in_two_places_is_two_people() {
    for_each_store(async |house| {
        house
            .provision(
                "[[user]]\nemail = \"alice@zylker.example\"\nzuid = 700077\n{password}\nfirst_name = \"Europe\"\n\
                 data_center = \"eu\"\norganizations = [\"20001\"]\n",
            )
            .await;
        // Local first; and she who was sent there has her own name, organization and grants.
        for (start, organization) in [("us", "Zylker"), ("eu", "Zylker Europe")] {
            let ask = once(&DESK).at(start).with("scope", BIGIN);
            let mut browser = Browser::default();
            let (url, page) = walk_to(house, &mut browser, &ask, &ALICE, "decision").await;
            assert!(url.starts_with(house.url(start)));
            assert_eq!(heading(&page), format!("Zylker Desk wants to access {organization}"));
            answer(&mut browser, &url, &page, "decision", "accept").await;
        }
        let (_, page) = walk_to(house, &mut Browser::default(), &once(&DESK).at("cn"), &LIN, "decision").await;
        assert!(page.body.contains(LIN.email));
    })
    .await;
}

#[tokio::test]
async fn signing_in_without_an_application_goes_home_too() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let url = format!("{}/sign-in", house.url("us"));
        let (url, page) = browser.walk(house, &url, &CARLA, None).await;
        assert_eq!(url, format!("{}/", house.url("eu")));
        assert!(page.body.contains(CARLA.email));
        // Signed in: the way in leads to the front page.
        let reply = browser.get(&format!("{}/sign-in", house.url("eu"))).await;
        assert_eq!(reply.header("location"), Some("/"));
    })
    .await;
}

/// Adds a fault, or ends all of them.
async fn eu_is_down(house: &House, down: bool) {
    let fault = r#"{"fault":"data-center-down","data_center":"eu"}"#;
    let request = Request::new(if down { "POST" } else { "DELETE" }, "/_sandbox/faults");
    let expected = if down { 201 } else { 200 };
    assert_eq!(house.send("us", &request.body("application/json", fault)).await.status, expected);
}

/// Where a button of the page leads.
fn link(page: &Reply, class: &str) -> String {
    let tag = page.body.split("<a ").find(|a| a.starts_with(&format!("class=\"{class}\"")));
    attribute(tag.unwrap_or_else(|| panic!("no {class}: {page:?}")), "href").unwrap()
}

fn waits(page: &Reply) {
    assert_eq!(page.status, 503, "{page:?}");
    assert_page(page);
    assert_eq!(heading(page), "We cannot reach your data center");
}

#[tokio::test]
async fn i11_a_home_that_is_down_is_told_on_a_page_and_nothing_is_made_elsewhere() {
    for_each_store(async |house| {
        for door in DOORS {
            let ask = door.ask(&DESK);
            eu_is_down(house, true).await;
            // Typed, hinted and remembered; at a portal of that place; without an application; by nobody in person.
            let mut browser = Browser::default();
            let (url, page) = browser.open(house, &ask.url(house)).await;
            let typed = answer(&mut browser, &url, &page, "email", CARLA.email).await;
            waits(&typed);
            let hinted = ask.clone().with("login_hint", CARLA.email);
            let mut remembering = Browser::default();
            remembering.cookies.insert("grantor_us_home".to_owned(), "eu".to_owned());
            waits(&Browser::default().get(&hinted.url(house)).await);
            waits(&remembering.get(&ask.url(house)).await);
            waits(&remembering.get(&format!("{}/sign-in", house.url("us"))).await);
            waits(&remembering.get(&format!("{}/oauth/v3/device", house.url("us"))).await);
            waits(&Browser::default().get(&once(&DESK).portal(BERLIN).url(house)).await);
            waits(&Browser::default().get(&ask.clone().with("sandbox_user", CARLA.email).url(house)).await);
            if door == Door::Standard {
                let silent = hinted.clone().with("prompt", "none").without("access_type");
                let end = callback(&Browser::default().get(&silent.url(house)).await);
                assert_eq!((end.get("code"), end.get("error")), (None, Some("temporarily_unavailable")), "{end:?}");
            }
            // Who is at home here does not notice.
            house.code(&ask, &ALICE).await;
            for location in ["us", "cn"] {
                let rows = house.audit(location).await;
                assert!(rows.iter().all(|row| row.user.map(|user| user.0) != Some(CARLA.zuid)), "{location}: {rows:?}");
            }
            // Trying again leads home as soon as that is there again; the other way leads there at once.
            let (again, onward) = (link(&typed, "button primary"), link(&typed, "button"));
            assert!(again.starts_with(&ask.path()) && !again.contains("_grantor"), "{again}");
            assert!(onward.starts_with(&format!("{}{}?", house.url("eu"), ask.path())), "{onward}");
            let again = format!("{}{again}", house.url("us"));
            waits(&browser.get(&again).await);
            eu_is_down(house, false).await;
            for way in [&again, &onward] {
                let (url, page) = browser.clone().open(house, way).await;
                form(&page, "password");
                assert!(url.starts_with(house.url("eu")) && text_of(&page.body).contains(CARLA.email), "{url}");
            }
            let (_, end) = browser.walk(house, &again, &CARLA, None).await;
            let code = callback(&end).code();
            Tokens::of(&door.exchange(house, "eu", &DESK, &code).await);
        }
    })
    .await;
}

#[tokio::test]
async fn i11_who_moves_is_at_home_in_one_place_and_takes_nothing_along() {
    for_each_store(async |house| {
        let alice = |location: &str, organization: &str| {
            format!(
                "[[user]]\nemail = \"alice@zylker.example\"\nzuid = 700001\n{{password}}\nfirst_name = \"Alice\"\n\
                 data_center = {location:?}\norganizations = [{organization:?}]\n"
            )
        };
        for door in DOORS {
            let ask = door.ask(&DESK).with("scope", &BIGIN.replace(',', " "));
            let mut browser = Browser::default();
            let mut before: Option<(&str, Tokens, String)> = None;
            for (location, organization) in [("eu", "20001"), ("us", "10001"), ("eu", "20001"), ("us", "10001")] {
                house.provision(&alice(location, organization)).await;
                if let Some((old_home, tokens, code)) = &before {
                    assert!(!house.alive(old_home, &tokens.access).await, "{old_home}");
                    door.refused(&door.refresh(house, old_home, &DESK, &tokens.refresh).await, "left");
                    door.refused(&door.exchange(house, old_home, &DESK, code).await, "left");
                }
                // Neither a session nor a consent came along; the address leads to the new home.
                let quiet = ask.clone().without("prompt");
                let (url, page) = browser.walk(house, &quiet.url(house), &ALICE, Some("decision")).await;
                form(&page, "decision");
                assert!(url.starts_with(house.url(location)), "{url}");
                let code = callback(&answer(&mut browser, &url, &page, "decision", "accept").await).code();
                let tokens = Tokens::of(&door.exchange(house, location, &DESK, &code).await);
                assert!(house.alive(location, &tokens.access).await);
                let code = browser.authorize(house, &quiet, &ALICE).await.code();
                before = Some((location, tokens, code));
            }
            // The places know of one Alice between them.
            let mut homes = 0;
            for location in ["us", "eu", "cn"] {
                let room = house.room(location);
                let people = room.store.read(|tx| tx.users(&grantor_protocol::people::Realm::Accounts));
                homes += people.await.unwrap().iter().filter(|user| user.email == ALICE.email).count();
            }
            assert_eq!(homes, 1);
            house.provision(FIXTURE).await;
        }
    })
    .await;
}
