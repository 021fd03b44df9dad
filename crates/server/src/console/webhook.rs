//! `/console/{client}/webhook`: where warnings, evictions and revocations are posted, and what became of each.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use grantor_protocol::{client::Client, params::Params, token::TokenId};
use grantor_store::{AuditEvent, Delivery, DeliveryState, NewDelivery};
use serde_json::json;

use super::{
    ClientId,
    nav::Page,
    or_logged, told,
    tools::{PAGE, framed, short, with_query},
    walk_client,
};
use crate::{
    failure::Failure,
    house::DataCenter,
    http::reply,
    moment::{rfc3339, shown},
    outgoing::NoAnswer,
    pages::{DeliveryRow, WebhookPage},
    sitting::Sitting,
    walk::Walked,
    webhooks,
};

/// What a page says beside what is there.
#[derive(Debug, Default)]
struct Said {
    /// The address as it was typed.
    url: Option<String>,
    url_error: Option<String>,
    secret: Option<String>,
    done: Option<&'static str>,
}

/// The page.
pub async fn get(State(dc): State<Arc<DataCenter>>, ClientId(id): ClientId, request: Request) -> Response {
    walk_client(dc, id, request, async |sitting: &mut Sitting<'_>, found| {
        let done = match sitting.query().get("done") {
            Some("saved") => Some("Saved."),
            Some("off") => Some("The webhook is off. Nothing more is sent."),
            Some("test") => Some("A test is on its way. Reload to see what your server answered."),
            Some("resent") => Some("It is sent again. Reload to see what your server answered."),
            _ => None,
        };
        page(sitting, &found.client, Said { done, ..Said::default() }).await
    })
    .await
}

/// Its forms.
pub async fn post(State(dc): State<Arc<DataCenter>>, ClientId(id): ClientId, request: Request) -> Response {
    walk_client(dc, id, request, async |sitting: &mut Sitting<'_>, found| {
        let form = match sitting.form().await {
            Ok(form) => form,
            Err(response) => return Ok(response),
        };
        change(sitting, &found.client, &form).await
    })
    .await
}

async fn change(sitting: &mut Sitting<'_>, client: &Client, form: &Params) -> Walked {
    let (directory, id, now) = (sitting.visit.dc.house.directory.clone(), client.id.clone(), sitting.visit.now());
    let back = |done: &str| Ok(reply::see_other(&format!("/console/{}/webhook?done={done}", client.id)));
    if let Some(delivery) = form.get("resend") {
        let Some(delivery) = TokenId::from_hex(delivery) else { return sitting.nothing() };
        let again = directory.write(move |tx| tx.resend_delivery(&id, delivery, now)).await?;
        return if again { back("resent") } else { sitting.nothing() };
    }
    match form.get("action") {
        Some("turn") => {
            if !directory.write(move |tx| tx.turn_webhook(&id)).await? {
                return sitting.nothing();
            }
            let event = AuditEvent::WebhookChanged;
            or_logged(sitting, event, told(sitting, event, &client.id, "a new signing secret").await);
            with_secret(sitting, client, "The old signing secret is void from now on.").await
        }
        Some("off") => {
            directory.write(move |tx| tx.stop_webhook(&id, now)).await?;
            told(sitting, AuditEvent::WebhookChanged, &client.id, "switched off").await?;
            back("off")
        }
        Some("test") => {
            let test = test(sitting, client)?;
            directory.write(move |tx| tx.add_deliveries(std::slice::from_ref(&test), webhooks::KEPT)).await?;
            back("test")
        }
        // Enter in the field saves, too.
        _ => save(sitting, client, form).await,
    }
}

