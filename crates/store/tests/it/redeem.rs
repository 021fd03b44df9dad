//! Redeeming codes: exactly once, by its client, at its door, in time and with proof.

use std::sync::Arc;
use std::time::Duration;

use grantor_protocol::causes::{AccessError, TokenError};
use grantor_protocol::dialect::Dialect;
use grantor_protocol::issue::FamilyRules;
use grantor_protocol::people::Realm;
use grantor_protocol::pkce::Challenge;
use grantor_protocol::policy::{Policy, Preset, RefreshTokenCap};
use grantor_protocol::resource::TokenFormat;
use grantor_protocol::scope::{Catalog, CatalogScope, ScopeList};
use grantor_protocol::time::Timestamp;
use grantor_store::{AuditEvent, Fullness, NewCode, Origin, RedeemedCode};

use crate::fixtures::{
    C1, C2, CALLBACK, EMAIL, O1, O2, P1, PU, READ, U1, U2, World, at, for_each_world, guessed, in_portal, just_before,
    portal,
};

// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn challenged(new: &mut NewCode) {
    new.challenge = Challenge::read(Some(CHALLENGE), Some("S256")).unwrap();
}

fn online(new: &mut NewCode) {
    new.offline = false;
}

#[test]
fn an_offline_code_becomes_a_family() {
    for_each_world(|world| {
        let code = world.issued_with(at(0), |new| new.scopes = ScopeList::read(&format!("{EMAIL},{READ}")).unwrap());
        let (asked, family) = world.redemption(&code, at(1));
        let redeemed = world.present(&asked, at(1)).unwrap();
        let expected = RedeemedCode {
            origin: Origin::default(),
            access_scopes: ScopeList::read(&format!("{EMAIL} {READ}")).unwrap(),
            resource: String::new(),
            format: TokenFormat::Opaque,
            scopes: ScopeList::read(&format!("{EMAIL} {READ}")).unwrap(),
            with_refresh: true,
            rules: FamilyRules::of(&world.policy),
            user: U1,
            organization_id: O1.to_owned(),
            fullness: Fullness {
                refresh_tokens: 1,
                oldest: Some(family.refresh.id),
                evicted: Vec::new(),
                in_window: 1,
            },
        };
        assert_eq!(redeemed, expected);
        assert_eq!(redeemed.rules.expires_in(), 3600);
        let live = world.access(&family.access, at(1)).unwrap();
        assert_eq!(live.scopes, expected.scopes);
        assert_eq!(live.expires_at, at(3601));
        assert!(world.refresh(&family.refresh, at(2)).is_ok());
    });
}

#[test]
fn an_online_code_becomes_an_access_token_alone() {
    for_each_world(|world| {
        let code = world.issued_with(at(0), online);
        let (asked, family) = world.redemption(&code, at(1));
        assert!(!world.present(&asked, at(1)).unwrap().with_refresh);
        assert_eq!(world.access(&family.access, at(1)).unwrap().scopes, ScopeList::read(READ).unwrap());
        assert_eq!(world.number("SELECT COUNT(*) FROM refresh_tokens"), 0);
        assert_eq!(world.refresh(&family.refresh, at(1)), Err(TokenError::RefreshTokenUnknown));
    });
}

#[test]
fn a_portals_code_is_redeemed_at_the_portal() {
    for_each_world(|world| {
        let code = world.issued_with(at(0), in_portal);
        let (mut asked, family) = world.redemption(&code, at(1));
        for elsewhere in [Realm::Accounts, Realm::Portal("7002".to_owned())] {
            asked.realm = elsewhere;
            assert_eq!(world.unchanged(|| world.present(&asked, at(1))), Err(TokenError::CodeOfAnotherRealm));
        }
        asked.realm = portal();
        assert_eq!(world.present(&asked, at(1)).unwrap().user, PU);
        let live = world.access(&family.access, at(1)).unwrap();
        assert_eq!(live.user.map(|user| (user.id, user.realm)), Some((PU, portal())));
    });
}

