//! `/oauth/v2/userinfo`: the claims that a token's scopes open (accounts-protocol.md section 9.3; OpenID Connect Core
//! section 5.3). The older `/oauth/user/info` is next door.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{Method, StatusCode, Uri, header},
    response::Response,
};
use grantor_protocol::{causes::AccessError, params::Found};
use serde_json::Value;

use super::error;
use crate::{
    access, claims, explained,
    house::DataCenter,
    http::{params, reply},
    metrics::Endpoint,
    refusals::Asking,
};

/// Answers the claims. The token travels in the header only, as everywhere here; a second one in a form is refused (RFC
/// 6750 section 2: one method in each request).
pub async fn open_id_user_info(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    let asking = Asking::of(&dc, Endpoint::UserInfo, &request);
    if request.method() != Method::GET && request.method() != Method::POST {
        return error::wrong_method(&dc, &asking);
    }
    let (parts, body) = request.into_parts();
    if parts.method == Method::POST {
        match params::read(&Uri::default(), &parts.headers, body).await {
            Ok(sent) if sent.params.find("access_token") == Found::Absent => {}
            Ok(_) if !parts.headers.contains_key(header::AUTHORIZATION) => {}
            Ok(_) => {
                asking.refuse(&dc, None, "token_sent_twice", "in the header and in the form");
                return error::word(StatusCode::BAD_REQUEST, "invalid_request");
            }
            Err(why) => return error::unreadable(&dc, &asking, why),
        }
    }
    let live = match access::open(&dc, &parts.headers, &asking).await {
        Ok(live) => live,
        Err(failure) => {
            asking.broke(&failure);
            return error::broken();
        }
    };
    let (client, cause) = match live {
        Ok(live) if !claims::signs_in(&live.scopes) => {
            asking.note(explained::scopes(&live.scopes, "openid"));
            (Some(live.client_id.clone()), AccessError::ScopeMissing)
        }
        Ok(live) => match &live.user {
            Some(user) => {
                return reply::json(StatusCode::OK, Value::Object(claims::of(user, &live.scopes)).to_string());
            }
            None => (Some(live.client_id.clone()), AccessError::NoUser),
        },
        Err(cause) => (None, cause),
    };
    asking.refuse(&dc, client.as_deref(), cause.name(), "");
    error::access(&dc, cause)
}
