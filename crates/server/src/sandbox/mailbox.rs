//! `/_sandbox/mail`: the letters that were sent, for a person to click on and for a test to read. They are kept in memory,
//! the last hundred.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use grantor_protocol::params::Params;
use serde_json::json;

use super::answer;
use crate::{
    house::DataCenter,
    http::{RequestId, reply},
    pages::{Brand, Frame, Locale, Mailbox, MailboxLetter, mailbox_parts},
};

/// A page, or JSON for whoever asks for `format=json`.
pub async fn mailbox(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    let letters = dc.house.mail.kept();
    let query = Params::read(request.uri().query().unwrap_or_default().as_bytes()).unwrap_or_default();
    if query.get("format") == Some("json") {
        let letters: Vec<_> =
            letters.iter().map(|l| json!({ "to": l.to, "subject": l.subject, "text": l.text })).collect();
        return answer(StatusCode::OK, &json!({ "letters": letters }));
    }
    let places = &dc.house.places;
    let bases: Vec<&str> = places.iter().flat_map(|p| [p.accounts_url.as_str(), p.portal_url.as_str()]).collect();
    let letters: Vec<MailboxLetter> = letters
        .into_iter()
        .map(|letter| MailboxLetter {
            parts: mailbox_parts(&letter.text, &bases),
            to: letter.to,
            subject: letter.subject,
        })
        .collect();
    let request_id = request.extensions().get::<RequestId>().map_or("", RequestId::as_str);
    let frame = Frame { locale: Locale::English, brand: Brand::grantor(), place: Some(&dc.place.name), request_id };
    reply::page(StatusCode::OK, Mailbox { frame, letters: &letters }.render())
}
