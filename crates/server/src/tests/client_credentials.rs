//! `grant_type=client_credentials`: a self client acts for its owner (accounts-protocol.md section 7.4).

use super::{
    harness::*,
    self_clients::{SCRIPT, SELF_CLIENTS, organization},
};

/// Alice's own: one organization.
pub(super) const ALICES: App =
    App { id: "1000.ZYLKERALICES00000000000000000Q", secret: "canary-alices-secret-01", redirect_uri: "" };

pub(super) const ALICES_CLIENT: &str = r#"
[[client]]
id = "1000.ZYLKERALICES00000000000000000Q"
secret = "canary-alices-secret-01"
type = "self"
name = "Alice's Script"
owner = "alice@zylker.example"
data_centers = ["us"]
[[client]]
id = "1000.ZYLKERBOTH00000000000000000000"
secret = "canary-both-secret-0001"
type = "server"
name = "Both Grants"
owner = "alice@zylker.example"
redirect_uris = ["https://both.example/callback"]
grant_types = ["authorization_code", "client_credentials"]
data_centers = ["us"]
"#;

const BIGIN: &str = "ZohoBigin.modules.ALL";
const CRM: &str = "ZohoCRM.modules.ALL";

pub(super) async fn asked(house: &House, app: &App, scope: &str, soid: Option<&str>) -> Reply {
    let mut fields = vec![
        ("grant_type", "client_credentials"),
        ("client_id", app.id),
        ("client_secret", app.secret),
        ("scope", scope),
    ];
    fields.extend(soid.map(|soid| ("soid", soid)));
    house.post("us", TOKEN, &fields).await
}

fn error(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{reply:?}");
    let error = reply.text("error");
    assert_eq!(reply.body, format!("{{\"error\":\"{error}\"}}"));
    error
}

#[tokio::test]
async fn a_self_client_acts_for_its_owner_in_one_organization() {
    for_each_store(async |house| {
        house.provision(SELF_CLIENTS).await;
        house.provision(ALICES_CLIENT).await;
        let reply = asked(house, &ALICES, BIGIN, None).await;
        let keys: Vec<String> = reply.json().as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, ["access_token", "api_domain", "expires_in", "scope", "token_type"]);
        assert_eq!((reply.text("scope").as_str(), reply.json()["expires_in"].as_i64()), (BIGIN, Some(3600)));
        assert_eq!(organization(house, &Tokens::of(&reply).access).await, "10001");

        let named = Tokens::of(&asked(house, &ALICES, CRM, Some("ZohoCRM.10001")).await).access;
        assert_eq!(organization(house, &named).await, "10001");
        let other = Tokens::of(&asked(house, &SCRIPT, CRM, Some("zohocrm.10002")).await).access;
        assert_eq!(organization(house, &other).await, "10002");
        let several = format!("{BIGIN},{CRM}");
        let either = Tokens::of(&asked(house, &SCRIPT, &several, Some("ZohoBigin.10001")).await).access;
        assert_eq!(organization(house, &either).await, "10001");

        let person = Tokens::of(&asked(house, &SCRIPT, "AaaServer.profile.READ", None).await).access;
        assert_eq!(organization(house, &person).await, "");
        assert_eq!(house.user_info("us", &person).await.json()["Email"], BOB.email);
        // Registered for it by name, another type of client may do the same.
        let both =
            App { id: "1000.ZYLKERBOTH00000000000000000000", secret: "canary-both-secret-0001", redirect_uri: "" };
        let access = Tokens::of(&asked(house, &both, BIGIN, None).await).access;
        assert_eq!(organization(house, &access).await, "10001");
        // Revoked like any other; expired like any other.
        assert_eq!(house.revoke("us", &person).await.status, 200);
        assert!(!house.alive("us", &person).await);
        let person = Tokens::of(&asked(house, &SCRIPT, "AaaServer.profile.READ", None).await).access;
        house.advance(3599);
        assert!(house.alive("us", &person).await);
        house.advance(1);
        assert!(!house.alive("us", &person).await);
    })
    .await;
}

