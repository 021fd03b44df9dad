//! Families whose refresh token turns: a retry gets the same pair, a reuse ends the family, a guess ends nothing.

use std::sync::Arc;
use std::time::Duration;

use grantor_protocol::causes::{AccessError, RevokeError, TokenError};
use grantor_protocol::dialect::Dialect;
use grantor_protocol::resource::{Resource, Resources, Target, TokenFormat};
use grantor_protocol::scope::ScopeList;
use grantor_protocol::secret::TokenSecret;
use grantor_protocol::time::Timestamp;
use grantor_protocol::token::PresentedToken;
use grantor_store::{AuditEvent, NewCode, RefreshRequest, Renewal};

use crate::fixtures::{
    ALL, C2, EMAIL, Family, O1, READ, U1, World, at, for_each_world, guessed, just_before, kept, portal, revocation,
    rotation_key,
};

const API: &str = "https://api.example";
const DAY: i64 = 86_400;

fn standard(new: &mut NewCode) {
    new.origin.dialect = Dialect::Standard;
}

fn family(world: &World, now: Timestamp) -> Family {
    world.family_with(now, standard)
}

/// Refreshes, and answers the pair that came.
fn turn(world: &World, refresh: &PresentedToken, now: Timestamp) -> Result<Family, TokenError> {
    let (asked, _) = world.refreshing(refresh, now);
    pair(world, &asked, &world.renewal(Target::default()), now)
}

fn pair(world: &World, asked: &RefreshRequest, with: &Renewal, now: Timestamp) -> Result<Family, TokenError> {
    world.ask_narrowed(asked, with, now).map(|given| {
        let turned = given.turned.expect("a family that rotates");
        Family { refresh: PresentedToken { id: asked.refresh.id, secret: turned.refresh }, access: turned.access }
    })
}

fn secrets(pair: &Family) -> (&PresentedToken, &PresentedToken) {
    (&pair.refresh, &pair.access)
}

#[test]
fn each_use_gives_a_new_pair_of_the_same_family() {
    for_each_world(|world| {
        let first = family(world, at(0));
        let second = turn(world, &first.refresh, at(10)).unwrap();
        let third = turn(world, &second.refresh, at(20)).unwrap();
        assert_ne!(second.refresh, first.refresh);
        assert_ne!(third.refresh, second.refresh);
        for token in [&first.access, &second.access, &third.access] {
            assert!(world.access(token, at(20)).is_ok(), "an access token lives its life");
        }
        assert_eq!(world.access(&third.access, at(20)).unwrap().expires_at, at(3620));
        assert_eq!(world.number("SELECT count(*) FROM refresh_tokens"), 1, "one row for all of them");
        assert_eq!(world.number("SELECT generation FROM refresh_tokens"), 2);
    });
}

#[test]
fn a_retry_within_the_grace_gets_the_very_same_pair() {
    for_each_world(|world| {
        let first = family(world, at(0));
        let second = turn(world, &first.refresh, at(10)).unwrap();
        for now in [at(10), at(25), just_before(at(40)), at(9)] {
            let again = world.unchanged(|| turn(world, &first.refresh, now)).unwrap();
            assert_eq!(secrets(&again), secrets(&second), "at {now:?}");
        }
        assert!(world.access(&second.access, at(39)).is_ok());
        // Whatever a retry asks for, the pair is the one that was given.
        let (asked, _) = world.refreshing(&first.refresh, at(30));
        let narrow = Target { scopes: Some(ScopeList::read(EMAIL).unwrap()), resources: vec![API.to_owned()] };
        let again = world.ask_narrowed(&asked, &world.renewal(narrow), at(30)).unwrap();
        assert_eq!((again.scopes.to_string(), again.made_at), (READ.to_owned(), at(10)));
        let third = turn(world, &second.refresh, at(41)).unwrap();
        assert!(turn(world, &third.refresh, at(42)).is_ok());
    });
}

#[test]
fn reuse_after_the_grace_ends_the_family() {
    for_each_world(|world| {
        let first = family(world, at(0));
        let second = turn(world, &first.refresh, at(10)).unwrap();
        assert_eq!(turn(world, &first.refresh, at(40)).unwrap_err(), TokenError::RefreshTokenReused);
        let (id, trail) = (first.refresh.id, world.trail(at(40)));
        world.write(move |tx| tx.note_reuse(id, &trail, at(40)));
        assert_eq!(turn(world, &second.refresh, at(40)).unwrap_err(), TokenError::RefreshTokenRevoked);
        for token in [&first.access, &second.access] {
            assert_eq!(world.access(token, at(40)), Err(AccessError::Revoked));
        }
        assert_eq!(turn(world, &first.refresh, at(41)).unwrap_err(), TokenError::RefreshTokenRevoked);
        let noted = world.audits(AuditEvent::RefreshTokenReused);
        assert_eq!((noted.len(), noted[0].user), (1, Some(U1)));
        assert_eq!(world.number("SELECT count(*) FROM grants WHERE length(refresh_ids) > 0"), 0, "off the list");
        // The clock set back revives nothing.
        assert_eq!(turn(world, &second.refresh, at(5)).unwrap_err(), TokenError::RefreshTokenRevoked);
    });
}