#[test]
fn what_does_not_fit_neither_succeeds_nor_spends() {
    for_each_world(|world| {
        let (code, other) = (world.issued(at(0)), world.issued(at(0)));
        let (right, family) = world.redemption(&code, at(1));
        let with = |change: &dyn Fn(&mut grantor_store::Redemption)| {
            let mut asked = right.clone();
            change(&mut asked);
            world.unchanged(|| world.present(&asked, at(1)))
        };
        assert_eq!(with(&|a| a.code = guessed(&a.code)), Err(TokenError::CodeUnknown), "a wrong secret");
        assert_eq!(with(&|a| a.code = world.token(at(0))), Err(TokenError::CodeUnknown), "no such code");
        assert_eq!(
            with(&|a| a.code.secret = other.secret.clone()),
            Err(TokenError::CodeUnknown),
            "halves of two codes"
        );
        assert_eq!(with(&|a| a.client_id = C2.to_owned()), Err(TokenError::CodeOfAnotherClient));
        assert_eq!(with(&|a| a.realm = portal()), Err(TokenError::CodeOfAnotherRealm));
        assert!(world.present(&right, at(1)).is_ok());
        assert!(world.access(&family.access, at(1)).is_ok());
    });
}

#[test]
fn another_client_with_everything_else_wrong_spends_nothing_either() {
    for_each_world(|world| {
        let code = world.issued_with(at(0), challenged);
        let (mut asked, _) = world.redemption(&code, at(1));
        asked.client_id = C2.to_owned();
        asked.redirect_uri = Some("https://evil.example/".to_owned());
        assert_eq!(world.unchanged(|| world.present(&asked, at(1))), Err(TokenError::CodeOfAnotherClient));
        (asked.client_id, asked.redirect_uri) = (C1.to_owned(), Some(CALLBACK.to_owned()));
        asked.verifier = Some(VERIFIER.to_owned());
        assert!(world.present(&asked, at(1)).is_ok());
    });
}

#[test]
fn a_code_lives_as_long_as_its_preset_says() {
    for_each_world(|world| {
        for (preset, life) in [(Preset::Bigin, 60), (Preset::Accounts, 120), (Preset::Crm, 180)] {
            world.policy = Policy { throttles: false, ..Policy::preset(preset) };
            let (late, early) = (world.issued(at(0)), world.issued(at(0)));
            assert_eq!(world.redeem(&late, at(life)).unwrap_err(), TokenError::CodeExpired);
            assert_eq!(world.redeem(&late, at(life + 1)).unwrap_err(), TokenError::CodeExpired);
            assert!(world.redeem(&early, just_before(at(life))).is_ok());
        }
    });
}

#[test]
fn a_code_that_was_refused_as_expired_stays_so_when_the_clock_goes_back() {
    for_each_world(|world| {
        let code = world.issued(at(3600));
        for now in [at(3660), at(3600), at(0), at(3660)] {
            assert_eq!(world.redeem(&code, now).unwrap_err(), TokenError::CodeExpired);
        }
        assert_eq!(world.number("SELECT COUNT(*) FROM access_tokens"), 0);
    });
}

#[test]
fn a_wrong_redirect_uri_spends_the_code() {
    for_each_world(|world| {
        for wrong in [None, Some(""), Some("https://app.example/callback/"), Some("https://app.example/Callback")] {
            let code = world.issued(at(0));
            let (mut asked, _) = world.redemption(&code, at(1));
            asked.redirect_uri = wrong.map(str::to_owned);
            assert_eq!(world.present(&asked, at(1)), Err(TokenError::RedirectUriMismatch), "{wrong:?}");
            assert_eq!(world.redeem(&code, at(2)).unwrap_err(), TokenError::CodeUsedJustNow, "{wrong:?}");
            assert_eq!(world.redeem(&code, at(20)).unwrap_err(), TokenError::CodeReplayed, "{wrong:?}");
        }
        assert_eq!(world.number("SELECT COUNT(*) FROM access_tokens"), 0);
        assert!(world.audits(AuditEvent::CodeReplayed).is_empty(), "there was nothing to revoke");
    });
}

