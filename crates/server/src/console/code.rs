//! `/console/{client}/code`: a self client's code, made in its owner's name and shown once, or downloaded.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use grantor_protocol::{
    client::{Client, ClientType},
    people::Membership,
    policy::Policy,
};
use grantor_store::{AuditEvent, StoreError};
use serde_json::json;

use super::{
    ClientId,
    nav::Page,
    or_logged,
    picker::Picked,
    snippets::shell,
    told,
    tools::{framed, short},
    walk_client,
};
use crate::{
    failure::Failure,
    house::DataCenter,
    http::reply,
    pages::{Choice, MadeCode, SelfCodePage},
    self_codes::{Desk, SelfCode, SelfCodeError, SelfCodeRequest},
    sitting::Sitting,
    walk::Walked,
};

/// What the file is called.
const FILE: &str = "attachment; filename=\"self_client.json\"";

/// What the form says.
#[derive(Debug, Default)]
struct Asked {
    picked: Picked,
    minutes: String,
    organization: String,
    description: String,
}

/// What was made of it.
#[derive(Default)]
struct Outcome {
    made: Option<MadeCode>,
    scopes_error: Option<String>,
    organization_error: Option<String>,
    error: Option<String>,
}

/// The form.
pub async fn get(State(dc): State<Arc<DataCenter>>, ClientId(id): ClientId, request: Request) -> Response {
    walk_client(dc, id, request, async |sitting: &mut Sitting<'_>, found| {
        if found.client.client_type != ClientType::SelfClient {
            return sitting.nothing();
        }
        let asked = read(sitting, &found.client, sitting.query());
        page(sitting, &found.client, &asked, Outcome::default())
    })
    .await
}

/// The form, filled in.
pub async fn post(State(dc): State<Arc<DataCenter>>, ClientId(id): ClientId, request: Request) -> Response {
    walk_client(dc, id, request, async |sitting: &mut Sitting<'_>, found| {
        if found.client.client_type != ClientType::SelfClient {
            return sitting.nothing();
        }
        let form = match sitting.form().await {
            Ok(form) => form,
            Err(response) => return Ok(response),
        };
        let mut asked = read(sitting, &found.client, &form);
        let json = form.get("format") == Some("json");
        if form.get("action") != Some("make") && !json {
            // Only a search: nothing is made.
            return page(sitting, &found.client, &asked, Outcome::default());
        }
        // The only organization is offered, and still chosen by the form.
        asked.organization = short(form.get("organization"), 40);
        make(sitting, &found.client, &asked, json).await
    })
    .await
}

fn read(sitting: &Sitting<'_>, client: &Client, form: &grantor_protocol::params::Params) -> Asked {
    let scopes = sitting.visit.dc.house.scopes();
    let only = match sitting.memberships.as_slice() {
        [only] => only.organization.id.clone(),
        _ => String::new(),
    };
    let organization = form.get("organization").map_or(only, |id| short(Some(id), 40));
    Asked {
        picked: Picked::read(form, &scopes, client),
        minutes: short(form.get("minutes"), 4),
        organization,
        description: short(form.get("description"), 200),
    }
}

async fn make(sitting: &mut Sitting<'_>, client: &Client, asked: &Asked, json: bool) -> Walked {
    let mut outcome = Outcome::default();
    if asked.picked.scopes.is_empty() {
        outcome.scopes_error = Some("Choose at least one scope.".to_owned());
    }
    if asked.organization.is_empty() && !sitting.memberships.is_empty() {
        outcome.organization_error = Some("Choose the organization that the code is for.".to_owned());
    }
    if outcome.scopes_error.is_some() || outcome.organization_error.is_some() {
        return page(sitting, client, asked, outcome);
    }
    match issued(sitting, client, asked).await? {
        Ok(code) => {
            let said = if asked.description.is_empty() { "without a description" } else { &asked.description };
            let event = AuditEvent::SelfCodeMade;
            or_logged(sitting, event, told(sitting, event, &client.id, said).await);
            if json {
                return Ok(file(sitting, client, asked, &code));
            }
            outcome.made = Some(shown(sitting, client, asked, &code));
        }
        Err(SelfCodeError::ScopesMalformed(_) | SelfCodeError::ScopeUnknown(_) | SelfCodeError::ScopeNotAllowed(_)) => {
            outcome.scopes_error = Some("A scope is no longer in the catalog; choose again.".to_owned());
        }
        Err(why @ (SelfCodeError::OrganizationMissing(_) | SelfCodeError::OrganizationNotAllowed(_))) => {
            outcome.organization_error = Some(sentence(&why));
        }
        Err(SelfCodeError::Store(error)) => return Err(error.into()),
        Err(SelfCodeError::NoEntropy(error)) => return Err(error.into()),
        Err(why) => outcome.error = Some(sentence(&why)),
    }
    page(sitting, client, asked, outcome)
}

