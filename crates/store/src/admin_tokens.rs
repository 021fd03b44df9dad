//! What scripts and commands present to the admin API: a name, a role, and the hash of a secret, in the directory.

use grantor_protocol::{
    secret::{SecretHash, SecretKind},
    time::Timestamp,
    token::{PresentedToken, TokenId},
};

use crate::{Row, StoreError, Tx};

/// What the bearer of an admin token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdminRole {
    /// Look at everything.
    Viewer,
    /// Change everything.
    Operator,
}

impl AdminRole {
    /// As kept and as written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
        }
    }

    /// Reads that spelling; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Viewer, Self::Operator].into_iter().find(|role| role.as_str() == text)
    }
}

/// An admin token as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminToken {
    /// Its first half.
    pub id: TokenId,
    /// Who or what uses it.
    pub name: String,
    /// What it may do.
    pub role: AdminRole,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last presented, to the minute; `None`: never.
    pub used_at: Option<Timestamp>,
    /// When it ends; `None`: never.
    pub expires_at: Option<Timestamp>,
}

fn optional(millis: i64) -> Option<Timestamp> {
    (millis > 0).then_some(Timestamp::from_millis(millis))
}

fn token(row: &Row<'_>) -> Result<AdminToken, StoreError> {
    Ok(AdminToken {
        id: TokenId::from_bytes(row.array(0)?),
        name: row.text(1)?,
        role: AdminRole::parse(row.text_ref(2)?)
            .ok_or(StoreError::Corrupt { what: "missing: a known admin role".into() })?,
        created_at: Timestamp::from_millis(row.int(3)?),
        used_at: optional(row.int(4)?),
        expires_at: optional(row.int(5)?),
    })
}

impl Tx<'_> {
    /// Keeps a new token. False when there is one of that name.
    pub fn add_admin_token(&mut self, new: &AdminToken, secret: &SecretHash) -> Result<bool, StoreError> {
        let added = self.execute(
            "INSERT INTO admin_tokens (id, name, role, secret_hash, created_at, used_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, 0, $6) ON CONFLICT (name) DO NOTHING",
            &[
                new.id.as_bytes().into(),
                new.name.as_str().into(),
                new.role.as_str().into(),
                secret.as_bytes().into(),
                new.created_at.millis().into(),
                new.expires_at.map_or(0, Timestamp::millis).into(),
            ],
        )?;
        Ok(added == 1)
    }

    /// The token that was presented, when it holds now.
    pub fn admin_token(
        &mut self,
        presented: &PresentedToken,
        now: Timestamp,
    ) -> Result<Option<AdminToken>, StoreError> {
        let found = self.one(
            "SELECT id, name, role, created_at, used_at, expires_at, secret_hash FROM admin_tokens WHERE id = $1",
            &[presented.id.as_bytes().into()],
            |row| Ok((token(row)?, SecretHash::from_bytes(row.array(6)?))),
        )?;
        Ok(found
            .filter(|(token, hash)| {
                hash.matches(&presented.secret.hash(SecretKind::AdminToken))
                    && token.expires_at.is_none_or(|end| now < end)
            })
            .map(|(token, _)| token))
    }

    /// Every token, by name.
    pub fn admin_tokens(&mut self) -> Result<Vec<AdminToken>, StoreError> {
        self.all("SELECT id, name, role, created_at, used_at, expires_at FROM admin_tokens ORDER BY name", &[], token)
    }

    /// Notes that a token was presented.
    pub fn see_admin_token(&mut self, id: TokenId, now: Timestamp) -> Result<(), StoreError> {
        self.execute(
            "UPDATE admin_tokens SET used_at = $2 WHERE id = $1 AND used_at < $2",
            &[id.as_bytes().into(), now.millis().into()],
        )?;
        Ok(())
    }

    /// Ends a token by its name; false when there is none.
    pub fn end_admin_token(&mut self, name: &str) -> Result<bool, StoreError> {
        Ok(self.execute("DELETE FROM admin_tokens WHERE name = $1", &[name.into()])? == 1)
    }
}