#[test]
fn a_verifier_that_does_not_answer_spends_the_code() {
    for_each_world(|world| {
        let wrong = VERIFIER.replace('d', "e");
        for (with_challenge, verifier, expected) in [
            (true, None, TokenError::VerifierMissing),
            (true, Some(""), TokenError::VerifierWrong),
            (true, Some(CHALLENGE), TokenError::VerifierWrong),
            (true, Some(wrong.as_str()), TokenError::VerifierWrong),
            (false, Some(VERIFIER), TokenError::VerifierUnexpected),
        ] {
            let code = world.issued_with(at(0), |new| {
                if with_challenge {
                    challenged(new);
                }
            });
            let (mut asked, _) = world.redemption(&code, at(1));
            asked.verifier = verifier.map(str::to_owned);
            assert_eq!(world.present(&asked, at(1)), Err(expected), "{verifier:?}");
            asked.verifier = with_challenge.then(|| VERIFIER.to_owned());
            assert_eq!(world.present(&asked, at(1)), Err(TokenError::CodeUsedJustNow), "{verifier:?}");
        }
        assert_eq!(world.number("SELECT COUNT(*) FROM access_tokens"), 0);
    });
}

#[test]
fn right_verifiers_succeed() {
    for_each_world(|world| {
        for (challenge, method) in [(CHALLENGE, Some("S256")), (VERIFIER, Some("plain")), (VERIFIER, None)] {
            let code =
                world.issued_with(at(0), |new| new.challenge = Challenge::read(Some(challenge), method).unwrap());
            let (mut asked, _) = world.redemption(&code, at(1));
            asked.verifier = Some(VERIFIER.to_owned());
            assert!(world.present(&asked, at(1)).is_ok(), "{method:?}");
        }
    });
}

#[test]
fn a_double_click_is_only_refused() {
    for_each_world(|world| {
        let code = world.issued(at(0));
        let family = world.redeem(&code, at(1)).unwrap();
        for now in [at(1), at(5), just_before(at(11))] {
            let refused = world.unchanged(|| world.redeem(&code, now));
            assert_eq!(refused.unwrap_err(), TokenError::CodeUsedJustNow);
        }
        // Others are told nothing, and break nothing.
        let (mut asked, _) = world.redemption(&code, at(100));
        asked.client_id = C2.to_owned();
        assert_eq!(world.unchanged(|| world.present(&asked, at(100))), Err(TokenError::CodeOfAnotherClient));
        asked.client_id = C1.to_owned();
        asked.code = guessed(&asked.code);
        assert_eq!(world.unchanged(|| world.present(&asked, at(100))), Err(TokenError::CodeUnknown));
        assert!(world.access(&family.access, at(100)).is_ok());
        assert!(world.refresh(&family.refresh, at(100)).is_ok());
    });
}

#[test]
fn a_replay_ends_what_the_code_gave() {
    for_each_world(|world| {
        let neighbour = world.family(at(0));
        let code = world.issued(at(0));
        let family = world.redeem(&code, at(1)).unwrap();
        let later = world.refresh(&family.refresh, at(2)).unwrap();
        assert_eq!(world.redeem(&code, at(11)).unwrap_err(), TokenError::CodeUsedJustNow, "not later than the grace");
        let after = Timestamp::from_millis(at(11).millis() + 1);
        assert_eq!(world.redeem(&code, after).unwrap_err(), TokenError::CodeReplayed, "later than the grace");
        for token in [&family.access, &later] {
            assert_eq!(world.access(token, after), Err(AccessError::Revoked));
        }
        assert_eq!(world.refresh(&family.refresh, after), Err(TokenError::RefreshTokenRevoked));
        assert_eq!(world.audits(AuditEvent::CodeReplayed).len(), 1);
        let again = world.unchanged(|| world.redeem(&code, at(12)));
        assert_eq!(again.unwrap_err(), TokenError::CodeReplayed, "told again, done once");
        // Nothing comes back when the clock does.
        for now in [at(1), at(0), at(-3600)] {
            assert!(world.redeem(&code, now).is_err());
            assert_eq!(world.access(&family.access, now), Err(AccessError::Revoked));
            assert_eq!(world.refresh(&family.refresh, now), Err(TokenError::RefreshTokenRevoked));
        }
        assert!(world.access(&neighbour.access, at(12)).is_ok());
        assert!(world.refresh(&neighbour.refresh, at(12)).is_ok());
    });
}

