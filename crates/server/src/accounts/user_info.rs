//! `GET /oauth/user/info`: who granted this token (accounts-protocol.md section 9.3; `spec/decisions.md` 14).

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{Method, StatusCode},
    response::Response,
};
use grantor_protocol::{causes::AccessError, people::User};
use serde::Serialize;

use super::error;
use crate::{access, explained, house::DataCenter, http::reply, metrics::Endpoint, refusals::Asking};

/// The scope it asks for.
const SCOPE: &str = "AaaServer.profile.READ";

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "First_Name")]
    first_name: &'a str,
    #[serde(rename = "Email")]
    email: &'a str,
    #[serde(rename = "Last_Name")]
    last_name: &'a str,
    #[serde(rename = "Display_Name")]
    display_name: &'a str,
    #[serde(rename = "ZUID")]
    zuid: i64,
}

/// Answers the user's names, address and ZUID.
pub async fn user_info(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    let asking = Asking::of(&dc, Endpoint::UserInfo, &request);
    if request.method() != Method::GET {
        return error::wrong_method(&dc, &asking);
    }
    let (parts, _) = request.into_parts();
    let live = match access::open(&dc, &parts.headers, &asking).await {
        Ok(live) => live,
        Err(failure) => {
            asking.broke(&failure);
            return error::broken();
        }
    };
    let (client, cause) = match live {
        Ok(live) if !live.scopes.cover(&dc.house.catalog(), SCOPE) => {
            asking.note(explained::scopes(&live.scopes, SCOPE));
            (Some(live.client_id.clone()), AccessError::ScopeMissing)
        }
        Ok(live) => match &live.user {
            Some(user) => return told(user),
            None => (Some(live.client_id.clone()), AccessError::NoUser),
        },
        Err(cause) => (None, cause),
    };
    asking.refuse(&dc, client.as_deref(), cause.name(), "");
    error::access(&dc, cause)
}

fn told(user: &User) -> Response {
    let display_name = user.display_name();
    let body = Body {
        first_name: &user.first_name,
        email: &user.email,
        last_name: &user.last_name,
        display_name: &display_name,
        zuid: user.id.0,
    };
    match serde_json::to_string(&body) {
        Ok(body) => reply::json(StatusCode::OK, body),
        Err(_) => error::broken(),
    }
}
