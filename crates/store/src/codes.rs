//! Making an authorization code: the last step of an authorization request, done once per interaction
//! (`spec/decisions.md` 16, 17; accounts-protocol.md section 5).

use std::sync::Arc;

use grantor_protocol::{
    causes::PageError,
    dialect::Dialect,
    people::{Realm, UserId},
    pkce::Challenge,
    policy::Policy,
    scope::{Catalog, ScopeList},
    secret::{SecretHash, SecretKind},
    time::Timestamp,
    token::TokenId,
};

use crate::{
    AuditEvent, AuditTrail, Concerning, StoreError, Tx,
    consent::{Said, Wanted},
};

/// What a code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CodeKind {
    /// An authorization code, brought by a redirect.
    #[default]
    Code,
    /// What a device polls for; its row is made when the person approves (RFC 8628).
    Device,
    /// Made for a self client, without a redirect (accounts-protocol.md section 14).
    SelfClient,
}

impl CodeKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Device => "device",
            Self::SelfClient => "self",
        }
    }

    pub(crate) fn from_stored(text: &str) -> Self {
        [Self::Device, Self::SelfClient].into_iter().find(|k| k.as_str() == text).unwrap_or_default()
    }

    /// How its secret is hashed.
    pub const fn secret_kind(self) -> SecretKind {
        match self {
            Self::Code | Self::SelfClient => SecretKind::Code,
            Self::Device => SecretKind::DeviceCode,
        }
    }
}

/// What a code and the tokens made from it remember of how they came about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    /// At which door it began.
    pub dialect: Dialect,
    /// `nonce` of the request, for the ID token.
    pub nonce: Option<String>,
    /// When the person signed in; 0 when nobody did.
    pub signed_in_at: Timestamp,
    /// The resources named, one a line (RFC 8707).
    pub resource: String,
    /// The browser session, for signing out of it.
    pub session: Option<TokenId>,
}

/// Everything a code is bound to.
#[derive(Debug, Clone)]
pub struct NewCode {
    /// What it is.
    pub kind: CodeKind,
    /// How it came about.
    pub origin: Origin,
    /// The interaction that ends in it; becomes the code's identifier.
    pub interaction: TokenId,
    /// Hash of the code's secret.
    pub secret_hash: SecretHash,
    /// Where the user signed in.
    pub realm: Realm,
    /// For whom.
    pub client_id: String,
    /// By whom.
    pub user: UserId,
    /// For which organization; empty for none.
    pub organization_id: String,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// What was asked.
    pub scopes: ScopeList,
    /// Whether offline access was asked.
    pub offline: bool,
    /// The PKCE challenge.
    pub challenge: Option<Challenge>,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Whether the person has just accepted (else an earlier consent must cover it).
    pub consented: bool,
    /// Key of the grant, should there be none yet.
    pub fresh_grant: TokenId,
}

/// A code was made, or found again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Issued {
    /// How many codes the throttle counts now; 0 when nothing was made or nobody counts.
    pub in_window: usize,
}

/// Why no code was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoCode {
    /// The interaction ended before, and its code was redeemed.
    Finished,
    /// The earlier consent is gone or does not cover the request: ask again.
    ConsentGone,
    /// The person is told on a page.
    Page(PageError),
}