#[test]
fn a_replay_of_an_online_code_ends_its_access_token() {
    for_each_world(|world| {
        let code = world.issued_with(at(0), online);
        let family = world.redeem(&code, at(1)).unwrap();
        assert_eq!(world.redeem(&code, at(1200)).unwrap_err(), TokenError::CodeReplayed);
        assert_eq!(world.access(&family.access, at(1200)), Err(AccessError::Revoked));
        assert_eq!(world.audits(AuditEvent::CodeReplayed).len(), 1);
    });
}

#[test]
fn five_refresh_tokens_a_minute() {
    for_each_world(|world| {
        let codes: Vec<_> = (0..7).map(|_| world.issued(at(0))).collect();
        for (n, code) in (0..).zip(&codes[..5]) {
            world.redeem(code, at(n)).unwrap();
        }
        for now in [at(5), just_before(at(59))] {
            let refused = world.unchanged(|| world.redeem(&codes[5], now));
            assert_eq!(refused.unwrap_err(), TokenError::RefreshTokensThrottled, "and the code is not spent");
        }
        // Neither an online code, nor another user, nor another client is held up.
        for change in [online, |new: &mut NewCode| new.user = U2, |new: &mut NewCode| new.client_id = C2.to_owned()] {
            world.family_with(at(5), change);
        }
        // The window is over for the first exactly one minute after it. The code itself lives as long.
        world.policy.code_lifetime = Duration::from_mins(3);
        let slow = world.issued(at(5));
        assert!(world.redeem(&slow, at(60)).is_ok());
        let next = world.issued(at(60));
        assert_eq!(world.redeem(&next, at(60)).unwrap_err(), TokenError::RefreshTokensThrottled);
        assert!(world.redeem(&next, at(61)).is_ok());
        world.policy.throttles = false;
        assert!(world.redeem(&world.issued(at(61)), at(61)).is_ok());
    });
}

#[test]
fn five_refresh_tokens_and_then_the_next_minute() {
    for_each_world(|world| {
        world.policy.refresh_token_rate.block = Some(Duration::ZERO);
        world.policy.code_lifetime = Duration::from_mins(3);
        for n in 0..5 {
            world.family(at(n));
        }
        let code = world.issued(at(5));
        for now in [at(5), at(60), just_before(at(64))] {
            let refused = world.unchanged(|| world.redeem(&code, now));
            assert_eq!(refused.unwrap_err(), TokenError::RefreshTokensThrottled, "a minute after the fifth, of 4");
        }
        assert!(world.redeem(&code, at(64)).is_ok());
        world.family(at(64));
    });
}

#[test]
fn who_has_as_many_refresh_tokens_as_may_live_is_refused_where_the_policy_says_so() {
    for_each_world(|world| {
        world.policy.refresh_token_cap = RefreshTokenCap::Refuse;
        world.policy.refresh_tokens_per_user_and_client = 2;
        let kept = [world.family(at(0)), world.family(at(1))];
        let code = world.issued(at(2));
        let refused = world.unchanged(|| world.redeem(&code, at(2)));
        assert_eq!(refused.unwrap_err(), TokenError::RefreshTokensFull, "and the code is not spent");
        // Neither an online code nor another organization is held up, and nothing was evicted.
        world.family_with(at(2), online);
        world.family_with(at(2), |new| new.organization_id = O2.to_owned());
        for family in &kept {
            assert!(world.refresh(&family.refresh, at(3)).is_ok());
        }
        world.revoke(&kept[0].refresh, at(3)).unwrap();
        let third = world.redeem(&code, at(4)).unwrap();
        assert!(world.refresh(&third.refresh, at(5)).is_ok());
        assert_eq!(world.redeem(&world.issued(at(5)), at(5)).unwrap_err(), TokenError::RefreshTokensFull);
        assert!(world.audits(AuditEvent::RefreshTokenEvicted).is_empty());
    });
}

