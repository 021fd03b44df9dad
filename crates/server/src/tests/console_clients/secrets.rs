//! Client secrets: two live while one is replaced, one for all data centers or one for each, shown once.

use super::kit::*;
use crate::tests::harness::*;

/// The marks of the live secrets a page shows.
fn marks(page: &str) -> Vec<String> {
    page.split("••••••••").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}

async fn right(house: &House, location: &str, app: &App) -> bool {
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", app.id),
        ("client_secret", app.secret),
        ("redirect_uri", app.redirect_uri),
        ("code", "nonsense"),
    ];
    match house.post(location, TOKEN, &fields).await.text("error").as_str() {
        "invalid_code" => true,
        // The second: not enabled there, or not yet.
        "invalid_client_secret" | "invalid_client" => false,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn two_secrets_live_while_one_is_replaced() {
    for_each_store(async |house| {
        let mut alice = developer(house, &ALICE).await;
        let made = alice.server("Rotating").await;
        let old = made.app(CALLBACK);
        let path = made.path("/secrets");
        // The clock stands still, so age does not tell the two apart later.
        let [first] = &marks(&alice.page(&path).await)[..] else { panic!("not one secret") };
        let first = first.clone();
        assert!(alice.page(&path).await.contains("never used"));
        assert!(right(house, "us", &old).await);
        eventually("the use is noted", async || alice.page(&path).await.contains("last used 2026-11-22 10:00 UTC"))
            .await;

        let reply = alice.post(&path, &[("do", "make"), ("place", "")]).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let fresh = Made::of(&reply);
        let new = made.app_with(&fresh.secrets[0], CALLBACK);
        assert_ne!(old.secret, new.secret);
        eventually("the new one is good", async || right(house, "us", &new).await).await;
        assert!(right(house, "us", &old).await && right(house, "eu", &new).await);

        let reply = alice.post(&path, &[("do", "make"), ("place", "")]).await;
        assert!(reply.status == 422 && fault(&reply.body, "secrets").unwrap().contains("end one first"), "{reply:?}");
        let page = alice.page(&path).await;
        let live = marks(&page);
        let second = live.iter().find(|mark| **mark != first).unwrap().clone();
        assert!(live.len() == 2 && live.contains(&first));
        assert!(!page.contains(old.secret) && !page.contains(new.secret), "shown once");

        let reply = alice.post(&path, &[("do", "end"), ("place", ""), ("mark", &first)]).await;
        assert_eq!(reply.header("location"), Some(made.path("/secrets?done=ended").as_str()));
        eventually("the old one is dead", async || !right(house, "us", &old).await).await;
        eventually("everywhere", async || !right(house, "eu", &old).await).await;
        assert!(right(house, "us", &new).await);

        // The last one stays; one that is not there changes nothing.
        let reply = alice.post(&path, &[("do", "end"), ("place", ""), ("mark", &second)]).await;
        assert!(reply.status == 422 && fault(&reply.body, "secrets").unwrap().contains("only one"), "{reply:?}");
        assert_eq!(alice.post(&path, &[("do", "end"), ("place", ""), ("mark", &first)]).await.status, 303);
        assert_eq!(alice.post(&path, &[("do", "end"), ("place", "eu"), ("mark", &second)]).await.status, 303);
        assert!(right(house, "us", &new).await);
        // The clock stands still: rows of one moment are in no order.
        let mut events: Vec<(String, String)> = house
            .audit("us")
            .await
            .into_iter()
            .filter(|row| row.event.starts_with("client_secret"))
            .map(|row| (row.event, row.detail))
            .collect();
        events.sort();
        assert_eq!(events.len(), 2);
        assert_eq!(events[0], ("client_secret_ended".to_owned(), first));
        assert_eq!(events[1], ("client_secret_made".to_owned(), second));
    })
    .await;
}

#[tokio::test]
async fn one_for_all_becomes_one_for_each_and_back() {
    for_each_store(async |house| {
        let mut alice = developer(house, &ALICE).await;
        let made = alice.server("Switching").await;
        let (one, path) = (made.app(CALLBACK), made.path("/secrets"));
        let reply = alice.post(&path, &[("do", "switch")]).await;
        assert!(reply.status == 422 && fault(&reply.body, "confirm").is_some(), "asks first: {reply:?}");
        assert!(right(house, "us", &one).await);

        let reply = alice.post(&path, &[("do", "switch"), ("confirm", "yes")]).await;
        let each = Made::of(&reply);
        let [us, eu] = &each.secrets[..] else { panic!("{each:?}") };
        let (us, eu) = (made.app_with(us, CALLBACK), made.app_with(eu, CALLBACK));
        eventually("switched", async || right(house, "us", &us).await).await;
        assert!(!right(house, "us", &one).await && !right(house, "us", &eu).await && right(house, "eu", &eu).await);
        let page = alice.page(&path).await;
        assert_eq!(marks(&page).len(), 2);

        // Another at eu changes nothing at us; at cn, where it is not enabled, there is none to make.
        assert_eq!(alice.post(&path, &[("do", "make"), ("place", "eu")]).await.status, 200);
        assert_eq!(alice.post(&path, &[("do", "make"), ("place", "cn")]).await.status, 422);
        assert_eq!(alice.post(&path, &[("do", "make"), ("place", "")]).await.status, 422);
        assert!(right(house, "us", &us).await && right(house, "eu", &eu).await);

        let back = Made::of(&alice.post(&path, &[("do", "switch"), ("confirm", "yes")]).await);
        assert_eq!(back.secrets.len(), 1);
        let all = made.app_with(&back.secrets[0], CALLBACK);
        eventually("back", async || right(house, "us", &all).await && right(house, "eu", &all).await).await;
        assert!(!right(house, "us", &us).await && !right(house, "eu", &eu).await);
    })
    .await;
}

#[tokio::test]
async fn an_added_data_center_gets_a_secret_when_one_is_made() {
    for_one_store(async |house| {
        let mut alice = developer(house, &ALICE).await;
        let made = alice.register(&with(&SERVER, "name", "Growing")).await;
        let fields = [&with(&SERVER, "name", "Growing")[..], &[("data_center", "eu")]].concat();
        let reply = alice.post(&made.path(""), &fields).await;
        assert_eq!(reply.header("location"), Some(made.path("?done=saved-secret").as_str()), "{reply:?}");
        assert!(alice.page(&made.path("/secrets")).await.contains("There is no secret for this data center yet"));
        let fresh = Made::of(&alice.post(&made.path("/secrets"), &[("do", "make"), ("place", "eu")]).await);
        let app = made.app_with(&fresh.secrets[0], CALLBACK);
        eventually("good at eu", async || right(house, "eu", &app).await).await;
        assert!(right(house, "us", &made.app(CALLBACK)).await && !right(house, "us", &app).await);
    })
    .await;
}

#[tokio::test]
async fn fresh_credentials_can_be_downloaded_and_nothing_else() {
    for_one_store(async |house| {
        let mut alice = developer(house, &ALICE).await;
        let made = alice.server("Download").await;
        let path = made.path("/credentials");
        let sent = format!(":{}", made.secrets[0]);
        let reply = alice.post(&path, &[("client_secret", &sent)]).await;
        assert_eq!(reply.header("content-disposition"), Some(&*format!("attachment; filename=\"{}.json\"", made.id)));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert_eq!((reply.text("client_id"), reply.text("client_secret")), (made.id.clone(), made.secrets[0].clone()));
        assert_eq!(reply.json()["redirect_uris"][0], CALLBACK);
        // What is not live is not written.
        for wrong in [":guessed", "us:guessed", "guessed", ""] {
            let reply = alice.post(&path, &[("client_secret", wrong)]).await;
            assert!(reply.status == 200 && !reply.body.contains("guessed") && !reply.body.contains("client_secret"));
        }
        let pretty = made.page.split_once("id=\"shown-file\"").unwrap().1.split_once("</pre>").unwrap().0;
        assert!(pretty.contains(&made.secrets[0]) && pretty.contains("client_secret"));
    })
    .await;
}

/// Holds the writer of a store and fills its queue: it can be read, and takes no step more, until what this returns is
/// dropped.
fn overload(store: &grantor_store::Store) -> std::sync::mpsc::Sender<()> {
    use std::{
        future::Future as _,
        sync::{Mutex, mpsc},
        task::{Context, Waker},
    };
    let ((go, wait), (begun, began)) = (mpsc::channel::<()>(), mpsc::channel::<()>());
    let wait = Mutex::new(wait);
    let held = store.clone();
    std::thread::spawn(move || {
        held.write_blocking(move |_| {
            let _ = begun.send(());
            let _ = wait.lock().unwrap().recv();
            Ok(())
        })
    });
    began.recv().unwrap();
    let full = |_| {
        let mut step = Box::pin(store.write(|_| Ok(())));
        matches!(step.as_mut().poll(&mut Context::from_waker(Waker::noop())), std::task::Poll::Ready(Err(_)))
    };
    assert!((0..100_000).any(full), "the queue has an end");
    go
}

#[tokio::test]
async fn a_secret_is_shown_although_the_audit_takes_no_row() {
    for_one_store(async |house| {
        let mut alice = developer(house, &ALICE).await;
        let made = alice.server("Before").await;
        let stuck = overload(&house.room("us").store);
        let fresh = alice.server("Unaudited").await;
        let second = Made::of(&alice.post(&made.path("/secrets"), &[("do", "make"), ("place", "")]).await);
        assert!(fresh.secrets.len() == 1 && second.secrets.len() == 1);
        for (made, secret) in [(&fresh, &fresh.secrets[0]), (&made, &second.secrets[0])] {
            let app = made.app_with(secret, CALLBACK);
            eventually("it is good", async || right(house, "eu", &app).await).await;
        }
        let switched = alice.post(&fresh.path("/secrets"), &[("do", "switch"), ("confirm", "yes")]).await;
        assert_eq!(Made::of(&switched).secrets.len(), 2);
        drop(stuck);
    })
    .await;
}
