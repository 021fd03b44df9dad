//! What an organization's administrators allow applications, and the reviews of clients. Both are read by the statement
//! that reads what they judge, so that asking costs no further one.

use std::time::Duration;

use grantor_protocol::{
    organization_policy::{Barred, OrganizationPolicy, PolicyQuestion, ReviewState},
    people::UserId,
    scope::{Catalog, ScopeList},
    time::Timestamp,
};

use crate::{AuditEvent, AuditTrail, Concerning, Row, StoreError, Tx, lines, members};

/// An organization's policy, and where the review of one client stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyFor {
    /// The policy.
    pub policy: OrganizationPolicy,
    /// The review; `None`: nobody asked for one.
    pub review: Option<ReviewState>,
}

impl PolicyFor {
    /// Judges what a client has or wants; see [`OrganizationPolicy::judge`].
    ///
    /// # Errors
    /// Why not.
    pub fn judge(
        &self,
        client_id: &str,
        scopes: &ScopeList,
        consented_at: Option<Timestamp>,
        catalog: &Catalog,
        now: Timestamp,
    ) -> Result<(), Barred> {
        let asked = PolicyQuestion { client_id, review: self.review, scopes, consented_at, now };
        self.policy.judge(&asked, catalog)
    }
}

/// A review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Of which client.
    pub client_id: String,
    /// Where it stands.
    pub state: ReviewState,
    /// Who asked, as people read it; empty when they are gone.
    pub asked_by: String,
    /// When it was asked for last.
    pub asked_at: Timestamp,
    /// When it was decided; 0 while it is not.
    pub decided_at: Timestamp,
}

/// Reads `p.clients_listed, p.clients, p.blocked_scopes, p.maximum_life, p.review_required, v.state` from `first` on.
/// `None`: the organization decided nothing.
pub(crate) fn read_policy(row: &Row<'_>, first: usize) -> Result<Option<PolicyFor>, StoreError> {
    let Some(clients_listed) = row.opt_bool(first)? else { return Ok(None) };
    Ok(Some(PolicyFor {
        policy: OrganizationPolicy {
            clients_listed,
            clients: lines(row.text_ref(first + 1)?),
            blocked_scopes: lines(row.text_ref(first + 2)?),
            maximum_life: Duration::from_millis(u64::try_from(row.int(first + 3)?).unwrap_or(0)),
            review_required: row.bool(first + 4)?,
        },
        review: row.opt_text_ref(first + 5)?.and_then(ReviewState::parse),
    }))
}