#[test]
fn a_refresh_token_that_lay_unused_takes_no_place() {
    for_each_world(|world| {
        world.policy.refresh_token_cap = RefreshTokenCap::Refuse;
        world.policy.refresh_tokens_per_user_and_client = 1;
        world.policy.refresh_token_idle = Duration::from_mins(1);
        let rotating = |new: &mut NewCode| new.origin.dialect = Dialect::Standard;
        world.family_with(at(0), rotating);
        let code = world.issued_with(at(30), rotating);
        assert_eq!(world.redeem(&code, at(59)).unwrap_err(), TokenError::RefreshTokensFull);
        let next = world.redeem(&code, at(60)).unwrap();
        // One that does not rotate lies as long as it likes.
        world.revoke(&next.refresh, at(61)).unwrap();
        world.family(at(61));
        let code = world.issued(at(7200));
        assert_eq!(world.redeem(&code, at(7200)).unwrap_err(), TokenError::RefreshTokensFull);
    });
}

#[test]
fn a_mismatch_spends_the_code_before_any_throttle() {
    for_each_world(|world| {
        let codes: Vec<_> = (0..6).map(|_| world.issued(at(0))).collect();
        for code in &codes[..5] {
            world.redeem(code, at(0)).unwrap();
        }
        let (mut asked, _) = world.redemption(&codes[5], at(1));
        asked.redirect_uri = None;
        assert_eq!(world.present(&asked, at(1)), Err(TokenError::RedirectUriMismatch));
        assert_eq!(world.redeem(&codes[5], at(1)).unwrap_err(), TokenError::CodeUsedJustNow);
    });
}

#[test]
fn what_ended_between_consent_and_redemption_gives_nothing() {
    type Case = (&'static str, fn(&World), fn(&World), TokenError);
    let cases: [Case; 3] = [
        (
            "the user was disabled",
            |w| w.disable(U1, Realm::Accounts, "alice@zylker.example", true),
            |w| w.disable(U1, Realm::Accounts, "alice@zylker.example", false),
            TokenError::UserDisabled,
        ),
        (
            "the membership ended",
            |w| w.write(|tx| tx.set_memberships(U1, &[(O2.to_owned(), true)])),
            |w| w.write(|tx| tx.set_memberships(U1, &[(O1.to_owned(), true)])),
            TokenError::MembershipEnded,
        ),
        (
            "the consent was withdrawn",
            |w| assert!(w.withdraw(U1, O1, at(1))),
            |w| {
                w.issued_with(at(1), |new| new.scopes = ScopeList::read(EMAIL).unwrap());
            },
            TokenError::GrantRevoked,
        ),
    ];
    for (what, end, restore, expected) in cases {
        for_each_world(|world| {
            for change in [online, |_: &mut NewCode| {}] {
                let code = world.issued_with(at(0), change);
                end(world);
                assert_eq!(world.unchanged(|| world.redeem(&code, at(1))).unwrap_err(), expected, "{what}");
                restore(world);
                if expected == TokenError::GrantRevoked {
                    // What was consented anew is less: a code of the old consent must not widen it.
                    assert_eq!(world.redeem(&code, at(2)).unwrap_err(), expected, "{what}, then consented anew");
                    assert_eq!(world.number("SELECT COUNT(*) FROM access_tokens"), 0);
                }
            }
        });
    }
    let removals: [fn(&World); 2] =
        [|w| w.write(|tx| tx.remove_organization(O1)), |w| w.write(|tx| tx.remove_user(U1))];
    for remove in removals {
        for_each_world(|world| {
            let code = world.issued(at(0));
            remove(world);
            assert_eq!(world.unchanged(|| world.redeem(&code, at(1))).unwrap_err(), TokenError::GrantRevoked);
        });
    }
}

#[test]
fn a_portal_that_ended_gives_nothing() {
    for_each_world(|world| {
        let code = world.issued_with(at(0), in_portal);
        world.write(|tx| tx.remove_portal(P1));
        assert_eq!(world.unchanged(|| world.redeem(&code, at(1))).unwrap_err(), TokenError::MembershipEnded);
    });
}

#[test]
fn a_retired_scope_gives_nothing() {
    for_each_world(|world| {
        let code = world.issued_with(at(0), |new| new.scopes = ScopeList::read(&format!("{EMAIL} {READ}")).unwrap());
        let kept = CatalogScope { name: EMAIL.to_owned(), service: EMAIL.to_owned(), needs_organization: false };
        world.catalog = Arc::new(Catalog::new([kept]));
        let refused = world.unchanged(|| world.redeem(&code, at(1)));
        assert_eq!(refused.unwrap_err(), TokenError::ScopeRetired(READ.to_owned()));
    });
}
