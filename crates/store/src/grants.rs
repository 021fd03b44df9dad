//! Grants: what a user allowed a client in one organization, the parent of every token; and the row above
//! it that serializes what one user does with one client.

use grantor_protocol::{
    issue::Recent,
    organization_policy::Barred,
    people::UserId,
    scope::{Catalog, ScopeList},
    step::GrantFacts,
    time::Timestamp,
    token::TokenId,
};

use crate::{AuditEvent, AuditTrail, Concerning, PolicyFor, Row, StoreError, Tx, organization_policies::read_policy};

/// A grant's row.
#[derive(Debug, Clone)]
pub struct Grant {
    /// Its key.
    pub id: TokenId,
    /// Everything that was ever allowed.
    pub scopes: ScopeList,
    /// Whether offline access was.
    pub offline: bool,
    /// Live refresh tokens, oldest first.
    pub refresh_ids: Recent,
    /// Whether it was withdrawn.
    pub revoked: bool,
    /// When it was last consented to.
    pub granted_at: Timestamp,
    /// What its organization decided about the client.
    pub policy: Option<PolicyFor>,
}

impl Grant {
    /// Whether its organization lets it be used for these scopes now.
    ///
    /// # Errors
    /// Why not.
    pub fn allowed(
        &self,
        client_id: &str,
        scopes: &ScopeList,
        catalog: &Catalog,
        now: Timestamp,
    ) -> Result<(), Barred> {
        let Some(policy) = &self.policy else { return Ok(()) };
        policy.judge(client_id, scopes, Some(self.granted_at), catalog, now)
    }
}

/// A grant as its user's account page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connected {
    /// Its key.
    pub grant: TokenId,
    /// Who holds it.
    pub client_id: String,
    /// Whether it keeps access while the person is away.
    pub offline: bool,
    /// When it was last consented to.
    pub granted_at: Timestamp,
    /// The organization's name; none when it is bound to none.
    pub organization: Option<String>,
}

/// The windows of one user's and client's throttles.
#[derive(Debug, Clone, Default)]
pub struct ClientUser {
    /// Codes made.
    pub codes: Recent,
    /// Refresh tokens made.
    pub refresh: Recent,
}

/// What a new refresh token fills.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Fullness {
    /// Live refresh tokens of the grant.
    pub refresh_tokens: usize,
    /// The oldest of them: what the next one evicts when there is no room.
    pub oldest: Option<TokenId>,
    /// Those that were alive and had to go.
    pub evicted: Vec<TokenId>,
    /// How many refresh tokens the throttle counts; 0 when nobody counts.
    pub in_window: usize,
}

fn client_user(row: &Row<'_>) -> Result<ClientUser, StoreError> {
    Ok(ClientUser {
        codes: Recent::from_bytes(row.opt_blob_ref(0)?.unwrap_or_default()),
        refresh: Recent::from_bytes(row.opt_blob_ref(1)?.unwrap_or_default()),
    })
}

