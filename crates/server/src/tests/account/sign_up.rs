//! Signing up, where strangers may (cases K01, K07, K08, H02).

use super::*;

const PAGE: (&str, &str) = ("/sign-up", "/sign-up");
const NOVA: Person = Person { email: "nova@startup.example", zuid: 0, location: "us", organization: "" };

const SESSIONS_LOST: &str = include_str!("../../../../store/tests/sql/sessions_lost.sql");
const SESSIONS_FOUND: &str = include_str!("../../../../store/tests/sql/sessions_found.sql");

async fn ask(house: &House, email: &str) -> Reply {
    submit(house, &mut Browser::default(), "us", PAGE, &[("email", email)]).await
}

fn filled(organization: &str) -> [(&str, &str); 4] {
    [("first_name", "Nova"), ("last_name", "Noor"), ("organization_name", organization), ("new_password", NEW)]
}

#[tokio::test]
async fn a_newcomer_gets_an_account_an_organization_and_a_session() {
    for_each_store_with(MAIL, async |house| {
        let mut nova = Browser::default();
        // From the console, by way of the sign-in.
        let page = open(house, &mut nova, "us", "/sign-in?continue=%2Fconsole").await;
        assert!(page.body.contains("href=\"/sign-up?continue=%2Fconsole\""), "{page:?}");
        let start = "/sign-up?continue=%2Fconsole";
        let sent = submit(house, &mut nova, "us", (start, start), &[("email", "Nova@Startup.example")]).await;
        assert!(sent.status == 200 && sent.body.contains("/_sandbox/mail"));
        let letter = letters(house, NOVA.email, 1).await.remove(0);
        let link = link_in(house, "us", &letter);
        // The sandbox's mailbox shows it, to click on.
        let mailbox = open(house, &mut nova, "us", "/_sandbox/mail").await;
        assert!(mailbox.status == 200 && mailbox.body.contains(&format!("{}{link}", house.url("us"))));
        let json = open(house, &mut nova, "us", "/_sandbox/mail?format=json").await.json();
        assert_eq!(json["letters"][0]["to"], NOVA.email);
        let page = open(house, &mut nova, "us", &link).await;
        assert!(page.status == 200 && page.body.contains(NOVA.email));
        for (name, value) in [
            ("first_name", " "),
            ("organization_name", ""),
            ("organization_name", "a\u{202e}b"),
            ("new_password", "canary7"),
            ("new_password", "nova@startup.example"),
        ] {
            let fields = filled("Startup").map(|(n, v)| (n, if n == name { value } else { v }));
            let reply = submit(house, &mut nova, "us", (&link, &link), &fields).await;
            assert_eq!(reply.status, 422, "{name}");
            assert!(reply.body.contains("Noor") && !reply.body.contains("canary"));
        }
        let done = submit(house, &mut nova, "us", (&link, &link), &filled("Startup & Co")).await;
        assert_eq!((done.status, done.header("location")), (303, Some("/console")), "{done:?}");
        let page = open(house, &mut nova, "us", "/account").await;
        for wanted in ["Nova", NOVA.email, "Startup &#38; Co", "Verified", "Administrator"] {
            assert!(page.body.contains(wanted), "{wanted}");
        }
        assert!(fits(house, &NOVA, NEW).await);
        let store = house.room("us").store.clone();
        let found = store.read(|tx| tx.user_by_email(&grantor_protocol::people::Realm::Accounts, NOVA.email)).await;
        let user = found.unwrap().unwrap().user;
        assert!(user.email_verified && user.id.0 > 0);
        let directory = house.room("us").house.directory.clone();
        assert_eq!(directory.read(|tx| tx.homes(NOVA.email)).await.unwrap(), ["us"]);
        let rows = house.audit("us").await;
        assert!(rows.iter().any(|row| row.event == "signed_up" && row.user == Some(user.id)));
        // Once.
        assert_eq!(submit(house, &mut nova, "us", ("/sign-up", &link), &filled("Again")).await.status, 410);
        // They may leave again, and their organization goes along.
        let page = open(house, &mut nova, "us", "/account/data").await;
        assert!(page.body.contains("Startup &#38; Co"));
        let leave = [("email", NOVA.email), ("password", NEW)];
        assert_eq!(submit(house, &mut nova, "us", ("/account/data", "/account/data"), &leave).await.status, 200);
        assert!(store.read(|tx| tx.organizations()).await.unwrap().iter().all(|o| o.name != "Startup & Co"));
        assert!(directory.read(|tx| tx.homes(NOVA.email)).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn k01_who_has_an_account_learns_it_from_the_letter_alone() {
    for_each_store_with(MAIL, async |house| {
        let mut answers = Vec::new();
        for email in ["alice@zylker.example", "carla@zylker.example", "nobod@zylker.example", "luke@zylkerr.example"] {
            let reply = ask(house, email).await;
            assert_eq!(reply.status, 200);
            let id = reply.header("x-request-id").unwrap();
            answers.push((reply.body.len(), reply.body.replace(email, "…").replace(id, "…")));
        }
        assert!(answers.windows(2).all(|two| two[0] == two[1]));
        for (email, location, page) in [
            ("alice@zylker.example", "us", "/sign-in"),
            ("carla@zylker.example", "eu", "/sign-in"),
            ("nobod@zylker.example", "us", "/sign-up/"),
        ] {
            let link = link_in(house, location, &letters(house, email, 1).await[0]);
            assert!(link.starts_with(page), "{email}: {link}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_store_that_fails_leaves_no_home_without_an_account() {
    for_each_store_with(MAIL, async |house| {
        ask(house, NOVA.email).await;
        let link = link_in(house, "us", &letters(house, NOVA.email, 1).await[0]);
        let (store, directory) = (house.room("us").store.clone(), house.room("us").house.directory.clone());
        // Everything of the last step can be read, and not everything written.
        store.write(|tx| tx.execute(SESSIONS_LOST, &[])).await.unwrap();
        let mut nova = Browser::default();
        let failed = submit(house, &mut nova, "us", (&link, &link), &filled("Startup")).await;
        assert_eq!(failed.status, 503, "{failed:?}");
        assert!(directory.read(|tx| tx.homes(NOVA.email)).await.unwrap().is_empty());
        store.write(|tx| tx.execute(SESSIONS_FOUND, &[])).await.unwrap();
        assert_eq!(submit(house, &mut nova, "us", (&link, &link), &filled("Startup")).await.status, 303);
        assert_eq!(directory.read(|tx| tx.homes(NOVA.email)).await.unwrap(), ["us"]);
    })
    .await;
}

#[tokio::test]
async fn k07_an_address_that_found_a_home_meanwhile_is_not_taken() {
    for_each_store_with(MAIL, async |house| {
        let mut first = Browser::default();
        for count in 1..=2 {
            ask(house, NOVA.email).await;
            letters(house, NOVA.email, count).await;
        }
        let both: Vec<String> =
            letters(house, NOVA.email, 2).await.iter().map(|letter| link_in(house, "us", letter)).collect();
        // Another data center has it by now.
        let directory = house.room("us").house.directory.clone();
        directory.write(|tx| tx.add_home(NOVA.email, "eu")).await.unwrap();
        assert_eq!(submit(house, &mut first, "us", (&both[0], &both[0]), &filled("One")).await.status, 410);
        assert_eq!(directory.read(|tx| tx.homes(NOVA.email)).await.unwrap(), ["eu"]);
        directory.write(|tx| tx.remove_home(NOVA.email, "eu")).await.unwrap();
        // Two letters make one account, not two.
        let page = open(house, &mut first, "us", &both[0]).await;
        let csrf = Form::find(&page.body).unwrap().hidden("csrf").to_owned();
        let mut tries = Vec::new();
        for link in both {
            let (mut browser, csrf, url) = (first.clone(), csrf.clone(), format!("{}{link}", house.url("us")));
            tries.push(tokio::spawn(async move {
                let mut fields = vec![("csrf".to_owned(), csrf)];
                fields.extend(filled("Startup").map(|(n, v)| (n.to_owned(), v.to_owned())));
                browser.post(&url, &fields).await.status
            }));
        }
        let mut statuses = Vec::new();
        for one in tries {
            statuses.push(one.await.unwrap());
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 410]);
        assert_eq!(directory.read(|tx| tx.homes(NOVA.email)).await.unwrap(), ["us"]);
        let store = house.room("us").store.clone();
        let made = store.read(|tx| tx.organizations()).await.unwrap();
        assert_eq!(made.iter().filter(|o| o.name == "Startup").count(), 1);
    })
    .await;
}

#[tokio::test]
async fn h02_a_session_of_somebody_else_ends_where_one_signs_up() {
    for_each_store_with(MAIL, async |house| {
        let mut browser = at_home(house, &BOB).await;
        let before = browser.clone();
        ask(house, NOVA.email).await;
        let link = link_in(house, "us", &letters(house, NOVA.email, 1).await[0]);
        assert_eq!(submit(house, &mut browser, "us", (&link, &link), &filled("Startup")).await.status, 303);
        assert_ne!(before.cookies["grantor_us_session"], browser.cookies["grantor_us_session"]);
        assert!(open(house, &mut browser, "us", "/account").await.body.contains(NOVA.email));
        assert!(!is_signed_in(house, &mut before.clone(), "us").await);
    })
    .await;
}

#[tokio::test]
async fn k08_closed_means_closed_everywhere() {
    let setup = Setup { policy: "[mail]\nfrom = \"a@zylker.example\"\nfolder = \"mail\"\n", ..MAIL };
    for_one_store_with(setup, async |house| {
        let mut browser = Browser::default();
        let page = open(house, &mut browser, "us", "/sign-in").await;
        assert!(!page.body.contains("/sign-up"));
        let link = format!("/sign-up/1000.{}.{}", "0".repeat(32), "1".repeat(32));
        for path in ["/sign-up", &link] {
            assert_eq!(open(house, &mut browser, "us", path).await.status, 404, "{path}");
            let reply = submit(house, &mut browser, "us", ("/recover", path), &filled("Startup")).await;
            assert_eq!(reply.status, 404, "{path}");
        }
        assert!(house.room("us").house.mail.kept().is_empty());
    })
    .await;
}

/// The owner of a client, and where they are at home.
async fn owner_of(house: &House, client: &'static str) -> (String, String) {
    let directory = house.room("us").house.directory.clone();
    let found = directory.read(move |tx| tx.registration(client)).await.unwrap().unwrap();
    (found.client.settings.owner, found.owner_location)
}

/// Makes an address the owner of a client.
async fn make_owner(house: &House, client: &'static str, email: &'static str) {
    let directory = house.room("us").house.directory.clone();
    let give = directory.write(move |tx| {
        let mut found = tx.registration(client)?.unwrap();
        (found.client.settings.owner, found.owner_location) = (email.to_owned(), "us".to_owned());
        tx.put_registration(&found, START)
    });
    give.await.unwrap();
}

#[tokio::test]
async fn clients_of_an_account_whose_deletion_broke_off_are_not_the_newcomer_s() {
    for_each_store_with(MAIL, async |house| {
        // The account is gone from the data center; the directory was not told.
        make_owner(house, OTHER.id, NOVA.email).await;
        let directory = house.room("us").house.directory.clone();
        directory.write(|tx| tx.add_home(NOVA.email, "us")).await.unwrap();
        ask(house, NOVA.email).await;
        let link = link_in(house, "us", &letters(house, NOVA.email, 1).await[0]);
        let mut nova = Browser::default();
        assert_eq!(submit(house, &mut nova, "us", (&link, &link), &filled("Startup")).await.status, 303);
        assert_eq!(owner_of(house, OTHER.id).await, (String::new(), String::new()));
        assert!(!open(house, &mut nova, "us", "/console").await.body.contains("Other App"));
    })
    .await;
}

#[tokio::test]
async fn an_old_link_of_somebody_who_has_an_account_takes_no_client_from_them() {
    for_each_store_with(MAIL, async |house| {
        for count in 1..=2 {
            ask(house, NOVA.email).await;
            letters(house, NOVA.email, count).await;
        }
        let both = letters(house, NOVA.email, 2).await;
        let (old, new) = (link_in(house, "us", &both[1]), link_in(house, "us", &both[0]));
        let mut again = Browser::default();
        let page = open(house, &mut again, "us", &old).await;
        let csrf = Form::find(&page.body).unwrap().hidden("csrf").to_owned();
        let mut nova = Browser::default();
        assert_eq!(submit(house, &mut nova, "us", (&new, &new), &filled("Startup")).await.status, 303);
        make_owner(house, OTHER.id, NOVA.email).await;
        let mut fields = vec![("csrf".to_owned(), csrf)];
        fields.extend(filled("Again").map(|(n, v)| (n.to_owned(), v.to_owned())));
        let reply = again.post(&format!("{}{old}", house.url("us")), &fields).await;
        assert_eq!(reply.status, 410, "{reply:?}");
        assert_eq!(owner_of(house, OTHER.id).await, (NOVA.email.to_owned(), "us".to_owned()));
    })
    .await;
}
