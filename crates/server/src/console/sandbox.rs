//! `/console/{client}/sandbox`, where the sandbox is on: people to test with, and a clone of the client.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use grantor_protocol::{
    client::{Client, ClientType},
    params::Params,
    people::{Environment, Organization, Realm, UserId},
    registration::{self, Field},
    secret::{SecretHash, SecretKind},
};
use grantor_store::{AuditEvent, NewUser, Registration, StoreError, TestUser};

use super::{
    ClientId,
    nav::Page,
    or_logged, told,
    tools::{framed, place_label, short},
    walk_client,
};
use crate::{
    failure::Failure,
    house::DataCenter,
    http::reply,
    moment::shown,
    pages::{SandboxPage, ShownClone, ShownUser, TestUserRow},
    provision::made,
    sitting::Sitting,
    walk::Walked,
};

/// Test users of one client.
const MOST_USERS: i64 = 20;
/// Clones of one client.
const MOST_CLONES: usize = 5;
/// Where letters to a test user would go: nowhere (RFC 2606).
const HOST: &str = "sandbox.example";

/// What a page says beside what is there.
#[derive(Default)]
struct Said {
    user: Option<(String, String)>,
    clone: Option<(String, String)>,
    redirect_uris: Option<String>,
    error: Option<String>,
    done: Option<&'static str>,
}

/// The page.
pub async fn get(State(dc): State<Arc<DataCenter>>, ClientId(id): ClientId, request: Request) -> Response {
    walk_client(dc, id, request, async |sitting: &mut Sitting<'_>, found| {
        if sitting.visit.dc.house.sandbox.is_none() {
            return sitting.nothing();
        }
        let removed = sitting.query().get("done") == Some("removed");
        let done = removed.then_some("The test user is gone, with everything that was granted.");
        page(sitting, &found, Said { done, ..Said::default() }).await
    })
    .await
}

/// Its forms.
pub async fn post(State(dc): State<Arc<DataCenter>>, ClientId(id): ClientId, request: Request) -> Response {
    walk_client(dc, id, request, async |sitting: &mut Sitting<'_>, found| {
        if sitting.visit.dc.house.sandbox.is_none() {
            return sitting.nothing();
        }
        let form = match sitting.form().await {
            Ok(form) => form,
            Err(response) => return Ok(response),
        };
        if let Some(email) = form.get("remove-user") {
            return remove_user(sitting, &found.client, email).await;
        }
        match form.get("action") {
            Some("add-user") => add_user(sitting, &found).await,
            Some("clone") if found.clone_of.is_empty() => clone(sitting, &found, &form).await,
            _ => sitting.nothing(),
        }
    })
    .await
}

/// A person with an organization, at this data center. Written down before it is made: whatever breaks afterwards can be
/// removed.
async fn add_user(sitting: &mut Sitting<'_>, found: &Registration) -> Walked {
    let (dc, now) = (Arc::clone(&sitting.visit.dc), sitting.visit.now());
    let entropy = &dc.house.entropy;
    let email = format!("test-{}@{HOST}", made::number(8, entropy)?);
    let (password, organization_id) = (made::password(entropy)?, made::number(11, entropy)?);
    let password_hash = dc.house.passwords.hash(password.clone(), entropy).await??;
    let new = TestUser {
        client_id: found.client.id.clone(),
        email: email.clone(),
        location: dc.place.location.clone(),
        organization_id: organization_id.clone(),
        created_at: now,
    };
    let (row, home) = (new.clone(), new.clone());
    let noted = dc.house.directory.write(move |tx| {
        let noted = tx.add_test_user(&row, MOST_USERS)?;
        if noted {
            tx.add_home(&home.email, &home.location)?;
        }
        Ok(noted)
    });
    if !noted.await? {
        let error = format!("There are {MOST_USERS} test users already. Remove one first.");
        return page(sitting, found, Said { error: Some(error), ..Said::default() }).await;
    }
    let draws: Vec<i64> =
        (0..4).filter_map(|_| made::number(9, entropy).ok()).filter_map(|text| text.parse().ok()).collect();
    let address = email.clone();
    let written = dc.store.write(move |tx| {
        let mut free = None;
        for id in &draws {
            if free.is_none() && tx.user(UserId(*id))?.is_none() {
                free = Some(UserId(*id));
            }
        }
        let Some(id) = free else { return Ok(false) };
        if tx.organization(&organization_id)?.is_some() {
            return Ok(false);
        }
        tx.put_organization(&Organization {
            id: organization_id.clone(),
            name: format!("Test {organization_id}"),
            environment: Environment::Sandbox,
        })?;
        let user = NewUser {
            id,
            realm: Realm::Accounts,
            email: address.clone(),
            email_shown: address.clone(),
            password_hash: password_hash.clone(),
            first_name: "Test".to_owned(),
            last_name: "User".to_owned(),
            disabled: false,
        };
        tx.put_user(&user, now)?;
        tx.set_memberships(id, &[(organization_id.clone(), true)])?;
        Ok(true)
    });
    if !written.await? {
        return Err(Failure::Store(StoreError::Overloaded));
    }
    let event = AuditEvent::TestUserMade;
    or_logged(sitting, event, told(sitting, event, &found.client.id, &email).await);
    page(sitting, found, Said { user: Some((email, password)), ..Said::default() }).await
}