#[test]
fn the_grace_is_one_generation_deep() {
    for_each_world(|world| {
        // All within one second: it is generations that count, not time.
        for depth in 2..6 {
            let first = family(world, at(0));
            let mut newest = first.clone();
            for _ in 0..depth {
                newest = turn(world, &newest.refresh, at(1)).unwrap();
            }
            assert_eq!(turn(world, &first.refresh, at(1)).unwrap_err(), TokenError::RefreshTokenReused);
            assert_eq!(turn(world, &newest.refresh, at(1)).unwrap_err(), TokenError::RefreshTokenRevoked);
            assert_eq!(world.access(&newest.access, at(1)), Err(AccessError::Revoked));
        }
    });
}

#[test]
fn without_a_grace_the_second_use_ends_the_family() {
    for_each_world(|world| {
        world.policy.refresh_grace = Duration::ZERO;
        let first = family(world, at(0));
        let second = turn(world, &first.refresh, at(1)).unwrap();
        assert_eq!(turn(world, &first.refresh, at(1)).unwrap_err(), TokenError::RefreshTokenReused);
        assert!(turn(world, &second.refresh, at(1)).is_err());
    });
}

#[test]
fn a_guess_ends_nothing() {
    for_each_world(|world| {
        let first = family(world, at(0));
        let other = family(world, at(0));
        let mut newest = turn(world, &first.refresh, at(1)).unwrap();
        newest = turn(world, &newest.refresh, at(2)).unwrap();
        let of_other = PresentedToken { id: first.refresh.id, secret: other.refresh.secret.clone() };
        let access = PresentedToken { id: first.refresh.id, secret: newest.access.secret.clone() };
        // A successor that nobody was given yet is no ancestor.
        let ahead = PresentedToken {
            id: first.refresh.id,
            secret: rotation_key().successor(&first.refresh.id, &newest.refresh.secret),
        };
        for wrong in [guessed(&first.refresh), of_other, access, ahead] {
            let refused = world.unchanged(|| turn(world, &wrong, at(100)).unwrap_err());
            assert_eq!(refused, TokenError::RefreshTokenUnknown);
            assert_eq!(world.unchanged(|| world.revoke(&wrong, at(100))), Err(RevokeError::Unknown));
        }
        assert!(turn(world, &newest.refresh, at(100)).is_ok());
    });
}

#[test]
fn another_client_or_door_ends_nothing_even_with_an_old_token() {
    for_each_world(|world| {
        let first = family(world, at(0));
        let second = turn(world, &first.refresh, at(1)).unwrap();
        for token in [&first.refresh, &second.refresh] {
            let (right, _) = world.refreshing(token, at(100));
            let with = |change: &dyn Fn(&mut RefreshRequest)| {
                let mut asked = right.clone();
                change(&mut asked);
                world.unchanged(|| world.ask(&asked, at(100))).unwrap_err()
            };
            assert_eq!(with(&|a| a.client_id = C2.to_owned()), TokenError::RefreshTokenOfAnotherClient);
            assert_eq!(with(&|a| a.realm = portal()), TokenError::RefreshTokenOfAnotherRealm);
            let mut asked = revocation(token);
            asked.client_id = Some(C2.to_owned());
            assert_eq!(world.unchanged(|| world.ask_revoke(&asked, at(100))), Err(RevokeError::OfAnotherClient));
        }
        assert!(turn(world, &second.refresh, at(100)).is_ok());
    });
}

#[test]
fn revoking_any_generation_ends_the_family_and_beats_the_grace() {
    for_each_world(|world| {
        for which in 0..4 {
            let mut all = vec![family(world, at(0))];
            for _ in 0..3 {
                let newest = turn(world, &all.last().unwrap().refresh, at(1)).unwrap();
                all.push(newest);
            }
            world.revoke(&all[which].refresh, at(2)).unwrap();
            for pair in &all {
                assert_eq!(turn(world, &pair.refresh, at(2)).unwrap_err(), TokenError::RefreshTokenRevoked);
                assert_eq!(world.access(&pair.access, at(2)), Err(AccessError::Revoked));
            }
            assert!(world.revoke(&all[which].refresh, at(3)).is_ok(), "again");
        }
    });
}

