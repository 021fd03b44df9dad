//! The implicit flow's own checks: which pages may ask for a token, and what a session refresh must bring
//! (accounts-protocol.md section 6).

use super::ReplyTo;
use crate::{asked::Asked, causes::PageError, client::Client, javascript_domain};

/// The mandatory parameters of a session refresh. The manual's versions differ about `scope`: left out, everything
/// that was granted is meant.
const MANDATORY: [&str; 3] = ["response_type", "client_id", "redirect_uri"];

/// Checks what can be checked of a session refresh before the client is looked up, and answers the client id.
///
/// # Errors
/// `ParameterMissing` or `ResponseTypeUnsupported`, in this order.
pub fn check_refresh_form(asked: &Asked) -> Result<&str, PageError> {
    for name in MANDATORY {
        let present = match name {
            "response_type" => &asked.response_type,
            "client_id" => &asked.client_id,
            _ => &asked.redirect_uri,
        };
        if present.is_none() {
            return Err(PageError::ParameterMissing(name));
        }
    }
    if asked.response_type.as_deref() != Some("token") {
        return Err(PageError::ResponseTypeUnsupported);
    }
    Ok(asked.client_id.as_deref().unwrap_or_default())
}

/// Verifies the client's JavaScript domains before a token is sent: the redirect URI lies in one of them, and so does
/// the page that asked, when the browser says which it was (`Origin`, `Referer`) and it was none of ours.
///
/// # Errors
/// `RedirectUriOffDomain` or `PageOffDomain`, in this order.
pub fn check_domains<'a>(
    client: &Client,
    reply_to: &ReplyTo,
    asked_from: impl IntoIterator<Item = &'a str>,
) -> Result<(), PageError> {
    let domains = &client.settings.javascript_domains;
    if !javascript_domain::covers(domains, reply_to.uri()) {
        return Err(PageError::RedirectUriOffDomain);
    }
    if asked_from.into_iter().any(|page| !javascript_domain::covers(domains, page)) {
        return Err(PageError::PageOffDomain);
    }
    Ok(())
}
