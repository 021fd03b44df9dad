//! The pages a walk ends on: the documented word, what happened, what to do now, and details for the
//! developer. Received values are shown as text, never as links, and never a secret.

use axum::{http::StatusCode, response::Response};
use grantor_protocol::{
    asked::Asked,
    causes::PageError,
    client::{Client, ClientType},
    redirect_uri::{self, Difference},
};

use super::Visit;
use crate::{
    accounts::title_and_word,
    failure::Failure,
    http::reply,
    moment::span,
    pages::{Brand, ErrorPage, ErrorText, Frame, Locale},
    tokens,
};

/// Ends a visit, and tells the log and the client's owner why.
pub fn page_error(visit: &Visit, client: Option<&Client>, cause: &PageError, asked: Option<&Asked>) -> Response {
    let details = asked
        .map(|asked| details(cause, asked, client, visit.dc.house.policy.deviations.plain_pkce))
        .unwrap_or_default();
    let told = in_words(visit, client, cause, asked).unwrap_or_else(|| {
        details.iter().map(|(label, value)| format!("{label}: {value}")).collect::<Vec<_>>().join("; ")
    });
    visit.asking.refuse(&visit.dc, client.map(|c| c.id.as_str()), cause.name(), &told);
    let (title, word) = title_and_word(cause, visit.door.realm());
    let status = if *cause == PageError::PortalUnknown { StatusCode::NOT_FOUND } else { StatusCode::BAD_REQUEST };
    let html = visit.framed(|frame| {
        ErrorPage { frame, title, word, problem: problem(cause, &visit.dc.place.name), details }.render()
    });
    reply::page(status, html)
}

/// The portal is in no data center.
pub fn portal_unknown(visit: &Visit) -> Response {
    page_error(visit, None, &PageError::PortalUnknown, None)
}

/// The form did not come from our page in this browser.
pub fn not_our_form(visit: &Visit) -> Response {
    visit.asking.refuse(&visit.dc, None, "form_not_ours", "a form without this browser's token");
    let problem = if visit.has_cookies() { ErrorText::PageExpired } else { ErrorText::CookiesMissing };
    plain(visit, StatusCode::FORBIDDEN, problem)
}

/// The form cannot be read.
pub fn unreadable(visit: &Visit) -> Response {
    visit.asking.refuse(&visit.dc, None, "form_unreadable", "");
    plain(visit, StatusCode::BAD_REQUEST, ErrorText::BadRequest)
}

/// Too many of something that the person, or somebody beside them, asked for.
pub fn too_many(visit: &Visit) -> Response {
    plain(visit, StatusCode::TOO_MANY_REQUESTS, ErrorText::Throttled)
}

/// The interaction has ended.
pub fn page_expired(visit: &Visit) -> Response {
    visit.asking.refuse(&visit.dc, None, "interaction_ended", "");
    plain(visit, StatusCode::BAD_REQUEST, ErrorText::PageExpired)
}

/// Not a GET.
pub fn wrong_method(visit: &Visit) -> Response {
    visit.asking.refuse(&visit.dc, None, "wrong_method", "");
    plain(visit, StatusCode::BAD_REQUEST, ErrorText::MethodNotAllowed)
}

/// We broke.
pub fn broken(visit: &Visit, failure: &Failure) -> Response {
    let problem = match failure {
        Failure::Busy(_) | Failure::Store(grantor_store::StoreError::Overloaded) => ErrorText::Busy,
        _ => ErrorText::Internal,
    };
    plain(visit, StatusCode::SERVICE_UNAVAILABLE, problem)
}

fn plain(visit: &Visit, status: StatusCode, problem: ErrorText<'_>) -> Response {
    let title = problem.heading(visit.locale);
    let html = visit.framed(|frame| ErrorPage { frame, title: &title, word: "", problem, details: vec![] }.render());
    reply::page(status, html)
}

