//! Resources: what an access token may be aimed at, and what that makes of its scopes and its form (RFC 8707; RFC 9068;
//! `spec/decisions.md` 26).

use crate::{
    causes::TokenError,
    scope::{Catalog, ScopeList},
};

/// What an access token for a resource looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TokenFormat {
    /// Told by introspection only.
    #[default]
    Opaque,
    /// A signed JWT (RFC 9068), which introspection knows as well.
    Jwt,
}

impl TokenFormat {
    /// As the config spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opaque => "opaque",
            Self::Jwt => "jwt",
        }
    }

    /// Reads that spelling; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Opaque, Self::Jwt].into_iter().find(|f| f.as_str() == text)
    }
}

/// A protected resource that this server knows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resource {
    /// Its identifier, an absolute URI: what `resource` names and `aud` says. Compared as it stands.
    pub audience: String,
    /// The scopes that mean something there; empty: all of the catalog.
    pub scopes: ScopeList,
    /// What tokens for it look like.
    pub format: TokenFormat,
    /// Clients that are this resource: they may introspect its tokens.
    pub clients: Vec<String>,
}

/// Every resource of the config.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resources(Vec<Resource>);

/// What an access token will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aim {
    /// What it allows.
    pub scopes: ScopeList,
    /// Where it is meant for, one a line; empty: nowhere in particular.
    pub resource: String,
    /// What it looks like.
    pub format: TokenFormat,
}

impl Resources {
    /// These resources.
    pub fn new(all: Vec<Resource>) -> Self {
        Self(all)
    }

    /// The resource of that identifier.
    pub fn find(&self, audience: &str) -> Option<&Resource> {
        self.0.iter().find(|r| r.audience == audience)
    }

    /// Every one.
    pub fn iter(&self) -> impl Iterator<Item = &Resource> {
        self.0.iter()
    }

    /// The first of these `resource` values that names none of them (RFC 8707 section 2).
    pub fn first_unknown<'a>(&self, asked: &[&'a str]) -> Option<&'a str> {
        asked.iter().copied().find(|audience| self.find(audience).is_none())
    }

    /// Whether a client is one of these resources (given one a line): who may introspect a token aimed at them.
    pub fn is_one_of(&self, lines: &str, client_id: &str) -> bool {
        lines.lines().filter_map(|audience| self.find(audience)).any(|r| r.clients.iter().any(|own| own == client_id))
    }

    /// What a token for these resources (one a line) looks like: a JWT when each of them wants one.
    pub fn format(&self, lines: &str) -> TokenFormat {
        let all_want_it = lines.lines().all(|a| self.find(a).is_some_and(|r| r.format == TokenFormat::Jwt));
        if !lines.is_empty() && all_want_it { TokenFormat::Jwt } else { TokenFormat::Opaque }
    }

    /// Aims an access token: at the resources asked now, else at all that were granted; with the scopes asked now, else
    /// all that were granted, and of those the ones that mean something at one of the resources.
    ///
    /// # Errors
    /// `ResourceNotGranted` when a resource was not granted or is not known any more; `ScopeNotGranted` when a scope
    /// was not granted, or nothing is left (RFC 6749 section 6; RFC 8707 section 2.2).
    pub fn aim(&self, catalog: &Catalog, granted: (&ScopeList, &str), asked: &Target) -> Result<Aim, TokenError> {
        let (granted_scopes, granted_resource) = granted;
        let mut lines: Vec<&str> = Vec::new();
        for audience in &asked.resources {
            if !granted_resource.lines().any(|own| own == audience) {
                return Err(TokenError::ResourceNotGranted);
            }
            if !lines.contains(&audience.as_str()) {
                lines.push(audience);
            }
        }
        if lines.is_empty() {
            lines = granted_resource.lines().collect();
        }
        let mut targets = Vec::new();
        for audience in &lines {
            targets.push(self.find(audience).ok_or(TokenError::ResourceNotGranted)?);
        }
        let wanted = asked.scopes.as_ref().unwrap_or(granted_scopes);
        let mut scopes = ScopeList::default();
        for scope in wanted.iter() {
            if !granted_scopes.cover(catalog, scope) {
                return Err(TokenError::ScopeNotGranted);
            }
            let fits = |r: &&Resource| r.scopes.is_empty() || r.scopes.cover(catalog, scope);
            if targets.is_empty() || targets.iter().any(fits) {
                scopes.add(scope);
            }
        }
        if scopes.is_empty() && !wanted.is_empty() {
            return Err(TokenError::ScopeNotGranted);
        }
        let resource = lines.join("\n");
        Ok(Aim { scopes, format: self.format(&resource), resource })
    }
}

