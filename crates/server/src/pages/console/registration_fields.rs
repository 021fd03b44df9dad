//! The fields of a registration, for a new client and for one that is there, and what is wrong with them.

/// What `console/registration_fields.html` shows. A field that the type has not is `None`.
#[derive(Debug, Clone)]
pub struct RegistrationFields<'a> {
    pub name: &'a str,
    pub description: &'a str,
    pub homepage_url: Option<&'a str>,
    /// One a line.
    pub redirect_uris: Option<&'a str>,
    /// Whether redirect URIs may have a scheme of the application's own.
    pub private_schemes: bool,
    /// One a line.
    pub javascript_domains: Option<&'a str>,
    /// Whether the implicit flow is allowed.
    pub implicit: Option<bool>,
    /// Empty for a client that is for its owner alone.
    pub places: Vec<PlaceTick<'a>>,
    /// Settings of the standard dialect, where they are asked for.
    pub standard: Option<StandardFields<'a>>,
    pub faults: &'a [Fault],
}

/// A data center to tick.
#[derive(Debug, Clone, Copy)]
pub struct PlaceTick<'a> {
    pub location: &'a str,
    pub name: &'a str,
    pub ticked: bool,
}

/// Settings of the standard dialect, as typed.
#[derive(Debug, Clone, Copy)]
pub struct StandardFields<'a> {
    pub token_endpoint_auth_method: &'a str,
    pub id_token_signing_alg: &'a str,
    pub jwks_uri: &'a str,
    pub jwks: &'a str,
    pub post_logout_redirect_uris: &'a str,
    pub cors_origins: &'a str,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The field's name.
    pub field: &'static str,
    /// The documented message.
    pub message: &'static str,
    /// Why, precisely.
    pub reason: String,
}

const AUTH_METHODS: [(&str, &str); 5] = [
    ("", "Any way its type allows"),
    ("client_secret_basic", "client_secret_basic: the secret in the Authorization header"),
    ("client_secret_post", "client_secret_post: the secret in the form"),
    ("private_key_jwt", "private_key_jwt: an assertion signed with its key"),
    ("none", "none: a public client, protected by PKCE"),
];

const ALGORITHMS: [(&str, &str); 3] = [("", "RS256 (the default)"), ("RS256", "RS256"), ("ES256", "ES256")];

impl RegistrationFields<'_> {
    /// What is wrong with a field, if anything is.
    pub(in crate::pages) fn fault(&self, field: &str) -> Option<&Fault> {
        self.faults.iter().find(|fault| fault.field == field)
    }

    /// The ids of what explains a field.
    pub(in crate::pages) fn described(&self, field: &str) -> String {
        if self.fault(field).is_some() { format!("{field}-hint {field}-error") } else { format!("{field}-hint") }
    }

    /// Whether a fault is among the settings that are folded away.
    pub(in crate::pages) fn unfold(&self) -> bool {
        let usual = ["name", "description", "homepage_url", "redirect_uris", "javascript_domains", "data_center"];
        let elsewhere = ["form", "logo", "confirm"];
        self.faults.iter().any(|fault| !usual.contains(&fault.field) && !elsewhere.contains(&fault.field))
    }

    #[expect(clippy::unused_self, reason = "templates reach constants through their values")]
    pub(in crate::pages) fn auth_methods(&self) -> [(&'static str, &'static str); 5] {
        AUTH_METHODS
    }

    #[expect(clippy::unused_self, reason = "templates reach constants through their values")]
    pub(in crate::pages) fn algorithms(&self) -> [(&'static str, &'static str); 3] {
        ALGORITHMS
    }
}
