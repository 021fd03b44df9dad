//! Lists for the operator: every noun, a page at a time, found by its key and never by counting from the beginning.

use grantor_protocol::{
    people::{Organization, Realm, User, UserId},
    scope::ScopeList,
    time::Timestamp,
    token::TokenId,
};

use crate::{
    AuditRow, StoreError, Tx,
    audit::audit_row,
    search::{Sought, holds},
    users::{organization, user},
};

/// A grant as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedGrant {
    /// Its key.
    pub id: TokenId,
    /// Who granted; [`UserId::NOBODY`] for an organization itself.
    pub user: UserId,
    /// To which client.
    pub client_id: String,
    /// For which organization; empty for none.
    pub organization_id: String,
    /// What.
    pub scopes: ScopeList,
    /// Whether it holds while the person is away.
    pub offline: bool,
    /// When it was last consented to.
    pub granted_at: Timestamp,
}

/// Which grants are wanted; what is empty is not asked for.
#[derive(Debug, Clone, Default)]
pub struct GrantFilter {
    /// Of this user.
    pub user: Option<UserId>,
    /// To this client.
    pub client_id: String,
    /// For this organization.
    pub organization_id: String,
}

/// Which audit rows are wanted; what is empty is not asked for.
#[derive(Debug, Clone, Default)]
pub struct AuditWanted {
    /// See [`crate::AuditEvent::as_str`].
    pub event: String,
    /// Concerning this user.
    pub user: Option<UserId>,
    /// Concerning this client.
    pub client_id: String,
    /// Concerning this organization.
    pub organization_id: String,
    /// Not before.
    pub since: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
}

/// How much of everything a data center holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Users of the accounts house and of portals.
    pub users: i64,
    /// Organizations.
    pub organizations: i64,
    /// Portals.
    pub portals: i64,
    /// Grants that hold.
    pub grants: i64,
    /// Refresh tokens that hold.
    pub refresh_tokens: i64,
    /// Rows of access tokens; dead ones are swept.
    pub access_tokens: i64,
    /// Browser sessions that were not ended.
    pub browser_sessions: i64,
    /// Audit rows.
    pub audit: i64,
}