/// Removes one that was made for this client at this data center.
async fn remove_user(sitting: &mut Sitting<'_>, client: &Client, email: &str) -> Walked {
    let (dc, id) = (Arc::clone(&sitting.visit.dc), client.id.clone());
    let all = dc.house.directory.read(move |tx| tx.test_users(&id)).await?;
    let here = |user: &&TestUser| user.email == email && user.location == dc.place.location;
    let Some(user) = all.iter().find(here).cloned() else { return sitting.nothing() };
    let (address, organization_id) = (user.email.clone(), user.organization_id.clone());
    let portals = dc
        .store
        .write(move |tx| {
            if let Some(there) = tx.user_by_email(&Realm::Accounts, &address)? {
                tx.remove_user(there.user.id)?;
            }
            let portals = tx.remove_portals_of(&organization_id)?;
            tx.remove_organization(&organization_id)?;
            Ok(portals)
        })
        .await?;
    let gone = user.clone();
    dc.house
        .directory
        .write(move |tx| {
            for portal in &portals {
                tx.remove_portal_location(portal)?;
            }
            tx.remove_home(&gone.email, &gone.location)?;
            tx.remove_test_user(&gone.client_id, &gone.email)
        })
        .await?;
    told(sitting, AuditEvent::TestUserRemoved, &client.id, &user.email).await?;
    Ok(reply::see_other(&format!("/console/{}/sandbox?done=removed", client.id)))
}

/// The same registration with an id, a secret and redirect URIs of its own.
async fn clone(sitting: &mut Sitting<'_>, found: &Registration, form: &Params) -> Walked {
    let (dc, now) = (Arc::clone(&sitting.visit.dc), sitting.visit.now());
    let typed = short(form.get("redirect_uris"), 8_000);
    let again = |error: String| Said { error: Some(error), redirect_uris: Some(typed.clone()), ..Said::default() };
    let (entropy, original) = (&dc.house.entropy, &found.client);
    let mut client = original.clone();
    client.id = made::client_id(original.client_type, entropy)?;
    client.name = format!("{} sandbox", original.name.chars().take(190).collect::<String>().trim_end());
    if Field::RedirectUris.belongs_to(original.client_type) {
        client.redirect_uris =
            typed.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    }
    if let Err(why) = registration::check(&client, dc.house.policy.http_redirects) {
        return page(sitting, found, again(format!("{why}."))).await;
    }
    let secret = if client.client_type == ClientType::Browser { String::new() } else { made::client_secret(entropy)? };
    let new = Registration {
        client: client.clone(),
        same_secret: true,
        owner_location: dc.place.location.clone(),
        description: found.description.clone(),
        logo_hash: String::new(),
        clone_of: original.id.clone(),
    };
    let hash = SecretHash::of(SecretKind::Client, secret.as_bytes());
    let secrets: Vec<_> = (!secret.is_empty()).then(|| (String::new(), hash)).into_iter().collect();
    let written = dc.house.directory.write(move |tx| {
        if tx.clones_of(&new.clone_of)?.len() >= MOST_CLONES || tx.registration(&new.client.id)?.is_some() {
            return Ok(false);
        }
        tx.put_registration(&new, now)?;
        tx.set_secrets(&new.client.id, &secrets, now)?;
        Ok(true)
    });
    if !written.await? {
        let error = format!("There are {MOST_CLONES} clones already. Remove one first.");
        return page(sitting, found, again(error)).await;
    }
    let event = AuditEvent::ClientCloned;
    or_logged(sitting, event, told(sitting, event, &original.id, &client.id).await);
    page(sitting, found, Said { clone: Some((client.id, secret)), ..Said::default() }).await
}

async fn page(sitting: &mut Sitting<'_>, found: &Registration, said: Said) -> Walked {
    let (dc, id) = (Arc::clone(&sitting.visit.dc), found.client.id.clone());
    let (users, clones) = dc.house.directory.read(move |tx| Ok((tx.test_users(&id)?, tx.clones_of(&id)?))).await?;
    let loopback = |uri: &&String| uri.starts_with("http://");
    let suggested: Vec<&str> = found.client.redirect_uris.iter().filter(loopback).map(String::as_str).collect();
    let typed = said.redirect_uris.clone().unwrap_or_else(|| suggested.join("\n"));
    let users = users
        .into_iter()
        .map(|user| TestUserRow {
            place: place_label(&dc, &user.location),
            since: shown(user.created_at),
            here: user.location == dc.place.location,
            email: user.email,
            organization: user.organization_id,
        })
        .collect();
    let html = framed(sitting, &found.client, Page::Sandbox, |shell, name| {
        SandboxPage {
            shell,
            client: name,
            place: &dc.place.name,
            users,
            most_users: usize::try_from(MOST_USERS).unwrap_or_default(),
            made_user: said.user.as_ref().map(|(email, password)| ShownUser { email, password }),
            clones,
            is_clone: !found.clone_of.is_empty(),
            made_clone: said.clone.as_ref().map(|(id, secret)| ShownClone { id, secret }),
            redirects: Field::RedirectUris.belongs_to(found.client.client_type),
            redirect_uris: &typed,
            error: said.error.as_deref(),
            done: said.done,
        }
        .render()
    });
    let wrong = said.error.is_some();
    sitting.page_with(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, html)
}