#[test]
fn a_family_ends_when_it_lies_unused_or_grows_old() {
    for_each_world(|world| {
        let (idle, busy) = (family(world, at(0)), family(world, at(0)));
        let turned = turn(world, &idle.refresh, just_before(at(30 * DAY))).unwrap();
        let over = at(60 * DAY);
        assert_eq!(turn(world, &turned.refresh, over).unwrap_err(), TokenError::RefreshTokenExpired);
        let back = turn(world, &turned.refresh, at(31 * DAY)).unwrap_err();
        assert_eq!(back, TokenError::RefreshTokenRevoked, "a clock set back does not revive it");
        let mut newest = busy;
        for n in 1..=18 {
            newest = turn(world, &newest.refresh, at(n * 20 * DAY)).unwrap();
        }
        newest = turn(world, &newest.refresh, just_before(at(365 * DAY))).unwrap();
        assert_eq!(turn(world, &newest.refresh, at(365 * DAY)).unwrap_err(), TokenError::RefreshTokenExpired);
    });
}

#[test]
fn the_rules_are_those_it_began_with() {
    for_each_world(|world| {
        let old = family(world, at(0));
        world.policy.refresh_token_idle = Duration::from_mins(5);
        world.policy.refresh_token_lifetime = Duration::from_mins(10);
        let new = family(world, at(0));
        assert!(turn(world, &old.refresh, at(3600)).is_ok());
        assert_eq!(turn(world, &new.refresh, at(300)).unwrap_err(), TokenError::RefreshTokenExpired);
    });
}

#[test]
fn the_throttle_counts_turns_and_not_retries() {
    for_each_world(|world| {
        let mut newest = family(world, at(0));
        let mut before = newest.clone();
        for n in 0..10 {
            before = newest;
            newest = turn(world, &before.refresh, at(n)).unwrap();
            assert_eq!(secrets(&turn(world, &before.refresh, at(n)).unwrap()), secrets(&newest));
        }
        let refused = world.unchanged(|| turn(world, &newest.refresh, at(10)).unwrap_err());
        assert_eq!(refused, TokenError::AccessTokensThrottled, "and nothing turned");
        assert!(turn(world, &before.refresh, at(10)).is_ok(), "whoever lost the last answer still gets it");
        assert!(turn(world, &newest.refresh, at(600)).is_ok());
    });
}

#[test]
fn a_narrower_token_does_not_shrink_the_family() {
    for_each_world(|world| {
        let resources = Arc::new(Resources::new(vec![
            Resource {
                audience: API.to_owned(),
                scopes: ScopeList::read(ALL).unwrap(),
                format: TokenFormat::Jwt,
                clients: vec![],
            },
            Resource { audience: "urn:other".to_owned(), ..Resource::default() },
        ]));
        let code = world.issued_with(at(0), |new| {
            standard(new);
            new.scopes = ScopeList::read(&format!("{EMAIL} {ALL}")).unwrap();
            new.origin.resource = API.to_owned();
        });
        let (mut asked, first) = world.redemption(&code, at(0));
        asked.resources = Arc::clone(&resources);
        let redeemed = world.present(&asked, at(0)).unwrap();
        assert_eq!((redeemed.access_scopes.to_string(), redeemed.format), (ALL.to_owned(), TokenFormat::Jwt));
        let with = |scopes: Option<&str>, resource: Option<&str>| Renewal {
            resources: Arc::clone(&resources),
            ..world.renewal(Target {
                scopes: scopes.map(|text| ScopeList::read(text).unwrap()),
                resources: resource.map(str::to_owned).into_iter().collect(),
            })
        };
        let (asked, _) = world.refreshing(&first.refresh, at(1));
        for (scopes, resource, refused) in [
            (Some("ZohoBigin.modules.contacts.WRITE email openid"), None, TokenError::ScopeNotGranted),
            (None, Some("urn:other"), TokenError::ResourceNotGranted),
            (None, Some("urn:nowhere"), TokenError::ResourceNotGranted),
            (Some(EMAIL), None, TokenError::ScopeNotGranted),
        ] {
            let result = world.unchanged(|| world.ask_narrowed(&asked, &with(scopes, resource), at(1)));
            assert_eq!(result.unwrap_err(), refused, "{scopes:?} {resource:?}");
        }
        let given = world.ask_narrowed(&asked, &with(Some(READ), Some(API)), at(1)).unwrap();
        assert_eq!(given.scopes.to_string(), READ);
        assert_eq!((given.resource.as_str(), given.format), (API, TokenFormat::Jwt));
        let turned = given.turned.unwrap();
        let live = world.access(&turned.access, at(1)).unwrap();
        assert_eq!((live.scopes.to_string(), live.resource.as_str()), (READ.to_owned(), API));
        let id = turned.access.id;
        let signed = world.read(move |tx| tx.signed_access(id, at(1))).unwrap();
        assert_eq!(signed, live, "a JWT is known by its identifier");
        // The next one has everything again that means something there.
        let next = PresentedToken { id: asked.refresh.id, secret: turned.refresh };
        let (asked, _) = world.refreshing(&next, at(2));
        assert_eq!(world.ask_narrowed(&asked, &with(None, None), at(2)).unwrap().scopes.to_string(), ALL);
        // Revoked as what it is: the one token alone.
        let mut revoked = revocation(&turned.access);
        revoked.token.secret = TokenSecret::from_bytes([0; 16]);
        let trail = world.trail(at(3));
        world.write(move |tx| tx.revoke_signed(&revoked, &trail, at(3))).unwrap();
        assert_eq!(world.access(&turned.access, at(3)), Err(AccessError::Revoked));
        assert!(world.access(&first.access, at(3)).is_ok());
    });
}

