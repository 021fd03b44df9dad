//! What happens next in an authorization request: one pure question, one answer. No stage is stored; it is
//! computed from facts each time (architecture: the walk of an authorization request).

use crate::{
    authorize::AuthorizationRequest,
    causes::Refusal,
    client::Client,
    people::{Membership, Realm, UserId},
    scope::{Catalog, ScopeList},
    time::Timestamp,
};

/// What the person has answered on our pages so far. Travels sealed; every answer is checked again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    /// The organization chosen, and by whom.
    pub organization: Option<(UserId, String)>,
    /// Whether "use another account" was pressed in this interaction.
    pub switch_account: bool,
    /// Who typed the password in this interaction.
    pub signed_in: Option<UserId>,
    /// Who said in this interaction to go on as the one signed in.
    pub account: Option<UserId>,
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
    /// When that person typed the password.
    pub signed_in_at: Timestamp,
    /// When this is asked.
    pub now: Timestamp,
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
    /// The request wants the account to be chosen, whoever is signed in.
    ChooseAccount,
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
    /// The request wants no page, and it does not go without one.
    Refuse(Refusal),
}

/// Answers the question. A request that wants no page is told which one it would have taken (OpenID Connect Core
/// section 3.1.2.6).
pub fn next_step(
    request: &AuthorizationRequest,
    client: &Client,
    location: &str,
    catalog: &Catalog,
    answers: &Answers,
    facts: &Facts,
) -> Step {
    let step = next_room(request, client, location, catalog, answers, facts);
    if !request.prompting.silent {
        return step;
    }
    match step {
        Step::SignIn => Step::Refuse(Refusal::LoginRequired),
        Step::ChooseAccount => Step::Refuse(Refusal::AccountSelectionRequired),
        Step::ChooseOrganization | Step::NoOrganization => Step::Refuse(Refusal::InteractionRequired),
        Step::Consent { .. } => Step::Refuse(Refusal::ConsentRequired),
        Step::Elsewhere(_) | Step::NotEnabledHere | Step::Issue { .. } | Step::Refuse(_) => step,
    }
}

/// The order of the `if`s is the order of the rooms.
fn next_room(
    request: &AuthorizationRequest,
    client: &Client,
    location: &str,
    catalog: &Catalog,
    answers: &Answers,
    facts: &Facts,
) -> Step {
    let meant = |user: &UserId| request.prompting.account.is_none_or(|meant| meant == *user);
    if !answers.switch_account && answers.signed_in.is_some_and(|user| !meant(&user)) {
        // Asked to sign in, somebody else did.
        return Step::Refuse(Refusal::LoginRequired);
    }
    let Some(user) = facts.user.filter(|user| !answers.switch_account && meant(user)) else {
        return match &facts.elsewhere {
            Some(home) if home != location => Step::Elsewhere(home.clone()),
            _ => Step::SignIn,
        };
    };
    if must_sign_in_again(request, answers, facts, user) {
        return Step::SignIn;
    }
    // Typing the password is choosing, too.
    if request.prompting.choose_account && answers.account != Some(user) && answers.signed_in != Some(user) {
        return Step::ChooseAccount;
    }
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

/// Whether the sign-in this browser had before is not good enough. A password typed in this interaction always is,
/// so that nobody is asked twice.
fn must_sign_in_again(request: &AuthorizationRequest, answers: &Answers, facts: &Facts, user: UserId) -> bool {
    let wanted = &request.prompting;
    let too_old = wanted.max_age.is_some_and(|age| !facts.now.within(facts.signed_in_at, age));
    answers.signed_in != Some(user) && (wanted.sign_in_again || too_old)
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
