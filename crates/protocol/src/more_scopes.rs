//! Asking for more scopes for a refresh token that lives: what an application sends, and what of it is new
//! (accounts-protocol.md section 13).

use crate::{
    asked::Asked,
    authorize::{AuthorizationRequest, Prompting},
    causes::PageError,
    client::Client,
    params::{Found, Params},
    people::Realm,
    scope::{Catalog, ScopeList},
};

/// A request for more scopes as received, nothing trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedMore {
    /// What it has in common with an authorization request.
    pub asked: Asked,
    /// `enhance_token`: says for which refresh token.
    pub enhance_token: String,
    /// `logout`: whether the browser session is to end afterwards.
    pub sign_out: bool,
}

impl AskedMore {
    /// Reads a raw query string. `logout` counts as `false` when it is absent, although the documents list it as
    /// required: there is only one thing it can mean.
    ///
    /// # Errors
    /// What [`Asked::read`] finds; then `ParameterMissing` and `ResponseTypeUnsupported`, as at the authorization
    /// endpoint (decision 13).
    pub fn read(query: &str) -> Result<Self, (PageError, Option<Box<Asked>>)> {
        let asked = Asked::read(query).map_err(|cause| (cause, None))?;
        let found = Params::read(query.as_bytes());
        let take = |name| match found.as_ref().map(|params| params.find(name)) {
            Ok(Found::Once(value)) => Some(value.to_owned()),
            _ => None,
        };
        let (enhance_token, logout) = (take("enhance_token"), take("logout"));
        let sent = [
            ("response_type", asked.response_type.is_some()),
            ("client_id", asked.client_id.is_some()),
            ("scope", asked.scope.is_some()),
            ("redirect_uri", asked.redirect_uri.is_some()),
            ("enhance_token", enhance_token.is_some()),
        ];
        if let Some((name, _)) = sent.into_iter().find(|(_, sent)| !sent) {
            return Err((PageError::ParameterMissing(name), Some(Box::new(asked))));
        }
        if asked.response_type.as_deref() != Some("update_scopes") {
            return Err((PageError::ResponseTypeUnsupported, Some(Box::new(asked))));
        }
        Ok(Self {
            asked,
            enhance_token: enhance_token.unwrap_or_default(),
            sign_out: logout.as_deref() == Some("true"),
        })
    }

    /// The request to put before the person: only the scopes that `granted` does not cover. None of them, and nothing
    /// need be asked.
    ///
    /// # Errors
    /// The page errors about scopes; `ScopeUnfit` for one that belongs to an organization when the refresh token
    /// belongs to none, since nothing may bind it to one later.
    pub fn check(
        &self,
        client: &Client,
        catalog: &Catalog,
        granted: &ScopeList,
        organization_id: &str,
    ) -> Result<AuthorizationRequest, PageError> {
        let wanted =
            ScopeList::read(self.asked.scope.as_deref().unwrap_or_default()).map_err(|_| PageError::ScopeMalformed)?;
        let mut scopes = ScopeList::default();
        for scope in wanted.iter() {
            let known = catalog.find(scope).ok_or_else(|| PageError::ScopeUnknown(scope.to_owned()))?;
            if !client.may_ask(catalog, scope) {
                return Err(PageError::ScopeNotAllowed(scope.to_owned()));
            }
            if known.needs_organization && organization_id.is_empty() {
                return Err(PageError::ScopeUnfit(scope.to_owned()));
            }
            if !granted.cover(catalog, scope) {
                scopes.add(scope);
            }
        }
        let asks = !scopes.is_empty();
        Ok(AuthorizationRequest {
            realm: Realm::Accounts,
            scopes,
            offline: asks,
            ask_again: asks,
            challenge: None,
            needs_organization: !organization_id.is_empty(),
            prompting: Prompting::default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{client::ClientSettings, client::ClientType, scope::CatalogScope};

    const WHOLE: &str = "response_type=update_scopes&client_id=C&scope=a.b.READ&redirect_uri=u&enhance_token=t";

    fn client() -> Client {
        Client {
            id: "C".into(),
            client_type: ClientType::Server,
            name: String::new(),
            homepage_url: String::new(),
            redirect_uris: vec![],
            data_centers: vec![],
            scopes: vec!["a.b.ALL".into(), "email".into()],
            grant_types: vec![],
            disabled: false,
            settings: ClientSettings::default(),
        }
    }

    fn catalog() -> Catalog {
        let names = ["a.b.READ", "a.b.WRITE", "a.c.READ", "email"];
        Catalog::new(names.map(|name| CatalogScope {
            name: name.to_owned(),
            service: name.to_owned(),
            needs_organization: name != "email",
        }))
    }

    #[test]
    fn every_key_but_logout_is_mandatory() {
        assert!(!AskedMore::read(WHOLE).unwrap().sign_out);
        assert!(AskedMore::read(&format!("{WHOLE}&logout=true")).unwrap().sign_out);
        assert!(!AskedMore::read(&format!("{WHOLE}&logout=false")).unwrap().sign_out);
        for name in ["response_type", "client_id", "scope", "redirect_uri", "enhance_token"] {
            let kept: Vec<&str> = WHOLE.split('&').filter(|pair| !pair.starts_with(name)).collect();
            assert_eq!(AskedMore::read(&kept.join("&")).unwrap_err().0, PageError::ParameterMissing(name));
        }
        let code = WHOLE.replace("update_scopes", "code");
        assert_eq!(AskedMore::read(&code).unwrap_err().0, PageError::ResponseTypeUnsupported);
        let twice = format!("{WHOLE}&enhance_token=u");
        assert_eq!(AskedMore::read(&twice).unwrap_err().0, PageError::ParameterTwice("enhance_token".into()));
    }

    #[test]
    fn only_what_is_new_is_asked() {
        let (client, catalog) = (client(), catalog());
        let granted = ScopeList::from_stored("a.b.READ email");
        let check = |scope: &str, organization: &str| {
            AskedMore::read(&WHOLE.replace("a.b.READ", scope)).unwrap().check(&client, &catalog, &granted, organization)
        };
        let both = check("a.b.READ,a.b.WRITE", "1").unwrap();
        assert_eq!(both.scopes.to_string(), "a.b.WRITE");
        assert!(both.ask_again && both.offline && both.needs_organization);
        let nothing = check("email,a.b.READ", "1").unwrap();
        assert!(nothing.scopes.is_empty() && !nothing.ask_again && !nothing.offline);
        assert_eq!(check("a.b.WRITE", ""), Err(PageError::ScopeUnfit("a.b.WRITE".into())));
        assert_eq!(check("a.c.READ", "1"), Err(PageError::ScopeNotAllowed("a.c.READ".into())));
        assert_eq!(check("a.x.READ", "1"), Err(PageError::ScopeUnknown("a.x.READ".into())));
        assert_eq!(check("", "1"), Err(PageError::ScopeMalformed));
    }
}
