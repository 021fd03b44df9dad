//! What may be registered: the rules of each field and of each type of client, one cause per rule
//! (accounts-protocol.md section 3.2; `spec/decisions.md` 26, 30).
//!
//! [`check`] holds for every registration, wherever it is made. [`check_fields`] adds which fields a type has, for
//! those who register one client at a time; [`check_form`] adds what the console asks for.

use url::Url;

use crate::{
    client::{Client, ClientType, GrantType},
    dialect::Dialect,
    javascript_domain::{self, NotADomain},
    redirect_uri::{self, Unregistrable},
};

/// A field of a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The client's name.
    Name,
    /// Its publisher's page.
    HomepageUrl,
    /// Where answers may go.
    RedirectUris,
    /// The origins its pages live at.
    JavascriptDomains,
}

impl Field {
    /// Every field of the documented form.
    pub const ALL: [Self; 4] = [Self::Name, Self::HomepageUrl, Self::RedirectUris, Self::JavascriptDomains];

    /// Whether a type of client has it; what it has, the form demands (the table of section 3.2).
    pub const fn belongs_to(self, client_type: ClientType) -> bool {
        match self {
            Self::Name => true,
            Self::HomepageUrl => !matches!(client_type, ClientType::SelfClient),
            Self::RedirectUris => {
                matches!(client_type, ClientType::Server | ClientType::Browser | ClientType::Mobile)
            }
            Self::JavascriptDomains => matches!(client_type, ClientType::Browser),
        }
    }

    /// What the console says when it is wrong, as documented.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Name => "Enter a valid client name",
            Self::HomepageUrl => "Enter a valid homepage URL",
            Self::RedirectUris => "Enter a valid redirect URI",
            Self::JavascriptDomains => "Enter a valid JavaScript Domain URI",
        }
    }

    /// As provision files spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::HomepageUrl => "homepage_url",
            Self::RedirectUris => "redirect_uris",
            Self::JavascriptDomains => "javascript_domains",
        }
    }
}

