//! Quota meters: the grants of a client, and one of them with its families.

use super::{ClientName, link::Choice};
use crate::pages::{Shell, finish};

/// How much of a limit is used.
#[derive(Debug, Clone)]
pub struct Meter {
    pub label: &'static str,
    pub used: usize,
    pub limit: usize,
    /// When there is room again, or what is next to go.
    pub note: String,
}

impl Meter {
    /// Whether it is close to its limit.
    pub(in crate::pages) fn close(&self) -> bool {
        self.used * 5 >= self.limit * 4
    }
}

/// One grant.
#[derive(Debug, Clone)]
pub struct QuotaRow {
    pub href: String,
    pub who: String,
    pub organization: String,
    pub since: String,
    pub meters: Vec<Meter>,
}

/// The grants of a client.
#[derive(Debug, askama::Template)]
#[template(path = "console_tools/quotas.html")]
pub struct QuotasPage<'a> {
    pub shell: Shell<'a>,
    pub client: ClientName<'a>,
    pub places: Vec<Choice>,
    pub of: &'a str,
    pub throttles: bool,
    pub rows: Vec<QuotaRow>,
    pub older: Option<String>,
    pub newest: Option<String>,
}

impl QuotasPage<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }
}

/// A refresh token with its access tokens.
#[derive(Debug, Clone)]
pub struct FamilyRow {
    pub mark: String,
    pub made: String,
    pub used: String,
    pub turns: bool,
    /// Whether the next refresh token evicts this one.
    pub next_to_go: bool,
    pub meters: Vec<Meter>,
}

/// One grant.
#[derive(Debug, askama::Template)]
#[template(path = "console_tools/quota.html")]
pub struct QuotaPage<'a> {
    pub shell: Shell<'a>,
    pub client: ClientName<'a>,
    pub place: &'a str,
    pub grant: QuotaRow,
    pub scopes: &'a str,
    /// Whether all its access tokens came without a refresh token.
    pub only_own: bool,
    pub families: Vec<FamilyRow>,
}

impl QuotaPage<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }
}
