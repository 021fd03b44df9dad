//! How full the caps and throttles of a client's grants are: what its owner sees in the console. Reads only.

use grantor_protocol::{
    access_list::AccessList, issue::Recent, people::UserId, scope::ScopeList, time::Timestamp, token::TokenId,
};

use crate::{Row, StoreError, Tx};

/// One live grant of a client, with what its lists say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantQuota {
    /// Its key.
    pub grant: TokenId,
    /// Who gave it; [`UserId::NOBODY`] for an organization or the client itself.
    pub user: UserId,
    /// The organization it is bound to; empty for none.
    pub organization_id: String,
    /// That organization's name.
    pub organization: Option<String>,
    /// What was granted.
    pub scopes: ScopeList,
    /// Whether offline access was.
    pub offline: bool,
    /// When it was last consented to.
    pub granted_at: Timestamp,
    /// Access tokens that the client got by its credentials, or an organization vouched for.
    pub own: AccessList,
    /// Live refresh tokens, oldest first.
    pub refresh_tokens: Recent,
    /// Codes of this user and client: the throttle's window.
    pub codes: Recent,
    /// Refresh tokens of this user and client: the throttle's window.
    pub recent_refresh: Recent,
}

/// A refresh token with its access tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FamilyQuota {
    /// The refresh token's identifier.
    pub id: TokenId,
    /// Its access tokens.
    pub recent: AccessList,
    /// How many of them may live.
    pub access_cap: usize,
    /// When it was last used.
    pub used_at: Timestamp,
    /// Whether it turns at each use.
    pub rotates: bool,
}

/// Which grants are wanted.
#[derive(Debug, Clone, Default)]
pub struct QuotaFilter {
    /// Only of this user or this organization.
    pub of: Option<String>,
    /// Only those after this one, in the order of the list.
    pub after: Option<(Timestamp, TokenId)>,
}

const QUOTAS: &str =
    "SELECT g.id, g.user_id, g.organization_id, o.name, g.scopes, g.offline, g.granted_at, g.refresh_ids,
            cu.recent_codes, cu.recent_refresh, g.access_ids
     FROM grants g LEFT JOIN organizations o ON o.id = g.organization_id
     LEFT JOIN client_users cu ON cu.user_id = g.user_id AND cu.client_id = g.client_id
     WHERE g.client_id = $1 AND g.granted_at <= $2 AND (g.granted_at < $2 OR g.id < $3) AND g.revoked_at IS NULL
       AND ($4 = '' OR g.organization_id = $4 OR g.user_id = $5)
     ORDER BY g.granted_at DESC, g.id DESC LIMIT $6";

/// The same of one user or organization, by their own indexes.
const QUOTAS_OF_FEW: &str =
    "SELECT g.id, g.user_id, g.organization_id, o.name, g.scopes, g.offline, g.granted_at, g.refresh_ids,
            cu.recent_codes, cu.recent_refresh, g.access_ids
     FROM (SELECT id AS of_it FROM grants WHERE organization_id = $4 AND client_id = $1
           UNION SELECT id FROM grants WHERE user_id = $5 AND client_id = $1) f
     JOIN grants g ON g.id = f.of_it
     LEFT JOIN organizations o ON o.id = g.organization_id
     LEFT JOIN client_users cu ON cu.user_id = g.user_id AND cu.client_id = g.client_id
     WHERE g.granted_at <= $2 AND (g.granted_at < $2 OR g.id < $3) AND g.revoked_at IS NULL
     ORDER BY g.granted_at DESC, g.id DESC LIMIT $6";

fn quota(row: &Row<'_>) -> Result<GrantQuota, StoreError> {
    Ok(GrantQuota {
        grant: TokenId::from_bytes(row.array(0)?),
        user: UserId(row.int(1)?),
        organization_id: row.text(2)?,
        organization: row.opt_text(3)?,
        scopes: ScopeList::from_stored(row.opt_text_ref(4)?.unwrap_or_default()),
        offline: row.bool(5)?,
        granted_at: Timestamp::from_millis(row.int(6)?),
        refresh_tokens: Recent::from_bytes(row.opt_blob_ref(7)?.unwrap_or_default()),
        own: AccessList::from_bytes(row.opt_blob_ref(10)?.unwrap_or_default()),
        codes: Recent::from_bytes(row.opt_blob_ref(8)?.unwrap_or_default()),
        recent_refresh: Recent::from_bytes(row.opt_blob_ref(9)?.unwrap_or_default()),
    })
}

impl Tx<'_> {
    /// The live grants of a client, the last consented first.
    pub fn grant_quotas(
        &mut self,
        client_id: &str,
        wanted: &QuotaFilter,
        limit: i64,
    ) -> Result<Vec<GrantQuota>, StoreError> {
        let of = wanted.of.as_deref().unwrap_or_default();
        // A number too large for a user's is an organization's, or nobody's.
        let user = of.parse::<i64>().ok().filter(|id| *id > 0).unwrap_or(-1);
        let (at, id) = wanted.after.unwrap_or((Timestamp::from_millis(i64::MAX), TokenId::from_bytes([0xff; 16])));
        let sql = if !of.is_empty() && self.has_few_grants(client_id, of)? { QUOTAS_OF_FEW } else { QUOTAS };
        self.all(
            sql,
            &[client_id.into(), at.millis().into(), id.as_bytes().into(), of.into(), user.into(), limit.into()],
            quota,
        )
    }

    /// Whether an organization's grants to a client are few enough to be put in order. Of many, a walk through the
    /// client's in their order soon meets a page's worth.
    fn has_few_grants(&mut self, client_id: &str, organization_id: &str) -> Result<bool, StoreError> {
        let counted = self.one(
            "SELECT COUNT(*) FROM (SELECT 1 FROM grants WHERE organization_id = $1 AND client_id = $2 LIMIT 5001) few",
            &[organization_id.into(), client_id.into()],
            |row| row.int(0),
        )?;
        Ok(counted.unwrap_or(0) <= 5_000)
    }

    /// One live grant of a client, and its live refresh tokens, oldest first.
    pub fn grant_quota(
        &mut self,
        client_id: &str,
        grant: TokenId,
    ) -> Result<Option<(GrantQuota, Vec<FamilyQuota>)>, StoreError> {
        let found = self.one(
            "SELECT g.id, g.user_id, g.organization_id, o.name, g.scopes, g.offline, g.granted_at, g.refresh_ids,
                    cu.recent_codes, cu.recent_refresh, g.access_ids
             FROM grants g LEFT JOIN organizations o ON o.id = g.organization_id
             LEFT JOIN client_users cu ON cu.user_id = g.user_id AND cu.client_id = g.client_id
             WHERE g.id = $2 AND g.client_id = $1 AND g.revoked_at IS NULL",
            &[client_id.into(), grant.as_bytes().into()],
            quota,
        )?;
        let Some(found) = found else { return Ok(None) };
        let mut families = Vec::new();
        for id in found.refresh_tokens.iter() {
            let family = self.one(
                "SELECT recent, access_cap, used_at, rotates FROM refresh_tokens WHERE id = $1 AND revoked_at IS NULL",
                &[id.as_bytes().into()],
                |row| {
                    Ok(FamilyQuota {
                        id: *id,
                        recent: AccessList::from_bytes(row.opt_blob_ref(0)?.unwrap_or_default()),
                        access_cap: usize::try_from(row.int(1)?).unwrap_or(usize::MAX),
                        used_at: Timestamp::from_millis(row.int(2)?),
                        rotates: row.bool(3)?,
                    })
                },
            )?;
            families.extend(family);
        }
        Ok(Some((found, families)))
    }
}
