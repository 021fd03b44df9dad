//! Revoking a token: a refresh token takes its access tokens along, an access token goes alone
//! (accounts-protocol.md section 12; `spec/decisions.md` 1, 13).

use std::time::Duration;

use grantor_protocol::{
    access_list::AccessList,
    causes::RevokeError,
    issue::Recent,
    people::{Realm, UserId},
    rotation::RotationKey,
    secret::{SecretHash, SecretKind},
    time::Timestamp,
    token::{PresentedToken, TokenId},
};

use crate::{
    AuditEvent, AuditTrail, Concerning, StoreError, Tx,
    rotation::{Standing, Turns, standing},
};

/// What kind of token is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A refresh token.
    Refresh,
    /// An access token.
    Access,
}

/// Who asks to revoke what.
#[derive(Debug, Clone)]
pub struct Revocation {
    /// The token.
    pub token: PresentedToken,
    /// The client that authenticated; `None` in the open form, where possession suffices.
    pub client_id: Option<String>,
    /// At which door.
    pub realm: Realm,
    /// The only kind that is meant, where the form demands one.
    pub only: Option<TokenKind>,
}

/// What was revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoked {
    /// Whose token it was.
    pub client_id: String,
    /// What it was.
    pub kind: TokenKind,
    /// Whether it was alive until now.
    pub ended: bool,
}

struct Row {
    kind: TokenKind,
    secret_hash: SecretHash,
    realm: String,
    client_id: String,
    user: UserId,
    organization_id: String,
    grant_id: TokenId,
    refresh_id: Option<TokenId>,
    turns: Option<Turns>,
}