impl Tx<'_> {
    /// Makes the code, or finds the one this interaction made before while it is still unredeemed.
    ///
    /// # Errors
    /// The outer error is a breakage; the inner one an answer, and nothing but the answer changes.
    pub fn issue_code(
        &mut self,
        new: &NewCode,
        catalog: &Arc<Catalog>,
        policy: &Policy,
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<Result<Issued, NoCode>, StoreError> {
        self.issue_code_by(new.user, new, catalog, policy, trail, now)
    }

    /// The same for an organization itself: the code is nobody's ([`UserId::NOBODY`]), and what its administrator
    /// allowed holds without that administrator (accounts-protocol.md section 8).
    ///
    /// # Errors
    /// As [`Tx::issue_code`].
    pub fn issue_organization_code(
        &mut self,
        administrator: UserId,
        new: &NewCode,
        catalog: &Arc<Catalog>,
        policy: &Policy,
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<Result<Issued, NoCode>, StoreError> {
        let new = NewCode { user: UserId::NOBODY, ..new.clone() };
        self.issue_code_by(administrator, &new, catalog, policy, trail, now)
    }

    /// `by` is who decides: the user of the code, or the administrator of its organization.
    fn issue_code_by(
        &mut self,
        by: UserId,
        new: &NewCode,
        catalog: &Arc<Catalog>,
        policy: &Policy,
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<Result<Issued, NoCode>, StoreError> {
        let mut parent = self.lock_client_user(by, &new.client_id)?;
        if by != new.user {
            // Two administrators at once must not both make the organization's grant.
            self.lock_client_user(new.user, &new.client_id)?;
        }
        let before =
            self.one("SELECT used_at FROM codes WHERE id = $1", &[new.interaction.as_bytes().into()], |row| {
                row.opt_int(0)
            })?;
        match before {
            Some(None) => return Ok(Ok(Issued { in_window: 0 })),
            Some(Some(_)) => return Ok(Err(NoCode::Finished)),
            None => {}
        }
        if policy.throttles && !parent.codes.admits(now, policy.code_rate) {
            return Ok(Err(NoCode::Page(PageError::CodesThrottled)));
        }
        self.hold_person(by, &new.organization_id)?;
        if !self.still_member(by, &new.realm, &new.organization_id)? {
            return Ok(Err(NoCode::Page(PageError::OrganizationNotAllowed)));
        }
        if by != new.user && !self.administers(by, &new.organization_id)? {
            return Ok(Err(NoCode::Page(PageError::NotAdministrator)));
        }
        let whole = if by == new.user { "" } else { ", for the whole organization" };
        let wanted = Wanted {
            user: new.user,
            client_id: &new.client_id,
            organization_id: &new.organization_id,
            scopes: &new.scopes,
            offline: new.offline,
            consented: new.consented.then_some(Said { by, with: whole, fresh_grant: new.fresh_grant }),
        };
        let grant_id = match self.granted(&wanted, catalog, trail, now)? {
            Ok(id) => id,
            Err(why) => return Ok(Err(why)),
        };
        // In the accounts dialect a refresh token comes only of a consent that was really shown
        // (accounts-protocol.md decision 17); in the standard one an earlier consent to it will do (OpenID Connect
        // Core section 11).
        let refresh = new.offline && (new.consented || new.origin.dialect == Dialect::Standard);
        self.execute(
            "INSERT INTO codes (id, secret_hash, realm, client_id, user_id, organization_id, grant_id, redirect_uri,
               scopes, refresh, challenge, challenge_method, expires_at, kind, dialect, nonce, signed_in_at, resource,
               session_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
            &[
                new.interaction.as_bytes().into(),
                new.secret_hash.as_bytes().into(),
                new.realm.as_str().into(),
                new.client_id.as_str().into(),
                new.user.0.into(),
                new.organization_id.as_str().into(),
                grant_id.as_bytes().into(),
                new.redirect_uri.as_str().into(),
                new.scopes.to_string().as_str().into(),
                refresh.into(),
                new.challenge.as_ref().map(|c| c.value.as_str()).into(),
                new.challenge.as_ref().map(|c| c.method.as_str()).into(),
                new.expires_at.millis().into(),
                new.kind.as_str().into(),
                new.origin.dialect.as_str().into(),
                new.origin.nonce.as_deref().into(),
                new.origin.signed_in_at.millis().into(),
                new.origin.resource.as_str().into(),
                new.origin.session.as_ref().map(TokenId::as_bytes).into(),
            ],
        )?;
        let mut in_window = 0;
        if policy.throttles {
            // The window counts when a code was made, which is later than when its interaction began.
            let made = TokenId::new(now, new.interaction.data_center(), nine(new.interaction));
            parent.codes.push(made, policy.code_rate.count);
            self.set_recent_codes(by, &new.client_id, &parent.codes)?;
            in_window = parent.codes.window(now, policy.code_rate).used;
        }
        Ok(Ok(Issued { in_window }))
    }

    /// Notes that a person rejected a request.
    pub fn reject(
        &mut self,
        user: UserId,
        client_id: &str,
        organization_id: &str,
        trail: &AuditTrail,
    ) -> Result<(), StoreError> {
        let concerning =
            Concerning { user: Some(user), client_id: Some(client_id), organization_id: Some(organization_id) };
        self.audit(trail, AuditEvent::Rejected, concerning, "")
    }

    /// Locks the user and the membership, so that their removal waits for this step and then finds the grant and
    /// the code it made. Locked after the client-user and before the grant.
    pub(crate) fn hold_person(&mut self, user: UserId, organization_id: &str) -> Result<(), StoreError> {
        if user == UserId::NOBODY {
            return Ok(());
        }
        self.hold_user(user)?;
        self.one(
            "SELECT 1 FROM memberships WHERE user_id = $1 AND organization_id = $2 FOR UPDATE",
            &[user.0.into(), organization_id.into()],
            |_| Ok(()),
        )?;
        Ok(())
    }

    /// Whether the user administers the organization.
    fn administers(&mut self, user: UserId, organization_id: &str) -> Result<bool, StoreError> {
        let found = self.one(
            "SELECT 1 FROM memberships WHERE user_id = $1 AND organization_id = $2 AND administrator",
            &[user.0.into(), organization_id.into()],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }

    /// Whether the user exists, is not disabled, and (where an organization is named) belongs to it. Nobody always
    /// does, as long as the organization is there.
    pub(crate) fn still_member(
        &mut self,
        user: UserId,
        realm: &Realm,
        organization_id: &str,
    ) -> Result<bool, StoreError> {
        if user == UserId::NOBODY {
            let there = self.one("SELECT 1 FROM organizations WHERE id = $1", &[organization_id.into()], |_| Ok(()))?;
            return Ok(organization_id.is_empty() || there.is_some());
        }
        let member = self.one(
            "SELECT CASE WHEN $2 = '' THEN TRUE
                         WHEN $3 = '' THEN EXISTS (SELECT 1 FROM memberships m
                              WHERE m.user_id = u.id AND m.organization_id = $2)
                         ELSE EXISTS (SELECT 1 FROM portals p WHERE p.id = $3 AND p.organization_id = $2) END
             FROM users u WHERE u.id = $1 AND NOT u.disabled",
            &[user.0.into(), organization_id.into(), realm.as_str().into()],
            |row| row.bool(0),
        )?;
        Ok(member == Some(true))
    }
}

pub(crate) fn nine(id: TokenId) -> [u8; 9] {
    let mut nine = [0; 9];
    for (to, from) in nine.iter_mut().zip(id.as_bytes().iter().skip(7)) {
        *to = *from;
    }
    nine
}
