//! Tokens that go straight to a browser client's page: one per interaction, bound to grant and session, and swept.

use std::time::Duration;

use grantor_protocol::causes::{AccessError, PageError};
use grantor_protocol::people::Realm;
use grantor_protocol::scope::ScopeList;
use grantor_protocol::secret::SecretKind;
use grantor_protocol::time::Timestamp;
use grantor_protocol::token::{PresentedToken, TokenId};
use grantor_store::{
    AuditEvent, Consented, Implicit, NewBrowserSession, NewImplicit, NoCode, NotAgain, SeenFrom, SessionRefresh,
};

use crate::fixtures::{C1, C2, EMAIL, O1, O2, READ, U1, U2, World, at, for_each_world, kept};

const YES: Option<Consented> = Some(Consented { for_session: false });
const FOR_SESSION: Option<Consented> = Some(Consented { for_session: true });

fn session(world: &World, now: Timestamp) -> TokenId {
    let cookie = world.token(now);
    let new = NewBrowserSession {
        id: cookie.id,
        secret_hash: cookie.secret.hash(SecretKind::BrowserSession),
        realm: Realm::Accounts,
        user: U1,
        browser: [1; 32],
        seen_from: SeenFrom::default(),
    };
    world.write(move |tx| tx.start_session(&new, None, now));
    cookie.id
}

fn wanted(
    world: &World,
    session: TokenId,
    consented: Option<Consented>,
    now: Timestamp,
) -> (NewImplicit, PresentedToken) {
    let token = world.token(now);
    let new = NewImplicit {
        access: kept(&token, SecretKind::Access),
        client_id: C1.to_owned(),
        user: U1,
        organization_id: O1.to_owned(),
        scopes: ScopeList::read(READ).unwrap(),
        consented,
        session,
        fresh_grant: world.id(now),
    };
    (new, token)
}

fn issue(world: &World, new: &NewImplicit, now: Timestamp) -> Result<Implicit, NoCode> {
    let (new, catalog, policy) = (new.clone(), world.catalog.clone(), world.policy.clone());
    let trail = world.trail(now);
    world.write(move |tx| tx.issue_implicit(&new, &catalog, &policy, &trail, now))
}

fn again(world: &World, session: TokenId, scopes: Option<&str>, now: Timestamp) -> Result<PresentedToken, NotAgain> {
    let token = world.token(now);
    let asked = SessionRefresh {
        access: kept(&token, SecretKind::Access),
        client_id: C1.to_owned(),
        user: U1,
        session,
        scopes: scopes.map(|scopes| ScopeList::read(scopes).unwrap()),
        needs_organization: scopes == Some(READ),
    };
    let (catalog, policy) = (world.catalog.clone(), world.policy.clone());
    world.write(move |tx| tx.refresh_implicit(&asked, &catalog, &policy, now)).map(|_| token)
}

#[test]
fn one_interaction_makes_one_token() {
    for_each_world(|world| {
        let session = session(world, at(0));
        let (new, token) = wanted(world, session, YES, at(0));
        let made = issue(world, &new, at(0)).unwrap();
        assert_eq!((made.expires_at, made.granted_for_session), (at(3600), false));
        assert_eq!(world.unchanged(|| issue(world, &new, at(9))), Ok(made), "a second click");
        let live = world.access(&token, at(9)).unwrap();
        assert_eq!(
            (live.user.unwrap().id, live.organization_id.as_str(), live.scopes.to_string().as_str()),
            (U1, O1, READ)
        );
        assert_eq!(world.number("SELECT COUNT(*) FROM refresh_tokens"), 0);
        assert_eq!(world.audits(AuditEvent::Consented).len(), 1);
        world.revoke(&token, at(10)).unwrap();
        assert_eq!(issue(world, &new, at(10)), Err(NoCode::Finished));
        // Without a consent only what was allowed before.
        let (silent, _) = wanted(world, session, None, at(11));
        assert!(issue(world, &silent, at(11)).is_ok());
        let changes: [fn(&mut NewImplicit); 2] =
            [|new| new.scopes = ScopeList::read(EMAIL).unwrap(), |new| new.user = U2];
        for change in changes {
            let (mut more, _) = wanted(world, session, None, at(12));
            change(&mut more);
            assert_eq!(issue(world, &more, at(12)), Err(NoCode::ConsentGone));
        }
        assert!(world.withdraw(U1, O1, at(13)));
        let (silent, _) = wanted(world, session, None, at(14));
        assert_eq!(issue(world, &silent, at(14)), Err(NoCode::ConsentGone));
    });
}

