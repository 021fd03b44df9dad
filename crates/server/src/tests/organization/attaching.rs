//! What is not there, or not theirs, is attached to nothing by an administrator's forms (security case L02).

use grantor_protocol::{
    organization_policy::OrganizationPolicy,
    people::{User, UserId},
};
use grantor_store::{Member, Portal};

use super::{BIGIN, SECOND_ADMINISTRATOR, bare, browser_of, done, page, submit};
use crate::tests::harness::*;

/// Dora belongs to the sandbox organization and to no other.
const TENANT: &str = r#"
[[user]]
email = "dora@zylker.example"
zuid = 700004
{password}
data_center = "us"
organizations = ["10002"]
"#;
const TENANT_PERSON: Person = Person { organization: "10002", ..DORA };

async fn policy_of(house: &House) -> OrganizationPolicy {
    let room = house.room("us");
    room.store.read(|tx| tx.organization_policy("10001")).await.unwrap()
}

async fn portals_of(house: &House, organization: &'static str) -> Vec<Portal> {
    let room = house.room("us");
    room.store.read(move |tx| tx.portals_of(organization)).await.unwrap()
}

async fn member_of(house: &House, organization: &'static str, person: i64) -> Option<Member> {
    let room = house.room("us");
    room.store.read(move |tx| tx.member(organization, UserId(person))).await.unwrap()
}

async fn user_of(house: &House, person: i64) -> Option<User> {
    let room = house.room("us");
    room.store.read(move |tx| tx.user(UserId(person))).await.unwrap()
}

