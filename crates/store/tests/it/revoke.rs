//! Revoking: a refresh token takes its access tokens along, an access token goes alone, and strangers revoke nothing.

use grantor_protocol::causes::{AccessError, RevokeError, TokenError};
use grantor_store::{AuditEvent, Revocation, TokenKind};

use crate::fixtures::{C1, C2, O1, O2, U1, at, for_each_world, guessed, portal, revocation};

#[test]
fn a_refresh_token_takes_its_access_tokens_along() {
    for_each_world(|world| {
        let (family, neighbour) = (world.family(at(0)), world.family(at(0)));
        let later = world.refresh(&family.refresh, at(1)).unwrap();
        assert_eq!(world.revoke(&family.refresh, at(2)), Ok(C1.to_owned()));
        assert_eq!(world.refresh(&family.refresh, at(2)), Err(TokenError::RefreshTokenRevoked));
        for token in [&family.access, &later] {
            assert_eq!(world.access(token, at(2)), Err(AccessError::Revoked));
        }
        assert!(world.access(&neighbour.access, at(2)).is_ok());
        assert!(world.refresh(&neighbour.refresh, at(2)).is_ok());
        let told = world.audits(AuditEvent::TokenRevoked);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].detail, format!("refresh token {}", family.refresh.id.mark()));
        assert_eq!(
            (told[0].user, told[0].client_id.as_deref(), told[0].organization_id.as_deref()),
            (Some(U1), Some(C1), Some(O1))
        );
    });
}

#[test]
fn an_access_token_goes_alone() {
    for_each_world(|world| {
        let family = world.family(at(0));
        let later = world.refresh(&family.refresh, at(1)).unwrap();
        assert_eq!(world.revoke(&family.access, at(2)), Ok(C1.to_owned()));
        assert_eq!(world.access(&family.access, at(2)), Err(AccessError::Revoked));
        assert!(world.access(&later, at(2)).is_ok());
        assert!(world.refresh(&family.refresh, at(2)).is_ok());
        assert_eq!(
            world.audits(AuditEvent::TokenRevoked)[0].detail,
            format!("access token {}", family.access.id.mark())
        );
        let online = world.family_with(at(0), |new| new.offline = false);
        assert_eq!(world.revoke(&online.access, at(2)), Ok(C1.to_owned()));
        assert_eq!(world.access(&online.access, at(2)), Err(AccessError::Revoked));
    });
}

#[test]
fn revoking_again_succeeds_again() {
    for_each_world(|world| {
        let family = world.family(at(0));
        for token in [&family.access, &family.refresh] {
            world.revoke(token, at(1)).unwrap();
            let again = world.unchanged(|| world.revoke(token, at(2)));
            assert_eq!(again, Ok(C1.to_owned()));
        }
        assert_eq!(world.audits(AuditEvent::TokenRevoked).len(), 2);
        // So it does after other ends: an eviction, a replay, a withdrawal.
        let code = world.issued(at(0));
        let replayed = world.redeem(&code, at(0)).unwrap();
        world.redeem(&code, at(20)).unwrap_err();
        let withdrawn = world.family(at(0));
        world.withdraw(U1, O1, at(20));
        for token in [&replayed.refresh, &replayed.access, &withdrawn.refresh, &withdrawn.access] {
            assert_eq!(world.revoke(token, at(21)), Ok(C1.to_owned()));
        }
    });
}

#[test]
fn strangers_and_mistakes_revoke_nothing() {
    for_each_world(|world| {
        let code = world.issued(at(0));
        let family = world.redeem(&code, at(0)).unwrap();
        let fresh = world.issued(at(0));
        let refused = |asked: Revocation| world.unchanged(|| world.ask_revoke(&asked, at(1))).unwrap_err();
        for token in [&family.access, &family.refresh] {
            let right = revocation(token);
            assert_eq!(refused(revocation(&guessed(token))), RevokeError::Unknown);
            let other = Revocation { client_id: Some(C2.to_owned()), ..right.clone() };
            assert_eq!(refused(other), RevokeError::OfAnotherClient);
            let elsewhere = Revocation { realm: portal(), ..right.clone() };
            assert_eq!(refused(elsewhere), RevokeError::OfAnotherRealm);
        }
        for (token, only) in [(&family.access, TokenKind::Refresh), (&family.refresh, TokenKind::Access)] {
            let asked = Revocation { only: Some(only), ..revocation(token) };
            assert_eq!(refused(asked), RevokeError::TypeMismatch);
        }
        for token in [world.token(at(0)), code.presented(), fresh.presented()] {
            assert_eq!(refused(revocation(&token)), RevokeError::Unknown, "codes are no tokens");
        }
        assert!(world.access(&family.access, at(1)).is_ok());
        assert!(world.refresh(&family.refresh, at(1)).is_ok());
        assert!(world.redeem(&fresh, at(1)).is_ok());
        // Its own client, with the right hint.
        for (token, only) in [(&family.access, TokenKind::Access), (&family.refresh, TokenKind::Refresh)] {
            let asked = Revocation { client_id: Some(C1.to_owned()), only: Some(only), ..revocation(token) };
            assert_eq!(world.ask_revoke(&asked, at(1)), Ok(C1.to_owned()));
        }
        assert!(world.access(&family.access, at(1)).is_err());
        assert!(world.refresh(&family.refresh, at(1)).is_err());
    });
}

#[test]
fn a_portals_token_is_revoked_at_the_portal() {
    for_each_world(|world| {
        let family = world.portal_family(at(0));
        for token in [&family.access, &family.refresh] {
            assert_eq!(world.revoke(token, at(1)), Err(RevokeError::OfAnotherRealm));
            let asked = Revocation { realm: portal(), ..revocation(token) };
            assert_eq!(world.ask_revoke(&asked, at(1)), Ok(C1.to_owned()));
            assert_eq!(world.access(&family.access, at(1)), Err(AccessError::Revoked));
        }
    });
}

#[test]
fn grants_of_two_organizations_are_independent() {
    for_each_world(|world| {
        let one = world.family(at(0));
        let two = world.family_with(at(0), |new| new.organization_id = O2.to_owned());
        world.revoke(&one.refresh, at(1)).unwrap();
        assert!(world.access(&one.access, at(1)).is_err());
        assert_eq!(world.access(&two.access, at(1)).unwrap().organization_id, O2);
        let one = world.family(at(2));
        assert!(world.withdraw(U1, O1, at(3)));
        assert!(world.access(&one.access, at(3)).is_err());
        assert!(world.refresh(&one.refresh, at(3)).is_err());
        assert!(world.access(&two.access, at(3)).is_ok());
        assert!(world.refresh(&two.refresh, at(3)).is_ok());
        assert_eq!(world.read(|tx| tx.grant_facts(U1, C1, at(9))).len(), 1);
    });
}
