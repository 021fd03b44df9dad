//! More scopes for a refresh token that lives, and codes that an administrator allows for an organization.

use std::sync::Arc;
use std::time::Duration;

use grantor_protocol::causes::{AccessError, PageError, TokenError};
use grantor_protocol::people::{Realm, UserId};
use grantor_protocol::scope::ScopeList;
use grantor_protocol::secret::SecretKind;
use grantor_protocol::time::Timestamp;
use grantor_protocol::token::{PresentedToken, TokenId};
use grantor_store::{AuditEvent, Enhancement, MoreScopes, NewCode, NoCode};

use crate::fixtures::{C1, C2, Family, O1, O2, READ, U1, U2, World, at, for_each_world, guessed, hours, kept, portal};

const TEN_MINUTES: Duration = Duration::from_mins(10);

const WRITE: &str = "ZohoBigin.modules.contacts.WRITE";

fn begun(world: &World, family: &Family, now: Timestamp) -> PresentedToken {
    let (mut asked, _) = world.refreshing(&family.refresh, now);
    let token = world.token(now);
    asked.access = kept(&token, SecretKind::Enhancement);
    assert_eq!(
        {
            let catalog = Arc::clone(&world.catalog);
            world.write(move |tx| tx.begin_enhancement(&asked, &catalog, TEN_MINUTES, now))
        },
        Ok(())
    );
    token
}

