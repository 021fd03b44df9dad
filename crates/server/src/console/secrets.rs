//! `/console/{client}/secrets`: the live secrets, a second one while the first is being replaced, one for all data
//! centers or one for each. A secret is shown on the page that answers its making and never again.

use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use grantor_protocol::{
    client::ClientType,
    secret::{SecretHash, SecretKind},
};
use grantor_store::{AuditEvent, LIVE_SECRETS, LiveSecret, Registration, SecretEnd};
use serde_json::json;

use super::{ClientId, Here, nav, or_logged, told, walk_client};
use crate::{
    failure::Failure,
    house::DataCenter,
    http::reply,
    moment::to_the_minute,
    pages::{Area, Credentials, Fault, SecretLine, SecretPlace, Secrets, ShownSecret},
    provision::{
        made,
        secrets::{self, places},
    },
    sitting::Sitting,
    walk::Walked,
};

/// A secret that was made a moment ago.
#[derive(Clone)]
pub struct Fresh {
    /// The data center it is good at; empty: all.
    pub place: String,
    /// The secret.
    pub secret: String,
}

impl std::fmt::Debug for Fresh {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fresh").field("place", &self.place).finish_non_exhaustive()
    }
}

fn place_name<'d>(dc: &'d DataCenter, location: &'d str) -> &'d str {
    if location.is_empty() {
        "All data centers"
    } else {
        dc.house.place(location).map_or(location, |place| place.name.as_str())
    }
}

/// Fresh secrets as they are shown, with the file to keep them in.
pub fn shown<'f>(dc: &'f DataCenter, of: &'f Registration, fresh: &'f [Fresh]) -> Credentials<'f> {
    let line =
        |one: &'f Fresh| ShownSecret { location: &one.place, place: place_name(dc, &one.place), secret: &one.secret };
    Credentials { client_id: &of.client.id, secrets: fresh.iter().map(line).collect(), file: file(dc, of, fresh) }
}

/// What a program wants to know of its registration.
fn file(dc: &DataCenter, of: &Registration, fresh: &[Fresh]) -> String {
    let client = &of.client;
    let mut file = json!({
        "client_id": client.id,
        "client_name": client.name,
        "client_type": client.client_type.as_str(),
        "accounts_url": dc.place.accounts_url,
    });
    if let Some(map) = file.as_object_mut() {
        if !client.redirect_uris.is_empty() {
            map.insert("redirect_uris".to_owned(), json!(client.redirect_uris));
        }
        match fresh {
            [one] if one.place.is_empty() => {
                map.insert("client_secret".to_owned(), json!(one.secret));
            }
            [] => {}
            several => {
                let by_place: serde_json::Map<String, serde_json::Value> =
                    several.iter().map(|one| (one.place.clone(), json!(one.secret))).collect();
                map.insert("client_secrets".to_owned(), json!(by_place));
            }
        }
    }
    serde_json::to_string_pretty(&file).unwrap_or_default()
}

/// The page.
pub async fn get(State(dc): Here, ClientId(id): ClientId, request: Request) -> Response {
    walk_client(dc, id, request, async |sitting: &mut Sitting<'_>, found: Registration| {
        page(sitting, &found, &[], None, StatusCode::OK).await
    })
    .await
}

/// Makes one, ends one, or switches between one for all and one for each.
pub async fn post(State(dc): Here, ClientId(id): ClientId, request: Request) -> Response {
    walk_client(dc, id, request, act).await
}

/// The file with fresh credentials. The browser sends back what it was shown; only what is live is written.
pub async fn credentials(State(dc): Here, ClientId(id): ClientId, request: Request) -> Response {
    walk_client(dc, id, request, download).await
}

