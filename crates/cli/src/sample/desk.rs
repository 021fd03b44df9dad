//! What the whole application shares: its configuration, its clients, and its visitors.

use std::sync::Arc;

use anyhow::Context;
use grantor_client::{BaseUrl, Client, Clock, MemoryStore, Secret, Settings};

use super::visitor::Visitors;
use super::{SampleConfig, SamplePortal};

/// The application.
#[derive(Clone)]
pub(crate) struct Desk {
    inner: Arc<Inner>,
}

struct Inner {
    config: SampleConfig,
    accounts: Client<MemoryStore>,
    portal: Option<Client<MemoryStore>>,
    visitors: Visitors,
}

/// Where a person signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Through {
    /// The accounts house.
    Accounts,
    /// The configured portal.
    Portal,
}

impl Desk {
    pub(crate) fn new(config: SampleConfig) -> anyhow::Result<Self> {
        let store = MemoryStore::new();
        let secret = Some(Secret::from(config.client_secret.as_str()));
        let settings = |url: &str| {
            anyhow::Ok(Settings::new(BaseUrl::parse(url)?, config.client_id.as_str()).secret(secret.clone()))
        };
        let accounts = Client::new(settings(&config.accounts_url)?, store.clone(), Clock::System);
        let portal = match &config.portal {
            None => None,
            Some(portal) => {
                let id = portal.id.parse().context("the sample's portal")?;
                Some(Client::new(settings(&portal.url)?.portal(Some(id)), store, Clock::System))
            }
        };
        Ok(Self { inner: Arc::new(Inner { config, accounts, portal, visitors: Visitors::default() }) })
    }

    pub(crate) fn visitors(&self) -> &Visitors {
        &self.inner.visitors
    }

    pub(crate) fn config(&self) -> &SampleConfig {
        &self.inner.config
    }

    pub(crate) fn portal(&self) -> Option<&SamplePortal> {
        self.inner.config.portal.as_ref()
    }

    /// The client for a way in; without a portal there is only one.
    pub(crate) fn client(&self, through: Through) -> &Client<MemoryStore> {
        match (through, &self.inner.portal) {
            (Through::Portal, Some(portal)) => portal,
            _ => &self.inner.accounts,
        }
    }

    /// The client whose steps are shown to the visitor `sid`.
    pub(crate) fn client_of(&self, sid: &str, through: Through) -> Client<MemoryStore> {
        let (desk, sid) = (self.clone(), sid.to_owned());
        self.client(through).observed_by(Arc::new(move |record| {
            desk.visitors().change(&sid, |visitor| visitor.travelled(record.into()));
        }))
    }
}
