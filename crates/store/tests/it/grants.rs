//! What a user allowed, as their account page lists it: withdrawn by them alone, and gone with the client.

use grantor_protocol::people::UserId;
use grantor_protocol::scope::ScopeList;
use grantor_protocol::token::TokenId;
use grantor_store::{AuditEvent, Connected};

use crate::fixtures::{C1, C2, EMAIL, O1, O2, U1, U2, World, at, for_each_world};

fn connected(world: &World, user: UserId) -> Vec<Connected> {
    world.read(move |tx| tx.connected(user))
}

fn withdraw(world: &World, user: UserId, grant: TokenId) -> bool {
    let trail = world.trail(at(50));
    world.write(move |tx| tx.withdraw(user, grant, &trail, at(50))).is_some()
}

#[test]
fn connected_applications_are_listed_newest_first() {
    for_each_world(|world| {
        assert!(connected(world, U1).is_empty());
        world.issued_with(at(1), |new| new.organization_id = O2.to_owned());
        world.issued_with(at(2), |new| {
            new.client_id = C2.to_owned();
            new.organization_id = String::new();
            new.scopes = ScopeList::read(EMAIL).unwrap();
            new.offline = false;
        });
        world.issued(at(3));
        world.issued_with(at(4), |new| new.user = U2);
        let listed: Vec<_> = connected(world, U1)
            .into_iter()
            .map(|one| (one.client_id, one.organization, one.offline, one.granted_at))
            .collect();
        let expected = [
            (C1.to_owned(), Some("Zylker".to_owned()), true, at(3)),
            (C2.to_owned(), None, false, at(2)),
            (C1.to_owned(), Some("Acme".to_owned()), true, at(1)),
        ];
        assert_eq!(listed, expected);
    });
}

#[test]
fn only_the_user_withdraws_and_everything_of_it_ends() {
    for_each_world(|world| {
        let (one, two) = (world.family(at(0)), world.family_with(at(1), |new| new.organization_id = O2.to_owned()));
        let code = world.issued(at(40));
        let grant = connected(world, U1).iter().find(|c| c.organization.as_deref() == Some("Zylker")).unwrap().grant;
        assert!(!world.unchanged(|| withdraw(world, U2, grant)), "it is not theirs");
        assert!(!world.unchanged(|| withdraw(world, U1, world.id(at(0)))), "there is no such grant");
        assert!(withdraw(world, U1, grant));
        assert!(!world.unchanged(|| withdraw(world, U1, grant)), "it was withdrawn before");
        assert!(world.access(&one.access, at(50)).is_err());
        assert!(world.refresh(&one.refresh, at(50)).is_err());
        assert!(world.redeem(&code, at(50)).is_err());
        assert!(world.access(&two.access, at(50)).is_ok(), "the other organization's holds");
        assert!(world.refresh(&two.refresh, at(50)).is_ok());
        assert_eq!(connected(world, U1).len(), 1);
        let told = world.audits(AuditEvent::Withdrawn);
        assert_eq!(told.len(), 1);
        assert_eq!(
            (told[0].user, told[0].client_id.as_deref(), told[0].organization_id.as_deref()),
            (Some(U1), Some(C1), Some(O1))
        );
    });
}

#[test]
fn a_removed_client_leaves_nothing_to_inherit() {
    for_each_world(|world| {
        let mine = world.family(at(0));
        let online = world.family_with(at(0), |new| {
            new.user = U2;
            new.offline = false;
        });
        let code = world.issued(at(0));
        let other = world.family_with(at(0), |new| {
            new.client_id = C2.to_owned();
            new.offline = false;
        });
        world.write(|tx| tx.remove_grants_to(C1));
        for anew in [false, true] {
            if anew {
                world.family(at(1));
            }
            for token in [&mine.access, &online.access] {
                assert!(world.access(token, at(1)).is_err());
            }
            assert!(world.refresh(&mine.refresh, at(1)).is_err());
            assert!(world.redeem(&code, at(1)).is_err());
            assert!(world.access(&other.access, at(1)).is_ok());
        }
        assert!(world.read(|tx| tx.grant_facts(U2, C1, at(1))).is_empty(), "the second user is asked again");
        assert_eq!(world.number("SELECT COUNT(*) FROM refresh_tokens"), 1);
        assert_eq!(world.number("SELECT COUNT(*) FROM client_users WHERE client_id = '1000.C1'"), 1);
    });
}
