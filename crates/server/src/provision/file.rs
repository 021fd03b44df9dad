//! The provision file as written (contract section 3). Unknown keys are refused with the nearest name.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use grantor_protocol::{
    client::{Client, ClientSettings, ClientType},
    people::fold_email,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::ProvisionError;
use crate::config::explain;

/// All that one or several files say.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvisionFile {
    /// `[[organization]]`.
    #[serde(default, rename = "organization")]
    pub organizations: Vec<OrganizationEntry>,
    /// `[[user]]`.
    #[serde(default, rename = "user")]
    pub users: Vec<UserEntry>,
    /// `[[client]]`.
    #[serde(default, rename = "client")]
    pub clients: Vec<ClientEntry>,
    /// `[[portal]]`.
    #[serde(default, rename = "portal")]
    pub portals: Vec<PortalEntry>,
    /// `[[scope]]`.
    #[serde(default, rename = "scope")]
    pub scopes: Vec<ScopeEntry>,
}

impl std::fmt::Debug for ProvisionFile {
    /// Counts only: the entries hold passwords and secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProvisionFile")
            .field("organizations", &self.organizations.len())
            .field("users", &self.users.len())
            .field("clients", &self.clients.len())
            .field("portals", &self.portals.len())
            .field("scopes", &self.scopes.len())
            .finish()
    }
}

/// An organization.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrganizationEntry {
    /// Its id; made when left out.
    pub id: Option<String>,
    /// Its name.
    pub name: String,
    /// Where it lives; default: the first data center served here.
    pub data_center: Option<String>,
    /// `production` (default), `sandbox` or `developer`.
    pub environment: Option<String>,
}

/// A person.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserEntry {
    /// Where they are reached; unique per data center.
    pub email: String,
    /// In plain text (development, tests), or
    pub password: Option<String>,
    /// as an argon2id PHC string; a password is made when both are left out.
    pub password_hash: Option<String>,
    /// Given name.
    #[serde(default)]
    pub first_name: String,
    /// Family name.
    #[serde(default)]
    pub last_name: String,
    /// Their home; default: the first data center served here.
    pub data_center: Option<String>,
    /// Their ZUID; made when left out.
    pub zuid: Option<i64>,
    /// Organizations by id (or name), all in their data center.
    #[serde(default)]
    pub organizations: Vec<String>,
    /// Those of them they administer.
    #[serde(default)]
    pub administers: Vec<String>,
    /// Whether they may not sign in.
    #[serde(default)]
    pub disabled: bool,
}

/// An application.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientEntry {
    /// Its id; made when left out.
    pub id: Option<String>,
    /// The default data center's secret; made when left out.
    pub secret: Option<String>,
    /// A secret per data center.
    #[serde(default)]
    pub secrets: BTreeMap<String, String>,
    /// `server`, `browser`, `mobile`, `device` or `self`.
    #[serde(rename = "type")]
    pub client_type: String,
    /// Its name.
    pub name: String,
    /// Its publisher's page.
    #[serde(default)]
    pub homepage_url: String,
    /// Where answers may go.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// Of browser clients.
    #[serde(default)]
    pub javascript_domains: Vec<String>,
    /// The user who sees it in the console.
    #[serde(default)]
    pub owner: String,
    /// Locations whose users may use it; default: the owner's only.
    #[serde(default)]
    pub data_centers: Vec<String>,
    /// One secret for all data centers; default: unless `secrets` is given.
    pub same_secret: Option<bool>,
    /// What it may ask; empty: all of the catalog.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// RFC names of the grants it may use; empty: what its type allows.
    #[serde(default)]
    pub grant_types: Vec<String>,
    /// Its public keys, as a JWK set in JSON.
    #[serde(default)]
    pub jwks: String,
    /// Where its JWK set is.
    #[serde(default)]
    pub jwks_uri: String,
    /// `RS256` (default) or `ES256`.
    #[serde(default)]
    pub id_token_signing_alg: String,
    /// `client_secret_basic`, `client_secret_post`, `private_key_jwt` or `none`; default: any its type allows.
    #[serde(default)]
    pub token_endpoint_auth_method: String,
    /// Where a browser may be sent after signing out.
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<String>,
    /// Origins that may call token-like endpoints from a browser.
    #[serde(default)]
    pub cors_origins: Vec<String>,
    /// Whether token answers carry `expires_in_sec`, and milliseconds.
    #[serde(default)]
    pub legacy_token_body: bool,
    /// Whether it is refused everywhere.
    #[serde(default)]
    pub disabled: bool,
}

