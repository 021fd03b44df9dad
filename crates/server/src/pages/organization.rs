//! What an organization's administrators see.

mod apps;
mod audit;
mod invitations;
mod members;
mod overview;
mod policy;
mod portals;
mod reviews;

pub use apps::{AppLine, AppPage, Apps, GrantLine};
pub use audit::{Audit, AuditShown};
pub use invitations::{InvitationLine, InvitationPage, InvitationState, Invitations};
pub use members::{MemberPage, Members};
pub use overview::Overview;
pub use policy::{KnownApp, PolicyPage};
pub use portals::{PortalPage, PortalUserPage, PortalUsers, Portals, ShownOnce};
pub use reviews::{ReviewAsked, ReviewLine, Reviews};

/// The ways to the first and the next page of a list.
#[derive(Debug, Clone, Default)]
pub struct Pager {
    /// None on the first page.
    pub first: Option<String>,
    /// None on the last.
    pub next: Option<String>,
}

impl Pager {
    /// Of a list that goes on behind `next`. `pairs` are the rest of its query.
    pub fn of(path: &str, pairs: &[(&str, &str)], onward: bool, next: Option<&str>) -> Self {
        Self::with("after", path, pairs, onward, next)
    }

    /// The same, with another name for the parameter.
    pub fn with(name: &str, path: &str, pairs: &[(&str, &str)], onward: bool, next: Option<&str>) -> Self {
        let url = |more: Option<&str>| {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(pairs.iter().filter(|(_, value)| !value.is_empty()));
            query.extend_pairs(more.map(|more| (name, more)));
            let query = query.finish();
            if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
        };
        Self { first: onward.then(|| url(None)), next: next.map(|next| url(Some(next))) }
    }
}
