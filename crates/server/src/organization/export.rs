//! `POST /organization/{id}/audit/export`: the audit as a file, streamed in bounded slices. Spreadsheets run what begins
//! like a formula; a quote before it makes it a text.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderValue, header},
    response::Response,
};
use grantor_store::{AuditEvent, AuditFilter, AuditLine, Concerning};
use hyper::body::Frame;
use serde_json::json;
use tokio::sync::mpsc;

use super::{
    audit::Wanted,
    office::{self, Office},
};
use crate::{
    house::DataCenter,
    http::reply,
    moment::rfc3339,
    sitting::Sitting,
    walk::{Walked, error_pages},
};

/// Rows that are read at once.
const SLICE: usize = 1_000;
/// Rows in one file. Whoever needs more asks for a time before.
const MOST: usize = 100_000;
/// Slices that wait for a slow reader.
const WAITING: usize = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Csv,
    Lines,
}

/// The file.
pub async fn post(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    office::walk(dc, request, export).await
}

/// The form's address opened as a page, after signing in again: the page where the form stands.
pub async fn back(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    office::walk(dc, request, async |_: &mut Sitting<'_>, office: &Office| Ok(reply::see_other(&office.path("/audit"))))
        .await
}

async fn export(sitting: &mut Sitting<'_>, office: &Office) -> Walked {
    let form = match sitting.form().await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    let (format, kind, ending) = match form.get("format") {
        Some("csv") => (Format::Csv, "text/csv; charset=utf-8", "csv"),
        Some("jsonl") => (Format::Lines, "application/jsonl; charset=utf-8", "jsonl"),
        _ => return sitting.nothing(),
    };
    let wanted = match Wanted::read(&form) {
        Ok(wanted) => wanted,
        Err(name) => return Ok(error_pages::link_malformed(sitting.visit, name)),
    };
    let filter = wanted.filter(sitting, office).await?;
    let (dc, id, by, trail) = (Arc::clone(&sitting.visit.dc), office.id(), sitting.person.user.id, sitting.trail()?);
    let organization = id.clone();
    dc.store
        .write(move |tx| {
            let concerning =
                Concerning { user: Some(by), organization_id: Some(&organization), ..Concerning::default() };
            tx.audit(&trail, AuditEvent::AuditExported, concerning, ending)
        })
        .await?;
    let name = format!("attachment; filename=\"audit-{id}.{ending}\"");
    let (slices, waiting) = mpsc::channel(WAITING);
    tokio::spawn(write(dc, id, filter, format, slices));
    let mut response = Response::new(Body::new(Streamed(waiting)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// A file while it is written. One that breaks off does so audibly: the connection ends in the middle of it.
struct Streamed(mpsc::Receiver<io::Result<Bytes>>);

impl hyper::body::Body for Streamed {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.0.poll_recv(context).map(|slice| slice.map(|slice| slice.map(Frame::data)))
    }
}

async fn write(
    dc: Arc<DataCenter>,
    id: String,
    mut filter: AuditFilter,
    format: Format,
    slices: mpsc::Sender<io::Result<Bytes>>,
) {
    let mut written = 0;
    if format == Format::Csv {
        let head = Bytes::from_static(b"time,event,user,email,client_id,detail,request_id\r\n");
        if slices.send(Ok(head)).await.is_err() {
            return;
        }
    }
    while written < MOST {
        let (organization, wanted) = (id.clone(), filter.clone());
        let most = SLICE.min(MOST - written);
        let read = dc.store.read(move |tx| tx.organization_audit(&organization, &wanted, most)).await;
        let page = match read {
            Ok(page) => page,
            Err(error) => {
                tracing::warn!(%error, "an export broke off");
                let _ = slices.send(Err(io::Error::other("the store failed"))).await;
                return;
            }
        };
        written += page.lines.len();
        let text: String = page.lines.iter().map(|line| one(line, format)).collect();
        // Nobody reads any more, or everything was read.
        if !text.is_empty() && slices.send(Ok(Bytes::from(text))).await.is_err() {
            return;
        }
        match page.next {
            Some(next) => filter.before = Some(next),
            None => return,
        }
    }
}

fn one(line: &AuditLine, format: Format) -> String {
    let row = &line.row;
    let at = rfc3339(row.id.made_at());
    let user = row.user.filter(|user| user.0 != 0).map(|user| user.0.to_string()).unwrap_or_default();
    match format {
        Format::Lines => {
            let value = json!({
                "time": at,
                "event": row.event,
                "user": user,
                "email": line.email,
                "client_id": row.client_id,
                "detail": row.detail,
                "request_id": row.request_id,
            });
            format!("{value}\n")
        }
        Format::Csv => {
            let client_id = row.client_id.as_deref().unwrap_or_default();
            let cells = [&at, &row.event, &user, &line.email, client_id, &row.detail, &row.request_id];
            let cells: Vec<String> = cells.into_iter().map(cell).collect();
            format!("{}\r\n", cells.join(","))
        }
    }
}

/// One cell (RFC 4180), harmless in a spreadsheet.
fn cell(text: &str) -> String {
    let formula = text.trim_start().starts_with(['=', '+', '-', '@', '|', '%']) || text.starts_with(['\t', '\r', '\n']);
    let quote = if formula { "'" } else { "" };
    format!("\"{quote}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn no_cell_is_a_formula_and_none_ends_early() {
        for (text, expected) in [
            ("plain", "\"plain\""),
            ("a \"b\", c", "\"a \"\"b\"\", c\""),
            ("=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t=1\""),
            (" =1", "\"' =1\""),
        ] {
            assert_eq!(cell(text), expected, "{text:?}");
        }
    }
}
