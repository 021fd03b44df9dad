//! What an organization's administrators allow applications: one pure judgement, asked at consent, when codes and device
//! codes are redeemed, when a client acts for its owner, and at every refresh.

use std::time::Duration;

use crate::{
    causes::{PageError, TokenError},
    scope::{Catalog, ScopeList},
    time::Timestamp,
};

/// What the administrators decided. The default allows everything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OrganizationPolicy {
    /// Only the listed clients may be used.
    pub clients_listed: bool,
    /// Client ids.
    pub clients: Vec<String>,
    /// Scopes that no application gets here, as the catalog writes them.
    pub blocked_scopes: Vec<String>,
    /// How long a grant holds after the consent; zero for as long as it is not taken back.
    pub maximum_life: Duration,
    /// A client that is not listed has to be reviewed first.
    pub review_required: bool,
}

/// Where the review of a client stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewState {
    /// A member asked for it.
    Asked,
    /// An administrator said yes.
    Approved,
    /// An administrator said no.
    Refused,
}

impl ReviewState {
    /// As kept in a store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Approved => "approved",
            Self::Refused => "refused",
        }
    }

    /// Reads that spelling; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Asked, Self::Approved, Self::Refused].into_iter().find(|state| state.as_str() == text)
    }
}

/// Why an organization's policy says no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Barred {
    /// The client is not among those allowed, or its review ended with a no.
    Client,
    /// This scope, or a part of it, is given to nobody.
    Scope(String),
    /// The consent is older than grants may get.
    LifeOver,
    /// The client has not been reviewed.
    ReviewRequired,
}

/// What a policy is asked about.
#[derive(Debug, Clone, Copy)]
pub struct PolicyQuestion<'a> {
    /// Which client.
    pub client_id: &'a str,
    /// Where its review stands; `None`: nobody asked for one.
    pub review: Option<ReviewState>,
    /// What it may do, or wants to.
    pub scopes: &'a ScopeList,
    /// When the person last consented; `None` where no consent is involved, or just now.
    pub consented_at: Option<Timestamp>,
    /// When this is asked.
    pub now: Timestamp,
}

impl OrganizationPolicy {
    /// Judges. The client is looked at first, then the scopes, then the life.
    ///
    /// # Errors
    /// Why not.
    pub fn judge(&self, asked: &PolicyQuestion<'_>, catalog: &Catalog) -> Result<(), Barred> {
        self.admits(asked.client_id, asked.review)?;
        if !self.blocked_scopes.is_empty() {
            let blocked = |scope: &&str| self.blocked_scopes.iter().any(|own| catalog.overlap(own, scope));
            if let Some(scope) = asked.scopes.iter().find(blocked) {
                return Err(Barred::Scope(scope.to_owned()));
            }
        }
        match asked.consented_at {
            Some(at) if !self.maximum_life.is_zero() && asked.now >= at.plus(self.maximum_life) => {
                Err(Barred::LifeOver)
            }
            _ => Ok(()),
        }
    }

    /// The allow list and the reviews alone.
    fn admits(&self, client_id: &str, review: Option<ReviewState>) -> Result<(), Barred> {
        if !(self.clients_listed || self.review_required) || self.clients.iter().any(|own| own == client_id) {
            return Ok(());
        }
        match review {
            _ if !self.review_required => Err(Barred::Client),
            Some(ReviewState::Approved) => Ok(()),
            Some(ReviewState::Refused) => Err(Barred::Client),
            Some(ReviewState::Asked) | None => Err(Barred::ReviewRequired),
        }
    }
}

impl From<Barred> for TokenError {
    fn from(barred: Barred) -> Self {
        match barred {
            Barred::Client => Self::PolicyClientBlocked,
            Barred::Scope(scope) => Self::PolicyScopeBlocked(scope),
            Barred::LifeOver => Self::PolicyLifeOver,
            Barred::ReviewRequired => Self::PolicyReviewRequired,
        }
    }
}

