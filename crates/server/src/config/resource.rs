//! `[[resource]]`: a protected resource of the standard dialect, what its tokens may carry and look like
//! (`spec/decisions.md` 26; RFC 8707; RFC 9068).

use std::collections::HashSet;

use grantor_protocol::{
    resource::{Resource, Resources, TokenFormat},
    scope::ScopeList,
};
use serde::Deserialize;
use url::Url;

use super::ConfigError;

/// One resource.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceConfig {
    /// Its identifier, an absolute URI without a fragment: what `resource` names and `aud` says.
    pub audience: String,
    /// Scopes that mean something there; empty: all of the catalog.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// `opaque` (default) or `jwt`.
    #[serde(default)]
    pub token_format: String,
    /// Ids of the clients that are this resource: they may introspect its tokens.
    #[serde(default)]
    pub clients: Vec<String>,
}

/// Reads all of them.
///
/// # Errors
/// The first thing that is wrong.
pub fn resources(all: &[ResourceConfig]) -> Result<Resources, ConfigError> {
    let mut seen = HashSet::new();
    let mut read = Vec::with_capacity(all.len());
    for one in all {
        let wrong = |why: &str| Err(ConfigError(format!("resource {:?}: {why}", one.audience)));
        if Url::parse(&one.audience).is_err() || one.audience.contains(['#', ' ', '\n', '"', '\\']) {
            return wrong("audience: an absolute URI without a fragment is wanted");
        }
        if !seen.insert(one.audience.as_str()) {
            return wrong("it is given twice");
        }
        let format = match one.token_format.as_str() {
            "" => TokenFormat::default(),
            text => match TokenFormat::parse(text) {
                Some(format) => format,
                None => return wrong("token_format is neither opaque nor jwt"),
            },
        };
        let mut scopes = ScopeList::default();
        for scope in &one.scopes {
            match ScopeList::read(scope) {
                Ok(list) if list.len() == 1 => scopes.add(scope),
                _ => return wrong("scopes: a list of scopes is wanted, one in each text"),
            }
        }
        read.push(Resource { audience: one.audience.clone(), scopes, format, clients: one.clients.clone() });
    }
    Ok(Resources::new(read))
}

#[cfg(test)]
mod tests {
    use grantor_protocol::resource::TokenFormat;

    use crate::Config;

    #[test]
    fn resources_are_read_and_checked() {
        let text = "[[resource]]\naudience = \"https://api.example/v1\"\nscopes = [\"ZohoBigin.modules.ALL\"]\n\
                    token_format = \"jwt\"\nclients = [\"1000.API\"]\n[[resource]]\naudience = \"urn:files\"\n";
        let resources = Config::parse(text).unwrap().resources().unwrap();
        assert_eq!(resources.find("https://api.example/v1").unwrap().format, TokenFormat::Jwt);
        assert_eq!(resources.find("urn:files").unwrap().format, TokenFormat::Opaque);
        assert_eq!(resources.find("https://api.example/v1/"), None);
        for (text, why) in [
            ("audience = \"api\"", "absolute URI"),
            ("audience = \"https://a.example/#x\"", "absolute URI"),
            ("audience = \"urn:a\"\n[[resource]]\naudience = \"urn:a\"", "twice"),
            ("audience = \"urn:a\"\ntoken_format = \"saml\"", "neither"),
            ("audience = \"urn:a\"\nscopes = [\"a b\"]", "scopes"),
            ("audience = \"urn:a\"\nscope = \"a\"", "scope"),
        ] {
            let error = Config::parse(&format!("[[resource]]\n{text}\n")).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