async fn page(
    sitting: &Sitting<'_>,
    of: &Registration,
    fresh: &[Fresh],
    fault: Option<Fault>,
    status: StatusCode,
) -> Walked {
    let (dc, id) = (sitting.visit.dc.clone(), of.client.id.clone());
    let live = dc.house.directory.read(move |tx| tx.live_secrets(&id)).await?;
    let mut all = places(of);
    let expected = all.len();
    for (place, _) in &live {
        if !all.contains(place) {
            all.push(place.clone());
        }
    }
    let line = |secret: &LiveSecret| SecretLine {
        mark: secret.hash.mark(),
        made: to_the_minute(secret.created_at),
        used: secret.used_at.map(to_the_minute),
    };
    let groups = all
        .iter()
        .enumerate()
        .map(|(at, place)| {
            let lines: Vec<SecretLine> = live.iter().filter(|(l, _)| l == place).map(|(_, s)| line(s)).collect();
            SecretPlace {
                location: place,
                name: place_name(&dc, place),
                // A place left over from before: its secrets may be looked at, not added to.
                more: at < expected && lines.len() < LIVE_SECRETS,
                lines,
            }
        })
        .collect();
    let query = sitting.query();
    let links = nav::client_links(&of.client, dc.house.sandbox.is_some(), nav::Page::Secrets);
    let html = sitting.shell(Area::Console, &links, |shell| {
        Secrets {
            shell,
            id: &of.client.id,
            name: &of.client.name,
            has_none: of.client.client_type == ClientType::Browser,
            may_switch: of.client.client_type != ClientType::SelfClient && dc.house.places.len() > 1,
            same_secret: of.same_secret,
            groups,
            fresh: (!fresh.is_empty()).then(|| shown(&dc, of, fresh)),
            ended: fresh.is_empty() && fault.is_none() && query.get("done") == Some("ended"),
            fault,
        }
        .render()
    });
    sitting.page_with(status, html)
}

async fn act(sitting: &mut Sitting<'_>, found: Registration) -> Walked {
    let form = match sitting.form().await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    let place = form.get("place").unwrap_or_default().to_owned();
    match form.get("do") {
        Some("make") => make(sitting, &found, place).await,
        Some("end") => end(sitting, &found, place, form.get("mark").unwrap_or_default().to_owned()).await,
        Some("switch") if form.get("confirm") == Some("yes") => switch(sitting, found).await,
        Some("switch") => {
            refuse(sitting, &found, "confirm", "Tick the box first", "the secrets there are now would end at once")
                .await
        }
        _ => Ok(reply::see_other(&format!("/console/{}/secrets", found.client.id))),
    }
}

async fn refuse(
    sitting: &Sitting<'_>,
    of: &Registration,
    field: &'static str,
    message: &'static str,
    reason: &str,
) -> Walked {
    let fault = Fault { field, message, reason: reason.to_owned() };
    page(sitting, of, &[], Some(fault), StatusCode::UNPROCESSABLE_ENTITY).await
}

async fn make(sitting: &Sitting<'_>, of: &Registration, place: String) -> Walked {
    let dc = &sitting.visit.dc;
    let secret = made::client_secret(&dc.house.entropy).map_err(Failure::from)?;
    let hash = SecretHash::of(SecretKind::Client, secret.as_bytes());
    let (id, wanted, now) = (of.client.id.clone(), place.clone(), sitting.visit.now());
    match dc.house.directory.write(move |tx| secrets::add_one(tx, &id, &wanted, &hash, now)).await? {
        Some(true) => {}
        Some(false) => {
            let reason = format!("{LIVE_SECRETS} secrets are live there already: end one first");
            return refuse(sitting, of, "secrets", "No secret was made", &reason).await;
        }
        None => {
            let reason = "this application has no secret for that data center";
            return refuse(sitting, of, "secrets", "No secret was made", reason).await;
        }
    }
    let event = AuditEvent::ClientSecretMade;
    or_logged(sitting, event, told(sitting, event, &of.client.id, &detail(&place, &hash.mark())).await);
    page(sitting, of, &[Fresh { place, secret }], None, StatusCode::OK).await
}