impl Tx<'_> {
    /// Users after an id, by id; `realm`: only that one; `search`: a part of the address.
    pub fn users_listed(
        &mut self,
        realm: Option<&Realm>,
        search: &str,
        after: UserId,
        limit: i64,
    ) -> Result<Vec<User>, StoreError> {
        self.all(
            "SELECT id, realm, email_shown, first_name, last_name, disabled, email_verified FROM users
             WHERE id > $1 AND ($2 = '*' OR realm = $2) AND ($3 = '' OR email LIKE $3 ESCAPE '!') ORDER BY id LIMIT $4",
            &[
                after.0.into(),
                realm.map_or("*", Realm::as_str).into(),
                Sought::of(search).small.as_str().into(),
                limit.into(),
            ],
            user,
        )
    }

    /// Organizations after an id, by id; `search`: a part of the name.
    pub fn organizations_listed(
        &mut self,
        search: &str,
        after: &str,
        limit: i64,
    ) -> Result<Vec<Organization>, StoreError> {
        let Sought { small, typed, words, capitals } = Sought::of(search);
        self.all(
            concat!(
                "SELECT id, name, environment FROM organizations WHERE id > $1 AND ($3 = '' OR ",
                holds!("name", "$3", "$4", "$5", "$6"),
                ") ORDER BY id LIMIT $2"
            ),
            &[
                after.into(),
                limit.into(),
                small.as_str().into(),
                typed.as_str().into(),
                words.as_str().into(),
                capitals.as_str().into(),
            ],
            organization,
        )
    }

    /// Portals after an id, by id: id, name and organization.
    pub fn portals_listed(&mut self, after: &str, limit: i64) -> Result<Vec<(String, String, String)>, StoreError> {
        self.all(
            "SELECT id, name, organization_id FROM portals WHERE id > $1 ORDER BY id LIMIT $2",
            &[after.into(), limit.into()],
            |row| Ok((row.text(0)?, row.text(1)?, row.text(2)?)),
        )
    }

    /// Ids of clients after an id, by id; `search`: a part of the name, the id or the owner's address.
    pub fn client_ids_listed(&mut self, search: &str, after: &str, limit: i64) -> Result<Vec<String>, StoreError> {
        let Sought { small, typed, words, capitals } = Sought::of(search);
        self.all(
            concat!(
                "SELECT id FROM clients
                 WHERE id > $1 AND ($3 = '' OR LOWER(id) LIKE $3 ESCAPE '!' OR owner LIKE $3 ESCAPE '!' OR ",
                holds!("name", "$3", "$4", "$5", "$6"),
                ") ORDER BY id LIMIT $2"
            ),
            &[
                after.into(),
                limit.into(),
                small.as_str().into(),
                typed.as_str().into(),
                words.as_str().into(),
                capitals.as_str().into(),
            ],
            |row| row.text(0),
        )
    }

    /// How many clients there are.
    pub fn client_count(&mut self) -> Result<i64, StoreError> {
        Ok(self.one("SELECT COUNT(*) FROM clients", &[], |row| row.int(0))?.unwrap_or(0))
    }

    /// Grants that hold, after an id, by id.
    pub fn grants_listed(
        &mut self,
        wanted: &GrantFilter,
        after: TokenId,
        limit: i64,
    ) -> Result<Vec<ListedGrant>, StoreError> {
        self.all(
            "SELECT id, user_id, client_id, organization_id, scopes, offline, granted_at FROM grants
             WHERE id > $1 AND revoked_at IS NULL AND ($2 < 0 OR user_id = $2) AND ($3 = '' OR client_id = $3)
               AND ($4 = '' OR organization_id = $4) ORDER BY id LIMIT $5",
            &[
                after.as_bytes().into(),
                wanted.user.map_or(-1, |user| user.0).into(),
                wanted.client_id.as_str().into(),
                wanted.organization_id.as_str().into(),
                limit.into(),
            ],
            |row| {
                Ok(ListedGrant {
                    id: TokenId::from_bytes(row.array(0)?),
                    user: UserId(row.int(1)?),
                    client_id: row.text(2)?,
                    organization_id: row.text(3)?,
                    scopes: ScopeList::from_stored(row.text_ref(4)?),
                    offline: row.bool(5)?,
                    granted_at: Timestamp::from_millis(row.int(6)?),
                })
            },
        )
    }

    /// Audit rows before an id, newest first.
    pub fn audit_listed(
        &mut self,
        wanted: &AuditWanted,
        before: Option<TokenId>,
        limit: i64,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let until = wanted.until.map_or(TokenId::from_bytes([0xff; 16]), TokenId::first_of);
        let before = before.map_or(until, |before| before.min(until));
        let since = wanted.since.map_or(TokenId::from_bytes([0; 16]), TokenId::first_of);
        self.all(
            "SELECT id, event, user_id, client_id, organization_id, detail, request_id FROM audit
             WHERE id < $1 AND id >= $2 AND ($3 = '' OR event = $3) AND ($4 < 0 OR user_id = $4)
               AND ($5 = '' OR client_id = $5) AND ($6 = '' OR organization_id = $6) ORDER BY id DESC LIMIT $7",
            &[
                before.as_bytes().into(),
                since.as_bytes().into(),
                wanted.event.as_str().into(),
                wanted.user.map_or(-1, |user| user.0).into(),
                wanted.client_id.as_str().into(),
                wanted.organization_id.as_str().into(),
                limit.into(),
            ],
            audit_row,
        )
    }

    /// Counts everything; takes as long as that takes.
    pub fn counts(&mut self) -> Result<Counts, StoreError> {
        let mut count =
            |sql: &'static str| -> Result<i64, StoreError> { Ok(self.one(sql, &[], |row| row.int(0))?.unwrap_or(0)) };
        Ok(Counts {
            users: count("SELECT COUNT(*) FROM users")?,
            organizations: count("SELECT COUNT(*) FROM organizations")?,
            portals: count("SELECT COUNT(*) FROM portals")?,
            grants: count("SELECT COUNT(*) FROM grants WHERE revoked_at IS NULL")?,
            refresh_tokens: count("SELECT COUNT(*) FROM refresh_tokens WHERE revoked_at IS NULL")?,
            access_tokens: count("SELECT COUNT(*) FROM access_tokens")?,
            browser_sessions: count("SELECT COUNT(*) FROM browser_sessions WHERE ended_at IS NULL")?,
            audit: count("SELECT COUNT(*) FROM audit")?,
        })
    }
}