/// Why a client cannot be registered so. Says what is wrong in words; the value it is about stands in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// The name is empty, too long or has control characters.
    #[error("a name has 1 to 200 characters")]
    NameUnreadable,
    /// The console's rule: special characters other than `_` and `&`.
    #[error("a name has letters, digits, spaces, _ and &, and not {0:?}")]
    NameCharacter(char),
    /// Not an http or https URL.
    #[error("homepage_url {0:?} is not an http or https URL")]
    Homepage(String),
    /// A redirect URI that cannot be registered.
    #[error("redirect URI {0:?} cannot be registered: {1}")]
    RedirectUri(String, Unregistrable),
    /// A JavaScript domain that cannot be registered.
    #[error("JavaScript domain {0:?} cannot be registered: {1}")]
    JavascriptDomain(String, NotADomain),
    /// The client gets answers by redirect and has nowhere to get them.
    #[error("a {0} client needs redirect_uris")]
    RedirectUrisMissing(&'static str),
    /// Tokens by redirect go to verified pages only.
    #[error("grant type implicit needs javascript_domains")]
    JavascriptDomainsMissing,
    /// A redirect URI that the implicit flow would refuse.
    #[error("redirect URI {0:?} lies in none of the javascript_domains")]
    RedirectUriOffDomain(String),
    /// A grant that this server does not know.
    #[error("grant type {0:?} is not known ({list})", list = known_grants())]
    GrantUnknown(String),
    /// The implicit flow is for JavaScript clients.
    #[error("grant type implicit is for browser clients only")]
    ImplicitElsewhere,
    /// ID tokens are signed in one of two ways.
    #[error("id_token_signing_alg {0:?} is neither RS256 nor ES256")]
    SigningAlgorithm(String),
    /// Clients authenticate in one of four ways.
    #[error(
        "token_endpoint_auth_method {0:?} is none of client_secret_basic, client_secret_post, private_key_jwt, none"
    )]
    AuthMethod(String),
    /// `none`, of a client that acts for itself.
    #[error("token_endpoint_auth_method none is not for self clients, which have only their secret")]
    AuthMethodNone,
    /// `private_key_jwt` without keys.
    #[error("token_endpoint_auth_method private_key_jwt needs jwks or jwks_uri")]
    KeysMissing,
    /// Both ways to give keys (RFC 7591 section 2).
    #[error("give jwks or jwks_uri, not both")]
    KeysTwice,
    /// Keys are fetched over https, or from this machine.
    #[error("jwks_uri {0:?} is not an https URL")]
    KeysUri(String),
    /// A URI to go to after signing out that cannot be registered.
    #[error("post logout redirect URI {0:?} cannot be registered: {1}")]
    PostLogoutRedirectUri(String, Unregistrable),
    /// Not an origin.
    #[error("CORS origin {0:?} cannot be registered: {1}")]
    CorsOrigin(String, NotADomain),
    /// Too many entries of a list.
    #[error("{0} has at most 100 entries")]
    TooMany(&'static str),
    /// A field that clients of this type do not have.
    #[error("a {1} client has no {field}", field = .0.as_str())]
    NotOfThisType(Field, &'static str),
    /// A field that the form demands.
    #[error("{field} is missing", field = .0.as_str())]
    Missing(Field),
}

impl Unfit {
    /// The field of the documented form it is about, whose message the console shows.
    pub const fn field(&self) -> Option<Field> {
        match self {
            Self::NameUnreadable | Self::NameCharacter(_) => Some(Field::Name),
            Self::Homepage(_) => Some(Field::HomepageUrl),
            Self::RedirectUri(..) | Self::RedirectUrisMissing(_) | Self::RedirectUriOffDomain(_) => {
                Some(Field::RedirectUris)
            }
            Self::JavascriptDomain(..) | Self::JavascriptDomainsMissing => Some(Field::JavascriptDomains),
            Self::NotOfThisType(field, _) | Self::Missing(field) => Some(*field),
            Self::GrantUnknown(_)
            | Self::ImplicitElsewhere
            | Self::SigningAlgorithm(_)
            | Self::AuthMethod(_)
            | Self::AuthMethodNone
            | Self::KeysMissing
            | Self::KeysTwice
            | Self::KeysUri(_)
            | Self::PostLogoutRedirectUri(..)
            | Self::CorsOrigin(..)
            | Self::TooMany(_) => None,
        }
    }
}

fn known_grants() -> String {
    GrantType::ALL.map(GrantType::as_str).join(", ")
}

/// The most entries a list of a registration may have.
const MOST_ENTRIES: usize = 100;

/// The rules that hold for every registration. `plain_http` allows http redirect URIs off loopback.
///
/// # Errors
/// The first rule it breaks, in the order of the form.
pub fn check(client: &Client, plain_http: bool) -> Result<(), Unfit> {
    let settings = &client.settings;
    if client.name.trim().is_empty() || client.name.chars().count() > 200 || client.name.chars().any(char::is_control) {
        return Err(Unfit::NameUnreadable);
    }
    if !client.homepage_url.is_empty() && !is_web_page(&client.homepage_url) {
        return Err(Unfit::Homepage(client.homepage_url.clone()));
    }
    for (name, list) in [
        ("redirect_uris", &client.redirect_uris),
        ("javascript_domains", &settings.javascript_domains),
        ("grant_types", &client.grant_types),
        ("post_logout_redirect_uris", &settings.post_logout_redirect_uris),
        ("cors_origins", &settings.cors_origins),
    ] {
        if list.len() > MOST_ENTRIES {
            return Err(Unfit::TooMany(name));
        }
    }
    for uri in &client.redirect_uris {
        redirect_uri::check(uri, client.client_type, plain_http).map_err(|why| Unfit::RedirectUri(uri.clone(), why))?;
    }
    for domain in &settings.javascript_domains {
        javascript_domain::check(domain).map_err(|why| Unfit::JavascriptDomain(domain.clone(), why))?;
    }
    check_grants(client)?;
    check_standard(client, plain_http)
}

/// Grants, and what they need of the other fields.
fn check_grants(client: &Client) -> Result<(), Unfit> {
    if let Some(unknown) = client.grant_types.iter().find(|g| !GrantType::ALL.iter().any(|known| known.as_str() == *g))
    {
        return Err(Unfit::GrantUnknown(unknown.clone()));
    }
    let dialects = [Dialect::Accounts, Dialect::Standard];
    let may_use = |grant| dialects.into_iter().any(|dialect| client.may_use(grant, dialect));
    let implicit = may_use(GrantType::Implicit);
    if implicit && client.client_type != ClientType::Browser {
        return Err(Unfit::ImplicitElsewhere);
    }
    let by_redirect = implicit || may_use(GrantType::AuthorizationCode);
    if by_redirect && client.redirect_uris.is_empty() && Field::RedirectUris.belongs_to(client.client_type) {
        return Err(Unfit::RedirectUrisMissing(client.client_type.as_str()));
    }
    let domains = &client.settings.javascript_domains;
    if implicit && domains.is_empty() {
        return Err(Unfit::JavascriptDomainsMissing);
    }
    // Codes may go elsewhere; a client that has only the implicit flow would never be answered there.
    let only_implicit = implicit && !may_use(GrantType::AuthorizationCode);
    let off = |uri: &&String| only_implicit && !javascript_domain::covers(domains, uri);
    match client.redirect_uris.iter().find(off) {
        Some(uri) => Err(Unfit::RedirectUriOffDomain(uri.clone())),
        None => Ok(()),
    }
}

/// What only the standard dialect reads.
fn check_standard(client: &Client, plain_http: bool) -> Result<(), Unfit> {
    let settings = &client.settings;
    if !matches!(settings.id_token_signing_alg.as_str(), "" | "RS256" | "ES256") {
        return Err(Unfit::SigningAlgorithm(settings.id_token_signing_alg.clone()));
    }
    let keys = !settings.jwks.is_empty() || !settings.jwks_uri.is_empty();
    match settings.token_endpoint_auth_method.as_str() {
        "private_key_jwt" if !keys => return Err(Unfit::KeysMissing),
        "none" if client.client_type == ClientType::SelfClient => return Err(Unfit::AuthMethodNone),
        "" | "client_secret_basic" | "client_secret_post" | "private_key_jwt" | "none" => {}
        other => return Err(Unfit::AuthMethod(other.to_owned())),
    }
    if !settings.jwks.is_empty() && !settings.jwks_uri.is_empty() {
        return Err(Unfit::KeysTwice);
    }
    // The same rule as for a page that answers go to: https, or this machine.
    if !settings.jwks_uri.is_empty() && redirect_uri::check(&settings.jwks_uri, ClientType::Server, false).is_err() {
        return Err(Unfit::KeysUri(settings.jwks_uri.clone()));
    }
    for uri in &settings.post_logout_redirect_uris {
        redirect_uri::check(uri, client.client_type, plain_http)
            .map_err(|why| Unfit::PostLogoutRedirectUri(uri.clone(), why))?;
    }
    for origin in &settings.cors_origins {
        javascript_domain::check(origin).map_err(|why| Unfit::CorsOrigin(origin.clone(), why))?;
    }
    Ok(())
}

/// Adds which fields a client of its type has. Redirect URIs are also those of whoever was given such a grant by name.
///
/// # Errors
/// What [`check`] finds, then the first field too many.
pub fn check_fields(client: &Client, plain_http: bool) -> Result<(), Unfit> {
    check(client, plain_http)?;
    let code = GrantType::AuthorizationCode.as_str();
    for field in Field::ALL {
        let by_name = field == Field::RedirectUris && client.grant_types.iter().any(|g| g == code);
        if is_given(client, field) && !field.belongs_to(client.client_type) && !by_name {
            return Err(Unfit::NotOfThisType(field, client.client_type.as_str()));
        }
    }
    Ok(())
}

/// Adds what the console's form asks for: every field of the type, and names without special characters.
///
/// # Errors
/// What [`check_fields`] finds, then the form's own rules.
pub fn check_form(client: &Client, plain_http: bool) -> Result<(), Unfit> {
    check_fields(client, plain_http)?;
    let special = |c: &char| !(c.is_alphanumeric() || *c == ' ' || *c == '_' || *c == '&');
    if let Some(found) = client.name.chars().find(special) {
        return Err(Unfit::NameCharacter(found));
    }
    let missing = |field: &Field| field.belongs_to(client.client_type) && !is_given(client, *field);
    Field::ALL.into_iter().find(missing).map_or(Ok(()), |field| Err(Unfit::Missing(field)))
}

fn is_given(client: &Client, field: Field) -> bool {
    match field {
        Field::Name => !client.name.is_empty(),
        Field::HomepageUrl => !client.homepage_url.is_empty(),
        Field::RedirectUris => !client.redirect_uris.is_empty(),
        Field::JavascriptDomains => !client.settings.javascript_domains.is_empty(),
    }
}

fn is_web_page(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
        && text.len() <= 2000
}

#[cfg(test)]
mod tests;
