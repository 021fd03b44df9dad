//! Consent for a whole organization, which only its administrators give: what may be asked for it
//! (accounts-protocol.md section 8).

use std::time::Duration;

use crate::{authorize::AuthorizationRequest, causes::PageError, scope::Catalog};

/// Life of a code that an administrator allowed for an organization.
pub const CODE_LIFETIME: Duration = Duration::from_mins(2);

/// Turns a valid request into one for an organization: it always belongs to one, and asks for a single service beside
/// the `companions`.
///
/// # Errors
/// `ScopeUnfit` with the scope of a second service, or with one that belongs to a person and to no organization.
pub fn check(
    request: AuthorizationRequest,
    catalog: &Catalog,
    companions: &[&str],
) -> Result<AuthorizationRequest, PageError> {
    let mut single: Option<&str> = None;
    for scope in request.scopes.iter() {
        let known = catalog.find(scope).ok_or_else(|| PageError::ScopeUnknown(scope.to_owned()))?;
        let service = known.service.as_str();
        if companions.iter().any(|companion| companion.eq_ignore_ascii_case(service)) {
            continue;
        }
        let second = single.is_some_and(|first| !first.eq_ignore_ascii_case(service));
        if second || !known.needs_organization {
            return Err(PageError::ScopeUnfit(scope.to_owned()));
        }
        single = Some(service);
    }
    Ok(AuthorizationRequest { needs_organization: true, ..request })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        authorize::Prompting,
        people::Realm,
        scope::{CatalogScope, ScopeList},
    };

    fn checked(scopes: &str) -> Result<bool, PageError> {
        let names = ["One.a.READ", "One.b.READ", "Two.a.READ", "Along.a.READ", "email"];
        let catalog = Catalog::new(names.map(|name| CatalogScope {
            name: name.to_owned(),
            service: name.split('.').next().unwrap_or_default().to_owned(),
            needs_organization: name.starts_with(['O', 'T']),
        }));
        let request = AuthorizationRequest {
            realm: Realm::Accounts,
            scopes: ScopeList::from_stored(scopes),
            offline: false,
            ask_again: false,
            challenge: None,
            needs_organization: false,
            prompting: Prompting::default(),
        };
        check(request, &catalog, &["Along"]).map(|request| request.needs_organization)
    }

    #[test]
    fn one_service_and_its_companions() {
        assert_eq!(checked("One.a.READ one.b.READ Along.a.READ"), Ok(true));
        assert_eq!(checked("Along.a.READ"), Ok(true));
        for (scopes, unfit) in [("One.a.READ Two.a.READ", "Two.a.READ"), ("One.a.READ email", "email")] {
            assert_eq!(checked(scopes), Err(PageError::ScopeUnfit(unfit.to_owned())));
        }
    }
}
