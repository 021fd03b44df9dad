//! What an organization's administrators decided holds wherever tokens come from (security case I03, E09): one table of
//! decisions, asked of every way to a token; and reviews.

use std::sync::Arc;
use std::time::Duration;

use grantor_protocol::causes::{PageError, TokenError};
use grantor_protocol::organization_policy::{OrganizationPolicy, ReviewState};
use grantor_protocol::people::Realm;
use grantor_protocol::scope::ScopeList;
use grantor_protocol::secret::SecretKind;
use grantor_protocol::time::Timestamp;
use grantor_protocol::token::TokenId;
use grantor_store::{
    ActsFor, AuditEvent, ClientTokenRequest, CodeKind, Consented, NewBrowserSession, NewImplicit, NoCode, NotAgain,
    SeenFrom, SessionRefresh,
};

use crate::fixtures::{ALL, C1, O1, O2, READ, U1, U2, World, at, for_each_world, kept, portal};

/// A decision, and what it says of [`C1`] with [`READ`].
struct Decision {
    name: &'static str,
    policy: OrganizationPolicy,
    cause: TokenError,
}

fn decisions() -> Vec<Decision> {
    let blank = OrganizationPolicy::default;
    let listed = |clients: &[&str]| OrganizationPolicy {
        clients_listed: true,
        clients: clients.iter().map(|c| (*c).to_owned()).collect(),
        ..blank()
    };
    let blocked = |scope: &str| OrganizationPolicy { blocked_scopes: vec![scope.to_owned()], ..blank() };
    vec![
        Decision { name: "nobody listed", policy: listed(&[]), cause: TokenError::PolicyClientBlocked },
        Decision { name: "others listed", policy: listed(&["1000.OTHER"]), cause: TokenError::PolicyClientBlocked },
        Decision { name: "the scope", policy: blocked(READ), cause: TokenError::PolicyScopeBlocked(READ.to_owned()) },
        Decision { name: "its group", policy: blocked(ALL), cause: TokenError::PolicyScopeBlocked(READ.to_owned()) },
        Decision {
            name: "review",
            policy: OrganizationPolicy { review_required: true, ..blank() },
            cause: TokenError::PolicyReviewRequired,
        },
    ]
}

fn decide(world: &World, policy: &OrganizationPolicy, now: Timestamp) {
    let (policy, trail) = (policy.clone(), world.trail(now));
    world.write(move |tx| tx.set_organization_policy(O1, U2, &policy, &trail, now));
}

fn page(cause: &TokenError) -> PageError {
    match cause {
        TokenError::PolicyScopeBlocked(scope) => PageError::PolicyScopeBlocked(scope.clone()),
        TokenError::PolicyReviewRequired => PageError::PolicyReviewRequired,
        TokenError::PolicyLifeOver => PageError::PolicyLifeOver,
        _ => PageError::PolicyClientBlocked,
    }
}

fn client_token(world: &World, now: Timestamp) -> Result<(), TokenError> {
    let access = world.token(now);
    let asked = ClientTokenRequest {
        client_id: C1.to_owned(),
        realm: Realm::Accounts,
        acts_for: ActsFor::User(U2),
        organization_id: O1.to_owned(),
        scopes: ScopeList::read(READ).unwrap(),
        resource: String::new(),
        access: kept(&access, SecretKind::Access),
        fresh_grant: world.id(now),
        event: AuditEvent::ClientTokenIssued,
    };
    let (catalog, policy, trail) = (Arc::clone(&world.catalog), world.policy.clone(), world.trail(now));
    world.write(move |tx| tx.issue_client_token(&asked, &catalog, &policy, &trail, now)).map(|_| ())
}

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

fn implicit(world: &World, session: TokenId, consented: Option<Consented>, now: Timestamp) -> Result<(), NoCode> {
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
    let (catalog, policy, trail) = (Arc::clone(&world.catalog), world.policy.clone(), world.trail(now));
    world.write(move |tx| tx.issue_implicit(&new, &catalog, &policy, &trail, now)).map(|_| ())
}

fn again(world: &World, session: TokenId, now: Timestamp) -> Result<(), NotAgain> {
    let token = world.token(now);
    let asked = SessionRefresh {
        access: kept(&token, SecretKind::Access),
        client_id: C1.to_owned(),
        user: U1,
        session,
        scopes: None,
        needs_organization: true,
    };
    let (catalog, policy) = (Arc::clone(&world.catalog), world.policy.clone());
    world.write(move |tx| tx.refresh_implicit(&asked, &catalog, &policy, now)).map(|_| ())
}