#[test]
fn a_family_of_the_accounts_dialect_does_not_turn_but_may_be_narrowed() {
    for_each_world(|world| {
        let family = world.family_with(at(0), |new| new.scopes = ScopeList::read(&format!("{EMAIL} {ALL}")).unwrap());
        let (asked, access) = world.refreshing(&family.refresh, at(1));
        let narrow = world.renewal(Target { scopes: Some(ScopeList::read(READ).unwrap()), resources: vec![] });
        let given = world.ask_narrowed(&asked, &narrow, at(1)).unwrap();
        assert_eq!((given.scopes.to_string(), given.turned), (READ.to_owned(), None));
        assert_eq!(world.access(&access, at(1)).unwrap().scopes.to_string(), READ);
        let all = world.refresh(&family.refresh, at(500 * DAY)).unwrap();
        assert_eq!(world.access(&all, at(500 * DAY)).unwrap().scopes.len(), 2);
    });
}

#[test]
fn an_expired_family_is_swept_one_day() {
    for_each_world(|world| {
        family(world, at(0));
        let policy = world.policy.clone();
        let sweep = |now| {
            let policy = policy.clone();
            world.write(move |tx| tx.sweep(&policy, 100, now));
            world.number("SELECT count(*) FROM refresh_tokens")
        };
        assert_eq!(sweep(at(365 * DAY + 30 * DAY)), 1);
        assert_eq!(sweep(at(365 * DAY + 30 * DAY + 1)), 0);
    });
}

#[test]
fn an_assertion_is_good_once() {
    for_each_world(|world| {
        let spend =
            |client: &'static str, id: &'static str| world.write(move |tx| tx.spend_assertion(client, id, at(300)));
        assert!(spend("a", "1") && spend("a", "2") && spend("b", "1"));
        assert!(!spend("a", "1") && !spend("b", "1"));
        let policy = world.policy.clone();
        world.write(move |tx| tx.sweep(&policy, 100, at(301)));
        assert_eq!(world.number("SELECT count(*) FROM assertions"), 0);
    });
}

#[test]
fn the_code_aims_the_first_token() {
    for_each_world(|world| {
        let resources = Arc::new(Resources::new(vec![Resource { audience: API.to_owned(), ..Resource::default() }]));
        let code = world.issued_with(at(0), |new| {
            standard(new);
            new.origin.resource = API.to_owned();
        });
        let (mut asked, given) = world.redemption(&code, at(1));
        asked.resources = resources;
        asked.target.resources = vec!["urn:other".to_owned()];
        assert_eq!(world.unchanged(|| world.present(&asked, at(1))).unwrap_err(), TokenError::ResourceNotGranted);
        asked.target.resources = vec![];
        asked.access = kept(&given.access, grantor_protocol::secret::SecretKind::Access);
        let redeemed = world.present(&asked, at(1)).unwrap();
        assert_eq!((redeemed.resource.as_str(), redeemed.organization_id.as_str()), (API, O1));
        assert_eq!(world.access(&given.access, at(1)).unwrap().resource, API);
    });
}

#[test]
fn a_client_without_a_secret_needs_a_challenge() {
    for_each_world(|world| {
        let code = world.issued(at(0));
        let (mut asked, _) = world.redemption(&code, at(1));
        asked.public = true;
        assert_eq!(world.present(&asked, at(1)).unwrap_err(), TokenError::VerifierMissing);
        asked.public = false;
        assert_eq!(world.present(&asked, at(1)).unwrap_err(), TokenError::CodeUsedJustNow, "it was spent");
    });
}