/// A portal with its own users.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PortalEntry {
    /// Its id, decimal; made when left out.
    pub id: Option<String>,
    /// Its name.
    pub name: String,
    /// Whose customers sign in, by id or name.
    pub organization: String,
    /// Clients it admits; empty: every client enabled in its data center.
    #[serde(default)]
    pub clients: Vec<String>,
    /// An image beside the file: PNG, JPEG or WebP, at most 256 KiB.
    #[schema(value_type = Option<String>)]
    pub logo: Option<PathBuf>,
    /// Whether the logo that is there stays: who changes a portal without the file has none to name.
    #[serde(skip)]
    pub keeps_logo: bool,
    /// `#rrggbb`.
    #[serde(default)]
    pub accent: String,
    /// Public keys with which the organization vouches for its users itself, as a JWK set in JSON.
    #[serde(default)]
    pub remote_jwks: String,
    /// `[[portal.user]]`.
    #[serde(default, rename = "user")]
    pub users: Vec<PortalUserEntry>,
}

/// A portal's user.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PortalUserEntry {
    /// Where they are reached; unique in the portal.
    pub email: String,
    /// In plain text, or
    pub password: Option<String>,
    /// as an argon2id PHC string; made when both are left out.
    pub password_hash: Option<String>,
    /// Given name.
    #[serde(default)]
    pub first_name: String,
    /// Family name.
    #[serde(default)]
    pub last_name: String,
    /// Their id; made when left out.
    pub zuid: Option<i64>,
    /// Whether they may not sign in.
    #[serde(default)]
    pub disabled: bool,
}

/// A scope beside the built-in catalog.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScopeEntry {
    /// `Service.scope.OPERATION`.
    pub name: String,
    /// What a person reads on the consent page.
    pub description: String,
}

impl ClientEntry {
    /// The registration it asks for, with what it does not say itself left empty.
    pub fn client(&self, id: String, client_type: ClientType) -> Client {
        Client {
            id,
            client_type,
            name: self.name.clone(),
            homepage_url: self.homepage_url.clone(),
            redirect_uris: self.redirect_uris.clone(),
            data_centers: self.data_centers.clone(),
            scopes: self.scopes.clone(),
            grant_types: self.grant_types.clone(),
            disabled: self.disabled,
            settings: ClientSettings {
                owner: fold_email(&self.owner).unwrap_or_default(),
                javascript_domains: self.javascript_domains.clone(),
                jwks: self.jwks.clone(),
                jwks_uri: self.jwks_uri.clone(),
                id_token_signing_alg: self.id_token_signing_alg.clone(),
                token_endpoint_auth_method: self.token_endpoint_auth_method.clone(),
                post_logout_redirect_uris: self.post_logout_redirect_uris.clone(),
                cors_origins: self.cors_origins.clone(),
                legacy_token_body: self.legacy_token_body,
            },
        }
    }
}

impl ProvisionFile {
    /// Reads a file's text; paths in it start at `beside`.
    ///
    /// # Errors
    /// What TOML or a key has wrong, with its line.
    pub fn parse(text: &str, beside: &Path) -> Result<Self, ProvisionError> {
        let mut file: Self = toml::from_str(text).map_err(|e| ProvisionError::new(explain(&e, text)))?;
        for portal in &mut file.portals {
            if let Some(logo) = &portal.logo {
                portal.logo = Some(beside.join(logo));
            }
        }
        Ok(file)
    }

    /// Adds what another file says.
    pub fn append(&mut self, other: Self) {
        self.organizations.extend(other.organizations);
        self.users.extend(other.users);
        self.clients.extend(other.clients);
        self.portals.extend(other.portals);
        self.scopes.extend(other.scopes);
    }
}

impl From<&PortalUserEntry> for UserEntry {
    fn from(entry: &PortalUserEntry) -> Self {
        Self {
            email: entry.email.clone(),
            password: entry.password.clone(),
            password_hash: entry.password_hash.clone(),
            first_name: entry.first_name.clone(),
            last_name: entry.last_name.clone(),
            data_center: None,
            zuid: entry.zuid,
            organizations: vec![],
            administers: vec![],
            disabled: entry.disabled,
        }
    }
}

/// Entries show what they are about, never their passwords or secrets.
macro_rules! shown_by {
    ($($entry:ident . $field:ident),*) => {$(
        impl std::fmt::Debug for $entry {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($entry)).field(stringify!($field), &self.$field).finish_non_exhaustive()
            }
        }
    )*};
}

shown_by!(UserEntry.email, ClientEntry.name, PortalEntry.name, PortalUserEntry.email);
