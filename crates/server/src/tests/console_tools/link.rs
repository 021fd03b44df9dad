//! The link builder: its address is its state, and what it builds works.

use super::{super::harness::*, MORE, POCKET_APP, SCRIPT_APP, console, read, signed_in};

#[tokio::test]
async fn the_built_link_leads_to_tokens() {
    for_each_store(async |house| {
        house.provision(MORE).await;
        let mut alice = signed_in(house, &ALICE).await;
        let empty = console(house, &mut alice, &format!("{}/link", DESK.id)).await;
        assert!(empty.status == 200 && !empty.body.contains("id=\"link-text\""));
        assert!(read(&empty).contains("ZohoBigin.modules.contacts.READ"), "the catalog is offered");
        let choice = "scope=AaaServer.profile.READ&scope=ZohoBigin.modules.contacts.READ&state=s1&dialect=accounts";
        let page = console(house, &mut alice, &format!("{}/link?{choice}", DESK.id)).await;
        let link = page.body.split_once("<pre id=\"link-text\" dir=\"ltr\">").unwrap().1;
        let link = browser_text(link.split_once("</pre>").unwrap().0);
        assert!(link.starts_with(&format!("{}/oauth/v2/auth?response_type=code&", house.url("us"))), "{link}");
        assert!(page.body.contains("role=\"img\" aria-label=\"QR code of the link\""));
        for word in ["curl", "Python", "Node", "grantor-client", "refresh_token", "access_type=offline"] {
            assert!(read(&page).contains(word), "{word}");
        }
        assert!(page.body.matches(" checked>").count() == 2, "what was chosen stays chosen");
        let (_, answer) = Browser::default().walk(house, &link, &ALICE, None).await;
        let callback = Callback::of(answer.header("location").unwrap());
        assert_eq!(callback.get("state"), Some("s1"));
        assert!(!Tokens::of(&house.exchange("us", &DESK, &callback.code()).await).refresh.is_empty());
    })
    .await;
}

#[tokio::test]
async fn scopes_are_searched_and_other_choices_checked() {
    for_one_store(async |house| {
        house.provision(MORE).await;
        let mut alice = signed_in(house, &ALICE).await;
        let page = console(house, &mut alice, &format!("{}/link?q=tickets", DESK.id)).await;
        assert!(page.body.contains("value=\"Zylker.tickets.READ\"") && !page.body.contains("value=\"ZohoCRM.users.READ\""));
        let page = console(house, &mut alice, &format!("{}/link?service=ZohoCRM&scope=email", DESK.id)).await;
        assert!(page.body.contains("value=\"ZohoCRM.") && !page.body.contains("value=\"ZohoBigin.users."));
        assert!(page.body.contains("value=\"email\" checked"), "a search forgets no choice");
        let page = console(house, &mut alice, &format!("{}/link?q=nothinglikeit", DESK.id)).await;
        assert!(read(&page).contains("No scope fits"));
        // What is made up is not taken over.
        let made_up = "scope=AaaServer.profile.READ&scope=No.such.ALL&redirect_uri=https://evil.example&dc=nowhere&dialect=x&prompt=%3Cscript%3E&access_type=y";
        let page = console(house, &mut alice, &format!("{}/link?{made_up}", DESK.id)).await;
        assert!(page.status == 200 && !page.body.contains("evil.example") && !page.body.contains("No.such.ALL"));
        assert!(!page.body.contains("script%3E") && page.body.contains("prompt=consent"));
        // The standard dialect, at another data center.
        let standard = "scope=openid&dialect=standard&dc=eu&access_type=online&prompt=login";
        let page = read(&console(house, &mut alice, &format!("{}/link?{standard}", DESK.id)).await);
        assert!(page.contains(&format!("{}/oauth2/authorize?", house.url("eu"))) && page.contains("prompt=login"));
        assert!(page.contains("code_challenge") && !page.contains("grantor-client"));
        // A public client is told of PKCE, and its code has no secret.
        let page = read(&console(house, &mut alice, &format!("{}/link?scope=email", POCKET_APP.id)).await);
        assert!(page.contains("works only with a PKCE challenge") && !page.contains("$CLIENT_SECRET"));
        let page = read(&console(house, &mut alice, &format!("{}/link?scope=email&code_challenge=abc", POCKET_APP.id)).await);
        assert!(page.contains("code_challenge=abc&code_challenge_method=S256"));
        // A self client has no link.
        assert_eq!(console(house, &mut alice, &format!("{}/link", SCRIPT_APP.id)).await.status, 404);
    })
    .await;
}
