//! The applications that members of an organization connected, by application: who granted what, and taking it back.
//! Every list is a bounded walk of one index.

use grantor_protocol::{
    access_list::AccessList, issue::Recent, people::UserId, scope::ScopeList, time::Timestamp, token::TokenId,
};

use crate::{
    AuditEvent, AuditTrail, Concerning, Row, StoreError, Tx,
    search::{Sought, holds},
};

/// An application that somebody in the organization connected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectedClient {
    /// Which.
    pub client_id: String,
    /// How many grants hold; counting stops at [`ConnectedClient::MOST`].
    pub grants: i64,
    /// When one was last given.
    pub granted_at: Timestamp,
}

impl ConnectedClient {
    /// Where counting stops.
    pub const MOST: i64 = 1_000;
}

/// One grant, with whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberGrant {
    /// Its key.
    pub grant: TokenId,
    /// Whose; [`UserId::NOBODY`] for one of the organization itself.
    pub user: UserId,
    /// As people read it; may be empty.
    pub name: String,
    /// As they write it; empty when nobody stands behind the grant.
    pub email: String,
    /// What was allowed; empty when the client acts for its owner.
    pub scopes: ScopeList,
    /// Whether it keeps access while the person is away.
    pub offline: bool,
    /// When it was last consented to.
    pub granted_at: Timestamp,
    /// When a refresh token of it was last used, if there is one.
    pub used_at: Option<Timestamp>,
}

/// How many refresh tokens of a grant are asked when they were used, in one statement: the newest.
const ASKED: usize = 20;

/// What was made of a grant: its refresh tokens, and its access tokens that hang from none.
pub(crate) struct MadeOf {
    refresh: Recent,
    own: AccessList,
}

impl MadeOf {
    /// From `refresh_ids` and, in the next column, `access_ids`.
    pub(crate) fn read(row: &Row<'_>, at: usize) -> Result<Self, StoreError> {
        Ok(Self {
            refresh: Recent::from_bytes(row.opt_blob_ref(at)?.unwrap_or_default()),
            own: AccessList::from_bytes(row.opt_blob_ref(at + 1)?.unwrap_or_default()),
        })
    }
}

