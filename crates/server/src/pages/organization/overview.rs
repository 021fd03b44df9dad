//! An organization in figures.

use std::borrow::Cow;

use grantor_protocol::{
    organization_policy::OrganizationPolicy,
    people::{self, Organization},
};
use grantor_store::Figures;

use crate::pages::{Environment, Shell, finish};

/// The first page.
#[derive(Debug, askama::Template)]
#[template(path = "organization/overview.html")]
pub struct Overview<'a> {
    pub shell: Shell<'a>,
    pub organization: &'a Organization,
    pub figures: Figures,
    pub policy: &'a OrganizationPolicy,
}

impl Overview<'_> {
    fn badge(&self) -> Option<Cow<'static, str>> {
        match self.organization.environment {
            people::Environment::Production => Environment::Production,
            people::Environment::Sandbox => Environment::Sandbox,
            people::Environment::Developer => Environment::Developer,
        }
        .badge(&self.shell.frame)
    }

    /// Key, path and figure of each line.
    fn lines(&self) -> [(&'static str, String, String); 5] {
        let (f, path) = (&self.figures, |tail: &str| format!("/organization/{}/{tail}", self.organization.id));
        let shown = |n: i64| if n >= Figures::MOST { format!("{}+", Figures::MOST) } else { n.to_string() };
        [
            ("org-figure-members", path("members"), format!("{} ({})", shown(f.members), shown(f.administrators))),
            ("org-nav-invitations", path("invitations"), shown(f.invitations)),
            ("org-nav-apps", path("apps"), shown(f.grants)),
            ("org-nav-reviews", path("reviews"), shown(f.reviews)),
            ("org-nav-portals", path("portals"), shown(f.portals)),
        ]
    }

    fn is_free(&self) -> bool {
        *self.policy == OrganizationPolicy { clients: self.policy.clients.clone(), ..OrganizationPolicy::default() }
    }

    fn days(&self) -> u64 {
        self.policy.maximum_life.as_secs() / 86_400
    }

    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }
}