async fn save(sitting: &mut Sitting<'_>, client: &Client, form: &Params) -> Walked {
    let url = short(form.get("url"), 2_001);
    if let Err(why) = sitting.visit.dc.house.outgoing.check(&url) {
        let error = match why {
            NoAnswer::Forbidden => "This address leads to a private or special network, which is never called.",
            _ => "Enter an https URL without a user name, like https://app.example/grantor-events.",
        };
        let said = Said { url: Some(url), url_error: Some(error.to_owned()), ..Said::default() };
        return page(sitting, client, said).await;
    }
    let (id, wanted, now) = (client.id.clone(), url.clone(), sitting.visit.now());
    let directory = sitting.visit.dc.house.directory.clone();
    let fresh = directory.write(move |tx| tx.put_webhook(&id, &wanted, now)).await?;
    // The address may hold a secret of its own in its query; its host tells enough.
    let host = url::Url::parse(&url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    let event = AuditEvent::WebhookChanged;
    or_logged(sitting, event, told(sitting, event, &client.id, &format!("deliveries go to {host}")).await);
    if fresh {
        return with_secret(sitting, client, "The webhook is on.").await;
    }
    Ok(reply::see_other(&format!("/console/{}/webhook?done=saved", client.id)))
}

/// The page with the signing secret that is in force: after it was made, and never again.
async fn with_secret(sitting: &mut Sitting<'_>, client: &Client, done: &'static str) -> Walked {
    let (house, id) = (Arc::clone(&sitting.visit.dc.house), client.id.clone());
    let webhook = house.directory.read(move |tx| tx.webhook(&id)).await?;
    let secret = webhook.map(|webhook| webhooks::secret(&house, &client.id, webhook.generation));
    page(sitting, client, Said { secret, done: Some(done), ..Said::default() }).await
}

fn test(sitting: &Sitting<'_>, client: &Client) -> Result<NewDelivery, Failure> {
    let (dc, now) = (&sitting.visit.dc, sitting.visit.now());
    let id = dc.fresh_id(now)?;
    let body = json!({
        "id": id.to_hex(),
        "type": "test",
        "cause": "test",
        "detail": "sent from the console to see whether it arrives",
        "client_id": client.id,
        "data_center": dc.place.location,
        "request_id": sitting.visit.asking.request_id.as_str(),
        "created_at": rfc3339(now),
    });
    Ok(NewDelivery { client_id: client.id.clone(), id, event: "test".to_owned(), body: body.to_string() })
}

async fn page(sitting: &mut Sitting<'_>, client: &Client, said: Said) -> Walked {
    let (dc, id) = (Arc::clone(&sitting.visit.dc), client.id.clone());
    let before = match sitting.asked("before", TokenId::from_hex) {
        Ok(before) => before,
        Err(response) => return Ok(*response),
    };
    let read = dc.house.directory.read(move |tx| Ok((tx.webhook(&id)?, tx.deliveries(&id, before, PAGE + 1)?)));
    let (webhook, mut deliveries) = read.await?;
    let more = i64::try_from(deliveries.len()).is_ok_and(|count| count > PAGE);
    deliveries.truncate(usize::try_from(PAGE).unwrap_or_default());
    let base = format!("/console/{}/webhook", client.id);
    let last = deliveries.last().map(|last: &Delivery| last.id).filter(|_| more);
    let older = last.map(|id: TokenId| with_query(&base, &[("before", &id.to_hex())]));
    let newest = before.map(|_| base.clone());
    let there = webhook.as_ref().map(|webhook| webhook.url.as_str()).unwrap_or_default();
    let html = framed(sitting, client, Page::Webhook, |shell, name| {
        WebhookPage {
            shell,
            client: name,
            url: said.url.as_deref().unwrap_or(there),
            on: webhook.as_ref().is_some_and(|webhook| webhook.active),
            url_error: said.url_error.as_deref(),
            done: said.done,
            secret: said.secret.as_deref(),
            rows: deliveries.iter().map(row).collect(),
            older,
            newest,
        }
        .render()
    });
    let wrong = said.url_error.is_some();
    sitting.page_with(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, html)
}

fn row(delivery: &Delivery) -> DeliveryRow {
    let tries = match delivery.attempts {
        0 => "not tried yet".to_owned(),
        1 => "tried once".to_owned(),
        n => format!("tried {n} times"),
    };
    let answer = match (delivery.attempts, delivery.last_status, delivery.last_error.as_str()) {
        (_, _, error) if !error.is_empty() => format!(", {error}"),
        (0, ..) | (_, 0, _) => String::new(),
        (_, status, _) => format!(", your server answered {status}"),
    };
    let next = match delivery.state {
        DeliveryState::Waiting if delivery.attempts > 0 => format!(", next on {}", shown(delivery.next_at)),
        _ => String::new(),
    };
    DeliveryRow {
        id: delivery.id.to_hex(),
        when: shown(delivery.id.made_at()),
        event: delivery.event.clone(),
        body: delivery.body.clone(),
        state: match delivery.state {
            DeliveryState::Waiting => "Waiting",
            DeliveryState::Delivered => "Delivered",
            DeliveryState::GivenUp => "Given up",
        },
        good: delivery.state == DeliveryState::Delivered,
        bad: delivery.state == DeliveryState::GivenUp,
        story: format!("{tries}{answer}{next}"),
        again: delivery.state != DeliveryState::Waiting,
    }
}
