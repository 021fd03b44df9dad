//! Access tokens: appended, read at every use, never cached. One is alive while its own row, its refresh
//! token, its grant, its user and the membership all are.

use grantor_protocol::{
    causes::AccessError,
    issue::Recent,
    people::{Environment, Realm, User, UserId},
    scope::ScopeList,
    secret::{SecretHash, SecretKind},
    time::Timestamp,
    token::{PresentedToken, TokenId},
};

use crate::{NewToken, StoreError, Tx};

/// What a live access token stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveAccess {
    /// The user who granted it; `None` when the organization itself did, or the client acts for itself.
    pub user: Option<User>,
    /// The client that holds it.
    pub client_id: String,
    /// What it allows.
    pub scopes: ScopeList,
    /// The organization it is bound to; empty for none.
    pub organization_id: String,
    /// That organization's environment.
    pub environment: Environment,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl Tx<'_> {
    pub(crate) fn add_access_token(
        &mut self,
        new: NewToken,
        grant_id: TokenId,
        refresh_id: Option<TokenId>,
        scopes: Option<&ScopeList>,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let scopes = scopes.map(ToString::to_string);
        self.execute(
            "INSERT INTO access_tokens (id, secret_hash, grant_id, refresh_id, scopes, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
            &[
                new.id.as_bytes().into(),
                new.secret_hash.as_bytes().into(),
                grant_id.as_bytes().into(),
                refresh_id.as_ref().map(TokenId::as_bytes).into(),
                (&scopes).into(),
                expires_at.millis().into(),
            ],
        )?;
        Ok(())
    }

    /// Judges an access token now, and says what it stands for or why it opens nothing.
    pub fn access(
        &mut self,
        presented: &PresentedToken,
        now: Timestamp,
    ) -> Result<Result<LiveAccess, AccessError>, StoreError> {
        let found = self.one(
            "SELECT a.secret_hash, a.expires_at, a.revoked_at, a.scopes, a.refresh_id,
                    r.scopes, r.recent, r.access_cap, r.revoked_at,
                    g.client_id, g.organization_id, g.revoked_at,
                    u.id, u.realm, u.email_shown, u.first_name, u.last_name, u.disabled,
                    o.environment, g.user_id,
                    CASE WHEN g.organization_id = '' THEN TRUE
                         WHEN g.user_id = 0 THEN o.id IS NOT NULL
                         WHEN u.realm = '' THEN EXISTS (SELECT 1 FROM memberships m
                              WHERE m.user_id = u.id AND m.organization_id = g.organization_id)
                         ELSE EXISTS (SELECT 1 FROM portals p
                              WHERE p.id = u.realm AND p.organization_id = g.organization_id) END
             FROM access_tokens a
             LEFT JOIN refresh_tokens r ON r.id = a.refresh_id
             LEFT JOIN grants g ON g.id = a.grant_id
             LEFT JOIN users u ON u.id = g.user_id
             LEFT JOIN organizations o ON o.id = g.organization_id
             WHERE a.id = $1",
            &[presented.id.as_bytes().into()],
            |row| {
                if !SecretHash::from_bytes(row.array(0)?).matches(&presented.secret.hash(SecretKind::Access)) {
                    return Ok(Err(AccessError::Unknown));
                }
                let expires_at = Timestamp::from_millis(row.int(1)?);
                if now >= expires_at {
                    return Ok(Err(AccessError::Expired));
                }
                let of_family = row.opt_blob_ref(4)?.is_some();
                let family_lives = !of_family
                    || (row.opt_int(8)?.is_none()
                        && Recent::from_bytes(row.opt_blob_ref(6)?.unwrap_or_default())
                            .among_newest(&presented.id, usize::try_from(row.opt_int(7)?.unwrap_or(0)).unwrap_or(0)));
                if row.opt_int(2)?.is_some()
                    || !family_lives
                    || row.opt_int(11)?.is_some()
                    || row.opt_text_ref(9)?.is_none()
                {
                    return Ok(Err(AccessError::Revoked));
                }
                let user = match row.opt_int(12)? {
                    Some(id) if !row.bool(17)? => Some(User {
                        id: UserId(id),
                        realm: Realm::from_stored(row.text(13)?),
                        email: row.text(14)?,
                        first_name: row.text(15)?,
                        last_name: row.text(16)?,
                        disabled: false,
                    }),
                    None if row.opt_int(19)? == Some(UserId::NOBODY.0) => None,
                    _ => return Ok(Err(AccessError::UserDisabled)),
                };
                if !row.bool(20)? {
                    return Ok(Err(AccessError::MembershipEnded));
                }
                let scopes = if of_family { row.opt_text_ref(5)? } else { row.opt_text_ref(3)? };
                Ok(Ok(LiveAccess {
                    user,
                    client_id: row.text(9)?,
                    scopes: ScopeList::from_stored(scopes.unwrap_or_default()),
                    organization_id: row.text(10)?,
                    environment: row.opt_text_ref(18)?.and_then(Environment::parse).unwrap_or_default(),
                    expires_at,
                }))
            },
        )?;
        Ok(found.unwrap_or(Err(AccessError::Unknown)))
    }

    /// Marks one access token as ended. True when it was not marked before.
    pub(crate) fn end_access_token(&mut self, id: TokenId, now: Timestamp) -> Result<bool, StoreError> {
        let ended = self.execute(
            "UPDATE access_tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL",
            &[id.as_bytes().into(), now.millis().into()],
        )?;
        Ok(ended == 1)
    }
}
