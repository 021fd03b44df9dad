//! A self client's code from the console: made only when it is asked for, shown once, good for a refresh token.

use super::{super::harness::*, MORE, SCRIPT_APP, console, read, signed_in, submit};

fn fields<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut all = vec![
        ("scope", "ZohoBigin.modules.ALL"),
        ("scope", "AaaServer.profile.READ"),
        ("minutes", "5"),
        ("organization", "10001"),
        ("description", "a nightly <job>"),
    ];
    all.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
    all.extend(more.iter().filter(|(_, value)| !value.is_empty()));
    all
}

#[tokio::test]
async fn a_code_is_made_and_redeemed() {
    for_each_store(async |house| {
        house.provision(MORE).await;
        let mut alice = signed_in(house, &ALICE).await;
        let path = format!("{}/code", SCRIPT_APP.id);
        let page = submit(house, &mut alice, &path, &fields(&[("action", "make")])).await;
        assert_eq!((page.status, page.header("cache-control")), (200, Some("no-store")));
        let code = page.body.split_once("id=\"code-value\" value=\"").unwrap().1.split_once('"').unwrap().0.to_owned();
        let text = read(&page);
        assert!(text.contains("5 minutes") && text.contains("Zylker (10001)") && text.contains("a nightly <job>"));
        assert!(text.contains(&format!("-d code={code}")) && !page.body.contains("<job>"));
        let redeem = |code: String| async move {
            let fields = [
                ("grant_type", "authorization_code"),
                ("client_id", SCRIPT_APP.id),
                ("client_secret", SCRIPT_APP.secret),
                ("code", code.as_str()),
            ];
            house.post("us", TOKEN, &fields).await
        };
        let answer = redeem(code.clone()).await;
        assert_eq!(answer.text("scope"), "ZohoBigin.modules.ALL AaaServer.profile.READ");
        assert!(!Tokens::of(&answer).refresh.is_empty());
        assert!(!console(house, &mut alice, &path).await.body.contains(&code), "never again");
        let reply = submit(house, &mut alice, &path, &fields(&[("format", "json")])).await;
        assert_eq!(reply.header("content-disposition"), Some("attachment; filename=\"self_client.json\""));
        assert_eq!((reply.text("client_id").as_str(), reply.text("organization").as_str()), (SCRIPT_APP.id, "10001"));
        assert_eq!(reply.json()["scope"][1], "AaaServer.profile.READ");
        assert!(!Tokens::of(&redeem(reply.text("code")).await).refresh.is_empty());
        let made: Vec<_> = house.audit("us").await.into_iter().filter(|row| row.event == "self_code_made").collect();
        assert_eq!((made.len(), made[0].detail.as_str()), (2, "a nightly <job>"));
    })
    .await;
}

#[tokio::test]
async fn nothing_is_made_of_a_search_or_a_wrong_form() {
    for_one_store(async |house| {
        house.provision(MORE).await;
        let mut alice = signed_in(house, &ALICE).await;
        let path = format!("{}/code", SCRIPT_APP.id);
        let page = submit(house, &mut alice, &path, &fields(&[("action", "search"), ("q", "contacts")])).await;
        assert!(page.status == 200 && !page.body.contains("code-value") && page.body.contains("modules.contacts.READ"));
        assert!(page.body.contains("value=\"ZohoBigin.modules.ALL\" checked"));
        for (more, said) in [
            ([("scope", ""), ("action", "make")], "Choose at least one scope"),
            ([("organization", ""), ("action", "make")], "Choose the organization"),
            ([("organization", "20001"), ("action", "make")], "does not belong to the organization"),
            ([("minutes", "4"), ("action", "make")], "3, 5, 7 or 10 minutes"),
            ([("minutes", "4"), ("format", "json")], "3, 5, 7 or 10 minutes"),
        ] {
            let page = submit(house, &mut alice, &path, &fields(&more)).await;
            assert_eq!(page.status, 422, "{more:?}");
            assert!(read(&page).contains(said) && page.body.contains("role=\"alert\""), "{more:?}");
        }
        // Without the page's token nothing is made.
        let url = format!("{}/console/{path}", house.url("us"));
        let forged = alice.post(&url, &[("action".to_owned(), "make".to_owned())]).await;
        assert_eq!(forged.status, 403);
        assert!(house.audit("us").await.iter().all(|row| row.event != "self_code_made"));
        assert_eq!(console(house, &mut alice, &format!("{}/code", DESK.id)).await.status, 404, "no self client");
    })
    .await;
}