impl Tx<'_> {
    /// Applications after a client id, by client id.
    pub fn connected_clients(
        &mut self,
        organization_id: &str,
        after: &str,
        limit: usize,
    ) -> Result<Vec<ConnectedClient>, StoreError> {
        let (mut found, mut after) = (Vec::new(), after.to_owned());
        while found.len() < limit {
            // From one client to the next: however many grants each has, only one row of the index is read.
            let next = self.one(
                "SELECT client_id FROM grants WHERE organization_id = $1 AND client_id > $2
                 ORDER BY client_id LIMIT 1",
                &[organization_id.into(), after.as_str().into()],
                |row| row.text(0),
            )?;
            let Some(client_id) = next else { break };
            let held = self.one(
                "SELECT COUNT(*), COALESCE(MAX(granted_at), 0) FROM
                 (SELECT granted_at, revoked_at FROM grants WHERE organization_id = $1 AND client_id = $2 LIMIT 1000) g
                 WHERE revoked_at IS NULL",
                &[organization_id.into(), client_id.as_str().into()],
                |row| Ok((row.int(0)?, Timestamp::from_millis(row.int(1)?))),
            )?;
            if let Some((grants, granted_at)) = held.filter(|(grants, _)| *grants > 0) {
                found.push(ConnectedClient { client_id: client_id.clone(), grants, granted_at });
            }
            after = client_id;
        }
        Ok(found)
    }

    /// The grants of one application after a key, by key; only those of people whose name or address holds the text.
    pub fn grants_of_client(
        &mut self,
        organization_id: &str,
        client_id: &str,
        text: &str,
        after: Option<TokenId>,
        limit: i64,
    ) -> Result<Vec<MemberGrant>, StoreError> {
        let after = after.map_or([0; 16], |id| *id.as_bytes());
        let sought = Sought::of(text);
        let [small, typed, words, capitals] = sought.params();
        let rows = self.all(
            concat!(
                "SELECT g.id, g.user_id, u.first_name, u.last_name, u.email_shown, g.scopes, g.offline, g.granted_at,
                        g.refresh_ids, g.access_ids
                 FROM grants g LEFT JOIN users u ON u.id = g.user_id
                 WHERE g.organization_id = $1 AND g.client_id = $2 AND g.id > $3 AND g.revoked_at IS NULL
                   AND ($5 = '' OR u.email LIKE $5 ESCAPE '!' OR ",
                holds!("u.first_name || ' ' || u.last_name", "$5", "$6", "$7", "$8"),
                ") ORDER BY g.id LIMIT $4"
            ),
            &[
                organization_id.into(),
                client_id.into(),
                after.as_slice().into(),
                limit.into(),
                small,
                typed,
                words,
                capitals,
            ],
            |row| {
                let name = [row.opt_text_ref(2)?, row.opt_text_ref(3)?].map(Option::unwrap_or_default).join(" ");
                let grant = MemberGrant {
                    grant: TokenId::from_bytes(row.array(0)?),
                    user: UserId(row.int(1)?),
                    name: name.trim().to_owned(),
                    email: row.opt_text(4)?.unwrap_or_default(),
                    scopes: ScopeList::from_stored(row.text_ref(5)?),
                    offline: row.bool(6)?,
                    granted_at: Timestamp::from_millis(row.int(7)?),
                    used_at: None,
                };
                Ok((grant, MadeOf::read(row, 8)?))
            },
        )?;
        let mut found = Vec::with_capacity(rows.len());
        for (mut grant, made) in rows {
            grant.used_at = self.last_use(&made)?;
            found.push(grant);
        }
        Ok(found)
    }

    /// When a grant was last used: one of its refresh tokens, or to get an access token without any.
    pub(crate) fn last_use(&mut self, made: &MadeOf) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.last_refresh(&made.refresh)?.max(made.own.newest().map(|id| id.made_at())))
    }

    fn last_refresh(&mut self, all: &Recent) -> Result<Option<Timestamp>, StoreError> {
        let ids: Vec<&TokenId> = all.iter().collect();
        let newest: Vec<&TokenId> = ids.into_iter().rev().take(ASKED).collect();
        let Some(first) = newest.first() else { return Ok(None) };
        // As many places as are asked for at most; those left over ask the first again.
        let params: Vec<_> = (0..ASKED).map(|n| newest.get(n).unwrap_or(first).as_bytes().into()).collect();
        let used = self.one(
            "SELECT MAX(used_at) FROM refresh_tokens WHERE id IN
             ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
            &params,
            |row| row.opt_int(0),
        )?;
        Ok(used.flatten().map(Timestamp::from_millis))
    }

    /// Takes back what a member or the organization granted a client. False when it is not one of this organization and
    /// client, when it was taken back before, or when who does it is no administrator.
    pub fn withdraw_for(
        &mut self,
        organization_id: &str,
        by: UserId,
        (client_id, grant): (&str, TokenId),
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        if !self.holds_office(organization_id, by)? {
            return Ok(false);
        }
        let of = self.one(
            "SELECT user_id FROM grants WHERE id = $1 AND organization_id = $2 AND client_id = $3 AND revoked_at IS NULL",
            &[grant.as_bytes().into(), organization_id.into(), client_id.into()],
            |row| row.int(0),
        )?;
        let Some(user) = of else { return Ok(false) };
        if !self.revoke_grant(grant, now)? {
            return Ok(false);
        }
        let concerning =
            Concerning { user: Some(by), client_id: Some(client_id), organization_id: Some(organization_id) };
        let detail = if user == 0 { "of the organization".to_owned() } else { format!("of user {user}") };
        self.audit(trail, AuditEvent::WithdrawnByAdministrator, concerning, &detail)?;
        Ok(true)
    }

    /// Begins to take a client's access back from everybody in an organization: notes it, with how many grants hold
    /// (counted up to [`ConnectedClient::MOST`]), and takes the first `slice` of them back; [`Tx::withdraw_slice`] does
    /// the rest. The note comes first, so that what stops halfway has left a trace. Answers how many grants ended; none
    /// when who does it is no administrator.
    pub fn withdraw_client(
        &mut self,
        organization_id: &str,
        by: UserId,
        (client_id, slice): (&str, i64),
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<Option<i64>, StoreError> {
        if !self.holds_office(organization_id, by)? {
            return Ok(None);
        }
        let held = self.one(
            "SELECT COUNT(*) FROM (SELECT 1 FROM grants WHERE organization_id = $1 AND client_id = $2
             AND revoked_at IS NULL LIMIT 1000) g",
            &[organization_id.into(), client_id.into()],
            |row| row.int(0),
        )?;
        let held = held.unwrap_or_default();
        let concerning =
            Concerning { user: Some(by), client_id: Some(client_id), organization_id: Some(organization_id) };
        let detail =
            if held < ConnectedClient::MOST { format!("{held} grants") } else { format!("{held} grants or more") };
        self.audit(trail, AuditEvent::ClientWithdrawn, concerning, &detail)?;
        self.withdraw_slice(organization_id, client_id, slice, now).map(Some)
    }

    /// Takes back at most `slice` grants of a client in an organization, in the order of their keys. Answers how many;
    /// a full slice means that there may be more.
    pub fn withdraw_slice(
        &mut self,
        organization_id: &str,
        client_id: &str,
        slice: i64,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let grants = self.all(
            "SELECT id FROM grants WHERE organization_id = $1 AND client_id = $2 AND revoked_at IS NULL
             ORDER BY id LIMIT $3",
            &[organization_id.into(), client_id.into(), slice.into()],
            |row| Ok(TokenId::from_bytes(row.array(0)?)),
        )?;
        let mut ended = 0;
        for grant in grants {
            ended += i64::from(self.revoke_grant(grant, now)?);
        }
        Ok(ended)
    }
}