impl Tx<'_> {
    /// Revokes, or says why not. Revoking what was revoked before succeeds again. Any refresh token that a rotating
    /// family ever had ends it.
    pub fn revoke(
        &mut self,
        asked: &Revocation,
        rotation: &RotationKey,
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<Result<Revoked, RevokeError>, StoreError> {
        let Some(row) = self.any_token(asked.token.id)? else { return Ok(Err(RevokeError::Unknown)) };
        let right = match row.kind {
            TokenKind::Refresh => {
                let turns = row.turns.as_ref();
                standing(&row.secret_hash, turns, &asked.token, rotation, Duration::ZERO, now) != Standing::Unknown
            }
            TokenKind::Access => row.secret_hash.matches(&asked.token.secret.hash(SecretKind::Access)),
        };
        if !right {
            return Ok(Err(RevokeError::Unknown));
        }
        self.revoke_row(&row, asked, trail, now)
    }

    /// Revokes a JWT access token (RFC 9068) by its `jti`; its signature was checked before. The secret in `asked` is
    /// not looked at.
    pub fn revoke_signed(
        &mut self,
        asked: &Revocation,
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<Result<Revoked, RevokeError>, StoreError> {
        match self.any_token(asked.token.id)? {
            Some(row) if row.kind == TokenKind::Access => self.revoke_row(&row, asked, trail, now),
            _ => Ok(Err(RevokeError::Unknown)),
        }
    }

    fn revoke_row(
        &mut self,
        row: &Row,
        asked: &Revocation,
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<Result<Revoked, RevokeError>, StoreError> {
        if asked.client_id.as_ref().is_some_and(|client_id| *client_id != row.client_id) {
            return Ok(Err(RevokeError::OfAnotherClient));
        }
        if asked.realm.as_str() != row.realm {
            return Ok(Err(RevokeError::OfAnotherRealm));
        }
        if asked.only.is_some_and(|only| only != row.kind) {
            return Ok(Err(RevokeError::TypeMismatch));
        }
        let ended = match row.kind {
            TokenKind::Refresh => self.end_listed_refresh_token(row.grant_id, asked.token.id, "revoked", now)?,
            TokenKind::Access => self.end_listed_access_token(row, asked.token.id, now)?,
        };
        if ended {
            let concerning = Concerning {
                user: Some(row.user),
                client_id: Some(&row.client_id),
                organization_id: Some(&row.organization_id),
            };
            let what = if row.kind == TokenKind::Refresh { "refresh token" } else { "access token" };
            self.audit(trail, AuditEvent::TokenRevoked, concerning, &format!("{what} {}", asked.token.id.mark()))?;
        }
        Ok(Ok(Revoked { client_id: row.client_id.clone(), kind: row.kind, ended }))
    }

    /// Ends a refresh token and takes it off its grant's list, so that it no longer counts toward the cap.
    pub(crate) fn end_listed_refresh_token(
        &mut self,
        grant_id: TokenId,
        id: TokenId,
        because: &'static str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let listed = self.one(
            "SELECT refresh_ids FROM grants WHERE id = $1 FOR UPDATE",
            &[grant_id.as_bytes().into()],
            |row| Ok(Recent::from_bytes(row.opt_blob_ref(0)?.unwrap_or_default())),
        )?;
        if let Some(mut listed) = listed {
            listed.remove(&id);
            self.execute(
                "UPDATE grants SET refresh_ids = $2 WHERE id = $1",
                &[grant_id.as_bytes().into(), (&listed.to_bytes()).into()],
            )?;
        }
        self.end_refresh_token(id, because, now)
    }

    /// Ends an access token and notes it in the list of its family, or of its grant when it was made without a refresh
    /// token, so that it leaves its place to the next.
    fn end_listed_access_token(&mut self, row: &Row, id: TokenId, now: Timestamp) -> Result<bool, StoreError> {
        let (parent, read, write) = match row.refresh_id {
            Some(refresh_id) => (
                refresh_id,
                "SELECT recent FROM refresh_tokens WHERE id = $1 FOR UPDATE",
                "UPDATE refresh_tokens SET recent = $2 WHERE id = $1",
            ),
            None => (
                row.grant_id,
                "SELECT access_ids FROM grants WHERE id = $1 FOR UPDATE",
                "UPDATE grants SET access_ids = $2 WHERE id = $1",
            ),
        };
        let listed = self.one(read, &[parent.as_bytes().into()], |row| {
            Ok(AccessList::from_bytes(row.opt_blob_ref(0)?.unwrap_or_default()))
        })?;
        if let Some(mut listed) = listed
            && listed.end(&id)
        {
            self.execute(write, &[parent.as_bytes().into(), (&listed.to_bytes()).into()])?;
        }
        self.end_access_token(id, now)
    }

    fn any_token(&mut self, id: TokenId) -> Result<Option<Row>, StoreError> {
        let refresh = self.one(
            "SELECT secret_hash, realm, client_id, user_id, organization_id, grant_id,
                    rotates, generation, previous_hash, rotated_at, idle_lifetime, expires_at
             FROM refresh_tokens WHERE id = $1",
            &[id.as_bytes().into()],
            |row| read(row, TokenKind::Refresh),
        )?;
        if refresh.is_some() {
            return Ok(refresh);
        }
        self.one(
            "SELECT a.secret_hash, COALESCE(u.realm, ''), g.client_id, g.user_id, g.organization_id, a.grant_id,
                    a.refresh_id FROM access_tokens a JOIN grants g ON g.id = a.grant_id LEFT JOIN users u ON u.id = g.user_id WHERE a.id = $1",
            &[id.as_bytes().into()],
            |row| read(row, TokenKind::Access),
        )
    }
}

fn read(row: &crate::Row<'_>, kind: TokenKind) -> Result<Row, StoreError> {
    Ok(Row {
        kind,
        secret_hash: SecretHash::from_bytes(row.array(0)?),
        realm: row.text(1)?,
        client_id: row.text(2)?,
        user: UserId(row.int(3)?),
        organization_id: row.text(4)?,
        grant_id: TokenId::from_bytes(row.array(5)?),
        turns: match kind {
            TokenKind::Refresh => Turns::read(row, 6)?,
            TokenKind::Access => None,
        },
        refresh_id: match kind {
            TokenKind::Refresh => None,
            TokenKind::Access => row.opt_blob_ref(6)?.and_then(|bytes| bytes.try_into().ok()).map(TokenId::from_bytes),
        },
    })
}
