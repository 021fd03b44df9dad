//! What happened in an organization.

use std::borrow::Cow;

use super::Pager;
use crate::{
    organization::Wanted,
    pages::{Locale, Shell, finish, text},
};

/// The kinds that can be chosen, as stores spell them.
const EVENTS: [&str; 27] = [
    "consented",
    "rejected",
    "withdrawn",
    "withdrawn_by_administrator",
    "client_withdrawn",
    "token_revoked",
    "code_replayed",
    "refresh_token_evicted",
    "refresh_token_reused",
    "policy_changed",
    "review_asked",
    "review_decided",
    "invited",
    "invitation_withdrawn",
    "invitation_accepted",
    "administrator_changed",
    "member_removed",
    "portal_added",
    "portal_changed",
    "portal_removed",
    "portal_user_added",
    "portal_user_changed",
    "audit_exported",
    "signed_up",
    "client_token_issued",
    "remote_token_issued",
    "operated",
];

/// A page of it.
#[derive(Debug, askama::Template)]
#[template(path = "organization/audit.html")]
pub struct Audit<'a> {
    pub shell: Shell<'a>,
    pub path: &'a str,
    pub wanted: &'a Wanted,
    pub lines: &'a [AuditShown],
    pub pager: Pager,
}

/// One line.
#[derive(Debug, Clone)]
pub struct AuditShown {
    pub at: String,
    /// As stores spell it.
    pub event: String,
    /// An address or a number; empty for nobody.
    pub who: String,
    pub application: String,
    pub detail: String,
    pub request_id: String,
}

impl Audit<'_> {
    fn events(&self) -> impl Iterator<Item = (&'static str, Cow<'static, str>)> {
        let locale = self.shell.frame.locale;
        EVENTS.into_iter().map(move |event| (event, named(locale, event)))
    }

    fn event(&self, line: &AuditShown) -> Cow<'static, str> {
        named(self.shell.frame.locale, &line.event)
    }

    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }
}

/// What a kind is called; one without a name of its own as stores spell it.
fn named(locale: Locale, event: &str) -> Cow<'static, str> {
    text::find(locale, "org-event", Some(&event.replace('_', "-")), None)
        .unwrap_or_else(|| Cow::Owned(event.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_name_in_every_language() {
        for locale in Locale::ALL {
            for event in EVENTS {
                assert_ne!(named(locale, event), event, "{}", locale.tag());
            }
        }
    }
}
