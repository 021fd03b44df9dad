//! Access tokens without a code or a refresh token: for an owner, and for nobody.

use grantor_protocol::causes::{AccessError, TokenError};
use grantor_protocol::issue::FamilyRules;
use grantor_protocol::people::{Realm, UserId};
use grantor_protocol::scope::ScopeList;
use grantor_protocol::secret::SecretKind;
use grantor_protocol::time::Timestamp;
use grantor_protocol::token::PresentedToken;
use grantor_store::{ActsFor, AuditEvent, ClientTokenRequest};

use crate::fixtures::{ALL, C1, O1, O2, PU, READ, U1, World, at, for_each_world, kept, portal};

/// The address of [`U1`].
const ALICE: &str = "alice@zylker.example";

fn asked(world: &World, user: UserId, organization: &str, now: Timestamp) -> (ClientTokenRequest, PresentedToken) {
    let access = world.token(now);
    let asked = ClientTokenRequest {
        client_id: C1.to_owned(),
        realm: if user == PU { portal() } else { Realm::Accounts },
        acts_for: match user {
            UserId::NOBODY => ActsFor::Itself,
            U1 => ActsFor::Owner(ALICE.to_owned()),
            user => ActsFor::User(user),
        },
        organization_id: organization.to_owned(),
        scopes: ScopeList::read(READ).unwrap(),
        resource: String::new(),
        access: kept(&access, SecretKind::Access),
        fresh_grant: world.id(now),
        event: if user == PU { AuditEvent::RemoteTokenIssued } else { AuditEvent::ClientTokenIssued },
    };
    (asked, access)
}

fn issue(world: &World, asked: &ClientTokenRequest, now: Timestamp) -> Result<FamilyRules, TokenError> {
    let (asked, catalog, policy) = (asked.clone(), world.catalog.clone(), world.policy.clone());
    let trail = world.trail(now);
    world.write(move |tx| tx.issue_client_token(&asked, &catalog, &policy, &trail, now)).map(|(rules, _)| rules)
}

fn issued(world: &World, user: UserId, organization: &str, now: Timestamp) -> PresentedToken {
    let (asked, access) = asked(world, user, organization, now);
    assert_eq!(issue(world, &asked, now).unwrap().expires_in(), 3600);
    access
}

#[test]
fn a_client_acts_for_a_user_for_a_portal_s_user_or_for_itself() {
    for_each_world(|world| {
        for (user, organization) in [(U1, O1), (U1, ""), (PU, O1), (UserId::NOBODY, O2), (UserId::NOBODY, "")] {
            let access = issued(world, user, organization, at(1));
            let live = world.access(&access, at(2)).unwrap();
            assert_eq!((live.organization_id.as_str(), live.scopes.to_string().as_str()), (organization, READ));
            assert_eq!(live.user.map(|user| user.id), Some(user).filter(|user| *user != UserId::NOBODY));
        }
        assert_eq!(world.number("SELECT COUNT(*) FROM grants"), 5);
        // It is remembered as no consent, and begins anew after a withdrawal.
        assert_eq!(world.number("SELECT COUNT(*) FROM grants WHERE scopes = '' AND NOT offline"), 5);
        let before = issued(world, U1, O1, at(3));
        assert!(world.withdraw(U1, O1, at(4)));
        assert_eq!(world.access(&before, at(5)), Err(AccessError::Revoked));
        let after = issued(world, U1, O1, at(6));
        assert!(world.access(&after, at(7)).is_ok());
        assert_eq!(world.access(&before, at(7)), Err(AccessError::Revoked));
    });
}

#[test]
fn they_are_in_the_audit_and_a_refused_one_is_not() {
    for_each_world(|world| {
        let own = issued(world, U1, O1, at(1));
        let nobodys = issued(world, UserId::NOBODY, "", at(2));
        let vouched = issued(world, PU, O1, at(3));
        let (refused, _) = asked(world, U1, "9", at(4));
        issue(world, &refused, at(4)).unwrap_err();
        let told = |event| {
            let rows = world.audits(event).into_iter();
            rows.map(|row| (row.user, row.client_id, row.organization_id, row.detail)).collect::<Vec<_>>()
        };
        let row = |user: Option<UserId>, organization: Option<&str>, access: &PresentedToken| {
            let more = if user == Some(PU) { "" } else { ", and those like it in this hour" };
            let detail = format!("access token {}, scopes {READ}{more}", access.id.mark());
            (user, Some(C1.to_owned()), organization.map(str::to_owned), detail)
        };
        assert_eq!(
            told(AuditEvent::ClientTokenIssued),
            [row(None, None, &nobodys), row(Some(U1), Some(O1), &own)],
            "newest first; for itself a client acts for no user"
        );
        assert_eq!(told(AuditEvent::RemoteTokenIssued), [row(Some(PU), Some(O1), &vouched)]);
        for (event, word) in [
            (AuditEvent::ClientTokenIssued, "client_token_issued"),
            (AuditEvent::RemoteTokenIssued, "remote_token_issued"),
        ] {
            assert_eq!(event.as_str(), word);
        }
    });
}

