//! Ids of one organization at the pages of another, nested in every way (security case I05): the same 404 always.

use super::{BIGIN, SECOND_ADMINISTRATOR, bare, browser_of, done, page, submit};
use crate::tests::harness::*;

#[tokio::test]
async fn i05_i06_ids_of_another_organization_are_none() {
    for_each_store(async |house| {
        house.provision(SECOND_ADMINISTRATOR).await;
        let (mut alice, mut bob) = (browser_of(house, &ALICE).await, browser_of(house, &BOB).await);
        let tokens = house.tokens(&Ask::of(&DESK).with("scope", BIGIN), &DESK, &ALICE).await;
        let nowhere = bare(&page(house, &mut bob, "/organization/99999").await);
        assert_eq!(nowhere.0, 404);
        // What is alice's: a member, a grant, an invitation, a review, portals and their users.
        let reply =
            submit(house, &mut alice, "/organization/10001/invitations", &[("email", "nina@zylker.example")]).await;
        assert_eq!(reply.status, 200, "no letters here: the link is shown: {reply:?}");
        let open = page(house, &mut alice, "/organization/10001/invitations").await;
        let invitation = attribute(open.body.split("name=\"invitation\"").nth(1).unwrap(), "value").unwrap();
        let app = page(house, &mut alice, &format!("/organization/10001/apps/{}", DESK.id)).await;
        let grant = attribute(app.body.split("name=\"grant\"").nth(1).unwrap(), "value").unwrap();
        done(house, &mut alice, "/organization/10001/policy", &[("review", "1")]).await;
        let asked = submit(house, &mut alice, "/organization/10001/ask", &[("client", OTHER.id)]).await;
        assert_eq!(asked.status, 200);
        let alices = ALICE.zuid.to_string();
        let desk = format!("/apps/{}", DESK.id);
        let reads = [
            "/members/700001",
            "/members/700006",
            "/members/800001",
            "/members/1",
            "/members/x",
            &desk,
            "/apps/1000.NOBODY",
            "/portals/60001",
            "/portals/60001/users",
            "/portals/60001/users/800001",
            "/portals/60003",
            "/portals/99",
            "/portals/x/users/1",
        ];
        let writes: [(&str, &[(&str, &str)]); 15] = [
            ("/members/700001", &[("do", "remove"), ("confirm", ALICE.email)]),
            ("/members/700001", &[("do", "ordinary")]),
            ("/members/800001", &[("do", "administrator")]),
            (&desk, &[("grant", &grant)]),
            (&desk, &[("do", "all"), ("confirm", "Zylker Desk")]),
            ("/invitations", &[("do", "withdraw"), ("invitation", &invitation)]),
            ("/reviews", &[("do", "approve"), ("client", OTHER.id)]),
            ("/policy", &[("do", "remove"), ("client", OTHER.id)]),
            ("/portals/60001", &[("name", "Mine now")]),
            ("/portals/60001/remove", &[("name", "")]),
            ("/portals/60001/users", &[("email", "eve@evil.example")]),
            ("/portals/60001/users/800001", &[("do", "disable")]),
            ("/portals/60001/users/800001", &[("do", "password")]),
            ("/portals/60001/users/800001", &[("do", "remove"), ("confirm", PAT.email)]),
            ("/portals/60002/users/800001", &[("do", "disable")]),
        ];
        for organization in ["10001", "10002", "20001", "99999"] {
            for read in reads {
                let reply = page(house, &mut bob, &format!("/organization/{organization}{read}")).await;
                assert_eq!(bare(&reply), nowhere, "{organization}{read}");
            }
            for (write, fields) in writes {
                let reply = submit(house, &mut bob, &format!("/organization/{organization}{write}"), fields).await;
                assert_eq!(bare(&reply), nowhere, "{organization}{write} {fields:?}");
            }
            // In his own he may.
            for (write, fields) in [("/audit/export", ("format", "csv")), ("/portals", ("name", "Mine"))] {
                if organization != "10002" {
                    let path = format!("/organization/{organization}{write}");
                    assert_eq!(bare(&submit(house, &mut bob, &path, &[fields]).await), nowhere, "{path}");
                }
            }
        }
        // Within one organization, too: a user of another of its portals, a portal of another organization.
        for (path, fields) in [
            ("/organization/10001/portals/60002/users/800001", &[("do", "disable")][..]),
            ("/organization/10001/portals/60003/users/800003", &[("do", "disable")]),
            ("/organization/10001/members/800001", &[("do", "administrator")]),
            ("/organization/10001/members/700004", &[("do", "administrator")]),
        ] {
            assert_eq!(bare(&submit(house, &mut alice, path, fields).await), nowhere, "{path}");
        }
        // Nothing of it did anything; what bob sees is his own.
        assert!(house.alive("us", &tokens.access).await);
        let members = page(house, &mut bob, "/organization/10002/members").await;
        assert!(members.body.contains(BOB.email) && !members.body.contains(ALICE.email));
        let audit = page(house, &mut bob, "/organization/10002/audit").await;
        assert!(!audit.body.contains(ALICE.email), "{audit:?}");
        let filtered = page(house, &mut bob, &format!("/organization/10002/audit?person={alices}")).await;
        assert!(filtered.body.contains("Nothing was found"), "{filtered:?}");
        let mine = page(house, &mut alice, "/organization/10001/invitations").await;
        assert!(mine.body.contains("nina@zylker.example"));
    })
    .await;
}