impl Tx<'_> {
    /// What a user granted a client so far, for [`grantor_protocol::step::next_step`]; without what is older than the
    /// organization lets grants get: that has to be granted again.
    pub fn grant_facts(
        &mut self,
        user: UserId,
        client_id: &str,
        now: Timestamp,
    ) -> Result<Vec<GrantFacts>, StoreError> {
        // Put in order here: an ORDER BY would have SQLite walk everything the client was ever granted.
        let mut found = self.all(
            "SELECT g.organization_id, g.scopes, g.offline, g.granted_at FROM grants g
             LEFT JOIN organization_policies p ON p.organization_id = g.organization_id
             WHERE g.user_id = $1 AND g.client_id = $2 AND g.revoked_at IS NULL
               AND (COALESCE(p.maximum_life, 0) = 0 OR $3 - g.granted_at < p.maximum_life)",
            &[user.0.into(), client_id.into(), now.millis().into()],
            |row| {
                let facts = GrantFacts {
                    organization_id: row.text(0)?,
                    scopes: ScopeList::from_stored(row.opt_text_ref(1)?.unwrap_or_default()),
                    offline: row.bool(2)?,
                };
                Ok((row.int(3)?, facts))
            },
        )?;
        found.sort_by_key(|(granted_at, _)| std::cmp::Reverse(*granted_at));
        Ok(found.into_iter().map(|(_, facts)| facts).collect())
    }

    /// Locks the row above everything one user does with one client, when there is one: not before the first code.
    pub(crate) fn lock_known_client_user(
        &mut self,
        user: UserId,
        client_id: &str,
    ) -> Result<Option<ClientUser>, StoreError> {
        self.one(
            "SELECT recent_codes, recent_refresh FROM client_users WHERE user_id = $1 AND client_id = $2 FOR UPDATE",
            &[user.0.into(), client_id.into()],
            client_user,
        )
    }

    /// The same, making it when it is the first time.
    pub fn lock_client_user(&mut self, user: UserId, client_id: &str) -> Result<ClientUser, StoreError> {
        if let Some(found) = self.lock_known_client_user(user, client_id)? {
            return Ok(found);
        }
        // Inserts or locks in one statement: between two the row could be removed again, with its user.
        self.one(
            "INSERT INTO client_users (user_id, client_id, recent_codes, recent_refresh) VALUES ($1, $2, $3, $3)
             ON CONFLICT (user_id, client_id) DO UPDATE SET client_id = excluded.client_id
             RETURNING recent_codes, recent_refresh",
            &[user.0.into(), client_id.into(), (&[] as &[u8]).into()],
            client_user,
        )?
        .ok_or(StoreError::Corrupt { what: "missing: the row of a client's user".into() })
    }

    /// Writes back the window of codes.
    pub(crate) fn set_recent_codes(&mut self, user: UserId, client_id: &str, codes: &Recent) -> Result<(), StoreError> {
        self.execute(
            "UPDATE client_users SET recent_codes = $3 WHERE user_id = $1 AND client_id = $2",
            &[user.0.into(), client_id.into(), (&codes.to_bytes()).into()],
        )?;
        Ok(())
    }

    /// Writes back the window of refresh tokens.
    pub(crate) fn set_recent_refresh(
        &mut self,
        user: UserId,
        client_id: &str,
        refresh: &Recent,
    ) -> Result<(), StoreError> {
        self.execute(
            "UPDATE client_users SET recent_refresh = $3 WHERE user_id = $1 AND client_id = $2",
            &[user.0.into(), client_id.into(), (&refresh.to_bytes()).into()],
        )?;
        Ok(())
    }

    /// Locks the grant of a user, client and organization.
    pub fn lock_grant_of(
        &mut self,
        user: UserId,
        client_id: &str,
        organization_id: &str,
    ) -> Result<Option<Grant>, StoreError> {
        self.one(
            "SELECT g.id, g.scopes, g.offline, g.refresh_ids, g.revoked_at, g.granted_at,
                    p.clients_listed, p.clients, p.blocked_scopes, p.maximum_life, p.review_required, v.state
             FROM grants g LEFT JOIN organization_policies p ON p.organization_id = g.organization_id
             LEFT JOIN reviews v ON v.organization_id = p.organization_id AND v.client_id = g.client_id
             WHERE g.user_id = $1 AND g.client_id = $2 AND g.organization_id = $3 FOR UPDATE OF g",
            &[user.0.into(), client_id.into(), organization_id.into()],
            |row| {
                Ok(Grant {
                    id: TokenId::from_bytes(row.array(0)?),
                    scopes: ScopeList::from_stored(row.opt_text_ref(1)?.unwrap_or_default()),
                    offline: row.bool(2)?,
                    refresh_ids: Recent::from_bytes(row.opt_blob_ref(3)?.unwrap_or_default()),
                    revoked: row.opt_int(4)?.is_some(),
                    granted_at: Timestamp::from_millis(row.int(5)?),
                    policy: read_policy(row, 6)?,
                })
            },
        )
    }

    /// Adds what was consented to a grant, making it (with the key `fresh`) when there is none. A withdrawn
    /// grant begins anew: only what is consented now counts, and its old tokens stay dead.
    pub(crate) fn consent(
        &mut self,
        user: UserId,
        client_id: &str,
        organization_id: &str,
        consented: (&ScopeList, bool),
        fresh: TokenId,
        now: Timestamp,
    ) -> Result<TokenId, StoreError> {
        let (scopes, offline) = consented;
        match self.lock_grant_of(user, client_id, organization_id)? {
            Some(grant) if !grant.revoked => {
                let mut all = grant.scopes;
                for scope in scopes.iter() {
                    all.add(scope);
                }
                self.execute(
                    "UPDATE grants SET scopes = $2, offline = $3, granted_at = $4 WHERE id = $1",
                    &[
                        grant.id.as_bytes().into(),
                        all.to_string().as_str().into(),
                        (grant.offline || offline).into(),
                        now.millis().into(),
                    ],
                )?;
                Ok(grant.id)
            }
            old => {
                if let Some(old) = old {
                    self.execute("DELETE FROM grants WHERE id = $1", &[old.id.as_bytes().into()])?;
                }
                self.execute(
                    "INSERT INTO grants (id, user_id, client_id, organization_id, scopes, offline, refresh_ids, granted_at)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                    &[
                        fresh.as_bytes().into(),
                        user.0.into(),
                        client_id.into(),
                        organization_id.into(),
                        scopes.to_string().as_str().into(),
                        offline.into(),
                        (&[] as &[u8]).into(),
                        now.millis().into(),
                    ],
                )?;
                Ok(fresh)
            }
        }
    }

    /// What a user granted that still holds, newest first, and what was granted for the organizations they
    /// administer: what their account page lists.
    pub fn connected(&mut self, user: UserId) -> Result<Vec<Connected>, StoreError> {
        self.all(
            "SELECT g.id, g.client_id, g.offline, g.granted_at, o.name
             FROM grants g LEFT JOIN organizations o ON o.id = g.organization_id
             WHERE g.user_id = $1 AND g.revoked_at IS NULL
             UNION ALL
             SELECT g.id, g.client_id, g.offline, g.granted_at, o.name
             FROM memberships m JOIN organizations o ON o.id = m.organization_id
             JOIN grants g ON g.organization_id = m.organization_id AND g.user_id = 0
             WHERE m.user_id = $1 AND m.administrator AND g.revoked_at IS NULL
             ORDER BY 4 DESC LIMIT 200",
            &[user.0.into()],
            |row| {
                Ok(Connected {
                    grant: TokenId::from_bytes(row.array(0)?),
                    client_id: row.text(1)?,
                    offline: row.bool(2)?,
                    granted_at: Timestamp::from_millis(row.int(3)?),
                    organization: row.opt_text(4)?,
                })
            },
        )
    }

    /// Whose a grant is: the user (nobody for an organization's own), the client, and the organization, empty for none.
    pub fn parties_of_grant(&mut self, id: TokenId) -> Result<Option<(UserId, String, String)>, StoreError> {
        self.one(
            "SELECT user_id, client_id, organization_id FROM grants WHERE id = $1",
            &[id.as_bytes().into()],
            |row| Ok((UserId(row.int(0)?), row.text(1)?, row.text(2)?)),
        )
    }

    /// Withdraws a grant for the user who gave it, or who administers the organization that did. Answers the client that
    /// had it; none when it is not theirs or was withdrawn before.
    pub fn withdraw(
        &mut self,
        user: UserId,
        grant: TokenId,
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        let of = self.one(
            "SELECT client_id, organization_id FROM grants g WHERE id = $1 AND (user_id = $2 OR (user_id = 0 AND EXISTS
               (SELECT 1 FROM memberships m
                WHERE m.user_id = $2 AND m.organization_id = g.organization_id AND m.administrator)))",
            &[grant.as_bytes().into(), user.0.into()],
            |row| Ok((row.text(0)?, row.text(1)?)),
        )?;
        let Some((client_id, organization_id)) = of else { return Ok(None) };
        if !self.revoke_grant(grant, now)? {
            return Ok(None);
        }
        let concerning =
            Concerning { user: Some(user), client_id: Some(&client_id), organization_id: Some(&organization_id) };
        self.audit(trail, AuditEvent::Withdrawn, concerning, "")?;
        Ok(Some(client_id))
    }

    /// Removes everything a client was granted here: the client is gone, and another of the same id must
    /// inherit nothing.
    pub fn remove_grants_to(&mut self, client_id: &str) -> Result<(), StoreError> {
        let grants = self.all(
            "SELECT id, user_id FROM grants WHERE client_id = $1 ORDER BY granted_at",
            &[client_id.into()],
            |row| Ok((TokenId::from_bytes(row.array(0)?), UserId(row.int(1)?))),
        )?;
        // The throttle windows first: the order in which every step takes its locks.
        for (_, user) in &grants {
            self.execute(
                "DELETE FROM client_users WHERE user_id = $1 AND client_id = $2",
                &[user.0.into(), client_id.into()],
            )?;
        }
        self.remove_grants(&grants.into_iter().map(|(id, _)| id).collect::<Vec<_>>())?;
        self.execute("DELETE FROM reviews WHERE client_id = $1", &[client_id.into()])?;
        Ok(())
    }

    /// Removes everything a user granted.
    pub(crate) fn remove_grants_of(&mut self, user: UserId) -> Result<(), StoreError> {
        let grants = self.all(
            "SELECT id FROM grants WHERE user_id = $1 ORDER BY client_id, organization_id",
            &[user.0.into()],
            |row| Ok(TokenId::from_bytes(row.array(0)?)),
        )?;
        self.remove_grants(&grants)
    }

    /// Removes everything that was granted in an organization.
    pub(crate) fn remove_grants_in(&mut self, organization_id: &str) -> Result<(), StoreError> {
        let grants = self.all(
            "SELECT id FROM grants WHERE organization_id = $1 ORDER BY client_id, id",
            &[organization_id.into()],
            |row| Ok(TokenId::from_bytes(row.array(0)?)),
        )?;
        self.remove_grants(&grants)
    }

    /// Removes grants with their live refresh tokens, each by its key. What else was made from them stays until it is
    /// swept: codes and access tokens of a grant that is gone open nothing, and refresh tokens off its list have ended
    /// before.
    fn remove_grants(&mut self, grants: &[TokenId]) -> Result<(), StoreError> {
        for id in grants {
            let listed =
                self.one("SELECT refresh_ids FROM grants WHERE id = $1 FOR UPDATE", &[id.as_bytes().into()], |row| {
                    Ok(Recent::from_bytes(row.opt_blob_ref(0)?.unwrap_or_default()))
                })?;
            for refresh in listed.unwrap_or_default().iter() {
                self.execute("DELETE FROM refresh_tokens WHERE id = $1", &[refresh.as_bytes().into()])?;
            }
            self.execute("DELETE FROM grants WHERE id = $1", &[id.as_bytes().into()])?;
        }
        Ok(())
    }

    /// Withdraws a grant: everything made from it is dead at once. Its refresh tokens are marked as well, so that
    /// they are swept one day.
    pub fn revoke_grant(&mut self, id: TokenId, now: Timestamp) -> Result<bool, StoreError> {
        let live = self.one(
            "SELECT refresh_ids FROM grants WHERE id = $1 AND revoked_at IS NULL FOR UPDATE",
            &[id.as_bytes().into()],
            |row| Ok(Recent::from_bytes(row.opt_blob_ref(0)?.unwrap_or_default())),
        )?;
        let Some(live) = live else { return Ok(false) };
        self.execute("UPDATE grants SET revoked_at = $2 WHERE id = $1", &[id.as_bytes().into(), now.millis().into()])?;
        for refresh in live.iter() {
            self.end_refresh_token(*refresh, "grant withdrawn", now)?;
        }
        Ok(true)
    }
}
