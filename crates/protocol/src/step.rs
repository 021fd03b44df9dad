//! What happens next in an authorization request: one pure question, one answer. No stage is stored; it is
//! computed from facts each time (architecture: the walk of an authorization request).

use crate::{
    authorize::AuthorizationRequest,
    client::Client,
    people::{Membership, Realm, UserId},
    scope::{Catalog, ScopeList},
};

/// What the person has answered on our pages so far. Travels sealed; every answer is checked again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    /// The organization chosen, and by whom.
    pub organization: Option<(UserId, String)>,
    /// Whether "use another account" was pressed in this interaction.
    pub switch_account: bool,
}

/// What one earlier consent covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantFacts {
    /// The organization it is bound to; empty for none.
    pub organization_id: String,
    /// What was granted.
    pub scopes: ScopeList,
    /// Whether offline access was part of it.
    pub offline: bool,
}

/// What the store knows at this moment.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Whoever is signed in here in this realm; never a disabled user.
    pub user: Option<UserId>,
    /// Where that person's account lives when it is not here (known from a remembered home or a hint).
    pub elsewhere: Option<String>,
    /// The user's organizations; for a portal the portal's one.
    pub memberships: Vec<Membership>,
    /// What the user granted this client before.
    pub grants: Vec<GrantFacts>,
}

/// The next room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The person's home is another data center: the same request goes on there.
    Elsewhere(String),
    /// Nobody is signed in, or the person wants to be somebody else.
    SignIn,
    /// The user's data center is not enabled for this client.
    NotEnabledHere,
    /// A scope needs an organization and the user has none.
    NoOrganization,
    /// Several organizations and none chosen yet.
    ChooseOrganization,
    /// The person has to accept or reject.
    Consent {
        /// Who is asked.
        user: UserId,
        /// The organization it would be bound to; empty for none.
        organization_id: String,
    },
    /// Everything was granted before.
    Issue {
        /// For whom.
        user: UserId,
        /// The organization it is bound to; empty for none.
        organization_id: String,
    },
}

/// Answers the question. The order of the `if`s is the order of the rooms.
pub fn next_step(
    request: &AuthorizationRequest,
    client: &Client,
    location: &str,
    catalog: &Catalog,
    answers: &Answers,
    facts: &Facts,
) -> Step {
    let Some(user) = facts.user.filter(|_| !answers.switch_account) else {
        return match &facts.elsewhere {
            Some(home) if home != location => Step::Elsewhere(home.clone()),
            _ => Step::SignIn,
        };
    };
    if !client.enabled_in(location) {
        return Step::NotEnabledHere;
    }
    let organization_id = if request.needs_organization {
        match organization(request, answers, facts, user) {
            Ok(id) => id,
            Err(step) => return step,
        }
    } else {
        String::new()
    };
    let remembered = facts.grants.iter().any(|grant| {
        grant.organization_id == organization_id
            && grant.scopes.cover_all(catalog, &request.scopes)
            && (grant.offline || !request.offline)
    });
    if remembered && !request.ask_again {
        Step::Issue { user, organization_id }
    } else {
        Step::Consent { user, organization_id }
    }
}

/// The organization the grant will be bound to, or the room where that is settled.
fn organization(
    request: &AuthorizationRequest,
    answers: &Answers,
    facts: &Facts,
    user: UserId,
) -> Result<String, Step> {
    let ids = || facts.memberships.iter().map(|m| m.organization.id.as_str());
    match facts.memberships.as_slice() {
        [] => Err(Step::NoOrganization),
        [only] => Ok(only.organization.id.clone()),
        _ if matches!(request.realm, Realm::Portal(_)) => Err(Step::NoOrganization),
        _ => match &answers.organization {
            // The answer counts only for the user who gave it, and only while the membership lasts.
            Some((by, chosen)) if *by == user && ids().any(|id| id == chosen) => Ok(chosen.clone()),
            _ => Err(Step::ChooseOrganization),
        },
    }
}

#[cfg(test)]
mod tests;
