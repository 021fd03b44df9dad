//! The running server: what all its data centers share, and each data center with its store and keys.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use aws_lc_rs::hmac;
use grantor_protocol::{
    client::ClientRecord,
    people::Realm,
    policy::Policy,
    resource::Resources,
    rotation::RotationKey,
    scope::Catalog,
    time::Timestamp,
    token::{DataCenterByte, TokenId},
};
use grantor_store::{SessionLife, Store, StoreError};

use crate::{
    client_keys::ClientKeys,
    clients::Clients,
    clock::Clock,
    entropy::{Entropy, NoEntropy},
    guesses::Guesses,
    http::cors::Origins,
    mail::Mail,
    metrics::Metrics,
    outgoing::Outgoing,
    passwords::Passwords,
    pictures::Pictures,
    reach::Reach,
    recorder::Recorder,
    sandbox::Sandbox,
    scopes::Scopes,
    seal::Sealer,
    signing::Signing,
};

/// A data center as every process knows it, served here or not.
#[derive(Debug, Clone)]
pub struct Place {
    /// `us`, `eu`, …
    pub location: String,
    /// As people read it.
    pub name: String,
    /// Where its users sign in; the issuer of the accounts dialect.
    pub accounts_url: String,
    /// Where its APIs live.
    pub api_domain: String,
    /// Where its portals live.
    pub portal_url: String,
    /// Whether requests may start here for users of other entry data centers.
    pub entry: bool,
    /// What its identifiers carry.
    pub byte: DataCenterByte,
}

/// What all data centers of this process share.
#[derive(Debug)]
pub struct House {
    /// Every data center of the config, in its order.
    pub places: Vec<Place>,
    /// The directory's store.
    pub directory: Store,
    /// By location, the stores of the data centers served here.
    pub stores: BTreeMap<String, Store>,
    /// Registered applications, cached for at most half a second.
    pub clients: Clients,
    /// The scope catalog and its sentences.
    pub scopes: RwLock<Arc<Scopes>>,
    /// Lifetimes, caps, throttles.
    pub policy: Arc<Policy>,
    /// Origins that may call the standard dialect from a browser.
    pub origins: Origins,
    /// Public keys of clients that sign their assertions.
    pub client_keys: ClientKeys,
    /// Calls addresses that others registered.
    pub outgoing: Arc<Outgoing>,
    /// Derives the signing secrets of webhooks.
    pub webhook_key: hmac::Key,
    /// Protected resources of the standard dialect.
    pub resources: Arc<Resources>,
    /// The time.
    pub clock: Clock,
    /// Chance.
    pub entropy: Entropy,
    /// Password checking, bounded.
    pub passwords: Passwords,
    /// Reading pictures, bounded.
    pub pictures: Pictures,
    /// Counters and timings.
    pub metrics: Metrics,
    /// Decides the pseudo-home of an unknown address; shared by all data centers.
    pub pseudo_home_key: hmac::Key,
    /// Whose forwarded headers are believed.
    pub trusted_proxies: Vec<std::net::IpAddr>,
    /// The sandbox, where there is one.
    pub sandbox: Option<Sandbox>,
    /// Whether other data centers can be reached.
    pub reach: Reach,
    /// Sends letters.
    pub mail: Mail,
    /// Whether strangers may make themselves an account.
    pub sign_up: bool,
    /// Whether the demo's sample API answers.
    pub sample_api: bool,
}

/// One data center that this process serves.
#[derive(Debug)]
pub struct DataCenter {
    /// What it shares.
    pub house: Arc<House>,
    /// Which it is.
    pub place: Place,
    /// Its people, grants and tokens.
    pub store: Store,
    /// Seals interactions and signs form tokens.
    pub sealer: Sealer,
    /// Signs ID tokens and JWT access tokens.
    pub signing: Signing,
    /// Derives what follows a refresh token that turns.
    pub rotation: Arc<RotationKey>,
    /// Derives codes' secrets from interactions.
    pub code_key: Vec<u8>,
    /// Slows down guessing.
    pub guesses: Guesses,
    /// Writes refusals for clients' owners.
    pub recorder: Recorder,
}

impl House {
    /// The data center of that location.
    pub fn place(&self, location: &str) -> Option<&Place> {
        self.places.iter().find(|p| p.location == location)
    }

    /// The catalog in force.
    pub fn scopes(&self) -> Arc<Scopes> {
        Arc::clone(&self.scopes.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The catalog's rules, without its sentences.
    pub fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.scopes().catalog)
    }

    /// The location an identifier's byte names, for the log.
    pub fn location_of(&self, byte: u8) -> &str {
        self.places.iter().find(|p| p.byte.0 == byte).map_or("nowhere", |p| p.location.as_str())
    }

    /// Every data center, in the order of the config.
    pub fn locations(&self) -> Vec<String> {
        self.places.iter().map(|place| place.location.clone()).collect()
    }

    /// Entry data centers, in the order of the config.
    pub fn entries(&self) -> impl Iterator<Item = &Place> {
        self.places.iter().filter(|p| p.entry)
    }

    /// How long browser sessions hold.
    pub fn session_life(&self) -> SessionLife {
        SessionLife { idle: self.policy.session_idle, whole: self.policy.session_lifetime }
    }
}

impl DataCenter {
    /// Now, by the house's clock.
    pub fn now(&self) -> Timestamp {
        self.house.clock.now()
    }

    /// A fresh identifier made here.
    ///
    /// # Errors
    /// When there is no entropy.
    pub fn fresh_id(&self, now: Timestamp) -> Result<TokenId, NoEntropy> {
        self.house.entropy.id(now, self.place.byte)
    }

    /// Whether an identifier may have been made here; the byte of the data center that made it otherwise. One that
    /// names no data center was made by nobody, and is looked up in vain like any other guess.
    pub fn made_here(&self, id: &TokenId) -> Result<(), u8> {
        let byte = id.data_center();
        let elsewhere = byte != self.place.byte && self.house.places.iter().any(|place| place.byte == byte);
        if elsewhere { Err(byte.0) } else { Ok(()) }
    }

    /// The client of that id.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub async fn client(&self, id: &str) -> Result<Option<Arc<ClientRecord>>, StoreError> {
        self.house.clients.find(&self.house.directory, id).await
    }

    /// What a person's browser calls this realm's server: the accounts URL, or the portals'.
    pub fn base_url(&self, realm: &Realm) -> &str {
        match realm {
            Realm::Accounts => &self.place.accounts_url,
            Realm::Portal(_) => &self.place.portal_url,
        }
    }

    /// Whether people speak https with it.
    pub fn secure(&self) -> bool {
        self.place.accounts_url.starts_with("https://")
    }
}

/// Assigns every place its byte.
pub(crate) fn bytes_by_location(
    directory: &Store,
    locations: Vec<String>,
) -> Result<BTreeMap<String, DataCenterByte>, StoreError> {
    directory.write_blocking(move |tx| tx.data_center_bytes(&locations))
}
