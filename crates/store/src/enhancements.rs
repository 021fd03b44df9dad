//! Adding scopes to a refresh token that lives: an enhancement token, good for ten minutes and once, lets an application
//! ask the person who granted it (accounts-protocol.md section 13).

use std::time::Duration;

use grantor_protocol::{
    causes::{PageError, TokenError},
    people::{Realm, UserId},
    scope::{Catalog, ScopeList},
    secret::{SecretHash, SecretKind},
    time::Timestamp,
    token::{PresentedToken, TokenId},
};

use crate::{AuditEvent, AuditTrail, Concerning, NoCode, RefreshRequest, StoreError, Tx};

/// What an enhancement token would add to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enhancement {
    /// Who granted it, and alone may grant more.
    pub user: UserId,
    /// The organization it is bound to; empty for none.
    pub organization_id: String,
    /// What the refresh token allows so far.
    pub scopes: ScopeList,
    /// Whether the interaction that asks has spent the token before: everything is done.
    pub done: bool,
}

/// A person's yes to more scopes.
#[derive(Debug, Clone)]
pub struct MoreScopes {
    /// The enhancement token.
    pub token: PresentedToken,
    /// Which client presents it.
    pub client_id: String,
    /// At which door.
    pub realm: Realm,
    /// The interaction that ends in this: the same one may come twice (a double click).
    pub interaction: TokenId,
    /// Who said yes.
    pub user: UserId,
    /// To what.
    pub scopes: ScopeList,
}

struct Row {
    secret_hash: SecretHash,
    client_id: String,
    refresh_id: TokenId,
    expires_at: Timestamp,
    spent_by: Option<TokenId>,
    realm: Realm,
    user: UserId,
    organization_id: String,
    grant_id: TokenId,
    scopes: ScopeList,
    alive: bool,
}