impl Tx<'_> {
    /// What an organization decided about a client; `None` when it decided nothing, or is named by an empty text.
    pub fn policy_for(&mut self, organization_id: &str, client_id: &str) -> Result<Option<PolicyFor>, StoreError> {
        if organization_id.is_empty() {
            return Ok(None);
        }
        let found = self.one(
            "SELECT p.clients_listed, p.clients, p.blocked_scopes, p.maximum_life, p.review_required, v.state
             FROM organization_policies p
             LEFT JOIN reviews v ON v.organization_id = p.organization_id AND v.client_id = $2
             WHERE p.organization_id = $1",
            &[organization_id.into(), client_id.into()],
            |row| read_policy(row, 0),
        )?;
        Ok(found.flatten())
    }

    /// Judges a client that wants these scopes in an organization now.
    pub(crate) fn policy_admits(
        &mut self,
        organization_id: &str,
        client_id: &str,
        scopes: &ScopeList,
        catalog: &Catalog,
        now: Timestamp,
    ) -> Result<Result<(), Barred>, StoreError> {
        let policy = self.policy_for(organization_id, client_id)?;
        Ok(policy.map_or(Ok(()), |policy| policy.judge(client_id, scopes, None, catalog, now)))
    }

    /// What an organization decided; the default when it decided nothing.
    pub fn organization_policy(&mut self, organization_id: &str) -> Result<OrganizationPolicy, StoreError> {
        Ok(self.policy_for(organization_id, "")?.map(|found| found.policy).unwrap_or_default())
    }

    /// Decides. The audit says what it was before and what it is now. False, and nothing is decided, when who decides is
    /// no administrator.
    pub fn set_organization_policy(
        &mut self,
        organization_id: &str,
        by: UserId,
        policy: &OrganizationPolicy,
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        if !self.holds_office(organization_id, by)? {
            return Ok(false);
        }
        let before = self.organization_policy(organization_id)?;
        self.execute(
            "INSERT INTO organization_policies (organization_id, clients_listed, clients, blocked_scopes, maximum_life,
               review_required, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (organization_id) DO UPDATE SET clients_listed = excluded.clients_listed,
               clients = excluded.clients, blocked_scopes = excluded.blocked_scopes,
               maximum_life = excluded.maximum_life, review_required = excluded.review_required,
               changed_at = excluded.changed_at",
            &[
                organization_id.into(),
                policy.clients_listed.into(),
                policy.clients.join("\n").as_str().into(),
                policy.blocked_scopes.join("\n").as_str().into(),
                i64::try_from(policy.maximum_life.as_millis()).unwrap_or(i64::MAX).into(),
                policy.review_required.into(),
                now.millis().into(),
            ],
        )?;
        let detail = format!("before: {}; now: {}", told(&before), told(policy));
        self.audit(trail, AuditEvent::PolicyChanged, members::concerning(by, organization_id), &detail)?;
        Ok(true)
    }

    /// Notes that a member wants a client reviewed. False when somebody did before: asking twice is asking once, and a
    /// no that was given stays one.
    pub fn ask_for_review(
        &mut self,
        organization_id: &str,
        client_id: &str,
        by: UserId,
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let asked = self.execute(
            "INSERT INTO reviews (organization_id, client_id, state, asked_by, asked_at, decided_by, decided_at)
             VALUES ($1, $2, 'asked', $3, $4, 0, 0) ON CONFLICT (organization_id, client_id) DO NOTHING",
            &[organization_id.into(), client_id.into(), by.0.into(), now.millis().into()],
        )?;
        if asked == 0 {
            return Ok(false);
        }
        self.audit(trail, AuditEvent::ReviewAsked, concerning(by, organization_id, client_id), "")?;
        Ok(true)
    }

    /// Decides a review. False when nobody asked for it, or who decides is no administrator.
    pub fn decide_review(
        &mut self,
        organization_id: &str,
        client_id: &str,
        by: UserId,
        state: ReviewState,
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        if !self.holds_office(organization_id, by)? {
            return Ok(false);
        }
        let changed = self.execute(
            "UPDATE reviews SET state = $3, decided_by = $4, decided_at = $5
             WHERE organization_id = $1 AND client_id = $2 AND state <> $3",
            &[organization_id.into(), client_id.into(), state.as_str().into(), by.0.into(), now.millis().into()],
        )?;
        if changed == 0 {
            let there = self.one(
                "SELECT 1 FROM reviews WHERE organization_id = $1 AND client_id = $2",
                &[organization_id.into(), client_id.into()],
                |_| Ok(()),
            )?;
            return Ok(there.is_some());
        }
        let event = AuditEvent::ReviewDecided;
        self.audit(trail, event, concerning(by, organization_id, client_id), state.as_str())?;
        Ok(true)
    }

    /// The reviews of an organization: those that wait first, then by when they were asked for, newest first.
    pub fn reviews(&mut self, organization_id: &str) -> Result<Vec<Review>, StoreError> {
        self.all(
            "SELECT v.client_id, v.state, COALESCE(u.email_shown, ''), v.asked_at, v.decided_at
             FROM reviews v LEFT JOIN users u ON u.id = v.asked_by
             WHERE v.organization_id = $1
             ORDER BY CASE WHEN v.state = 'asked' THEN 0 ELSE 1 END, v.asked_at DESC, v.client_id LIMIT 200",
            &[organization_id.into()],
            |row| {
                let wanted = StoreError::Corrupt { what: "missing: a known state of a review".into() };
                Ok(Review {
                    client_id: row.text(0)?,
                    state: ReviewState::parse(row.text_ref(1)?).ok_or(wanted)?,
                    asked_by: row.text(2)?,
                    asked_at: Timestamp::from_millis(row.int(3)?),
                    decided_at: Timestamp::from_millis(row.int(4)?),
                })
            },
        )
    }
}

fn concerning<'a>(by: UserId, organization_id: &'a str, client_id: &'a str) -> Concerning<'a> {
    Concerning { user: Some(by), client_id: Some(client_id), organization_id: Some(organization_id) }
}

/// A policy in a few words. Long lists are counted.
fn told(policy: &OrganizationPolicy) -> String {
    let list = |all: &[String]| match all.len() {
        0 => "none".to_owned(),
        1..=20 => all.join(" "),
        more => format!("{more} of them"),
    };
    let days = policy.maximum_life.as_secs() / 86_400;
    format!(
        "clients {}{}, blocked scopes {}, maximum life {}, review {}",
        if policy.clients_listed { "only " } else { "any, listed " },
        list(&policy.clients),
        list(&policy.blocked_scopes),
        if days == 0 { "none".to_owned() } else { format!("{days} days") },
        if policy.review_required { "required" } else { "not required" },
    )
}