/// What a token request narrows its access token to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Target {
    /// `scope`, when it was sent.
    pub scopes: Option<ScopeList>,
    /// Every `resource` that was sent.
    pub resources: Vec<String>,
}

impl Target {
    /// Whether nothing was narrowed.
    pub fn is_open(&self) -> bool {
        self.scopes.is_none() && self.resources.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const API: &str = "https://api.example";
    const FILES: &str = "https://files.example";

    fn resources() -> Resources {
        Resources::new(vec![
            Resource {
                audience: API.to_owned(),
                scopes: ScopeList::from_stored("B.modules.ALL"),
                format: TokenFormat::Jwt,
                clients: vec!["1000.API".to_owned()],
            },
            Resource { audience: FILES.to_owned(), ..Resource::default() },
        ])
    }

    fn aim(
        granted: (&str, &str),
        scopes: Option<&str>,
        asked: &[&str],
    ) -> Result<(String, String, TokenFormat), TokenError> {
        let target = Target {
            scopes: scopes.map(ScopeList::from_stored),
            resources: asked.iter().map(|a| (*a).to_owned()).collect(),
        };
        resources()
            .aim(&Catalog::default(), (&ScopeList::from_stored(granted.0), granted.1), &target)
            .map(|aim| (aim.scopes.to_string(), aim.resource, aim.format))
    }

    #[test]
    fn scopes_narrow_and_never_widen() {
        let granted = ("openid B.modules.ALL", "");
        let opaque = |scopes: &str| Ok((scopes.to_owned(), String::new(), TokenFormat::Opaque));
        assert_eq!(aim(granted, None, &[]), opaque("openid B.modules.ALL"));
        assert_eq!(aim(granted, Some("B.modules.contacts.READ"), &[]), opaque("B.modules.contacts.READ"));
        for wider in ["email", "openid email", "B.settings.READ"] {
            assert_eq!(aim(granted, Some(wider), &[]), Err(TokenError::ScopeNotGranted), "{wider}");
        }
    }

    #[test]
    fn a_token_is_for_the_resources_granted_and_asked() {
        let both = format!("{API}\n{FILES}");
        let granted = ("openid B.modules.READ", both.as_str());
        let api = ("B.modules.READ".to_owned(), API.to_owned(), TokenFormat::Jwt);
        assert_eq!(aim(granted, None, &[API]), Ok(api.clone()), "only what means something there, as it wants it");
        assert_eq!(aim(granted, None, &[API, API]), Ok(api));
        let files = ("openid B.modules.READ".to_owned(), FILES.to_owned(), TokenFormat::Opaque);
        assert_eq!(aim(granted, None, &[FILES]), Ok(files));
        let all = ("openid B.modules.READ".to_owned(), both.clone(), TokenFormat::Opaque);
        assert_eq!(aim(granted, None, &[]), Ok(all));
        assert_eq!(aim(granted, Some("openid"), &[API]), Err(TokenError::ScopeNotGranted), "nothing is left");
        for (granted, asked) in [(both.as_str(), "https://api.example/"), (FILES, API), ("", API)] {
            assert_eq!(aim(("openid", granted), None, &[asked]), Err(TokenError::ResourceNotGranted));
        }
        assert_eq!(aim(("openid", "https://gone.example"), None, &[]), Err(TokenError::ResourceNotGranted));
    }

    #[test]
    fn a_resource_knows_its_own_clients() {
        let all = resources();
        assert!(all.is_one_of(&format!("{FILES}\n{API}"), "1000.API"));
        assert!(!all.is_one_of(FILES, "1000.API") && !all.is_one_of("", "1000.API") && !all.is_one_of(API, "1000.B"));
        assert_eq!(all.first_unknown(&[API, "x", FILES]), Some("x"));
    }
}