#[test]
fn of_a_client_s_own_the_audit_tells_once_an_hour_and_of_anything_new() {
    for_each_world(|world| {
        let hour = at(0).millis().div_euclid(3_600_000) * 3_600_000;
        let at = |seconds: i64| Timestamp::from_millis(hour + seconds * 1000);
        let told = |event| world.audits(event).len();
        let get = |user, scopes: &str, resource: &str, seconds| {
            let (mut asked, access) = asked(world, user, O1, at(seconds));
            asked.scopes = ScopeList::read(scopes).unwrap();
            asked.resource = resource.to_owned();
            issue(world, &asked, at(seconds)).unwrap();
            (access, told(AuditEvent::ClientTokenIssued))
        };
        for (scopes, resource, seconds, rows, what) in [
            (READ, "", 3000, 1, "the first"),
            (READ, "", 3001, 1, "one like it"),
            (ALL, "", 3002, 2, "other scopes"),
            (ALL, "https://api.example", 3003, 3, "another resource"),
            (ALL, "https://api.example", 3599, 3, "the end of the hour"),
            (ALL, "https://api.example", 3600, 4, "the next hour"),
            (ALL, "https://api.example", 3601, 4, "one like it"),
        ] {
            let (access, told) = get(U1, scopes, resource, seconds);
            assert_eq!(told, rows, "{what}");
            assert!(world.access(&access, at(seconds)).is_ok(), "{what}");
        }
        assert!(world.withdraw(U1, O1, at(3602)));
        assert_eq!(get(U1, ALL, "https://api.example", 3603).1, 5, "a grant that begins anew");
        for seconds in [3604, 3605] {
            issued(world, PU, O1, at(seconds));
        }
        assert_eq!(told(AuditEvent::RemoteTokenIssued), 2, "an organization vouches each time");
    });
}

#[test]
fn a_grant_was_used_when_a_client_got_a_token_by_its_credentials() {
    for_each_world(|world| {
        issued(world, U1, O1, at(1));
        issued(world, U1, O1, at(5));
        let of_members = world.read(|tx| tx.grants_of_client(O1, C1, "", None, 10));
        assert_eq!(of_members.iter().map(|grant| grant.used_at).collect::<Vec<_>>(), [Some(at(5))]);
        let own = world.read(|tx| tx.own_grants(U1, false, None, 10));
        assert_eq!(own.iter().map(|grant| grant.used_at).collect::<Vec<_>>(), [Some(at(5))]);
    });
}

#[test]
fn nobody_s_organization_must_exist_and_a_user_s_be_theirs() {
    for_each_world(|world| {
        for (user, organization, cause) in [
            (U1, "9", TokenError::OrganizationNotAllowed),
            (PU, O2, TokenError::OrganizationNotAllowed),
            (UserId::NOBODY, "9", TokenError::OrganizationNotAllowed),
            (UserId(77), O1, TokenError::UserDisabled),
        ] {
            let (asked, _) = asked(world, user, organization, at(1));
            assert_eq!(issue(world, &asked, at(1)), Err(cause), "{user:?} {organization}");
        }
        assert_eq!(world.number("SELECT COUNT(*) FROM grants"), 0);
        world.disable(U1, Realm::Accounts, ALICE, true);
        let (asked, _) = asked(world, U1, O1, at(1));
        assert_eq!(issue(world, &asked, at(1)), Err(TokenError::UserDisabled));
    });
}

#[test]
fn what_holds_for_the_first_holds_for_the_next() {
    for_each_world(|world| {
        for (user, organization) in [(U1, O1), (PU, O1), (UserId::NOBODY, O2)] {
            issued(world, user, organization, at(1));
        }
        world.disable(U1, Realm::Accounts, ALICE, true);
        let (asked_again, _) = asked(world, U1, O1, at(2));
        world.unchanged(|| assert_eq!(issue(world, &asked_again, at(2)), Err(TokenError::UserDisabled)));
        world.disable(U1, Realm::Accounts, ALICE, false);
        world.execute("DELETE FROM memberships WHERE user_id = 1");
        world.execute("DELETE FROM organizations WHERE id = '60002'");
        world.execute("UPDATE portals SET organization_id = '60002'");
        for (user, organization) in [(U1, O1), (PU, O1), (UserId::NOBODY, O2)] {
            let (asked, _) = asked(world, user, organization, at(3));
            assert_eq!(issue(world, &asked, at(3)), Err(TokenError::OrganizationNotAllowed), "{user:?}");
        }
    });
}

#[test]
fn an_owner_without_an_account_is_nobody_s_heir() {
    for_each_world(|world| {
        issued(world, UserId::NOBODY, "", at(1));
        for owner in ["", "gone@zylker.example"] {
            let (mut asked, _) = asked(world, U1, "", at(2));
            asked.acts_for = ActsFor::Owner(owner.to_owned());
            world.unchanged(|| assert_eq!(issue(world, &asked, at(2)), Err(TokenError::OwnerUnknown), "{owner:?}"));
        }
    });
}

#[test]
fn the_cap_ends_the_oldest_and_a_revoked_one_leaves_its_place() {
    for_each_world(|world| {
        world.policy.throttles = false;
        world.policy.access_tokens_per_refresh_token = 3;
        let first = issued(world, U1, O1, at(1));
        let second = issued(world, U1, O1, at(2));
        world.revoke(&second, at(3)).unwrap();
        let more = [issued(world, U1, O1, at(4)), issued(world, U1, O1, at(5))];
        assert!(world.access(&first, at(6)).is_ok(), "the revoked one's place was free");
        let last = issued(world, U1, O1, at(6));
        assert_eq!(world.access(&first, at(7)), Err(AccessError::Revoked));
        assert!(more.iter().chain([&last]).all(|access| world.access(access, at(7)).is_ok()));
    });
}

#[test]
fn the_throttle_counts_what_was_made_from_one_grant() {
    for_each_world(|world| {
        for n in 0..10 {
            issued(world, U1, O1, at(n));
        }
        let (refused, _) = asked(world, U1, O1, at(10));
        world.unchanged(|| assert_eq!(issue(world, &refused, at(10)), Err(TokenError::AccessTokensThrottled)));
        issued(world, U1, O2, at(10));
        issued(world, U1, O1, at(600));
    });
}
