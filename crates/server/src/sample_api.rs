//! The demo's small API: contacts of an organization, for whoever brings a token that allows it. It answers
//! with the documented bodies (accounts-protocol.md section 18; `spec/decisions.md` 14).

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::StatusCode,
    response::Response,
    routing::get,
};
use grantor_protocol::causes::AccessError;
use serde_json::{Value, json};

use crate::{access, explained, house::DataCenter, http::reply, metrics::Endpoint, refusals::Asking};

/// The scope it asks for.
const SCOPE: &str = "ZohoBigin.modules.contacts.READ";

/// Its paths, under each data center's API domain.
pub fn routes() -> Router<Arc<DataCenter>> {
    Router::new().route("/bigin/v2/Contacts", get(contacts))
}

async fn contacts(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    let asking = Asking::of(&dc, Endpoint::Other, &request);
    let (parts, _) = request.into_parts();
    let live = match access::open(&dc, &parts.headers, &asking).await {
        Ok(Ok(live)) => live,
        Ok(Err(cause)) => {
            asking.refuse(&dc, None, cause.name(), "sample API");
            return refused(cause);
        }
        Err(failure) => {
            asking.broke(&failure);
            return answer(StatusCode::SERVICE_UNAVAILABLE, "INTERNAL_ERROR", "try again", &json!({}));
        }
    };
    if !live.scopes.cover(&dc.house.catalog(), SCOPE) {
        asking.refuse(
            &dc,
            Some(&live.client_id),
            AccessError::ScopeMissing.name(),
            &explained::scopes(&live.scopes, SCOPE),
        );
        return refused(AccessError::ScopeMissing);
    }
    let named = parts.headers.get("orgid").and_then(|v| v.to_str().ok());
    if named.is_some_and(|id| id != live.organization_id) {
        let detail = format!("the token is bound to the organization {:?}", live.organization_id);
        asking.refuse(&dc, Some(&live.client_id), "organization_mismatch", &detail);
        let details = json!({ "permissions": ["Crm_Implied_View_Contacts"] });
        return answer(StatusCode::FORBIDDEN, "NO_PERMISSION", "permission denied", &details);
    }
    let data = people(&live.organization_id);
    let of = json!({ "id": live.organization_id, "environment": live.environment.as_str() });
    let info = json!({ "per_page": 200, "count": data.len(), "page": 1, "more_records": false, "organization": of });
    reply::json(StatusCode::OK, json!({ "data": data, "info": info }).to_string())
}

fn refused(cause: AccessError) -> Response {
    match cause {
        AccessError::ScopeMissing => answer(
            StatusCode::UNAUTHORIZED,
            "OAUTH_SCOPE_MISMATCH",
            "invalid oauth scope to access this URL",
            &json!({}),
        ),
        AccessError::Missing => {
            answer(StatusCode::UNAUTHORIZED, "AUTHENTICATION_FAILURE", "Authentication failed", &json!({}))
        }
        _ => answer(StatusCode::UNAUTHORIZED, "INVALID_TOKEN", "invalid oauth token", &json!({})),
    }
}

fn answer(status: StatusCode, code: &str, message: &str, details: &Value) -> Response {
    let body = json!({ "code": code, "details": details, "message": message, "status": "error" });
    reply::json(status, body.to_string())
}

/// A few contacts that differ by organization, so that a person sees which one a token is bound to.
fn people(organization_id: &str) -> Vec<Value> {
    const NAMES: [(&str, &str, &str); 9] = [
        ("Maya", "Okafor", "Cobalt Coffee"),
        ("Jonas", "Lindqvist", "Nordlicht Möbel"),
        ("Priya", "Raman", "Tamarind Foods"),
        ("Luis", "Herrera", "Sierra Cycles"),
        ("Aiko", "Tanabe", "Paper Crane Press"),
        ("Fatima", "Haddad", "Cedar & Co"),
        ("Tom", "Baker", "Harbour Bakery"),
        ("Elif", "Demir", "Mavi Textiles"),
        ("Noah", "Peters", "Greenfield Clinics"),
    ];
    let seed = organization_id.bytes().fold(0_usize, |sum, b| sum.wrapping_mul(31).wrapping_add(usize::from(b)));
    (0..4)
        .filter_map(|i| NAMES.get((seed + i * 2) % NAMES.len()).map(|name| (i, name)))
        .map(|(i, (first, last, company))| {
            json!({
                "id": format!("{organization_id}{:04}", i + 1),
                "First_Name": first,
                "Last_Name": last,
                "Email": format!("{}@{}.example", first.to_lowercase(), company.split(' ').next().unwrap_or("x").to_lowercase()),
                "Account_Name": { "name": company, "id": format!("{organization_id}9{i:03}") },
            })
        })
        .collect()
}