impl From<Barred> for PageError {
    fn from(barred: Barred) -> Self {
        match barred {
            Barred::Client => Self::PolicyClientBlocked,
            Barred::Scope(scope) => Self::PolicyScopeBlocked(scope),
            Barred::LifeOver => Self::PolicyLifeOver,
            Barred::ReviewRequired => Self::PolicyReviewRequired,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(policy: &OrganizationPolicy, review: Option<ReviewState>, scopes: &str) -> Result<(), Barred> {
        let scopes = ScopeList::from_stored(scopes);
        let now = Timestamp::from_millis(10_000);
        let consented_at = Some(Timestamp::from_millis(4_000));
        let asked = PolicyQuestion { client_id: "1000.A", review, scopes: &scopes, consented_at, now };
        policy.judge(&asked, &Catalog::default())
    }

    #[test]
    fn without_decisions_everything_goes() {
        assert_eq!(judged(&OrganizationPolicy::default(), None, "a.b.READ"), Ok(()));
        let blank = OrganizationPolicy { clients: vec!["1000.B".into()], ..OrganizationPolicy::default() };
        assert_eq!(judged(&blank, None, "a.b.READ"), Ok(()), "a list that is not in force");
    }

    #[test]
    fn the_list_and_the_reviews_as_a_table() {
        use ReviewState::{Approved, Asked, Refused};
        for (listed, required, on_list, review, expected) in [
            (true, false, true, None, Ok(())),
            (true, false, false, None, Err(Barred::Client)),
            (true, false, false, Some(Approved), Err(Barred::Client)),
            (false, true, true, None, Ok(())),
            (false, true, true, Some(Refused), Ok(())),
            (false, true, false, None, Err(Barred::ReviewRequired)),
            (false, true, false, Some(Asked), Err(Barred::ReviewRequired)),
            (false, true, false, Some(Approved), Ok(())),
            (false, true, false, Some(Refused), Err(Barred::Client)),
            (true, true, true, None, Ok(())),
            (true, true, false, None, Err(Barred::ReviewRequired)),
            (true, true, false, Some(Approved), Ok(())),
            (false, false, false, Some(Refused), Ok(())),
        ] {
            let client = if on_list { "1000.A" } else { "1000.B" };
            let policy = OrganizationPolicy {
                clients_listed: listed,
                review_required: required,
                clients: vec![client.to_owned()],
                ..OrganizationPolicy::default()
            };
            assert_eq!(judged(&policy, review, "a.b.READ"), expected, "{listed} {required} {on_list} {review:?}");
        }
    }

    #[test]
    fn whatever_touches_a_blocked_scope_is_blocked() {
        for (blocked, asked, hit) in [
            ("S.modules.contacts.READ", "S.modules.contacts.READ", true),
            ("S.modules.contacts.READ", "s.MODULES.contacts.read", true),
            ("S.modules.ALL", "S.modules.contacts.READ", true),
            ("S.modules.contacts.READ", "S.modules.ALL", true),
            ("S.modules.contacts.READ", "S.modules.READ", true),
            ("S.modules.READ", "S.modules.contacts.ALL", true),
            ("S.modules.contacts.WRITE", "S.modules.contacts.UPDATE", true),
            ("S.modules.contacts.READ", "S.modules.contacts.WRITE", false),
            ("S.modules.contacts.READ", "S.modules.tasks.ALL", false),
            ("S.modules.contacts.ALL", "S.modules.contactsmore.READ", false),
            ("S.modules.ALL", "T.modules.ALL", false),
            ("email", "email", true),
            ("email", "openid", false),
        ] {
            let policy = OrganizationPolicy { blocked_scopes: vec![blocked.into()], ..OrganizationPolicy::default() };
            let expected = if hit { Err(Barred::Scope(asked.to_owned())) } else { Ok(()) };
            assert_eq!(judged(&policy, None, asked), expected, "{blocked} against {asked}");
        }
    }

    #[test]
    fn a_grant_s_life_counts_from_the_consent() {
        for (life, expected) in
            [(0, Ok(())), (6_001, Ok(())), (6_000, Err(Barred::LifeOver)), (1, Err(Barred::LifeOver))]
        {
            let policy =
                OrganizationPolicy { maximum_life: Duration::from_millis(life), ..OrganizationPolicy::default() };
            assert_eq!(judged(&policy, None, "a.b.READ"), expected, "{life}");
        }
    }
}
