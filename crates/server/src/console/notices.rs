//! `/console/{client}/notices`: why did it fail. The list with its filters, and one notice in plain words.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::Response,
};
use grantor_protocol::{client::Client, time::Timestamp, token::TokenId};
use grantor_store::{Notice, NoticeFilter, NoticeKind};

use super::{
    ClientId, causes,
    nav::Page,
    tools::{PAGE, framed, place_label, places, short, with_query},
    walk_client,
};
use crate::{
    house::DataCenter,
    http::Named,
    moment::shown,
    pages::{Choice, NoticePage, NoticeRow, NoticesPage, WantedNotices},
    sitting::Sitting,
    walk::Walked,
};

/// The list.
pub async fn list(State(dc): State<Arc<DataCenter>>, ClientId(id): ClientId, request: Request) -> Response {
    walk_client(dc, id, request, async |sitting: &mut Sitting<'_>, found| page(sitting, &found.client).await).await
}

fn kind_label(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::Refusal => "Refused",
        NoticeKind::Warning => "Warning",
        NoticeKind::Eviction => "Eviction",
        NoticeKind::Revocation => "Revocation",
    }
}

async fn page(sitting: &mut Sitting<'_>, client: &Client) -> Walked {
    let (query, dc) = (sitting.query(), Arc::clone(&sitting.visit.dc));
    let (kind, before) = match (sitting.asked("kind", NoticeKind::parse), sitting.asked("before", TokenId::from_hex)) {
        (Ok(kind), Ok(before)) => (kind, before),
        (Err(response), _) | (_, Err(response)) => return Ok(*response),
    };
    let (cause, place, text) = (short(query.get("cause"), 60), short(query.get("dc"), 40), short(query.get("q"), 100));
    let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let wanted = NoticeFilter { kind, cause: given(&cause), location: given(&place), text: given(&text), before };
    let id = client.id.clone();
    let read = dc.house.directory.read(move |tx| {
        let known = tx.notice_causes(&id, Timestamp::from_millis(0))?;
        Ok((tx.notices(&id, &wanted, PAGE + 1)?, known))
    });
    let (mut notices, known) = read.await?;
    let more = i64::try_from(notices.len()).is_ok_and(|count| count > PAGE);
    notices.truncate(usize::try_from(PAGE).unwrap_or_default());

    let base = format!("/console/{}/notices", client.id);
    let kind_text = kind.map_or("", NoticeKind::as_str);
    let filters = [("kind", kind_text), ("cause", &cause), ("dc", &place), ("q", &text)];
    let older = notices.last().filter(|_| more).map(|last| {
        let hex = last.id.to_hex();
        let all: Vec<(&str, &str)> = filters.into_iter().chain([("before", hex.as_str())]).collect();
        with_query(&base, &all)
    });
    let newest = before.map(|_| with_query(&base, &filters));
    let kinds = std::iter::once(Choice::of("", "All", kind_text))
        .chain(NoticeKind::ALL.into_iter().map(|kind| Choice::of(kind.as_str(), kind_label(kind), kind_text)))
        .collect();
    let causes = std::iter::once(Choice::of("", "All", &cause))
        .chain(known.iter().map(|(name, count)| Choice::of(name, format!("{} ({count})", causes::title(name)), &cause)))
        .collect();
    let any = filters.iter().any(|(_, value)| !value.is_empty());
    let html = framed(sitting, client, Page::Notices, |shell, name| {
        NoticesPage {
            shell,
            client: name,
            wanted: WantedNotices { text: &text, any },
            kinds,
            causes,
            places: places(&dc, client, true, &place),
            rows: notices.iter().map(|notice| row(&base, notice)).collect(),
            older,
            newest,
        }
        .render()
    });
    sitting.page(html)
}

fn row(base: &str, notice: &Notice) -> NoticeRow {
    NoticeRow {
        href: format!("{base}/{}", notice.id.to_hex()),
        when: shown(notice.id.made_at()),
        kind: kind_label(notice.kind),
        bad: notice.kind == NoticeKind::Refusal,
        title: causes::title(&notice.cause),
        detail: notice.detail.clone(),
        place: notice.location.clone(),
        request_id: notice.request_id.clone(),
    }
}

/// One of them.
pub async fn one(
    State(dc): State<Arc<DataCenter>>,
    ClientId(id): ClientId,
    named: Named,
    request: Request,
) -> Response {
    walk_client(dc, id, request, async move |sitting: &mut Sitting<'_>, found| {
        let Some(wanted) = TokenId::from_hex(named.get("notice")) else { return sitting.nothing() };
        let (client, dc) = (found.client, Arc::clone(&sitting.visit.dc));
        let id = client.id.clone();
        let Some(notice) = dc.house.directory.read(move |tx| tx.notice(&id, wanted)).await? else {
            return sitting.nothing();
        };
        let words = causes::find(&notice.cause);
        let title = causes::title(&notice.cause);
        let html = framed(sitting, &client, Page::Notices, |shell, name| {
            NoticePage {
                shell,
                client: name,
                title: &title,
                why: words.map_or("", |words| words.why),
                remedy: words.map_or("", |words| words.remedy),
                detail: &notice.detail,
                kind: kind_label(notice.kind),
                bad: notice.kind == NoticeKind::Refusal,
                when: &shown(notice.id.made_at()),
                place: &place_label(&dc, &notice.location),
                endpoint: &notice.endpoint.replace('_', " "),
                cause: &notice.cause,
                request_id: &notice.request_id,
            }
            .render()
        });
        sitting.page(html)
    })
    .await
}
