//! `POST /_sandbox/approve`: who answers authorization requests instead of a person, until a reset. One request can
//! name its own with `sandbox_user`, `sandbox_organization` and `sandbox_deny` (`spec/decisions.md` 31).

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    extract::{Request, State},
    http::{Method, StatusCode, header},
    response::Response,
};
use grantor_protocol::{device::UserCode, params::Params, people::fold_email};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{answer, journal::Told, of, read, wrong};
use crate::{house::DataCenter, walk};

/// A person's answers, given beforehand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Approval {
    /// Who, folded.
    pub email: String,
    /// Which organization, when there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// Whether the person says no.
    #[serde(skip)]
    pub rejects: bool,
}

/// The approval in force for every request.
#[derive(Debug, Default)]
pub struct Approvals(Mutex<Option<Approval>>);

impl Approvals {
    /// As it stands.
    pub fn get(&self) -> Option<Approval> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// In the place of the one before.
    pub fn set(&self, approval: Option<Approval>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = approval;
    }

    /// Who answers the request with this query: the person it names, else whoever was approved.
    ///
    /// # Errors
    /// What is wrong with what the query names.
    pub fn of_query(&self, query: &str) -> Result<Option<Approval>, String> {
        let params = Params::read(query.as_bytes()).map_err(|error| error.to_string())?;
        let named = |name: &str| params.get(name).filter(|value| !value.is_empty()).map(str::to_owned);
        let (organization, denies) = (named("sandbox_organization"), named("sandbox_deny"));
        let rejects = match denies.as_deref() {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => return Err("sandbox_deny is true or false".to_owned()),
        };
        if let Some(email) = named("sandbox_user") {
            let email = fold_email(&email).ok_or("sandbox_user is no e-mail address")?;
            return Ok(Some(Approval { email, organization, rejects }));
        }
        let approved = self.get();
        if approved.is_none() && (organization.is_some() || denies.is_some()) {
            return Err("sandbox_organization and sandbox_deny go with sandbox_user or an approval".to_owned());
        }
        Ok(approved.map(|approved| Approval {
            organization: organization.or(approved.organization),
            rejects: if denies.is_some() { rejects } else { approved.rejects },
            email: approved.email,
        }))
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    email: String,
    organization: Option<String>,
    decision: Option<String>,
    user_code: Option<String>,
}

/// `POST` sets it, `GET` shows it, `DELETE` ends it.
pub async fn approve(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    let sandbox = of(&dc);
    if request.method() == Method::GET {
        return answer(StatusCode::OK, &shown(sandbox.approvals.get().as_ref()));
    }
    if request.method() == Method::DELETE {
        sandbox.approvals.set(None);
        return answer(StatusCode::OK, &shown(None));
    }
    let asked: Asked = match read(request).await {
        Ok(asked) => asked,
        Err(response) => return response,
    };
    let Some(email) = fold_email(&asked.email) else { return wrong("email is no e-mail address") };
    let rejects = match asked.decision.as_deref() {
        None | Some("accept") => false,
        Some("reject") => true,
        Some(_) => return wrong("decision is accept or reject"),
    };
    let mut known = false;
    for room in sandbox.rooms() {
        let wanted = email.clone();
        match room.store.read(move |tx| tx.knows_email(&wanted)).await {
            Ok(there) => known |= there,
            Err(error) => return super::broken(&error),
        }
    }
    if !known {
        return wrong(&format!("nobody has the address {email} in the data centers served here, nor in their portals"));
    }
    let approval = Approval { email, organization: asked.organization, rejects };
    if let Some(user_code) = asked.user_code {
        return approve_device(dc, &user_code, &approval).await;
    }
    let said = answer(StatusCode::OK, &shown(Some(&approval)));
    sandbox.approvals.set(Some(approval));
    said
}

/// One device's request, answered at once and for itself.
async fn approve_device(dc: Arc<DataCenter>, user_code: &str, approval: &Approval) -> Response {
    if UserCode::fold(user_code).is_none() {
        return wrong("user_code is no code that a device shows");
    }
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("user_code", user_code)
        .append_pair("sandbox_user", &approval.email)
        .append_pair("sandbox_organization", approval.organization.as_deref().unwrap_or_default())
        .append_pair("sandbox_deny", if approval.rejects { "true" } else { "false" })
        .finish();
    let mut request = Request::default();
    match format!("/oauth/v3/device?{query}").parse() {
        Ok(uri) => *request.uri_mut() = uri,
        Err(_) => return wrong("user_code is no code"),
    }
    let told = Told::default();
    request.extensions_mut().insert(told.clone());
    let response = walk::answer_device(dc, request).await;
    let of_ours = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind != "text/html; charset=utf-8");
    match (response.status(), told.cause()) {
        (status, None) if status.is_redirection() => answer(StatusCode::OK, &shown(Some(approval))),
        (_, Some(cause)) => wrong(&format!("the device's request was refused: {cause}")),
        _ if of_ours => response,
        _ => wrong("no device waits for this user_code"),
    }
}

fn shown(approval: Option<&Approval>) -> serde_json::Value {
    let decision = |approval: &Approval| if approval.rejects { "reject" } else { "accept" };
    match approval {
        None => json!({ "email": null }),
        Some(approval) => {
            json!({ "email": approval.email, "organization": approval.organization, "decision": decision(approval) })
        }
    }
}