#[test]
fn a_session_grant_is_of_one_session_client_and_grant() {
    for_each_world(|world| {
        let (own, other) = (session(world, at(0)), session(world, at(0)));
        issue(world, &wanted(world, own, FOR_SESSION, at(0)).0, at(0)).unwrap();
        let token = again(world, own, Some(READ), at(1)).unwrap();
        assert!(world.access(&token, at(1)).is_ok());
        assert!(again(world, own, None, at(1)).is_ok());
        assert_eq!(again(world, own, Some(EMAIL), at(1)), Err(NotAgain::ScopeNotGranted));
        assert_eq!(world.unchanged(|| again(world, other, Some(READ), at(1))), Err(NotAgain::NotGranted));
        // Withdrawn and given again without "for this session", the old one does not come back.
        assert!(world.withdraw(U1, O1, at(2)));
        assert_eq!(world.access(&token, at(2)), Err(AccessError::Revoked));
        assert_eq!(again(world, own, Some(READ), at(2)), Err(NotAgain::NotGranted));
        issue(world, &wanted(world, other, YES, at(3)).0, at(3)).unwrap();
        assert_eq!(again(world, own, Some(READ), at(3)), Err(NotAgain::NotGranted));
        // It ends with the session.
        issue(world, &wanted(world, own, FOR_SESSION, at(4)).0, at(4)).unwrap();
        assert!(again(world, own, Some(READ), at(4)).is_ok());
        world.write(move |tx| tx.end_session(own, at(5)));
        assert_eq!(again(world, own, Some(READ), at(5)), Err(NotAgain::NotGranted));
    });
}

#[test]
fn a_session_grant_needs_the_membership_and_not_another_client_s() {
    for_each_world(|world| {
        let own = session(world, at(0));
        let (mut foreign, _) = wanted(world, own, FOR_SESSION, at(0));
        foreign.client_id = C2.to_owned();
        issue(world, &foreign, at(0)).unwrap();
        assert_eq!(again(world, own, Some(READ), at(0)), Err(NotAgain::NotGranted));
        issue(world, &wanted(world, own, FOR_SESSION, at(1)).0, at(1)).unwrap();
        world.write(|tx| tx.set_memberships(U1, &[(O2.to_owned(), false)]));
        assert_eq!(again(world, own, Some(READ), at(1)), Err(NotAgain::NotGranted));
        let (new, _) = wanted(world, own, YES, at(1));
        assert_eq!(issue(world, &new, at(1)), Err(NoCode::Page(PageError::OrganizationNotAllowed)));
    });
}

#[test]
fn tokens_by_redirect_count_as_codes() {
    for_each_world(|world| {
        let own = session(world, at(0));
        issue(world, &wanted(world, own, FOR_SESSION, at(0)).0, at(0)).unwrap();
        for n in 1..9 {
            again(world, own, Some(READ), at(n)).unwrap();
        }
        world.issued(at(9));
        let throttled = PageError::CodesThrottled;
        assert_eq!(again(world, own, Some(READ), at(10)), Err(NotAgain::Page(throttled.clone())));
        let (new, _) = wanted(world, own, None, at(10));
        assert_eq!(world.unchanged(|| issue(world, &new, at(10))), Err(NoCode::Page(throttled)));
        assert!(again(world, own, Some(READ), at(600)).is_ok());
    });
}

#[test]
fn session_grants_go_with_their_sessions() {
    for_each_world(|world| {
        let own = session(world, at(0));
        issue(world, &wanted(world, own, FOR_SESSION, at(0)).0, at(0)).unwrap();
        let (policy, end) = (world.policy.clone(), at(0).plus(world.policy.session_lifetime));
        let sweep = |now: Timestamp| {
            let policy = policy.clone();
            world.write(move |tx| tx.sweep(&policy, 100, now));
            world.number("SELECT COUNT(*) FROM session_grants")
        };
        assert_eq!(sweep(end), 1);
        assert_eq!(sweep(end.plus(Duration::from_millis(1))), 0);
    });
}
