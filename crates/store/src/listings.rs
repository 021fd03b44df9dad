//! Lists for the operator: every noun, a page at a time, found by its key and never by counting from the beginning.

use grantor_protocol::{
    people::{Organization, Realm, User, UserId},
    scope::ScopeList,
    time::Timestamp,
    token::TokenId,
};

use crate::{
    AuditFilter, AuditRow, Param, StoreError, Tx,
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

/// How many rows of an index a page looks at, at most, for those it wants.
const STRETCH: i64 = 2_000;

macro_rules! grants_by {
    ($condition:literal) => {
        concat!(
            "SELECT id, user_id, client_id, organization_id, scopes, offline, granted_at, revoked_at FROM grants WHERE ",
            $condition,
            "id > $1 ORDER BY id LIMIT $2"
        )
    };
}

const GRANTS_BY_ID: &str = grants_by!("");
const GRANTS_BY_USER: &str = grants_by!("user_id = $3 AND ");
const GRANTS_BY_BOTH: &str = grants_by!("organization_id = $3 AND client_id = $4 AND ");

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
        let sought = Sought::of(search);
        let [small, typed, words, capitals] = sought.params();
        self.all(
            concat!(
                "SELECT id, name, environment FROM organizations WHERE id > $1 AND ($3 = '' OR ",
                holds!("name", "$3", "$4", "$5", "$6"),
                ") ORDER BY id LIMIT $2"
            ),
            &[after.into(), limit.into(), small, typed, words, capitals],
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
        let sought = Sought::of(search);
        let [small, typed, words, capitals] = sought.params();
        self.all(
            concat!(
                "SELECT id FROM clients
                 WHERE id > $1 AND ($3 = '' OR LOWER(id) LIKE $3 ESCAPE '!' OR owner LIKE $3 ESCAPE '!' OR ",
                holds!("name", "$3", "$4", "$5", "$6"),
                ") ORDER BY id LIMIT $2"
            ),
            &[after.into(), limit.into(), small, typed, words, capitals],
            |row| row.text(0),
        )
    }

    /// How many clients there are.
    pub fn client_count(&mut self) -> Result<i64, StoreError> {
        Ok(self.one("SELECT COUNT(*) FROM clients", &[], |row| row.int(0))?.unwrap_or(0))
    }

    /// Grants that hold, after an id, by id: at most `limit` of a bounded stretch of one index; and where it goes on, none
    /// when that was all. What is not found there is further on.
    ///
    /// # Errors
    /// When the store fails.
    pub fn grants_listed(
        &mut self,
        wanted: &GrantFilter,
        after: TokenId,
        limit: usize,
    ) -> Result<(Vec<ListedGrant>, Option<TokenId>), StoreError> {
        let (client_id, organization_id) = (wanted.client_id.as_str(), wanted.organization_id.as_str());
        let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let (sql, keys, rows): (_, Vec<Param<'_>>, _) = match (wanted.user, client_id, organization_id) {
            // A person's are few; those of organizations themselves are not.
            (Some(user), ..) if user != UserId::NOBODY => (GRANTS_BY_USER, vec![user.0.into()], STRETCH),
            (None, "", "") => (GRANTS_BY_ID, Vec::new(), one_more),
            // A client's or an organization's alone are not kept in this order.
            (_, "", _) | (_, _, "") => (GRANTS_BY_ID, Vec::new(), STRETCH),
            _ => (GRANTS_BY_BOTH, vec![organization_id.into(), client_id.into()], STRETCH),
        };
        let mut params: Vec<Param<'_>> = vec![after.as_bytes().into(), rows.into()];
        params.extend(keys);
        let (mut seen, mut beyond, mut last, mut found) = (0, false, None, Vec::new());
        self.all(sql, &params, |row| {
            seen += 1;
            if found.len() >= limit {
                beyond = true;
                return Ok(());
            }
            let id = TokenId::from_bytes(row.array(0)?);
            last = Some(id);
            let fits = row.opt_int(7)?.is_none()
                && wanted.user.is_none_or(|user| row.int(1).is_ok_and(|own| own == user.0))
                && (client_id.is_empty() || row.text_ref(2)? == client_id)
                && (organization_id.is_empty() || row.text_ref(3)? == organization_id);
            if fits {
                found.push(ListedGrant {
                    id,
                    user: UserId(row.int(1)?),
                    client_id: row.text(2)?,
                    organization_id: row.text(3)?,
                    scopes: ScopeList::from_stored(row.text_ref(4)?),
                    offline: row.bool(5)?,
                    granted_at: Timestamp::from_millis(row.int(6)?),
                });
            }
            Ok(())
        })?;
        let more = seen == rows || beyond;
        Ok((found, last.filter(|_| more)))
    }

    /// Audit rows before an id, newest first: at most `limit` of a bounded stretch of one index; and where it goes on, none
    /// when that was all. What is not found there is further back.
    ///
    /// # Errors
    /// When the store fails.
    pub fn audit_listed(
        &mut self,
        wanted: &AuditWanted,
        before: Option<TokenId>,
        limit: usize,
    ) -> Result<(Vec<AuditRow>, Option<TokenId>), StoreError> {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let until = wanted.until.map(TokenId::first_of);
        let filter = AuditFilter {
            event: given(&wanted.event),
            user: wanted.user,
            client_id: given(&wanted.client_id),
            from: wanted.since.map(TokenId::first_of),
            before: before.into_iter().chain(until).min(),
        };
        let organization_id = Some(wanted.organization_id.as_str()).filter(|id| !id.is_empty());
        self.audit_stretch(organization_id, &filter, limit)
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