/// Makes the code as the command line does. The stores are used on a thread that may wait.
async fn issued(
    sitting: &Sitting<'_>,
    client: &Client,
    asked: &Asked,
) -> Result<Result<SelfCode, SelfCodeError>, Failure> {
    let (house, now) = (Arc::clone(&sitting.visit.dc.house), sitting.visit.now());
    let wanted = SelfCodeRequest {
        client_id: client.id.clone(),
        scope: asked.picked.scopes.join(","),
        organization: Some(asked.organization.clone()),
        minutes: Some(asked.minutes.parse().unwrap_or(0)),
        request_id: sitting.visit.asking.request_id.as_str().to_owned(),
    };
    let making = tokio::task::spawn_blocking(move || {
        let desk = Desk {
            directory: &house.directory,
            data_centers: &house.stores,
            catalog: house.catalog(),
            policy: (*house.policy).clone(),
            entropy: &house.entropy,
            now,
        };
        desk.make(&wanted)
    });
    making.await.map_err(|_| Failure::Store(StoreError::Panicked))
}

fn sentence(why: &SelfCodeError) -> String {
    let text = why.to_string();
    let mut letters = text.chars();
    letters.next().map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str())).unwrap_or_default()
}

fn shown(sitting: &Sitting<'_>, client: &Client, asked: &Asked, code: &SelfCode) -> MadeCode {
    let url = token_url(sitting, code);
    let curl = format!(
        "curl {} \\\n  -d grant_type=authorization_code \\\n  -d client_id={} \\\n  \
         --data-urlencode \"client_secret=$CLIENT_SECRET\" \\\n  -d code={}\n",
        shell(&url),
        client.id,
        code.code
    );
    let organization = sitting.memberships.iter().find(|m| m.organization.id == code.organization_id);
    MadeCode {
        code: code.code.clone(),
        life: format!("{} minutes", code.expires_in / 60),
        organization: organization.map_or_else(|| "none".to_owned(), label),
        scopes: asked.picked.scopes.join(","),
        description: asked.description.clone(),
        curl,
    }
}

fn label(membership: &Membership) -> String {
    format!("{} ({})", membership.organization.name, membership.organization.id)
}

fn token_url(sitting: &Sitting<'_>, code: &SelfCode) -> String {
    let place = sitting.visit.dc.house.place(&code.location).unwrap_or(&sitting.visit.dc.place);
    format!("{}/oauth/v2/token", place.accounts_url)
}

/// The code as a file that scripts read.
fn file(sitting: &Sitting<'_>, client: &Client, asked: &Asked, code: &SelfCode) -> Response {
    let ends = sitting.visit.now().plus(std::time::Duration::from_secs(code.expires_in));
    let body = json!({
        "client_id": client.id,
        "code": code.code,
        "grant_type": "authorization_code",
        "scope": asked.picked.scopes,
        "organization": code.organization_id,
        "expiry_time": ends.millis(),
        "token_url": token_url(sitting, code),
        "description": asked.description,
    });
    let mut response = reply::json(StatusCode::OK, format!("{body:#}\n"));
    response.headers_mut().insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(FILE));
    response
}

fn page(sitting: &mut Sitting<'_>, client: &Client, asked: &Asked, outcome: Outcome) -> Walked {
    let scopes = sitting.visit.dc.house.scopes();
    let wrong = outcome.scopes_error.is_some() || outcome.organization_error.is_some() || outcome.error.is_some();
    let mut picker = asked.picked.picker(&scopes, client, true);
    picker.error = outcome.scopes_error;
    let chosen = if asked.minutes.is_empty() { "3" } else { &asked.minutes };
    let minutes =
        Policy::SELF_CODE_MINUTES.iter().map(|n| Choice::of(n.to_string(), format!("{n} minutes"), chosen)).collect();
    let mut organizations: Vec<Choice> =
        sitting.memberships.iter().map(|m| Choice::of(&m.organization.id, label(m), &asked.organization)).collect();
    if organizations.is_empty() {
        organizations.push(Choice::of("", "You have no organization", ""));
    } else if organizations.len() > 1 && !organizations.iter().any(|choice| choice.chosen) {
        organizations.insert(0, Choice::of("", "Choose …", ""));
    }
    let html = framed(sitting, client, Page::Code, |shell, name| {
        SelfCodePage {
            shell,
            client: name,
            picker,
            minutes,
            organizations,
            description: &asked.description,
            organization_error: outcome.organization_error.as_deref(),
            error: outcome.error.as_deref(),
            made: outcome.made,
        }
        .render()
    });
    sitting.page_with(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, html)
}
