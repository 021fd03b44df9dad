//! `/console/new`: the type of an application, its form, and the answer, which shows the secret this one time.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use grantor_protocol::{
    client::{Client, ClientSettings, ClientType},
    secret::{SecretHash, SecretKind},
};
use grantor_store::{AuditEvent, Registration};

use super::{
    Here,
    form::{self, Typed},
    kinds, nav, or_logged, owned,
    secrets::{self, Fresh},
    told, walk,
};
use crate::{
    failure::Failure,
    http::reply,
    pages::{Area, ChooseType, Fault, NewClient, RegisteredClient, TypeChoice},
    provision::{made, secrets::places},
    sitting::Sitting,
    walk::Walked,
};

/// The choice of a type, or the form of one.
pub async fn get(State(dc): Here, request: Request) -> Response {
    walk(dc, request, show).await
}

/// Registers.
pub async fn post(State(dc): Here, request: Request) -> Response {
    walk(dc, request, register).await
}

async fn show(sitting: &mut Sitting<'_>) -> Walked {
    let query = sitting.query();
    match query.get("type").and_then(ClientType::parse) {
        Some(client_type) => {
            let typed = Typed::fresh(&sitting.visit.dc.place);
            ask(sitting, client_type, &typed, false, &[], StatusCode::OK)
        }
        None => choose(sitting, StatusCode::OK, false).await,
    }
}

async fn choose(sitting: &Sitting<'_>, status: StatusCode, refused: bool) -> Walked {
    let owner = owned::owner(sitting).await?;
    let own = sitting.visit.dc.house.directory.read(move |tx| tx.self_client_of(&owner)).await?;
    let choices = kinds::ALL
        .map(|client_type| TypeChoice {
            kind: client_type.as_str(),
            label: kinds::label(client_type),
            about: kinds::about(client_type),
            there: own.as_deref().filter(|_| client_type == ClientType::SelfClient),
        })
        .to_vec();
    let html = sitting.shell(Area::Console, &nav::links(nav::Page::Register), |shell| {
        ChooseType { shell, choices, refused }.render()
    });
    sitting.page_with(status, html)
}

/// The form of a type, as it was filled in.
fn ask(
    sitting: &Sitting<'_>,
    client_type: ClientType,
    typed: &Typed,
    same_secret: bool,
    faults: &[Fault],
    status: StatusCode,
) -> Walked {
    let empty = blank(sitting, client_type);
    let html = sitting.shell(Area::Console, &nav::links(nav::Page::Register), |shell| {
        NewClient {
            shell,
            kind: client_type.as_str(),
            label: kinds::label(client_type),
            about: kinds::about(client_type),
            // One secret or several is no question where there is none, or one data center.
            same_secret: (!matches!(client_type, ClientType::Browser | ClientType::SelfClient)
                && sitting.visit.dc.house.places.len() > 1)
                .then_some(same_secret),
            fields: typed.fields(&empty, &sitting.visit.dc, faults),
        }
        .render()
    });
    sitting.page_with(status, html)
}

fn blank(sitting: &Sitting<'_>, client_type: ClientType) -> Registration {
    let here = sitting.visit.dc.place.location.clone();
    Registration {
        client: Client {
            id: String::new(),
            client_type,
            name: String::new(),
            homepage_url: String::new(),
            redirect_uris: Vec::new(),
            data_centers: vec![here.clone()],
            scopes: Vec::new(),
            grant_types: Vec::new(),
            disabled: false,
            settings: ClientSettings { owner: owned::address(sitting), ..ClientSettings::default() },
        },
        same_secret: true,
        owner_location: here,
        description: String::new(),
        logo_hash: String::new(),
        clone_of: String::new(),
    }
}

async fn register(sitting: &mut Sitting<'_>) -> Walked {
    let form = match sitting.form().await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    let Some(client_type) = form.get("type").and_then(ClientType::parse) else {
        return Ok(reply::see_other("/console/new"));
    };
    let typed = Typed::read(&form);
    let wants_same = form.get("same_secret").is_some();
    let dc = sitting.visit.dc.clone();
    let mut new = blank(sitting, client_type);
    typed.write_to(&mut new, &dc.house.places);
    let faults = form::faults(&new, dc.house.policy.http_redirects);
    if !faults.is_empty() {
        return ask(sitting, client_type, &typed, wants_same, &faults, StatusCode::UNPROCESSABLE_ENTITY);
    }
    new.client.id = made::client_id(client_type, &dc.house.entropy).map_err(Failure::from)?;
    new.same_secret =
        wants_same || matches!(client_type, ClientType::Browser | ClientType::SelfClient) || dc.house.places.len() == 1;
    let mut fresh = Vec::new();
    for place in places(&new) {
        let secret = made::client_secret(&dc.house.entropy).map_err(Failure::from)?;
        fresh.push(Fresh { place, secret });
    }
    let hashes: Vec<(String, SecretHash)> = fresh
        .iter()
        .map(|one| (one.place.clone(), SecretHash::of(SecretKind::Client, one.secret.as_bytes())))
        .collect();
    let (owner, registration, now) = (owned::owner(sitting).await?, new.clone(), sitting.visit.now());
    let done = dc.house.directory.write(move |tx| tx.register(&owner, &registration, &hashes, now)).await?;
    if done.is_err() {
        return choose(sitting, StatusCode::UNPROCESSABLE_ENTITY, true).await;
    }
    let event = AuditEvent::ClientRegistered;
    or_logged(sitting, event, told(sitting, event, &new.client.id, client_type.as_str()).await);
    let shown = secrets::shown(&dc, &new, &fresh);
    let by_redirect = !new.client.redirect_uris.is_empty();
    let links = nav::client_links(&new.client, dc.house.sandbox.is_some(), nav::Page::Client);
    let html = sitting.shell(Area::Console, &links, |shell| {
        RegisteredClient {
            shell,
            id: &new.client.id,
            name: &new.client.name,
            secrets: shown,
            by_redirect,
            self_client: client_type == ClientType::SelfClient,
        }
        .render()
    });
    sitting.page(html)
}