#[tokio::test]
async fn l02_a_policy_lists_no_client_and_blocks_no_scope_that_is_not_there() {
    for_each_store(async |house| {
        let (mut alice, policy) = (browser_of(house, &ALICE).await, "/organization/10001/policy");
        for good in [&[("do", "add"), ("client", DESK.id)][..], &[("scopes", "zohobigin.modules.ALL")]] {
            assert_eq!(done(house, &mut alice, policy, good).await.status, 200);
        }
        let before = policy_of(house).await;
        assert_eq!((before.clients.len(), before.blocked_scopes.len()), (1, 1), "{before:?}");
        for (wrong, status) in [
            (&[("do", "add"), ("client", "1000.NOBODY")][..], 422),
            (&[("do", "add"), ("client", "")], 422),
            (&[("scopes", "Nowhere.things.READ"), ("listed", "1"), ("review", "1")], 422),
            (&[("scopes", "AaaServer.profile.READ,Nowhere.things.READ"), ("days", "7")], 422),
            // Of what is there, only what is listed can be taken off.
            (&[("do", "remove"), ("client", OTHER.id)], 404),
        ] {
            let reply = submit(house, &mut alice, policy, wrong).await;
            assert_eq!(reply.status, status, "{wrong:?}: {reply:?}");
            assert_eq!(policy_of(house).await, before, "{wrong:?}");
        }
        // Nobody asked for a review of these.
        for client in ["1000.NOBODY", OTHER.id] {
            let fields = [("do", "approve"), ("client", client)];
            let reply = submit(house, &mut alice, "/organization/10001/reviews", &fields).await;
            assert_eq!(reply.status, 404, "{client}: {reply:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn l02_a_portal_lets_in_no_client_that_is_not_there() {
    for_each_store(async |house| {
        let mut alice = browser_of(house, &ALICE).await;
        let before = portals_of(house, "10001").await;
        assert!(before.iter().any(|portal| portal.id == SHOP && portal.clients == [DESK.id]), "{before:?}");
        let path = format!("/organization/10001/portals/{SHOP}");
        for clients in ["1000.NOBODY".to_owned(), format!("{}\n1000.NOBODY", OTHER.id), format!("{}x", DESK.id)] {
            let fields = [("name", "Renamed"), ("accent", ""), ("clients", clients.as_str())];
            let reply = submit(house, &mut alice, &path, &fields).await;
            assert_eq!(reply.status, 422, "{clients}: {reply:?}");
            assert_eq!(portals_of(house, "10001").await, before, "{clients}");
        }
    })
    .await;
}

#[tokio::test]
async fn l02_nobody_administers_what_they_are_no_member_of() {
    for_each_store(async |house| {
        let mut alice = browser_of(house, &ALICE).await;
        // Of no organization, of another data center, of a portal, and nobody at all.
        for person in [DORA.zuid, CARLA.zuid, PAT.zuid, 1] {
            let path = format!("/organization/10001/members/{person}");
            for what in ["administrator", "ordinary"] {
                let reply = submit(house, &mut alice, &path, &[("do", what)]).await;
                assert_eq!(reply.status, 404, "{person} {what}: {reply:?}");
            }
            assert_eq!(member_of(house, "10001", person).await, None, "{person}");
        }
    })
    .await;
}

#[tokio::test]
async fn l02_what_is_another_organization_s_stays_as_it_is() {
    for_each_store(async |house| {
        house.provision(SECOND_ADMINISTRATOR).await;
        house.provision(TENANT).await;
        let (mut alice, mut bob) = (browser_of(house, &ALICE).await, browser_of(house, &BOB).await);
        // Both organizations use one application; another is the second one's alone.
        house.tokens(&Ask::of(&DESK).with("scope", BIGIN), &DESK, &ALICE).await;
        let desks = house.tokens(&Ask::of(&DESK).with("scope", BIGIN), &DESK, &TENANT_PERSON).await;
        let others = house.tokens(&Ask::of(&OTHER).with("scope", BIGIN), &OTHER, &TENANT_PERSON).await;
        let app = page(house, &mut bob, &format!("/organization/10002/apps/{}", DESK.id)).await;
        let shown = app.body.split("name=\"grant\"").nth(1).unwrap_or_else(|| panic!("no grant: {app:?}"));
        let grant = attribute(shown, "value").unwrap();
        // A portal, and somebody there.
        let made = submit(house, &mut bob, "/organization/10002/portals", &[("name", "Suppliers")]).await;
        assert_eq!(made.status, 303, "{made:?}");
        let portals = portals_of(house, "10002").await;
        let portal = portals[0].id.clone();
        let users = format!("/organization/10002/portals/{portal}/users");
        // H05: a name is what it looks like, here as everywhere.
        for odd in ["Zoe\u{202e}", &"Z".repeat(101)] {
            let fields = [("email", "zoe@supplier.example"), ("first_name", odd), ("last_name", "")];
            assert_eq!(submit(house, &mut bob, &users, &fields).await.status, 422, "{odd:?}");
        }
        let fields = [("email", "zoe@supplier.example"), ("first_name", "Zoe"), ("last_name", "")];
        assert_eq!(submit(house, &mut bob, &users, &fields).await.status, 200);
        let list = page(house, &mut bob, &users).await;
        let link = list.body.split(&format!("href=\"{users}/")).nth(1).unwrap_or_else(|| panic!("nobody: {list:?}"));
        let zoe: i64 = link.split('"').next().and_then(|id| id.parse().ok()).unwrap();
        let before = (member_of(house, "10002", DORA.zuid).await, user_of(house, zoe).await);
        assert!(before.0.is_some() && before.1.is_some(), "{before:?}");

        let nowhere = bare(&page(house, &mut alice, "/organization/99999").await);
        assert_eq!(nowhere.0, 404);
        let member = format!("/members/{}", DORA.zuid);
        let (desk, other) = (format!("/apps/{}", DESK.id), format!("/apps/{}", OTHER.id));
        let looks = format!("/portals/{portal}");
        let (remove, add) = (format!("{looks}/remove"), format!("{looks}/users"));
        // Under its own portal, and under one of alice's.
        let (there, here) = (format!("{add}/{zoe}"), format!("/portals/{PARTNERS}/users/{zoe}"));
        let writes: [(&str, &[(&str, &str)]); 12] = [
            (&member, &[("do", "administrator")]),
            (&member, &[("do", "remove"), ("confirm", DORA.email)]),
            (&desk, &[("grant", &grant)]),
            (&other, &[("grant", &grant)]),
            (&other, &[("do", "all"), ("confirm", "Other App")]),
            (&looks, &[("name", "Mine now"), ("accent", ""), ("clients", "")]),
            (&remove, &[("confirm", "Suppliers")]),
            (&add, &[("email", "eve@evil.example"), ("first_name", "Eve"), ("last_name", "")]),
            (&there, &[("do", "disable")]),
            (&there, &[("do", "remove"), ("confirm", "zoe@supplier.example")]),
            (&here, &[("do", "disable")]),
            (&here, &[("do", "remove"), ("confirm", "zoe@supplier.example")]),
        ];
        for (write, fields) in writes {
            let reply = submit(house, &mut alice, &format!("/organization/10001{write}"), fields).await;
            assert_eq!(bare(&reply), nowhere, "{write} {fields:?}");
        }
        assert_eq!((member_of(house, "10002", DORA.zuid).await, user_of(house, zoe).await), before);
        assert_eq!(portals_of(house, "10002").await, portals);
        assert!(!page(house, &mut bob, &users).await.body.contains("eve@evil.example"));
        for tokens in [desks, others] {
            assert!(house.alive("us", &tokens.access).await);
        }
        // Its own administrator may, and does: what was tried above is there.
        let path = format!("/organization/10002{desk}");
        assert_eq!(done(house, &mut bob, &path, &[("grant", grant.as_str())]).await.status, 200);
    })
    .await;
}