#[tokio::test]
async fn what_client_credentials_are_refused_for() {
    for_each_store(async |house| {
        house.provision(SELF_CLIENTS).await;
        house.provision(ALICES_CLIENT).await;
        let nobodys =
            App { id: "1000.ZYLKERNOBODY00000000000000000N", secret: "canary-nobody-secret-01", redirect_uri: "" };
        let carlas =
            App { id: "1000.ZYLKERCARLA000000000000000000O", secret: "canary-carla-secret-001", redirect_uri: "" };
        let wrong = App { secret: "wrong", ..SCRIPT };
        for (app, scope, soid, expected) in [
            // The documents of one service demand it always; the others when there is a choice.
            (&ALICES, CRM, None, "missing_org_info"),
            (&SCRIPT, CRM, None, "missing_org_info"),
            (&SCRIPT, BIGIN, None, "missing_org_info"),
            (&SCRIPT, BIGIN, Some(""), "missing_org_info"),
            (&SCRIPT, BIGIN, Some("10001"), "invalid_soid"),
            (&SCRIPT, BIGIN, Some("ZohoBigin."), "invalid_soid"),
            (&SCRIPT, BIGIN, Some("ZohoCRM.10001"), "invalid_soid"),
            (&SCRIPT, BIGIN, Some("ZohoBigin.20001"), "invalid_org"),
            (&SCRIPT, BIGIN, Some("ZohoBigin.99999"), "invalid_org"),
            (&SCRIPT, "AaaServer.profile.READ", Some("AaaServer.20001"), "invalid_org"),
            (&SCRIPT, "", Some("ZohoBigin.10001"), "invalid_scope"),
            (&SCRIPT, "ZohoBigin.nothing.ALL", Some("ZohoBigin.10001"), "invalid_scope"),
            (&SCRIPT, "ZohoBigin.users.ALL", Some("ZohoBigin.10001"), "invalid_scope"),
            (&nobodys, BIGIN, None, "invalid_client"),
            (&carlas, BIGIN, None, "invalid_client"),
            (&DESK, BIGIN, Some("ZohoBigin.10001"), "invalid_client"),
            (&wrong, BIGIN, Some("ZohoBigin.10001"), "invalid_client_secret"),
        ] {
            let reply = asked(house, app, scope, soid).await;
            assert_eq!(error(&reply), expected, "{} {scope} {soid:?}", app.id);
        }
        let mut fields =
            vec![("grant_type", "client_credentials"), ("client_id", SCRIPT.id), ("client_secret", SCRIPT.secret)];
        assert_eq!(error(&house.post("us", TOKEN, &fields).await), "invalid_scope");
        fields.extend([("scope", BIGIN), ("soid", "ZohoBigin.10001")]);
        assert_eq!(error(&house.post("us", &portal_token(PARTNERS), &fields).await), "invalid_client");
        assert_eq!(error(&house.post("eu", TOKEN, &fields).await), "invalid_client");
        fields.push(("soid", "ZohoBigin.10002"));
        assert_eq!(house.post("us", TOKEN, &fields).await.brief(), (400, r#"{"error":"invalid_request"}"#));
    })
    .await;
}

#[tokio::test]
async fn client_credentials_end_with_the_owner_s_membership() {
    for_each_store(async |house| {
        house.provision(SELF_CLIENTS).await;
        let scopes = format!("{BIGIN},AaaServer.profile.READ");
        let soid = Some("ZohoBigin.10002");
        let access = Tokens::of(&asked(house, &SCRIPT, &scopes, soid).await).access;
        assert!(house.alive("us", &access).await);
        house.provision(&bob("organizations = [\"10001\"]")).await;
        assert!(!house.alive("us", &access).await);
        assert_eq!(error(&asked(house, &SCRIPT, &scopes, soid).await), "invalid_org");
        // One organization is left: there is no choice any more.
        Tokens::of(&asked(house, &SCRIPT, &scopes, None).await);
        house.provision(&bob("disabled = true")).await;
        assert_eq!(error(&asked(house, &SCRIPT, &scopes, None).await), "invalid_code");
    })
    .await;
}

fn bob(line: &str) -> String {
    format!(
        "[[user]]\nemail = \"bob@zylker.example\"\nzuid = 700002\n{{password}}\nfirst_name = \"Bob\"\ndata_center = \"us\"\n{line}\n"
    )
}

#[tokio::test]
async fn client_credentials_are_throttled_and_capped_like_refreshes() {
    let narrow = Setup { throttles: true, policy: "access_tokens_per_refresh_token = 3", ..Setup::default() };
    for_each_store_with(narrow, async |house| {
        house.provision(SELF_CLIENTS).await;
        let mut made = Vec::new();
        for n in 0..10 {
            house.advance(1);
            let reply = asked(house, &SCRIPT, "AaaServer.profile.READ", None).await;
            made.push(Tokens::of(&reply).access);
            for (age, access) in made.iter().rev().enumerate() {
                assert_eq!(house.alive("us", access).await, age < 3, "{n} {age}");
            }
        }
        let reply = asked(house, &SCRIPT, "AaaServer.profile.READ", None).await;
        assert_eq!((reply.status, reply.text("error").as_str()), (400, "Access Denied"));
        assert!(house.alive("us", &made[7]).await, "a throttled request changes nothing");
        // Another organization is another grant.
        Tokens::of(&asked(house, &SCRIPT, BIGIN, Some("ZohoBigin.10001")).await);
        house.advance(600);
        Tokens::of(&asked(house, &SCRIPT, "AaaServer.profile.READ", None).await);
    })
    .await;
}

#[tokio::test]
async fn client_credentials_are_in_the_audit_at_either_door() {
    for_each_store(async |house| {
        house.provision(ALICES_CLIENT).await;
        let both =
            App { id: "1000.ZYLKERBOTH00000000000000000000", secret: "canary-both-secret-0001", redirect_uri: "" };
        let told = async |reply: &Reply| {
            let access = Tokens::of(reply).access;
            let rows = house.audit("us").await;
            let row = rows.into_iter().find(|row| row.event == "client_token_issued").unwrap();
            let mark = grantor_protocol::token::PresentedToken::parse(&access).unwrap().id.mark();
            assert_eq!(row.detail, format!("access token {mark}, scopes {BIGIN}, and those like it in this hour"));
            assert_eq!(Some(row.request_id.as_str()), reply.header("x-request-id"));
            assert_eq!(row.client_id.as_deref(), Some(both.id));
            (row.user.map(|user| user.0), row.organization_id)
        };
        let reply = asked(house, &both, BIGIN, None).await;
        assert_eq!(told(&reply).await, (Some(ALICE.zuid), Some("10001".to_owned())));
        // At the standard door nobody stands behind it.
        house.advance(1);
        let fields = [("grant_type", "client_credentials"), ("scope", BIGIN)];
        let reply = house.send("us", &Request::form("/oauth2/token", &fields).basic(both.id, both.secret)).await;
        assert_eq!(told(&reply).await, (None, None));
        asked(house, &both, "", None).await;
        let rows = house.audit("us").await;
        assert_eq!(rows.iter().filter(|row| row.event == "client_token_issued").count(), 2, "a refusal is not there");
    })
    .await;
}

/// The client is never remembered as consented: nobody was asked.
#[tokio::test]
async fn client_credentials_are_no_consent() {
    for_each_store(async |house| {
        house.provision(ALICES_CLIENT).await;
        let both = App {
            id: "1000.ZYLKERBOTH00000000000000000000",
            secret: "canary-both-secret-0001",
            redirect_uri: "https://both.example/callback",
        };
        Tokens::of(&asked(house, &both, BIGIN, None).await);
        let ask = Ask::of(&both).with("scope", BIGIN).without("prompt").without("access_type");
        let (_, page) = Browser::default().walk(house, &ask.url(house), &ALICE, Some("decision")).await;
        assert_eq!(page.status, 200);
        assert!(page.body.contains("decision"), "asked all the same");
    })
    .await;
}