impl Tx<'_> {
    /// Makes an enhancement token (`asked.access`) for a refresh token that would be good for a refresh now. It takes
    /// the place of an earlier one for the same refresh token.
    pub fn begin_enhancement(
        &mut self,
        asked: &RefreshRequest,
        catalog: &Catalog,
        life: Duration,
        now: Timestamp,
    ) -> Result<Result<(), TokenError>, StoreError> {
        if let Err(refusal) = self.judge_refresh_token(asked, catalog, now)? {
            return Ok(Err(refusal));
        }
        let refresh_id = asked.refresh.id;
        self.execute("DELETE FROM enhancements WHERE refresh_id = $1", &[refresh_id.as_bytes().into()])?;
        self.execute(
            "INSERT INTO enhancements (id, secret_hash, client_id, refresh_id, expires_at) VALUES ($1, $2, $3, $4, $5)",
            &[
                asked.access.id.as_bytes().into(),
                asked.access.secret_hash.as_bytes().into(),
                asked.client_id.as_str().into(),
                refresh_id.as_bytes().into(),
                now.plus(life).millis().into(),
            ],
        )?;
        Ok(Ok(()))
    }

    /// What a presented enhancement token would add to, or why it is of no use. One that `interaction` itself has
    /// spent is still answered, so that a second click ends where the first did.
    pub fn enhancement(
        &mut self,
        presented: &PresentedToken,
        client_id: &str,
        realm: &Realm,
        interaction: Option<TokenId>,
        now: Timestamp,
    ) -> Result<Result<Enhancement, PageError>, StoreError> {
        let found = self.enhancement_row(presented)?;
        Ok(judge(found, client_id, realm, interaction, now).map(|row| Enhancement {
            user: row.user,
            organization_id: row.organization_id,
            scopes: row.scopes,
            done: row.spent_by.is_some(),
        }))
    }

    /// Adds the scopes to the grant and to the refresh token, whose living access tokens gain them with it, and spends
    /// the enhancement token.
    pub fn enhance(
        &mut self,
        asked: &MoreScopes,
        catalog: &Catalog,
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<Result<(), NoCode>, StoreError> {
        let refused = |cause| Ok(Err(NoCode::Page(cause)));
        self.lock_client_user(asked.user, &asked.client_id)?;
        let found = self.enhancement_row(&asked.token)?;
        let row = match judge(found, &asked.client_id, &asked.realm, Some(asked.interaction), now) {
            Ok(row) => row,
            Err(cause) => return refused(cause),
        };
        if row.user != asked.user {
            return refused(PageError::EnhancementOfAnotherUser);
        }
        if row.spent_by.is_some() {
            return Ok(Ok(()));
        }
        self.hold_person(asked.user, &row.organization_id)?;
        if !self.still_member(asked.user, &row.realm, &row.organization_id)? {
            return refused(PageError::OrganizationNotAllowed);
        }
        let grant = self.lock_grant_of(asked.user, &asked.client_id, &row.organization_id)?;
        // The scopes once more, under the lock: another enhancement may have added to them meanwhile.
        let living = self.one(
            "SELECT scopes FROM refresh_tokens WHERE id = $1 AND revoked_at IS NULL FOR UPDATE",
            &[row.refresh_id.as_bytes().into()],
            |row| Ok(ScopeList::from_stored(row.opt_text_ref(0)?.unwrap_or_default())),
        )?;
        let (Some(grant), Some(mut scopes)) = (grant.filter(|g| !g.revoked && g.id == row.grant_id), living) else {
            return refused(PageError::EnhancementEnded);
        };
        // Also what it has so far, because the yes counts as a consent to all of it.
        for wanted in [&scopes, &asked.scopes] {
            let judged = grant
                .policy
                .as_ref()
                .map_or(Ok(()), |policy| policy.judge(&asked.client_id, wanted, None, catalog, now));
            if let Err(barred) = judged {
                return refused(barred.into());
            }
        }
        let spent = self.execute(
            "UPDATE enhancements SET interaction = $2 WHERE id = $1 AND interaction IS NULL",
            &[asked.token.id.as_bytes().into(), asked.interaction.as_bytes().into()],
        )?;
        if spent != 1 {
            return refused(PageError::EnhancementSpent);
        }
        if asked.scopes.is_empty() {
            return Ok(Ok(()));
        }
        let consented = (&asked.scopes, grant.offline);
        self.consent(asked.user, &asked.client_id, &row.organization_id, consented, grant.id, now)?;
        for scope in asked.scopes.iter() {
            scopes.add(scope);
        }
        self.execute(
            "UPDATE refresh_tokens SET scopes = $2 WHERE id = $1",
            &[row.refresh_id.as_bytes().into(), scopes.to_string().as_str().into()],
        )?;
        let concerning = Concerning {
            user: Some(asked.user),
            client_id: Some(&asked.client_id),
            organization_id: Some(&row.organization_id),
        };
        let detail = format!("scopes {} added to refresh token {}", asked.scopes, row.refresh_id.mark());
        self.audit(trail, AuditEvent::Consented, concerning, &detail)?;
        Ok(Ok(()))
    }

    fn enhancement_row(&mut self, presented: &PresentedToken) -> Result<Option<Row>, StoreError> {
        let row = self.one(
            "SELECT e.secret_hash, e.client_id, e.refresh_id, e.expires_at, e.interaction,
                    r.realm, r.user_id, r.organization_id, r.grant_id, r.scopes,
                    r.revoked_at IS NULL AND EXISTS (SELECT 1 FROM grants g WHERE g.id = r.grant_id AND g.revoked_at IS NULL)
             FROM enhancements e JOIN refresh_tokens r ON r.id = e.refresh_id WHERE e.id = $1",
            &[presented.id.as_bytes().into()],
            |row| {
                Ok(Row {
                    secret_hash: SecretHash::from_bytes(row.array(0)?),
                    client_id: row.text(1)?,
                    refresh_id: TokenId::from_bytes(row.array(2)?),
                    expires_at: Timestamp::from_millis(row.int(3)?),
                    spent_by: row.opt_blob_ref(4)?.and_then(|b| b.try_into().ok()).map(TokenId::from_bytes),
                    realm: Realm::from_stored(row.text(5)?),
                    user: UserId(row.int(6)?),
                    organization_id: row.text(7)?,
                    grant_id: TokenId::from_bytes(row.array(8)?),
                    scopes: ScopeList::from_stored(row.opt_text_ref(9)?.unwrap_or_default()),
                    alive: row.bool(10)?,
                })
            },
        )?;
        Ok(row.filter(|row| row.secret_hash.matches(&presented.secret.hash(SecretKind::Enhancement))))
    }
}

fn judge(
    row: Option<Row>,
    client_id: &str,
    realm: &Realm,
    interaction: Option<TokenId>,
    now: Timestamp,
) -> Result<Row, PageError> {
    let row = row.filter(|row| row.client_id == client_id && row.realm == *realm);
    let row = row.ok_or(PageError::EnhancementUnknown)?;
    if row.spent_by.is_some() && row.spent_by != interaction {
        return Err(PageError::EnhancementSpent);
    }
    if !row.alive || now >= row.expires_at {
        return Err(PageError::EnhancementEnded);
    }
    Ok(row)
}
