//! The documented answers of the token-like endpoints, status and body (accounts-protocol.md decisions 4 to 13;
//! section 7.5).

/// Status and body.
pub type Answer = (u16, &'static str);

pub const INVALID_CODE: Answer = (200, r#"{"error":"invalid_code"}"#);
pub const INVALID_CLIENT: Answer = (200, r#"{"error":"invalid_client"}"#);
pub const INVALID_SECRET: Answer = (200, r#"{"error":"invalid_client_secret"}"#);
pub const INVALID_REDIRECT_URI: Answer = (200, r#"{"error":"invalid_redirect_uri"}"#);
/// No `grant_type`, not POST, one parameter with two values, or nothing that can be read.
pub const INVALID_REQUEST: Answer = (400, r#"{"error":"invalid_request"}"#);
pub const TOO_LARGE: Answer = (413, r#"{"error":"invalid_request"}"#);
pub const THROTTLED: Answer = (
    400,
    r#"{"error_description":"You have made too many requests continuously. Please try again after some time.","error":"Access Denied","status":"failure"}"#,
);
pub const REVOKED: Answer = (200, r#"{"status":"success"}"#);
pub const INVALID_TOKEN: Answer = (400, r#"{"error":"invalid_token"}"#);
/// Credentials came along at a revocation endpoint, or had to, and are wrong.
pub const REVOKE_REFUSED: Answer = (400, r#"{"error":"invalid_client"}"#);
pub const NO_ACCESS: Answer = (401, r#"{"response":"error","cause":"INVALID_OAUTHTOKEN"}"#);
pub const NO_SCOPE: Answer = (401, r#"{"response":"error","cause":"INVALID_OAUTHSCOPE"}"#);
pub const BROKEN: Answer = (503, r#"{"error":"temporarily_unavailable"}"#);
