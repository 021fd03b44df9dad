//! Whose a client is: everybody else gets the 404 of what is not there, whatever they try.

use super::kit::*;
use crate::tests::harness::*;

/// Every address of a client's pages, with something to post.
const ROUTES: [(&str, &[(&str, &str)]); 6] = [
    (
        "",
        &[("name", "Taken"), ("homepage_url", "https://taken.example"), ("redirect_uris", "https://taken.example/cb")],
    ),
    ("/secrets", &[("do", "make"), ("place", "")]),
    ("/state", &[("do", "disable")]),
    ("/delete", &[("confirm", "Mine")]),
    ("/credentials", &[("client_secret", ":x")]),
    ("/logo", &[("do", "remove")]),
];

async fn locked_out(stranger: &mut Developer<'_>, made: &Made) {
    let nowhere = stranger.get("/console/1000.NOBODYS0000000000000000000000A").await;
    assert_eq!(nowhere.status, 404);
    for (rest, fields) in ROUTES {
        let looked = stranger.get(&made.path(rest)).await;
        assert_eq!(looked.status, 404, "{rest}");
        let posted = stranger.post(&made.path(rest), fields).await;
        assert_eq!(posted.status, 404, "{rest}: {posted:?}");
        for reply in [looked, posted] {
            let without = |reply: &Reply| reply.body.replace(reply.header("x-request-id").unwrap(), "");
            assert_eq!(without(&reply), without(&nowhere), "like what is not there: {rest}");
        }
    }
    assert!(!stranger.page("/console").await.contains(&made.id));
    assert!(!stranger.page(&format!("/console?q={}", made.id)).await.contains("/console/1000."));
    assert!(!stranger.page(&format!("/console?after={}", made.id)).await.contains(&made.id));
}

#[tokio::test]
async fn another_developer_finds_nothing() {
    for_each_store(async |house| {
        let mut alice = developer(house, &ALICE).await;
        let made = alice.server("Mine").await;
        locked_out(&mut developer(house, &BOB).await, &made).await;
        locked_out(&mut developer(house, &CARLA).await, &made).await;
        assert!(alice.page(&made.path("")).await.contains("Mine"));
        for id in ["1000.nothing", "..%2f", "%ff%fe", "'", "1000.A'--", &"A".repeat(300)] {
            for rest in ["", "/secrets", "/logo"] {
                assert_eq!(alice.get(&format!("/console/{id}{rest}")).await.status, 404, "{id}{rest}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_same_address_at_another_data_center_is_another_person() {
    for_each_store(async |house| {
        house
            .provision(
                "[[organization]]\nid = \"30009\"\nname = \"Twin\"\ndata_center = \"cn\"\n[[user]]\n\
                 email = \"alice@zylker.example\"\nzuid = 700099\n{password}\ndata_center = \"cn\"\n\
                 organizations = [\"30009\"]\n",
            )
            .await;
        let twin = Person { email: ALICE.email, zuid: 700_099, location: "cn", organization: "30009" };
        let mut alice = developer(house, &ALICE).await;
        let made = alice.server("Mine").await;
        let mut other = developer(house, &twin).await;
        locked_out(&mut other, &made).await;
        // Of clients that name no data center of their owner, too, only one is the owner.
        assert!(!other.page("/console").await.contains(DESK.id));
        assert!(alice.page("/console").await.contains(DESK.id));
        let theirs = other.register(&with(&with(&SERVER, "name", "Theirs"), "data_center", "cn")).await;
        locked_out(&mut alice, &theirs).await;
    })
    .await;
}

#[tokio::test]
async fn a_form_that_is_not_ours_changes_nothing() {
    for_one_store(async |house| {
        let mut alice = developer(house, &ALICE).await;
        let made = alice.server("Mine").await;
        for (rest, fields) in ROUTES {
            let reply = alice.send(&made.path(rest), Request::form("", fields)).await;
            assert_eq!(reply.status, 403, "{rest}: {reply:?}");
            let csrf = alice.csrf().await;
            let fields = [fields, &[("csrf", &*csrf)]].concat();
            let foreign = Request::form("", &fields).header("origin", "https://evil.example");
            assert_eq!(alice.send(&made.path(rest), foreign).await.status, 403, "{rest}");
            for method in ["PUT", "DELETE", "PATCH"] {
                let request = Request { method: method.to_owned(), ..Request::form("", &fields) };
                assert_eq!(alice.send(&made.path(rest), request).await.status, 405, "{rest}");
            }
            // A form's address opened as a page leads to the page where the form stands.
            let reply = alice.get(&made.path(rest)).await;
            let shown = reply.status == 200 || reply.header("location") == Some(made.path("").as_str());
            assert!(shown, "{rest}: {reply:?}");
        }
        // Whoever is signed in no more is asked to sign in, and nothing is done.
        let reply = house.post("us", &made.path("/delete"), &[("confirm", "Mine")]).await;
        assert!(reply.header("location").unwrap().starts_with("/sign-in?continue="), "{reply:?}");
        assert!(alice.page(&made.path("")).await.contains("Mine"));
    })
    .await;
}