/// What is not there, or not for this person to see: nobody can tell which.
pub fn nothing_here(visit: &Visit) -> Response {
    plain(visit, StatusCode::NOT_FOUND, ErrorText::NotFound)
}

/// A part of the address of one's own page that no link of ours has: a forged place in a list, for instance.
pub fn link_malformed(visit: &Visit, name: &str) -> Response {
    visit.asking.refuse(&visit.dc, None, "link_malformed", name);
    plain(visit, StatusCode::BAD_REQUEST, ErrorText::LinkMalformed { name })
}

/// An address that leads nowhere.
pub fn not_found(locale: Locale, request_id: &str) -> Response {
    let frame = Frame { locale, brand: Brand::grantor(), place: None, request_id };
    let problem = ErrorText::NotFound;
    let title = problem.heading(locale);
    let html = ErrorPage { frame, title: &title, word: "", problem, details: vec![] }.render();
    reply::page(StatusCode::NOT_FOUND, html)
}

pub fn problem<'a>(cause: &'a PageError, place: &'a str) -> ErrorText<'a> {
    match cause {
        PageError::ParameterMissing("response_type") => ErrorText::ResponseTypeMissing,
        PageError::ParameterMissing(name) => ErrorText::ParameterMissing { name },
        PageError::ParameterTwice(name) => ErrorText::ParameterTwice { name },
        PageError::ParameterMalformed(name) => ErrorText::ParameterMalformed { name },
        PageError::RequestTooLarge => ErrorText::RequestTooLarge,
        PageError::ResponseTypeUnsupported
        | PageError::ResponseModeUnsupported
        | PageError::FormUnsupported(_)
        | PageError::GrantNotAllowed => ErrorText::ResponseTypeUnsupported,
        PageError::ResourceUnknown(_) => ErrorText::ParameterMalformed { name: "resource" },
        PageError::ClientUnknown | PageError::ClientNotInPortal => ErrorText::UnknownClient,
        PageError::ClientDisabled => ErrorText::ClientDisabled,
        PageError::ClientNotInDataCenter => ErrorText::ClientNotInDataCenter { place },
        PageError::RedirectUriEmpty => ErrorText::RedirectUriMissing,
        PageError::RedirectUriMismatch => ErrorText::RedirectUriMismatch,
        PageError::RedirectUriOffDomain | PageError::PageOffDomain => ErrorText::OffDomain,
        PageError::ScopeMalformed => ErrorText::ScopeMissing,
        PageError::ScopeUnknown(scope) => ErrorText::ScopeUnknown { scope },
        PageError::ScopeNotAllowed(scope) => ErrorText::ScopeNotAllowed { scope },
        PageError::PkceMissing => ErrorText::PkceRequired,
        PageError::PkceChallengeMalformed | PageError::PkceMethodMalformed => ErrorText::PkceMalformed,
        PageError::PortalUnknown => ErrorText::PortalUnknown,
        PageError::NoOrganization => ErrorText::NoOrganization,
        PageError::OrganizationNotAllowed => ErrorText::OrganizationNotAllowed,
        PageError::CodesThrottled => ErrorText::Throttled,
        PageError::ScopeUnfit(scope) => ErrorText::ScopeUnfit { scope },
        PageError::NotAdministrator => ErrorText::NotAdministrator,
        PageError::EnhancementUnknown | PageError::EnhancementEnded | PageError::EnhancementSpent => {
            ErrorText::EnhancementEnded
        }
        PageError::EnhancementOfAnotherUser => ErrorText::EnhancementOfAnotherUser,
        PageError::PolicyClientBlocked => ErrorText::PolicyClientBlocked,
        PageError::PolicyScopeBlocked(scope) => ErrorText::PolicyScopeBlocked { scope },
        PageError::PolicyLifeOver => ErrorText::PolicyLifeOver,
        PageError::PolicyReviewRequired => ErrorText::PolicyReviewRequired,
    }
}