fn look(
    world: &World,
    token: &PresentedToken,
    (client, realm): (&'static str, Realm),
    by: Option<TokenId>,
    now: Timestamp,
) -> Result<Enhancement, PageError> {
    let token = token.clone();
    world.read(move |tx| tx.enhancement(&token, client, &realm, by, now))
}

fn more(token: &PresentedToken, interaction: TokenId) -> MoreScopes {
    MoreScopes {
        token: token.clone(),
        client_id: C1.to_owned(),
        realm: Realm::Accounts,
        interaction,
        user: U1,
        scopes: ScopeList::read(WRITE).unwrap(),
    }
}

fn enhance(world: &World, asked: &MoreScopes, now: Timestamp) -> Result<(), NoCode> {
    let (asked, catalog, trail) = (asked.clone(), Arc::clone(&world.catalog), world.trail(now));
    world.write(move |tx| tx.enhance(&asked, &catalog, &trail, now))
}

const HERE: (&str, Realm) = (C1, Realm::Accounts);

#[test]
fn a_yes_adds_to_the_grant_the_refresh_token_and_what_lives_of_it() {
    for_each_world(|world| {
        let (family, other) = (world.family(at(0)), world.family(at(1)));
        let token = begun(world, &family, at(10));
        let found = look(world, &token, HERE, None, at(11)).unwrap();
        assert_eq!((found.user, found.organization_id.as_str(), found.scopes.to_string().as_str()), (U1, O1, READ));
        assert!(!found.done);
        let asked = more(&token, world.id(at(11)));
        assert_eq!(enhance(world, &asked, at(12)), Ok(()));
        let both = format!("{READ} {WRITE}");
        assert_eq!(world.access(&family.access, at(13)).unwrap().scopes.to_string(), both);
        let (request, _) = world.refreshing(&family.refresh, at(13));
        assert_eq!(world.ask(&request, at(13)).unwrap().scopes.to_string(), both);
        assert_eq!(
            world.access(&other.access, at(13)).unwrap().scopes.to_string(),
            READ,
            "another family is as it was"
        );
        assert_eq!(world.audits(AuditEvent::Consented).len(), 3);
        // The same interaction ends where it ended; another finds it spent.
        world.unchanged(|| assert_eq!(enhance(world, &asked, at(14)), Ok(())));
        let again = more(&token, world.id(at(14)));
        world.unchanged(|| assert_eq!(enhance(world, &again, at(14)), Err(NoCode::Page(PageError::EnhancementSpent))));
        assert_eq!(look(world, &token, HERE, None, at(14)), Err(PageError::EnhancementSpent));
        assert!(look(world, &token, HERE, Some(asked.interaction), at(14)).unwrap().done);
    });
}

#[test]
fn what_an_enhancement_token_is_of_no_use_for() {
    for_each_world(|world| {
        let family = world.family(at(0));
        let token = begun(world, &family, at(10));
        let unknown = Err(PageError::EnhancementUnknown);
        assert_eq!(look(world, &guessed(&token), HERE, None, at(11)), unknown);
        assert_eq!(look(world, &family.access, HERE, None, at(11)), unknown);
        assert_eq!(look(world, &family.refresh, HERE, None, at(11)), unknown);
        assert_eq!(look(world, &token, (C2, Realm::Accounts), None, at(11)), unknown);
        assert_eq!(look(world, &token, (C1, portal()), None, at(11)), unknown);
        assert_eq!(world.access(&token, at(11)), Err(AccessError::Unknown));
        assert_eq!(world.refresh(&token, at(11)), Err(TokenError::RefreshTokenUnknown));
        let ended = Err(NoCode::Page(PageError::EnhancementEnded));
        assert_eq!(enhance(world, &more(&token, world.id(at(11))), at(610)), ended);
        let another = MoreScopes { user: U2, ..more(&token, world.id(at(11))) };
        let refused = enhance(world, &another, at(12));
        assert_eq!(refused, Err(NoCode::Page(PageError::EnhancementOfAnotherUser)));
        // What was revoked, withdrawn or left behind gains nothing.
        world.write(|tx| tx.set_memberships(U1, &[]));
        let left = enhance(world, &more(&token, world.id(at(13))), at(13));
        assert_eq!(left, Err(NoCode::Page(PageError::OrganizationNotAllowed)));
        world.write(|tx| tx.set_memberships(U1, &[(O1.to_owned(), false)]));
        world.revoke(&family.refresh, at(14)).unwrap();
        assert_eq!(enhance(world, &more(&token, world.id(at(15))), at(15)), ended);
        let (mut asked, _) = world.refreshing(&family.refresh, at(16));
        asked.access = kept(&world.token(at(16)), SecretKind::Enhancement);
        let catalog = Arc::clone(&world.catalog);
        let refused = world.write(move |tx| tx.begin_enhancement(&asked, &catalog, TEN_MINUTES, at(16)));
        assert_eq!(refused, Err(TokenError::RefreshTokenRevoked));
    });
}

#[test]
fn the_next_enhancement_token_takes_the_place_of_the_one_before() {
    for_each_world(|world| {
        let family = world.family(at(0));
        let (first, second) = (begun(world, &family, at(10)), begun(world, &family, at(11)));
        assert_eq!(look(world, &first, HERE, None, at(12)), Err(PageError::EnhancementUnknown));
        assert!(look(world, &second, HERE, None, at(12)).is_ok());
        assert_eq!(world.number("SELECT COUNT(*) FROM enhancements"), 1);
        // One that lives longer than codes are remembered is not swept before its end.
        let mut policy = world.policy.clone();
        policy.enhancement_token_lifetime = hours(2);
        world.write(move |tx| tx.sweep(&policy, 100, at(11 + 3601)));
        assert_eq!(world.number("SELECT COUNT(*) FROM enhancements"), 1);
        let policy = world.policy.clone();
        world.write(move |tx| tx.sweep(&policy, 100, at(11 + 3601)));
        assert_eq!(world.number("SELECT COUNT(*) FROM enhancements"), 0);
    });
}

fn for_organization(world: &World, by: UserId, new: &NewCode, now: Timestamp) -> Result<(), NoCode> {
    let (new, catalog, policy) = (new.clone(), Arc::clone(&world.catalog), world.policy.clone());
    let trail = world.trail(now);
    world.write(move |tx| tx.issue_organization_code(by, &new, &catalog, &policy, &trail, now)).map(|_| ())
}

#[test]
fn what_an_administrator_allows_is_the_organization_s() {
    for_each_world(|world| {
        let code = world.code(at(0));
        assert_eq!(for_organization(world, U1, &code.new, at(0)), Ok(()));
        let family = world.redeem(&code, at(1)).unwrap();
        assert_eq!(world.access(&family.access, at(2)).unwrap().user, None);
        // The second administrator finds the grant of the first.
        let quiet = NewCode { consented: false, offline: false, interaction: world.id(at(3)), ..code.new.clone() };
        assert_eq!(for_organization(world, U2, &quiet, at(3)), Ok(()));
        assert_eq!(world.number("SELECT COUNT(*) FROM grants"), 1);
        assert_eq!(world.audits(AuditEvent::Consented)[0].user, Some(U1));
        // Neither administrator's leaving ends it; the organization's own end does.
        world.write(|tx| tx.remove_user(U1));
        world.write(|tx| tx.set_memberships(U2, &[]));
        assert!(world.access(&family.access, at(4)).is_ok());
        assert!(world.refresh(&family.refresh, at(4)).is_ok());
        world.write(|tx| tx.remove_organization(O1));
        assert!(world.access(&family.access, at(5)).is_err());
    });
}

#[test]
fn only_who_administers_it_allows_for_an_organization() {
    for_each_world(|world| {
        let refused = |by, organization: &str| {
            let mut new = world.code(at(0)).new;
            new.organization_id = organization.to_owned();
            for_organization(world, by, &new, at(0))
        };
        assert_eq!(refused(U1, O2), Err(NoCode::Page(PageError::NotAdministrator)));
        assert_eq!(refused(U1, "9"), Err(NoCode::Page(PageError::OrganizationNotAllowed)));
        assert_eq!(refused(U1, ""), Err(NoCode::Page(PageError::NotAdministrator)));
        world.disable(U1, Realm::Accounts, "alice@zylker.example", true);
        assert_eq!(refused(U1, O1), Err(NoCode::Page(PageError::OrganizationNotAllowed)));
        assert_eq!(world.number("SELECT COUNT(*) FROM codes"), 0);
    });
}