fn organization_code(world: &World, now: Timestamp) -> Result<(), NoCode> {
    let code = world.code(now);
    let (catalog, policy, trail) = (Arc::clone(&world.catalog), world.policy.clone(), world.trail(now));
    world.write(move |tx| tx.issue_organization_code(U1, &code.new, &catalog, &policy, &trail, now)).map(|_| ())
}

#[test]
fn i03_a_decision_holds_on_every_way_to_a_token() {
    for_each_world(|world| {
        world.policy.throttles = false;
        let family = world.family(at(0));
        let customer = world.portal_family(at(0));
        let elsewhere = world.family_with(at(0), |new| new.organization_id = O2.to_owned());
        let without = world.family_with(at(0), |new| {
            new.organization_id = String::new();
            new.scopes = ScopeList::read("email").unwrap();
        });
        let session = session(world, at(0));
        implicit(world, session, Some(Consented { for_session: true }), at(0)).unwrap();
        let mut codes = Vec::new();
        for kind in [CodeKind::Code, CodeKind::SelfClient] {
            codes.push(world.issued_with(at(1), |new| new.kind = kind));
        }
        for Decision { name, policy, cause } in decisions() {
            decide(world, &policy, at(2));
            let refused = Err(cause.clone());
            assert_eq!(world.refresh(&family.refresh, at(3)).map(|_| ()), refused, "refresh: {name}");
            let (mut asked, _) = world.refreshing(&customer.refresh, at(3));
            asked.realm = portal();
            assert_eq!(world.ask(&asked, at(3)).map(|_| ()), refused, "a portal's user's refresh: {name}");
            for code in &codes {
                assert_eq!(world.redeem(code, at(3)).map(|_| ()), refused, "{:?}: {name}", code.new.kind);
            }
            assert_eq!(client_token(world, at(3)), refused, "client credentials: {name}");
            let stopped = Err(NoCode::Page(page(&cause)));
            for kind in [CodeKind::Code, CodeKind::SelfClient, CodeKind::Device] {
                for consented in [true, false] {
                    let mut code = world.code(at(3));
                    (code.new.kind, code.new.consented) = (kind, consented);
                    assert_eq!(world.issue(&code, at(3)), stopped, "{kind:?} {consented}: {name}");
                }
            }
            assert_eq!(organization_code(world, at(3)), stopped, "the whole organization: {name}");
            for consented in [Some(Consented { for_session: false }), None] {
                assert_eq!(implicit(world, session, consented, at(3)), stopped, "implicit: {name}");
            }
            assert!(matches!(again(world, session, at(3)), Err(NotAgain::Barred(_))), "silently: {name}");
            // Nobody else's decision.
            assert!(world.refresh(&elsewhere.refresh, at(3)).is_ok(), "another organization: {name}");
            assert!(world.refresh(&without.refresh, at(3)).is_ok(), "no organization: {name}");
        }
        // Taken back, everything goes on: no refusal spent a code or ended a token.
        decide(world, &OrganizationPolicy::default(), at(4));
        world.refresh(&family.refresh, at(5)).unwrap();
        for code in &codes {
            world.redeem(code, at(5)).unwrap();
        }
        client_token(world, at(5)).unwrap();
        again(world, session, at(5)).unwrap();
    });
}

#[test]
fn a_grant_ends_when_its_consent_is_too_old_and_another_consent_begins_anew() {
    for_each_world(|world| {
        let (old, online) = (world.family(at(0)), world.code(at(99)));
        let session = session(world, at(0));
        implicit(world, session, Some(Consented { for_session: true }), at(0)).unwrap();
        client_token(world, at(0)).unwrap();
        decide(world, &OrganizationPolicy { maximum_life: Duration::from_secs(100), ..Default::default() }, at(50));
        assert!(world.refresh(&old.refresh, at(99)).is_ok());
        assert_eq!(world.read(|tx| tx.grant_facts(U1, C1, at(99))).len(), 1);
        assert_eq!(world.refresh(&old.refresh, at(100)), Err(TokenError::PolicyLifeOver));
        assert!(world.read(|tx| tx.grant_facts(U1, C1, at(100))).is_empty(), "what is too old is asked again");
        let mut silent = online.clone();
        silent.new.consented = false;
        assert_eq!(world.issue(&silent, at(100)), Err(NoCode::ConsentGone));
        assert_eq!(implicit(world, session, None, at(100)), Err(NoCode::ConsentGone));
        assert!(matches!(again(world, session, at(100)), Err(NotAgain::Barred(_))));
        assert!(client_token(world, at(100)).is_ok(), "where nobody consented nothing gets too old");
        let fresh = world.family(at(101));
        assert!(world.refresh(&fresh.refresh, at(200)).is_ok());
        assert!(world.refresh(&old.refresh, at(200)).is_ok(), "it is one grant, and was consented to again");
        assert_eq!(world.refresh(&fresh.refresh, at(201)), Err(TokenError::PolicyLifeOver));
    });
}