fn detail(place: &str, mark: &str) -> String {
    if place.is_empty() { mark.to_owned() } else { format!("{mark} at {place}") }
}

async fn end(sitting: &Sitting<'_>, of: &Registration, place: String, mark: String) -> Walked {
    let (id, at, which) = (of.client.id.clone(), place.clone(), mark.clone());
    let directory = &sitting.visit.dc.house.directory;
    match directory.write(move |tx| secrets::end_one(tx, &id, Some(&at), &which)).await? {
        SecretEnd::Ended => {}
        SecretEnd::Last => {
            let reason = "it is the only one there: make another first";
            return refuse(sitting, of, "secrets", "The secret was not ended", reason).await;
        }
        // Ended before, in another window say: the page shows how it is.
        SecretEnd::Unknown => return Ok(reply::see_other(&format!("/console/{}/secrets", of.client.id))),
    }
    told(sitting, AuditEvent::ClientSecretEnded, &of.client.id, &detail(&place, &mark)).await?;
    Ok(reply::see_other(&format!("/console/{}/secrets?done=ended", of.client.id)))
}

/// From one secret for all data centers to one for each, or back. All secrets are made anew.
async fn switch(sitting: &Sitting<'_>, found: Registration) -> Walked {
    let dc = sitting.visit.dc.clone();
    let mut after = found.clone();
    after.same_secret = !found.same_secret;
    if after.client.client_type == ClientType::SelfClient || places(&after).is_empty() {
        return Ok(reply::see_other(&format!("/console/{}/secrets", found.client.id)));
    }
    let (mut fresh, mut hashes) = (Vec::new(), Vec::new());
    for place in places(&after) {
        let secret = made::client_secret(&dc.house.entropy).map_err(Failure::from)?;
        hashes.push((place.clone(), SecretHash::of(SecretKind::Client, secret.as_bytes())));
        fresh.push(Fresh { place, secret });
    }
    let (id, wanted, now) = (found.client.id.clone(), places(&after), sitting.visit.now());
    let step = move |tx: &mut grantor_store::Tx<'_>| {
        let Some(mut there) = tx.lock_registration(&id)? else { return Ok(false) };
        there.same_secret = !there.same_secret;
        // Switched, or given other data centers, in another window meanwhile.
        if places(&there) != wanted {
            return Ok(false);
        }
        tx.put_registration(&there, now)?;
        tx.set_secrets(&id, &hashes, now)?;
        Ok(true)
    };
    if !dc.house.directory.write(step).await? {
        return Ok(reply::see_other(&format!("/console/{}/secrets", found.client.id)));
    }
    let which = if after.same_secret { "one for all data centers" } else { "one for each data center" };
    let event = AuditEvent::ClientSecretMade;
    or_logged(sitting, event, told(sitting, event, &after.client.id, which).await);
    page(sitting, &after, &fresh, None, StatusCode::OK).await
}

async fn download(sitting: &mut Sitting<'_>, found: Registration) -> Walked {
    let form = match sitting.form().await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    let id = found.client.id.clone();
    let live = sitting.visit.dc.house.directory.read(move |tx| tx.live_secrets(&id)).await?;
    let is_live = |place: &str, secret: &str| {
        let hash = SecretHash::of(SecretKind::Client, secret.as_bytes());
        live.iter().any(|(l, there)| l == place && there.hash.matches(&hash))
    };
    let fresh: Vec<Fresh> = form
        .all("client_secret")
        .filter_map(|sent| sent.split_once(':'))
        .filter(|(place, secret)| is_live(place, secret))
        .map(|(place, secret)| Fresh { place: place.to_owned(), secret: secret.to_owned() })
        .collect();
    let mut response = reply::json(StatusCode::OK, file(&sitting.visit.dc, &found, &fresh));
    let name = format!("attachment; filename=\"{}.json\"", found.client.id);
    if let Ok(value) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}