/// What was received, and what was expected where that helps and is no secret.
fn details(cause: &PageError, asked: &Asked, client: Option<&Client>, plain_pkce: bool) -> Vec<(String, String)> {
    let mut details = Vec::new();
    let mut add = |label: &str, value: Option<&str>| {
        let shown = value.map_or_else(|| "(absent)".to_owned(), |v| tokens::masked(v).chars().take(300).collect());
        details.push((label.to_owned(), if shown.is_empty() { "(empty)".to_owned() } else { shown }));
    };
    match cause {
        PageError::RedirectUriMismatch | PageError::RedirectUriEmpty => {
            add("redirect_uri received", asked.redirect_uri.as_deref());
            if let Some((closest, differs)) = client.zip(asked.redirect_uri.as_deref()).and_then(|(c, u)| closest(c, u))
            {
                add("closest registered", Some(closest));
                add("differs at character", Some(&differs.at.to_string()));
            }
        }
        PageError::ScopeMalformed
        | PageError::ScopeUnknown(_)
        | PageError::ScopeNotAllowed(_)
        | PageError::PolicyScopeBlocked(_)
        | PageError::ScopeUnfit(_) => {
            add("scope received", asked.scope.as_deref());
        }
        PageError::ResponseTypeUnsupported => {
            add("response_type received", asked.response_type.as_deref());
            let by_code = client.is_none_or(|client| client.client_type != ClientType::Browser);
            add("response_type expected", Some(if by_code { "code" } else { "token" }));
        }
        PageError::PkceMissing | PageError::PkceChallengeMalformed | PageError::PkceMethodMalformed => {
            add("code_challenge_method received", asked.code_challenge_method.as_deref());
            add("code_challenge_method expected", Some(if plain_pkce { "S256 or plain" } else { "S256" }));
        }
        PageError::ParameterMissing(name) => add("missing", Some(name)),
        _ => {}
    }
    // What is no client's is shown only in the shape of one: people put secrets there by mistake.
    let known = |id: &str| client.is_some_and(|client| client.id == id);
    let received = asked.client_id.as_deref();
    add("client_id received", received.map(|id| if known(id) { id } else { tokens::shown(id) }));
    details
}

/// The registered URI that is most like a requested one, and where they part.
fn closest<'c>(client: &'c Client, requested: &str) -> Option<(&'c str, Difference)> {
    redirect_uri::nearest(client.redirect_uris.iter().map(String::as_str), requested)
}

/// The cause in a sentence for the client's owner, where there is more to say than what was received.
fn in_words(visit: &Visit, client: Option<&Client>, cause: &PageError, asked: Option<&Asked>) -> Option<String> {
    let received = asked.and_then(|asked| asked.redirect_uri.as_deref());
    Some(match cause {
        PageError::RedirectUriMismatch => {
            let (_, differs) = closest(client?, received?)?;
            format!("redirect_uri differs from the registered one {differs}")
        }
        PageError::RedirectUriEmpty => "redirect_uri is empty".to_owned(),
        PageError::CodesThrottled => {
            let rate = visit.dc.house.policy.code_rate;
            format!("{} codes for one user and client were made within {}", rate.count, span(rate.window))
        }
        PageError::ClientNotInDataCenter => format!("the client is not enabled at {}", visit.dc.place.location),
        PageError::ScopeUnknown(scope) => format!("the catalog has no scope {scope}"),
        PageError::ScopeNotAllowed(scope) => format!("the client is not registered for {scope}"),
        PageError::ScopeUnfit(scope) => format!("{scope} cannot be granted together with the others here"),
        PageError::ParameterMissing(name) => format!("{name} is missing"),
        PageError::ParameterMalformed(name) => format!("{name} cannot be read"),
        PageError::FormUnsupported(name) => format!("the request came by {name}, which is not read here"),
        _ => return None,
    })
}