#[test]
fn a_review_opens_the_client_and_another_closes_it() {
    for_each_world(|world| {
        let family = world.family(at(0));
        decide(world, &OrganizationPolicy { review_required: true, ..Default::default() }, at(1));
        let refreshed = |world: &World, now| world.refresh(&family.refresh, now).map(|_| ());
        assert_eq!(refreshed(world, at(2)), Err(TokenError::PolicyReviewRequired));
        let ask = |world: &World| {
            let trail = world.trail(at(3));
            world.write(move |tx| tx.ask_for_review(O1, C1, U1, &trail, at(3)));
        };
        let decide = |world: &World, organization: &'static str, state| {
            let trail = world.trail(at(4));
            world.write(move |tx| tx.decide_review(organization, C1, U2, state, &trail, at(4)))
        };
        assert!(!decide(world, O1, ReviewState::Approved), "nobody asked");
        ask(world);
        ask(world);
        assert_eq!(refreshed(world, at(3)), Err(TokenError::PolicyReviewRequired));
        assert!(!world.unchanged(|| decide(world, O2, ReviewState::Approved)), "another organization's");
        assert!(decide(world, O1, ReviewState::Approved));
        assert_eq!(refreshed(world, at(5)), Ok(()));
        assert!(decide(world, O1, ReviewState::Refused));
        assert_eq!(refreshed(world, at(6)), Err(TokenError::PolicyClientBlocked));
        ask(world);
        assert_eq!(refreshed(world, at(7)), Err(TokenError::PolicyClientBlocked), "a no stays one");
        let all = world.read(|tx| tx.reviews(O1));
        assert_eq!(
            (all.len(), all[0].state, all[0].asked_by.as_str()),
            (1, ReviewState::Refused, "Alice@Zylker.Example")
        );
        assert_eq!(world.audits(AuditEvent::ReviewAsked).len(), 1);
        assert_eq!(world.audits(AuditEvent::ReviewDecided).len(), 2);
        world.write(|tx| tx.remove_grants_to(C1));
        assert!(world.read(|tx| tx.reviews(O1)).is_empty(), "another client of the same id inherits nothing");
    });
}

#[test]
fn more_scopes_are_judged_with_those_there_are() {
    for_each_world(|world| {
        let family = world.family(at(0));
        let (mut asked, _) = world.refreshing(&family.refresh, at(1));
        asked.access = kept(&world.token(at(1)), SecretKind::Enhancement);
        decide(world, &OrganizationPolicy { blocked_scopes: vec![ALL.to_owned()], ..Default::default() }, at(1));
        let catalog = Arc::clone(&world.catalog);
        let begun = world.write(move |tx| tx.begin_enhancement(&asked, &catalog, Duration::from_mins(10), at(2)));
        assert_eq!(begun, Err(TokenError::PolicyScopeBlocked(READ.to_owned())));
    });
}

#[test]
fn the_audit_tells_what_a_policy_was_and_is() {
    for_each_world(|world| {
        let one = OrganizationPolicy { clients_listed: true, clients: vec![C1.to_owned()], ..Default::default() };
        decide(world, &one, at(1));
        assert_eq!(world.read(|tx| tx.organization_policy(O1)), one);
        assert_eq!(world.read(|tx| tx.organization_policy(O2)), OrganizationPolicy::default());
        let life = Duration::from_hours(24 * 30);
        decide(world, &OrganizationPolicy { maximum_life: life, ..one.clone() }, at(2));
        let rows = world.audits(AuditEvent::PolicyChanged);
        assert_eq!((rows[0].user, rows[0].organization_id.as_deref()), (Some(U2), Some(O1)));
        assert_eq!(
            rows[0].detail,
            "before: clients only 1000.C1, blocked scopes none, maximum life none, review not required; \
             now: clients only 1000.C1, blocked scopes none, maximum life 30 days, review not required"
        );
        // A removed organization leaves no decision to one of the same number.
        world.write(|tx| tx.remove_organization(O1));
        assert_eq!(world.read(|tx| tx.organization_policy(O1)), OrganizationPolicy::default());
    });
}
